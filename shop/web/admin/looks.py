"""The merchant's looks: name, logo, colour, shape and texts, and the shop's own pages."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

from quart import Blueprint, Response, request

from db import Tx
from shop import catalog, imaging, looks
from shop.clock import now
from shop.errors import Conflict, NotFound, Refused
from shop.looks import Page, Style, Texts
from shop.web import forms
from shop.web.admin.follow import go
from shop.web.context import shop, signed_in
from shop.web.errors import status_of
from shop.web.forms import EMPTY, FormState
from shop.web.reply import AnyResponse, Flash, Undo, flash, page
from shop.words import LANGUAGES, language

admin_looks = Blueprint("admin_looks", __name__)

HERE = "/admin/looks"
_A_PREVIEW = "A preview: so the first page would look. Nothing is saved yet; close it to go on."
LOGO_PIXELS = 640
_STYLE: dict[str, forms.Parser] = {
    "name": forms.optional_text(60),
    "accent": lambda typed: forms.optional_text(20)(typed).lower(),
    "shape": forms.one_of(looks.SHAPES, "Choose a shape."),
    "typeface": forms.one_of(looks.TYPEFACES, "Choose a typeface."),
    "seen": forms.whole(1, 10**9),
}
_TEXTS: dict[str, forms.Parser] = {
    f"{name}-{language}": forms.optional_text(longest)
    for language in LANGUAGES
    for name, longest in (("announcement", 200), ("heading", 100), ("sentence", 300), ("footer", 500))
}
_PAGE: dict[str, forms.Parser] = {
    "title": forms.optional_text(100),
    "text": forms.optional_lines(10_000),
    "language": forms.one_of(tuple(LANGUAGES), "Choose a language."),
    "seen": forms.whole(0, 10**9),
}


@admin_looks.get("/looks")
async def index() -> Response:
    """Show how the shop looks, to be changed."""
    return await _index()


@admin_looks.post("/looks")
async def change() -> AnyResponse:
    """Change how the shop looks."""
    values, state = forms.read(await request.form, _STYLE | _TEXTS)
    if state.errors:
        return await _index(422, state)
    style, said = _typed(values)
    try:
        await shop().db.write(looks.change, await signed_in(), style, said, values["seen"], now())
    except (Refused, Conflict) as refusal:
        field = (refusal.field if isinstance(refusal, Refused) else None) or "seen"
        return await _index(status_of(refusal), FormState(state.values, {field: str(refusal)}))
    return await _changed("The looks are saved: this is how the shop looks now.")


@admin_looks.post("/looks/preview")
async def preview() -> AnyResponse:
    """Show the first page as it would look; nothing is changed."""
    values, state = forms.read(await request.form, _STYLE | _TEXTS)
    if state.errors:
        return await _index(422, state)
    style, said = _typed(values)
    try:
        shown = await shop().db.read(looks.preview, style, said, language())
    except Refused as refusal:
        return await _index(422, FormState(state.values, {refusal.field or "seen": str(refusal)}))
    shown = replace(shown, sheet=f"{HERE}/preview.css?{urlencode(asdict(style))}")
    told = {"cards": await shop().db.read(catalog.newest), "shop_name": shown.name, "shop_looks": shown}
    return await page("storefront/home.html", flash=[Flash("note", _A_PREVIEW)], **told)


@admin_looks.get("/looks/preview.css")
async def preview_sheet() -> Response:
    """Send the stylesheet of looks that are not saved."""
    values, state = forms.read(request.args, {name: _STYLE[name] for name in Style.__slots__})
    for sentence in state.errors.values():
        raise Refused(sentence)
    style = Style(**values)
    looks.must_be_readable(style.accent)
    return Response(looks.sheet_of(style), content_type="text/css; charset=utf-8")


@admin_looks.post("/looks/undo")
async def take_back() -> AnyResponse:
    """Give the shop the looks it had before."""
    values, state = forms.read(await request.form, {"seen": _STYLE["seen"]})
    if state.errors:
        return await _index(422, state)
    try:
        await shop().db.write(looks.take_back, await signed_in(), values["seen"], now())
    except Conflict as stale:
        return await _index(409, FormState({}, {"seen": str(stale)}))
    return await _changed("The shop looks as it did before.")


@admin_looks.post("/looks/logo")
async def put_logo() -> AnyResponse:
    """Put a logo in the place of the name."""
    file = (await request.files).get("logo")
    if file is None or not file.filename:
        return await _index(422, FormState({}, {"logo": "Choose a picture first."}))
    try:
        made = await imaging.encode(file.filename[:100], file.read())
    except Refused as refusal:
        return await _index(422, FormState({}, {"logo": str(refusal)}))
    fitting = [one for one in made if one.width <= LOGO_PIXELS] or made[:1]
    await shop().db.write(looks.set_logo, await signed_in(), fitting[-1], now())
    return await _changed("The logo is there.")


@admin_looks.post("/looks/logo/removal")
async def drop_logo() -> AnyResponse:
    """Let the name stand there again."""
    await shop().db.write(looks.set_logo, await signed_in(), None, now())
    return await _changed("The name stands there again.")


@admin_looks.get("/looks/pages/<slug>")
async def show_page(slug: str) -> Response:
    """Show a page of the shop's own, to be written."""
    return await _page(slug)


@admin_looks.post("/looks/pages/<slug>")
async def write_page(slug: str) -> AnyResponse:
    """Write a page in one language."""
    values, state = forms.read(await request.form, _PAGE)
    if not state.errors and bool(values["title"]) != bool(values["text"]):
        state = FormState(
            state.values, {"title": "A page has both, a title and a text; empty both to remove it."}
        )
    if state.errors:
        return await _page(slug, 422, state)
    wanted = Page(_known(slug), *(values[name] for name in ("language", "title", "text", "seen")))
    try:
        await shop().db.write(looks.write_page, await signed_in(), wanted, now())
    except Conflict as stale:
        return await _page(slug, 409, FormState(state.values, {"seen": str(stale)}))
    return await _written_page(slug, wanted.language, "The page is saved.")


@admin_looks.post("/looks/pages/<slug>/undo")
async def take_page_back(slug: str) -> AnyResponse:
    """Write a page as it was before."""
    values, state = forms.read(await request.form, {name: _PAGE[name] for name in ("language", "seen")})
    if state.errors:
        return await _page(slug, 422, state)
    of = (_known(slug), values["language"])
    try:
        await shop().db.write(looks.take_page_back, await signed_in(), *of, values["seen"], now())
    except Conflict as stale:
        return await _page(slug, 409, FormState({"language": of[1]}, {"seen": str(stale)}))
    return await _written_page(*of, "The page is as it was before.")


def _known(slug: str) -> str:
    if slug not in looks.PAGES:
        raise NotFound("There is no such page.")
    return slug


def _typed(values: Mapping[str, Any]) -> tuple[Style, dict[str, Texts]]:
    style = Style(*(values[name] for name in Style.__slots__))
    said = {one: Texts(*(values.get(f"{name}-{one}", "") for name in Texts.__slots__)) for one in LANGUAGES}
    return style, said


async def _changed(sentence: str) -> AnyResponse:
    _style, version = await shop().db.read(looks.style)
    flash(sentence, undo=Undo(f"{HERE}/undo", {"seen": str(version)}))
    return go(HERE)


async def _written_page(slug: str, language: str, sentence: str) -> AnyResponse:
    found = await shop().db.read(looks.page_in, slug, language)
    fields = {"language": language, "seen": str(found.version if found else 0)}
    flash(sentence if found else "The page is gone.", undo=Undo(f"{HERE}/pages/{slug}/undo", fields))
    return go(f"{HERE}/pages/{slug}")


def _whole(tx: Tx) -> dict[str, Any]:
    style, version = looks.style(tx)
    said = {language: looks.texts(tx, language) for language in LANGUAGES}
    return {"style": style, "version": version, "said": said, "slugs": looks.PAGES}


def _written(tx: Tx, slug: str) -> dict[str, Page | None]:
    return {language: looks.page_in(tx, slug, language) for language in LANGUAGES}


async def _index(status: int = 200, form: FormState = EMPTY) -> Response:
    return await page("admin/looks.html", status, form=form, **await shop().db.read(_whole))


async def _page(slug: str, status: int = 200, form: FormState = EMPTY) -> Response:
    written = await shop().db.read(_written, _known(slug))
    return await page("admin/look_page.html", status, slug=slug, written=written, form=form, empty_form=EMPTY)
