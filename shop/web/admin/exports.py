"""Lists as files: what a list's address chooses comes as CSV from that address with `.csv` behind it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from quart import Blueprint, Response

from db import Tx
from shop import accounts, assortment, categories, export, inventory, products
from shop.activity import Entry
from shop.errors import Refused
from shop.importing import own
from shop.inventory import Wish
from shop.listing import Listing
from shop.stock import StockRow
from shop.web.admin import activity, people
from shop.web.admin.stock import ADDRESS, CHOICES, wish_of
from shop.web.context import shop
from shop.web.streaming import csv_response, walked
from shop.web.view import View, view

admin_exports = Blueprint("exports", __name__)

PEOPLE = ("id", "name", "email", "role", "standing", "created_at")
ACTIVITY = ("at", "actor_name", "what", "object_name", "before", "after", "why")
STOCK = ("sku", "name", "label", "on_hand", "held", "available", "threshold", "price", "shelf")


@admin_exports.get("/products.csv")
async def all_products() -> Response:
    """Give the chosen products with their variants, as an import takes them back."""
    seen = view("/admin/products", {"q": None, "state": products.STATES, "category": None})
    return await csv_response("products.csv", own.COLUMNS, _products(seen))


@admin_exports.get("/stock.csv")
async def all_stock() -> Response:
    """Give the chosen rows of the stockroom."""
    return await csv_response("stock.csv", STOCK, _stock(wish_of(view(ADDRESS, CHOICES))))


@admin_exports.get("/people.csv")
async def all_people() -> Response:
    """Give the chosen people."""
    return await csv_response("people.csv", PEOPLE, _people(view("/admin/people", people.CHOICES)))


@admin_exports.get("/activity.csv")
async def all_activity() -> Response:
    """Give the chosen entries of who did what."""
    return await csv_response("activity.csv", ACTIVITY, _activity(view("/admin/activity", activity.CHOICES)))


async def _products(seen: View) -> AsyncIterator[list[list[object]]]:
    async for rows in walked(lambda after: shop().db.read(_page, seen, after, shop().settings.currency)):
        yield [list(row.values()) for row in rows]


def _page(tx: Tx, seen: View, after: str | None, currency: str) -> Listing[dict[str, Any]]:
    ids = {one.slug: one.id for one in categories.listing(tx)}
    chosen = {"text": seen["q"], "state": seen["state"], "category": ids.get(seen["category"], "")}
    found = assortment.listing(tx, after, **chosen)
    rows = export.products_of(tx, [one.id for one in found.items], currency)
    return Listing(tuple(rows), found.next_after)


async def _people(seen: View) -> AsyncIterator[list[list[object]]]:
    chosen = seen["q"], seen["role"], seen["state"]
    async for rows in walked(lambda after: shop().db.read(accounts.listing, after, *chosen)):
        yield [[getattr(row, name) for name in PEOPLE] for row in rows]


async def _activity(seen: View) -> AsyncIterator[list[list[object]]]:
    async for rows in walked(lambda after: shop().db.read(_activity_page, replace(seen, position=after))):
        yield [[getattr(row, name) for name in ACTIVITY] for row in rows]


def _activity_page(tx: Tx, seen: View) -> Listing[Entry]:
    found = activity.found(tx, seen)
    if found["listing"] is None:
        raise Refused(" ".join(found["errors"].values()))
    entries: Listing[Entry] = found["listing"]
    return entries


async def _stock(wish: Wish) -> AsyncIterator[list[list[object]]]:
    async for rows in walked(lambda after: shop().db.read(_stock_page, wish, after)):
        yield [[getattr(row, name) for name in STOCK] for row in rows]


def _stock_page(tx: Tx, wish: Wish, after: str | None) -> Listing[StockRow]:
    found = inventory.find(tx, wish, after)
    return Listing(found.items, found.next_after)
