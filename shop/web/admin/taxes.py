"""How prices are meant, and the taxes by country and category."""

from quart import Blueprint, Response, request

from db import Tx
from shop import catalog, taxes
from shop.catalog import Category
from shop.clock import now
from shop.countries import CODES, by_name
from shop.errors import Conflict, Refused
from shop.taxes import TaxRate, Terms
from shop.web import forms
from shop.web.admin.follow import go
from shop.web.context import shop, signed_in
from shop.web.errors import status_of
from shop.web.forms import EMPTY, FormState
from shop.web.reply import AnyResponse, Undo, flash, page

admin_taxes = Blueprint("taxes", __name__)

HERE = "/admin/taxes"
_COUNTRY = forms.one_of(CODES, "Choose a country.")
_TERMS: dict[str, forms.Parser] = {"prices_include_tax": forms.ticked, "home_country": _COUNTRY}
_RATE: dict[str, forms.Parser] = {
    "country": _COUNTRY,
    "category": forms.optional_text(60),
    "percent": forms.percentage(3),
    "seen": forms.optional_whole(1, 10**9),
}


@admin_taxes.get("/taxes")
async def index() -> Response:
    """Show how prices are meant, and the rates."""
    return await _index()


@admin_taxes.post("/taxes")
async def agree() -> AnyResponse:
    """Change how prices are meant."""
    values, state = forms.read(await request.form, _TERMS)
    if state.errors:
        return await _index(422, "terms", state)
    was = await shop().db.write(taxes.agree, await signed_in(), Terms(**values), now())
    back = {"home_country": was.home_country} | (
        {"prices_include_tax": "1"} if was.prices_include_tax else {}
    )
    flash("Saved. Orders that were placed before stay as they are.", undo=Undo(HERE, back))
    return go(HERE)


@admin_taxes.post("/taxes/rates")
async def save() -> AnyResponse:
    """Set a rate."""
    values, state = forms.read(await request.form, _RATE)
    if state.errors:
        return await _index(422, "rate", state)
    told = (values["country"], values["category"], values["percent"], values["seen"] or 0, now())
    try:
        await shop().db.write(taxes.save, await signed_in(), *told)
    except (Refused, Conflict) as refusal:
        field = (refusal.field if isinstance(refusal, Refused) else None) or "percent"
        return await _index(status_of(refusal), "rate", FormState(state.values, {field: str(refusal)}))
    flash("The rate is saved.")
    return go(HERE)


@admin_taxes.post("/taxes/rates/removal")
async def drop() -> AnyResponse:
    """Take a rate away."""
    form = await request.form
    country, category = form.get("country", "")[:2], form.get("category", "")[:60]
    was = await shop().db.write(taxes.drop, await signed_in(), country, category, now())
    if was is not None:
        back = {"country": was.country, "category": was.category_id, "percent": taxes.percent(was.rate)}
        flash("The rate is gone.", undo=Undo(f"{HERE}/rates", back))
    return go(HERE)


@admin_taxes.post("/taxes/standard")
async def begin() -> AnyResponse:
    """Put in the standard rates of the European Union where there are none yet."""
    added = await shop().db.write(taxes.begin, await signed_in(), now())
    flash(f"{added} rates are put in. Look them up before you rely on them.", "note")
    return go(HERE)


def _shown(tx: Tx) -> tuple[Terms, list[TaxRate], list[Category]]:
    return taxes.terms(tx), taxes.rates(tx), catalog.categories(tx)


async def _index(status: int = 200, which: str = "", form: FormState = EMPTY) -> Response:
    terms, rates, shelves = await shop().db.read(_shown)
    context = {"terms": terms, "rates": rates, "shelves": shelves, "which": which, "form": form}
    return await page(
        "admin/taxes.html",
        status,
        countries=by_name(CODES),
        percent=taxes.percent,
        empty_form=EMPTY,
        **context,
    )
