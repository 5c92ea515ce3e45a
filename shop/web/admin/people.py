"""The people who can sign in, for admins: the list, and what may be done with one of them."""

from typing import Any

from quart import Blueprint, Response, request

from shop import accounts, people
from shop.accounts import Account
from shop.clock import now
from shop.errors import Refused
from shop.web import forms
from shop.web.account import go_on
from shop.web.admin import person_desk
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Undo, flash, page
from shop.web.view import view

admin_people = Blueprint("people", __name__)

CHOICES = {"q": None, "role": accounts.ROLES, "state": accounts.STANDINGS}
_ROLE = forms.one_of(accounts.ROLES, "Choose a role: admin or user.")
_DETAILS: dict[str, forms.Parser] = {
    "name": forms.text(100, "Write their name."),
    "email": lambda typed: people.clean_email(forms.text(254, "Write their e-mail address.")(typed)),
}
# Only compared: whatever else is sent here is not what the books say, and told as a conflict.
_SEEN: dict[str, forms.Parser] = {"seen_name": str.strip, "seen_email": str.strip}
_SAID = {"admin": "{} is an admin now, and has to sign in again.", "user": "{} is a shopper now."}


@admin_people.get("/people")
async def index() -> Response:
    """List people, newest first."""
    return await _list(forms.EMPTY, 200)


@admin_people.post("/people")
async def invite() -> AnyResponse:
    """Add a person, who chooses a password by a link."""
    values, state = forms.read(await request.form, {**_DETAILS, "role": _ROLE})
    if state.errors:
        return await _list(state, 422)
    try:
        by, base = await signed_in(), shop().settings.base_url
        issued = await shop().db.write(accounts.invite, by, **values, base_url=base, at=now())
    except Refused as refusal:
        return await _list(forms.FormState(state.values, {refusal.field or "email": str(refusal)}), 422)
    person_desk.hand_over(issued, f"{issued.person.name} is added, and their invitation is on its way.")
    return go_on(f"/admin/people/{issued.person.id}")


@admin_people.get("/people/<person_id>")
async def show(person_id: str) -> AnyResponse:
    """Show one person, and what may be done."""
    return await person_desk.show(person_id)


@admin_people.get("/people/<person_id>/role")
async def ask_for_role(person_id: str) -> Response:
    """Ask an admin who is about to lose their own rights whether they mean it."""
    person = await shop().db.read(accounts.by_id, person_id)
    return await page("admin/person_sure.html", person=person, act="role")


@admin_people.get("/people/<person_id>/suspension")
async def ask_for_suspension(person_id: str) -> Response:
    """Ask an admin who is about to shut themself out whether they mean it."""
    person = await shop().db.read(accounts.by_id, person_id)
    return await page("admin/person_sure.html", person=person, act="suspension")


@admin_people.post("/people/<person_id>/details")
async def change(person_id: str) -> AnyResponse:
    """Change a person's name or address."""
    was = await shop().db.read(accounts.by_id, person_id)

    async def run(told: dict[str, Any]) -> None:
        now_is = await shop().db.write(accounts.change, await signed_in(), person_id, **told, at=now())
        flash(f"Name and e-mail of {now_is.name} are saved.", undo=_back_to(was, now_is))

    return await person_desk.act(person_id, "details", _DETAILS | _SEEN, run)


@admin_people.post("/people/<person_id>/role")
async def set_role(person_id: str) -> AnyResponse:
    """Give a person another role."""
    was = await shop().db.read(accounts.by_id, person_id)

    async def run(told: dict[str, Any]) -> None:
        role = told["role"]
        await shop().db.write(people.set_role, await signed_in(), person_id, role, now())
        undo = Undo(f"/admin/people/{person_id}/role", {"role": was.role})
        flash(_SAID[role].format(was.name), undo=undo if role != was.role else None)

    return await person_desk.act(person_id, "role", {"role": _ROLE}, run)


@admin_people.post("/people/<person_id>/suspension")
async def suspend(person_id: str) -> AnyResponse:
    """Keep a person out, from now on."""
    was = await shop().db.read(accounts.by_id, person_id)

    async def run(told: dict[str, Any]) -> None:
        by, why = await signed_in(), told["why"]
        await shop().db.write(accounts.suspend, by, person_id, why, now())
        undo = Undo(f"/admin/people/{person_id}/suspension/end")
        flash(f"{was.name} is suspended, and signed out everywhere.", undo=undo)

    return await person_desk.act(person_id, "suspension", {"why": forms.optional_text(300)}, run)


@admin_people.post("/people/<person_id>/suspension/end")
async def end_suspension(person_id: str) -> AnyResponse:
    """Let a person in again."""

    async def run(_: dict[str, Any]) -> None:
        await shop().db.write(people.end_suspension, await signed_in(), person_id, now())
        undo = Undo(f"/admin/people/{person_id}/suspension")
        flash("They can sign in again.", undo=undo)

    return await person_desk.act(person_id, "suspension", {}, run)


@admin_people.post("/people/<person_id>/sessions/end")
async def end_sessions(person_id: str) -> AnyResponse:
    """Sign a person out everywhere."""

    async def run(_: dict[str, Any]) -> None:
        count = await shop().db.write(accounts.end_sessions, await signed_in(), person_id, now())
        flash(f"{count} {'session has' if count == 1 else 'sessions have'} ended.")

    return await person_desk.act(person_id, "sessions", {}, run)


@admin_people.post("/people/<person_id>/invitation")
async def invite_again(person_id: str) -> AnyResponse:
    """Send another invitation, which ends the older link."""

    async def run(_: dict[str, Any]) -> None:
        by, base = await signed_in(), shop().settings.base_url
        issued = await shop().db.write(accounts.invite_again, by, person_id, base, now())
        person_desk.hand_over(issued, "Another invitation is on its way; the older link has ended.")

    return await person_desk.act(person_id, "invitation", {}, run)


@admin_people.post("/people/<person_id>/reset")
async def reset(person_id: str) -> AnyResponse:
    """Have a person choose a new password by a link."""

    async def run(_: dict[str, Any]) -> None:
        by, base = await signed_in(), shop().settings.base_url
        issued = await shop().db.write(accounts.reset, by, person_id, base, now())
        person_desk.hand_over(issued, "A letter with a link to a new password is on its way.")

    return await person_desk.act(person_id, "reset", {}, run)


async def _list(form: forms.FormState, status: int) -> Response:
    chosen = view("/admin/people", CHOICES)
    told = (chosen.position, chosen["q"], chosen["role"], chosen["state"])
    listing = await shop().db.read(accounts.listing, *told)
    mail = shop().settings.smtp_url is not None
    return await page("admin/people.html", status, view=chosen, listing=listing, form=form, mail=mail)


def _back_to(was: Account, now_is: Account) -> Undo:
    before = {"name": was.name, "email": was.email}
    seen = {"seen_name": now_is.name, "seen_email": now_is.email}
    return Undo(f"/admin/people/{was.id}/details", before | seen)
