"""Checkout: from the cart to the payment page, and the page a shopper comes back to."""

from quart import Blueprint, Response, redirect, request

from shop import buyers, checkout, limits, orders
from shop.errors import OutOfStock, Refused
from shop.orders import OrderPage
from shop.web.cart import show_cart
from shop.web.context import own_cart_id, shop, signed_in
from shop.web.guards import address, limit
from shop.web.orders import about
from shop.web.reply import AnyResponse, Part, flash, fragments, page, wants_fragment

checkout_pages = Blueprint("checkout", __name__)


@checkout_pages.post("/checkouts")
async def start() -> AnyResponse:
    """Hold the cart's stock and send the shopper to the payment page."""
    person = await signed_in()
    await limit(limits.CHECKOUT_FROM, address())
    await limit(limits.CHECKOUT, person.id)
    here = shop()
    try:
        started = await checkout.start(
            here.db, here.gateway, here.settings, buyers.account(person), own_cart_id()
        )
    except OutOfStock as short:
        return await _back_to_cart(str(short), 409)
    except Refused as refusal:
        return await _back_to_cart(str(refusal), 422)
    return redirect(started.url or f"/checkouts/{started.number}", 303)


@checkout_pages.get("/checkouts/<number>")
async def show(number: str) -> AnyResponse:
    """Show how a checkout stands; coming back from the payment page proves nothing by itself."""
    person = await signed_in()
    shown = await shop().db.read(orders.show_for, person.id, number)
    context = about(shown) | {"phase": _phase(shown), "came_back": "session_id" in request.args}
    if context["phase"] == "confirming":
        shop().returned.note(shown.order.id)
    if wants_fragment():
        return await fragments(Part("checkout/progress", context))
    return await page("checkout/show.html", **context)


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
