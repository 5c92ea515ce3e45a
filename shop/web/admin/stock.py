"""The stockroom, edited in place."""

from typing import Any

from quart import Blueprint, Response, request

from db import Tx
from shop import explain, stock
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.reckoning import Sum
from shop.stock import Adjusted, Movement, StockRow
from shop.web import forms
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Part, flash, fragments, page, reply, wants_fragment

admin_stock = Blueprint("stock", __name__)

_UNITS = forms.optional_whole(0, stock.MOST)
_FIELDS: dict[str, forms.Parser] = {
    "on_hand": _UNITS,
    "change": forms.optional_whole(-stock.MOST, stock.MOST),
    "seen": _UNITS,
    "reason": forms.one_of(stock.REASONS, "Choose a reason."),
    "note": forms.optional_text(300),
}


@admin_stock.get("/stock")
async def index() -> Response:
    """List all variants, the ones with the fewest available first."""
    listing = await shop().db.read(stock.rows, request.args.get("after"))
    return await page("admin/stock.html", listing=listing)


@admin_stock.get("/stock/<path:sku>/edit")
async def edit(sku: str) -> Response:
    """Show one variant's row as a form."""
    return await _edit(await shop().db.read(stock.row, sku), forms.EMPTY, 200)


@admin_stock.get("/stock/<path:sku>/explanation")
async def explain_number(sku: str) -> Response:
    """Show what a variant's units on hand, held or available are made of."""
    number = request.args.get("number", "available")
    made = await shop().db.read(_made_of, sku, number, request.args.get("after"))
    return await page("admin/stock_explanation.html", **made)


@admin_stock.get("/stock/<path:sku>")
async def show(sku: str) -> Response:
    """Show one variant's row, or its page with every movement."""
    if wants_fragment():
        return await fragments(Part("stock/row", {"row": await shop().db.read(stock.row, sku)}))
    row, movements = await shop().db.read(_with_history, sku)
    return await page("admin/stock_item.html", row=row, movements=movements)


@admin_stock.post("/stock/<path:sku>/movements")
async def move(sku: str) -> AnyResponse:
    """Correct the units on hand."""
    values, state = forms.read(await request.form, _FIELDS)
    was = await shop().db.read(stock.row, sku)
    if state.errors:
        return await _edit(was, state, 422)
    try:
        done = await _adjust(sku, values)
    except Refused as refusal:
        field = refusal.field or "on_hand"
        return await _edit(was, forms.FormState(state.values, {field: str(refusal)}), 422)
    except Conflict as refusal:
        newer = await shop().db.read(stock.row, sku)
        return await _edit(newer, forms.FormState({}, {"on_hand": str(refusal)}), 409)
    flash(f"{done.row.name} ({sku}): was {done.was}, now {done.now}.")
    return await reply("/admin/stock", Part("stock/row", {"row": done.row}))


async def _adjust(sku: str, values: dict[str, Any]) -> Adjusted:
    person = await signed_in()
    return await shop().db.write(stock.adjust, person, sku, **values, at=now())


async def _edit(row: StockRow, form: forms.FormState, status: int) -> Response:
    context = {"row": row, "form": form, "reasons": stock.REASONS}
    if wants_fragment():
        return await fragments(Part("stock/row_edit", context), status=status)
    return await page("admin/stock_edit.html", status, **context)


def _with_history(tx: Tx, sku: str) -> tuple[StockRow, tuple[Movement, ...]]:
    return stock.row(tx, sku), stock.history(tx, sku)


def _made_of(tx: Tx, sku: str, number: str, after: str | None) -> dict[str, Any]:
    entries = explain.entries(tx, sku, number, after)
    stored = getattr(explain.figures(tx, sku), number)
    parts = ((share.kind, getattr(share, number)) for share in explain.shares(tx, sku))
    return {
        "row": stock.row(tx, sku),
        "made": Sum(number, stored, tuple(part for part in parts if part[1])),
        "numbers": tuple(explain.NUMBERS),
        "entries": entries,
        "holds": explain.holds(tx, sku) if number == "held" else None,
    }
