"""Refunds: one row for each intention to give money back, and its id is the idempotency key.

So asking twice cannot pay twice, and two honest equal refunds stay two. Stripe's answers and events
only ever move a row forward; an order's sums are recomputed from its rows.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import events, outbox
from shop.clock import Instant, new_id
from shop.errors import Conflict
from shop.stripe_gateway import Refund as StripeRefund

sql = queries("refunds")

RANK = {"requested": 0, "submitted": 1, "succeeded": 2, "canceled": 3, "failed": 3}
STATE_AT_STRIPE = {
    "pending": "submitted",
    "requires_action": "submitted",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "canceled",
}


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back, in minor units of the order's currency."""

    id: str
    amount: int
    state: str
    source: str
    created_at: Instant


@dataclass(frozen=True, slots=True)
class Claim:
    """What is needed to ask Stripe for a refund, or to place its answer."""

    id: str
    order_id: str
    number: str
    attempt_id: str
    amount: int
    state: str
    provider_id: str | None
    payment_intent: str | None


@dataclass(frozen=True, slots=True)
class PaidBy:
    """The payment that a refund made elsewhere belongs to."""

    id: str
    order_id: str
    currency: str


def request(tx: Tx, order_id: str, attempt_id: str, *, source: str, reason: str, by: str, at: Instant) -> int:
    """Ask for all that is left of a payment to be refunded; return the amount, 0 if nothing is left."""
    amount = int(tx.value(sql.refundable, attempt_id=attempt_id) or 0)
    if amount <= 0:
        return 0
    refund_id = new_id("ref")
    _add(tx, refund_id, order_id, attempt_id, amount, "requested", source, reason, None, at)
    outbox.add(tx, "refund", refund_id, at)
    of = f"order:{order_id}"
    events.record(tx, "refund.requested", of, by=by, at=at, after=amount, why=reason)
    return amount


def claim(tx: Tx, refund_id: str) -> Claim | None:
    """Return what to ask Stripe for."""
    return tx.one(Claim, sql.claimable, id=refund_id)


def seen(tx: Tx, refund: StripeRefund, at: Instant) -> str | None:
    """Book what Stripe says of a refund and return the id of its order, None if it is not ours.

    Raises Conflict when a refund made elsewhere is in another currency than its payment.
    """
    ours = _find(tx, refund)
    if ours is None:
        return _from_elsewhere(tx, refund, at)
    state = STATE_AT_STRIPE[refund.status]
    if RANK[state] > RANK[ours.state] or (ours.provider_id is None and state != ours.state):
        tx.run(sql.advance, id=ours.id, old=ours.state, state=state, provider_id=refund.id, at=at)
        _tell(tx, ours.order_id, state, ours.amount, at)
        recount(tx, ours.order_id)
    return ours.order_id


def refused(tx: Tx, refund_id: str, why: str, at: Instant) -> None:
    """Book that Stripe will not make this refund: a person has to look."""
    ours = tx.one(Claim, sql.claimable, id=refund_id)
    if ours is not None and ours.state == "requested":
        tx.run(sql.advance, id=refund_id, old="requested", state="failed", provider_id=None, at=at)
        _tell(tx, ours.order_id, "failed", ours.amount, at, why)
        recount(tx, ours.order_id)


def of_order(tx: Tx, order_id: str) -> tuple[Refund, ...]:
    """Return an order's refunds, oldest first."""
    return tuple(tx.all(Refund, sql.of_order, order_id=order_id))


def recount(tx: Tx, order_id: str) -> None:
    """Recompute what an order has captured and refunded, and its payment state, from their rows."""
    tx.run(sql.recount, order_id=order_id)
    tx.run(sql.set_payment_state, order_id=order_id)


def _find(tx: Tx, refund: StripeRefund) -> Claim | None:
    known = tx.one(Claim, sql.by_provider, provider_id=refund.id)
    named = refund.metadata.get("refund_id")
    if known is not None or named is None:
        return known
    ours = tx.one(Claim, sql.claimable, id=named)
    fits = ours is not None and ours.provider_id is None and ours.amount == refund.amount
    return ours if fits else None


def _from_elsewhere(tx: Tx, refund: StripeRefund, at: Instant) -> str | None:
    paid = tx.one(PaidBy, sql.attempt_of_intent, payment_intent=refund.payment_intent)
    if paid is None:
        return None
    if refund.currency != paid.currency:
        raise Conflict(f"Refund {refund.id} is in {refund.currency}, its payment in {paid.currency}.")
    state = STATE_AT_STRIPE[refund.status]
    why = "made at Stripe"
    _add(
        tx,
        new_id("ref"),
        paid.order_id,
        paid.id,
        refund.amount,
        state,
        "external",
        why,
        refund.id,
        at,
    )
    _tell(tx, paid.order_id, state, refund.amount, at, why)
    recount(tx, paid.order_id)
    return paid.order_id


def _add(
    tx: Tx,
    refund_id: str,
    order_id: str,
    attempt_id: str,
    amount: int,
    state: str,
    source: str,
    reason: str,
    provider_id: str | None,
    at: Instant,
) -> None:
    tx.run(
        sql.add,
        id=refund_id,
        order_id=order_id,
        attempt_id=attempt_id,
        amount=amount,
        state=state,
        source=source,
        reason=reason,
        provider_id=provider_id,
        at=at,
    )


def _tell(tx: Tx, order_id: str, state: str, amount: int, at: Instant, why: str = "") -> None:
    events.record(tx, f"refund.{state}", f"order:{order_id}", by=events.STRIPE, at=at, after=amount, why=why)
