"""Bulk edits: one change of stock or price for many rows, seen old → new before anything is written.

A preview writes nothing. It is named by a seal over every row's old and new value; who confirms it sends the
seal back, and when the rows are no longer those that were seen, nothing is changed and they are shown afresh.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from db import Tx
from shop import batches, inventory, stock
from shop.batches import PRICE, STOCK, Batch, Edit, Task
from shop.clock import Instant
from shop.errors import Conflict, Refused
from shop.inventory import Wish
from shop.money import LARGEST, format_money, grain, parse_money, to_the_grain
from shop.people import Person
from shop.stock import StockRow

MOST = 2000
"""So many rows are changed at once at most: they are one transaction, and shoppers wait for its end."""
CHOSEN = 500
LOOKS = 20_000
_PERCENT = re.compile(r"[+-]?[0-9]{1,4}(?:[.,][0-9]{1,2})?", re.ASCII)
_UNITS = re.compile(r"[0-9]{1,7}", re.ASCII)

ACTIONS: dict[str, str] = {
    "stock_more": "Stock: add",
    "stock_less": "Stock: take away",
    "stock_is": "Stock: set to",
    "price_is": "Price: set to",
    "price_more": "Price: raise by an amount",
    "price_less": "Price: lower by an amount",
    "price_percent": "Price: change by percent (5 or -10)",
}
"""What can be done to many rows, in words; the first word of each name says what it changes."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done to each row: one of ACTIONS by a value, with a reason where it is of stock."""

    action: str
    value: Decimal
    reason: str
    note: str
    currency: str

    @property
    def what(self) -> str:
        """What it changes: the units on hand or the price."""
        return PRICE if self.action.startswith("price") else STOCK

    @property
    def summary(self) -> str:
        """The change in words."""
        label = ACTIONS[self.action].split(" (")[0].replace(" by an amount", " by")
        if self.action == "price_percent":
            return f"Price: {self.value:+f} %"
        if self.what == PRICE:
            return f"{label} {format_money(int(self.value), self.currency)}"
        return f"{label} {self.value} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row as it is and as it would be; `refusal` says why it can't be."""

    row: StockRow
    was: int
    now: int
    refusal: str = ""

    @property
    def stays(self) -> bool:
        """Whether nothing would change."""
        return self.was == self.now and not self.refusal


@dataclass(frozen=True, slots=True)
class Preview:
    """All rows of a change; `seal` names exactly what was seen, `over` tells that more than MOST match."""

    change: Change
    rows: tuple[Proposal, ...]
    over: bool = False

    @property
    def refused(self) -> tuple[Proposal, ...]:
        """The rows that can't become what they should."""
        return tuple(one for one in self.rows if one.refusal)

    @property
    def changing(self) -> tuple[Proposal, ...]:
        """The rows that would change."""
        return tuple(one for one in self.rows if not one.refusal and not one.stays)

    @property
    def staying(self) -> int:
        """How many are already what they should be."""
        return sum(one.stays for one in self.rows)

    @property
    def seal(self) -> str:
        """A digest of every row's SKU, old and new value, and of the change's words."""
        lines = [f"{one.row.sku} {one.was} {one.now} {one.refusal}" for one in self.rows]
        told = "\n".join([self.change.summary, self.change.reason, self.change.note, *sorted(lines)])
        return hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows: the SKUs that were ticked, or where `everything` is true all that match the wish."""

    skus: tuple[str, ...]
    everything: bool
    wish: Wish


class Stale(Conflict):
    """The rows are no longer those that were seen; `preview` has them as they are now."""

    def __init__(self, sentence: str, preview: Preview) -> None:
        super().__init__(sentence)
        self.preview = preview


def typed_value(action: str, typed: str, currency: str) -> Decimal:
    """Return what was typed as the action takes it: units, minor units or percent. Raises Refused."""
    text = typed.strip()
    if action == "price_percent":
        if not _PERCENT.fullmatch(text):
            raise Refused("Write a percentage such as 5 or -12.5.", "value")
        return Decimal(text.replace(",", "."))
    if action.startswith("price"):
        try:
            return Decimal(parse_money(text, currency))
        except ValueError as fault:
            raise Refused(str(fault), "value") from None
    if not _UNITS.fullmatch(text) or int(text) > stock.MOST:
        raise Refused(f"Write a whole number from 0 to {stock.MOST}.", "value")
    return Decimal(int(text))


def preview(tx: Tx, choice: Choice, change: Change) -> Preview:
    """Return every chosen row old → new. Writes nothing. Raises Refused where nothing is chosen."""
    rows, over = _rows(tx, choice)
    if not rows:
        raise Refused("Choose at least one row." if not choice.everything else "Nothing matches.", "sku")
    return Preview(change, tuple(_proposed(row, change) for row in rows), over)


def make(
    tx: Tx, by: Person, choice: Choice, change: Change, *, seal: str, leave_out: bool, at: Instant
) -> Batch:
    """Make a change that was seen, all or nothing; `leave_out` leaves the refused rows as they are.

    Raises Stale, which carries a fresh preview, when the rows are no longer those that were seen.
    """
    now = preview(tx, choice, change)
    if seal != now.seal:
        raise Stale("Some of these rows have changed meanwhile. Nothing was changed: look again.", now)
    if now.over:
        raise Stale(f"More than {MOST} rows match: narrow the filter.", now)
    if (now.refused and not leave_out) or not now.changing:
        raise Stale("Not all of these rows can be changed. Nothing was changed.", now)
    edits = [Edit(one.row.sku, one.row.product_id, one.was, one.now) for one in now.changing]
    task = Task(change.what, change.summary, change.reason, change.note, change.currency)
    return batches.make(tx, by, task, edits, at)


def _rows(tx: Tx, choice: Choice) -> tuple[tuple[StockRow, ...], bool]:
    if not choice.everything:
        return inventory.chosen(tx, choice.skus[:CHOSEN]), False
    found = inventory.find(tx, choice.wish, size=MOST, looks=LOOKS, matches=MOST)
    return found.items, found.cut or found.next_after is not None


def _proposed(row: StockRow, change: Change) -> Proposal:
    was = row.price if change.what == PRICE else row.on_hand
    now = _ROUTES[change.action](was, change.value)
    if change.action == "price_percent":
        now = to_the_grain(now, grain(change.currency))
    return Proposal(row, was, now, _refusal(row, now, change))


def _refusal(row: StockRow, now: int, change: Change) -> str:
    if change.what == PRICE:
        if now < 0:
            return "The price would be below zero."
        return "That is more than can be charged at once." if now > LARGEST else ""
    if now < row.held:
        held = f"{row.held} are held by open orders" if row.held else f"only {row.on_hand} are on hand"
        return f"There can't be {now}: {held}."
    return f"There can't be more than {stock.MOST}." if now > stock.MOST else ""


def _by_percent(price: int, percent: Decimal) -> int:
    """Return a price changed by so many percent, to the nearest minor unit, half up."""
    return int((price * (100 + percent) / 100).quantize(Decimal(1), ROUND_HALF_UP))


_ROUTES: dict[str, Callable[[int, Decimal], int]] = {
    "stock_more": lambda was, value: was + int(value),
    "stock_less": lambda was, value: was - int(value),
    "stock_is": lambda _, value: int(value),
    "price_is": lambda _, value: int(value),
    "price_more": lambda was, value: was + int(value),
    "price_less": lambda was, value: was - int(value),
    "price_percent": _by_percent,
}
