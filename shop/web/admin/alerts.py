"""Restocking: what is low, worst first, with its threshold in place and what to order of it."""

from typing import Any

from quart import Blueprint, Response, request

from db import Tx
from shop import alerts, restocking, suppliers
from shop.alerts import LOW, OUT, LowRow, Wanted
from shop.clock import new_token, now
from shop.errors import Conflict
from shop.people import Person
from shop.web import forms
from shop.web.admin.follow import from_flash, go
from shop.web.context import shop, signed_in
from shop.web.forms import FormState
from shop.web.reply import AnyResponse, Part, Undo, flash, fragments, page, reply, wants_fragment
from shop.web.view import View, view

admin_alerts = Blueprint("alerts", __name__)

HERE = "/admin/alerts"
_THRESHOLD = {"threshold": forms.optional_whole(0, alerts.HIGHEST), "seen": forms.optional_text(20)}
_DEFAULT = {"threshold": forms.whole(0, alerts.HIGHEST), "seen": forms.optional_whole(0, alerts.HIGHEST)}
_ORDER = {"supplier": forms.text(100, "Choose a supplier."), "intention": forms.optional_text(100)}


@admin_alerts.get("/alerts")
async def index() -> Response:
    """List what is low, sold out first."""
    return await _index()


@admin_alerts.get("/alerts/history")
async def history() -> Response:
    """List the alerts that are over, the latest first."""
    listing = await shop().db.read(alerts.history, request.args.get("after"))
    return await page("admin/alerts_history.html", listing=listing, view=view(f"{HERE}/history", {}))


@admin_alerts.get("/alerts/order.csv")
async def order_csv() -> Response:
    """Give the suggested order as a file, of one supplier if it is named."""
    wanted = Wanted(supplier_id=view(HERE, {"supplier": None})["supplier"])
    rows = restocking.order_csv(shop().db, wanted, shop().settings.currency)
    headers = {"Content-Disposition": 'attachment; filename="suggested-order.csv"'}
    return Response(_encoded(rows), 200, headers, content_type="text/csv; charset=utf-8")


@admin_alerts.post("/alerts/order")
async def order() -> AnyResponse:
    """Make a purchase order of what is suggested for a supplier."""
    values, state = forms.read(await request.form, _ORDER)
    if state.errors:
        return await _index(422, state)
    told = (values["supplier"], values["intention"] or None, now())
    try:
        made = await shop().db.write(restocking.order_suggested, await signed_in(), *told)
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return await _index(409)
    flash(f"PO {made.number} asks {made.supplier} for {made.units} units. Change its lines, then send it.")
    return go(f"/admin/receiving/{made.id}")


@admin_alerts.post("/alerts/threshold")
async def set_default() -> AnyResponse:
    """Set the threshold of all that have none of their own."""
    values, state = forms.read(await request.form, _DEFAULT)
    if state.errors:
        return await _index(422, state)
    set_ = shop().db.write(alerts.set_default, await signed_in(), at=now(), **values)
    try:
        was = await set_
    except Conflict as stale:
        return await _index(409, FormState({}, {"threshold": str(stale)}))
    undo = Undo(f"{HERE}/threshold", {"threshold": str(was)})
    flash(f"The shop's threshold was {was}, now {values['threshold']}.", undo=undo)
    return await _index() if wants_fragment() and not from_flash() else go(HERE)


@admin_alerts.post("/alerts/letters")
async def letters() -> AnyResponse:
    """Write to this admin when something runs low, or no more."""
    values, state = forms.read(await request.form, {"letters": forms.ticked})
    if state.errors:
        return await _index(422, state)
    await shop().db.write(restocking.ask_for_letters, await signed_in(), values["letters"], now())
    told = "You get a letter" if values["letters"] else "You get no letter any more"
    flash(f"{told} when something runs low{', at most one a day' if values['letters'] else ''}.")
    return await _index() if wants_fragment() and not from_flash() else go(HERE)


@admin_alerts.get("/alerts/<path:sku>/threshold")
async def show(sku: str) -> Response:
    """Show one variant's row, to be read or (with `edit`) to have its threshold changed."""
    row = await shop().db.read(alerts.row, sku)
    if "edit" in request.args:
        return await _edit(row, forms.EMPTY, 200)
    if wants_fragment():
        return await fragments(Part("alerts/row", {"row": row, "now": now()}))
    return await _edit(row, forms.EMPTY, 200)


@admin_alerts.post("/alerts/<path:sku>/threshold")
async def set_threshold(sku: str) -> AnyResponse:
    """Set one variant's threshold; an empty one is the shop's."""
    values, state = forms.read(await request.form, _THRESHOLD)
    if state.errors:
        return await _edit(await shop().db.read(alerts.row, sku), state, 422)
    set_ = shop().db.write(alerts.set_threshold, await signed_in(), sku, at=now(), **values)
    try:
        was, row = await set_
    except Conflict as stale:
        newer = await shop().db.read(alerts.row, sku)
        return await _edit(newer, FormState({}, {"threshold": str(stale)}), 409)
    flash(f"{row.title}: threshold was {was.limit}, now {row.limit}.", undo=_undo(was))
    shown = Part("alerts/row", {"row": row, "now": now()}, row.sku)
    return await (fragments(None, shown) if from_flash() else reply(HERE, shown))


def _undo(was: LowRow) -> Undo:
    former = "" if was.threshold is None else str(was.threshold)
    return Undo(f"{HERE}/{was.sku}/threshold", {"threshold": former})


async def _index(status: int = 200, form: FormState = forms.EMPTY) -> Response:
    choices = view(HERE, {"q": None, "state": (OUT, LOW), "supplier": None})
    found = await shop().db.read(_read, choices, await signed_in())
    context = {**found, "view": choices, "form": form, "now": now(), "intention": new_token()}
    if wants_fragment():
        return await fragments(Part("alerts/board", context), status=status)
    return await page("admin/alerts.html", status, **context)


async def _edit(row: LowRow, form: FormState, status: int) -> Response:
    context = {"row": row, "form": form, "now": now()}
    if wants_fragment():
        return await fragments(Part("alerts/row_edit", context), status=status)
    return await page("admin/alert_edit.html", status, **context)


def _read(tx: Tx, choices: View, person: Person) -> dict[str, Any]:
    wanted = Wanted(choices["state"], choices["supplier"], choices["q"])
    return {
        "listing": alerts.listing(tx, wanted, choices.position),
        "default": alerts.default_threshold(tx),
        "suppliers": suppliers.choices(tx),
        "letters": restocking.wants_letters(tx, person),
        "most_found": alerts.MOST_FOUND,
    }


async def _encoded(rows: Any) -> Any:
    async for text in rows:
        yield text.encode()
