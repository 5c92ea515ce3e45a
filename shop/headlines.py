"""Headlines: where an order stands, in one sentence for its shopper."""

from shop.order_states import FOR_WANT_OF_MONEY
from shop.words import N_, _


def of(
    state: str, closed_reason: str | None, *, leaving: bool, given_back: bool, arrived: bool = False
) -> str:
    """Say where an order stands; `leaving` says that its cancellation was asked for.

    A shipped one may have `arrived`.

    Money may have come, and be `given_back`, after it was closed.
    """
    if state == "closed":
        told = _(_CLOSED[closed_reason or ""])
        if closed_reason not in FOR_WANT_OF_MONEY:
            return told
        money = _("Your money goes back to you.") if given_back else _("Nothing was charged.")
        return f"{told} {money}"
    if leaving and state in ("open", "processing"):
        return _("We are cancelling your order: the payment page is being closed.")
    return _(_ARRIVED if arrived else _HEADLINES[state])


_HEADLINES = {
    "open": N_("Waiting for your payment. The items are held for you meanwhile."),
    "processing": N_("Your bank is confirming the payment. The items are held for you."),
    "confirmed": N_("Paid. We are getting your order ready."),
    "packed": N_("Packed and waiting for the carrier."),
    "shipped": N_("On its way to you."),
    "review": N_("We are looking at your payment and will write to you."),
}
_ARRIVED = N_("It has arrived.")
_CLOSED = {
    "expired": N_("The time to pay ran out."),
    "cancelled": N_("Cancelled."),
    "payment_failed": N_("The payment did not go through."),
    "refunded": N_("Refunded."),
    "charged_back": N_("Closed: the payment was taken back through the bank."),
    "oversold": N_("Closed: the items were gone when the payment arrived. Your money goes back to you."),
}
