"""Checkout: hold the stock and freeze the order in one transaction, then ask Stripe for a payment page.

The request to Stripe is stored before it is sent, with its idempotency key. Whatever happens between
the two transactions, repeating the stored request finds the same session again.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass

from db import Database, Tx
from shop import cart, discounts, events, instance, orders, payments, quotes, stock
from shop.buyers import Buyer
from shop.clock import Instant, later, new_id, new_number, now, to_epoch
from shop.config import Settings
from shop.errors import Conflict, OutOfStock, Refused
from shop.money import format_money
from shop.orders import Order, OrderLine
from shop.quotes import Quote
from shop.stripe_gateway import Gateway, StripeRefused, StripeUnreachable
from shop.words import _

STRIPES_LEAST_MINUTES = 31
"""Stripe refuses a session shorter than 30 minutes; one more forgives a clock that differs."""
STRIPES_MOST_MINUTES = 24 * 60 - 1
GIVE_UP_SECONDS = 5.0
"""A page waits so long for an older order to be given up; the outbox has all the time."""


@dataclass(frozen=True, slots=True)
class Started:
    """A checkout under way; without an address, its payment page is still being prepared."""

    number: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Begun:
    """What `begin` found or made: an order to be paid, or one that has to be given up first."""

    order: Order
    superseded: bool = False


async def start(db: Database, gateway: Gateway, settings: Settings, buyer: Buyer, cart_id: str) -> Started:
    """Turn the cart into an order with held stock and return where to pay it.

    The same cart sent twice is one order with one payment page; a cart that has changed, or another buyer's
    name on it, gives up the older order first, unless that turns out to be paid. Raises OutOfStock naming
    the lines, Refused for an empty cart, and Conflict while an older payment of this cart is still uncertain.
    """
    begun = await db.write(begin, settings, buyer, cart_id, now())
    if begun.superseded:
        if await _end(db, gateway, begun.order.id):
            return Started(begun.order.number, None)
        begun = await db.write(begin, settings, buyer, cart_id, now())
    if begun.superseded:
        raise Conflict(_("Your earlier payment of this cart is still being closed: try again shortly."))
    order = begun.order
    if order.state != "open" or order.pay_url:
        return Started(order.number, order.pay_url)
    return Started(order.number, await open_session(db, gateway, order.id))


async def give_back(db: Database, gateway: Gateway, order_id: str, by: str) -> Order:
    """Give up an order that waits for its payment, and return it: closed, or still being closed at Stripe.

    Its cart stays as it is. Raises Conflict when it is paid meanwhile: that is a matter of cancelling it.
    """
    await db.write(_give_up, order_id, by, now())
    if await _end(db, gateway, order_id):
        raise Conflict(_("This order does not wait for its payment any more: look at how it stands."))
    return await db.read(orders.by_id, order_id)


def begin(tx: Tx, settings: Settings, buyer: Buyer, cart_id: str, at: Instant) -> Begun:
    """Hold the cart's stock and freeze it as an order; or find the order it is already."""
    wanted = quotes.of(tx, cart_id, settings.currency, at, buyer.email)
    waiting = orders.open_of_cart(tx, cart_id)
    if waiting is not None:
        same = _same(waiting, orders.lines_of(tx, waiting.id), wanted)
        theirs = (waiting.person_id, waiting.email) == (buyer.person_id, buyer.email)
        if same and theirs and waiting.cancel_requested_at is None:
            return Begun(waiting)
        orders.ask_to_cancel(tx, waiting, by=buyer.actor, at=at)
        return Begun(waiting, superseded=True)
    if not wanted.cart.lines:
        raise Refused(_("Your cart is empty."))
    _must_be_what_was_shown(wanted, settings.currency)
    try:
        return Begun(_place(tx, settings, buyer, wanted, at))
    except Refused as refusal:
        # Somebody else has had the last use of the code.
        raise Conflict(str(refusal)) from refusal


async def open_session(db: Database, gateway: Gateway, order_id: str, retries: int = 2) -> str | None:
    """Send the stored request for a payment page and return its address.

    Returns None when Stripe's answer is unknown: the job repeats the very same request. Raises Conflict
    when Stripe refuses it; the order is closed then and its stock given back.
    """
    attempt = await db.read(payments.latest_attempt, order_id)
    if attempt is None or attempt.state != "creating":
        return attempt.url if attempt else None
    request = json.loads(attempt.request)
    try:
        if "discounts" in request:
            await _make_coupon(db, gateway, attempt)
        session = await gateway.create_session(request, attempt.idempotency_key, retries)
    except StripeRefused as refusal:
        # Asked for too late, it never existed: nobody could have paid, and the shopper did nothing wrong.
        reason = "expired" if attempt.expires_at <= later(now(), minutes=30) else "payment_failed"
        await db.write(payments.refused, attempt.id, str(refusal), now(), reason=reason)
        sentence = _("The payment could not be prepared. Your cart is as it was; nothing was charged.")
        raise Conflict(sentence) from refusal
    except StripeUnreachable:
        return None
    await db.write(payments.opened, attempt.id, session)
    return session.url


async def _make_coupon(db: Database, gateway: Gateway, attempt: payments.Attempt) -> None:
    """Make the coupon that takes the order's discount off; making it again finds it."""
    order = await db.read(orders.by_id, attempt.order_id)
    await gateway.create_coupon(attempt.id, order.discount, order.currency, order.discount_code)


async def expire(db: Database, gateway: Gateway, attempt_id: str) -> None:
    """Have a payment page ended at Stripe and book the answer, whichever it is.

    Only Stripe's word that the session is dead releases the stock; a session found complete is booked
    as paid. Raises StripeUnreachable when there was no answer: the hold stays.
    """
    attempt = await db.read(payments.attempt, attempt_id)
    if attempt is not None and attempt.state == "creating":
        try:
            await open_session(db, gateway, attempt.order_id, retries=0)
        except Conflict:
            return
        attempt = await db.read(payments.attempt, attempt_id)
    if attempt is None or attempt.state not in ("creating", "open"):
        return
    if attempt.session_id is None:
        raise StripeUnreachable("the session is not known to exist yet")
    try:
        session = await gateway.expire_session(attempt.session_id)
    except StripeRefused:
        session = await gateway.get_session(attempt.session_id)
    await db.write(payments.session_read, session, now())


async def _end(db: Database, gateway: Gateway, order_id: str) -> bool:
    """Give up an order for a newer cart; tell whether it was paid after all."""
    attempt = await db.read(payments.latest_attempt, order_id)
    if attempt is not None:
        with suppress(StripeUnreachable, TimeoutError):
            async with asyncio.timeout(GIVE_UP_SECONDS):
                await expire(db, gateway, attempt.id)
    order = await db.read(orders.by_id, order_id)
    return order.state not in ("open", "closed") or order.captured > 0


def _give_up(tx: Tx, order_id: str, by: str, at: Instant) -> None:
    order = orders.by_id(tx, order_id)
    if order.state == "open":
        orders.ask_to_cancel(tx, order, by=by, at=at)


def _must_be_what_was_shown(wanted: Quote, currency: str) -> None:
    """Raise OutOfStock for what is not sold any more, and Conflict where the sums can't be what was shown."""
    gone = [line for line in wanted.cart.lines if not line.for_sale]
    if gone:
        sentence = " ".join(_("{title} is not sold any more.", title=line.title) for line in gone)
        raise OutOfStock(sentence, tuple(line.sku for line in gone))
    if wanted.refusal:
        raise Conflict(wanted.refusal)
    if not wanted.is_sent:
        raise Conflict(_("There is no way to send this cart where it is to go: choose another country."))
    if wanted.least:
        least = format_money(wanted.least, currency)
        raise Conflict(
            _("The least that can be paid is {amount}: put something more into your cart.", amount=least)
        )


def _same(order: Order, lines: tuple[OrderLine, ...], wanted: Quote) -> bool:
    placed = {line.sku: (line.quantity, line.unit_price) for line in lines}
    now_wanted = {line.sku: (line.quantity, line.unit_price) for line in wanted.cart.lines}
    return placed == now_wanted and all(
        getattr(order, name) == value for name, value in _sums(wanted).items()
    )


def _place(tx: Tx, settings: Settings, buyer: Buyer, wanted: Quote, at: Instant) -> Order:
    order_id, number = new_id("ord"), new_number()
    until = later(at, minutes=settings.checkout_minutes)
    tx.run(
        orders.sql.add,
        id=order_id,
        number=number,
        person_id=buyer.person_id,
        email=buyer.email,
        language=buyer.language,
        cart_id=wanted.cart.id,
        provider=settings.provider,
        currency=settings.currency,
        at=at,
        hold_until=until,
        **_sums(wanted),
    )
    _freeze(tx, order_id, wanted)
    if wanted.discount is not None and wanted.totals.discount:
        discounts.claim(tx, wanted.discount, order_id, buyer.email, wanted.totals.discount, at)
    cause = stock.Cause(order_id, buyer.actor, "checkout", at)
    units = [stock.Wanted(line.sku, line.quantity, line.title) for line in wanted.cart.lines]
    stock.hold(tx, units, cause)
    of = f"order:{order_id}"
    events.record(tx, "order.placed", of, by=buyer.actor, at=at, after="open")
    order = orders.by_id(tx, order_id)
    if order.total == 0:
        return _free(tx, order, at)
    _want_payment(tx, settings, order, at)
    return order


def _sums(wanted: Quote) -> dict[str, object]:
    """Return what the order's columns say of its sums."""
    totals = wanted.totals
    return {
        "subtotal": totals.subtotal,
        "discount": totals.discount,
        "shipping": totals.shipping,
        "tax": totals.tax,
        "total": totals.total,
        "tax_included": totals.included,
        "country": wanted.country,
        "shipping_name": wanted.offer.name if wanted.offer else "",
        "discount_code": wanted.code if wanted.discount else "",
        "shipping_tax": totals.shipping_tax,
        "shipping_tax_rate": totals.shipping_rate,
    }


def _freeze(tx: Tx, order_id: str, wanted: Quote) -> None:
    for position, (line, share) in enumerate(zip(wanted.cart.lines, wanted.totals.shares, strict=True)):
        orders.add_line(
            tx,
            order_id,
            position,
            sku=line.sku,
            slug=line.slug,
            name=line.name,
            label=line.label,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=share.discount,
            tax=share.tax,
            tax_rate=share.rate,
        )


def _free(tx: Tx, order: Order, at: Instant) -> Order:
    bought = {line.sku: line.quantity for line in orders.lines_of(tx, order.id)}
    cart.take_bought(tx, order.cart_id, bought)
    return orders.move(tx, order, "confirmed", by=events.SHOP, at=at, why="nothing to pay")


def _want_payment(tx: Tx, settings: Settings, order: Order, at: Instant) -> None:
    attempt_id = new_id("pay")
    minutes = min(max(settings.checkout_minutes, STRIPES_LEAST_MINUTES), STRIPES_MOST_MINUTES)
    expires_at = later(at, minutes=minutes)
    request = _request(tx, settings, order, attempt_id, to_epoch(expires_at))
    payments.begin_attempt(tx, order, attempt_id, json.dumps(request), expires_at=expires_at, at=at)


def _request(tx: Tx, settings: Settings, order: Order, attempt_id: str, expires_at: int) -> dict[str, object]:
    """Return the exact request for a Checkout Session, so that repeating it repeats the same one."""
    metadata = {
        "shop": instance.name(tx),
        "order": order.number,
        "attempt": attempt_id,
        # What it takes to take the order up again in books that have lost it.
        "person": order.person_id,
        "cart": order.cart_id,
        "language": order.language,
        **({"way": order.shipping_name} if order.shipping_name else {}),
        **({"code": order.discount_code} if order.discount_code else {}),
    }
    back = f"{settings.base_url}/checkouts/{order.number}"
    return {
        "mode": "payment",
        "line_items": _items(tx, order),
        "client_reference_id": order.number,
        "customer_email": order.email,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        "success_url": f"{back}?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": back,
        "expires_at": expires_at,
        "adaptive_pricing": {"enabled": False},
        "locale": order.language,
        **_sent(order),
        # One coupon for this one attempt: made just before the page, under the attempt's own name.
        **({"discounts": [{"coupon": attempt_id}]} if order.discount else {}),
    }


def _items(tx: Tx, order: Order) -> list[dict[str, object]]:
    """Return what the payment page lists; tax on top is an item of its own, without a SKU."""
    items = [_item(line, order.currency) for line in orders.lines_of(tx, order.id)]
    if order.tax:
        tax = {"name": _("Tax"), "metadata": {"kind": "tax"}}
        price = {"currency": order.currency, "unit_amount": order.tax, "product_data": tax}
        items.append({"quantity": 1, "price_data": price})
    return items


def _sent(order: Order) -> dict[str, object]:
    """Return how it is sent: the one way that was chosen, and an address in the country it was chosen for."""
    if not order.shipping_name:
        return {}
    cost = {"amount": order.shipping, "currency": order.currency}
    rate = {"type": "fixed_amount", "display_name": order.shipping_name, "fixed_amount": cost}
    return {
        "shipping_options": [{"shipping_rate_data": rate}],
        "shipping_address_collection": {"allowed_countries": [order.country]},
    }


def _item(line: OrderLine, currency: str) -> dict[str, object]:
    return {
        "quantity": line.quantity,
        "price_data": {
            "currency": currency,
            "unit_amount": line.unit_price,
            "product_data": {"name": line.title, "metadata": {"sku": line.sku}},
        },
    }
