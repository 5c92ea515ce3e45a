"""Refunds: one row for each intention to give money back, and its id is the idempotency key.

So asking twice cannot pay twice, and two honest equal refunds stay two. Stripe's answers and events
only ever move a row forward; an order's sums are recomputed from its rows.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import events, letters, outbox
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
LEAVES = ("submitted", "succeeded")
"""The money is on its way, or there."""
NOT_ARRIVED = ("failed", "canceled")
"""The money is with the shop again, and the shopper has nothing: a person has to look."""


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back, in minor units of its currency.

    `resolved_at` says when a person saw to one that did not arrive.
    """

    id: str
    amount: int
    currency: str
    state: str
    source: str
    reason: str
    created_at: Instant
    resolved_at: Instant | None

    @property
    def needs_somebody(self) -> bool:
        """Whether the money did not arrive and nobody has seen to it."""
        return self.state in NOT_ARRIVED and self.resolved_at is None


@dataclass(frozen=True, slots=True)
class Claim:
    """What is needed to ask Stripe for a refund, or to place its answer."""

    id: str
    order_id: str
    number: str
    attempt_id: str
    amount: int
    currency: str
    state: str
    provider_id: str | None
    payment_intent: str | None


@dataclass(frozen=True, slots=True)
class PaidBy:
    """The payment that a refund made elsewhere belongs to; without a currency it has not been captured."""

    id: str
    order_id: str
    currency: str | None


def request(
    tx: Tx,
    order_id: str,
    attempt_id: str,
    *,
    amount: int | None = None,
    source: str,
    reason: str,
    by: str,
    at: Instant,
    intention: str | None = None,
) -> int:
    """Ask for a part of a payment to be refunded, or for all that is left of it; return the amount.

    Returns 0 if nothing is left. Never asks for more than is left. An `intention` is kept, so that the same
    click is known when it comes again.
    """
    left = refundable(tx, attempt_id)
    asked = left if amount is None else min(amount, left)
    if asked <= 0:
        return 0
    refund_id = new_id("ref")
    _add(tx, refund_id, order_id, attempt_id, asked, "requested", source, reason, None, at)
    if intention:
        tx.run(sql.intend, id=refund_id, intention=intention)
    outbox.add(tx, "refund", refund_id, at)
    asked_for = claim(tx, refund_id)
    if asked_for is None:
        raise LookupError(f"There is no payment {attempt_id} to refund.")
    _record(tx, order_id, "requested", asked_for, by=by, at=at, why=reason)
    recount(tx, order_id)
    return asked


def refundable(tx: Tx, attempt_id: str) -> int:
    """Return what is left of a payment, less what is on its way back or was settled in another way."""
    return int(tx.value(sql.refundable, attempt_id=attempt_id) or 0)


def is_known(tx: Tx, intention: str) -> bool:
    """Tell whether the click of this name has been refunded already."""
    return bool(tx.value(sql.known_intention, intention=intention))


def claim(tx: Tx, refund_id: str) -> Claim | None:
    """Return what to ask Stripe for."""
    return tx.one(Claim, sql.claimable, id=refund_id)


def seen(tx: Tx, refund: StripeRefund, at: Instant) -> str | None:
    """Book what Stripe says of a refund and return the id of its order, None if its payment is not known.

    Raises Conflict when a refund made elsewhere can't be one of its payment.
    """
    ours = _find(tx, refund)
    if ours is None:
        return _from_elsewhere(tx, refund, at)
    state = STATE_AT_STRIPE[refund.status]
    moves = RANK[state] > RANK[ours.state] or (ours.provider_id is None and state != ours.state)
    if moves and state in LEAVES:
        _check_sum(tx, refund, ours.attempt_id, ours.id)
    if state == "succeeded":
        # Also of one that has failed since: the news came late, and its money may be on its way once more.
        tx.run(sql.has_succeeded, id=ours.id)
    if moves:
        tx.run(sql.advance, id=ours.id, old=ours.state, state=state, provider_id=refund.id, at=at)
        _record(tx, ours.order_id, state, ours, by=events.STRIPE, at=at)
        _tell(tx, ours.id, state, at)
        recount(tx, ours.order_id)
    return ours.order_id


def refused(tx: Tx, refund_id: str, why: str, at: Instant) -> None:
    """Book that Stripe will not make this refund: a person has to look, unless nothing was left to refund."""
    ours = tx.one(Claim, sql.claimable, id=refund_id)
    if ours is None or ours.state != "requested":
        return
    tx.run(sql.advance, id=refund_id, old="requested", state="failed", provider_id=None, at=at)
    _record(tx, ours.order_id, "failed", ours, by=events.STRIPE, at=at, why=why)
    _resolve_refused(tx, ours.attempt_id, at)
    recount(tx, ours.order_id)


def resolve(tx: Tx, refund_id: str, *, by: str, why: str, at: Instant, settled: bool = False) -> str | None:
    """Note that a person has seen to a refund that did not arrive.

    `settled` says that the shopper got the money in another way. Returns the order's id, None where there is
    nothing to see to.
    """
    ours = tx.one(Claim, sql.claimable, id=refund_id)
    if ours is None or tx.run(sql.resolve, id=refund_id, at=at, settled=int(settled)) != 1:
        return None
    _record(tx, ours.order_id, "resolved", ours, by=by, at=at, why=why)
    recount(tx, ours.order_id)
    return ours.order_id


def of_order(tx: Tx, order_id: str) -> tuple[Refund, ...]:
    """Return an order's refunds, oldest first."""
    return tuple(tx.all(Refund, sql.of_order, order_id=order_id))


def unsettled(tx: Tx) -> list[str]:
    """Return Stripe's ids of the refunds that may still succeed or fail."""
    return tx.all(str, sql.unsettled)


def all_given_back(tx: Tx, order_id: str) -> bool:
    """Tell whether everything that was captured for the order has been with the shopper again.

    A refund that succeeded and failed later counts: so the same events in any order end alike.
    """
    return bool(tx.value(sql.all_given_back, order_id=order_id))


def chosen_by_admin(tx: Tx, order_id: str) -> bool:
    """Tell whether admins have refunded all of this order, and so have said what goes back on the shelf."""
    return bool(tx.value(sql.chosen_by_admin, order_id=order_id))


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
    if paid is None or paid.currency is None:
        return None
    if refund.currency != paid.currency:
        raise Conflict(f"Refund {refund.id} is in {refund.currency}, its payment in {paid.currency}.")
    state = STATE_AT_STRIPE[refund.status]
    if state in LEAVES:
        _check_sum(tx, refund, paid.id)
    why = "made at Stripe"
    refund_id = new_id("ref")
    _add(tx, refund_id, paid.order_id, paid.id, refund.amount, state, "external", why, refund.id, at)
    _record(tx, paid.order_id, state, refund, by=events.STRIPE, at=at, why=why)
    _tell(tx, refund_id, state, at)
    _resolve_refused(tx, paid.id, at)
    recount(tx, paid.order_id)
    return paid.order_id


def _tell(tx: Tx, refund_id: str, state: str, at: Instant) -> None:
    if state == "succeeded":
        letters.tell_of_order(tx, "refund", refund_id, at)


def _resolve_refused(tx: Tx, attempt_id: str, at: Instant) -> None:
    """See to what Stripe has refused because somebody had refunded it there: the shopper has the money."""
    tx.run(sql.resolve_refused, attempt_id=attempt_id, left=refundable(tx, attempt_id), at=at)


def _check_sum(tx: Tx, refund: StripeRefund, attempt_id: str, but: str = "") -> None:
    """Raise Conflict for more than the payment has left, until we hear that an earlier refund failed."""
    if refund.amount > int(tx.value(sql.left_of, attempt_id=attempt_id, but=but)):
        raise Conflict(f"Refund {refund.id} is more than is left of its payment.")


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


def _record(
    tx: Tx, order_id: str, what: str, money: Claim | StripeRefund, *, by: str, at: Instant, why: str = ""
) -> None:
    after = f"{money.amount} {money.currency}"
    events.record(tx, f"refund.{what}", f"order:{order_id}", by=by, at=at, after=after, why=why)
