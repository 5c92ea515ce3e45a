"""Who did what, from what to what, and why: read only, for what is written here can't be changed."""

from datetime import date, timedelta
from typing import Any

from quart import Blueprint, Response

from db import Tx
from shop import activity, people
from shop.errors import Refused
from shop.web import forms
from shop.web.context import shop
from shop.web.reply import page
from shop.web.view import View, view

admin_activity = Blueprint("activity", __name__)

CHOICES = {"object": None, "person": None, "group": tuple(activity.GROUPS), "since": None, "until": None}
_GROUPS = tuple((name, name) for name in activity.GROUPS)
_FIRST, _LAST = "2000-01-01", "2199-12-31"


@admin_activity.get("/activity")
async def index() -> Response:
    """List what was done, newest first."""
    chosen = view("/admin/activity", CHOICES)
    told = await shop().db.read(found, chosen)
    status = 422 if told["errors"] else 200
    return await page("admin/activity.html", status, view=chosen, groups=_GROUPS, **told)


def found(tx: Tx, chosen: View) -> dict[str, Any]:
    """Return the wanted page; what can't be read or is not known is told beside its field."""
    errors: dict[str, str] = {}
    objects = activity.objects_called(tx, chosen["object"])
    if chosen["object"] and not objects:
        errors["object"] = "Nothing here has this number, SKU or address."
    actor = activity.actor_called(tx, chosen["person"])
    if chosen["person"] and not actor:
        errors["person"] = "Nobody here has this address."
    since, until = _day(chosen, "since", errors), _day(chosen, "until", errors)
    form = forms.FormState({**chosen.chosen, **_readable(tx, actor, objects)}, errors)
    if errors:
        return {"listing": None, "form": form, "errors": errors}
    wanted = activity.Wanted(actor, chosen["group"], objects, _start(since), _start(until, 1))
    listing = activity.listing(tx, wanted, chosen.position)
    return {"listing": listing, "form": form, "errors": errors}


def _readable(tx: Tx, actor: str, objects: tuple[str, ...]) -> dict[str, str]:
    """Return what a person would have typed for who and what a link has named by the books' own names."""
    typed = {}
    for field, thing in (("person", actor), ("object", objects[0] if len(objects) == 1 else "")):
        kind, _, key = thing.partition(":")
        person = people.find(tx, key) if kind == "person" else None
        if person is not None:
            typed[field] = person.email
        elif kind == "order":
            typed[field] = activity.name_of(tx, thing)
    return typed


def _day(chosen: View, name: str, errors: dict[str, str]) -> str:
    try:
        day = forms.optional_day(chosen[name]) or ""
    except Refused as refusal:
        errors[name] = str(refusal)
        return ""
    if day and not _FIRST <= day <= _LAST:
        errors[name] = f"Write a day from {_FIRST} on."
    return day


def _start(day: str, further: int = 0) -> str:
    """Return the instant at which a day begins, so many days further on; empty without a day."""
    if not day:
        return ""
    return f"{(date.fromisoformat(day) + timedelta(days=further)).isoformat()}T00:00:00.000Z"
