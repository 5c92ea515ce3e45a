"""Forms: what was typed, read field by field into values and sentences.

Every field has one parser; all errors are found at once, and nothing typed is lost, except passwords,
which are never sent back.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shop.errors import Refused
from shop.money import parse_money
from shop.words import _

Parser = Callable[[str], Any]

LONGEST_TYPED = 10_000
"""So much of a field comes back with its form: no field takes more."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,3}))?", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FormState:
    """What a form shows: the texts that were typed and the sentences beside its fields."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str, otherwise: object = "") -> str:
        """Return what was typed in a field."""
        return self.values.get(name, str(otherwise))

    def error(self, name: str) -> str:
        """Return the sentence beside a field, or an empty text."""
        return self.errors.get(name, "")


EMPTY = FormState()


def read(
    form: Mapping[str, str], fields: Mapping[str, Parser], secret: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], FormState]:
    """Return the values of a form's fields and what to show if some can't be taken.

    Check `state.errors`: while it is empty, every field has a value.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, parse in fields.items():
        try:
            values[name] = parse(form.get(name, ""))
        except (Refused, ValueError) as refusal:
            errors[name] = str(refusal)
    typed = {name: form.get(name, "")[:LONGEST_TYPED] for name in fields if name not in secret}
    return values, FormState(typed, errors)


def text(longest: int, sentence: str) -> Parser:
    """Return a parser of a line of text that must not be empty; `sentence` asks for it."""

    def parse(typed: str) -> str:
        stripped = typed.strip()
        if not stripped:
            raise Refused(_(sentence))
        return _clean(stripped, longest)

    return parse


def optional_text(longest: int) -> Parser:
    """Return a parser of a line of text that may be empty."""
    return lambda typed: _clean(typed.strip(), longest)


def lines(longest: int, sentence: str) -> Parser:
    """Return a parser of text in several lines that must not be empty; `sentence` asks for it."""
    parse = text(longest, sentence)
    return lambda typed: parse(typed.replace("\r\n", "\n"))


def optional_lines(longest: int) -> Parser:
    """Return a parser of text in several lines that may be empty."""
    return lambda typed: _clean(typed.replace("\r\n", "\n").strip(), longest)


def optional_day(typed: str) -> str | None:
    """Take a day as a date field sends it, such as 2026-11-25, or nothing."""
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip()).isoformat()
    except ValueError:
        raise Refused(_("Write a day such as 2026-11-25.")) from None


def password(typed: str) -> str:
    """Take a password exactly as it was typed."""
    if not typed:
        raise Refused(_("Write your password."))
    return _clean(typed, 1000)


def whole(least: int, most: int) -> Parser:
    """Return a parser of a whole number in ASCII digits; Python's own would take much more."""

    def parse(typed: str) -> int:
        stripped = typed.strip()
        if not _WHOLE.fullmatch(stripped) or not least <= int(stripped) <= most:
            raise Refused(_("Write a whole number from {least} to {most}.", least=least, most=most))
        return int(stripped)

    return parse


def optional_whole(least: int, most: int) -> Parser:
    """Return a parser of a whole number that may be left out."""
    parse = whole(least, most)
    return lambda typed: parse(typed) if typed.strip() else None


def money(currency: str) -> Parser:
    """Return a parser of an amount in this currency."""
    return lambda typed: parse_money(typed, currency)


def optional_money(currency: str) -> Parser:
    """Return a parser of an amount in this currency that may be left out."""
    return lambda typed: parse_money(typed, currency) if typed.strip() else None


def percentage(places: int) -> Parser:
    """Return a parser of 0 to 100 percent with so many decimals, as a whole number of the last of them."""

    def parse(typed: str) -> int:
        match = _PERCENT.fullmatch(typed.strip().removesuffix("%").strip())
        if match is None or len(match[2] or "") > places:
            raise Refused("Write percent such as 19 or 7.5.")
        value = int(match[1] + (match[2] or "").ljust(places, "0"))
        if value > 100 * 10**places:
            raise Refused("Write at most 100 percent.")
        return value

    return parse


def ticked(typed: str) -> bool:
    """Tell whether a box is ticked: its value is 1, and a box that is not ticked sends nothing."""
    if typed not in ("", "1"):
        raise Refused(_("Tick the box, or leave it."))
    return typed == "1"


def one_of(choices: tuple[str, ...], sentence: str) -> Parser:
    """Return a parser of one of a few words."""

    def parse(typed: str) -> str:
        if typed not in choices:
            raise Refused(_(sentence))
        return typed

    return parse


def _clean(typed: str, longest: int) -> str:
    if len(typed) > longest:
        raise Refused(_("Write at most {count} characters.", count=longest))
    if _CONTROL.search(typed):
        raise Refused(_("There are characters in it that can't be kept."))
    return typed
