"""The stockroom as a table: all variants, searched, filtered and sorted, worst first unless told otherwise.

Every way through it walks an index from where the page before it ended. What no index holds together is
filtered while walking, over so many rows a page at most; the next page goes on from where the walk stopped.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from db import Statement, Tx, queries
from shop import finds
from shop.stock import StockRow

sql = queries("inventory")

PAGE = 50
LOOKS = 500
"""So many rows are looked at for one page at most."""
STEP = 250
MATCHES = 500
"""A search sorts so many of its newest matches."""
STATES = ("sold_out", "low", "in_stock", "held")
SHELVES = ("unpublished", "archived")
_ENDLESS = 2**62
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the stockroom is asked for; an empty text leaves its choice open.

    `category` is a slug, `supplier` a name, `sort` one of SORTS, with a "-" before it from the other end.
    """

    text: str = ""
    state: str = ""
    category: str = ""
    supplier: str = ""
    shelf: str = ""
    sort: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the order is chosen."""
        return bool(self.text or self.state or self.category or self.supplier or self.shelf)


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in an order: its key there, then its SKU."""

    key: int | str
    sku: str

    def __str__(self) -> str:
        """The place as an address carries it; a SKU has no space in it."""
        return f"{self.key} {self.sku}"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the stockroom. `next_after` is where to go on; `cut` tells that a search had more matches."""

    items: tuple[StockRow, ...]
    next_after: str | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Walk:
    """A statement that walks an index, where it begins, and what else it needs."""

    statement: Statement
    start: Place
    more: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Keys:
    """What a row that passes the filters is sorted by."""

    sku: str
    available: int
    on_hand: int
    price: int
    sort_name: str


_NUMBER_UP, _NUMBER_DOWN = Place(-1, ""), Place(_ENDLESS, _LAST)
_TEXT_UP, _TEXT_DOWN = Place("", ""), Place(_LAST, _LAST)
_ORDERS: dict[str, tuple[Statement, Place]] = {
    "-available": (sql.by_available_down, _NUMBER_DOWN),
    "on_hand": (sql.by_on_hand, _NUMBER_UP),
    "-on_hand": (sql.by_on_hand_down, _NUMBER_DOWN),
    "price": (sql.by_price, _NUMBER_UP),
    "-price": (sql.by_price_down, _NUMBER_DOWN),
    "name": (sql.by_name, _TEXT_UP),
    "-name": (sql.by_name_down, _TEXT_DOWN),
    "sku": (sql.by_sku, _TEXT_UP),
    "-sku": (sql.by_sku_down, _TEXT_DOWN),
}
SORTS = ("available", *_ORDERS)
_KEYS = {
    "available": attrgetter("available", "sku"),
    "on_hand": attrgetter("on_hand", "sku"),
    "price": attrgetter("price", "sku"),
    "name": attrgetter("sort_name", "sku"),
    "sku": attrgetter("sku", "sku"),
}


def find(
    tx: Tx,
    wish: Wish,
    after: str | None = None,
    *,
    size: int = PAGE,
    looks: int = LOOKS,
    matches: int = MATCHES,
) -> Found:
    """Return a page of what is asked for; `after` is where the page before it ended."""
    fits = _fits(tx, wish)
    if fits is None:
        return Found(())
    if wish.text:
        return _searched(tx, wish, fits, after, size, matches)
    return _walked(tx, _walk(wish, fits), fits, after, size, looks)


def suppliers(tx: Tx) -> list[str]:
    """Return the names of the first hundred suppliers."""
    return tx.all(str, sql.suppliers)


def chosen(tx: Tx, skus: Sequence[str]) -> tuple[StockRow, ...]:
    """Return the rows of these SKUs in their order; what is not there is left out."""
    known = {row.sku: row for row in tx.all(StockRow, sql.of_skus, skus=json.dumps(skus))}
    return tuple(known[sku] for sku in dict.fromkeys(skus) if sku in known)


def _fits(tx: Tx, wish: Wish) -> dict[str, str | None] | None:
    """Return what rows are filtered by, or None where the category or supplier is not there."""
    category = tx.value(sql.category, slug=wish.category) if wish.category else None
    supplier = tx.value(sql.supplier, name=wish.supplier) if wish.supplier else None
    if (wish.category and category is None) or (wish.supplier and supplier is None):
        return None
    return {"category_id": category, "supplier_id": supplier, "shelf": wish.shelf, "state": wish.state}


def _walk(wish: Wish, fits: dict[str, str | None]) -> _Walk:
    """Return the index to walk: the narrowest one that holds the order, else the order's own."""
    supplier, category = fits["supplier_id"], fits["category_id"]
    start = Place(0, _LAST) if wish.state in ("low", "in_stock") else _NUMBER_UP
    if wish.shelf == "archived":
        found = _Walk(sql.archived, start)
    elif wish.sort in _ORDERS:
        found = _Walk(*_ORDERS[wish.sort])
    elif wish.state == "held":
        found = _Walk(sql.with_holds, start)
    elif wish.shelf == "unpublished":
        found = _Walk(sql.drafts, start)
    elif supplier:
        found = _Walk(sql.of_supplier, start, {"supplier_id": supplier})
    elif category and wish.state != "sold_out":
        found = _Walk(sql.of_category, start, {"category_id": category})
    elif wish.state == "low":
        found = _Walk(sql.running_low, start)
    elif wish.state == "in_stock":
        found = _Walk(sql.well_stocked, start)
    else:
        found = _Walk(sql.by_available, start, {"most": 0 if wish.state == "sold_out" else _ENDLESS})
    return found


def _walked(
    tx: Tx, walk: _Walk, fits: dict[str, str | None], after: str | None, size: int, looks: int
) -> Found:
    found: list[Place] = []
    place, looked, step = _place(after, walk.start), 0, size + 1
    while len(found) <= size and looked < looks:
        step = min(step, looks - looked)
        places = tx.all(Place, walk.statement, key=place.key, sku=place.sku, size=step, **walk.more)
        passing = {one.sku for one in _passing(tx, [one.sku for one in places], fits)}
        found += [one for one in places if one.sku in passing]
        if len(places) < step:
            return _page(tx, found, size, None)
        looked, place, step = looked + step, places[-1], STEP
    return _page(tx, found, size, place)


def _page(tx: Tx, found: list[Place], size: int, stopped: Place | None, cut: bool = False) -> Found:
    on = found[size - 1] if len(found) > size else stopped
    return Found(chosen(tx, [one.sku for one in found[:size]]), str(on) if on else None, cut)


def _searched(
    tx: Tx, wish: Wish, fits: dict[str, str | None], after: str | None, size: int, matches: int
) -> Found:
    skus = _matching(tx, wish.text, matches + 1)
    key, down = _KEYS[wish.sort.removeprefix("-") or "available"], wish.sort.startswith("-")
    keys = sorted((key(one) for one in _passing(tx, skus[:matches], fits)), reverse=down)
    if keys and after:
        start = _place(after, Place(*keys[0]))
        at = (start.key, start.sku)
        keys = [one for one in keys if (one < at if down else one > at)]
    return _page(tx, [Place(*one) for one in keys], size, None, len(skus) > matches)


def _matching(tx: Tx, text: str, most: int) -> list[str]:
    pattern = finds.pattern(text)
    if pattern:
        return tx.all(str, sql.matching, pattern=pattern, size=most)
    # A text too short for the index can only be how a SKU begins.
    spellings = dict.fromkeys((text, text.upper()))
    found = (
        sku
        for one in spellings
        for sku in tx.all(str, sql.beginning, prefix=one, upto=finds.upto(one), size=most)
    )
    return list(dict.fromkeys(found))[:most]


def _passing(tx: Tx, skus: list[str], fits: dict[str, str | None]) -> list[_Keys]:
    return tx.all(_Keys, sql.passing, skus=json.dumps(skus), **fits)


def _place(after: str | None, start: Place) -> Place:
    """Return the place that an address carries, or the start where it carries none of this order's."""
    key, _, sku = (after or "").rpartition(" ")
    if not sku:
        return start
    if isinstance(start.key, str):
        return Place(key, sku)
    return Place(int(key), sku) if key.isascii() and key.isdigit() and len(key) < 10 else start  # noqa: PLR2004 - beyond MOST
