"""Discount codes: the list, a new one, and the page of one with what it was used for."""

from typing import Any

from quart import Blueprint, Response, request

from db import Tx
from shop import discounts
from shop.clock import new_number, now
from shop.discounts import Discount, Terms, Use
from shop.errors import Conflict, Refused
from shop.listing import Listing
from shop.web import forms
from shop.web.admin.follow import go
from shop.web.context import shop, signed_in
from shop.web.errors import status_of
from shop.web.forms import EMPTY, FormState
from shop.web.reply import AnyResponse, Undo, flash, page

admin_discounts = Blueprint("discounts", __name__)

HERE = "/admin/discounts"


@admin_discounts.get("/discounts")
async def index() -> Response:
    """List the codes, newest first."""
    return await _index()


@admin_discounts.post("/discounts")
async def add() -> AnyResponse:
    """Add a code; an empty one is drawn."""
    terms, state = await _terms()
    if terms is None:
        return await _index(422, state)
    try:
        made = await shop().db.write(discounts.save, await signed_in(), None, terms, 0, now())
    except Refused as refusal:
        return await _index(422, FormState(state.values, {refusal.field or "code": str(refusal)}))
    flash(f"The code {made.code} is there.")
    return go(f"{HERE}/{made.id}")


@admin_discounts.get("/discounts/<discount_id>")
async def show(discount_id: str) -> Response:
    """Show a code with what it was used for."""
    return await _show(discount_id)


@admin_discounts.post("/discounts/<discount_id>")
async def change(discount_id: str) -> AnyResponse:
    """Change a code."""
    terms, state = await _terms()
    if terms is None:
        return await _show(discount_id, 422, state)
    seen = forms.whole(1, 10**9)((await request.form).get("seen", ""))
    try:
        await shop().db.write(discounts.save, await signed_in(), discount_id, terms, seen, now())
    except (Refused, Conflict) as refusal:
        field = (refusal.field if isinstance(refusal, Refused) else None) or "code"
        return await _show(discount_id, status_of(refusal), FormState(state.values, {field: str(refusal)}))
    flash("The code is saved.")
    return go(f"{HERE}/{discount_id}")


@admin_discounts.post("/discounts/<discount_id>/end")
async def end(discount_id: str) -> AnyResponse:
    """Let a code be used no more."""
    ended = await shop().db.write(discounts.end, await signed_in(), discount_id, now())
    flash(f"{ended.code} has ended.", undo=Undo(f"{HERE}/{discount_id}/resumption"))
    return go(f"{HERE}/{discount_id}")


@admin_discounts.post("/discounts/<discount_id>/resumption")
async def begin_again(discount_id: str) -> AnyResponse:
    """Let a code that was ended be used again."""
    running = await shop().db.write(discounts.begin_again, await signed_in(), discount_id, now())
    flash(f"{running.code} can be used again.")
    return go(f"{HERE}/{discount_id}")


async def _terms() -> tuple[Terms | None, FormState]:
    """Return what was written down of a code, and the form with what is wrong in it."""
    form = await request.form
    values, state = forms.read(form, _fields(form.get("kind", "")))
    if state.errors:
        return None, state
    starts, ends = values.pop("starts"), values.pop("ends")
    values["starts_at"] = f"{starts}T00:00:00.000Z" if starts else None
    values["ends_at"] = f"{ends}T23:59:59.999Z" if ends else None
    values["code"] = discounts.clean(values["code"]) or new_number()
    return Terms(**values), state


def _fields(kind: str) -> dict[str, forms.Parser]:
    currency = shop().settings.currency
    least = forms.optional_money(currency)
    return {
        "code": forms.optional_text(40),
        "kind": forms.one_of(discounts.KINDS, "Choose an amount or percent."),
        "value": forms.money(currency) if kind == "amount" else forms.percentage(2),
        "least": lambda typed: least(typed) or 0,
        "starts": forms.optional_day,
        "ends": forms.optional_day,
        "most_uses": forms.optional_whole(1, 10**6),
        "most_a_person": forms.optional_whole(1, 1000),
    }


def _whole(tx: Tx, discount_id: str, after: str | None) -> tuple[Discount, Listing[Use]]:
    return discounts.by_id(tx, discount_id), discounts.uses_of(tx, discount_id, after)


async def _index(status: int = 200, form: FormState = EMPTY) -> Response:
    listing = await shop().db.read(discounts.listing, request.args.get("after"))
    context: dict[str, Any] = {"listing": listing, "form": form, "at": now()}
    return await page("admin/discounts.html", status, **context)


async def _show(discount_id: str, status: int = 200, form: FormState = EMPTY) -> Response:
    one, uses = await shop().db.read(_whole, discount_id, request.args.get("after"))
    return await page("admin/discount.html", status, one=one, uses=uses, form=form, at=now())
