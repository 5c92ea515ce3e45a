"""Payments: what Stripe says, turned into orders and stock movements, each exactly once.

`receive` is the transaction behind the webhook. The periodic re-reading of Stripe goes through the same
functions, so there is one way for money to be booked, whoever brings the news and how often.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db import Tx, queries
from shop import cart, events, instance, orders, refunds, stock
from shop.clock import Instant, new_id
from shop.errors import Conflict
from shop.orders import Order
from shop.stripe_gateway import Malformed, Refund, Session, refund_of, session_of

sql = queries("payments")

SESSION_EVENTS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    }
)
REFUND_EVENTS = frozenset({"refund.created", "refund.updated", "refund.failed"})
EVENTS = SESSION_EVENTS | REFUND_EVENTS
"""The types a webhook endpoint has to subscribe to."""

BY = events.STRIPE


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to have an order paid: a Checkout Session, or the wish for one."""

    id: str
    order_id: str
    state: str
    idempotency_key: str
    request: str
    session_id: str | None
    payment_intent: str | None
    amount: int
    currency: str
    captured: int
    url: str | None
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that no rule can place; a person has to look."""

    id: str
    type: str
    object_id: str
    note: str
    received_at: Instant


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an event: processed, ignored, parked or duplicate, and why."""

    result: str
    note: str = ""


def receive(tx: Tx, event: Mapping[str, Any], payload: bytes, *, livemode: bool, at: Instant) -> Verdict:
    """Book one verified Stripe event; a repeated one changes nothing.

    `livemode` is the mode of our own key: an event of the other mode is parked. The caller answers
    Stripe only after this transaction has committed.
    """
    body = event["data"]["object"]
    fresh = tx.run(
        sql.add_event,
        id=event["id"],
        type=event["type"],
        livemode=int(bool(event.get("livemode"))),
        api_version=str(event.get("api_version") or ""),
        created=int(event.get("created") or 0),
        object_id=str(body.get("id") or ""),
        payload=payload.decode(),
        at=at,
    )
    if not fresh:
        return Verdict("duplicate")
    verdict = _judge(tx, event, body, livemode=livemode, at=at)
    if verdict.result != "processed":
        tx.run(sql.judge_event, id=event["id"], result=verdict.result, note=verdict.note)
    return verdict


def _judge(
    tx: Tx, event: Mapping[str, Any], body: Mapping[str, Any], *, livemode: bool, at: Instant
) -> Verdict:
    kind = event["type"]
    if kind not in EVENTS:
        return Verdict("ignored", "not an event the shop acts on")
    if bool(event.get("livemode")) != livemode:
        return Verdict("parked", "a test event at a live shop, or the reverse")
    try:
        if kind in REFUND_EVENTS:
            return refund_seen(tx, refund_of(body), at)
        return session_seen(tx, session_of(body), at, failed=kind.endswith("payment_failed"))
    except Malformed as fault:
        return Verdict("parked", str(fault))


def session_seen(tx: Tx, session: Session, at: Instant, *, failed: bool = False) -> Verdict:
    """Book what a Checkout Session has become; `failed` says that its delayed payment did not arrive.

    A session we never made is ignored, unless it says it is ours: then it is parked.
    """
    attempt = _attempt_of(tx, session)
    if attempt is None:
        ours = session.metadata.get("shop") == instance.name(tx)
        if ours:
            return Verdict("parked", "says it is ours but is unknown: was a backup restored?")
        return Verdict("ignored", "a session of another integration")
    order = orders.by_id(tx, attempt.order_id)
    if failed:
        _failed(tx, order, attempt, at)
    elif session.status == "expired":
        _expired(tx, order, attempt, at)
    elif session.status == "complete" and _is_what_we_asked_for(session, attempt):
        _completed(tx, order, attempt, session, at)
    elif session.status == "complete":
        _mismatched(tx, order, attempt, session, at)
    return Verdict("processed")


def refund_seen(tx: Tx, refund: Refund, at: Instant) -> Verdict:
    """Book what a refund has become; a full one made at Stripe closes an order still in the house."""
    try:
        order_id = refunds.seen(tx, refund, at)
    except Conflict as fault:
        return Verdict("parked", str(fault))
    if order_id is None:
        return Verdict("ignored", "a refund of a payment that is not ours")
    order = orders.by_id(tx, order_id)
    if order.state in ("confirmed", "packed") and order.payment_state == "refunded":
        why = f"refund {refund.id}"
        orders.move(tx, order, "closed", by=BY, at=at, why=why, reason="refunded")
    return Verdict("processed")


def reject(tx: Tx, reason: str, body_sha256: str, at: Instant) -> None:
    """Remember that a delivery was refused at the door; only the newest hundred are kept."""
    tx.run(sql.add_reject, id=new_id("rej"), at=at, reason=reason[:300], body_sha256=body_sha256)
    tx.run(sql.trim_rejects)


def attempt(tx: Tx, attempt_id: str) -> Attempt | None:
    """Return one try to have an order paid."""
    return tx.one(Attempt, sql.attempt, id=attempt_id)


def latest_attempt(tx: Tx, order_id: str) -> Attempt | None:
    """Return the newest try to have this order paid."""
    return tx.one(Attempt, sql.latest_of_order, order_id=order_id)


def opened(tx: Tx, attempt_id: str, session: Session) -> None:
    """Note the session that Stripe has made for an attempt; a webhook may have told us first."""
    tx.run(sql.opened, id=attempt_id, session_id=session.id, url=session.url)


def refused(tx: Tx, attempt_id: str, why: str, at: Instant) -> None:
    """Book that Stripe will not make the session: the order closes and gives back what it held."""
    if tx.run(sql.advance, id=attempt_id, old="creating", new="refused"):
        order = _order_of(tx, attempt_id)
        orders.move(tx, order, "closed", by=BY, at=at, why=why, reason="payment_failed")


def past_deadline(tx: Tx, at: Instant) -> list[str]:
    """Return the orders whose time to pay has run out."""
    return tx.all(str, sql.past_deadline, at=at)


def unfinished(tx: Tx, before: Instant) -> list[str]:
    """Return the attempts whose session was asked for before that instant, and no answer booked."""
    return tx.all(str, sql.unfinished, before=before)


def unsettled(tx: Tx) -> list[str]:
    """Return the orders with a session that was open when we last heard of it."""
    return tx.all(str, sql.unsettled)


def newest_event(tx: Tx) -> int:
    """Return when the newest event we know was made, in seconds since 1970; 0 if there is none."""
    return int(tx.value(sql.newest_event) or 0)


def parked(tx: Tx) -> list[Parked]:
    """Return the events that wait for a person."""
    return tx.all(Parked, sql.parked)


def _attempt_of(tx: Tx, session: Session) -> Attempt | None:
    found = tx.one(Attempt, sql.of_session, session_id=session.id)
    named = session.metadata.get("attempt")
    if found is not None or named is None:
        return found
    # The event was quicker than the answer to our own request: take the session's id from it.
    if tx.run(sql.name_session, id=named, session_id=session.id):
        return tx.one(Attempt, sql.of_session, session_id=session.id)
    return None


def _order_of(tx: Tx, attempt_id: str) -> Order:
    found = attempt(tx, attempt_id)
    if found is None:
        raise LookupError(f"There is no attempt {attempt_id}.")
    return orders.by_id(tx, found.order_id)


def _is_what_we_asked_for(session: Session, asked: Attempt) -> bool:
    return (session.amount_total, session.currency, session.mode) == (
        asked.amount,
        asked.currency,
        "payment",
    )


def _completed(tx: Tx, order: Order, paid: Attempt, session: Session, at: Instant) -> None:
    if session.payment_status == "unpaid":
        _awaits_bank(tx, order, paid, at)
    elif _capture(tx, paid, session):
        why = f"session {session.id}"
        if order.state in ("open", "processing"):
            _confirm(tx, order, at, why)
        elif order.state == "closed":
            _late_money(tx, order, at, why)
        elif order.state == "review":
            refunds.recount(tx, order.id)
        else:
            _paid_twice(tx, order, paid, at)


def _awaits_bank(tx: Tx, order: Order, paid: Attempt, at: Instant) -> None:
    for old in ("creating", "open"):
        tx.run(sql.advance, id=paid.id, old=old, new="complete_unpaid")
    if order.state == "open":
        orders.move(tx, order, "processing", by=BY, at=at, why="the bank is not certain yet")


def _capture(tx: Tx, paid: Attempt, session: Session) -> bool:
    amount, intent = session.amount_total, session.payment_intent
    return tx.run(sql.captured, id=paid.id, amount=amount, payment_intent=intent) == 1


def _confirm(tx: Tx, order: Order, at: Instant, why: str) -> None:
    bought = {line.sku: line.quantity for line in orders.lines_of(tx, order.id)}
    cart.take_bought(tx, order.cart_id, bought)
    confirmed = orders.move(tx, order, "confirmed", by=BY, at=at, why=why)
    if order.cancel_requested_at is not None:
        why = "cancelled before the payment arrived"
        orders.close_paid(tx, confirmed, by=BY, at=at, why=why)


def _late_money(tx: Tx, order: Order, at: Instant, why: str) -> None:
    may_go_on = order.closed_reason in ("expired", "payment_failed")
    if may_go_on and stock.can_retake(tx, order.id):
        orders.move(tx, order, "confirmed", by=BY, at=at, why=f"{why}, paid late")
        return
    refunds.recount(tx, order.id)
    if may_go_on:
        orders.oversold(tx, order, at=at, why="paid after the items had gone")
    else:
        reason = "paid after it was closed"
        orders.refund_all(tx, order, by=events.SHOP, at=at, source="auto", why=reason)


def _paid_twice(tx: Tx, order: Order, paid: Attempt, at: Instant) -> None:
    refunds.recount(tx, order.id)
    reason = "a second payment for the same order"
    refunds.request(tx, order.id, paid.id, source="auto", reason=reason, by=events.SHOP, at=at)


def _mismatched(tx: Tx, order: Order, paid: Attempt, session: Session, at: Instant) -> None:
    why = (
        f"Stripe says {session.amount_total} {session.currency} by {session.mode}, "
        f"the order says {paid.amount} {paid.currency}"
    )
    if session.payment_status == "paid" and not _capture(tx, paid, session):
        return
    events.record(tx, "payment.mismatch", f"order:{order.id}", by=BY, at=at, why=why)
    refunds.recount(tx, order.id)
    if order.state in ("open", "processing"):
        orders.move(tx, order, "review", by=BY, at=at, why=why)
    elif order.state == "closed" and session.currency == order.currency:
        orders.refund_all(tx, order, by=events.SHOP, at=at, source="auto", why="not what was asked")


def _expired(tx: Tx, order: Order, dead: Attempt, at: Instant) -> None:
    ended = [tx.run(sql.advance, id=dead.id, old=old, new="expired") for old in ("creating", "open")]
    if any(ended) and order.state == "open":
        reason = "expired" if order.cancel_requested_at is None else "cancelled"
        orders.move(tx, order, "closed", by=BY, at=at, why="the session expired", reason=reason)


def _failed(tx: Tx, order: Order, dead: Attempt, at: Instant) -> None:
    living = ("creating", "open", "complete_unpaid")
    ended = [tx.run(sql.advance, id=dead.id, old=old, new="failed") for old in living]
    if any(ended) and order.state in ("open", "processing"):
        why = "the bank did not pay"
        orders.move(tx, order, "closed", by=BY, at=at, why=why, reason="payment_failed")
