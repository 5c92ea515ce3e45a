"""Order letters: what a shopper is written of their order, each once.

They are asked for in the transaction of what they tell of, by one row of the outbox, and written afterwards
from the order's own rows, in the order's language. What is not true any more by then is not written. Each has
a secret link of its own to the order, so that its reader needs no account.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import letters, limits, order_links, orders, refunds
from shop.clock import Instant, new_id, new_token, to_epoch
from shop.errors import NotFound, TooMany
from shop.money import format_money
from shop.orders import Order
from shop.people import GUEST, Person
from shop.words import N_, _, speaking

sql = queries("order_letters")

KIND = "order"


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A parcel on its way, and the order it belongs to."""

    order_id: str
    carrier: str
    tracking: str


@dataclass(frozen=True, slots=True)
class _News:
    order: Order
    subject: str
    text: str


def write(tx: Tx, news: str, row_id: str, base_url: str, at: Instant) -> None:
    """Write the letter that was asked for of an order, a parcel or a refund, while it is still true."""
    order_id = tx.value(sql.order_of, id=row_id)
    if order_id is None:
        return
    with speaking(orders.by_id(tx, order_id).language):
        told = _told(tx, news, row_id, f"{base_url}/cart")
        if told is not None:
            _write(tx, told, f"order_letter:{news}:{row_id}", base_url, at)


def send_link(tx: Tx, number: str, email: str, base_url: str, at: Instant) -> None:
    """Write the link of an order once more to the address it was placed with, a few times an hour.

    For any other number or address take as long, and do nothing.
    """
    try:
        limits.count(tx, limits.ORDER_LINK_OF, email, to_epoch(at))
        order = orders.by_number(tx, number)
    except (TooMany, NotFound):
        return
    if order.email != email:
        return
    with speaking(order.language):
        subject = _("Order {number}: your link", number=order.number)
        text = _("here is the link to your order {number}, as you have asked for it.", number=order.number)
        _write(tx, _News(order, subject, text), f"order_letter:link:{order.id}:{new_id('let')}", base_url, at)


def send_again(tx: Tx, letter_id: str, by: Person, at: Instant) -> letters.Letter:
    """Have a letter sent once more; one of an order whose link is forgotten gets another. Raises Conflict."""
    letter = letters.by_id(tx, letter_id)
    if letter.kind == KIND and letter.is_spent:
        row_id = letters.key_of(tx, letter_id).split(":")[2]
        order_id, token = tx.value(sql.order_of, id=row_id), new_token()
        if order_id is not None:
            order_links.keep(tx, order_id, token, at)
            letters.renew(tx, letter_id, token)
    return letters.send_again(tx, letter_id, by, at)


def _write(tx: Tx, told: _News, key: str, base_url: str, at: Instant) -> None:
    order, link = told.order, f"{base_url}/o/{letters.TOKEN}"
    text = _("Hello,\n\n{text}\n\nYour order:\n\n{place}\n", text=told.text, place=link)
    token = new_token()
    if letters.write(tx, KIND, order.email, told.subject, text, key=key, at=at, secret=token):
        order_links.keep(tx, order.id, token, at)


def _told(tx: Tx, news: str, row_id: str, cart: str) -> _News | None:
    if news == "parcel":
        return _shipped(tx, row_id)
    if news == "refund":
        return _refunded(tx, row_id)
    order = orders.by_id(tx, row_id)
    if _is_over(tx, news, order):
        return None
    text = _cancelled(order) if news == "cancelled" else _TEXTS[news]
    about = {"number": order.number, "bought": _bought(tx, order), "cart": cart}
    return _News(order, _(_SUBJECTS[news], number=order.number), _(text, **about))


def _is_over(tx: Tx, news: str, order: Order) -> bool:
    """Tell whether the letter of an unpaid order is too late: it was paid after all, or another followed."""
    if news in ("expired", "payment_failed") and order.closed_reason != news:
        return True
    return news in ("expired", "cancelled") and not order.captured and _is_followed(tx, order)


def _is_followed(tx: Tx, order: Order) -> bool:
    """Tell whether the same shopper has placed another order since; a guest is known by cart or address."""
    if order.person_id != GUEST:
        return bool(tx.value(sql.newest_order, person_id=order.person_id) != order.id)
    told = {"id": order.id, "cart_id": order.cart_id, "email": order.email}
    return tx.value(sql.followed_guest, **told) is not None


def _shipped(tx: Tx, parcel_id: str) -> _News | None:
    parcel = tx.one(_Parcel, sql.parcel, id=parcel_id)
    if parcel is None:
        return None
    order = orders.by_id(tx, parcel.order_id)
    how = [_("Carrier: {carrier}", carrier=parcel.carrier)] if parcel.carrier else []
    how += [_("Tracking number: {tracking}", tracking=parcel.tracking)] if parcel.tracking else []
    told = _("a parcel of your order {number} is on its way to you.", number=order.number)
    text = "\n\n".join([told, *(["\n".join(how)] if how else [])])
    return _News(order, _("Order {number} is on its way", number=order.number), text)


def _refunded(tx: Tx, refund_id: str) -> _News | None:
    refund = refunds.claim(tx, refund_id)
    if refund is None or refund.state != "succeeded":
        return None
    order = orders.by_id(tx, refund.order_id)
    amount = format_money(refund.amount, refund.currency)
    about = {"amount": amount, "number": order.number}
    return _News(order, _("Order {number}: {amount} given back", **about), _(_GIVEN_BACK, **about))


def _cancelled(order: Order) -> str:
    if not order.captured:
        return N_("your order {number} is cancelled. Nothing was charged.\n\n{bought}")
    return N_(
        "your order {number} is cancelled, and its money is going back to you.\n"
        "We write again when it is through.\n\n{bought}"
    )


def _bought(tx: Tx, order: Order) -> str:
    """Return what was bought, line by line, with what the whole of it comes to."""

    def money(amount: int) -> str:
        return format_money(amount, order.currency)

    told = [f"{one.quantity} x {one.title}: {money(one.total)}" for one in orders.lines_of(tx, order.id)]
    extra = ((_("Discount"), -order.discount), (_("Shipping"), order.shipping), (_("Tax"), order.tax))
    told += [f"{name}: {money(amount)}" for name, amount in extra if amount]
    return "\n".join([*told, _("Total: {amount}", amount=money(order.total))])


_GIVEN_BACK = N_(
    "we have given back {amount} of your order {number}, the way it was paid.\n"
    "It may take your bank some days to show it."
)
_SUBJECTS = {
    "confirmed": N_("Order {number} is paid"),
    "review": N_("Order {number}: we are looking at your payment"),
    "cancelled": N_("Order {number} is cancelled"),
    "expired": N_("Order {number} was not paid in time"),
    "payment_failed": N_("Order {number}: the payment did not go through"),
    "oversold": N_("Order {number}: the items were gone"),
}
_TEXTS = {
    "confirmed": N_("""thank you! Your order {number} is paid, and we are getting it ready.

{bought}"""),
    "review": N_("""your payment for order {number} has reached us, but it does not fit the order.
We are looking at it and write to you. There is nothing you need to do.

{bought}"""),
    "expired": N_("""the time to pay for your order {number} ran out.
The items are free again, and nothing was charged.

{bought}

If you still want them, try again from your cart:

{cart}"""),
    "payment_failed": N_("""the payment for your order {number} did not go through.
The items are free again.

{bought}

If you still want them, try again from your cart, perhaps with another way to pay:

{cart}"""),
    "oversold": N_("""your payment for order {number} arrived after its time had run out.
The items were gone by then: we are sorry.

All of your money is going back to you. We write again when it is through.

{bought}"""),
}
