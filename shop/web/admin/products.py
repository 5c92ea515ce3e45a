"""Prices, edited in place; a price that was changed meanwhile wins and is shown."""

from quart import Blueprint, Response, request

from shop import catalog
from shop.catalog import PriceRow
from shop.clock import now
from shop.errors import Conflict
from shop.money import format_money
from shop.web import forms
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Part, flash, fragments, page, reply, wants_fragment

admin_products = Blueprint("products", __name__)


@admin_products.get("/products")
async def index() -> Response:
    """List the variants with their prices."""
    listing = await shop().db.read(catalog.price_rows, request.args.get("after"))
    return await page("admin/products.html", listing=listing)


@admin_products.get("/products/<product_id>/price")
async def show(product_id: str) -> Response:
    """Show one price, to be read or (with `edit`) to be changed."""
    row = await shop().db.read(catalog.price_row, product_id, request.args.get("variant", ""))
    if "edit" in request.args:
        return await _edit(row, forms.EMPTY, 200)
    if wants_fragment():
        return await fragments(Part("products/price", {"row": row}))
    return await page("admin/price_edit.html", row=row, form=forms.EMPTY)


@admin_products.post("/products/<product_id>/price")
async def change(product_id: str) -> AnyResponse:
    """Change one price."""
    currency = shop().settings.currency
    fields = {"price": forms.money(currency), "seen": forms.optional_whole(0, 10**9)}
    form = await request.form
    values, state = forms.read(form, fields)
    was = await shop().db.read(catalog.price_row, product_id, form.get("variant", ""))
    if state.errors:
        return await _edit(was, state, 422)
    try:
        row = await _set(was, values)
    except Conflict as stale:
        newer = await shop().db.read(catalog.price_row, product_id, was.sku)
        return await _edit(newer, forms.FormState({}, {"price": str(stale)}), 409)
    flash(f"{row.name}: was {format_money(was.price, currency)}, now {format_money(row.price, currency)}.")
    return await reply("/admin/products", Part("products/price", {"row": row}))


async def _set(was: PriceRow, values: dict[str, int]) -> PriceRow:
    return await shop().db.write(
        catalog.set_price,
        await signed_in(),
        was.product_id,
        was.sku,
        values["price"],
        currency=shop().settings.currency,
        seen=values["seen"],
        at=now(),
    )


async def _edit(row: PriceRow, form: forms.FormState, status: int) -> Response:
    if wants_fragment():
        return await fragments(Part("products/price_edit", {"row": row, "form": form}), status=status)
    return await page("admin/price_edit.html", status, row=row, form=form)
