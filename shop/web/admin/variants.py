"""A product's variants: added, called otherwise, put in order, taken off sale and brought back."""

from typing import Any

from quart import Blueprint, redirect, request

from db import Tx
from shop import catalog, prices, products, stock
from shop.catalog import NewVariant
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.grid import LONGEST
from shop.web import forms
from shop.web.admin import product_page
from shop.web.admin.product_page import VARIANTS
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Part, Undo, flash, fragments, page, wants_fragment

admin_variants = Blueprint("variants", __name__)

_NUMBERS = (1, 2, 3)
_CHOICES: dict[str, forms.Parser] = {
    **{f"{part}_{n}": forms.optional_text(LONGEST) for n in _NUMBERS for part in ("option", "value")},
    "label": forms.optional_text(products.LONGEST_NAME),
    "seen": forms.optional_whole(0, 10**9),
}
_STEP = {"step": forms.whole(-products.MOST_VARIANTS, products.MOST_VARIANTS)}


@admin_variants.post("/products/<product_id>/variants")
async def add(product_id: str) -> AnyResponse:
    """Add a variant."""
    values, state = forms.read(await request.form, _CHOICES | _cells(shop().settings.currency))
    try:
        fresh = _fresh(values, state)
        sku = await shop().db.write(products.add_variant, await signed_in(), product_id, fresh, now())
    except Refused as refusal:
        state = _with(state, refusal)
        return await product_page.show(product_id, 422, VARIANTS, form_add=state)
    flash(f"{sku} is added.")
    return await _shown(product_id)


@admin_variants.get("/products/<product_id>/variants/facts")
async def show(product_id: str) -> AnyResponse:
    """Show a variant with its price's history."""
    return await _variant(product_id, request.args.get("variant", ""))


@admin_variants.post("/products/<product_id>/variants/facts")
async def describe(product_id: str) -> AnyResponse:
    """Change what a variant is called and the options that make it."""
    form = await request.form
    sku = form.get("variant", "")
    values, state = forms.read(form, _CHOICES)
    try:
        options = _options(values, state)
        row = await shop().db.write(_describe, await signed_in(), product_id, sku, options, values)
    except Refused as refusal:
        return await _variant(product_id, sku, 422, _with(state, refusal))
    except Conflict as stale:
        return await _variant(product_id, sku, 409, product_page.refusal(state, "label", str(stale)))
    flash(f"{row.sku} is saved.")
    return redirect(f"/admin/products/{product_id}", 303)


@admin_variants.post("/products/<product_id>/variants/position")
async def place(product_id: str) -> AnyResponse:
    """Move a variant up or down among the product's."""
    form = await request.form
    values, state = forms.read(form, _STEP)
    if state.errors:
        raise Refused(state.error("step"), "step")
    sku = form.get("variant", "")
    await shop().db.write(products.place_variant, await signed_in(), product_id, sku, values["step"], now())
    return await _shown(product_id)


@admin_variants.post("/products/<product_id>/variants/state")
async def archive(product_id: str) -> AnyResponse:
    """Take a variant off sale, or bring it back."""
    form = await request.form
    sku, state = form.get("variant", ""), form.get("state", "")
    if state not in ("archived", "sold"):
        raise Refused("Choose archived or sold.", "state")
    gone = state == "archived"
    by = await signed_in()
    await shop().db.write(products.archive_variant, by, product_id, sku, archived=gone, at=now())
    undo = Undo(
        f"/admin/products/{product_id}/variants/state",
        {"variant": sku, "state": "sold" if gone else "archived"},
    )
    flash(f"{sku} is {'archived: it is not sold any more' if gone else 'back on sale'}.", undo=undo)
    return await _shown(product_id)


def _cells(currency: str) -> dict[str, forms.Parser]:
    money, units = forms.money(currency), forms.optional_whole(0, stock.MOST)
    return {"price": money, "on_hand": units, "sku": forms.optional_text(200)}


async def _shown(product_id: str) -> AnyResponse:
    if wants_fragment():
        return await product_page.show(product_id, 200, VARIANTS)
    return redirect(f"/admin/products/{product_id}", 303)


async def _variant(
    product_id: str, sku: str, status: int = 200, form: forms.FormState = forms.EMPTY
) -> AnyResponse:
    context = await shop().db.read(_history, product_id, sku, request.args.get("after"))
    names = await product_page.read(product_id)
    context |= {"form": form, "option_names": list(context["row"].options) or names["option_names"]}
    if wants_fragment():
        return await fragments(Part("products/variant", context), status=status)
    return await page("admin/product_variant.html", status, **context)


def _history(tx: Tx, product_id: str, sku: str, after: str | None) -> dict[str, Any]:
    return {
        "row": catalog.price_row(tx, product_id, sku),
        "changes": prices.history(tx, sku, after),
        "days": prices.DAYS,
    }


def _describe(
    tx: Tx, by: Any, product_id: str, sku: str, options: dict[str, str], told: dict[str, Any]
) -> Any:
    label, seen = told["label"], told["seen"]
    return products.describe_variant(tx, by, product_id, sku, options, label, seen=seen, at=now())


def _fresh(values: dict[str, Any], state: forms.FormState) -> NewVariant:
    options = _options(values, state)
    return NewVariant(values["sku"], values["price"], values["on_hand"] or 0, options, values["label"])


def _options(values: dict[str, Any], state: forms.FormState) -> dict[str, str]:
    """Return the options of a form whose fields could all be taken. Raises Refused."""
    if state.errors:
        raise Refused("")
    options: dict[str, str] = {}
    for number in _NUMBERS:
        name, value = values[f"option_{number}"], values[f"value_{number}"]
        if value and (not name or name in options):
            raise Refused("Give each option a name of its own, such as Size.", f"option_{number}")
        if value:
            options[name] = value
    return options


def _with(state: forms.FormState, refusal: Refused) -> forms.FormState:
    return product_page.refusal(state, refusal.field or "label", str(refusal)) if str(refusal) else state
