"""Stocktakes: the count sheet, what differs, and posting it."""

from http import HTTPStatus
from typing import Any

from quart import Blueprint, Response, request

from db import Tx
from shop import catalog, stocktake, suppliers
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.stock import MOST
from shop.stocktake import CATEGORY, EVERYTHING, SUPPLIER, Count, Line, Stocktake
from shop.web import forms
from shop.web.admin.follow import from_flash, go
from shop.web.context import shop, signed_in
from shop.web.forms import FormState
from shop.web.reply import AnyResponse, Part, Undo, flash, fragments, page, wants_fragment
from shop.web.view import view

admin_stocktakes = Blueprint("stocktakes", __name__)

HERE = "/admin/stocktakes"
COUNT, SEEN = "count-", "seen-"


@admin_stocktakes.get("/stocktakes")
async def index() -> Response:
    """List stocktakes, newest first."""
    return await _index()


@admin_stocktakes.post("/stocktakes")
async def begin() -> AnyResponse:
    """Begin to count everything, a category or what comes from a supplier."""
    values, state = forms.read(await request.form, {"scope": forms.text(120, "Choose what to count.")})
    if state.errors:
        return await _index(422, state)
    scope, _, of = values["scope"].partition(":")
    try:
        taken = await shop().db.write(stocktake.begin, await signed_in(), scope, of, now())
    except Refused as refusal:
        return await _index(422, FormState(state.values, {"scope": str(refusal)}))
    return go(f"{HERE}/{taken.id}")


@admin_stocktakes.get("/stocktakes/<stocktake_id>")
async def sheet(stocktake_id: str) -> Response:
    """Show a page of the count sheet."""
    return await _sheet(stocktake_id)


@admin_stocktakes.get("/stocktakes/<stocktake_id>/paper")
async def paper(stocktake_id: str) -> Response:
    """Show the count sheet to be printed, with empty boxes."""
    shown = view(f"{HERE}/{stocktake_id}/paper", {})
    read = shop().db.read(_read_sheet, stocktake_id, shown.position, stocktake.ON_PAPER)
    taken, listing = await read
    return await page("admin/stocktake_paper.html", taken=taken, listing=listing, view=shown)


@admin_stocktakes.post("/stocktakes/<stocktake_id>/counts")
async def count(stocktake_id: str) -> AnyResponse:
    """Save the counts of a page; what somebody else counted meanwhile is left and shown."""
    form = await request.form
    fields: dict[str, forms.Parser] = {name: _parser(name) for name in form if name.startswith((COUNT, SEEN))}
    values, state = forms.read(form, fields)
    if state.errors:
        return await _sheet(stocktake_id, 422, state)
    try:
        saving = shop().db.write(stocktake.save, await signed_in(), stocktake_id, _counts(values), now())
        saved = await saving
    except (Refused, Conflict) as refusal:
        return await _refused(stocktake_id, refusal, state)
    flash(f"{saved.lines} {'count' if saved.lines == 1 else 'counts'} saved.")
    if saved.clashes:
        return await _sheet(stocktake_id, 409, _clashed(state, saved.clashes))
    return go(_next(stocktake_id, form.get("next", "")))


@admin_stocktakes.get("/stocktakes/<stocktake_id>/differences")
async def differences(stocktake_id: str) -> Response:
    """Show what differs, in units and at cost, before it is posted and after."""
    return await _differences(stocktake_id)


@admin_stocktakes.post("/stocktakes/<stocktake_id>/posting")
async def post(stocktake_id: str) -> AnyResponse:
    """Post all differences, or none."""
    try:
        come_to = await shop().db.write(stocktake.post, await signed_in(), stocktake_id, now())
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return await _differences(stocktake_id, 409)
    undo = Undo(f"{HERE}/{stocktake_id}/posting/reversal")
    lines = "1 difference" if come_to.lines == 1 else f"{come_to.lines} differences"
    flash(f"{lines} posted: {come_to.more} units found, {come_to.less} missing.", undo=undo)
    return await _moved(stocktake_id)


@admin_stocktakes.post("/stocktakes/<stocktake_id>/posting/reversal")
async def take_back(stocktake_id: str) -> AnyResponse:
    """Undo a posted stocktake by counter-movements, once."""
    try:
        await shop().db.write(stocktake.take_back, await signed_in(), stocktake_id, now())
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return (
            go(f"{HERE}/{stocktake_id}/differences")
            if from_flash()
            else await _differences(stocktake_id, 409)
        )
    flash("The posting is undone: every difference has its counter-movement.")
    return await _moved(stocktake_id)


@admin_stocktakes.post("/stocktakes/<stocktake_id>/end")
async def give_up(stocktake_id: str) -> AnyResponse:
    """End a stocktake without posting it."""
    try:
        taken = await shop().db.write(stocktake.give_up, await signed_in(), stocktake_id, now())
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return await _differences(stocktake_id, 409)
    flash(f"The stocktake of {taken.name} is given up.", undo=Undo(f"{HERE}/{stocktake_id}/end/reversal"))
    return go(HERE)


@admin_stocktakes.post("/stocktakes/<stocktake_id>/end/reversal")
async def go_on(stocktake_id: str) -> AnyResponse:
    """Take a stocktake up again that was given up."""
    try:
        await shop().db.write(stocktake.go_on, await signed_in(), stocktake_id, now())
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return await _differences(stocktake_id, 409)
    return go(f"{HERE}/{stocktake_id}")


def _parser(name: str) -> forms.Parser:
    return forms.optional_whole(0, MOST) if name.startswith(COUNT) else forms.whole(0, 10**9)


def _counts(values: dict[str, Any]) -> list[Count]:
    skus = [name.removeprefix(COUNT) for name in values if name.startswith(COUNT)]
    return [Count(sku, values[COUNT + sku], values.get(SEEN + sku, 0)) for sku in skus]


def _clashed(state: FormState, clashes: tuple[Line, ...]) -> FormState:
    names = ", ".join(one.title for one in clashes)
    flash(f"Somebody else has counted {names} meanwhile: look at what is marked, then save again.", "bad")
    told = {
        COUNT
        + one.sku: f"{one.counter} counted {_words(one.counted)} meanwhile. Save again if yours is right."
        for one in clashes
    }
    # All other lines are shown as they are by now: what was typed in them is saved.
    typed = {name: state.values.get(name, "") for name in told}
    seen = {SEEN + one.sku: str(one.version) for one in clashes}
    return FormState({**typed, **seen}, told)


def _words(counted: int | None) -> str:
    return "nothing" if counted is None else str(counted)


def _next(stocktake_id: str, wanted: str) -> str:
    if wanted == "differences":
        return f"{HERE}/{stocktake_id}/differences"
    if wanted == "scan":
        return f"{HERE}/{stocktake_id}?scan=1"
    return view(f"{HERE}/{stocktake_id}", {}).after(wanted) if wanted else f"{HERE}/{stocktake_id}"


def _is_refused(status: int) -> bool:
    return status == HTTPStatus.UNPROCESSABLE_ENTITY


async def _refused(stocktake_id: str, refusal: Refused | Conflict, state: FormState) -> Response:
    if isinstance(refusal, Refused):
        wrong = {refusal.field or "": str(refusal)}
        return await _sheet(stocktake_id, 422, FormState(state.values, wrong))
    flash(str(refusal), "bad")
    return await _sheet(stocktake_id, 409)


async def _moved(stocktake_id: str) -> AnyResponse:
    if wants_fragment() and not from_flash():
        return await _differences(stocktake_id)
    return go(f"{HERE}/{stocktake_id}/differences")


async def _index(status: int = 200, form: FormState = forms.EMPTY) -> Response:
    shown = view(HERE, {})
    found = await shop().db.read(_read, shown.position)
    context = {**found, "view": shown, "form": form}
    if wants_fragment():
        return await fragments(Part("stocktakes/board", context), status=status)
    return await page("admin/stocktakes.html", status, **context)


async def _sheet(stocktake_id: str, status: int = 200, form: FormState = forms.EMPTY) -> Response:
    shown = view(f"{HERE}/{stocktake_id}", {"sku": None, "scan": ("1",)})
    taken, listing = await shop().db.read(_read_sheet, stocktake_id, shown.position, sku=shown["sku"])
    context = {
        "taken": taken,
        "listing": listing,
        "view": shown,
        "form": form,
        "saved": not _is_refused(status),
    }
    if wants_fragment():
        return await fragments(Part("stocktakes/sheet", context), status=status)
    return await page("admin/stocktake.html", status, **context)


async def _differences(stocktake_id: str, status: int = 200) -> Response:
    shown = view(f"{HERE}/{stocktake_id}/differences", {})
    context = {**await shop().db.read(_read_differences, stocktake_id, shown.position), "view": shown}
    if wants_fragment():
        return await fragments(Part("stocktakes/differences", context), status=status)
    return await page("admin/stocktake_differences.html", status, **context)


def _read(tx: Tx, after: str | None) -> dict[str, Any]:
    scopes = [(EVERYTHING, "Everything")]
    scopes += [(f"{CATEGORY}:{one.id}", f"Category: {one.name}") for one in catalog.categories(tx)]
    scopes += [(f"{SUPPLIER}:{one.id}", f"Supplier: {one.name}") for one in suppliers.choices(tx)]
    return {"listing": stocktake.listing(tx, after), "scopes": scopes}


def _read_sheet(
    tx: Tx, stocktake_id: str, after: str | None, size: int = stocktake.PAGE, sku: str = ""
) -> tuple[Stocktake, Any]:
    taken = stocktake.by_id(tx, stocktake_id)
    if sku:
        return taken, stocktake.found(tx, taken, sku)
    return taken, stocktake.sheet(tx, taken, after, size)


def _read_differences(tx: Tx, stocktake_id: str, after: str | None) -> dict[str, Any]:
    return {
        "taken": stocktake.by_id(tx, stocktake_id),
        "listing": stocktake.differences(tx, stocktake_id, after),
        "sums": stocktake.sums(tx, stocktake_id),
    }
