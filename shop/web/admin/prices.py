"""Prices, edited in place; a price that was changed meanwhile wins and is shown."""

from quart import Blueprint, Response, redirect, request

from shop import catalog
from shop.catalog import PriceRow
from shop.clock import now
from shop.errors import Conflict
from shop.money import format_money, typed_money
from shop.web import forms
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Part, Undo, flash, fragments, page, reply, wants_fragment

admin_prices = Blueprint("prices", __name__)


@admin_prices.get("/products/<product_id>/price")
async def show(product_id: str) -> Response:
    """Show one price, to be read or (with `edit`) to be changed."""
    row = await shop().db.read(catalog.price_row, product_id, request.args.get("variant", ""))
    if "edit" in request.args:
        return await _edit(row, forms.EMPTY, 200)
    if wants_fragment():
        return await fragments(Part("products/price", {"row": row}, row.sku))
    return await page("admin/price_edit.html", row=row, form=forms.EMPTY)


@admin_prices.post("/products/<product_id>/price")
async def change(product_id: str) -> AnyResponse:
    """Change one price."""
    form = await request.form
    values, state = forms.read(form, _fields(shop().settings.currency))
    was = await shop().db.read(catalog.price_row, product_id, form.get("variant", ""))
    if state.errors:
        return await _edit(was, state, 422)
    try:
        row = await _set(was, values)
    except Conflict as stale:
        return await _newer(was, stale, undoing="undo" in form)
    _tell(was, row)
    part = Part("products/price", {"row": row}, row.sku)
    # Taken back from the flash: the row is elsewhere on the page.
    return await (_elsewhere(part) if "undo" in form else reply(f"/admin/products/{product_id}", part))


async def _newer(was: PriceRow, stale: Conflict, *, undoing: bool) -> Response:
    if undoing:
        # Sent from the flash, where a row's form has no place: the sentence alone.
        raise stale
    newer = await shop().db.read(catalog.price_row, was.product_id, was.sku)
    return await _edit(newer, forms.FormState({}, {"price": str(stale)}), 409)


def _fields(currency: str) -> dict[str, forms.Parser]:
    return {"price": forms.money(currency), "seen": forms.optional_whole(0, 10**9)}


async def _elsewhere(part: Part) -> AnyResponse:
    if wants_fragment():
        return await fragments(None, part)
    return redirect(f"/admin/products/{part.context['row'].product_id}", 303)


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


def _tell(was: PriceRow, row: PriceRow) -> None:
    currency = shop().settings.currency
    before, after = format_money(was.price, currency), format_money(row.price, currency)
    fields = {
        "variant": row.sku,
        "price": typed_money(was.price, currency),
        "seen": str(row.version),
        "undo": "1",
    }
    undo = Undo(f"/admin/products/{row.product_id}/price", fields) if before != after else None
    flash(f"{row.name} {row.label}".strip() + f": was {before}, now {after}.", undo=undo)


async def _edit(row: PriceRow, form: forms.FormState, status: int) -> Response:
    if wants_fragment():
        part = Part("products/price_edit", {"row": row, "form": form}, row.sku)
        return await fragments(part, status=status)
    return await page("admin/price_edit.html", status, row=row, form=form)
