"""The complete purchase history: by person, by product, by day, on a page and as a file."""

from dataclasses import replace
from typing import Any

from quart import Blueprint, Response

from db import Tx
from shop import order_finds, purchases
from shop.money import typed_money
from shop.order_finds import Choice
from shop.purchases import Bought, Purchase
from shop.web.admin.order_views import elsewhere, known, purchases_view
from shop.web.context import shop
from shop.web.reply import page
from shop.web.streaming import csv_response, walked
from shop.web.view import View

admin_purchases = Blueprint("purchases", __name__)

FILE_PAGE = 500

_COLUMNS = (
    "sold_at", "order", "name", "email", "sku", "product", "variant", "quantity", "put_back", "currency",
    "unit_price", "line_total", "state", "payment_state",
)  # fmt: skip


@admin_purchases.get("/purchases")
async def index() -> Response:
    """List what was bought, newest first: all of it, or of a person or a product."""
    return await page("admin/purchases.html", **await shop().db.read(_looked_for, purchases_view()))


@admin_purchases.get("/purchases.csv")
async def download() -> Response:
    """Send the purchases that the address chooses as a file, one line of an order a row."""
    db = shop().db
    _, choice = await db.read(_choice, purchases_view())
    pages = walked(lambda after: db.read(purchases.find, choice, after, FILE_PAGE))
    return await csv_response("purchases.csv", _COLUMNS, (_rows(items) async for items in pages))


def _choice(tx: Tx, seen: View) -> tuple[View, Choice]:
    seen, choice = known(tx, seen)
    if sku := not choice.skus and order_finds.sku_named(tx, choice.q):
        choice = replace(choice, q="", skus=(sku,))
    # A day's purchases are what was sold on it, as the sums of sales count it.
    return seen, replace(choice, paid=True, sold=bool(choice.since or choice.until))


def _looked_for(tx: Tx, seen: View) -> dict[str, Any]:
    seen, choice = _choice(tx, seen)
    return {
        "view": seen,
        "listing": purchases.find(tx, choice, seen.position),
        "like": order_finds.variants_like(tx, choice.q) if choice.q and seen.position is None else [],
        "sold": purchases.sold(tx, choice.skus) if choice.skus else None,
        "file": elsewhere(seen, "/admin/purchases.csv"),
    }


def _rows(items: tuple[Purchase, ...]) -> list[tuple[object, ...]]:
    return [_row(one, line) for one in items for line in one.lines]


def _row(one: Purchase, line: Bought) -> tuple[object, ...]:
    order = one.order
    price, total = (typed_money(amount, order.currency) for amount in (line.unit_price, line.total))
    who = (one.at, order.number, order.name, order.email)
    what = (line.sku, line.name, line.label, line.quantity, line.back)
    return *who, *what, order.currency, price, total, order.state, order.payment_state
