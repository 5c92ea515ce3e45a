"""Where the shop sends to, how, and for how much."""

from typing import Any

from quart import Blueprint, Response, request

from shop import shipping
from shop.clock import now
from shop.countries import EVERYWHERE
from shop.errors import Conflict, Refused
from shop.shipping import Terms
from shop.web import forms
from shop.web.admin.follow import go
from shop.web.context import shop, signed_in
from shop.web.errors import status_of
from shop.web.forms import EMPTY, FormState
from shop.web.reply import AnyResponse, flash, page

admin_shipping = Blueprint("shipping", __name__)

HERE = "/admin/shipping"
NEW = "new"
"""Names the form of what is not there yet: a zone, or, behind its zone, a rate."""


def _codes(typed: str) -> tuple[str, ...]:
    """Take countries by their two letters, in any case and with anything between them."""
    return tuple("".join(one if one.isalpha() or one == EVERYWHERE else " " for one in typed.upper()).split())


_ZONE: dict[str, forms.Parser] = {"name": forms.text(80, "Write the zone's name."), "countries": _codes}


@admin_shipping.get("/shipping")
async def index() -> Response:
    """Show the zones with their rates."""
    return await _index()


@admin_shipping.post("/shipping", defaults={"zone_id": None})
@admin_shipping.post("/shipping/<zone_id>")
async def save_zone(zone_id: str | None) -> AnyResponse:
    """Add a zone, or change one."""
    values, state = forms.read(await request.form, _ZONE)
    if state.errors:
        return await _index(422, zone_id or NEW, state)
    told = (await signed_in(), zone_id, values["name"], values["countries"], now())
    try:
        saved = await shop().db.write(shipping.save_zone, *told)
    except (Refused, Conflict) as refusal:
        return await _refused(refusal, zone_id or NEW, state, "countries")
    flash(f"{saved.name} is saved.")
    return go(HERE)


@admin_shipping.post("/shipping/<zone_id>/removal")
async def drop_zone(zone_id: str) -> AnyResponse:
    """Send to a zone no more."""
    await shop().db.write(shipping.drop_zone, await signed_in(), zone_id, now())
    flash("The zone is gone: nothing is sent to its countries unless another zone has them.")
    return go(HERE)


@admin_shipping.post("/shipping/<zone_id>/rates", defaults={"rate_id": None})
@admin_shipping.post("/shipping/<zone_id>/rates/<rate_id>")
async def save_rate(zone_id: str, rate_id: str | None) -> AnyResponse:
    """Add a rate to a zone, or change one."""
    which = rate_id or f"{NEW}-{zone_id}"
    values, state = forms.read(await request.form, _rate())
    if state.errors:
        return await _index(422, which, state)
    seen, by = values.pop("seen") or 0, await signed_in()
    try:
        await shop().db.write(shipping.save_rate, by, zone_id, rate_id, Terms(**values), seen, now())
    except (Refused, Conflict) as refusal:
        return await _refused(refusal, which, state, "name")
    flash(f"{values['name']} is saved.")
    return go(HERE)


@admin_shipping.post("/shipping/<zone_id>/rates/<rate_id>/removal")
async def drop_rate(zone_id: str, rate_id: str) -> AnyResponse:
    """Offer a rate no more."""
    await shop().db.write(shipping.drop_rate, await signed_in(), zone_id, rate_id, now())
    flash("The rate is gone. Orders that were placed with it stay as they are.")
    return go(HERE)


def _rate() -> dict[str, forms.Parser]:
    currency = shop().settings.currency
    free = forms.optional_money(currency)
    return {
        "name": forms.text(60, "Write the rate's name, such as Standard."),
        "days": forms.optional_text(60),
        "price": forms.money(currency),
        "from_value": lambda typed: free(typed) or 0,
        "free_from": free,
        "seen": forms.optional_whole(1, 10**9),
    }


async def _refused(refusal: Refused | Conflict, which: str, state: FormState, otherwise: str) -> Response:
    field = (refusal.field if isinstance(refusal, Refused) else None) or otherwise
    return await _index(status_of(refusal), which, FormState(state.values, {field: str(refusal)}))


async def _index(status: int = 200, which: str = "", form: FormState = EMPTY) -> Response:
    context: dict[str, Any] = {"zones": await shop().db.read(shipping.zones), "which": which, "form": form}
    return await page("admin/shipping.html", status, empty_form=EMPTY, **context)
