"""What becomes of an order when a Checkout Session or a refund has moved at Stripe.

Every rule is a row of the table in PAYMENTS section 5.2. All of them may be applied in any order and any
number of times: an attempt's state only moves on, and a step that the order has left behind changes nothing.
"""

from dataclasses import dataclass

from db import Tx
from shop import cart, events, instance, orders, outbox, refunds, stock
from shop.clock import Instant
from shop.order_states import FOR_WANT_OF_MONEY
from shop.orders import Order
from shop.payments.attempts import Attempt, of_session, sql
from shop.stripe_gateway import Refund, Session

BY = events.STRIPE


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an event: processed, ignored, parked or duplicate, and why.

    `payment` names a payment that is not known yet: the event is booked again once it is.
    """

    result: str
    note: str = ""
    payment: str | None = None


def session_seen(tx: Tx, session: Session, at: Instant, *, failed: bool = False) -> Verdict:
    """Book what a Checkout Session has become; `failed` says that its delayed payment did not arrive.

    A session we never made is ignored. One that says it is ours but is unknown was lost with the newest part
    of the books: where money is in it, it is parked and its order taken up again from what Stripe knows.
    """
    attempt = of_session(tx, session)
    if attempt is None:
        return _unknown(tx, session, at)
    order = orders.by_id(tx, attempt.order_id)
    if session.status == "complete":
        orders.know_where_to(tx, order.id, session.ship_to)
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
    """Book what a refund has become; a full one closes an order that is still in the house.

    Raises Conflict for a refund that can't be one of its payment, or not yet.
    """
    order_id = refunds.seen(tx, refund, at)
    if order_id is None:
        return Verdict("ignored", "a refund of a payment that is not known", refund.payment_intent)
    order = orders.by_id(tx, order_id)
    if order.state in ("confirmed", "packed", "review") and refunds.all_given_back(tx, order_id):
        # An admin who refunds says what goes back on the shelf; nobody did for one that was made at Stripe.
        put_back: dict[str, int] | None = {} if refunds.chosen_by_admin(tx, order_id) else None
        why = f"refund {refund.id}"
        orders.move(tx, order, "closed", by=BY, at=at, why=why, reason="refunded", put_back=put_back)
    return Verdict("processed")


def _unknown(tx: Tx, session: Session, at: Instant) -> Verdict:
    if session.metadata.get("shop") != instance.name(tx):
        return Verdict("ignored", "a session of another integration")
    if session.status != "complete":
        return Verdict("ignored", "an unpaid session of an order that is not in these books")
    outbox.add(tx, "adopt", session.id, at)
    return Verdict("parked", "says it is ours but is unknown: was a backup restored?")


def _is_what_we_asked_for(session: Session, asked: Attempt) -> bool:
    return (session.amount_total, session.currency, session.mode) == (
        asked.amount,
        asked.currency,
        "payment",
    )


def _completed(tx: Tx, order: Order, paid: Attempt, session: Session, at: Instant) -> None:
    if session.payment_status != "paid":
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
        orders.end_payment(tx, order.id, at)


def _capture(tx: Tx, paid: Attempt, session: Session) -> bool:
    captured = tx.run(
        sql.captured,
        id=paid.id,
        amount=session.amount_total,
        currency=session.currency,
        payment_intent=session.payment_intent,
    )
    return captured == 1


def _confirm(tx: Tx, order: Order, at: Instant, why: str) -> None:
    bought = {line.sku: line.quantity for line in orders.lines_of(tx, order.id)}
    cart.take_bought(tx, order.cart_id, bought)
    confirmed = orders.move(tx, order, "confirmed", by=BY, at=at, why=why)
    # Another payment page of the same order must not take money as well.
    orders.end_payment(tx, order.id, at)
    if order.cancel_requested_at is not None:
        why = "cancelled before the payment arrived"
        orders.close_paid(tx, confirmed, by=BY, at=at, why=why)


def _late_money(tx: Tx, order: Order, at: Instant, why: str) -> None:
    may_go_on = order.closed_reason in FOR_WANT_OF_MONEY
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
    if session.payment_status != "paid":
        _awaits_bank_in_review(tx, order, paid, why, at)
        return
    if not _capture(tx, paid, session):
        return
    events.record(tx, "payment.mismatch", f"order:{order.id}", by=BY, at=at, why=why)
    refunds.recount(tx, order.id)
    if order.state in ("open", "processing"):
        orders.move(tx, order, "review", by=BY, at=at, why=why)
        orders.end_payment(tx, order.id, at)
    elif order.state == "closed":
        orders.refund_all(tx, order, by=events.SHOP, at=at, source="auto", why="not what was asked for")
    elif order.state != "review":
        _paid_twice(tx, order, paid, at)


def _awaits_bank_in_review(tx: Tx, order: Order, paid: Attempt, why: str, at: Instant) -> None:
    advanced = [
        tx.run(sql.advance, id=paid.id, old=old, new="complete_unpaid") for old in ("creating", "open")
    ]
    if any(advanced) and order.state == "open":
        orders.move(tx, order, "review", by=BY, at=at, why=why)


def _expired(tx: Tx, order: Order, dead: Attempt, at: Instant) -> None:
    ended = [tx.run(sql.advance, id=dead.id, old=old, new="expired") for old in ("creating", "open")]
    if any(ended) and order.state == "open":
        reason = "expired" if order.cancel_requested_at is None else "cancelled"
        orders.move(tx, order, "closed", by=BY, at=at, why="the session expired", reason=reason)


def _failed(tx: Tx, order: Order, dead: Attempt, at: Instant) -> None:
    living = ("creating", "open", "complete_unpaid")
    ended = [tx.run(sql.advance, id=dead.id, old=old, new="failed") for old in living]
    unpaid_review = order.state == "review" and order.captured == 0
    if any(ended) and (order.state in ("open", "processing") or unpaid_review):
        why = "the bank did not pay"
        reason = "payment_failed" if order.cancel_requested_at is None else "cancelled"
        orders.move(tx, order, "closed", by=BY, at=at, why=why, reason=reason)
