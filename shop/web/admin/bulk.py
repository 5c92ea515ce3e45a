"""Many rows at once: what would change, old → new; then all of it or nothing; and the way back."""

from collections.abc import Mapping
from typing import Any

from quart import Blueprint, Response, redirect, request
from werkzeug.datastructures import MultiDict

from db import Tx
from shop import batches, bulk, stock
from shop.batches import Batch
from shop.bulk import Change, Choice, Preview, Stale
from shop.clock import now
from shop.errors import Refused
from shop.listing import Listing
from shop.web import forms
from shop.web.admin.follow import go
from shop.web.admin.stock import ADDRESS, CHOICES, back, wish_of
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Undo, flash, page
from shop.web.view import View, view

admin_bulk = Blueprint("bulk", __name__)

SHOWN = 500
"""So many rows of a preview stand on one page."""
_FIELDS: dict[str, forms.Parser] = {
    "action": forms.one_of(tuple(bulk.ACTIONS), "Choose what to change."),
    "reason": forms.one_of(("", *stock.REASONS), "Choose a reason."),
    "note": forms.optional_text(300),
    "value": forms.text(20, "Write by how much, or to what."),
    "seal": forms.optional_text(64),
    "leave_out": forms.ticked,
}


@admin_bulk.get("/stock/changes")
async def preview() -> Response:
    """Show what a change of many rows would do, and write nothing."""
    choice = _choice(request.args)
    try:
        change, state = _change(request.args)
        seen = await shop().db.read(bulk.preview, choice, change)
    except Refused as refusal:
        state = forms.FormState(dict(request.args), {refusal.field or "value": str(refusal)})
        return await _show(choice, state, None, 422)
    return await _show(choice, state, seen, 200)


@admin_bulk.post("/stock/batches")
async def make() -> AnyResponse:
    """Make a change that was seen: all rows or none."""
    told = await request.form
    choice = _choice(told)
    try:
        change, state = _change(told)
        batch = await _made(choice, change, told)
    except Stale as stale:
        flash(str(stale), "bad")
        return await _show(choice, state, stale.preview, 409)
    except Refused as refusal:
        state = forms.FormState(dict(told), {refusal.field or "value": str(refusal)})
        return await _show(choice, state, None, 422)
    flash(f"{_rows(batch)} changed. {batch.summary}.", undo=Undo(f"{_address(batch)}/reversal"))
    return redirect(_looked_at().here, 303)


@admin_bulk.get("/stock/batches")
async def index() -> Response:
    """List the changes of many rows, the newest first."""
    return await page(
        "admin/batches.html", listing=await shop().db.read(batches.newest, request.args.get("after"))
    )


@admin_bulk.get("/stock/batches/<batch_id>")
async def show(batch_id: str) -> Response:
    """Show one change of many rows with each of them."""
    batch, listing = await shop().db.read(_with_rows, batch_id, request.args.get("after"))
    return await page("admin/batch.html", batch=batch, listing=listing)


@admin_bulk.post("/stock/batches/<batch_id>/reversal")
async def take_back(batch_id: str) -> AnyResponse:
    """Take a change of many rows back, all of it or nothing."""
    currency = shop().settings.currency
    batch = await shop().db.write(batches.take_back, await signed_in(), batch_id, currency, now())
    flash(f"Taken back: {_rows(batch)}. {batch.summary}.")
    return go(back(_address(batch)))


def _looked_at() -> View:
    return view(ADDRESS, CHOICES)


def _choice(told: MultiDict[str, str]) -> Choice:
    skus = tuple(told.getlist("sku"))[: bulk.CHOSEN]
    return Choice(skus, told.get("rows") == "all", wish_of(_looked_at()))


def _change(told: Mapping[str, str]) -> tuple[Change, forms.FormState]:
    """Return the change that a form describes. Raises Refused with the first field that can't be taken."""
    values, state = forms.read(told, _FIELDS)
    for field, sentence in state.errors.items():
        raise Refused(sentence, field)
    action, reason, currency = values["action"], values["reason"], shop().settings.currency
    if action.startswith("stock") and not reason:
        raise Refused("Choose a reason.", "reason")
    value = bulk.typed_value(action, values["value"], currency)
    return Change(action, value, reason, values["note"], currency), state


async def _made(choice: Choice, change: Change, told: Mapping[str, str]) -> Batch:
    return await shop().db.write(
        bulk.make,
        await signed_in(),
        choice,
        change,
        seal=told.get("seal", ""),
        leave_out=told.get("leave_out") == "1",
        at=now(),
    )


async def _show(choice: Choice, state: forms.FormState, seen: Preview | None, status: int) -> Response:
    context: dict[str, Any] = {"view": _looked_at(), "choice": choice, "bulk_form": state, "preview": seen}
    shown, on = _part(seen, request.args.get("after")) if seen else ((), None)
    told = {"reasons": stock.REASONS, "actions": bulk.ACTIONS, "shown": shown, "next_after": on}
    return await page("admin/changes.html", status, **context, **told, most=bulk.MOST)


def _part(seen: Preview, after: str | None) -> tuple[tuple[bulk.Proposal, ...], str | None]:
    """Return the rows that stand on one page, what is refused first, and where to go on."""
    rows = seen.refused + seen.changing
    begin = next((number + 1 for number, one in enumerate(rows) if one.row.sku == after), 0)
    part = rows[begin : begin + SHOWN]
    return part, part[-1].row.sku if begin + SHOWN < len(rows) else None


def _with_rows(tx: Tx, batch_id: str, after: str | None) -> tuple[Batch, Listing[batches.Row]]:
    return batches.show(tx, batch_id), batches.rows(tx, batch_id, after)


def _address(batch: Batch) -> str:
    return f"/admin/stock/batches/{batch.id}"


def _rows(batch: Batch) -> str:
    return "1 row" if batch.rows == 1 else f"{batch.rows} rows"
