"""The stockroom, edited in place: steps are relative, what is typed is absolute and carries what was seen."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from quart import Blueprint, Response, request

from db import Tx
from shop import bulk, catalog, explain, inventory, movements, stock
from shop.catalog import Category
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.inventory import Found, Wish
from shop.reckoning import Sum
from shop.stock import Adjusted, StockRow
from shop.web import forms
from shop.web.context import shop, signed_in
from shop.web.guards import safe_next
from shop.web.reply import AnyResponse, Part, Undo, flash, fragments, page, reply, wants_fragment
from shop.web.view import View, view

admin_stock = Blueprint("stock", __name__)

ADDRESS = "/admin/stock"
CHOICES: dict[str, tuple[str, ...] | None] = {
    "q": None,
    "state": inventory.STATES,
    "category": None,
    "supplier": None,
    "shelf": inventory.SHELVES,
    "sort": inventory.SORTS,
}
ORIGINS = {
    "batch": "/admin/stock/batches/",
    "import": "/admin/imports/",
    "receipt": "/admin/receiving/receipts/",
    "stocktake": "/admin/stocktakes/",
}
"""Where the page of what a movement came from is."""
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
    """Show a view of the stockroom, the variants with the fewest available first unless told otherwise."""
    looked_at = view(ADDRESS, CHOICES)
    listing, categories, suppliers = await shop().db.read(_table, wish_of(looked_at), looked_at.position)
    context = {"view": looked_at, "listing": listing, "categories": categories, "suppliers": suppliers}
    told = {
        "reasons": stock.REASONS,
        "actions": bulk.ACTIONS,
        "looks": inventory.LOOKS,
        "bulk_form": forms.EMPTY,
    }
    return await page("admin/stock.html", **context, **told)


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
    """Show one variant's row, or its page with every movement and what there was at a moment."""
    if wants_fragment():
        return await _row(await shop().db.read(stock.row, sku))
    moment, state = forms.read(request.args, {"at": _optional_moment})
    found = await shop().db.read(_with_history, sku, request.args.get("after"), moment.get("at"))
    status = 422 if state.errors else 200
    context = {"moment_form": state, "reasons": stock.REASONS, "origins": ORIGINS, "at": moment.get("at")}
    return await page("admin/stock_item.html", status, **found, **context)


@admin_stock.post("/stock/<path:sku>/movements")
async def move(sku: str) -> AnyResponse:
    """Correct the units on hand, by a step or to a number."""
    values, state = forms.read(_with_usual_reason(await request.form), _FIELDS)
    was = await shop().db.read(stock.row, sku)
    if state.errors:
        return await _edit(was, state, 422)
    try:
        done = await shop().db.write(stock.adjust, await signed_in(), sku, **values, at=now())
    except (Refused, Conflict) as refusal:
        return await _refused(sku, values, state, refusal)
    _tell(done)
    row = Part("stock/row", {"row": done.row, "reasons": stock.REASONS})
    return await reply(back(), row, *await _history_on_page(sku))


@admin_stock.post("/stock/<path:sku>/movements/<int:seq>/reversal")
async def take_back(sku: str, seq: int) -> AnyResponse:
    """Take a movement back by a counter-entry; its row changes where it stands."""
    done = await shop().db.write(movements.take_back, await signed_in(), sku, seq, now())
    flash(f"Taken back: {done.row.name} ({sku}) was {done.was}, now {done.now}.")
    row = Part("stock/row", {"row": done.row, "reasons": stock.REASONS}, sku)
    return await reply(back(), row, *await _history_on_page(sku))


def wish_of(looked_at: View) -> Wish:
    """Return what a view of the stockroom asks the domain for."""
    return Wish(
        looked_at["q"],
        looked_at["state"],
        looked_at["category"],
        looked_at["supplier"],
        looked_at["shelf"],
        looked_at["sort"],
    )


def back(otherwise: str = ADDRESS) -> str:
    """Return the admin's page that a form was sent from."""
    came = urlsplit(request.referrer or "")
    path = f"{came.path}?{came.query}" if came.query else came.path
    ours = came.netloc == request.host and came.path.startswith("/admin/") and not came.path.endswith("/edit")
    return safe_next(path, otherwise) if ours else otherwise


async def _row(row: StockRow, status: int = 200) -> Response:
    return await fragments(Part("stock/row", {"row": row, "reasons": stock.REASONS}), status=status)


async def _edit(row: StockRow, form: forms.FormState, status: int) -> Response:
    context = {"row": row, "form": form, "reasons": stock.REASONS}
    if wants_fragment():
        return await fragments(Part("stock/row_edit", context), status=status)
    return await page("admin/stock_edit.html", status, **context)


async def _refused(sku: str, values: dict[str, Any], state: forms.FormState, refusal: Exception) -> Response:
    """Answer with the row as it is by now; a number that was typed comes back as a form, to be looked at."""
    status = 409 if isinstance(refusal, Conflict) else 422
    newer = await shop().db.read(stock.row, sku)
    if values["change"] is not None and wants_fragment():
        flash(f"{newer.name} ({sku}): {refusal}", "bad")
        return await _row(newer, status)
    kept = dict(state.values)
    if status == 409:  # noqa: PLR2004 - the newer value wins
        kept.pop("on_hand")
    return await _edit(newer, forms.FormState(kept, {"on_hand": str(refusal)}), status)


async def _history_on_page(sku: str) -> tuple[Part, ...]:
    """Return the variant's history where the change was made on the variant's own page."""
    if urlsplit(request.headers.get("HX-Current-URL", "")).path != f"{ADDRESS}/{quote(sku)}":
        return ()
    listing = await shop().db.read(movements.history, sku)
    return (Part("stock/history", {"sku": sku, "listing": listing, "origins": ORIGINS}),)


def _tell(done: Adjusted) -> None:
    name = f"{done.row.name} {done.row.label}".strip()
    if done.movement is None:
        flash(f"{name} ({done.row.sku}): it is {done.now} already.", "note")
        return
    way_back = f"{ADDRESS}/{quote(done.row.sku)}/movements/{done.movement}/reversal"
    flash(f"{name} ({done.row.sku}): was {done.was}, now {done.now}.", undo=Undo(way_back))


def _with_usual_reason(form: Mapping[str, str]) -> dict[str, str]:
    """Return a form with the reason that goes without saying there, where none was chosen."""
    return {**form, "reason": form.get("reason") or form.get("usual", "")}


def _optional_moment(typed: str) -> str | None:
    return movements.typed_moment(typed) if typed.strip() else None


def _table(tx: Tx, wish: Wish, after: str | None) -> tuple[Found, list[Category], list[str]]:
    return inventory.find(tx, wish, after), catalog.categories(tx), inventory.suppliers(tx)


def _with_history(tx: Tx, sku: str, after: str | None, at: str | None) -> dict[str, Any]:
    balance = movements.as_of(tx, sku, at) if at else None
    return {"row": stock.row(tx, sku), "listing": movements.history(tx, sku, after), "balance": balance}


def _made_of(tx: Tx, sku: str, number: str, after: str | None) -> dict[str, Any]:
    entries = explain.entries(tx, sku, number, after)
    stored = getattr(explain.figures(tx, sku), number)
    shares = explain.shares(tx, sku)
    before = explain.brought_forward(tx, sku, shares)
    carried = [(f"brought forward from no. {before.seq}", getattr(before, number))] if before else []
    parts = ((share.kind, getattr(share, number)) for share in shares)
    return {
        "row": stock.row(tx, sku),
        "made": Sum(number, stored, (*carried, *(part for part in parts if part[1]))),
        "numbers": tuple(explain.NUMBERS),
        "entries": entries,
        "holds": explain.holds(tx, sku) if number == "held" else None,
    }
