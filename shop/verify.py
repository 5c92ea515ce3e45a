"""Verification: recompute what must always hold from the ledgers, and name the first row that breaks it.

The numbers are DESIGN's invariants. Everything is read in one snapshot, so the shop may go on selling
meanwhile; a file that is damaged is a finding like any other.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from db import DatabaseError, Interrupted, Statement, Tx, WrongSchema, path_of, queries, snapshot, wal_fault
from shop import histories, prices, sales
from shop.errors import Refused

sql = queries("verify")

CHUNK = 20_000
"""So many links of the chain are recomputed at a time; then nothing of them is kept."""
BEFORE_ALL = -(2**63)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold; `broken` names the first row for which it does not."""

    invariant: str
    sentence: str
    broken: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of the chain; noted elsewhere, it proves later that nothing before it changed."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, and how much was looked at."""

    checks: tuple[Check, ...]
    orders: int = 0
    movements: int = 0
    reviews: int = 0
    waiting_for_a_person: int = 0
    head: Head = Head(0, "")

    @property
    def holds(self) -> bool:
        """Whether every invariant holds."""
        return all(check.broken is None for check in self.checks)

    def plus(self, *checks: Check) -> "Report":
        """Return the report with more that was looked at, such as a comparison with Stripe."""
        return replace(self, checks=(*self.checks, *checks))


def of_file(url: str, noted: Head | None = None) -> Report:
    """Verify the database at an address without changing it, beside a running shop or without one.

    With a `noted` head of earlier, prove as well that the ledger up to there is the same as then. Raises
    WrongSchema for a database that is not there or of another version.
    """
    try:
        # The pages in a thread of their own: SQLite's check of them uses a processor that Python leaves free.
        with snapshot(url) as tx, ThreadPoolExecutor(1) as pool:
            pages = pool.submit(_pages_of, url)
            log = Check("I7", "no commit is lost in the write-ahead log", wal_fault(path_of(url)))
            report = run(tx, noted, CHECKS[1:])
            return replace(report, checks=(pages.result(), *report.checks, log))
    except WrongSchema:
        raise
    except DatabaseError as fault:
        return Report((Check("I7", "the file can be read", str(fault)),))


def run(tx: Tx, noted: Head | None = None, wanted: "tuple[Question, ...] | None" = None) -> Report:
    """Check every invariant and count what waits for a person, which is no fault by itself."""
    checks = [_checked(tx, question) for question in wanted or CHECKS]
    if noted is not None:
        checks.append(Check("I2", f"movement {noted.seq} is what was noted", _changed_since(tx, noted)))
    try:
        return Report(
            tuple(checks),
            int(tx.value(sql.count_orders)),
            int(tx.value(sql.count_movements)),
            int(tx.value(sql.count_reviews)),
            int(tx.value(sql.count_waiting_for_a_person)),
            tx.one(Head, sql.head) or Head(0, ""),
        )
    except DatabaseError as fault:
        _pass_on_interruption(fault)
        return Report((*checks, Check("I7", "everything can be counted", str(fault))))


def head_of(text: str) -> Head:
    """Read a head as `shop verify` prints it. Raises Refused for anything else."""
    seq, _, hashed = text.strip().partition(":")
    if not re.fullmatch(r"[0-9]{1,15}", seq, re.ASCII) or not re.fullmatch(
        r"([0-9a-f]{64})?", hashed, re.ASCII
    ):
        raise Refused("A head looks like 1234:9f86d0…, as `shop verify` prints it.")
    return Head(int(seq), hashed)


def off_the_chain(tx: Tx) -> str | None:
    """Return the first movement whose hash is not that of its own columns and the hash before it."""
    after, size = BEFORE_ALL, CHUNK
    while (until := tx.value(sql.next_movements, after=after, size=size)) is not None:
        try:
            found = tx.value(sql.movements_off_the_chain, after=after, until=until)
        except DatabaseError as fault:
            _pass_on_interruption(fault)
            if size == 1:
                return f"movement {until} can't be read: {fault}"
            # Look closer, until the row is found that can't be read.
            size = max(1, size // 10)
            continue
        if found is not None:
            return str(found)
        after = until
    return None


def unsound_page(tx: Tx) -> str | None:
    """Return what SQLite's own check finds first: a page, or a row that its index does not have."""
    found = str(tx.value(sql.pages)).replace("*** in database main ***", "").strip()
    return None if found == "ok" else found


Look = Statement | Callable[[Tx], str | None]

Question = tuple[str, str, Look]

CHECKS: tuple[Question, ...] = (
    ("I7", "every page and index of the file is sound", unsound_page),
    ("I1", "no stock below zero, nothing held that is not there", sql.negative_stock),
    ("I2", "each counter is the sum of its movements", sql.stock_without_its_movements),
    ("I2", "what is low is what its threshold says, and nothing else has an alert", sql.low_by_mistake),
    ("I2", "each movement follows the balance before it", sql.movements_that_do_not_follow),
    ("I2", "no movement was changed, taken out or put in", off_the_chain),
    ("I2", "no movement is missing at the end", sql.head_against_the_ledger),
    ("I2", "each shelf shows what is for sale, at its price and in stock as it is", sql.shown_otherwise),
    ("I2", "the filters have each product's options", sql.options_told_otherwise),
    ("I2", "each filter's count is that of its products", sql.options_miscounted),
    ("I3", "each payment has an order, a refund or a dispute", sql.payments_without_an_owner),
    ("I3", "nothing is packed that was not paid", sql.orders_without_their_money),
    ("I4", "no stock effect happened twice for one order", sql.effects_that_happened_twice),
    ("I4", "no event, payment or refund of Stripe's is booked twice", sql.booked_twice),
    ("I4", "each order went only where the table of states lets it", histories.off_the_table),
    ("I4", "each order's history is one way from its beginning", histories.broken_off),
    ("I4", "each order is where its history ends", histories.ended_elsewhere),
    ("I4", "each step has moved its stock", histories.without_movements),
    ("I4", "each movement for an order has its step", histories.without_steps),
    ("I4", "each movement fits its order's line", histories.out_of_line),
    ("I5", "what is held is held by an open order", sql.stock_held_by_nobody),
    ("I5", "each hold fits the state of its order", sql.holds_against_their_order),
    ("I5", "each line has its hold", sql.lines_without_their_hold),
    ("I6", "each price is what its history ends with", prices.off_its_history),
    ("I6", "lines + shipping + tax - discount = total", sql.orders_whose_sums_differ),
    ("I6", "discount and tax are the sums of their shares", sql.shares_that_do_not_add_up),
    ("I6", "each code is counted as often as it is used", sql.codes_used_otherwise),
    ("I6", "each series of invoices is without a gap", sql.series_with_gaps),
    ("I6", "each invoice says what was paid or given back", sql.invoices_of_another_amount),
    ("I6", "captured and refunded are the sums of their rows", sql.orders_whose_payments_differ),
    ("I6", "no refund exceeds its payment", sql.refunds_beyond_the_payment),
    ("I6", "each payment is in its order's currency", sql.paid_in_another_currency),
    ("I6", "each order counts as sold since it was first confirmed", sales.sold_otherwise),
    ("I6", "what was sold each day is the sum of its orders", sales.days_off),
)


def _pages_of(url: str) -> Check:
    with snapshot(url) as tx:
        return _checked(tx, CHECKS[0])


def _checked(tx: Tx, question: Question) -> Check:
    invariant, sentence, look = question
    return Check(invariant, sentence, _broken(tx, look))


def _broken(tx: Tx, look: Look) -> str | None:
    try:
        found = tx.value(look) if isinstance(look, Statement) else look(tx)
    except DatabaseError as fault:
        _pass_on_interruption(fault)
        return f"the file can't be read: {fault}"
    return None if found is None else str(found)


def _changed_since(tx: Tx, noted: Head) -> str | None:
    kept = tx.value(sql.hash_of, seq=noted.seq) if noted.seq else ""
    return None if kept == noted.hash else f"movement {noted.seq} is not the one that was noted"


def _pass_on_interruption(fault: DatabaseError) -> None:
    # A read that takes too long for the event loop is run again in a thread: that is no finding.
    if isinstance(fault, Interrupted):
        raise fault
