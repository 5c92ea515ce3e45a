"""A shopper's orders: the list, the page of one, its cancellation, and taking it to an account."""

from typing import Any

from quart import Blueprint, Response, request

from shop import order_links, orders, parcels
from shop.buyers import PROVED
from shop.clock import now
from shop.countdown import held_for
from shop.errors import Conflict
from shop.orders import OrderPage
from shop.people import GUEST
from shop.web.context import shop, signed_in, viewer
from shop.web.guards import to_sign_in
from shop.web.own_orders import actor, keys, own, own_order, private
from shop.web.reply import AnyResponse, Part, flash, fragments, page, reply, wants_fragment
from shop.words import _

order_pages = Blueprint("orders", __name__)
order_pages.after_request(private)


@order_pages.get("/orders")
async def index() -> Response:
    """List the person's orders, newest first."""
    person = await signed_in()
    listing = await shop().db.read(orders.listing_of, person.id, request.args.get("after"))
    return await page("orders/index.html", listing=listing)


@order_pages.get("/orders/<number>")
async def show(number: str) -> Response:
    """Show an order to whom it belongs."""
    return await _show(await own_order(number))


@order_pages.post("/orders/<number>/cancellation")
async def cancel(number: str) -> AnyResponse:
    """Cancel an order that is not final."""
    person = (await viewer()).person
    try:
        shown = await shop().db.write(orders.cancel, number, person, now(), keys())
    except Conflict as refusal:
        return await _refuse(number, str(refusal))
    closed = shown.order.state == "closed"
    flash(_("Your order is cancelled.") if closed else _("We are cancelling it."))
    return await reply(f"/orders/{number}", Part("orders/status", about(shown)))


@order_pages.post("/orders/<number>/arrival")
async def arrive(number: str) -> AnyResponse:
    """Note that all parcels of an order have arrived."""
    order = await own(number)
    if not await shop().db.write(parcels.arrived, order.id, await actor(), now()):
        return await _refuse(number, _("Nothing of this order is on its way just now."))
    flash(_("Thank you for telling us."))
    return await reply(f"/orders/{number}", Part("orders/status", about(await own_order(number))))


@order_pages.post("/orders/<number>/ownership")
async def claim(number: str) -> AnyResponse:
    """Take a guest's order to an account, once a letter's link has proved that it is theirs."""
    person = (await viewer()).person
    if person is None:
        return to_sign_in(f"/orders/{number}")
    try:
        shown = await shop().db.write(order_links.claim, number, person, keys(), now())
    except Conflict as refusal:
        return await _refuse(number, str(refusal))
    flash(_("This order is in your account now."))
    return await reply(f"/orders/{number}", _ownership(shown, ""))


async def _show(shown: OrderPage, status: int = 200) -> Response:
    if wants_fragment():
        return await fragments(Part("orders/status", about(shown)), status=status)
    return await page("orders/show.html", status, **about(shown), claim=await _claim(shown))


async def _refuse(number: str, sentence: str) -> Response:
    flash(sentence, "bad")
    return await _show(await own_order(number), 409)


async def _claim(shown: OrderPage) -> str:
    """Say what a guest's order wants before it is in an account: to be proved, an account, or just added."""
    if shown.order.person_id != GUEST:
        return ""
    if keys().get(shown.order.number) != PROVED:
        return "prove"
    return "add" if (await viewer()).signed_in else "account"


def _ownership(shown: OrderPage, claim: str) -> Part:
    return Part("orders/ownership", {"page": shown, "claim": claim})


def about(shown: OrderPage) -> dict[str, Any]:
    """Return what an order's page and its parts show, the time left to pay among it."""
    order = shown.order
    waits = order.state == "open" and order.hold_until and order.cancel_requested_at is None
    return {"page": shown, "held": held_for(order.hold_until, now()) if waits and order.hold_until else ""}
