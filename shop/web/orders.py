"""A shopper's orders: the list, the page of one, and its cancellation."""

from typing import Any

from quart import Blueprint, Response, request

from shop import orders
from shop.clock import now
from shop.countdown import held_for
from shop.errors import Conflict
from shop.orders import OrderPage
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Part, flash, fragments, page, reply, wants_fragment
from shop.words import _

order_pages = Blueprint("orders", __name__)


@order_pages.get("/orders")
async def index() -> Response:
    """List the person's orders, newest first."""
    person = await signed_in()
    listing = await shop().db.read(orders.listing_of, person.id, request.args.get("after"))
    return await page("orders/index.html", listing=listing)


@order_pages.get("/orders/<number>")
async def show(number: str) -> Response:
    """Show one of the person's orders."""
    person = await signed_in()
    shown = await shop().db.read(orders.show_for, person.id, number)
    if wants_fragment():
        return await fragments(Part("orders/status", about(shown)))
    return await page("orders/show.html", **about(shown))


@order_pages.post("/orders/<number>/cancellation")
async def cancel(number: str) -> AnyResponse:
    """Cancel an order that is not final."""
    person = await signed_in()
    try:
        shown = await shop().db.write(orders.cancel, number, person, now())
    except Conflict as refusal:
        return await _refuse(number, str(refusal))
    closed = shown.order.state == "closed"
    flash(_("Your order is cancelled.") if closed else _("We are cancelling it."))
    return await reply(f"/orders/{number}", Part("orders/status", about(shown)))


async def _refuse(number: str, sentence: str) -> Response:
    person = await signed_in()
    shown = await shop().db.read(orders.show_for, person.id, number)
    flash(sentence, "bad")
    if wants_fragment():
        return await fragments(Part("orders/status", about(shown)), status=409)
    return await page("orders/show.html", 409, **about(shown))


def about(shown: OrderPage) -> dict[str, Any]:
    """Return what an order's page and its parts show, the time left to pay among it."""
    order = shown.order
    waits = order.state == "open" and order.hold_until and order.cancel_requested_at is None
    return {"page": shown, "held": held_for(order.hold_until, now()) if waits and order.hold_until else ""}
