"""Products from a CSV file: uploaded, looked at, imported, taken back."""

import json
from collections.abc import AsyncIterator
from typing import Any

from quart import Blueprint, Response, redirect, request

from db import Tx
from shop.clock import now
from shop.errors import Refused
from shop.importing import own, store, words
from shop.importing.console import kept
from shop.importing.store import Import
from shop.importing.work import CHANGED
from shop.web import forms
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Part, flash, fragments, page, reply, wants_fragment
from shop.web.streaming import csv_response
from shop.web.view import View, view

admin_imports = Blueprint("imports", __name__)

LONGEST_NAME = 120
DOWNLOADED = 1000
SHOWN = ("new", "changed", "unchanged", "refused", "told")
EXAMPLE = tuple(
    ("", "blue-mug", "Blue Mug", "kitchen", sku, size, price, "", on_hand, True, "Stoneware.", "")
    for sku, size, price, on_hand in (
        ("MUG-BLUE-S", '{"Size": "Small"}', 1250, 12),
        ("MUG-BLUE-L", '{"Size": "Large"}', 1450, 4),
    )
)


@admin_imports.get("/imports")
async def index() -> Response:
    """List the imports, newest first, with the form that uploads a file."""
    return await _index(forms.EMPTY, 200)


@admin_imports.post("/imports")
async def upload() -> AnyResponse:
    """Take a file in; it is read in the background."""
    file = (await request.files).get("file")
    data = file.read() if file is not None and file.filename else b""
    name = "".join(c for c in (file.filename or "" if file else "") if c.isprintable())[-LONGEST_NAME:]
    try:
        import_id = await kept(shop().db, await signed_in(), name or "file.csv", data)
    except Refused as refusal:
        return await _index(forms.FormState({}, {"file": str(refusal)}), 422)
    return redirect(f"/admin/imports/{import_id}", 303)


@admin_imports.get("/imports/template.csv")
async def template() -> Response:
    """Give a file in our own format to begin with."""
    return await csv_response("products-template.csv", own.COLUMNS, _once(EXAMPLE))


@admin_imports.get("/imports/<import_id>")
async def show(import_id: str) -> Response:
    """Show an import: its progress, its preview, or what came of it."""
    if wants_fragment():
        return await fragments(Part("imports/board", await _board(import_id)))
    return await page("admin/import.html", **await _board(import_id))


@admin_imports.get("/imports/<import_id>/refused.csv")
async def refused(import_id: str) -> Response:
    """Give the rows that can't be taken as they stood in the file, each with its reason."""
    one = await shop().db.read(store.show, import_id)
    header = (*one.columns, "row in the file", "column", "reason")
    return await csv_response("refused.csv", header, _refused_rows(import_id, len(one.columns)))


@admin_imports.post("/imports/<import_id>/application")
async def apply(import_id: str) -> AnyResponse:
    """Have the import carried out, unless the catalogue has changed since its preview."""
    way = (await request.form).get("stock", "")
    try:
        moved = await shop().db.read(store.moved, import_id) if way in store.WAYS else None
        if moved:
            await shop().db.write(store.read_anew, import_id, CHANGED.format(moved))
            flash(CHANGED.format(moved), "bad")
            return await _answer(import_id, 409)
        await shop().db.write(store.order, await signed_in(), import_id, way, now())
    except Refused as refusal:
        return await _answer(import_id, 422, forms.FormState({"stock": way}, {"stock": str(refusal)}))
    return await reply(f"/admin/imports/{import_id}", Part("imports/board", await _board(import_id)))


@admin_imports.post("/imports/<import_id>/undo")
async def undo(import_id: str) -> AnyResponse:
    """Have the whole import taken back."""
    await shop().db.read(store.show, import_id)
    await shop().db.write(store.order_undo, await signed_in(), import_id, now())
    return await reply(f"/admin/imports/{import_id}", Part("imports/board", await _board(import_id)))


@admin_imports.post("/imports/<import_id>/dismissal")
async def dismiss(import_id: str) -> AnyResponse:
    """Put a preview away."""
    await shop().db.write(store.dismiss, await signed_in(), import_id, now())
    flash("The preview is put away: nothing was imported.")
    return await reply("/admin/imports", Part("imports/board", await _board(import_id)))


async def _index(form: forms.FormState, status: int) -> Response:
    listing = await shop().db.read(store.listing, request.args.get("after"))
    shown = view("/admin/imports", {})
    context = {
        "listing": listing,
        "view": shown,
        "form": form,
        "states": words.STATES,
        "columns": own.COLUMNS,
    }
    return await page("admin/imports.html", status, formats=words.FORMATS, **context)


async def _answer(import_id: str, status: int, form: forms.FormState = forms.EMPTY) -> Response:
    board = await _board(import_id, form)
    if wants_fragment():
        return await fragments(Part("imports/board", board), status=status)
    return await page("admin/import.html", status, **board)


async def _board(import_id: str, form: forms.FormState = forms.EMPTY) -> dict[str, Any]:
    shown = view(f"/admin/imports/{import_id}", {"show": SHOWN})
    after = request.args.get("after") if request.method == "GET" else None
    return await shop().db.read(_board_of, import_id, shown, after, form, shop().settings.currency)


def _board_of(
    tx: Tx, import_id: str, shown: View, after: str | None, form: forms.FormState, currency: str
) -> dict[str, Any]:
    one = store.show(tx, import_id)
    board: dict[str, Any] = {"one": one, "view": shown, "form": form, "done": words.done(one)}
    board |= {"states": words.STATES, "formats": words.FORMATS, "chips": _chips(one)}
    if one.is_working or one.state == "given_up":
        return board
    if shown["show"] == "refused":
        return board | {"refusals": store.refusals(tx, import_id, after)}
    items = store.items(tx, import_id, after, shown["show"])
    return board | {"items": items, "lines": words.lines(items.items, currency)}


def _chips(one: Import) -> list[tuple[str, str]]:
    chips = [
        ("new", f"new ({one.products_new + one.variants_new})"),
        ("changed", f"changed ({one.products_changed + one.variants_changed})"),
        ("unchanged", f"unchanged ({one.products_unchanged + one.variants_unchanged})"),
        ("refused", f"refused rows ({one.refused})"),
    ]
    return [*chips, ("told", f"not as told ({one.left_over})")] if one.left_over else chips


async def _once(rows: Any) -> AsyncIterator[Any]:
    yield rows


async def _refused_rows(import_id: str, width: int) -> AsyncIterator[list[list[object]]]:
    after: str | None = None
    while True:
        listing = await shop().db.read(store.refusals, import_id, after, DOWNLOADED)
        yield [
            [*_padded(json.loads(one.cells), width), one.row, one.column, one.reason] for one in listing.items
        ]
        after = listing.next_after
        if after is None:
            return


def _padded(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))
