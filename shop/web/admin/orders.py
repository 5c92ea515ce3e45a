"""All orders, for admins: the list, and one with what happened to it and what may be done with it."""

from typing import Any

from quart import Blueprint, Response, redirect, request

from shop import fulfilment, orders, reckoning
from shop.clock import now
from shop.order_states import STATES
from shop.web import forms
from shop.web.admin import desk
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, page, wants_fragment

admin_orders = Blueprint("orders", __name__)

_PARCEL = {"carrier": forms.optional_text(100), "tracking": forms.optional_text(100)}


@admin_orders.get("/orders")
async def index() -> Response:
    """List orders, newest first, of one state if it is named."""
    state = request.args.get("state")
    listing = await shop().db.read(orders.all_orders, request.args.get("after"), state)
    return await page("admin/orders.html", listing=listing, state=state, states=STATES)


@admin_orders.get("/orders/<number>")
async def show(number: str) -> AnyResponse:
    """Show one order, what happened to it and what may be done with it."""
    return await desk.show(number)


@admin_orders.get("/orders/<number>/explanation")
async def explain(number: str) -> Response:
    """Show what an order's numbers are made of."""
    return await page("admin/order_explanation.html", made=await shop().db.read(reckoning.of_order, number))


@admin_orders.get("/orders/<number>/refunds")
async def refunds(number: str) -> AnyResponse:
    """Show how an order's refunds stand, again and again while one is on its way."""
    if not wants_fragment():
        return redirect(f"/admin/orders/{number}", 303)
    return await desk.news(number)


@admin_orders.post("/orders/<number>/packing")
async def pack(number: str) -> AnyResponse:
    """Note that an order is packed."""

    async def run(_: dict[str, Any]) -> str:
        await shop().db.write(fulfilment.pack, number, await signed_in(), now())
        return f"Order {number} is packed."

    return await desk.act(number, "packing", {}, run)


@admin_orders.post("/orders/<number>/shipment")
async def ship(number: str) -> AnyResponse:
    """Note a parcel on its way."""

    async def run(parcel: dict[str, Any]) -> str:
        person = await signed_in()
        await shop().db.write(fulfilment.ship, number, person, parcel["carrier"], parcel["tracking"], now())
        return f"Order {number} is on its way."

    return await desk.act(number, "shipment", _PARCEL, run)


@admin_orders.post("/orders/<number>/cancellation")
async def cancel(number: str) -> AnyResponse:
    """Cancel an order that has not left the house."""

    async def run(chosen: dict[str, Any]) -> str:
        person = await signed_in()
        cancelled = await shop().db.write(fulfilment.cancel, number, person, now(), restock=chosen["restock"])
        if cancelled.state == "closed":
            return f"Order {number} is cancelled."
        return f"Order {number} is being cancelled: its payment page is closed first."

    return await desk.act(number, "cancellation", {"restock": forms.ticked}, run)


@admin_orders.post("/orders/<number>/approval")
async def approve(number: str) -> AnyResponse:
    """Accept the payment of an order in review."""

    async def run(_: dict[str, Any]) -> str:
        await shop().db.write(fulfilment.approve, number, await signed_in(), now())
        return f"Order {number} is accepted."

    return await desk.act(number, "approval", {}, run)


@admin_orders.post("/orders/<number>/clearance")
async def clear(number: str) -> AnyResponse:
    """Let an order go although the card's network warned of fraud."""

    async def run(told: dict[str, Any]) -> str:
        await shop().db.write(fulfilment.clear, number, await signed_in(), told["why"], now())
        return "The warning is cleared."

    why = forms.text(300, "Write why it is fit to ship.")
    return await desk.act(number, "clearance", {"why": why}, run)
