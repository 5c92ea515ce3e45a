"""The inbox: every verified Stripe event, booked at most once, and what became of it.

An event about a payment that is not known yet waits until it is; one that no rule can place is parked for a
person. Both are booked by the same rules later.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db import Tx
from shop import disputes, events, orders
from shop.clock import Instant, new_id
from shop.errors import Conflict
from shop.payments.attempts import attempt, sql
from shop.payments.sessions import Verdict, refund_seen, session_seen
from shop.stripe_gateway import (
    Dispute,
    Malformed,
    Refund,
    Session,
    dispute_of,
    fraud_warning_of,
    intent_of,
    refund_of,
    session_of,
)

SESSION_EVENTS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    }
)
REFUND_EVENTS = frozenset({"refund.created", "refund.updated", "refund.failed"})
DISPUTE_EVENTS = frozenset(
    {
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    }
)
FRAUD_WARNING = "radar.early_fraud_warning.created"
DECLINED = "payment_intent.payment_failed"
EVENTS = SESSION_EVENTS | REFUND_EVENTS | DISPUTE_EVENTS | {FRAUD_WARNING, DECLINED}
"""The types a webhook endpoint has to subscribe to."""


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that no rule can place; a person has to look."""

    id: str
    type: str
    object_id: str
    note: str
    received_at: Instant


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as it was delivered."""

    id: str
    payload: str


def receive(
    tx: Tx, event: Mapping[str, Any], payload: bytes, *, livemode: bool, at: Instant, via: str = "delivery"
) -> Verdict:
    """Book one verified Stripe event; a repeated one changes nothing.

    `livemode` is the mode of our own key: an event of the other mode is parked. `via` says whether Stripe
    delivered it or we read it in the `feed`. The caller answers Stripe only after this transaction has
    committed.
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
        via=via,
    )
    if not fresh:
        return Verdict("duplicate")
    verdict = _judge(tx, event, livemode=livemode, at=at)
    if verdict.result != "processed":
        _note(tx, event["id"], verdict)
    else:
        _book_unclaimed(tx, body.get("payment_intent"), at)
    return verdict


def session_read(tx: Tx, session: Session, at: Instant) -> Verdict:
    """Book a Checkout Session as it was read at Stripe just now."""
    verdict = session_seen(tx, session, at)
    _book_unclaimed(tx, session.payment_intent, at)
    return verdict


def refund_read(tx: Tx, refund: Refund, at: Instant) -> Verdict:
    """Book a refund as it was read at Stripe just now."""
    try:
        verdict = refund_seen(tx, refund, at)
    except Conflict as fault:
        return Verdict("parked", str(fault))
    _book_unclaimed(tx, refund.payment_intent, at)
    return verdict


def dispute_read(tx: Tx, dispute: Dispute, at: Instant) -> Verdict:
    """Book a dispute as it was read at Stripe just now; it wins over what events have said."""
    known = disputes.seen(tx, dispute, at, created=None)
    return Verdict("ignored" if known is None else "processed")


def judge_again(tx: Tx, event_id: str, *, livemode: bool, at: Instant) -> Verdict:
    """Book an event that was parked by the same rules once more. Raises Conflict if it is not parked."""
    kept = tx.one(Kept, sql.parked_event, id=event_id)
    if kept is None:
        raise Conflict("This event does not wait for anybody any more.")
    verdict = _judge(tx, json.loads(kept.payload), livemode=livemode, at=at)
    _note(tx, event_id, verdict)
    return verdict


def set_aside(tx: Tx, event_id: str, *, by: str, why: str, at: Instant) -> None:
    """Note that a person has seen to a parked event. Raises Conflict if it is not parked."""
    if tx.one(Kept, sql.parked_event, id=event_id) is None:
        raise Conflict("This event does not wait for anybody any more.")
    tx.run(sql.judge_event, id=event_id, result="ignored", note=f"set aside: {why}")
    events.record(tx, "event.set_aside", f"stripe_event:{event_id}", by=by, at=at, why=why)


def parked_payment(tx: Tx, event_id: str) -> str | None:
    """Return the payment intent of a parked event about a session that was paid."""
    kept = tx.one(Kept, sql.parked_event, id=event_id)
    body = json.loads(kept.payload)["data"]["object"] if kept else {}
    payment = body.get("payment_intent") if body.get("payment_status") == "paid" else None
    return payment if isinstance(payment, str) else None


def adopted(tx: Tx, session_id: str, *, livemode: bool, at: Instant) -> None:
    """Book what was parked about a session whose order has been taken up again."""
    for event_id in tx.all(str, sql.parked_of_object, object_id=session_id):
        judge_again(tx, event_id, livemode=livemode, at=at)


def reject(tx: Tx, reason: str, body_sha256: str, at: Instant) -> None:
    """Remember that a delivery was refused at the door; only the newest hundred are kept."""
    tx.run(sql.add_reject, id=new_id("rej"), at=at, reason=reason[:300], body_sha256=body_sha256)
    tx.run(sql.trim_rejects)


def parked(tx: Tx) -> list[Parked]:
    """Return the events that wait for a person."""
    return tx.all(Parked, sql.parked)


def _judge(tx: Tx, event: Mapping[str, Any], *, livemode: bool, at: Instant) -> Verdict:
    kind = event["type"]
    if kind not in EVENTS:
        return Verdict("ignored", "not an event the shop acts on")
    if bool(event.get("livemode")) != livemode:
        return Verdict("parked", "a test event at a live shop, or the reverse")
    try:
        return _book(tx, kind, event, at)
    except Malformed as fault:
        return Verdict("parked", str(fault))


def _book(tx: Tx, kind: str, event: Mapping[str, Any], at: Instant) -> Verdict:
    body = event["data"]["object"]
    if kind in SESSION_EVENTS:
        return session_seen(tx, session_of(body), at, failed=kind.endswith("payment_failed"))
    if kind in REFUND_EVENTS:
        return _refund(tx, body, at)
    if kind == DECLINED:
        return _declined(tx, body, at)
    if kind == FRAUD_WARNING:
        warning = fraud_warning_of(body)
        order_id, payment = disputes.warned(tx, warning, at), warning.payment_intent
    else:
        dispute, created = dispute_of(body), int(event.get("created") or 0)
        order_id, payment = disputes.seen(tx, dispute, at, created=created), dispute.payment_intent
    if order_id is None:
        return Verdict("ignored", "about a payment that is not known", payment)
    return Verdict("processed")


def _refund(tx: Tx, body: Mapping[str, Any], at: Instant) -> Verdict:
    refund = refund_of(body)
    try:
        return refund_seen(tx, refund, at)
    except Conflict as fault:
        # It may be right as soon as we hear that an earlier refund has failed.
        return Verdict("parked", str(fault), refund.payment_intent)


def _declined(tx: Tx, body: Mapping[str, Any], at: Instant) -> Verdict:
    _, why, metadata = intent_of(body)
    tried = attempt(tx, metadata.get("attempt", ""))
    if tried is None:
        return Verdict("ignored", "a card declined for another integration")
    order = orders.by_id(tx, tried.order_id)
    events.record(tx, "payment.declined", f"order:{order.id}", by=events.STRIPE, at=at, why=why)
    return Verdict("processed")


def _note(tx: Tx, event_id: str, verdict: Verdict) -> None:
    tx.run(sql.judge_event, id=event_id, result=verdict.result, note=verdict.note)
    tx.run(sql.claimed, event_id=event_id)
    if verdict.payment is not None:
        tx.run(sql.wait_for_payment, event_id=event_id, payment_intent=verdict.payment)


def _book_unclaimed(tx: Tx, payment: object, at: Instant) -> None:
    """Book what came before its payment, or before what made it possible, oldest first.

    Each that could be booked may have made room for an older one.
    """
    while isinstance(payment, str):
        waiting = tx.all(Kept, sql.unclaimed, payment_intent=payment)
        if not any(_claimed(tx, kept, at) for kept in waiting):
            break


def _claimed(tx: Tx, kept: Kept, at: Instant) -> bool:
    event = json.loads(kept.payload)
    verdict = _judge(tx, event, livemode=bool(event.get("livemode")), at=at)
    _note(tx, kept.id, verdict)
    return verdict.payment is None
