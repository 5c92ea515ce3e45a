"""Prices with their history: every price a variant ever had, who set it, and when shoppers were asked it.

Where a price was reduced, the law wants the prior price beside it: "the lowest price applied by the trader
during a period of time not shorter than 30 days prior to the application of the price reduction" (Directive
98/6/EC, Art. 6a (2), as amended by Directive (EU) 2019/2161; ECJ C-330/23 of 26 September 2024: the reduction
itself must be measured from it). A second reduction is judged like the first one: member states *may* let
the prior price of a progressive reduction stand (Art. 6a (5)), so the plain rule is right in all of them.

A price counts while it is applied, that is while the variant is for sale. A draft's price is not, so nobody
can make a bargain by publishing a thing at half of what it never cost.
"""

import re
from dataclasses import dataclass

from db import Tx, queries
from shop.clock import Instant, later
from shop.listing import Listing, page_of

sql = queries("prices")

DAYS = 30
PAGE = 50
_LOOKED_BACK = 1000
"""A price that was changed more often in 30 days is judged by its newest changes."""
_FIRST = 2**62
_CURSOR = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Price:
    """A variant's price in minor units from an instant on; `applied` tells whether it was for sale at it."""

    seq: int
    price: int
    applied: bool
    actor: str
    why: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a price's history: what it was before (None at its beginning) and what it became."""

    was: int | None
    price: Price


@dataclass(frozen=True, slots=True)
class Reduction:
    """A reduced price: the lowest one of the 30 days before, in minor units, and since when it is reduced."""

    prior: int
    since: Instant


def note(tx: Tx, sku: str, price: int, *, applied: bool, by: str, at: Instant, why: str = "") -> None:
    """Write down that a variant costs so much from now on, and whether that is a reduction.

    Whatever sets a price or puts a thing on sale or off it must call this.
    """
    tx.run(sql.add, sku=sku, price=price, applied=applied, actor=by, why=why, at=at)
    found = reduction(_newest(tx, sku))
    prior, since = (found.prior, found.since) if found else (None, None)
    tx.run(sql.mark_reduction, sku=sku, prior_price=prior, reduced_at=since)


def history(tx: Tx, sku: str, after: str | None = None) -> Listing[Change]:
    """Return a page of a variant's prices, newest first, each with the one before it."""
    before = int(after) if after and _CURSOR.fullmatch(after) else _FIRST
    rows = tx.all(Price, sql.of_sku, sku=sku, before=before, size=PAGE + 1)
    earlier = [*(one.price for one in rows[1:]), None]
    changes = [Change(was, one) for one, was in zip(rows, earlier, strict=True)]
    return page_of(changes, PAGE, lambda change: str(change.price.seq))


def off_its_history(tx: Tx) -> str | None:
    """Return the first variant whose price, or whether it is for sale, is not what its history ends with."""
    found: str | None = tx.value(sql.off_its_history)
    return found


def reduction(newest_first: list[Price]) -> Reduction | None:
    """Return the reduction that the newest price is, or None where it is none.

    It began when the newest price was first applied. A raise shortly before it counts for nothing, for then
    the lowest price of the 30 days is not above the newest one.
    """
    if not newest_first or not newest_first[0].applied:
        return None
    now, begun = newest_first[0].price, 0
    for index, one in enumerate(newest_first):
        if one.applied and one.price != now:
            break
        if one.applied:
            begun = index
    since = newest_first[begun].at
    lowest = _lowest(newest_first[begun + 1 :], later(since, minutes=-DAYS * 24 * 60))
    return Reduction(lowest, since) if lowest is not None and lowest > now else None


def _lowest(newest_first: list[Price], begin: Instant) -> int | None:
    """Return the lowest price that was applied at any moment since `begin`."""
    applied = []
    for one in newest_first:
        if one.applied:
            applied.append(one.price)
        if one.at <= begin:
            # The price in force when the time begins; the ones before it were over by then.
            break
    return min(applied, default=None)


def _newest(tx: Tx, sku: str) -> list[Price]:
    return tx.all(Price, sql.of_sku, sku=sku, before=_FIRST, size=_LOOKED_BACK)
