"""The timeline of an order: what happened to it, in the shopper's words."""

from dataclasses import dataclass

from db import Tx
from shop import events
from shop.clock import Instant
from shop.money import format_money
from shop.words import N_, _

WORDS = {
    "order.placed": N_("Placed"),
    "order.adopted": N_("Placed"),
    "order.claimed": N_("Added to an account"),
    "order.processing": N_("Payment started"),
    "order.confirmed": N_("Paid"),
    "order.packed": N_("Packed"),
    "order.shipped": N_("Shipped"),
    "order.parcel": N_("Parcel"),
    "order.delivered": N_("Delivered"),
    "order.not_delivered": N_("Not delivered yet"),
    "order.cancel_requested": N_("Cancellation asked for"),
    "order.cancelled": N_("Cancelled"),
    "order.expired": N_("Expired"),
    "order.payment_failed": N_("Payment failed"),
    "order.refunded": N_("Closed"),
    "order.review": N_("Under review"),
    "order.oversold": N_("Closed"),
    "order.charged_back": N_("Closed"),
    "payment.declined": N_("Card declined"),
    "refund.requested": N_("Refund started"),
    "refund.submitted": N_("Refund on its way"),
    "refund.succeeded": N_("Refunded"),
    "refund.failed": N_("Refund failed"),
    "refund.canceled": N_("Refund stopped"),
}
_OF_PARCELS = frozenset({"order.parcel", "order.delivered", "order.not_delivered"})


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One thing that happened to an order, in the shopper's words."""

    at: Instant
    name: str
    text: str


def of(tx: Tx, thing: str, currency: str) -> tuple[TimelineStep, ...]:
    """Return what a shopper is told of an order, oldest first; amounts in its currency unless they say."""
    return tuple(
        TimelineStep(event.at, _(WORDS[event.kind]), _detail(event, currency))
        for event in events.of(tx, thing)
        if event.kind in WORDS
    )


def _detail(event: events.Event, currency: str) -> str:
    if event.kind.startswith("refund."):
        # Refunds that were recorded before they had a currency of their own are of the order's.
        amount, _, own = event.after.partition(" ")
        return format_money(int(amount), own or currency)
    return event.after if event.kind in _OF_PARCELS else ""
