"""The shelves as shoppers walk along them: categories inside others, and what stands in them.

A shelf shows its own products and those of the shelves inside it. Each is walked in the order of its own
index, and the walks are merged: so nothing is kept of the tree but who is inside whom.
"""

import heapq
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain, groupby, takewhile
from typing import Any

from db import Statement, Tx, queries
from shop import catalog, narrowing
from shop.catalog import Card, Category
from shop.listing import LAST, Listing
from shop.narrowing import COUNTED, MOST_CHOSEN, AlikeOf, Facet, Pair, Tally, Wish

sql = queries("shelves")

PAGE = 24
MOST_INSIDE = 500
_STEP = 50
_PRICED = re.compile(r"([0-9]{1,12}) (\S{1,60})", re.ASCII)

Place = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category between those it is inside of and those inside it, and one page of its products.

    `count` is of all that fit, at least so many unless it is the `whole`. `wish` is what could be understood
    of the one that was asked with.
    """

    category: Category
    above: tuple[Category, ...]
    inside: tuple[Category, ...]
    wish: Wish
    count: int
    whole: bool
    facets: tuple[Facet, ...]
    listing: Listing[Card]


@dataclass(frozen=True, slots=True)
class _Row:
    product_id: str
    price: int


@dataclass(frozen=True, slots=True)
class _Visit:
    """What is asked about some shelves for one page; nothing of it is read twice."""

    tx: Tx
    ids: tuple[str, ...]
    alike: AlikeOf
    rows: Callable[..., list[_Row]]

    @classmethod
    def to(cls, tx: Tx, ids: Iterable[str]) -> "_Visit":
        return cls(tx, tuple(ids), narrowing.alike_of(tx), cache(partial(tx.all, _Row)))


@dataclass(frozen=True, slots=True)
class _Count:
    option: str
    value: str
    products: int


def above(tx: Tx, category_id: str) -> tuple[Category, ...]:
    """Return the categories that this one is inside of, the outermost first."""
    return tuple(tx.all(Category, sql.above, id=category_id))


def shelf(tx: Tx, slug: str, wish: Wish, after: str | None = None, size: int = PAGE) -> Shelf:
    """Return a page of a category's products as they are asked for. Raises NotFound."""
    category = catalog.category(tx, slug)
    visit = _Visit.to(tx, tx.all(str, sql.within, id=category.id, most=MOST_INSIDE))
    wish = replace(wish, options=_known(visit, wish.options))
    told_by = cache(partial(_tally, visit))
    told = told_by(replace(wish, sort="")) if wish.options else None
    count, whole = (told.count, told.whole) if told else _count(visit, wish)
    if wish.is_narrow and not wish.sort and not wish.options and whole:
        rows, next_after = _few(visit, wish, after, size)
    else:
        rows, next_after = _page(visit, wish, after, size)
    cards = catalog.cards(tx, [row.product_id for row in rows])
    return Shelf(
        category,
        above(tx, category.id),
        tuple(tx.all(Category, sql.inside, id=category.id)),
        wish,
        count,
        whole,
        narrowing.facets(wish, told_by),
        Listing(cards, next_after),
    )


def _known(visit: _Visit, options: Sequence[Pair]) -> tuple[Pair, ...]:
    """Return the pairs that some product here has; an old or mistyped link still shows the shelf."""
    pairs = list(dict.fromkeys(options))[:MOST_CHOSEN]
    counts = _counts_of(visit, pairs) if pairs else []
    known = {(one.option, one.value) for one in counts}
    return tuple(pair for pair in pairs if pair in known)


def _count(visit: _Visit, wish: Wish) -> tuple[int, bool]:
    statement = sql.count_in_stock if wish.in_stock else sql.count
    counted = 0
    within = {"least": wish.least, "most": wish.most}
    for one in visit.ids:
        left = COUNTED - counted
        if left > 0:
            counted += visit.tx.value(statement, category_id=one, **within, limit=left)
    return counted, counted < COUNTED


def _few(visit: _Visit, wish: Wish, after: str | None, size: int) -> tuple[list[_Row], str | None]:
    """Return the newest of what is so little that all of it can be looked at."""
    found = _walk(visit, replace(wish, sort="price"))
    rows = sorted((row for row in found if row.product_id < (after or LAST)), key=_id, reverse=True)
    return rows[:size], rows[size - 1].product_id if len(rows) > size else None


def _page(visit: _Visit, wish: Wish, after: str | None, size: int) -> tuple[list[_Row], str | None]:
    """Look for a page of what fits; where too much does not, the next page goes on from there."""
    # The walk holds what is in stock, or one option; what comes to that is looked at.
    if not wish.options:
        asked = replace(wish, in_stock=False)
    else:
        held = not wish.in_stock and len(wish.groups) == 1
        asked = replace(wish, options=()) if held else wish
    looked = narrowing.look(visit.alike, _walk(visit, wish, after), asked, size + 1)
    if len(looked.rows) > size:
        return looked.rows[:size], _key(wish, looked.rows[size - 1])
    return looked.rows, None if looked.whole or looked.last is None else _key(wish, looked.last)


def _walk(visit: _Visit, wish: Wish, after: str | None = None) -> Iterator[_Row]:
    """Yield the products of these shelves in the order that is asked for, of the option fewest have."""
    start = _start(wish, after)
    flows = [_flow(visit, statement, named, start) for statement, named in _sources(visit, wish)]
    key = _by_price if wish.sort else _id
    merged = heapq.merge(*flows, key=key, reverse=wish.sort != "price")
    # A product that has two of the values comes from both.
    rows = (row for row, _ in groupby(merged))
    if not wish.sort:
        return rows
    return takewhile(lambda row: wish.least <= row.price <= wish.most, rows)


def _sources(visit: _Visit, wish: Wish) -> list[tuple[Statement, Place]]:
    if not wish.options:
        statement = {
            "": sql.newest_in_stock if wish.in_stock else sql.newest,
            "price": sql.cheapest_in_stock if wish.in_stock else sql.cheapest,
            "-price": sql.dearest_in_stock if wish.in_stock else sql.dearest,
        }[wish.sort]
        return [(statement, {"category_id": one}) for one in visit.ids]
    counts: dict[str, int] = defaultdict(int)
    for one in _counts_of(visit, wish.options):
        counts[one.option] += one.products
    rarest = min(counts, key=lambda option: counts[option])
    statement = {"": sql.newest_of, "price": sql.cheapest_of, "-price": sql.dearest_of}[wish.sort]
    pairs = [pair for pair in wish.options if pair[0] == rarest]
    return [
        (statement, {"category_id": one, "option": option, "value": value})
        for one in visit.ids
        for option, value in pairs
    ]


def _flow(visit: _Visit, statement: Statement, named: Place, start: Place) -> Iterator[_Row]:
    def fetch(last: _Row | None) -> list[_Row]:
        place = start if last is None else {name: getattr(last, name) for name in start}
        return visit.rows(statement, **named, **place, size=_STEP)

    return narrowing.walked(fetch, _STEP)


def _start(wish: Wish, after: str | None) -> Place:
    if not wish.sort:
        return {"product_id": after or LAST}
    place = _PRICED.fullmatch(after or "")
    if place:
        return {"price": int(place[1]), "product_id": place[2]}
    if wish.sort == "price":
        return {"price": wish.least, "product_id": ""}
    return {"price": wish.most, "product_id": LAST}


def _id(row: _Row) -> str:
    return row.product_id


def _by_price(row: _Row) -> tuple[int, str]:
    return row.price, row.product_id


def _key(wish: Wish, row: _Row) -> str:
    return f"{row.price} {row.product_id}" if wish.sort else row.product_id


def _tally(visit: _Visit, wish: Wish) -> Tally:
    """Return how many there are of each value: exactly of a whole shelf, else as far as it is looked at."""
    kept = _kept_counts(visit)
    if wish.is_plain:
        return Tally(0, True, kept)
    told = narrowing.tally(visit.tx, visit.alike, _walk(visit, wish), wish)
    if told.whole:
        return told
    # What was not met among the first may still be further on.
    of = {name: dict.fromkeys(values, 0) | dict(told.of.get(name, {})) for name, values in kept.items()}
    return replace(told, of=of)


def _kept_counts(visit: _Visit) -> dict[str, dict[str, int]]:
    most = [visit.tx.all(_Count, sql.most_of, category_id=one) for one in visit.ids]
    rows = most[0]
    if len(visit.ids) > 1:
        pairs = dict.fromkeys((one.option, one.value) for one in chain.from_iterable(most))
        rows = _counts_of(visit, list(pairs))
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in rows:
        found[one.option][one.value] += one.products
    return found


def _counts_of(visit: _Visit, pairs: Sequence[Pair]) -> list[_Count]:
    return visit.tx.all(_Count, sql.counts, ids=json.dumps(visit.ids), pairs=json.dumps(pairs))
