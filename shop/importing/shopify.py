"""Shopify's product export, in its older columns and in those of the 2025 template.

The handle groups the rows; only the first row of a handle tells of the product. Rows with nothing but a
picture are left out, for pictures at other addresses are not fetched.
"""

from collections.abc import Callable, Iterator

from shop.importing import fields, markup
from shop.importing.lines import Cells, Found, Line, lines_of
from shop.importing.sheet import Sheet

HANDLE = ("handle", "url handle")
BODY = ("body (html)", "description")
PUBLISHED = ("published", "published on online store")
SKU = ("variant sku", "sku")
PRICE = ("variant price", "price")
UNITS = ("variant inventory qty", "inventory quantity")
PICTURES = (("image src", "product image url"), ("variant image", "variant image url"))
NO_OPTIONS = ("title", "default title")


def lines(sheet: Sheet, currency: str, found: Found) -> Iterator[Line]:
    """Yield the lines of a Shopify export."""
    return lines_of(sheet, _meaning(currency, {}), found)


def _meaning(currency: str, names: dict[str, list[str]]) -> Callable[[Cells, Found], Line | None]:
    def meaning(cells: Cells, found: Found) -> Line | None:
        title = cells.text("title").strip()
        group = cells.text(*HANDLE).strip() or fields.handle(title) * bool(title)
        if not group:
            cells.refuse("Handle", "", "This row has neither a handle nor a title.")
            return None
        pictures = sum(bool(cells.text(*columns).strip()) for columns in PICTURES)
        found.count("pictures", pictures)
        options = _options(cells, names.setdefault(group, []))
        sku, price = cells.take(fields.sku, *SKU), cells.take(_price(currency), *PRICE)
        is_variant = sku or price is not None or cells.text("option1 value").strip() or title
        if not is_variant:
            found.count("picture rows", 1)
            return None
        if cells.text("gift card").strip().lower() == "true":
            cells.refuse("Gift Card", "true", "Gift cards can't be sold here.")
        handle = fields.handle(group)
        return Line(
            cells.row,
            handle,
            sku or fields.made_sku(handle, options),
            None,
            handle,
            cells.take(lambda cell: fields.line(cell.strip()), "title"),
            cells.take(lambda cell: fields.lines(markup.plain(cell)), *BODY),
            _category(cells),
            _published(cells),
            options,
            price,
            _units(cells, found),
            archived=False,
        )

    return meaning


def _options(cells: Cells, names: list[str]) -> dict[str, str]:
    """Return a row's options; their names stand in the first row of a product alone."""
    told = [cells.take(fields.short, f"option{number} name") or "" for number in (1, 2, 3)]
    if any(told):
        names[:] = told
    values = [cells.take(fields.short, f"option{number} value") or "" for number in (1, 2, 3)]
    if len(names) == 0 or (names[0].lower(), values[0].lower()) == NO_OPTIONS:
        return {}
    pairs = zip(names, values, strict=True)
    return {name: value for name, value in pairs if name and value}


def _price(currency: str) -> Callable[[str], int]:
    return lambda cell: fields.amount(cell, currency)


def _category(cells: Cells) -> str | None:
    return cells.take(fields.short, "type") or cells.take(
        lambda cell: fields.short(cell.split(",")[0]) or None, "tags"
    )


def _published(cells: Cells) -> bool | None:
    """Return whether shoppers may see it: an active product that is published in the shop."""
    status, shown = cells.take(fields.flag, "status"), cells.take(fields.flag, *PUBLISHED)
    if status is None and shown is None:
        return None
    return status is not False and shown is not False


def _units(cells: Cells, found: Found) -> int | None:
    units = cells.take(fields.units, *UNITS)
    if units is not None and units < 0:
        found.count("negative", 1)
        return 0
    return units
