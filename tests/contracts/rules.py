"""The rules of the house as functions over a tree, so that each can be seen to fail on a planted fault.

Every function returns sentences that name the file and the rule; an empty list is a clean tree.
"""

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

FUNCTION_LINES, HANDLER_LINES, TEST_LINES = 40, 15, 20
FILE_LINES = {"*.py": 400, "partials/*.html": 40, "templates/*.html": 60, "static/css/*.css": 150}
# The two files of macros, which have no root of their own.
MACROS = {"ui.html", "controls.html"}
LONG_FILES = {f"partials/{name}": 70 for name in MACROS}
# A length that is justified by one straight story, with its reason.
LONG_FUNCTIONS: dict[str, str] = {}
VERBS = {"cancel", "create", "delete", "update", "add", "remove", "set", "save", "new", "do", "process"}
VAGUE = {"utils", "helpers", "common", "services", "misc", "base"}
CLOCKS = re.compile(r"datetime\.now|utcnow|time\.time\(")
SQL_TEXT = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE)\s")
ATTRIBUTES = re.compile(
    r'hx-(?:get|post|swap-oob|on[:\w]*|vals|trigger)="[^"]*"|\son\w+="|\sstyle="|<script(?![^>]*(?:src=|type="application/ld\+json">))'
)
ROOT = re.compile(r"<(\w+)\b[^>]*?\sid=\"([^\"]+)\"", re.DOTALL)


def files(root: Path, *patterns: str) -> Iterator[Path]:
    skip = {".venv", "var", ".git", "dist", "build"}
    for pattern in patterns:
        for path in sorted(root.rglob(pattern)):
            if not skip & set(path.relative_to(root).parts):
                yield path


def name_of(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def long_files(root: Path) -> list[str]:
    found = []
    for pattern, most in FILE_LINES.items():
        for path in files(root, *([pattern] if "/" not in pattern else [])):
            found += _if_long(root, path, most)
        folder, _, ending = pattern.rpartition("/")
        for path in files(root / folder, ending) if folder else ():
            found += _if_long(root, path, most)
    return found + _if_long(root, root / "static" / "app.js", 100)


def _if_long(root: Path, path: Path, most: int) -> list[str]:
    lines = len(path.read_text().splitlines()) if path.exists() else 0
    most = LONG_FILES.get(name_of(root, path), most)
    return [f"{name_of(root, path)} has {lines} lines, at most {most}"] if lines > most else []


def long_functions(root: Path) -> list[str]:
    found = []
    for path in files(root, "*.py"):
        name = name_of(root, path)
        for function in _functions(path):
            lines = function.end_lineno - function.lineno + 1 - _docstring_lines(function)
            most = _budget(name, function.name)
            if lines > most and f"{name}:{function.name}" not in LONG_FUNCTIONS:
                found.append(f"{name}: {function.name} has {lines} lines, at most {most}")
    return found


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _budget(name: str, function: str) -> int:
    if name.startswith("tests/") and function.startswith("test_"):
        return TEST_LINES
    return (
        HANDLER_LINES
        if re.match(r"shop/web/(admin/)?(?!reply|shield|forms|guards)\w+\.py", name)
        else FUNCTION_LINES
    )


def _docstring_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return first.end_lineno - first.lineno + 1 if is_text and ast.get_docstring(function) else 0


def vague_modules(root: Path) -> list[str]:
    return [f"{name_of(root, path)} says nothing" for path in files(root, "*.py") if path.stem in VAGUE]


def clocks_outside_the_clock(root: Path) -> list[str]:
    allowed = {"shop/clock.py", "shop/sandbox/state.py"}
    found = (path for path in files(root / "shop", "*.py") if CLOCKS.search(path.read_text()))
    return [f"{name_of(root, path)} reads the clock" for path in found if name_of(root, path) not in allowed]


def environment_outside_the_settings(root: Path) -> list[str]:
    found = (path for path in files(root / "shop", "*.py") if "os.environ" in path.read_text())
    return [f"{name_of(root, path)} reads the environment" for path in found if path.name != "config.py"]


def floats_near_money(root: Path) -> list[str]:
    modules = ["money", "orders", "refunds", "payments", "checkout", "cart", "catalog", "stock", "verify"]
    found = []
    for module in modules:
        path = root / "shop" / f"{module}.py"
        if path.exists() and re.search(r"\bfloat\b", path.read_text()):
            found.append(f"shop/{module}.py has a float near money")
    return found


def sql_outside_its_files(root: Path) -> list[str]:
    found = []
    for path in files(root / "shop", "*.py"):
        texts = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
        found += [
            f"{name_of(root, path)}:{node.lineno} has SQL in Python"
            for node in texts
            if SQL_TEXT.match(str(node.value))
        ]
    return found


def unused_or_unknown_sql(root: Path) -> list[str]:
    found = []
    for folder, users in (
        (root / "db" / "queries", root / "shop"),
        (root / "shop/sandbox/queries", root / "shop/sandbox"),
    ):
        sources = "\n".join(path.read_text() for path in files(users, "*.py"))
        for path in files(folder, "*.sql"):
            names = set(re.findall(r"^-- name: (\w+)", path.read_text(), re.MULTILINE))
            used = {name for name in names if re.search(rf"\bsql\.{name}\b", sources)}
            found += [f"{name_of(root, path)}: {name} is used nowhere" for name in sorted(names - used)]
    return found


def bad_partials(root: Path) -> list[str]:
    found = []
    pages = "\n".join(path.read_text() for path in files(root / "templates", "*.html"))
    pages += "\n".join(path.read_text() for path in files(root / "partials", "*.html"))
    # Two are rendered once and kept, by functions that the pages call.
    pages += "\n".join(path.read_text() for path in files(root / "shop" / "web", "reply.py"))
    for path in files(root / "partials", "*.html"):
        name = path.relative_to(root / "partials").as_posix()
        if name not in MACROS:
            found += [f"partials/{name} {fault}" for fault in _faults(path.read_text(), name)]
            if f'"partials/{name}"' not in pages:
                found.append(f"partials/{name} is included nowhere")
    return found


def _faults(text: str, name: str) -> Iterator[str]:
    wanted = name.removesuffix(".html").removesuffix("_edit").replace("/", "-").replace("_", "-")
    if not text.startswith("{# needs:"):
        yield "does not begin with what it needs"
    root = ROOT.search(text)
    if root is None or not re.fullmatch(rf"{wanted}(-\{{\{{.*\}}\}})?", root[2]):
        yield f"has no root with the id {wanted}"
    elif text.rstrip().rsplit("</", 1)[-1] != f"{root[1]}>":
        yield "has more than one root"


def markup_that_the_policy_forbids(root: Path) -> list[str]:
    found = []
    for path in files(root, "templates/**/*.html", "partials/**/*.html"):
        for match in ATTRIBUTES.finditer(path.read_text()):
            text = match[0]
            if "hx-get" in text or "hx-post" in text or (text.startswith("hx-trigger") and "[" not in text):
                continue
            found.append(f"{name_of(root, path)} has {text}")
    return found


def forms_without_a_way(root: Path) -> list[str]:
    found = []
    for path in files(root, "templates/**/*.html", "partials/**/*.html"):
        for form in re.findall(r"<form\b.*?>", path.read_text(), re.DOTALL):
            action, posted = (re.search(rf'\s{name}="([^"]*)"', form) for name in ("action", "hx-post"))
            if not action or not re.search(r'method="(post|get)"', form):
                found.append(f"{name_of(root, path)} has a form without method and action")
            elif posted and posted[1] != action[1]:
                found.append(f"{name_of(root, path)} posts elsewhere with htmx than without")
    return found


def changed_vendored_files(root: Path) -> list[str]:
    told = (root / "static" / "VENDORED.md").read_text()
    return [
        f"{path.name} is not the file of VENDORED.md"
        for path in sorted((root / "static").glob("*.min.js"))
        if hashlib.sha256(path.read_bytes()).hexdigest() not in told
    ]


def lock_files_with_addresses(root: Path) -> list[str]:
    locks = sorted(root.glob("requirements*.txt"))
    return [f"{path.name} names an address" for path in locks if "://" in path.read_text()]


def verbs_in_addresses(rules: list[str]) -> list[str]:
    found = []
    for rule in rules:
        words = set(re.sub(r"<[^>]*>", "", rule).strip("/").split("/"))
        if words & VERBS:
            found.append(f"{rule} has a verb in it")
    return found


ALL = (
    long_files,
    long_functions,
    vague_modules,
    clocks_outside_the_clock,
    environment_outside_the_settings,
    floats_near_money,
    sql_outside_its_files,
    unused_or_unknown_sql,
    bad_partials,
    markup_that_the_policy_forbids,
    forms_without_a_way,
    changed_vendored_files,
    lock_files_with_addresses,
)
