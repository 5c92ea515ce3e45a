"""The movements of a variant: its history, what there was at any moment, and taking one back.

The ledger is append-only, so what was wrong is put right by a counter-entry that names what it takes back;
a unique index lets that happen once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from db import Tx, queries
from shop import stock
from shop.clock import Instant, later
from shop.errors import Conflict, NotFound, Refused
from shop.listing import Listing, number_of, page_of
from shop.people import Person
from shop.stock import Adjusted

sql = queries("movements")

PAGE = 50
_NEWEST = 2**62
_OWN_WAY_BACK = ("undo", "receipt", "stocktake", "import")
"""What comes from these is taken back where it came from, as a whole."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One row of the ledger: what changed, the balance after it, who did it and why.

    `cause` names what it came from, such as `batch:<id>`; `taken_back_by` is the movement that undid it.
    """

    seq: int
    sku: str
    kind: str
    on_hand_change: int
    held_change: int
    on_hand_after: int
    held_after: int
    reason: str
    note: str
    actor: str
    cause: str
    order_number: str | None
    at: Instant
    taken_back_by: int | None = None

    @property
    def origin(self) -> tuple[str, str]:
        """What it came from, as a kind and an id, such as ("batch", "bat_01"); empty where by hand.

        A whole receipt or import that was taken back names itself in another way, and is its own origin too.
        """
        kind, _, which = self.cause.partition(":")
        if kind == "undo" and not which.isdigit():
            kind, _, which = which.partition(":")
        if self.order_number is not None or not which:
            return ("", "")
        return (kind.removesuffix("_undone"), which.partition(":")[0])

    @property
    def is_reversible(self) -> bool:
        """Whether a person may take it back by itself: an adjustment that nobody has taken back yet."""
        by_hand = self.kind == "adjust" and self.origin[0] not in _OWN_WAY_BACK
        return by_hand and self.on_hand_change != 0 and self.taken_back_by is None


@dataclass(frozen=True, slots=True)
class Balance:
    """What there was of a variant at a moment, in units, and the movement that had made it so."""

    seq: int
    on_hand: int
    held: int
    at: Instant

    @property
    def available(self) -> int:
        """Units that could be sold then."""
        return self.on_hand - self.held


def history(tx: Tx, sku: str, after: str | None = None) -> Listing[Movement]:
    """Return a page of a variant's movements, newest first."""
    before = number_of(after, _NEWEST)
    rows = tx.all(Movement, sql.history, sku=sku, before=before, size=PAGE + 1)
    return page_of(rows, PAGE, lambda row: str(row.seq))


def as_of(tx: Tx, sku: str, at: Instant) -> Balance | None:
    """Return what there was of a variant at a moment, or None where it had never moved.

    Movements are numbered as they are committed, and their instants may be out of order by the length of a
    transaction: of the last few before the moment, the one with the highest number is the newest.
    """
    return tx.one(Balance, sql.as_of, sku=sku, at=at)


def typed_moment(typed: str) -> Instant:
    """Return the instant of a date and time as a form sends it, in UTC. Raises Refused."""
    try:
        told = datetime.fromisoformat(typed.strip())
        return later(told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC).isoformat())
    except (ValueError, OverflowError):
        raise Refused("Write a day and a time such as 2026-11-25 14:30.", "at") from None


def take_back(tx: Tx, by: Person, sku: str, seq: int, at: Instant) -> Adjusted:
    """Take a movement back by a counter-entry that names it.

    Raises NotFound, and Conflict where it can't be taken back, or not any more.
    """
    movement = tx.one(Movement, sql.movement, sku=sku, seq=seq) if seq < _NEWEST else None
    if movement is None:
        raise NotFound("There is no such movement.")
    if movement.taken_back_by is not None:
        raise Conflict(f"This was taken back already, by movement {movement.taken_back_by}.")
    if not movement.is_reversible:
        raise Conflict("This movement is not taken back by itself: change what it came from.")
    change, here = -movement.on_hand_change, stock.row(tx, sku)
    if here.on_hand + change < here.held:
        held = f" and {here.held} of them are held by open orders" if here.held else ""
        raise Conflict(f"Only {here.on_hand} are on hand{held}: {-change} can't be taken away again.")
    note, cause = f"takes back movement {seq}", f"undo:{seq}"
    return stock.adjust(tx, by, sku, change=change, reason="correction", note=note, cause=cause, at=at)
