"""The links of letters: accept an invitation, choose a new password, and ask for a letter to do so.

A token stands in these addresses alone. They are never kept, indexed, or named to the next page.
"""

import asyncio

from quart import Blueprint, Response, request

from shop import accounts, limits, people
from shop.clock import now
from shop.errors import NotFound, Refused
from shop.web import forms
from shop.web.account import go_on, start
from shop.web.context import forget_frame, shop
from shop.web.guards import address, limit
from shop.web.reply import AnyResponse, Part, flash, fragments, page, refuse, wants_fragment
from shop.words import N_, _

link_pages = Blueprint("links", __name__)

EVEN_SECONDS = 0.1
"""How long asking for a letter takes: longer than writing one, so that its time tells nothing."""

_KINDS = {"invitations": accounts.INVITATION, "resets": accounts.RESET}
_SECRET = frozenset({"password"})
ADDRESS: dict[str, forms.Parser] = {
    "email": lambda typed: people.clean_email(forms.text(254, N_("Write your e-mail address."))(typed))
}
"""The one field of a form that asks for a letter."""


@link_pages.after_request
async def discreet(response: Response) -> Response:
    """Keep the token out of caches, search engines and the Referer of what the page loads."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    # Not no-referrer, which would take the Origin from our own forms.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@link_pages.get("/resets")
async def ask_form() -> Response:
    """Show the form that asks for a letter."""
    return await page("account/reset_ask.html", form=forms.EMPTY, asked="")


@link_pages.post("/resets")
async def ask() -> Response:
    """Send a letter to whoever has this address; the answer is the same when nobody has."""
    await limit(limits.RESET_FROM, address())
    values, state = forms.read(await request.form, ADDRESS)
    if not state.errors:
        await _ask(values["email"])
    context = {"form": state, "asked": values.get("email", "")}
    status = 422 if state.errors else 200
    if wants_fragment():
        return await fragments(Part("account/ask_form", context), status=status)
    return await page("account/reset_ask.html", status, **context)


@link_pages.get("/<any(invitations, resets):kind>/<token>")
async def show(kind: str, token: str) -> Response:
    """Show the form for a new password, to whoever has the link."""
    return await _form(kind, token, forms.EMPTY, 200)


@link_pages.post("/<any(invitations, resets):kind>/<token>")
async def choose(kind: str, token: str) -> AnyResponse:
    """Set the password, end every session, and sign in."""
    values, state = forms.read(await request.form, {"password": forms.password}, _SECRET)
    if state.errors:
        return await _form(kind, token, state, 422)
    try:
        person_id = await _accept(_KINDS[kind], token, values["password"])
    except Refused as refusal:
        return await _form(kind, token, forms.FormState({}, {"password": str(refusal)}), 422)
    await start(person_id)
    forget_frame()
    flash(_("Your password is set, and every older session has ended. You are signed in."))
    return go_on("/account")


async def _ask(email: str) -> None:
    """Ask for a letter, and take equally long whether somebody has this address or not."""
    clock = asyncio.get_running_loop().time
    until = clock() + EVEN_SECONDS
    await shop().db.write(accounts.ask_for_reset, email, shop().settings.base_url, now())
    await asyncio.sleep(until - clock())


async def _accept(kind: str, token: str, password: str) -> str:
    link = await shop().db.read(accounts.link, kind, token, now())
    people.check_new_password(password, link.email)
    hashed = await people.hash_password(password)
    return await shop().db.write(accounts.accept, kind, token, hashed, now())


async def _form(kind: str, token: str, form: forms.FormState, status: int) -> Response:
    try:
        link = await shop().db.read(accounts.link, _KINDS[kind], token, now())
    except NotFound as refusal:
        return await refuse(404, str(refusal), _("This link has ended"))
    context = {"form": form, "link": link, "to": f"/{kind}/{token}"}
    if wants_fragment():
        return await fragments(Part("account/choose_form", context), status=status)
    return await page("account/choose.html", status, **context)
