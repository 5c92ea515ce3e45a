"""Sales: what was sold a day and a variant, rolled up as it happens, so that no page ever counts orders.

An order is sold at the instant it is confirmed for the first time, and stays so whatever becomes of it: money
given back is told beside what was sold, not taken from it. Amounts are minor units of the shop's currency; an
order in another currency is marked as sold and never added.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop.clock import Instant, later

sql = queries("sales")

DAYS = 30
"""Sales speed and best sellers look back so many days, today included."""
BEHIND = "~"
"""Sorts behind every time of a day when it follows the day."""


@dataclass(frozen=True, slots=True)
class Sold:
    """What a variant has sold lately, where the count that is kept differs from it."""

    sku: str
    units: int
    amount: int


def count(tx: Tx, order_id: str, at: Instant) -> None:
    """Count an order as sold at this instant, once for ever, however often it is confirmed."""
    if tx.run(sql.mark_sold, id=order_id, at=at):
        day = day_of(at)
        tx.run(sql.count_day, id=order_id, day=day)
        tx.run(sql.count_variants, id=order_id, day=day)


def day_of(at: Instant, back: int = 0) -> str:
    """Return the day of an instant, such as 2026-11-25, or the day so many days before it."""
    return later(at, minutes=-back * 24 * 60)[:10]


def sold_lately(tx: Tx, after: str, size: int, at: Instant) -> tuple[str | None, list[Sold]]:
    """Look at the next `size` variants behind a SKU: return where to go on, and whose count is not right."""
    until = tx.value(sql.next_variants, after=after, size=size)
    if until is None:
        return None, []
    since = day_of(at, DAYS - 1)
    return until, tx.all(Sold, sql.changed_sellers, after=after, until=until, since=since)


def note_sold(tx: Tx, changed: list[Sold]) -> None:
    """Keep what some variants have sold lately; those that sold nothing are forgotten."""
    for one in changed:
        if one.units:
            tx.run(sql.keep_seller, sku=one.sku, units=one.units, amount=one.amount)
        else:
            tx.run(sql.forget_seller, sku=one.sku)


def sold_otherwise(tx: Tx) -> str | None:
    """Return an order that does not count as sold since it was first confirmed."""
    found = tx.value(sql.orders_sold_otherwise)
    return None if found is None else str(found)


def days_off(tx: Tx) -> str | None:
    """Return the first day whose sales are not the sums of its orders, a day at a time."""
    last = ""
    while (day := tx.value(sql.next_day, after=last, behind=last + BEHIND)) is not None:
        if not isinstance(day, str) or day <= last:
            return f"an order was sold, or counted, at {day!r}, which is no day"
        found = tx.value(sql.day_off, day=day, until=day + BEHIND) or tx.value(
            sql.variant_off, day=day, until=day + BEHIND
        )
        if found is not None:
            return str(found)
        last = day
    return None
