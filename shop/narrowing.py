"""Narrowing a list of products down: by price, stock and options, with how many there are of each.

Nothing is counted without end: a list is looked through until fifty products fit or three hundred were
looked at, and what is told of it says whether that was all.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import islice
from typing import Generic, Protocol, TypeVar

from db import Tx, queries

sql = queries("narrowing")

COUNTED = 100
"""So far things are counted where an index holds them; beyond it they are many."""
TALLIED = 50
"""So far where each has to be looked at."""
LOOKS = 300
"""So many products are looked at for one page at most, where no index holds all that is asked for."""
MOST_CHOSEN = 20
MOST_OPTIONS = 8
MOST_VALUES = 24
TAKEN = frozenset({"q", "from", "to", "stock", "sort", "after", "language"})
"""Names that mean something else in an address: an option of that name gets another."""
_STEP = 25
_ENDLESS = 2**62
_SIZES = ("xxs", "xs", "s", "m", "l", "xl", "xxl", "3xl", "small", "medium", "large")

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a list is asked for: a lowest price from `least` to `most`, in minor units, stock, and options.

    Several values of one option are alternatives; each option must be met, all of them by one variant.
    `sort` is empty for the newest first, `price` for the cheapest, `-price` for the dearest.
    """

    least: int = 0
    most: int = _ENDLESS
    in_stock: bool = False
    sort: str = ""
    options: tuple[Pair, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether a price is asked for."""
        return self.least > 0 or self.most < _ENDLESS

    @property
    def is_plain(self) -> bool:
        """Whether everything fits."""
        return not (self.is_narrow or self.in_stock or self.options)

    @property
    def groups(self) -> dict[str, frozenset[str]]:
        """The options that are asked for, each with its values."""
        found = defaultdict(set)
        for name, value in self.options:
            found[name].add(value)
        return {name: frozenset(values) for name, values in found.items()}

    def without(self, option: str) -> "Wish":
        """Return the same without an option, in no order of its own."""
        return replace(self, sort="", options=tuple(one for one in self.options if one[0] != option))


@dataclass(frozen=True, slots=True)
class Way:
    """A value that may be chosen. `count` is how many fit, at least so many if `more`; None is not known."""

    value: str
    chosen: bool
    count: int | None
    more: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """An option with its values, and the name it has in an address."""

    name: str
    field: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many products fit, and of each option's values; at least so many unless it is the `whole`."""

    count: int
    whole: bool
    of: Mapping[str, Mapping[str, int]]


class Priced(Protocol):
    """A row of a list of products."""

    @property
    def product_id(self) -> str:
        """Which product it is."""

    @property
    def price(self) -> int:
        """Its lowest price."""


R = TypeVar("R", bound=Priced)


@dataclass(slots=True)
class Looked(Generic[R]):
    """What fits of what was looked at; `whole` if nothing follows the `last` one.

    `having` are the products by each option that a fitting variant has, where it was looked at them.
    """

    rows: list[R] = field(default_factory=list)
    having: dict[Pair, set[str]] = field(default_factory=dict)
    last: R | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class _Value:
    option: str
    value: str
    products: int


@dataclass(frozen=True, slots=True)
class Alike:
    """The products, divided by commas, that have variants of these very options."""

    options: str
    products: str


AlikeOf = Callable[[str, bool], list[Alike]]
"""Tells which products, their ids a JSON array, are alike: by all their variants, or by those in stock."""


def field_of(name: str) -> str:
    """Return the name that an option has in an address."""
    return f"option-{name}" if name in TAKEN else name


def alike_of(tx: Tx) -> AlikeOf:
    """Return what asks which products are alike: for one page, as it asks for the same ones once."""
    return cache(lambda ids, in_stock: tx.all(Alike, sql.alike_in_stock if in_stock else sql.alike, ids=ids))


def look(alike: AlikeOf, rows: Iterable[R], wish: Wish, most: int, looks: int = LOOKS) -> Looked[R]:
    """Look through rows until so many fit, or so many were looked at."""
    found, seen = Looked[R](), 0
    by_variant = wish.in_stock or bool(wish.options)
    flow = iter(rows)
    while some := list(islice(flow, min(_STEP, looks))):
        if seen >= looks or len(found.rows) >= most:
            found.whole = False
            break
        seen, found.last = seen + len(some), some[-1]
        priced = [row for row in some if wish.least <= row.price <= wish.most]
        fitting = _fitting(alike, priced, wish, found.having) if by_variant and priced else set()
        found.rows += [row for row in priced if not by_variant or row.product_id in fitting]
    return found


def tally(tx: Tx, alike: AlikeOf, rows: Iterable[R], wish: Wish) -> Tally:
    """Look through rows and count what fits, and the values that its fitting variants have."""
    looked = look(alike, rows, wish, TALLIED)
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    if not (wish.in_stock or wish.options):
        # Any of their variants fits, so that they need not be looked at one by one.
        ids = json.dumps([row.product_id for row in looked.rows])
        for one in tx.all(_Value, sql.values_of, ids=ids):
            counts[one.option][one.value] = one.products
    for (name, value), products in looked.having.items():
        counts[name][value] = len(products)
    return Tally(len(looked.rows), looked.whole, counts)


def facets(wish: Wish, told_by: Callable[[Wish], Tally]) -> tuple[Facet, ...]:
    """Return what may be chosen: of an option that is chosen from, as if it were not yet.

    `told_by` says how many there are of everything under a wish.
    """
    groups, all_told = wish.groups, told_by(replace(wish, sort=""))
    found = []
    for name in dict.fromkeys([*groups, *all_told.of]):
        told = told_by(wish.without(name)) if name in groups else all_told
        ways = _ways(told, name, groups.get(name, frozenset()))
        if ways:
            found.append(Facet(name, field_of(name), ways))
    return tuple(sorted(found, key=lambda one: one.name.lower())[:MOST_OPTIONS])


def walked(fetch: Callable[[R | None], list[R]], size: int) -> Iterator[R]:
    """Yield rows fetched step by step, each behind the last row; `size` is a full step."""
    last: R | None = None
    while True:
        rows = fetch(last)
        yield from rows
        if len(rows) < size:
            return
        last = rows[-1]


def _ways(told: Tally, name: str, chosen: frozenset[str]) -> tuple[Way, ...]:
    counts = dict.fromkeys(chosen, 0) | dict(told.of.get(name, {}))
    known = [
        # What was not met among those that were looked at may still be further on.
        Way(value, value in chosen, None if count == 0 and not told.whole else count, not told.whole)
        for value, count in counts.items()
        if count or value in chosen or not told.whole
    ]
    most = sorted(known, key=lambda way: (not way.chosen, -(way.count or 0), way.value))[:MOST_VALUES]
    return tuple(sorted(most, key=lambda way: _order(way.value)))


def _order(value: str) -> tuple[int, int, str]:
    """Sizes as they grow, numbers by their value, words by their letters."""
    small = value.lower()
    if small in _SIZES:
        return 0, _SIZES.index(small), ""
    digits = small[: len(small) - len(small.lstrip("0123456789"))]
    return (1, int(digits[:9]), small) if digits else (2, 0, small)


def _fitting(alike: AlikeOf, rows: Iterable[Priced], wish: Wish, having: dict[Pair, set[str]]) -> set[str]:
    """Return the products with a variant that is all that is asked for, and add such variants' options."""
    groups, fitting = wish.groups, set[str]()
    ids = json.dumps([row.product_id for row in rows])
    for one in alike(ids, wish.in_stock):
        options, pairs = _options(one.options)
        if not groups or all(options.get(name) in values for name, values in groups.items()):
            products = one.products.split(",")
            fitting.update(products)
            for pair in pairs:
                having.setdefault(pair, set()).update(products)
    return fitting


@lru_cache(maxsize=4096)
def _options(text: str) -> tuple[Mapping[str, str], frozenset[Pair]]:
    told: dict[str, object] = json.loads(text)
    options = {name: value for name, value in told.items() if isinstance(value, str)}
    return options, frozenset(options.items())
