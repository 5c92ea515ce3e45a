"""The shelves of the shop: added, called otherwise, put in order, put inside one another."""

from quart import Blueprint, redirect, request

from shop import categories
from shop.clock import now
from shop.errors import Conflict, NotFound, Refused
from shop.web import forms
from shop.web.context import forget_frame, shop, signed_in
from shop.web.reply import AnyResponse, Part, flash, fragments, page, wants_fragment

admin_categories = Blueprint("categories", __name__)

_FIELDS: dict[str, forms.Parser] = {
    "name": forms.text(categories.LONGEST_NAME, "Give it a name."),
    "description": forms.optional_lines(1000),
}
_STEP = {"step": forms.whole(-categories.MOST, categories.MOST)}


@admin_categories.get("/categories")
async def index() -> AnyResponse:
    """Show the categories in their order."""
    return await _board()


@admin_categories.post("/categories")
async def add() -> AnyResponse:
    """Add a category."""
    values, state = forms.read(await request.form, _FIELDS)
    if state.errors:
        return await _board(422, "fresh", state)
    try:
        by = await signed_in()
        await shop().db.write(categories.add, by, values["name"], values["description"], now())
    except Refused as refusal:
        return await _board(422, "fresh", forms.FormState(state.values, {"name": str(refusal)}))
    return await _done(f"{values['name']} is a category now.")


@admin_categories.post("/categories/<category_id>")
async def describe(category_id: str) -> AnyResponse:
    """Change what a category is called and what stands above it."""
    form = await request.form
    values, state = forms.read(form, _FIELDS)
    if state.errors:
        return await _board(422, category_id, state)
    told = (category_id, values["name"], values["description"])
    try:
        by, seen = await signed_in(), form.get("seen", "")
        await shop().db.write(categories.describe, by, *told, seen=seen, at=now())
    except (Refused, Conflict) as refusal:
        status = 422 if isinstance(refusal, Refused) else 409
        return await _board(status, category_id, forms.FormState(state.values, {"name": str(refusal)}))
    return await _done(f"{values['name']} is saved.")


@admin_categories.post("/categories/<category_id>/position")
async def place(category_id: str) -> AnyResponse:
    """Move a category up or down."""
    values, state = forms.read(await request.form, _STEP)
    if state.errors:
        raise Refused(state.error("step"), "step")
    await shop().db.write(categories.place, await signed_in(), category_id, values["step"], now())
    return await _done("")


@admin_categories.post("/categories/<category_id>/parent")
async def put_inside(category_id: str) -> AnyResponse:
    """Put a category inside another one, or inside none."""
    parent = (await request.form).get("parent", "")
    try:
        put = await shop().db.write(categories.put_inside, await signed_in(), category_id, parent, now())
    except (Refused, NotFound) as refusal:
        state = forms.FormState({"parent": parent}, {"parent": str(refusal)})
        return await _board(422, category_id, state)
    return await _done(f"{put.name} has its place.")


async def _done(sentence: str) -> AnyResponse:
    if sentence:
        flash(sentence)
    return await _board() if wants_fragment() else redirect("/admin/categories", 303)


async def _board(status: int = 200, which: str = "", form: forms.FormState = forms.EMPTY) -> AnyResponse:
    forget_frame()
    shelves = await shop().db.read(categories.listing)
    context = {
        "categories": shelves,
        "depths": categories.depths(shelves),
        "deepest": categories.DEEPEST,
        "which": which,
        "form": form,
        "shown": categories.SHOWN,
    }
    if wants_fragment():
        return await fragments(Part("categories/board", context), status=status)
    return await page("admin/categories.html", status, **context)
