"""Notices: ask for a letter when something is back, and what its links lead to; looking changes nothing."""

import asyncio

from quart import Blueprint, Response, redirect, request

from shop import catalog, limits, notices
from shop.clock import now
from shop.errors import Conflict, NotFound, Refused
from shop.notices import Notice
from shop.web import forms
from shop.web.context import shop
from shop.web.guards import address, limit
from shop.web.links import ADDRESS, EVEN_SECONDS, discreet
from shop.web.reply import AnyResponse, Part, flash, fragments, page, refuse, reply, wants_fragment
from shop.words import N_, _

notice_pages = Blueprint("notices", __name__)
notice_pages.after_request(discreet)

_FIELDS = ADDRESS | {"sku": forms.text(200, N_("Choose what you wait for."))}


@notice_pages.post("/p/<slug>/notices")
async def ask(slug: str) -> AnyResponse:
    """Send a letter that proves the address; the answer is the same whether it is known or not."""
    await limit(limits.NOTICE_FROM, address())
    values, state = forms.read(await request.form, _FIELDS)
    if state.errors:
        return await _form(slug, state, 422)
    try:
        await _ask(slug, values["sku"], values["email"])
    except (Refused, Conflict) as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        return await _form(slug, forms.FormState(state.values, {"sku": str(refusal)}), status)
    return await _asked(slug, values["email"])


@notice_pages.get("/notices/<token>")
async def show(token: str) -> Response:
    """Show what a link is about, with the buttons that it may need."""
    try:
        notice = await shop().db.read(notices.by_token, token, now())
    except NotFound as refusal:
        return await refuse(404, str(refusal), _("This link has ended"))
    return await page("notices/show.html", notice=notice, to=f"/notices/{token}")


@notice_pages.post("/notices/<token>/confirmation")
async def confirm(token: str) -> AnyResponse:
    """Have the letter come when it is back."""
    notice = await shop().db.write(notices.confirm, token, now())
    return await reply(f"/notices/{token}", _notice(token, notice))


@notice_pages.post("/notices/<token>/end")
async def end(token: str) -> AnyResponse:
    """Forget the address that the link was sent to."""
    notice = await shop().db.write(notices.end, token, now())
    flash(_("No more of these letters: we have forgotten your address for them."))
    return redirect(f"/p/{notice.slug}", 303)


async def _ask(slug: str, sku: str, email: str) -> None:
    """Ask for the letter, and take equally long whether one is written or not."""
    clock = asyncio.get_running_loop().time
    until = clock() + EVEN_SECONDS
    await shop().db.write(notices.ask, slug, sku, email, shop().settings.base_url, now())
    await asyncio.sleep(until - clock())


async def _asked(slug: str, email: str) -> AnyResponse:
    if wants_fragment():
        product = await shop().db.read(catalog.product, slug)
        told = {"product": product, "notice": forms.EMPTY, "asked": email, "wanted": ""}
        return await fragments(Part("notices/form", told))
    text = N_("Look into your mail: a letter to {email} asks whether it was you. It may take some minutes.")
    flash(_(text, email=email))
    return redirect(f"/p/{slug}", 303)


async def _form(slug: str, state: forms.FormState, status: int) -> Response:
    product = await shop().db.read(catalog.product, slug)
    told = {"product": product, "notice": state, "asked": "", "wanted": ""}
    if wants_fragment():
        return await fragments(Part("notices/form", told), status=status)
    return await page("notices/ask.html", status, **told)


def _notice(token: str, notice: Notice) -> Part:
    return Part("notices/notice", {"notice": notice, "to": f"/notices/{token}"})
