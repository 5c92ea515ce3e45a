"""A person's desk: how every act on a person is read, done and answered, decided here for all of them."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from quart import redirect, request, session

from db import Tx
from shop import accounts, activity, orders, people
from shop.clock import Instant, now
from shop.errors import Conflict, Refused
from shop.web import forms
from shop.web.account import go_on
from shop.web.context import forget_frame, shop, viewer
from shop.web.forms import FormState
from shop.web.reply import AnyResponse, Part, flash, fragments, page, wants_fragment

Run = Callable[[dict[str, Any]], Awaitable[None]]
"""Does an act with the form's values and says what came of it."""
SHORT = 8
"""So many rows of activity stand on the page; the rest is a link away."""


async def act(person_id: str, which: str, fields: Mapping[str, forms.Parser], run: Run) -> AnyResponse:
    """Do one act on a person: 422 brings its form back, 409 the person as they are by now."""
    values, state = forms.read(await request.form, fields)
    if state.errors:
        return await show(person_id, 422, which, state)
    try:
        await run(values)
    except Refused as refusal:
        return await show(person_id, 422, which, FormState(state.values, {refusal.field or "": str(refusal)}))
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return await show(person_id, 409)
    return await _done(person_id)


async def show(
    person_id: str, status: int = 200, which: str = "", form: FormState = forms.EMPTY
) -> AnyResponse:
    """Show a person with all that may be done; `form` is what was typed into the one that is brought back."""
    context = await shop().db.read(_desk, person_id, request.args.get("after"), now())
    context |= {"forms": defaultdict(FormState, {which: form}), "link": session.pop("link", "")}
    if not wants_fragment():
        return await page("admin/person.html", status, **context)
    desk = Part("people/desk", context)
    # An undo aims at the flash, which comes anyway; so there the desk is one of the other places.
    if request.headers.get("HX-Target", "").endswith("flash"):
        return await fragments(None, desk, status=status)
    return await fragments(desk, status=status)


def hand_over(issued: accounts.Issued, sent: str) -> None:
    """Say that a letter is on its way; without mail, have its link shown once to the admin."""
    if shop().settings.smtp_url is None:
        session["link"] = issued.address
        flash("No mail is set up: hand the link below to them yourself.", "note")
    else:
        flash(sent)


async def _done(person_id: str) -> AnyResponse:
    forget_frame()
    if (await viewer()).person is None:
        # They have ended their own session, or their right to be here.
        return go_on("/login")
    return await show(person_id) if wants_fragment() else redirect(f"/admin/people/{person_id}", 303)


def _desk(tx: Tx, person_id: str, after: str | None, at: Instant) -> dict[str, Any]:
    person = accounts.by_id(tx, person_id)
    of_them = activity.Wanted(objects=(person.actor,))
    by_them = activity.Wanted(actor=person.actor)
    return {
        "person": person,
        "has_password": people.has_password(tx, person_id),
        "sessions": accounts.sessions(tx, person_id, at),
        "orders": orders.listing_of(tx, person_id, after),
        "about": activity.listing(tx, of_them, size=SHORT),
        "done": activity.listing(tx, by_them, size=SHORT),
    }
