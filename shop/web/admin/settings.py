"""What a merchant decides for the whole shop."""

from quart import Blueprint, redirect, request

from shop import preferences, prices
from shop.clock import now
from shop.preferences import Preferences
from shop.web import forms
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Part, Undo, flash, fragments, page, wants_fragment

admin_settings = Blueprint("settings", __name__)

_SWITCHES = {"shows_lowest_price": forms.ticked}


@admin_settings.get("/settings")
async def show() -> AnyResponse:
    """Show the switches."""
    return await _form(200, forms.EMPTY)


@admin_settings.post("/settings")
async def change() -> AnyResponse:
    """Turn switches on or off."""
    values, state = forms.read(await request.form, _SWITCHES)
    if state.errors:
        return await _form(422, state)
    was = await shop().db.write(preferences.change, await signed_in(), Preferences(**values), now())
    way_back = {"shows_lowest_price": "1"} if was.shows_lowest_price else {}
    changed = was != Preferences(**values)
    flash("The settings are saved.", undo=Undo("/admin/settings", way_back) if changed else None)
    return await _form(200, forms.EMPTY) if wants_fragment() else redirect("/admin/settings", 303)


async def _form(status: int, form: forms.FormState) -> AnyResponse:
    context = {"form": form, "chosen": await shop().db.read(preferences.show), "days": prices.DAYS}
    if wants_fragment():
        return await fragments(None, Part("settings/switches", context), status=status)
    return await page("admin/settings.html", status, **context)
