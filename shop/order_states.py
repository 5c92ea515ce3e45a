"""The states of an order: one table that the guards, the buttons, the tests and the README read.

What each of Stripe's events does to a state is in `payments/sessions.py`; here stands only where an
order may go from where it is, who may send it there, and what happens to its stock on the way.
"""

from dataclasses import dataclass

from shop.words import N_

STATES = ("open", "processing", "confirmed", "packed", "shipped", "closed", "review")
CLOSED_REASONS = (
    "expired",
    "cancelled",
    "payment_failed",
    "refunded",
    "charged_back",
    "oversold",
)
WORDS = {
    "open": N_("not paid yet"),
    "processing": N_("waiting for the bank"),
    "confirmed": N_("paid"),
    "packed": N_("packed"),
    "shipped": N_("shipped"),
    "closed": N_("closed"),
    "review": N_("being looked at"),
    "expired": N_("not paid in time"),
    "cancelled": N_("cancelled"),
    "payment_failed": N_("payment failed"),
    "refunded": N_("refunded"),
    "charged_back": N_("charged back"),
    "oversold": N_("sold out"),
}
"""The same as a shopper's list of orders says them."""
FOR_WANT_OF_MONEY = ("expired", "payment_failed")
"""Money that comes late may still buy what such an order was about."""
SHOPPER, ADMIN, STRIPE, SHOP = "shopper", "admin", "stripe", "shop"


@dataclass(frozen=True, slots=True)
class Step:
    """A way from one state to another: who may take it, and its one effect on the stock."""

    by: frozenset[str]
    stock: str


def _step(*by: str, stock: str = "none") -> Step:
    return Step(frozenset(by), stock)


STEPS: dict[tuple[str, str], Step] = {
    ("open", "processing"): _step(STRIPE),
    ("open", "confirmed"): _step(STRIPE, SHOP, stock="commit"),
    ("open", "review"): _step(STRIPE),
    # A shopper's or an admin's wish closes an open order only once Stripe has said its session is dead.
    ("open", "closed"): _step(STRIPE, SHOPPER, ADMIN, stock="release"),
    ("processing", "confirmed"): _step(STRIPE, stock="commit"),
    ("processing", "review"): _step(STRIPE),
    ("processing", "closed"): _step(STRIPE, SHOPPER, ADMIN, stock="release"),
    ("confirmed", "packed"): _step(ADMIN),
    ("confirmed", "shipped"): _step(ADMIN),
    ("confirmed", "closed"): _step(SHOPPER, ADMIN, STRIPE, stock="restock"),
    ("packed", "shipped"): _step(ADMIN),
    ("packed", "closed"): _step(ADMIN, STRIPE, stock="restock"),
    # Money that arrives after expiry buys the stock again, if it is still there.
    ("closed", "confirmed"): _step(STRIPE, stock="retake"),
    ("review", "confirmed"): _step(ADMIN, stock="commit"),
    ("review", "closed"): _step(ADMIN, STRIPE, stock="release"),
}

CANCELLABLE_BY_SHOPPER = frozenset(
    start for (start, end), step in STEPS.items() if end == "closed" and SHOPPER in step.by
)
