"""Purchase orders and receiving: what is expected, what came in, and the way back."""

from collections import defaultdict
from typing import Any

from quart import Blueprint, Response, request

from db import Tx
from shop import purchasing, receiving, restocking, suppliers
from shop.clock import new_token, now
from shop.errors import Conflict, Refused
from shop.purchasing import Goods
from shop.receiving import Booking, Came
from shop.stock import MOST
from shop.web import forms
from shop.web.admin.follow import from_flash, go
from shop.web.context import shop, signed_in
from shop.web.forms import FormState
from shop.web.reply import AnyResponse, Part, Undo, flash, fragments, page, wants_fragment
from shop.web.view import view

admin_receiving = Blueprint("receiving", __name__)

HERE = "/admin/receiving"
RECEIVED, COST = "received-", "cost-"
_INTENTION = forms.optional_text(100)
_SEEN = forms.optional_whole(0, 10**9)


def _day(typed: str) -> str:
    return forms.optional_day(typed) or ""


_ABOUT: dict[str, forms.Parser] = {"expected": _day, "note": forms.optional_text(300)}


@admin_receiving.get("/receiving")
async def index() -> Response:
    """List purchase orders, newest first."""
    return await _index()


@admin_receiving.post("/receiving")
async def add() -> AnyResponse:
    """Open a purchase order."""
    values, state = forms.read(
        await request.form, {"supplier": forms.text(100, "Choose a supplier."), **_ABOUT}
    )
    if state.errors:
        return await _index(422, state)
    about = (values["supplier"], values["expected"], values["note"])
    try:
        order = await shop().db.write(purchasing.order, await signed_in(), *about, now())
    except Refused as refusal:
        return await _index(422, FormState(state.values, {"supplier": str(refusal)}))
    flash(f"PO {order.number} is open. Add its lines.")
    return go(f"{HERE}/{order.id}")


@admin_receiving.get("/receiving/goods")
async def goods() -> Response:
    """Show the form for goods that came in without a purchase order."""
    return await _goods()


@admin_receiving.post("/receiving/goods")
async def receive_loose() -> AnyResponse:
    """Book in units of one variant without a purchase order."""
    fields = {"sku": forms.text(100, "Scan or write a SKU."), "quantity": forms.whole(1, MOST)}
    fields |= {"cost": forms.optional_money(shop().settings.currency), "intention": _INTENTION}
    values, state = forms.read(await request.form, fields)
    if state.errors:
        return await _goods(422, state)
    came = Goods(values["sku"], values["quantity"], values["cost"])
    try:
        booked = await shop().db.write(receiving.receive_loose, came, await _booking(values["intention"]))
    except (Refused, Conflict) as refusal:
        field = refusal.field if isinstance(refusal, Refused) and refusal.field in fields else "quantity"
        return await _goods(422, FormState(state.values, {field or "quantity": str(refusal)}))
    await _say(booked)
    return await _goods() if wants_fragment() else go(f"{HERE}/goods")


@admin_receiving.get("/receiving/receipts")
async def receipts() -> Response:
    """List what came in, newest first."""
    shown = view(f"{HERE}/receipts", {})
    listing = await shop().db.read(receiving.receipts, shown.position)
    return await page("admin/receipts.html", listing=listing, view=shown)


@admin_receiving.get("/receiving/receipts/<receipt_id>")
async def receipt(receipt_id: str) -> Response:
    """Show what came in at once."""
    return await _receipt(receipt_id)


@admin_receiving.post("/receiving/receipts/<receipt_id>/reversal")
async def take_back(receipt_id: str) -> AnyResponse:
    """Undo a receipt whole."""
    try:
        was = await shop().db.write(receiving.take_back, receipt_id, await _booking(None))
    except Conflict as refusal:
        if from_flash():
            raise
        flash(str(refusal), "bad")
        return await _receipt(receipt_id, 409)
    flash(f"The receipt of {was.units} units is undone: they are out of the stock again.")
    to = f"{HERE}/{was.order_id}" if was.order_id else f"{HERE}/receipts/{receipt_id}"
    return await _receipt(receipt_id) if wants_fragment() and not from_flash() else go(to)


@admin_receiving.get("/receiving/<order_id>")
async def show(order_id: str) -> Response:
    """Show a purchase order with what came of it."""
    return await _show(order_id)


@admin_receiving.get("/receiving/<order_id>/order.csv")
async def order_csv(order_id: str) -> Response:
    """Give a purchase order as a file that can be sent to its supplier."""
    currency = shop().settings.currency
    number, text = await shop().db.read(restocking.purchase_csv, order_id, currency)
    headers = {"Content-Disposition": f'attachment; filename="PO-{number}.csv"'}
    return Response(text, 200, headers, content_type="text/csv; charset=utf-8")


@admin_receiving.post("/receiving/<order_id>")
async def change(order_id: str) -> AnyResponse:
    """Write down anew when a purchase order is expected."""

    async def run(values: dict[str, Any]) -> None:
        about = (values["expected"], values["note"], values["seen"])
        await shop().db.write(purchasing.change, await signed_in(), order_id, *about, now())
        flash("Saved.")

    return await _act(order_id, "about", {**_ABOUT, "seen": _SEEN}, run)


@admin_receiving.post("/receiving/<order_id>/lines")
async def put_line(order_id: str) -> AnyResponse:
    """Put a line into a purchase order, change it, or with 0 units take it out."""

    async def run(values: dict[str, Any]) -> None:
        line = Goods(values["sku"], values["quantity"], values["cost"])
        put = await shop().db.write(purchasing.put_line, await signed_in(), order_id, line, now())
        flash(f"{put.title}: {put.quantity} ordered.")

    cost = forms.optional_money(shop().settings.currency)
    fields = {"sku": forms.text(100, "Write a SKU."), "quantity": forms.whole(0, MOST), "cost": cost}
    return await _act(order_id, "line", fields, run)


@admin_receiving.post("/receiving/<order_id>/receipts")
async def receive(order_id: str) -> AnyResponse:
    """Book in what came of a purchase order."""

    async def run(values: dict[str, Any]) -> None:
        booking = await _booking(values.pop("intention"), values.pop("seen"))
        await _say(await shop().db.write(receiving.receive, order_id, _came(values), booking))

    units, cost = forms.optional_whole(0, MOST), forms.optional_money(shop().settings.currency)
    form = await request.form
    fields: dict[str, forms.Parser] = {name: units for name in form if name.startswith(RECEIVED)}
    fields |= {name: cost for name in form if name.startswith(COST)}
    return await _act(order_id, "receive", fields | {"intention": _INTENTION, "seen": _SEEN}, run)


@admin_receiving.post("/receiving/<order_id>/closure")
async def close(order_id: str) -> AnyResponse:
    """Expect nothing more of a purchase order."""

    async def run(_: dict[str, Any]) -> None:
        was = await shop().db.write(purchasing.close, await signed_in(), order_id, now())
        flash(f"PO {was.number} is closed.", undo=Undo(f"{HERE}/{order_id}/closure/end"))

    return await _act(order_id, "closure", {}, run)


@admin_receiving.post("/receiving/<order_id>/closure/end")
async def reopen(order_id: str) -> AnyResponse:
    """Expect again what has not come of a closed purchase order."""

    async def run(_: dict[str, Any]) -> None:
        was = await shop().db.write(purchasing.reopen, await signed_in(), order_id, now())
        flash(f"PO {was.number} is open again.")

    return await _act(order_id, "closure", {}, run)


async def _act(order_id: str, which: str, fields: dict[str, forms.Parser], run: Any) -> AnyResponse:
    values, state = forms.read(await request.form, fields)
    if state.errors:
        return await _show(order_id, 422, which, state)
    try:
        await run(values)
    except Refused as refusal:
        wrong = FormState(state.values, {refusal.field or which: str(refusal)})
        return await _show(order_id, 422, which, wrong)
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return await _show(order_id, 409)
    return await _show(order_id) if wants_fragment() and not from_flash() else go(f"{HERE}/{order_id}")


def _came(values: dict[str, Any]) -> dict[str, Goods]:
    skus = [name.removeprefix(RECEIVED) for name in values if name.startswith(RECEIVED)]
    return {sku: Goods(sku, values[RECEIVED + sku] or 0, values.get(COST + sku)) for sku in skus}


async def _booking(intention: str | None, seen: int | None = None) -> Booking:
    return Booking(await signed_in(), intention or None, shop().settings.currency, now(), seen)


async def _say(came: Came) -> None:
    if came.again:
        flash("This receipt has been booked already: it counts once.", "note")
        return
    undo = Undo(f"{HERE}/receipts/{came.receipt.id}/reversal")
    flash(f"{came.receipt.units} units came in.", undo=undo)
    for sentence in came.beyond:
        flash(f"{sentence}.", "note")
    if came.receipt.order_id is None:
        await _remind(came)


async def _remind(came: Came) -> None:
    lines = await shop().db.read(receiving.receipt_lines, came.receipt.id)
    numbers = await shop().db.read(purchasing.expected_in, lines[0].sku)
    if numbers:
        text = ", ".join(f"PO {number}" for number in numbers)
        flash(f"{lines[0].title} is still expected in {text}: undo this and receive it there.", "note")


async def _index(status: int = 200, form: FormState = forms.EMPTY) -> Response:
    shown = view(HERE, {"state": purchasing.STATES})
    listing = await shop().db.read(purchasing.orders, shown.position, shown["state"])
    choices = await shop().db.read(suppliers.choices)
    context = {"listing": listing, "view": shown, "form": form, "suppliers": choices}
    if wants_fragment():
        return await fragments(Part("receiving/board", context), status=status)
    return await page("admin/receiving.html", status, states=purchasing.STATES, **context)


async def _goods(status: int = 200, form: FormState = forms.EMPTY) -> Response:
    latest = await shop().db.read(receiving.receipts, None)
    context = {"form": form, "intention": new_token(), "rows": latest.items[:10]}
    if wants_fragment():
        return await fragments(Part("receiving/goods", context), status=status)
    return await page("admin/receiving_goods.html", status, **context)


async def _receipt(receipt_id: str, status: int = 200) -> Response:
    found = await shop().db.read(receiving.receipt, receipt_id)
    context = {"receipt": found, "lines": await shop().db.read(receiving.receipt_lines, receipt_id)}
    if wants_fragment():
        return await fragments(Part("receiving/receipt", context), status=status)
    return await page("admin/receipt.html", status, **context)


async def _show(order_id: str, status: int = 200, which: str = "", form: FormState = forms.EMPTY) -> Response:
    found = await shop().db.read(_read, order_id, request.args.get("line", ""))
    context = {**found, "forms": defaultdict(FormState, {which: form}), "intention": new_token()}
    if wants_fragment():
        return await fragments(Part("receiving/desk", context), status=status)
    return await page("admin/purchase_order.html", status, **context)


def _read(tx: Tx, order_id: str, chosen: str) -> dict[str, Any]:
    order, lines = purchasing.by_id(tx, order_id), purchasing.lines(tx, order_id)
    return {
        "order": order,
        "supplier": suppliers.by_id(tx, order.supplier_id),
        "lines": lines,
        "chosen": next((line for line in lines if line.sku == chosen), None),
        "receipts": receiving.receipts_of(tx, order_id),
    }
