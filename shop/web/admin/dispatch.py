"""Several orders at once: packed, shipped, and printed as a pick list or as packing slips."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from quart import Blueprint, Response, redirect, request

from shop import dispatch, parcels, picking
from shop.clock import now
from shop.dispatch import Chosen, NotAll
from shop.errors import Refused
from shop.web import forms
from shop.web.context import shop, signed_in
from shop.web.forms import FormState
from shop.web.guards import safe_next
from shop.web.reply import AnyResponse, Part, flash, fragments, page, wants_fragment

admin_dispatch = Blueprint("dispatch", __name__)

_LIST = "/admin/orders"


@admin_dispatch.errorhandler(Refused)
async def nothing_chosen(refusal: Refused) -> Response:
    """Say what is wrong with what was chosen, and lead back to the list."""
    return await page("admin/orders_none.html", 422, sentence=str(refusal), back=await _back())


@admin_dispatch.get("/orders/shipment")
async def shipment() -> AnyResponse:
    """Ask who takes the chosen orders, and for their tracking numbers."""
    numbers = dispatch.numbers_of(request.args.getlist("number"))
    carrier = await shop().db.read(parcels.last_carrier)
    return await _show("shipment", numbers, form=FormState({"carrier": carrier}))


@admin_dispatch.post("/orders/shipment")
async def ship() -> AnyResponse:
    """Note a parcel for each of the chosen orders, or none where one of them refuses."""
    form = await request.form
    numbers = dispatch.numbers_of(form.getlist("number"))
    told, state = forms.read(form, _parcels(numbers))
    if state.errors:
        return await _show("shipment", numbers, 422, state)
    tracking = {number: told[f"tracking-{number}"] for number in numbers}
    person = await signed_in()
    try:
        fresh = await shop().db.write(dispatch.ship_all, tracking, person, told["carrier"], now())
    except NotAll as refusal:
        return await _show("shipment", numbers, 409, state, refusal)
    return await _done(
        "shipment", numbers, f"{_orders(fresh)} on their way." if fresh else "Shipped already."
    )


@admin_dispatch.post("/orders/packing")
async def pack() -> AnyResponse:
    """Note that all of the chosen orders are packed, or none where one of them refuses."""
    numbers = dispatch.numbers_of((await request.form).getlist("number"))
    try:
        fresh = await shop().db.write(dispatch.pack_all, numbers, await signed_in(), now())
    except NotAll as refusal:
        return await _show("packing", numbers, 409, refusal=refusal)
    return await _done("packing", numbers, f"{_orders(fresh)} packed." if fresh else "Packed already.")


@admin_dispatch.get("/orders/pick-list")
async def pick_list() -> Response:
    """Show what to fetch from the shelves for the chosen orders."""
    numbers = dispatch.numbers_of(request.args.getlist("number"))
    made = await shop().db.read(picking.pick_list, numbers)
    return await page("admin/pick_list.html", made=made, slips=_address("packing-slips", numbers), at=now())


@admin_dispatch.get("/orders/packing-slips")
async def packing_slips() -> Response:
    """Show a packing slip for each of the chosen orders, with prices where they are asked for."""
    numbers = dispatch.numbers_of(request.args.getlist("number"))
    priced = request.args.get("prices") == "1"
    other = _address("packing-slips", numbers, **({} if priced else {"prices": "1"}))
    made = await shop().db.read(picking.slips, numbers)
    return await page("admin/packing_slips.html", made=made, priced=priced, other=other)


async def _show(
    act: str,
    numbers: tuple[str, ...],
    status: int = 200,
    form: FormState = forms.EMPTY,
    refusal: NotAll | None = None,
) -> AnyResponse:
    if refusal is not None:
        flash(str(refusal), "bad")
    rows = await shop().db.read(dispatch.chosen, numbers)
    reasons = _reasons(act, rows) if refusal is None else refusal.reasons
    shown = {"act": act, "done": "", "rows": rows, "form": form, "reasons": reasons, "back": await _back()}
    if wants_fragment():
        return await fragments(Part("orders/batch", shown), status=status)
    return await page("admin/orders_batch.html", status, **shown)


async def _done(act: str, numbers: tuple[str, ...], sentence: str) -> AnyResponse:
    flash(sentence)
    back = await _back()
    if not wants_fragment():
        return redirect(back, 303)
    rows = await shop().db.read(dispatch.chosen, numbers)
    shown = {"act": "", "done": act, "rows": rows, "form": forms.EMPTY, "reasons": {}, "back": back}
    return await fragments(Part("orders/batch", shown), Part("admin/waiting"))


def _reasons(act: str, rows: tuple[Chosen, ...]) -> Mapping[str, str]:
    return {row.order.number: row.reason for row in rows if row.reason and act == "shipment"}


def _parcels(numbers: tuple[str, ...]) -> dict[str, forms.Parser]:
    line = forms.optional_text(100)
    return {"carrier": line} | {f"tracking-{number}": line for number in numbers}


async def _back() -> str:
    told: Any = await request.form if request.method == "POST" else request.args
    return safe_next(told.get("back"), _LIST)


def _address(page_name: str, numbers: tuple[str, ...], **more: str) -> str:
    query = urlencode([("number", number) for number in numbers] + list(more.items()))
    return f"{_LIST}/{page_name}?{query}"


def _orders(count: int) -> str:
    return "1 order is" if count == 1 else f"{count} orders are"
