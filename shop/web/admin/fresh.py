"""A product that is being added: its form with the grid of its variants, brought back until it is right."""

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from quart import Blueprint, Response, redirect, request
from werkzeug.datastructures import MultiDict

from db import Tx
from shop import categories, products, stock
from shop.catalog import NewProduct, NewVariant
from shop.clock import Instant, now
from shop.errors import Refused
from shop.grid import MOST_OPTIONS, MOST_ROWS, GridRow, options_of, rows_for
from shop.people import Person
from shop.web import forms
from shop.web.context import shop, signed_in
from shop.web.forms import FormState
from shop.web.reply import AnyResponse, Part, flash, fragments, page, wants_fragment

admin_fresh = Blueprint("fresh", __name__)

SHOWN = ("published", "draft")
_FACTS: dict[str, forms.Parser] = {
    "name": forms.text(products.LONGEST_NAME, "Give it a name."),
    "description": forms.optional_lines(products.LONGEST_DESCRIPTION),
    "category": forms.optional_text(products.LONGEST_NAME),
    "category_fresh": forms.optional_text(categories.LONGEST_NAME),
    "slug": forms.optional_text(200),
    "state": forms.one_of(("", *SHOWN), "Choose published or draft."),
}
_LOOK = "Here is the grid of its variants: look at it, then add the product."


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: values that could be taken, texts with their sentences, and the grid."""

    values: dict[str, Any]
    state: FormState
    rows: tuple[GridRow, ...]
    variants: tuple[NewVariant, ...] = field(default=())


@admin_fresh.get("/products/fresh")
async def show() -> Response:
    """Show the form for a product that is to be added."""
    return await _form(Typed({}, forms.EMPTY, (GridRow({}),)), 200)


@admin_fresh.post("/products")
async def add() -> AnyResponse:
    """Add a product with its variants, or make the grid that was asked for."""
    form = await request.form
    typed = _read(form)
    if typed.state.errors or "grid" in form:
        return await _form(typed, 422 if typed.state.errors else 200)
    try:
        product_id = await shop().db.write(_add, await signed_in(), typed, now())
    except Refused as refusal:
        errors = {refusal.field or "name": str(refusal)}
        return await _form(Typed(typed.values, FormState(typed.state.values, errors), typed.rows), 422)
    return _added(product_id, typed.values)


def _added(product_id: str, values: dict[str, Any]) -> AnyResponse:
    where = "kept as a draft" if values["state"] == "draft" else "in the shop"
    flash(f"{values['name']} is {where}. Pictures come next.")
    to = f"/admin/products/{product_id}"
    return Response("", 200, {"HX-Redirect": to}) if wants_fragment() else redirect(to, 303)


async def _form(typed: Typed, status: int) -> Response:
    context = {
        "form": typed.state,
        "rows": typed.rows,
        "categories": await shop().db.read(categories.listing),
        "options": range(1, MOST_OPTIONS + 1),
    }
    if wants_fragment():
        return await fragments(Part("products/fresh", context), status=status)
    return await page("admin/product_fresh.html", status, **context)


def _add(tx: Tx, by: Person, typed: Typed, at: Instant) -> str:
    told = typed.values
    if told["category_fresh"]:
        category_id = categories.named(tx, by, told["category_fresh"], at)
    else:
        category_id = categories.chosen(tx, told["category"])
    published = told["state"] != "draft"
    new = NewProduct(
        told["slug"], told["name"], told["description"], category_id, typed.variants, published=published
    )
    return products.add(tx, by, new, at)


def _read(form: MultiDict[str, str]) -> Typed:
    values, state = forms.read(form, _FACTS)
    errors = {} if "grid" in form else dict(state.errors)
    sent = _sent(form)
    pairs = [(form.get(f"option_{n}", ""), form.get(f"values_{n}", "")) for n in range(1, MOST_OPTIONS + 1)]
    try:
        rows = _rows(pairs, form.get("name", ""), sent)
        if [row.label for row in rows] != [row.label for row in sent or rows] and "grid" not in form:
            errors["grid"] = _LOOK
    except Refused as refusal:
        rows, errors[refusal.field or "grid"] = sent, str(refusal)
    shown = dict(state.values) | _texts(pairs)
    variants = () if "grid" in form else _variants(rows, errors)
    return Typed(values, FormState(shown, errors), rows, variants)


def _rows(pairs: list[tuple[str, str]], name: str, sent: tuple[GridRow, ...]) -> tuple[GridRow, ...]:
    """Return the rows that the options make; without options, the rows that were sent."""
    options = options_of(pairs)
    first = sent[0] if sent else GridRow({})
    if first.options:
        # A row of an earlier grid: its SKU has that row's values in it already.
        first = GridRow({}, "", first.price, first.on_hand)
        sent = sent if options else (first,)
    return rows_for(options, name, sent, first) if options else sent or (first,)


def _sent(form: MultiDict[str, str]) -> tuple[GridRow, ...]:
    """Return the rows that came with the form; `combination` tells which one each of a grid is."""
    columns = (form.getlist(name)[: MOST_ROWS + 1] for name in ("combination", "sku", "price", "on_hand"))
    rows = zip_longest(*columns, fillvalue="")
    return tuple(
        GridRow({"": label} if label else {}, *(one[:200] for one in cells)) for label, *cells in rows
    )


def _variants(rows: tuple[GridRow, ...], errors: dict[str, str]) -> tuple[NewVariant, ...]:
    """Return the variants of the rows that can be taken, and note the others' sentences in `errors`."""
    cells = _cells(shop().settings.currency)
    variants = []
    for index, row in enumerate(rows):
        values, state = forms.read({"sku": row.sku, "price": row.price, "on_hand": row.on_hand}, cells)
        errors |= {f"{name}-{index}": sentence for name, sentence in state.errors.items()}
        if not state.errors:
            # Without options, several variants can only be told apart by their SKUs.
            label = values["sku"] if len(rows) > 1 and not row.options else ""
            on_hand = values["on_hand"] or 0
            variants.append(NewVariant(values["sku"], values["price"], on_hand, dict(row.options), label))
    return tuple(variants)


def _cells(currency: str) -> dict[str, forms.Parser]:
    return {
        "sku": forms.optional_text(200),
        "price": forms.money(currency),
        "on_hand": forms.optional_whole(0, stock.MOST),
    }


def _texts(pairs: list[tuple[str, str]]) -> dict[str, str]:
    numbered = enumerate(pairs, 1)
    return {
        name: text[:2000]
        for number, (option, values) in numbered
        for name, text in ((f"option_{number}", option), (f"values_{number}", values))
    }
