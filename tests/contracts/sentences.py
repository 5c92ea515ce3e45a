"""What is said to shoppers, found in the sources: sentences in `_`, `N_` and `ngettext`, and bare ones."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from tests.contracts.rules import files

SAYING = ("_", "N_", "ngettext")
SHOPPERS = (
    *(f"templates/{part}/*.html" for part in ("account", "cart", "checkout", "errors", "notices", "orders")),
    "templates/storefront/*.html",
    "templates/base.html",
    *(
        f"partials/{part}/*.html"
        for part in ("account", "cart", "catalog", "checkout", "finding", "language")
    ),
    "partials/notices/*.html",
    "partials/looks/footer.html",
    "templates/pages/*.html",
    "templates/withdrawal/*.html",
    "partials/withdrawal/*.html",
    "partials/orders/taxes.html",
    "partials/orders/ownership.html",
    "partials/flash.html",
    "partials/orders/ask_form.html",
    "partials/orders/lines.html",
    "partials/orders/ownership.html",
    "partials/orders/status.html",
)
"""The pages and parts that shoppers see."""
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')
_ATTRIBUTE = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')
_LETTERS = re.compile(r"[A-Za-z]{2}|\b[A-Z]\b")
_SLOT = re.compile(r"\{(\w*)\}")


def said(root: Path) -> set[str]:
    """Return every sentence that is meant to be translated."""
    found: set[str] = set()
    for path in (root / "shop").rglob("*.py"):
        found.update(_in_python(ast.parse(path.read_text())))
    for path in files(root, "templates/**/*.html", "partials/**/*.html"):
        tree = Environment(autoescape=True).parse(path.read_text())
        for _line, _name, text in extract_from_ast(tree, SAYING):
            found.update(filter(None, (text,) if isinstance(text, str) else text))
    return found


def _in_python(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def catalogue(folder: Path) -> dict[str, str]:
    """Return a language's sentences by the English ones. Raises ValueError where two files disagree."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for one in read_po(file, locale=folder.name):
                if one.id and found.setdefault(str(one.id), str(one.string)) != one.string:
                    raise ValueError(f"{path.name} says {one.id!r} in another way")
    return found


def untranslated(root: Path, folder: Path) -> list[str]:
    """Name what a language lacks, what it has for nobody, and slots that differ."""
    wanted, known = said(root), catalogue(folder)
    faults = [f"{text!r} is not translated" for text in sorted(wanted) if not known.get(text)]
    faults += [f"{text!r} is said nowhere" for text in sorted(known.keys() - wanted)]
    slots = {text: (set(_SLOT.findall(text)), set(_SLOT.findall(other))) for text, other in known.items()}
    return faults + [f"{text!r} has other slots" for text, (here, there) in slots.items() if here != there]


def bare_sentences(root: Path) -> list[str]:
    """Name texts of shoppers' pages that can't be translated."""
    found = []
    for path in files(root, *SHOPPERS):
        bare = _bare(path.read_text())
        found += [f"{path.relative_to(root)}: {piece!r} is said in one language" for piece in bare]
    return found


def _bare(text: str) -> Iterator[str]:
    without = _JINJA.sub(" ", text)
    for piece in _TAG.split(without):
        words = " ".join(piece.split())
        if _LETTERS.search(words):
            yield words
    for value in _ATTRIBUTE.findall(without):
        if _LETTERS.search(value):
            yield value
