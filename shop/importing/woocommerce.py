"""WooCommerce's product export: products that are simple, and variable ones with a row for each variation.

A variation names its parent by SKU or as `id:123`. Descriptions have their line ends written as two signs.
"""

import re
from collections.abc import Callable, Iterator

from shop.importing import fields, markup
from shop.importing.lines import Cells, Found, Line, Refusal, lines_of
from shop.importing.sheet import Sheet

MOST_ATTRIBUTES = 10
_COMMA = re.compile(r"(?<!\\),")


def lines(sheet: Sheet, currency: str, found: Found) -> Iterator[Line]:
    """Yield the lines of a WooCommerce export; parents come first, wherever they stand."""
    parents: dict[str, Line] = {}
    handles: set[str] = set()
    told = list(lines_of(sheet, _meaning(currency, parents, handles), found, fields.unguarded))
    for line in told:
        parent = parents.get(line.group)
        if parent is not None and line is not parent:
            _join(line, parent)
        if line.sku == "":
            sentence = "Its parent is not in this file, and it has no SKU of its own."
            found.refusals.append(Refusal(line.row, "Parent", line.group, sentence))
        else:
            yield line


def _meaning(
    currency: str, parents: dict[str, Line], handles: set[str]
) -> Callable[[Cells, Found], Line | None]:
    def meaning(cells: Cells, found: Found) -> Line | None:
        kinds = {kind.strip().lower() for kind in cells.text("type").split(",")}
        if kinds & {"grouped", "external"}:
            cells.refuse("Type", cells.text("type"), "Grouped and external products can't be sold here.")
            return None
        found.count("pictures", len([one for one in cells.text("images").split(",") if one.strip()]))
        if cells.text("sale price").strip():
            found.count("sale prices", 1)
        if "variation" in kinds:
            return _variation(cells, found, currency)
        return _product(cells, found, currency, parents, handles, variable="variable" in kinds)

    return meaning


def _product(
    cells: Cells, found: Found, currency: str, parents: dict[str, Line], handles: set[str], *, variable: bool
) -> Line:
    sku, name = cells.take(fields.sku, "sku"), cells.take(lambda cell: fields.line(cell.strip()), "name")
    number = cells.text("id").strip()
    handle = fields.handle(name or sku or number)
    if handle in handles:
        handle = fields.handle(f"{handle}-{number or sku}")
    handles.add(handle)
    line = Line(
        cells.row,
        f"product {cells.row}",
        None if variable else sku or fields.made_sku(handle, {}),
        None,
        handle,
        name,
        _description(cells),
        _category(cells),
        cells.take(fields.flag, "published"),
        None if variable else {},
        None if variable else cells.take(lambda cell: fields.amount(cell, currency), "regular price"),
        None if variable else _units(cells, found),
        archived=False,
    )
    for key in filter(None, (number and f"id:{number}", sku)):
        parents.setdefault(key, line)
    parents[line.group] = line
    return line


def _variation(cells: Cells, found: Found, currency: str) -> Line | None:
    if cells.take(fields.flag, "published") is False:
        found.count("switched off", 1)
        return None
    parent = cells.text("parent").strip().replace("id: ", "id:")
    if not parent.startswith("id:"):
        parent = cells.take(fields.sku, "parent") or ""
    sku = cells.take(fields.sku, "sku")
    if not parent and not sku:
        cells.refuse("Parent", "", "This variation names neither its parent nor a SKU.")
    return Line(
        cells.row,
        parent or f"sku {sku}",
        "" if sku == parent else sku or "",
        options=_options(cells),
        price=cells.take(lambda cell: fields.amount(cell, currency), "regular price"),
        on_hand=_units(cells, found),
        archived=False,
    )


def _join(line: Line, parent: Line) -> None:
    line.group = parent.group
    line.handle = parent.handle
    line.sku = line.sku or fields.made_sku(parent.handle or "", line.options or {})


def _options(cells: Cells) -> dict[str, str]:
    found = {}
    for number in range(1, MOST_ATTRIBUTES + 1):
        name = cells.take(fields.short, f"attribute {number} name")
        value = cells.take(lambda cell: fields.short(_unescaped(cell)), f"attribute {number} value(s)")
        if name and value:
            found[name] = value
    return found


def _description(cells: Cells) -> str | None:
    column = "description" if cells.text("description").strip() else "short description"
    return cells.take(lambda cell: fields.lines(markup.plain(cell.replace("\\n", "\n"))), column)


def _category(cells: Cells) -> str | None:
    """Return the first category by its own name: of `Clothing > Hoodies` that is Hoodies."""

    def first(cell: str) -> str | None:
        path = _unescaped(_COMMA.split(cell)[0])
        return fields.short(path.rsplit(">", maxsplit=1)[-1]) or None

    return cells.take(first, "categories")


def _unescaped(cell: str) -> str:
    return cell.replace("\\,", ",")


def _units(cells: Cells, found: Found) -> int | None:
    told = cells.text("stock").strip().lower()
    if told in ("", "parent"):
        return 0 if cells.text("in stock?").strip() == "0" else None
    units = cells.take(fields.units, "stock")
    if units is not None and units < 0:
        found.count("negative", 1)
        return 0
    return units
