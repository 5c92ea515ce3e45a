"""All orders, for admins: the list and the page of one with everything that happened to it."""

from quart import Blueprint, Response, request

from db import Tx
from shop import events, orders
from shop.order_states import STATES
from shop.web.context import shop
from shop.web.reply import page

admin_orders = Blueprint("orders", __name__)


@admin_orders.get("/orders")
async def index() -> Response:
    """List orders, newest first, of one state if it is named."""
    state = request.args.get("state")
    listing = await shop().db.read(orders.all_orders, request.args.get("after"), state)
    return await page("admin/orders.html", listing=listing, state=state, states=STATES)


@admin_orders.get("/orders/<number>")
async def show(number: str) -> Response:
    """Show one order and what happened to it."""
    shown, happened = await shop().db.read(_with_events, number)
    return await page("admin/order.html", page=shown, events=happened)


def _with_events(tx: Tx, number: str) -> tuple[orders.OrderPage, tuple[events.Event, ...]]:
    shown = orders.show(tx, number)
    return shown, events.of(tx, f"order:{shown.order.id}")
