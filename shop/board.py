"""The board: the orders that are not done with, by state, the longest waiting first."""

from dataclasses import dataclass

from db import Tx, queries
from shop import order_finds
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


@dataclass(frozen=True, slots=True)
class Column:
    """The oldest orders of one state; `count` stops at a hundred, `more` says whether some are not shown."""

    state: str
    title: str
    orders: tuple[FoundOrder, ...]
    count: int

    @property
    def more(self) -> bool:
        """Whether there are orders that the column does not show."""
        return self.count > len(self.orders)


def show(tx: Tx) -> tuple[Column, ...]:
    """Return every column, each with at most so many orders as fit a page."""
    return tuple(_column(tx, state, title) for state, title in COLUMNS.items())


def _column(tx: Tx, state: str, title: str) -> Column:
    shown = tuple(order_finds.summary(tx, one) for one in order_finds.oldest(tx, state, A_COLUMN))
    return Column(state, title, shown, int(tx.value(sql.up_to_a_hundred, state=state)))
