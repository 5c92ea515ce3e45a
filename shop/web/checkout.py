"""Checkout: from the cart to the payment page, and the page a shopper comes back to."""

from typing import Any

from quart import Blueprint, Response, redirect, request, session

from shop import buyers, checkout, limits
from shop.buyers import PLACED, Buyer
from shop.checkout import Started
from shop.errors import Conflict, NotFound, Refused
from shop.orders import OrderPage
from shop.people import GUEST
from shop.web import forms
from shop.web.cart import show_cart
from shop.web.context import cart_id, frame, own_cart_id, shop, viewer
from shop.web.forms import FormState
from shop.web.guards import address, limit
from shop.web.links import ADDRESS
from shop.web.orders import about
from shop.web.own_orders import actor, own, own_order, private, remember
from shop.web.reply import AnyResponse, Part, flash, fragments, page, wants_fragment
from shop.words import _

checkout_pages = Blueprint("checkout", __name__)
checkout_pages.after_request(private)


@checkout_pages.post("/checkouts")
async def start() -> AnyResponse:
    """Hold the cart's stock and send the shopper to the payment page; a guest says where letters go."""
    buyer, form = await _buyer()
    if buyer is None:
        return await show_cart(422, guest=form)
    try:
        started = await _start(buyer)
    except Conflict as changed:
        return await _back_to_cart(str(changed), 409)
    except Refused as refusal:
        paid = await _paid_already()
        return redirect(f"/checkouts/{paid}", 303) if paid else await _back_to_cart(str(refusal), 422)
    return redirect(started.url or f"/checkouts/{started.number}", 303)


@checkout_pages.get("/checkouts/<number>")
async def show(number: str) -> AnyResponse:
    """Show how a checkout stands; coming back from the payment page proves nothing by itself."""
    context = _context(await own_order(number))
    if context["phase"] == "confirming":
        shop().returned.note(context["page"].order.id)
    if wants_fragment():
        return await fragments(Part("checkout/progress", context))
    return await page("checkout/show.html", **context)


@checkout_pages.post("/checkouts/<number>/end")
async def end(number: str) -> AnyResponse:
    """Give the held items back, and go on with the cart as it was."""
    shown = await own_order(number)
    try:
        order = await checkout.give_back(shop().db, shop().gateway, shown.order.id, await actor())
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return await page("checkout/show.html", 409, **_context(await own_order(number)))
    free = _("The items are free again, and nothing was charged. Your cart is as it was.")
    flash(free if order.state == "closed" else _("The items are being given back. Your cart is as it was."))
    return redirect("/cart", 303)


async def _buyer() -> tuple[Buyer | None, FormState]:
    """Return who buys, or what a guest has to mend; a signed-in person's address is theirs."""
    person = (await viewer()).person
    if person is not None:
        return buyers.account(person), forms.EMPTY
    values, form = forms.read(await request.form, ADDRESS)
    if form.errors:
        return None, form
    session["email"] = values["email"]
    return buyers.guest(values["email"]), form


async def _start(buyer: Buyer) -> Started:
    here, as_guest = shop(), buyer.person_id == GUEST
    await limit(limits.CHECKOUT_FROM, address())
    await limit(limits.CHECKOUT, own_cart_id() if as_guest else buyer.person_id)
    if as_guest:
        await limit(limits.CHECKOUT, f"{buyer.email} from {address()}")
    started = await checkout.start(here.db, here.gateway, here.settings, buyer, own_cart_id())
    session["placed"] = started.number
    if as_guest:
        remember(started.number, PLACED)
    return started


async def _paid_already() -> str | None:
    """Return the order that has emptied this cart: somebody has gone back and pressed the button again."""
    number = session.get("placed")
    if not number or (await frame()).cart_count:
        return None
    try:
        order = await own(number)
    except NotFound:
        return None
    is_paid = order.cart_id == cart_id() and order.state not in ("open", "closed")
    return order.number if is_paid else None


def _context(shown: OrderPage) -> dict[str, Any]:
    told = {"phase": _phase(shown), "came_back": "session_id" in request.args}
    return about(shown) | told | {"is_guests": shown.order.person_id == GUEST}


def _phase(shown: OrderPage) -> str:
    order = shown.order
    if order.state in ("confirmed", "packed", "shipped"):
        return "paid"
    if order.state in ("closed", "review"):
        return "ended" if order.state == "closed" else "review"
    if "session_id" in request.args or order.state == "processing":
        return "confirming"
    if order.cancel_requested_at is not None:
        return "cancelling"
    return "waiting" if order.pay_url else "preparing"


async def _back_to_cart(sentence: str, status: int) -> Response:
    flash(sentence, "bad")
    return await show_cart(status)
