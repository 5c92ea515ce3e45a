"""What stands in a cell: amounts, numbers, yes and no, texts; each parser refuses with a sentence."""

import re
import unicodedata
from decimal import Decimal
from hashlib import sha256

from shop.errors import Refused
from shop.money import LARGEST, decimals, must_be_chargeable
from shop.naming import LONGEST_SKU, LONGEST_SLUG
from shop.products import LONGEST_DESCRIPTION, LONGEST_NAME
from shop.stock import MOST

LONGEST_WORD = 100
SIGNS = {
    "€": {"eur"},
    "£": {"gbp", "egp", "gip"},
    "¥": {"jpy", "cny"},
    "$": {"usd", "cad", "aud", "nzd", "sgd", "hkd", "mxn", "clp", "cop", "ars", "brl", "twd"},
    "zł": {"pln"},
    "Kč": {"czk"},
    "kr": {"sek", "nok", "dkk", "isk"},
    "Fr": {"chf"},
}
GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets take them too
"""What an export puts an apostrophe before, and an import takes it away from."""

_YES = frozenset({"true", "1", "yes", "y", "on", "active"})
_NO = frozenset({"false", "0", "-1", "no", "n", "off", "draft", "archived", "unlisted"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_CODE = re.compile(r"\b([A-Z]{3})\b")
_AMOUNT = re.compile(r"[0-9]+(?:[.,'’][0-9]+)*", re.ASCII)  # noqa: RUF001 - as Swiss amounts are grouped
_WHOLE = re.compile(r"(-?[0-9]{1,9})(?:[.,]0+)?", re.ASCII)
_NOT_IN_SKU = re.compile(r"[\s\"'<>&\x00-\x1f\x7f]+")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


def guarded(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run, or that has one there already."""
    return f"'{text}" if text.startswith(GUARDED) else text


def unguarded(cell: str) -> str:
    """Take away the apostrophe that an export put before what a spreadsheet would run."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(GUARDED) else cell


def amount(cell: str, currency: str) -> int:
    """Return minor units of a price as people and programs write it. Raises Refused."""
    places = decimals(currency)
    bare = _without_currency(cell.strip(), currency)
    if bare.startswith("-"):
        raise Refused("A price can't be less than nothing.")
    if not _AMOUNT.fullmatch(bare):
        raise Refused("This is no price: write it like 12.50.")
    bare = bare.replace("'", "").replace("’", "")  # noqa: RUF001 - as Swiss amounts are grouped
    mark = max(bare.rfind("."), bare.rfind(","))
    whole, part = (bare, "") if mark < 0 else (bare[:mark], bare[mark + 1 :])
    if mark >= 0 and _is_thousands(bare, whole, part, places):
        whole, part = whole + part, ""
    whole = whole.replace(".", "").replace(",", "")
    if len(part.rstrip("0")) > places:
        raise Refused(f"{currency.upper()} has {places} decimals: this price has more.")
    found = int(Decimal(f"{whole}.{part or 0}").scaleb(places))
    return _chargeable(found, currency)


def minor_units(cell: str, currency: str) -> int:
    """Return a price of our own export, an integer of minor units; with a decimal mark it is an amount."""
    bare = cell.strip()
    if bare.isascii() and bare.isdecimal():
        return _chargeable(int(bare) if len(bare) < 12 else LARGEST + 1, currency)  # noqa: PLR2004 - more than any
    return amount(cell, currency)


def units(cell: str) -> int:
    """Return a number of units, which may be below zero. Raises Refused."""
    found = _WHOLE.fullmatch(cell.strip())
    if found is None:
        raise Refused("This is no whole number of units.")
    if abs(int(found[1])) > MOST:
        raise Refused(f"There can't be more than {MOST} of a variant.")
    return int(found[1])


def counted(cell: str) -> int:
    """Return a number of units that is not below zero. Raises Refused."""
    found = units(cell)
    if found < 0:
        raise Refused("There can't be less than nothing in the house.")
    return found


def flag(cell: str) -> bool:
    """Return whether a cell says yes. Raises Refused when it says neither."""
    word = cell.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Refused("Write true or false.")


def line(cell: str) -> str:
    """Return a text of one line, such as a name."""
    return _text(cell, LONGEST_NAME)


def short(cell: str) -> str:
    """Return a word or two without the spaces around them, such as an option."""
    return _text(cell.strip(), LONGEST_WORD)


def lines(cell: str) -> str:
    """Return a text that may have several lines, such as a description."""
    return _text(cell, LONGEST_DESCRIPTION)


def sku(cell: str) -> str:
    """Return a SKU; spaces and quotation marks in it become hyphens, the same at each import."""
    found = cell.strip()
    if _NOT_IN_SKU.search(found):
        found = _NOT_IN_SKU.sub("-", found).strip("-")
    if not found:
        raise Refused("A SKU needs letters or digits.")
    if len(found) > LONGEST_SKU:
        raise Refused(f"A SKU has at most {LONGEST_SKU} characters.")
    if _CONTROL.search(found):
        raise Refused("There are characters in it that can't be kept.")
    return found


def made_sku(handle: str, options: dict[str, str]) -> str:
    """Return the SKU of a variant that has none, from its handle and options: the same at each import."""
    told = "-".join((handle, *options.values()))
    made = slug(told).upper()
    if len(made) <= LONGEST_SKU and made.replace("-", ""):
        return made
    return f"{made[: LONGEST_SKU - 9]}-{sha256(told.encode()).hexdigest()[:8].upper()}".lstrip("-")


def slug(text: str) -> str:
    """Return a text as it may stand in an address, empty where nothing of it can."""
    letters = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("&", " and "))
    bare = letters.encode("ascii", "ignore").decode().lower()
    return _NOT_IN_SLUG.sub("-", bare).strip("-")


def handle(text: str) -> str:
    """Return a product's address as an import writes it, made up where no letter of it is Latin."""
    made = slug(text)
    if made and len(made) <= LONGEST_SLUG:
        return made
    return f"{made[: LONGEST_SLUG - 9]}-{sha256(text.encode()).hexdigest()[:8]}".lstrip("-")


def _without_currency(cell: str, currency: str) -> str:
    for sign, those in SIGNS.items():
        if sign in cell:
            if currency not in those:
                raise Refused(f"This price is in {sign}, the shop's books are in {currency.upper()}.")
            cell = cell.replace(sign, "")
    for code in _CODE.findall(cell):
        if code.lower() != currency:
            raise Refused(f"This price is in {code}, the shop's books are in {currency.upper()}.")
        cell = cell.replace(code, "")
    return re.sub(r"\s", "", cell)


def _is_thousands(bare: str, whole: str, part: str, places: int) -> bool:
    """Tell whether the last mark groups thousands. Raises Refused where both readings are possible."""
    mark = bare[len(whole)]
    if mark in whole:
        return True
    if len(part) != 3 or places == 3 or any(one in whole for one in ".,"):  # noqa: PLR2004 - three decimals or a thousand
        return False
    if places == 0:
        return True
    raise Refused(f"This may mean {whole}{part} or {whole}.{part}: write it without a mark for thousands.")


def _chargeable(found: int, currency: str) -> int:
    try:
        must_be_chargeable(found, currency)
    except ValueError as fault:
        raise Refused(str(fault)) from None
    return found


def _text(cell: str, longest: int) -> str:
    if len(cell) > longest:
        raise Refused(f"This has {len(cell)} characters, at most {longest} can be kept.")
    if _CONTROL.search(cell):
        raise Refused("There are characters in it that can't be kept.")
    return cell
