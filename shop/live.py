"""Live: what the newest commits changed, told to whoever listens in this process.

A commit may have happened in any process, so nobody is called by whoever writes: each process looks at the
books a few times a second, and reads the two journals, movements and events, from where it last stopped.
What has not been committed is in neither.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from db import Database, Tx, queries
from shop import catalog, shelves
from shop.catalog import Card, Product
from shop.errors import NotFound
from shop.narrowing import Wish
from shop.words import _

sql = queries("live")
log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
MOST_NEWS = 500
"""More rows than that at once, as an import writes, are not read: anything may have changed then."""


@dataclass(frozen=True, slots=True)
class News:
    """What the newest commits touched: the ids of products, or everything."""

    products: frozenset[str] = frozenset()
    everything: bool = False

    def touch(self, products: frozenset[str]) -> bool:
        """Tell whether one of these products may have changed."""
        return self.everything or not self.products.isdisjoint(products)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the two journals have been read."""

    moved: int = 0
    told: int = 0


class Listener(Protocol):
    """Who wants to hear of commits."""

    address: str

    def hear(self, news: News) -> None:
        """Take note of what changed."""

    def end(self) -> None:
        """Take note that the process is about to stop."""


@dataclass(slots=True)
class Lookout:
    """Looks out for commits while anybody listens."""

    db: Database
    closing: bool = False
    _listeners: set[Listener] = field(default_factory=set)
    _mark: Mark | None = None
    _state: int | None = None
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def join(self, listener: Listener) -> None:
        """Tell somebody of all commits from now on."""
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """Tell somebody no more; harmless when they have left."""
        self._listeners.discard(listener)

    def count(self, address: str | None = None) -> int:
        """Return how many listen, from an address or in all."""
        if address is None:
            return len(self._listeners)
        return sum(one.address == address for one in self._listeners)

    async def shared(self, key: Hashable, make: Callable[[], Awaitable[Any]]) -> Any:
        """Return what is made for all who ask for it between two commits: it is made once."""
        # The one of this moment: what is still being made when the next news comes must not outlive it.
        made = self._made
        if key not in made:
            made[key] = await make()
        return made[key]

    def close(self) -> None:
        """Send everybody away, for the process is about to stop."""
        self.closing = True
        for listener in self._listeners:
            listener.end()

    async def run(self) -> None:
        """Look out until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if self._listeners:
                    await self._look()
            except Exception as fault:  # noqa: BLE001 - a broken disk is no reason to stop looking
                log.warning("looking for news failed: %s", fault)

    async def _look(self) -> None:
        # Read before the journals: a commit in between is then met once more at the next look.
        state = self.db.state()
        if state == self._state:
            return
        self._mark, news = await self.db.read(since, self._mark)
        self._state = state
        self._made = {}
        for listener in self._listeners:
            listener.hear(news)


def since(tx: Tx, mark: Mark | None) -> tuple[Mark, News]:
    """Return how far the journals go by now, and what has changed since a mark, or everything without one."""
    if mark is None:
        return _end(tx), News(everything=True)
    moved = tx.all(_Moved, sql.moved, after=mark.moved, most=MOST_NEWS)
    told = tx.all(_Told, sql.told, after=mark.told, most=MOST_NEWS)
    if len(moved) == MOST_NEWS or len(told) == MOST_NEWS:
        return _end(tx), News(everything=True)
    new = Mark(moved[-1].seq if moved else mark.moved, told[-1].seq if told else mark.told)
    # A setting, such as whether former prices are shown, may change every page.
    everything = any(one.object.startswith("settings:") for one in told)
    products = {one.product_id for one in moved} | {one.product for one in told}
    return new, News(frozenset(products - {""}), everything)


def product(tx: Tx, product_id: str) -> Product:
    """Return a published product by its id. Raises NotFound."""
    slug = tx.value(sql.product_slug, id=product_id)
    if slug is None:
        raise NotFound(_("There is no such product."))
    return catalog.product(tx, slug)


def cards(tx: Tx, category_id: str, slugs: Sequence[str]) -> list[Card]:
    """Return these products' cards, or those of the category's first page. Raises NotFound."""
    category = tx.value(sql.category_slug, id=category_id)
    if category is None:
        raise NotFound(_("There is no such category."))
    if not slugs:
        return list(shelves.shelf(tx, category, Wish()).listing.items)
    found = (tx.one(Card, sql.card, slug=slug) for slug in slugs)
    return [card for card in found if card is not None]


@dataclass(frozen=True, slots=True)
class _Moved:
    seq: int
    product_id: str


@dataclass(frozen=True, slots=True)
class _Told:
    seq: int
    object: str
    product_id: str | None

    @property
    def product(self) -> str:
        """The product that was changed, itself or one of its variants; empty for anything else."""
        kind, _, its_id = self.object.partition(":")
        return self.product_id or (its_id if kind == "product" else "")


def _end(tx: Tx) -> Mark:
    return Mark(int(tx.value(sql.last_moved) or 0), int(tx.value(sql.last_told) or 0))
