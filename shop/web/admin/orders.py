"""All orders, for admins: the list, and one with what happened to it and what may be done with it."""

from typing import Any

from quart import Blueprint, Response, redirect, request

from db import Tx
from shop import board, fulfilment, notes, order_finds, orders, reckoning
from shop.clock import now
from shop.listing import Listing
from shop.money import typed_money
from shop.order_finds import FoundOrder, LikeVariant
from shop.web import forms
from shop.web.admin import desk
from shop.web.admin.order_views import elsewhere, known, orders_view
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, page, wants_fragment
from shop.web.streaming import csv_response, walked
from shop.web.view import View

admin_orders = Blueprint("orders", __name__)

BOARD = "/admin/orders?look=board"
FILE_PAGE = 500

_PARCEL = {"carrier": forms.optional_text(100), "tracking": forms.optional_text(100)}
_DELIVERY = {"parcel": forms.text(100, "Say which parcel."), "undo": forms.ticked}
_NOTE = {"text": forms.lines(1000, "Write the note first."), "intention": forms.optional_text(100)}


@admin_orders.get("/orders")
async def index() -> Response:
    """Show all orders that the address chooses, newest first, or the board of those not done with."""
    ticked = request.args.get("ticked") == "all"
    if request.args.get("look") == "board":
        columns = await shop().db.read(board.show, now())
        return await page("admin/orders_board.html", columns=columns, back=BOARD, ticked=ticked)
    seen, listing, like = await shop().db.read(_looked_for, orders_view())
    back = seen.after(seen.position) if seen.position else seen.here
    shown = {"view": seen, "listing": listing, "like": like, "file": elsewhere(seen, "/admin/orders.csv")}
    return await page("admin/orders.html", **shown, back=back, ticked=ticked)


@admin_orders.get("/orders.csv")
async def download() -> Response:
    """Send the orders that the address chooses as a file."""
    _, choice = await shop().db.read(known, orders_view())
    db = shop().db
    pages = walked(lambda after: db.read(order_finds.find, choice, after, FILE_PAGE))
    return await csv_response("orders.csv", _COLUMNS, ([_row(one) for one in rows] async for rows in pages))


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


@admin_orders.post("/orders/<number>/delivery")
async def deliver(number: str) -> AnyResponse:
    """Note that a parcel has arrived, or take that back."""

    async def run(told: dict[str, Any]) -> str:
        person, parcel = await signed_in(), told["parcel"]
        if told["undo"]:
            await shop().db.write(fulfilment.undeliver, number, person, parcel, now())
            return "The parcel counts as being on its way again."
        await shop().db.write(fulfilment.deliver, number, person, parcel, now())
        return "The parcel has arrived."

    return await desk.act(number, "delivery", _DELIVERY, run)


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


@admin_orders.post("/orders/<number>/notes")
async def note(number: str) -> AnyResponse:
    """Write a note on an order."""

    async def run(told: dict[str, Any]) -> str:
        order = (await shop().db.read(orders.by_number, number)).id
        person, intention = await signed_in(), told["intention"] or None
        added = await shop().db.write(notes.add, order, told["text"], person, now(), intention)
        return "Noted." if added else "This note is written down already."

    return await desk.act(number, "notes", _NOTE, run)


_COLUMNS = (
    "number", "placed_at", "sold_at", "state", "closed_reason", "payment_state", "dispute_state", "name",
    "email", "units", "currency", "total", "captured", "refunded",
)  # fmt: skip


def _row(one: FoundOrder) -> tuple[object, ...]:
    amounts = (typed_money(amount, one.currency) for amount in (one.total, one.captured, one.refunded))
    states = (one.state, one.closed_reason, one.payment_state, one.dispute_state)
    who = (one.name, one.email, one.units, one.currency)
    return one.number, one.placed_at, one.sold_at, *states, *who, *amounts


def _looked_for(tx: Tx, seen: View) -> tuple[View, Listing[FoundOrder], list[LikeVariant]]:
    seen, choice = known(tx, seen)
    begins = bool(choice.q) and seen.position is None
    like = order_finds.variants_like(tx, choice.q) if begins else []
    return seen, order_finds.find(tx, choice, seen.position), like
