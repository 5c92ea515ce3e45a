"""Restocking alerts: what is low, since when, how long it lasts, and how much to order of it.

Low means that what is available (on hand less held) is at or below the threshold: the variant's own, else
the shop's. So a checkout that holds units can open an alert, and giving them back closes it. Alerts are
opened and closed by triggers of the database, one a crossing; a variant that never had more is low without
an alert.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from db import Tx, queries
from shop import events, finds
from shop.clock import Instant, later
from shop.errors import Conflict, NotFound
from shop.listing import Listing, page_of
from shop.people import Person

sql = queries("alerts")

PAGE = 50
MOST_FOUND = 500
SPEED_DAYS = 30
HIGHEST = 1_000_000
OUT, LOW = "sold_out", "low"

_CURSOR = re.compile(r"([0-9]{1,9}):(.*)", re.ASCII | re.DOTALL)
_FIRST, _LAST = (-1, ""), ("~", 2**62)
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class LowRow:
    """A variant with what restocking it takes; `since` is None where it never had more."""

    sku: str
    product_id: str
    name: str
    label: str
    on_hand: int
    held: int
    available: int
    threshold: int | None
    default_threshold: int
    low: bool
    since: Instant | None
    units: int
    on_order: int
    supplier_id: str | None
    supplier: str | None
    lead_days: int | None
    supplier_code: str
    cost: int | None

    @property
    def title(self) -> str:
        """The variant's name with its options."""
        return f"{self.name} {self.label}".strip()

    @property
    def limit(self) -> int:
        """The threshold that counts for it."""
        return self.default_threshold if self.threshold is None else self.threshold

    @property
    def days_left(self) -> int | None:
        """Whole days that the available units last at the speed of the last 30; None without sales."""
        return self.available * SPEED_DAYS // self.units if self.units else None

    @property
    def suggested(self) -> int:
        """Units to order: sales of the lead time and 30 days more, and the threshold, less what is coming."""
        days = (self.lead_days or 0) + SPEED_DAYS
        sales = -(-self.units * days // SPEED_DAYS)
        return max(0, sales + self.limit - self.available - self.on_order)

    def order_by(self, today: Instant) -> str | None:
        """Return the day to order on so that goods come before the last unit goes; "now" if that is past."""
        if self.days_left is None:
            return None
        spare = self.days_left - (self.lead_days or 0)
        return "now" if spare <= 0 else later(today, minutes=spare * _DAY_MINUTES)[:10]


@dataclass(frozen=True, slots=True)
class Alert:
    """A crossing that is over: what was available at which threshold, from when to when."""

    id: int
    sku: str
    name: str
    label: str
    available: int
    threshold: int
    opened_at: Instant
    closed_at: Instant


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the list is looked at: sold out or low only, one supplier's only, found by a text."""

    state: str = ""
    supplier_id: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Key:
    available: int
    sku: str
    supplier_id: str | None
    archived: bool
    low: bool = True

    @property
    def text(self) -> str:
        return f"{self.available}:{self.sku}"


def listing(tx: Tx, wanted: Wanted, after: str | None) -> Listing[LowRow]:
    """Return a page of what is low, sold out first; a search looks at the 500 newest variants it finds."""
    if wanted.text:
        keys = sorted(_found(tx, wanted), key=lambda key: (key.available, key.sku))
        return Listing(tuple(row(tx, key.sku) for key in keys), None)
    page = page_of(_listed(tx, wanted, after), PAGE, lambda last: last.text)
    return Listing(tuple(row(tx, key.sku) for key in page.items), page.next_after)


def every(tx: Tx, wanted: Wanted, after: str | None) -> tuple[list[LowRow], str | None]:
    """Return the next low variants that are wanted, and where to go on; None at the end."""
    page = page_of(_listed(tx, wanted, after), PAGE, lambda last: last.text)
    return [row(tx, key.sku) for key in page.items], page.next_after


def row(tx: Tx, sku: str) -> LowRow:
    """Return one variant with its threshold and what restocking it takes. Raises NotFound."""
    found = tx.one(LowRow, sql.row, sku=sku)
    if found is None:
        raise NotFound("There is no such SKU.")
    return found


def history(tx: Tx, after: str | None) -> Listing[Alert]:
    """Return a page of the alerts that are over, the latest first."""
    closed_at, _, number = (after or "").partition("|")
    key = (closed_at, int(number)) if re.fullmatch(r"[0-9]{1,15}", number, re.ASCII) else _LAST
    found = tx.all(Alert, sql.closed, closed_at=key[0], id=key[1], size=PAGE + 1)
    return page_of(found, PAGE, lambda last: f"{last.closed_at}|{last.id}")


def default_threshold(tx: Tx) -> int:
    """Return the threshold of every variant that has none of its own."""
    return int(tx.value(sql.default_threshold))


def set_default(tx: Tx, by: Person, threshold: int, at: Instant, seen: int | None = None) -> int:
    """Set the shop's threshold and return the former one. Raises Conflict when it is not what was `seen`."""
    was = default_threshold(tx)
    if seen not in (None, was):
        raise Conflict(f"The shop's threshold is {was} by now: look again, then save.")
    if threshold != was:
        tx.run(sql.set_default, threshold=threshold, at=at)
        events.record(tx, "threshold.changed", "shop", by=by.actor, at=at, before=was, after=threshold)
    return was


def set_threshold(
    tx: Tx, by: Person, sku: str, threshold: int | None, at: Instant, seen: str = ""
) -> tuple[LowRow, LowRow]:
    """Set a variant's own threshold, or None for the shop's; return it as it was and as it is.

    Raises Conflict when the threshold is no longer what was `seen`: a number, "default", or "" for unseen.
    """
    was = row(tx, sku)
    current = "default" if was.threshold is None else str(was.threshold)
    if seen not in ("", current):
        raise Conflict(f"The threshold is {current} by now: look again, then save.")
    if threshold == was.threshold:
        return was, was
    tx.run(sql.set_threshold, sku=sku, threshold=threshold, at=at)
    after = "default" if threshold is None else threshold
    events.record(tx, "threshold.changed", f"variant:{sku}", by=by.actor, at=at, before=current, after=after)
    return was, row(tx, sku)


def _listed(tx: Tx, wanted: Wanted, after: str | None) -> list[_Key]:
    """Return the next keys of what is low, worst first, one more than a page has."""
    available, sku = _cursor(after, wanted.state)
    key = {"available": available, "sku": sku, "most": 0 if wanted.state == OUT else HIGHEST}
    if not wanted.supplier_id:
        return tx.all(_Key, sql.low_keys, **key, size=PAGE + 1)
    supplier = None if wanted.supplier_id == "none" else wanted.supplier_id
    return tx.all(_Key, sql.low_keys_of_supplier, **key, supplier_id=supplier, size=PAGE + 1)


def _found(tx: Tx, wanted: Wanted) -> list[_Key]:
    pattern = finds.pattern(wanted.text)
    if pattern:
        keys = tx.all(_Key, sql.found_keys, pattern=pattern, size=MOST_FOUND)
    else:
        upto = finds.upto(wanted.text)
        keys = tx.all(_Key, sql.prefixed_keys, prefix=wanted.text, upto=upto, size=MOST_FOUND)
    return list(_chosen([key for key in keys if key.low], wanted))[: 2 * PAGE]


def _chosen(keys: list[_Key], wanted: Wanted) -> Iterator[_Key]:
    for key in keys:
        state = OUT if key.available <= 0 else LOW
        of_supplier = wanted.supplier_id in ("", key.supplier_id or "none")
        if not key.archived and of_supplier and wanted.state in ("", state):
            yield key


def _cursor(after: str | None, state: str) -> tuple[int, str]:
    match = _CURSOR.fullmatch(after or "")
    if match:
        return int(match[1]), match[2]
    return (0, "\U0010ffff") if state == LOW else _FIRST
