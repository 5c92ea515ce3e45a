"""Attempts: each try to have an order paid, a Checkout Session at Stripe or the wish for one.

An attempt's state only ever moves on: creating, open, complete but unpaid, then paid, failed, expired or
refused. Money is real whatever came before it, so even an expired attempt may still become paid.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import orders
from shop.clock import Instant, from_epoch, new_id
from shop.orders import Order
from shop.stripe_gateway import Session

sql = queries("payments")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to have an order paid; amounts in minor units, `captured` in `captured_currency`."""

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
    captured_currency: str | None
    url: str | None
    expires_at: Instant
    created_at: Instant


def attempt(tx: Tx, attempt_id: str) -> Attempt | None:
    """Return one try to have an order paid."""
    return tx.one(Attempt, sql.attempt, id=attempt_id)


def latest_attempt(tx: Tx, order_id: str) -> Attempt | None:
    """Return the newest try to have this order paid."""
    return tx.one(Attempt, sql.latest_of_order, order_id=order_id)


def begin_attempt(
    tx: Tx, order: Order, attempt_id: str, request: str, *, expires_at: Instant, at: Instant
) -> None:
    """Write down that a payment page is wanted, with the exact request, before Stripe is asked for it."""
    _add(tx, order, attempt_id, "creating", request, expires_at, at)


def opened(tx: Tx, attempt_id: str, session: Session) -> None:
    """Note the session that Stripe has made for an attempt; a webhook may have told us first."""
    tx.run(sql.opened, id=attempt_id, session_id=session.id, url=session.url)


def refused(tx: Tx, attempt_id: str, why: str, at: Instant, *, reason: str = "payment_failed") -> None:
    """Book that Stripe will not make the session: an order that waits for it closes, its hold is released."""
    if tx.run(sql.advance, id=attempt_id, old="creating", new="refused"):
        found = attempt(tx, attempt_id)
        if found is None:
            raise LookupError(f"There is no attempt {attempt_id}.")
        order = orders.by_id(tx, found.order_id)
        if order.state == "open":
            reason = reason if order.cancel_requested_at is None else "cancelled"
            orders.move(tx, order, "closed", by="stripe", at=at, why=why, reason=reason)


def past_deadline(tx: Tx, at: Instant) -> list[str]:
    """Return the orders whose time to pay has run out."""
    return tx.all(str, sql.past_deadline, at=at)


def unfinished(tx: Tx, before: Instant) -> list[str]:
    """Return the attempts whose session was asked for before that instant, and no answer booked."""
    return tx.all(str, sql.unfinished, before=before)


def unsettled(tx: Tx, before: Instant) -> list[str]:
    """Return the sessions that were open when we last heard of them and should have ended by then."""
    return tx.all(str, sql.unsettled, before=before)


def with_the_bank(tx: Tx) -> list[str]:
    """Return the sessions whose payment a bank has not decided on."""
    return tx.all(str, sql.with_the_bank)


def of_session(tx: Tx, session: Session) -> Attempt | None:
    """Return the attempt that a session belongs to, also one whose session we have not heard of yet.

    A second session for an order of ours becomes an attempt of its own. None where the session names no
    order that is here.
    """
    found = tx.one(Attempt, sql.of_session, session_id=session.id)
    named = session.metadata.get("attempt")
    if found is not None or named is None:
        return found
    # The event was quicker than the answer to our own request: take the session's id from it.
    if tx.run(sql.name_session, id=named, session_id=session.id):
        return tx.one(Attempt, sql.of_session, session_id=session.id)
    known = attempt(tx, named)
    return None if known is None else _another(tx, orders.by_id(tx, known.order_id), session)


def _another(tx: Tx, order: Order, session: Session) -> Attempt | None:
    """Return a new attempt for a session that somebody else has made for an order of ours."""
    attempt_id = new_id("pay")
    state = "expired" if session.status == "expired" else "complete_unpaid"
    _add(tx, order, attempt_id, state, "{}", from_epoch(session.expires_at), order.placed_at)
    tx.run(sql.name_session, id=attempt_id, session_id=session.id)
    return attempt(tx, attempt_id)


def _add(
    tx: Tx, order: Order, attempt_id: str, state: str, request: str, expires_at: Instant, at: Instant
) -> None:
    tx.run(
        sql.add_attempt,
        id=attempt_id,
        order_id=order.id,
        state=state,
        idempotency_key=attempt_id,
        request=request,
        amount=order.total,
        currency=order.currency,
        expires_at=expires_at,
        at=at,
    )
