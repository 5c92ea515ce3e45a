"""Words: what shoppers read, in the language they have chosen; English stands in the code, others in files.

The language belongs to the context: a request's, or that of a letter being written. The database runs a
function in its caller's context, so domain code says `_("…")` and needs to be told nothing. What is stored
for the books is not said but written, in English.

Translations are gettext catalogues, `LANGUAGE/FEATURE.po`, read once by Babel; a sentence that a catalogue
does not have stays English, and a test names it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""The languages a visitor may choose, each by its own name."""
ENGLISH = "en"

_chosen: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """Return the language spoken here, such as `de`."""
    return _chosen.get()


def speak(wanted: str) -> None:
    """Speak a language from now on in this context; one we do not have is English."""
    _chosen.set(wanted if wanted in LANGUAGES else ENGLISH)


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Speak a language for a while, as a letter does."""
    before = _chosen.set(wanted if wanted in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _chosen.reset(before)


def _(text: str, /, **values: object) -> str:
    """Return a sentence in the language spoken here, `{name}` in it replaced by the value of that name."""
    said = _sentences(_chosen.get()).get(text, text)
    return said.format(**values) if values else said


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the sentence that fits a number, `{count}` in it replaced by that number.

    English and German have two forms, and both use the first for 1 alone.
    """
    return _(one if count == 1 else many, count=count, **values)


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools know
    """Mark a sentence that is kept in a table and said later."""
    return text


@cache
def _sentences(wanted: str) -> dict[str, str]:
    """Return a language's sentences by the English ones."""
    found: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / wanted).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=wanted)
        found.update({str(one.id): str(one.string) for one in catalogue if one.id and one.string})
    return found
