"""The reckoning: what an order's numbers are made of, recomputed from their rows and held beside them.

Every sum is added up from rows that were read in the same transaction as the number it explains, so a
difference is a defect in the books, never news that came in between. `shop verify` proves it of all orders.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import orders
from shop.clock import Instant
from shop.orders import Order, OrderLine

sql = queries("reckoning")

MOST_EVENTS = 100
"""Stripe tells of an object a few times; a flood of them must not fill the page."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One try to have the order paid, and what it brought in minor units of `captured_currency`."""

    id: str
    state: str
    session_id: str | None
    payment_intent: str | None
    captured: int
    captured_currency: str | None
    created_at: Instant


@dataclass(frozen=True, slots=True)
class Returned:
    """A refund; only one that has succeeded counts as refunded."""

    id: str
    state: str
    amount: int
    currency: str
    source: str
    reason: str
    provider_id: str | None
    created_at: Instant


@dataclass(frozen=True, slots=True)
class Told:
    """What Stripe has told about an object, and what became of it here."""

    id: str
    type: str
    created: int
    received_at: Instant
    result: str
    note: str


@dataclass(frozen=True, slots=True)
class Thing:
    """An object at Stripe with all that was told about it, oldest first."""

    kind: str
    id: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A number of the order and the parts that it is made of, in minor units of the order's currency."""

    name: str
    stored: int
    parts: tuple[tuple[str, int], ...]

    @property
    def added_up(self) -> int:
        """What the parts add up to."""
        return sum(amount for _, amount in self.parts)

    @property
    def agrees(self) -> bool:
        """Whether the number is what its parts add up to."""
        return self.stored == self.added_up


@dataclass(frozen=True, slots=True)
class Reckoning:
    """An order's numbers with their parts, and where each came from."""

    order: Order
    sums: tuple[Sum, ...]
    payments: tuple[Payment, ...]
    refunds: tuple[Returned, ...]
    things: tuple[Thing, ...]

    @property
    def agrees(self) -> bool:
        """Whether every number is what its parts add up to."""
        return all(one.agrees for one in self.sums)


def of_order(tx: Tx, number: str) -> Reckoning:
    """Return what the numbers of an order are made of. Raises NotFound."""
    order = orders.by_number(tx, number)
    payments = tuple(tx.all(Payment, sql.payments, order_id=order.id))
    refunds = tuple(tx.all(Returned, sql.refunds, order_id=order.id))
    sums = (
        _subtotal(order, orders.lines_of(tx, order.id)),
        _total(order),
        _captured(order, payments),
        _refunded(order, refunds),
    )
    return Reckoning(order, sums, payments, refunds, _things(tx, order, payments, refunds))


def _subtotal(order: Order, lines: tuple[OrderLine, ...]) -> Sum:
    return Sum(
        "subtotal", order.subtotal, tuple((f"{one.quantity} of {one.title}", one.total) for one in lines)
    )


def _total(order: Order) -> Sum:
    parts = (
        ("subtotal", order.subtotal),
        ("discount", -order.discount),
        ("shipping", order.shipping),
        ("tax", order.tax),
    )
    return Sum("total", order.total, parts)


def _captured(order: Order, payments: tuple[Payment, ...]) -> Sum:
    parts = tuple(
        (f"payment {one.payment_intent or one.id}", one.captured)
        for one in payments
        if one.captured_currency == order.currency
    )
    return Sum("captured", order.captured, parts)


def _refunded(order: Order, refunds: tuple[Returned, ...]) -> Sum:
    parts = tuple(
        (f"refund {one.provider_id or one.id}", one.amount)
        for one in refunds
        if one.state == "succeeded" and one.currency == order.currency
    )
    return Sum("refunded", order.refunded, parts)


def _things(
    tx: Tx, order: Order, payments: tuple[Payment, ...], refunds: tuple[Returned, ...]
) -> tuple[Thing, ...]:
    named = [("session", one.session_id) for one in payments]
    named += [("payment", one.payment_intent) for one in payments]
    named += [("refund", one.provider_id) for one in refunds]
    named += [("dispute", one) for one in tx.all(str, sql.disputes, order_id=order.id)]
    named += [("fraud warning", one) for one in tx.all(str, sql.warnings, order_id=order.id)]
    return tuple(_thing(tx, kind, name) for kind, name in named if name)


def _thing(tx: Tx, kind: str, name: str) -> Thing:
    return Thing(kind, name, tuple(tx.all(Told, sql.told, object_id=name, size=MOST_EVENTS)))
