"""Where a number comes from: for on hand, held and available of a SKU, the movements that make it.

Newest first and in pages. The balance in each row is the one that was written with it, so that a page needs
nothing of the pages before it; `shop verify` proves that balances and changes agree.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop.clock import Instant
from shop.errors import NotFound
from shop.listing import LAST, Listing, number_of, page_of

sql = queries("explain")

PAGE = 50
NEWEST_SHARES = 1000
NEWEST = 2**62
"""A number beyond every movement's: where the newest-first list begins."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What there is of a SKU, in units; available is on hand less held."""

    sku: str
    on_hand: int
    held: int
    available: int


@dataclass(frozen=True, slots=True)
class Share:
    """What movements of one kind have added up to, in units; `first` is the lowest of their numbers."""

    kind: str
    count: int
    on_hand: int
    held: int
    first: int

    @property
    def available(self) -> int:
        """What they did to the available units."""
        return self.on_hand - self.held


@dataclass(frozen=True, slots=True)
class Forward:
    """The balance after a movement, from which the newer ones go on."""

    seq: int
    on_hand: int
    held: int
    at: Instant

    @property
    def available(self) -> int:
        """Units that were available then."""
        return self.on_hand - self.held


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement as it changed the number that is explained, and the number after it."""

    seq: int
    kind: str
    change: int
    balance: int
    reason: str
    note: str
    actor: str
    cause: str
    order_number: str | None
    at: Instant


@dataclass(frozen=True, slots=True)
class OpenHold:
    """Units promised to an order that is not settled; `hold_until` is None once the bank decides."""

    order_id: str
    number: str
    state: str
    quantity: int
    placed_at: Instant
    hold_until: Instant | None


NUMBERS = {"on_hand": sql.on_hand, "held": sql.held, "available": sql.available}
"""The numbers that can be explained, each with the movements that change it."""


def figures(tx: Tx, sku: str) -> Figures:
    """Return what there is of a SKU. Raises NotFound."""
    found = tx.one(Figures, sql.figures, sku=sku)
    if found is None:
        raise NotFound("There is no such SKU.")
    return found


def shares(tx: Tx, sku: str) -> tuple[Share, ...]:
    """Return what each kind of the newest movements has added up to, at most `NEWEST_SHARES` of them.

    Together with what was brought forward to them they are the figures.
    """
    return tuple(tx.all(Share, sql.shares, sku=sku, size=NEWEST_SHARES))


def brought_forward(tx: Tx, sku: str, added_up: tuple[Share, ...]) -> Forward | None:
    """Return the balance before the movements that `shares` has added up, None where they are all there are.

    That it is the sum of all movements before it is what `shop verify` recomputes.
    """
    return tx.one(Forward, sql.balance_before, sku=sku, seq=min((one.first for one in added_up), default=0))


def entries(tx: Tx, sku: str, number: str, after: str | None = None) -> Listing[Entry]:
    """Return a page of the movements that changed `on_hand`, `held` or `available`, newest first.

    The first balance is the number itself. Raises NotFound for another number or SKU.
    """
    if number not in NUMBERS:
        raise NotFound("There is no such number.")
    figures(tx, sku)
    before = number_of(after, NEWEST)
    rows = tx.all(Entry, NUMBERS[number], sku=sku, before=before, size=PAGE + 1)
    return page_of(rows, PAGE, lambda row: str(row.seq))


def holds(tx: Tx, sku: str, after: str | None = None) -> Listing[OpenHold]:
    """Return a page of the orders that hold units of a SKU, newest first; all together they are `held`."""
    rows = tx.all(OpenHold, sql.holds, sku=sku, after=after or LAST, size=PAGE + 1)
    return page_of(rows, PAGE, lambda row: row.order_id)
