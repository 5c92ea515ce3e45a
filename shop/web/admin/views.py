"""Saved filters: a list's address under a name, kept and taken away over the list itself."""

import re
from urllib.parse import parse_qsl

from quart import Blueprint, request

from shop import saved_views
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.saved_views import SavedView
from shop.web import forms
from shop.web.context import shop, signed_in
from shop.web.forms import FormState
from shop.web.reply import AnyResponse, Part, Undo, flash, fragments, page, reply, wants_fragment
from shop.web.view import View

admin_views = Blueprint("views", __name__)

_PATH = re.compile(r"/admin(/[a-z-]{1,40}){1,3}", re.ASCII)


@admin_views.post("/views")
async def keep() -> AnyResponse:
    """Save what is looked at in a list under a name."""
    values, state = forms.read(await request.form, _FIELDS)
    path, query = values.get("path"), values.get("query")
    if path is None or query is None:
        raise Refused("Save a filter from its list: the address is missing or is none of a list here.")
    if state.errors:
        return await _again(path, query, state, 422)
    try:
        by = await signed_in()
        saved = await shop().db.write(saved_views.keep, by, path, query, values["view_name"], now())
    except Conflict as taken:
        return await _again(path, query, FormState(state.values, {"view_name": str(taken)}), 409)
    flash(f"Saved as “{saved.name}”.", undo=Undo(f"/admin/views/{saved.id}/removal"))
    return await _shown(saved)


@admin_views.post("/views/<view_id>/removal")
async def forget(view_id: str) -> AnyResponse:
    """Take a saved filter away."""
    saved = await shop().db.write(saved_views.forget, await signed_in(), view_id, now())
    fields = {"path": saved.path, "query": saved.query, "view_name": saved.name}
    flash(f"“{saved.name}” is not saved any more.", undo=Undo("/admin/views", fields))
    return await _shown(saved)


async def _shown(saved: SavedView) -> AnyResponse:
    return await reply(saved.here, Part("views/saved", await _context(saved.path, saved.query)))


async def _again(path: str, query: str, form: FormState, status: int) -> AnyResponse:
    context = await _context(path, query) | {"form": form}
    if wants_fragment():
        return await fragments(Part("views/saved", context), status=status)
    return await page("admin/saved_view.html", status, **context)


async def _context(path: str, query: str) -> dict[str, object]:
    return {
        "view": View(path, dict(parse_qsl(query))),
        "saved_views": await shop().db.read(saved_views.of_path, path),
    }


def _path(typed: str) -> str:
    if not _PATH.fullmatch(typed):
        raise Refused("That is no list here.")
    return typed


def _query(typed: str) -> str:
    """Take what stands after the question mark, written as this list writes it."""
    if not typed or len(typed) > 1000 or not typed.isascii() or not typed.isprintable():  # noqa: PLR2004 - a view is short
        raise Refused("That is no filter.")
    query = View("", dict(parse_qsl(typed, max_num_fields=30))).query
    if not query:
        raise Refused("That is no filter.")
    return query


_FIELDS: dict[str, forms.Parser] = {
    "path": _path,
    "query": _query,
    "view_name": forms.text(60, "Write a name for this filter."),
}
