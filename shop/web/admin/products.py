"""Products: their list, and one with all that can be done with it."""

from typing import Any

from quart import Blueprint, redirect, request

from db import Tx
from shop import assortment, categories, products
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.people import Person
from shop.products import Description, Facts
from shop.web import forms
from shop.web.admin import product_page
from shop.web.admin.product_page import FACTS, STATE, TITLE, VARIANTS
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Undo, flash, page, wants_fragment
from shop.web.view import view

admin_products = Blueprint("products", __name__)

_STATES = tuple((state, state) for state in products.STATES)
_FACTS: dict[str, forms.Parser] = {
    "name": forms.text(products.LONGEST_NAME, "Give it a name."),
    "category": forms.text(products.LONGEST_NAME, "Choose a category."),
    "description": forms.optional_lines(products.LONGEST_DESCRIPTION),
    "slug": forms.optional_text(200),
    "seen": forms.optional_whole(0, 10**9),
}


@admin_products.get("/products")
async def index() -> AnyResponse:
    """List products: of a state, of a category, or with a part of their name or SKU."""
    shelves = await shop().db.read(categories.listing)
    ids = {one.slug: one.id for one in shelves}
    seen = view("/admin/products", {"q": None, "state": products.STATES, "category": tuple(ids)})
    listing = await shop().db.read(
        assortment.listing,
        seen.position,
        text=seen["q"],
        state=seen["state"],
        category=ids.get(seen["category"], ""),
    )
    return await page("admin/products.html", listing=listing, view=seen, categories=shelves, states=_STATES)


@admin_products.get("/products/<product_id>")
async def show(product_id: str) -> AnyResponse:
    """Show one product with its variants and pictures."""
    return await product_page.show(product_id)


@admin_products.post("/products/<product_id>")
async def describe(product_id: str) -> AnyResponse:
    """Change what a product is; what somebody else changed meanwhile is shown beside what was typed."""
    values, state = forms.read(await request.form, _FACTS)
    if state.errors:
        return await product_page.show(product_id, 422, FACTS, form=state)
    try:
        now_it_is = await shop().db.write(_describe, await signed_in(), product_id, values)
    except Refused as refused:
        form = product_page.refusal(state, refused.field or "name", str(refused))
        return await product_page.show(product_id, 422, FACTS, form=form)
    except Conflict as stale:
        newer = await shop().db.read(products.facts, product_id)
        form = product_page.refusal(state, "seen", str(stale))
        return await product_page.show(product_id, 409, FACTS, form=form, newer=newer)
    flash(f"{now_it_is.name} is saved.")
    return await _shown(product_id, FACTS, STATE, TITLE, VARIANTS)


@admin_products.post("/products/<product_id>/state")
async def move(product_id: str) -> AnyResponse:
    """Show a product in the shop, take it out, archive it or bring it back."""
    state = (await request.form).get("state", "")
    was, moved = await shop().db.write(_move, await signed_in(), product_id, state)
    if was.state != moved.state:
        undo = Undo(f"/admin/products/{product_id}/state", {"state": was.state})
        flash(f"{moved.name}: was {was.state}, now {moved.state}.", undo=undo)
    return await _shown(product_id, STATE, VARIANTS)


async def _shown(product_id: str, *parts: str) -> AnyResponse:
    if wants_fragment():
        return await product_page.show(product_id, 200, *parts)
    return redirect(f"/admin/products/{product_id}", 303)


def _describe(tx: Tx, by: Person, product_id: str, told: dict[str, Any]) -> Facts:
    shelf = categories.chosen(tx, told["category"])
    wanted = Description(told["name"], told["description"], shelf, told["slug"])
    return products.describe(tx, by, product_id, wanted, seen=told["seen"], at=now())


def _move(tx: Tx, by: Person, product_id: str, state: str) -> tuple[Facts, Facts]:
    return products.facts(tx, product_id), products.move(tx, by, product_id, state, now())
