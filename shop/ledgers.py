"""Ledgers: our books of money beside Stripe's, payment by payment and refund by refund.

Both are read twice over: what we have booked must be at Stripe, so we read ourselves first; what is at Stripe
must be booked here, so for that we read ourselves last. So nothing that happens meanwhile looks like a fault.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from db import Tx, queries
from shop import instance
from shop.clock import Instant, later, to_epoch
from shop.money import format_money
from shop.refunds import RANK, STATE_AT_STRIPE
from shop.stripe_gateway import Charge, Dispute, Gateway, Refund

sql = queries("ledgers")

DAYS = 35
FRESH_SECONDS = 3600
"""News of the last hour may still be on its way, to us or into Stripe's lists."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment in our books; the amount in minor units."""

    order_id: str
    number: str
    payment_intent: str
    captured: int
    currency: str
    created_at: Instant


@dataclass(frozen=True, slots=True)
class Returned:
    """A refund in our books."""

    order_id: str
    number: str
    provider_id: str
    payment_intent: str
    amount: int
    state: str
    updated_at: Instant


@dataclass(frozen=True, slots=True)
class Difference:
    """What one ledger says and the other does not; `fresh` when the news may still be on its way.

    `payment_intent`, `refund` or `dispute` is what to book as Stripe has it, where that may mend it.
    """

    key: str
    order_id: str | None
    text: str
    fresh: bool = False
    payment_intent: str | None = None
    refund: Refund | None = None
    dispute: Dispute | None = None


@dataclass(frozen=True, slots=True)
class Disputed:
    """A dispute in our books."""

    provider_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Books:
    """What our books say of the money since an instant."""

    shop: str
    payments: tuple[Payment, ...]
    refunds: tuple[Returned, ...]
    disputes: tuple[Disputed, ...]


@dataclass(frozen=True, slots=True)
class _Theirs:
    charges: list[Charge]
    refunds: list[Refund]
    disputes: list[Dispute]


class Reader(Protocol):
    """How our books are read: `Database.read`, or a snapshot of a file that nobody serves."""

    async def __call__(self, function: Callable[[Tx, str], Books], since: str, /) -> Books:
        """Return what the function reads."""


async def compare(read: Reader, gateway: Gateway, at: Instant) -> list[Difference]:
    """Return every difference between our books and Stripe's of the last 35 days.

    Raises StripeError when Stripe can't be read.
    """
    since = later(at, minutes=-DAYS * 24 * 60)
    before = await read(_books, later(since, minutes=24 * 60))
    theirs = _Theirs(
        await gateway.list_charges(created_gte=to_epoch(since)),
        await gateway.list_refunds(created_gte=to_epoch(since)),
        await gateway.list_disputes(created_gte=to_epoch(since)),
    )
    after = await read(_books, "")
    found = [
        *_not_theirs(before, theirs, to_epoch(at)),
        *_not_ours(after, theirs, to_epoch(at)),
        *_disputes_differ(after, theirs),
    ]
    return list({one.key: one for one in found}.values())


def keep(tx: Tx, found: Iterable[Difference], at: Instant) -> None:
    """Keep what no rule could mend for a person, and forget what is no longer so."""
    lasting = [one for one in found if not one.fresh]
    kept = set(tx.all(str, sql.keys))
    for key in kept - {one.key for one in lasting}:
        tx.run(sql.forget, key=key)
    for one in lasting:
        tx.run(sql.keep, key=one.key, order_id=one.order_id, text=one.text, at=at)


def _not_theirs(ours: Books, theirs: _Theirs, at: int) -> Iterator[Difference]:
    charged = {charge.payment_intent for charge in theirs.charges if charge.amount_captured}
    returned = {refund.id for refund in theirs.refunds}
    for payment in ours.payments:
        if payment.payment_intent not in charged:
            money = format_money(payment.captured, payment.currency)
            text = f"Order {payment.number} has {money} that Stripe does not know."
            fresh = to_epoch(payment.created_at) > at - FRESH_SECONDS
            yield Difference(f"payment:{payment.payment_intent}", payment.order_id, text, fresh)
    for refund in ours.refunds:
        if refund.state == "succeeded" and refund.provider_id not in returned:
            text = f"Order {refund.number} has refund {refund.provider_id} that Stripe does not know."
            fresh = to_epoch(refund.updated_at) > at - FRESH_SECONDS
            yield Difference(f"refund:{refund.provider_id}", refund.order_id, text, fresh)


def _not_ours(ours: Books, theirs: _Theirs, at: int) -> Iterator[Difference]:
    known = {payment.payment_intent: payment for payment in ours.payments}
    for charge in theirs.charges:
        if charge.status != "succeeded" or charge.payment_intent is None:
            continue
        payment = known.get(charge.payment_intent)
        fresh = charge.created > at - FRESH_SECONDS
        if payment is None and charge.metadata.get("shop") == ours.shop:
            yield _unowned(charge, charge.payment_intent, fresh=fresh)
        elif payment is not None and (payment.captured, payment.currency) != (
            charge.amount_captured,
            charge.currency,
        ):
            told = format_money(charge.amount_captured, charge.currency)
            text = f"Stripe has taken {told} for order {payment.number}, which is not what the books say."
            yield Difference(f"payment:{charge.payment_intent}", payment.order_id, text)
    booked = {refund.provider_id: refund for refund in ours.refunds}
    for told_of in theirs.refunds:
        if told_of.payment_intent in known:
            yield from _refund_differs(told_of, booked.get(told_of.id), known[told_of.payment_intent], at)


def _disputes_differ(ours: Books, theirs: _Theirs) -> Iterator[Difference]:
    """What differs may only be news on its way: it is booked as Stripe has it, and never a lasting fault."""
    numbers = {payment.payment_intent: payment for payment in ours.payments}
    booked = {dispute.provider_id: dispute.status for dispute in ours.disputes}
    for told in theirs.disputes:
        payment = numbers.get(told.payment_intent or "")
        if payment is not None and booked.get(told.id) != told.status:
            text = f"Stripe has dispute {told.id} of order {payment.number} as {told.status}."
            yield Difference(f"dispute:{told.id}", payment.order_id, text, fresh=True, dispute=told)


def _unowned(charge: Charge, payment_intent: str, *, fresh: bool) -> Difference:
    money = format_money(charge.amount_captured, charge.currency)
    number = charge.metadata.get("order", "?")
    text = f"Stripe has taken {money} for order {number}, and no order owns it."
    return Difference(f"payment:{payment_intent}", None, text, fresh, payment_intent=payment_intent)


def _refund_differs(told: Refund, ours: Returned | None, payment: Payment, at: int) -> Iterator[Difference]:
    state = STATE_AT_STRIPE[told.status]
    if ours is not None and (ours.amount, ours.state) == (told.amount, state):
        return
    fresh = told.created > at - FRESH_SECONDS
    if ours is not None and ours.amount == told.amount:
        # Ours may only be behind, until the news of it is read; or ahead by what has just come.
        fresh = RANK[ours.state] < RANK[state] or to_epoch(ours.updated_at) > at - FRESH_SECONDS
    money = format_money(told.amount, told.currency)
    text = f"Stripe has refund {told.id} of {money} for order {payment.number} as {told.status}."
    yield Difference(f"refund:{told.id}", payment.order_id, text, fresh, refund=told)


def _books(tx: Tx, since: Instant) -> Books:
    return Books(
        instance.name(tx),
        tuple(tx.all(Payment, sql.payments, since=since)),
        tuple(tx.all(Returned, sql.refunds, since=since)),
        tuple(tx.all(Disputed, sql.disputes)),
    )
