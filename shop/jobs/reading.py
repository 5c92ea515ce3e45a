"""Reading: what has become of things at Stripe, asked by the shop itself.

A lost webhook, a wrong secret, a restored backup: whatever kept the news away, it is heard here, and booked
by the same functions as a delivery.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from db import Database, Tx
from shop import checkout, disputes, ledgers, orders, payments, refunds, schedule
from shop.clock import Instant, later, now
from shop.config import Settings
from shop.errors import Conflict
from shop.stripe_gateway import Gateway, StripeRefused

T = TypeVar("T")

log = logging.getLogger(__name__)

UNFINISHED_SECONDS = 60
"""A session that was asked for so long ago without an answer is asked for again."""
FEED = "feed"
FEED_OVERLAP_SECONDS = 15 * 60
GRACE_SECONDS, PAUSE_SECONDS = 2.0, 5.0
"""How long a returned shopper's webhook may take before Stripe is asked, and asked again."""


class Returned:
    """Shoppers who are back from the payment page, while their payment is not booked."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}

    def note(self, order_id: str) -> None:
        """Note that somebody waits for this order's payment to be booked."""
        self._due.setdefault(order_id, asyncio.get_running_loop().time() + GRACE_SECONDS)

    def take(self) -> list[str]:
        """Return the orders to ask Stripe about now; who still waits is asked about again after a pause."""
        at = asyncio.get_running_loop().time()
        due = [order_id for order_id, then in self._due.items() if then <= at]
        self._due = {order_id: then for order_id, then in self._due.items() if then > at - 60}
        for order_id in due:
            self._due[order_id] = at + PAUSE_SECONDS
        return due

    def forget(self, order_id: str) -> None:
        """Stop asking about an order."""
        self._due.pop(order_id, None)


async def read_returned(db: Database, gateway: Gateway, returned: Returned) -> None:
    """Ask Stripe for the sessions of shoppers who came back, once their webhook is late."""
    for order_id in returned.take():
        attempt = await db.read(payments.latest_attempt, order_id)
        if attempt is None or attempt.state != "open" or attempt.session_id is None:
            returned.forget(order_id)
            continue
        session = await gateway.get_session(attempt.session_id)
        await db.write(payments.session_read, session, now())


async def end_overdue(db: Database, at: Instant) -> int:
    """Ask for the sessions of orders past their deadline to be expired; Stripe's answer decides."""
    overdue = await db.read(payments.past_deadline, at)
    if overdue:
        await db.write(_end, overdue, at)
    return len(overdue)


async def finish_sessions(db: Database, gateway: Gateway, seconds: float = UNFINISHED_SECONDS) -> None:
    """Repeat the requests for payment pages that were never answered."""
    for attempt_id in await db.read(payments.unfinished, later(now(), seconds=-seconds)):
        attempt = await db.read(payments.attempt, attempt_id)
        if attempt is not None:
            try:
                await checkout.open_session(db, gateway, attempt.order_id, retries=0)
            except Conflict as refusal:
                log.warning("the payment of order %s was refused: %s", attempt.order_id, refusal)


async def read_sessions(db: Database, gateway: Gateway, before: Instant) -> int:
    """Ask Stripe for every open session that should have ended by then, and book the answers."""
    waiting = await db.read(payments.unsettled, before)
    await _read_each(db, waiting, gateway.get_session, payments.session_read)
    return len(waiting)


async def read_debits(db: Database, gateway: Gateway) -> int:
    """Ask Stripe for every session whose payment a bank has not decided on, and book the answers."""
    waiting = await db.read(payments.with_the_bank)
    await _read_each(db, waiting, gateway.get_session, payments.session_read)
    return len(waiting)


async def read_feed(db: Database, gateway: Gateway, settings: Settings) -> int:
    """Read Stripe's list of events since the last one read here, and book those that were missed.

    The place is kept apart from the deliveries: one that came says nothing of those that did not.
    """
    read_to = await db.read(schedule.cursor, FEED)
    missed = newest = 0
    since = max(0, read_to - FEED_OVERLAP_SECONDS)
    for event in await gateway.list_events(sorted(payments.EVENTS), created_gte=since):
        payload = json.dumps(event).encode()
        verdict = await db.write(
            payments.receive, event, payload, livemode=settings.livemode, at=now(), via=FEED
        )
        missed += verdict.result == "processed"
        newest = max(newest, int(event.get("created") or 0))
    if newest > read_to:
        await db.write(schedule.set_cursor, FEED, newest, now())
    return missed


async def read_refunds(db: Database, gateway: Gateway) -> None:
    """Ask Stripe for every refund that may still succeed or fail, and book the answers."""
    await _read_each(db, await db.read(refunds.unsettled), gateway.get_refund, payments.refund_read)


async def read_disputes(db: Database, gateway: Gateway) -> None:
    """Ask Stripe for every dispute that is not decided, and book the answers."""
    await _read_each(db, await db.read(disputes.unsettled), gateway.get_dispute, payments.dispute_read)


async def read_ledgers(db: Database, gateway: Gateway) -> int:
    """Compare both ledgers, mend what rules can mend, and keep the rest for a person; return its number."""
    found = await ledgers.compare(db.read, gateway, now())
    for payment_intent in {one.payment_intent for one in found if one.payment_intent}:
        session = await gateway.find_session(payment_intent)
        if session is not None:
            await db.write(payments.session_read, session, now())
    for refund in {one.refund.id: one.refund for one in found if one.refund}.values():
        await db.write(payments.refund_read, refund, now())
    for dispute in {one.dispute.id: one.dispute for one in found if one.dispute}.values():
        await db.write(payments.dispute_read, dispute, now())
    left = await ledgers.compare(db.read, gateway, now()) if found else found
    await db.write(ledgers.keep, left, now())
    return len(left)


async def _read_each(
    db: Database,
    ids: Iterable[str],
    ask: Callable[[str], Awaitable[T]],
    book: Callable[[Tx, T, Instant], object],
) -> None:
    for one in ids:
        try:
            found = await ask(one)
        except StripeRefused as refusal:
            # Stripe does not have it: the comparison of both ledgers names it, the others are read on.
            log.warning("%s can't be read at Stripe: %s", one, refusal)
        else:
            await db.write(book, found, now())


def _end(tx: Tx, overdue: list[str], at: Instant) -> None:
    for order_id in overdue:
        orders.end_payment(tx, order_id, at)
