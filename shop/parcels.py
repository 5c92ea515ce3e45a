"""Parcels: what has left the house for an order, who carries it, and what has arrived.

A parcel's arrival is noted by whoever hears of it, an admin or its shopper; it moves neither stock nor money.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import events
from shop.clock import Instant, new_id

sql = queries("parcels")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel that has left the house; `arrived_at` is None while it is on its way, or nobody has told."""

    id: str
    carrier: str
    tracking: str
    at: Instant
    arrived_at: Instant | None

    @property
    def name(self) -> str:
        """How it is called: its carrier and its number, as far as they are known."""
        return f"{self.carrier} {self.tracking}".strip()


def add(tx: Tx, order_id: str, by: str, carrier: str, tracking: str, at: Instant) -> str | None:
    """Note a parcel on its way and return its id; None for one that is noted already."""
    made = Parcel(new_id("par"), carrier, tracking, at, None)
    told = {"carrier": carrier, "tracking": tracking, "actor": by, "at": at}
    if not tx.run(sql.add, id=made.id, order_id=order_id, **told):
        return None
    events.record(tx, "order.parcel", f"order:{order_id}", by=by, at=at, after=made.name)
    return made.id


def of_order(tx: Tx, order_id: str) -> tuple[Parcel, ...]:
    """Return an order's parcels, oldest first."""
    return tuple(tx.all(Parcel, sql.of_order, order_id=order_id))


def last_carrier(tx: Tx) -> str:
    """Return who took the newest parcel, empty before the first: whoever it was will take the next."""
    return str(tx.value(sql.last_carrier) or "")


def are_on_their_way(tx: Tx, order_id: str) -> bool:
    """Tell whether a parcel of an order has not arrived yet."""
    return any(one.arrived_at is None for one in of_order(tx, order_id))


def arrived(tx: Tx, order_id: str, by: str, at: Instant, parcel_id: str | None = None) -> int:
    """Note that a parcel has arrived, or all of an order's; return how many were on their way before."""
    which = [one for one in of_order(tx, order_id) if parcel_id in (None, one.id)]
    count = 0
    for one in which:
        if tx.run(sql.arrived, id=one.id, at=at):
            count += 1
            events.record(tx, "order.delivered", f"order:{order_id}", by=by, at=at, after=one.name)
    return count


def not_arrived(tx: Tx, order_id: str, by: str, at: Instant, parcel_id: str) -> None:
    """Take back that a parcel has arrived; harmless for one that has not."""
    for one in of_order(tx, order_id):
        if one.id == parcel_id and tx.run(sql.not_arrived, id=one.id):
            events.record(tx, "order.not_delivered", f"order:{order_id}", by=by, at=at, after=one.name)
