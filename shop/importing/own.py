"""Our own format: what `shop export products --format csv` writes, a variant a row.

Importing an export again changes nothing. Blank cells change nothing either, and columns may be missing.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from shop.errors import Refused
from shop.importing import fields
from shop.importing.lines import Cells, Found, Line, lines_of
from shop.importing.sheet import Sheet

COLUMNS = (
    "product_id",
    "handle",
    "name",
    "category",
    "sku",
    "options",
    "price",
    "currency",
    "on_hand",
    "published",
    "description",
    "archived",
)
LONGEST_OPTION = 100
MOST_OPTIONS = 10


def lines(sheet: Sheet, currency: str, found: Found) -> Iterator[Line]:
    """Yield the lines of a file in our own format."""
    return lines_of(sheet, _meaning(currency), found, fields.unguarded)


def options(cell: str) -> dict[str, str]:
    """Return a variant's options from their JSON. Raises Refused."""
    sentence = 'Write options like {"Size": "Small", "Colour": "Red"}.'
    try:
        told: Any = json.loads(cell)
    except (ValueError, RecursionError):
        raise Refused(sentence) from None
    if not isinstance(told, dict) or len(told) > MOST_OPTIONS:
        raise Refused(sentence)
    for name, value in told.items():
        if not isinstance(value, str) or not name.strip() or not value.strip():
            raise Refused(sentence)
        if len(name) > LONGEST_OPTION or len(value) > LONGEST_OPTION:
            raise Refused(f"An option has at most {LONGEST_OPTION} characters.")
        fields.line(name + value)
    return told


def _meaning(currency: str) -> Callable[[Cells, Found], Line]:
    def in_our_currency(cell: str) -> str:
        if cell.strip().lower() != currency:
            raise Refused(f"The shop's books are in {currency.upper()}.")
        return currency

    def meaning(cells: Cells, found: Found) -> Line:
        sku = cells.take(fields.sku, "sku")
        name = cells.take(fields.line, "name")
        handle = cells.take(fields.line, "handle")
        product_id = cells.take(fields.line, "product_id")
        if sku is None and not cells.refusals:
            cells.refuse("sku", "", "Every row needs its SKU.")
        if cells.take(in_our_currency, "currency") is None and cells.text("price").strip().isdecimal():
            found.count("minor units")
        return Line(
            cells.row,
            product_id or handle or name or f"sku {sku}",
            sku,
            product_id,
            handle,
            name,
            cells.take(fields.lines, "description"),
            cells.take(fields.line, "category"),
            cells.take(fields.flag, "published"),
            cells.take(options, "options"),
            cells.take(lambda cell: fields.minor_units(cell, currency), "price"),
            cells.take(fields.counted, "on_hand"),
            cells.take(fields.flag, "archived"),
        )

    return meaning
