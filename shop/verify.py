"""Verification: recompute what must always hold from the ledgers, and name the first row that breaks it.

The numbers are DESIGN's invariants. Everything is read in one snapshot, so the shop may go on selling
meanwhile.
"""

from dataclasses import dataclass

from db import Statement, Tx, queries

sql = queries("verify")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold; `broken` names the first row for which it does not."""

    invariant: str
    sentence: str
    broken: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, and how much was looked at."""

    checks: tuple[Check, ...]
    orders: int
    movements: int
    reviews: int
    waiting_for_a_person: int

    @property
    def holds(self) -> bool:
        """Whether every invariant holds."""
        return all(check.broken is None for check in self.checks)


CHECKS: tuple[tuple[str, str, Statement], ...] = (
    ("I1", "no stock below zero, nothing held that is not there", sql.negative_stock),
    ("I2", "each counter is the sum of its movements", sql.stock_without_its_movements),
    ("I2", "each movement follows the balance before it", sql.movements_that_do_not_follow),
    ("I2", "no movement is missing", sql.movements_missing_a_number),
    ("I3", "each payment has an order, a refund or a dispute", sql.payments_without_an_owner),
    ("I3", "nothing is packed that was not paid", sql.orders_without_their_money),
    ("I4", "no stock effect happened twice for one order", sql.effects_that_happened_twice),
    ("I5", "what is held is held by an open order", sql.stock_held_by_nobody),
    ("I5", "each hold fits the state of its order", sql.holds_against_their_order),
    ("I5", "each line has its hold", sql.lines_without_their_hold),
    ("I6", "lines + shipping + tax - discount = total", sql.orders_whose_sums_differ),
    ("I6", "captured and refunded are the sums of their rows", sql.orders_whose_payments_differ),
    ("I6", "no refund exceeds its payment", sql.refunds_beyond_the_payment),
    ("I6", "each payment is in its order's currency", sql.paid_in_another_currency),
)


def run(tx: Tx) -> Report:
    """Check every invariant and count what waits for a person, which is no fault by itself."""
    return Report(
        tuple(Check(invariant, sentence, tx.value(statement)) for invariant, sentence, statement in CHECKS),
        int(tx.value(sql.count_orders)),
        int(tx.value(sql.count_movements)),
        int(tx.value(sql.count_reviews)),
        int(tx.value(sql.count_waiting_for_a_person)),
    )
