"""Disputes and fraud warnings: what a bank wants back or asks about, and what must not be sent meanwhile.

A dispute never moves stock while it is open: it blocks the shipment, and says until when evidence is taken.
Only one that is lost closes an order that is still in the house. `warning_…` is an inquiry: no money has
moved yet. See Stripe's documentation of disputes and of early fraud warnings.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import events, orders, refunds
from shop.clock import Instant, from_epoch, to_epoch
from shop.stripe_gateway import Dispute as StripeDispute
from shop.stripe_gateway import FraudWarning as StripeWarning
from shop.stripe_gateway import Malformed

sql = queries("disputes")

RANK = {
    "warning_needs_response": 0,
    "warning_under_review": 1,
    "needs_response": 2,
    "under_review": 3,
    "warning_closed": 4,
    "prevented": 5,
    "won": 6,
    "lost": 7,
}
"""Of two reports from the same second, the one further on counts."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute of an order's payment; `due_by` is when evidence must be there."""

    provider_id: str
    order_id: str
    amount: int
    currency: str
    status: str
    reason: str
    due_by: Instant | None
    provider_seen_at: int
    opened_at: Instant

    @property
    def text(self) -> str:
        """The dispute's standing and reason in words."""
        return f"{self.status} ({self.reason})".replace("_", " ")


@dataclass(frozen=True, slots=True)
class PaidBy:
    """The payment that a dispute is about."""

    id: str
    order_id: str


def seen(tx: Tx, told: StripeDispute, at: Instant, *, created: int | None) -> str | None:
    """Book what Stripe says of a dispute; return the id of its order, None if its payment is not known.

    `created` is when Stripe wrote the event, in seconds since 1970: an older report never undoes a newer
    one. None is for an answer read just now, which wins over every event from before it. Raises Malformed
    for a status that Stripe has not had so far.
    """
    if told.status not in RANK:
        raise Malformed(f"a dispute with status {told.status!r}")
    paid = tx.one(PaidBy, sql.attempt_of_intent, payment_intent=told.payment_intent)
    if paid is None:
        return None
    known = tx.one(Dispute, sql.by_id, id=told.id)
    if known is None:
        _open(tx, paid, told, to_epoch(at) if created is None else created, at)
    elif created is None or (created, RANK[told.status]) > (known.provider_seen_at, RANK[known.status]):
        _update(tx, known, told, to_epoch(at) if created is None else created, at)
    else:
        return paid.order_id
    recount(tx, paid.order_id)
    _take_effect(tx, paid.order_id, told, at)
    return paid.order_id


def warned(tx: Tx, told: StripeWarning, at: Instant) -> str | None:
    """Book an early fraud warning: nothing is shipped until an admin has looked.

    Returns the id of its order, None if its payment is not known.
    """
    paid = tx.one(PaidBy, sql.attempt_of_intent, payment_intent=told.payment_intent)
    if paid is None:
        return None
    if tx.run(sql.add_warning, id=told.id, order_id=paid.order_id, kind=told.kind, at=at):
        _tell(tx, paid.order_id, "payment.fraud_warning", told.kind, at)
        recount(tx, paid.order_id)
    return paid.order_id


def clear_warnings(tx: Tx, order_id: str, *, by: str, why: str, at: Instant) -> int:
    """Note that an admin has looked at an order's fraud warnings and found it fit to ship."""
    cleared = tx.run(sql.clear_warnings, order_id=order_id, at=at)
    if cleared:
        events.record(tx, "payment.warning_cleared", f"order:{order_id}", by=by, at=at, why=why)
        recount(tx, order_id)
    return cleared


def of_order(tx: Tx, order_id: str) -> tuple[Dispute, ...]:
    """Return an order's disputes, oldest first."""
    return tuple(tx.all(Dispute, sql.of_order, order_id=order_id))


def unsettled(tx: Tx) -> list[str]:
    """Return Stripe's ids of the disputes that are not decided."""
    return tx.all(str, sql.unsettled)


def recount(tx: Tx, order_id: str) -> None:
    """Recompute an order's dispute state and what keeps it in the house, from their rows."""
    tx.run(sql.set_dispute_state, order_id=order_id)
    tx.run(sql.set_ship_block, order_id=order_id)
    refunds.recount(tx, order_id)


def _open(tx: Tx, paid: PaidBy, told: StripeDispute, created: int, at: Instant) -> None:
    tx.run(
        sql.add,
        id=told.id,
        order_id=paid.order_id,
        attempt_id=paid.id,
        amount=told.amount,
        currency=told.currency,
        status=told.status,
        reason=told.reason,
        due_by=_due(told),
        seen_at=created,
        at=at,
    )
    _tell(tx, paid.order_id, f"dispute.{told.status}", told.reason, at)


def _update(tx: Tx, known: Dispute, told: StripeDispute, created: int, at: Instant) -> None:
    seen_at = max(created, known.provider_seen_at)
    tx.run(sql.update, id=told.id, status=told.status, amount=told.amount, due_by=_due(told), seen_at=seen_at)
    if told.status != known.status:
        _tell(tx, known.order_id, f"dispute.{told.status}", told.reason, at)


def _take_effect(tx: Tx, order_id: str, told: StripeDispute, at: Instant) -> None:
    order = orders.by_id(tx, order_id)
    why = f"dispute {told.id}"
    if order.dispute_state == "lost" and order.state in ("confirmed", "packed", "review"):
        orders.move(tx, order, "closed", by=events.STRIPE, at=at, why=why, reason="charged_back")
    elif order.state == "closed" and orders.has_unowned_money(tx, order_id):
        # Cancelled while the bank had the money: now that it is ours again, the shopper gets it.
        orders.refund_all(tx, order, by=events.SHOP, at=at, source="auto", why=why)


def _due(told: StripeDispute) -> Instant | None:
    return None if told.due_by is None else from_epoch(told.due_by)


def _tell(tx: Tx, order_id: str, kind: str, after: str, at: Instant) -> None:
    events.record(tx, kind, f"order:{order_id}", by=events.STRIPE, at=at, after=after)
