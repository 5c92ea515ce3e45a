"""The board: the orders that are not done with, by state, the longest waiting first."""

from dataclasses import dataclass

from db import Tx, queries
from shop import order_finds
from shop.clock import Instant, to_epoch
from shop.order_finds import FoundOrder

sql = queries("board")

COLUMNS = {
    "confirmed": "To pack",
    "packed": "Packed",
    "open": "Being paid",
    "processing": "With the bank",
    "review": "In review",
}
A_COLUMN = 25
AN_HOUR = 60
A_DAY = 24 * AN_HOUR


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order on the board, and how long it has been waiting, in words."""

    order: FoundOrder
    waits: str


@dataclass(frozen=True, slots=True)
class Column:
    """The oldest orders of one state; `count` stops at a hundred."""

    state: str
    title: str
    orders: tuple[Waiting, ...]
    count: int

    @property
    def more(self) -> bool:
        """Whether there are orders that the column does not show."""
        return self.count > len(self.orders)


def show(tx: Tx, at: Instant) -> tuple[Column, ...]:
    """Return every column, each with at most so many orders as fit a page."""
    return tuple(_column(tx, state, title, at) for state, title in COLUMNS.items())


def waited(since: Instant, until: Instant) -> str:
    """Return how long something has waited, in one unit: "now", "12 min", "5 h" or "3 days"."""
    minutes = max(0, to_epoch(until) - to_epoch(since)) // 60
    if minutes < AN_HOUR:
        return f"{minutes} min" if minutes else "now"
    if minutes < 2 * A_DAY:
        return f"{minutes // AN_HOUR} h"
    return f"{minutes // A_DAY} days"


def _column(tx: Tx, state: str, title: str, at: Instant) -> Column:
    found = [order_finds.summary(tx, one) for one in order_finds.oldest(tx, state, A_COLUMN)]
    shown = tuple(Waiting(one, waited(one.sold_at or one.placed_at, at)) for one in found)
    return Column(state, title, shown, int(tx.value(sql.up_to_a_hundred, state=state)))
