"""The timeline of an order: what happened to it, in the shopper's words."""

from dataclasses import dataclass

from db import Tx
from shop import events
from shop.clock import Instant
from shop.money import format_money

WORDS = {
    "order.placed": "Placed",
    "order.adopted": "Placed",
    "order.claimed": "Added to an account",
    "order.processing": "Payment started",
    "order.confirmed": "Paid",
    "order.packed": "Packed",
    "order.shipped": "Shipped",
    "order.parcel": "Parcel",
    "order.cancel_requested": "Cancellation asked for",
    "order.cancelled": "Cancelled",
    "order.expired": "Expired",
    "order.payment_failed": "Payment failed",
    "order.refunded": "Closed",
    "order.review": "Under review",
    "order.oversold": "Closed",
    "order.charged_back": "Closed",
    "payment.declined": "Card declined",
    "refund.requested": "Refund started",
    "refund.submitted": "Refund on its way",
    "refund.succeeded": "Refunded",
    "refund.failed": "Refund failed",
    "refund.canceled": "Refund stopped",
}


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One thing that happened to an order, in the shopper's words."""

    at: Instant
    name: str
    text: str


def of(tx: Tx, thing: str, currency: str) -> tuple[TimelineStep, ...]:
    """Return what a shopper is told of an order, oldest first; amounts in its currency unless they say."""
    return tuple(
        TimelineStep(event.at, WORDS[event.kind], _detail(event, currency))
        for event in events.of(tx, thing)
        if event.kind in WORDS
    )


def _detail(event: events.Event, currency: str) -> str:
    if event.kind.startswith("refund."):
        # Refunds that were recorded before they had a currency of their own are of the order's.
        amount, _, own = event.after.partition(" ")
        return format_money(int(amount), own or currency)
    return event.after if event.kind == "order.parcel" else ""
