"""Suppliers, and on what terms each variant is bought."""

from collections import defaultdict
from typing import Any

from quart import Blueprint, Response, request

from db import Tx
from shop import purchasing, suppliers
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.suppliers import About
from shop.web import forms
from shop.web.admin.follow import from_flash, go
from shop.web.context import shop, signed_in
from shop.web.forms import FormState
from shop.web.guards import safe_next
from shop.web.reply import AnyResponse, Part, Undo, flash, fragments, page, wants_fragment
from shop.web.view import view

admin_suppliers = Blueprint("suppliers", __name__)

HERE = "/admin/suppliers"


def _email(typed: str) -> str:
    text: str = forms.optional_text(254)(typed)
    name, at, host = text.partition("@")
    if text and (not (name and at and host) or " " in text):
        raise Refused("Write an e-mail address, or leave it empty.")
    return text


_ABOUT: dict[str, forms.Parser] = {
    "name": forms.text(120, "Write the supplier's name."),
    "email": _email,
    "lead_days": forms.whole(0, suppliers.LONGEST_LEAD),
    "note": forms.optional_lines(1000),
}


@admin_suppliers.get("/suppliers")
async def index() -> Response:
    """List suppliers by name."""
    return await _index()


@admin_suppliers.post("/suppliers")
async def add() -> AnyResponse:
    """Add a supplier."""
    values, state = forms.read(await request.form, _ABOUT)
    if state.errors:
        return await _index(422, state)
    try:
        added = await shop().db.write(suppliers.add, await signed_in(), About(**values), now())
    except Refused as refusal:
        return await _index(422, FormState(state.values, {refusal.field or "name": str(refusal)}))
    flash(f"{added.name} is added. Now say what comes from them.")
    return go(f"{HERE}/{added.id}")


@admin_suppliers.get("/suppliers/<supplier_id>")
async def show(supplier_id: str) -> Response:
    """Show a supplier with what comes from them."""
    return await _show(supplier_id)


@admin_suppliers.post("/suppliers/<supplier_id>")
async def change(supplier_id: str) -> AnyResponse:
    """Write down a supplier anew."""
    values, state = forms.read(await request.form, {**_ABOUT, "seen": forms.whole(1, 10**9)})
    if state.errors:
        return await _show(supplier_id, 422, "about", state)
    seen = values.pop("seen")
    about, by = About(**values), await signed_in()
    try:
        await shop().db.write(suppliers.change, by, supplier_id, about, seen, now())
    except Refused as refusal:
        return await _show(supplier_id, 422, "about", FormState(state.values, {"name": str(refusal)}))
    except Conflict as stale:
        return await _show(supplier_id, 409, "about", FormState({}, {"name": str(stale)}))
    flash(f"{about.name} is saved.")
    return await _done(supplier_id)


@admin_suppliers.post("/suppliers/<supplier_id>/archive")
async def archive(supplier_id: str) -> AnyResponse:
    """Take a supplier out of the choices."""
    was = await shop().db.write(suppliers.archive, await signed_in(), supplier_id, now())
    flash(f"{was.name} is archived.", undo=Undo(f"{HERE}/{supplier_id}/archive/end"))
    return await _done(supplier_id)


@admin_suppliers.post("/suppliers/<supplier_id>/archive/end")
async def restore(supplier_id: str) -> AnyResponse:
    """Offer an archived supplier again."""
    was = await shop().db.write(suppliers.restore, await signed_in(), supplier_id, now())
    flash(f"{was.name} is back.")
    return await _done(supplier_id)


@admin_suppliers.post("/suppliers/<supplier_id>/variants")
async def take_on(supplier_id: str) -> AnyResponse:
    """Note that a variant comes from this supplier."""
    fields = {"sku": forms.text(100, "Write a SKU."), **_terms()}
    values, state = forms.read(await request.form, fields)
    if state.errors:
        return await _show(supplier_id, 422, "variant", state)
    told = {**values, "currency": shop().settings.currency, "at": now()}
    try:
        agreed = await shop().db.write(suppliers.take_on, await signed_in(), supplier_id, **told)
    except Refused as refusal:
        wrong = FormState(state.values, {refusal.field or "sku": str(refusal)})
        return await _show(supplier_id, 422, "variant", wrong)
    flash(f"{agreed.title} comes from {agreed.supplier}.")
    return await _done(supplier_id)


@admin_suppliers.get("/suppliers/terms/<path:sku>")
async def show_terms(sku: str) -> Response:
    """Show on what terms a variant is bought."""
    return await _show_terms(sku)


@admin_suppliers.post("/suppliers/terms/<path:sku>")
async def agree(sku: str) -> AnyResponse:
    """Write down on what terms a variant is bought."""
    form = await request.form
    fields = {"supplier": forms.optional_text(100), "seen": forms.optional_text(300), **_terms()}
    values, state = forms.read(form, fields)
    if state.errors:
        return await _show_terms(sku, 422, state)
    try:
        agreed = await _agree(sku, values)
    except (Refused, Conflict) as refusal:
        status, typed = (409, {}) if isinstance(refusal, Conflict) else (422, state.values)
        return await _show_terms(sku, status, FormState(typed, {"supplier": str(refusal)}))
    flash(f"{agreed.title}: {agreed.supplier or 'no supplier'}.")
    return go(safe_next(form.get("back"), "/admin/alerts"))


async def _agree(sku: str, values: dict[str, Any]) -> suppliers.Terms:
    return await shop().db.write(
        suppliers.agree,
        await signed_in(),
        sku,
        supplier_id=values["supplier"] or None,
        code=values["code"],
        cost=values["cost"],
        currency=shop().settings.currency,
        seen=values["seen"],
        at=now(),
    )


def _terms() -> dict[str, forms.Parser]:
    return {"code": forms.optional_text(60), "cost": forms.optional_money(shop().settings.currency)}


async def _index(status: int = 200, form: FormState = forms.EMPTY) -> Response:
    shown = view(HERE, {})
    listing = await shop().db.read(suppliers.listing, shown.position)
    context = {"listing": listing, "view": shown, "form": form}
    if wants_fragment():
        return await fragments(Part("suppliers/list", context), status=status)
    return await page("admin/suppliers.html", status, **context)


async def _done(supplier_id: str) -> AnyResponse:
    return await _show(supplier_id) if wants_fragment() and not from_flash() else go(f"{HERE}/{supplier_id}")


async def _show(
    supplier_id: str, status: int = 200, which: str = "", form: FormState = forms.EMPTY
) -> Response:
    shown = view(f"{HERE}/{supplier_id}", {})
    found = await shop().db.read(_read, supplier_id, shown.position)
    context = {**found, "view": shown, "forms": defaultdict(FormState, {which: form})}
    if wants_fragment():
        return await fragments(Part("suppliers/desk", context), status=status)
    return await page("admin/supplier.html", status, **context)


async def _show_terms(sku: str, status: int = 200, form: FormState = forms.EMPTY) -> Response:
    terms = await shop().db.read(suppliers.terms, sku)
    choices = await shop().db.read(suppliers.choices)
    back = safe_next(request.args.get("back"), "/admin/alerts")
    context = {"terms": terms, "suppliers": choices, "form": form, "back": back}
    if wants_fragment():
        return await fragments(Part("suppliers/terms", context), status=status)
    return await page("admin/supplier_terms.html", status, **context)


def _read(tx: Tx, supplier_id: str, after: str | None) -> dict[str, Any]:
    return {
        "supplier": suppliers.by_id(tx, supplier_id),
        "listing": suppliers.terms_of(tx, supplier_id, after),
        "orders": purchasing.orders_of(tx, supplier_id),
    }
