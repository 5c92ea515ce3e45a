"""A product's pictures: taken in, described, put in order, taken away and brought back."""

import asyncio

from quart import Blueprint, redirect, request
from quart.datastructures import FileStorage

from db import Tx
from shop import imaging, pictures, products
from shop.clock import now
from shop.errors import Refused
from shop.imaging import Rendition
from shop.people import Person
from shop.web import forms
from shop.web.admin import product_page
from shop.web.admin.product_page import PICTURES, STATE
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse, Undo, flash, wants_fragment

admin_pictures = Blueprint("pictures", __name__)

_WORDS: dict[str, forms.Parser] = {
    "alt": forms.optional_text(pictures.LONGEST_ALT),
    "sku": forms.optional_text(200),
}
_STEP = {"step": forms.whole(-pictures.MOST, pictures.MOST)}


@admin_pictures.post("/products/<product_id>/pictures")
async def add(product_id: str) -> AnyResponse:
    """Take pictures in: the good ones are kept, and of each other one a sentence says why not."""
    files = [one for one in (await request.files).getlist("pictures") if one.filename]
    made, sentences = await _encoded(files)
    if not files:
        sentences = ["Choose a picture first."]
    try:
        added = await shop().db.write(_add, await signed_in(), product_id, made)
    except Refused as refusal:
        added, sentences = 0, [*sentences, str(refusal)]
    if added:
        flash(f"{added} picture{'' if added == 1 else 's'} added.")
    if sentences:
        form = forms.FormState({}, {"pictures": " ".join(sentences)})
        return await product_page.show(product_id, 422, PICTURES, form_pictures=form)
    return await _shown(product_id)


@admin_pictures.post("/products/<product_id>/pictures/<picture_id>")
async def describe(product_id: str, picture_id: str) -> AnyResponse:
    """Change the words of a picture and the variant it is of."""
    values, state = forms.read(await request.form, _WORDS)
    if not state.errors:
        state = await _described(product_id, picture_id, values, state)
    if state.errors:
        told = {"form_words": state, "words_of": picture_id}
        return await product_page.show(product_id, 422, PICTURES, **told)
    flash("The picture's words are saved.")
    return await _shown(product_id)


@admin_pictures.post("/products/<product_id>/pictures/<picture_id>/position")
async def place(product_id: str, picture_id: str) -> AnyResponse:
    """Move a picture among the product's; the first one stands in lists."""
    values, state = forms.read(await request.form, _STEP)
    if state.errors:
        raise Refused(state.error("step"), "step")
    step = values["step"]
    await shop().db.write(pictures.place, await signed_in(), product_id, picture_id, step, now())
    return await _shown(product_id)


@admin_pictures.post("/products/<product_id>/pictures/<picture_id>/removal")
async def remove(product_id: str, picture_id: str) -> AnyResponse:
    """Take a picture away."""
    await shop().db.write(pictures.remove, await signed_in(), product_id, picture_id, now())
    flash("The picture is gone.", undo=Undo(f"/admin/products/{product_id}/pictures/{picture_id}/return"))
    return await _shown(product_id)


@admin_pictures.post("/products/<product_id>/pictures/<picture_id>/return")
async def bring_back(product_id: str, picture_id: str) -> AnyResponse:
    """Bring a picture back that was taken away."""
    await shop().db.write(pictures.bring_back, await signed_in(), product_id, picture_id, now())
    flash("The picture is back.")
    return await _shown(product_id)


async def _described(
    product_id: str, picture_id: str, values: dict[str, str], state: forms.FormState
) -> forms.FormState:
    by, alt, sku = await signed_in(), values["alt"], values["sku"] or None
    try:
        await shop().db.write(pictures.describe, by, product_id, picture_id, alt, sku, now())
    except Refused as refusal:
        return product_page.refusal(state, refusal.field or "alt", str(refusal))
    return state


async def _encoded(files: list[FileStorage]) -> tuple[list[tuple[Rendition, ...]], list[str]]:
    """Return the pictures that could be made of some files, and sentences about the others."""
    wanted = (imaging.encode((one.filename or "It")[:80], one.read()) for one in files[: pictures.MOST])
    made = await asyncio.gather(*wanted, return_exceptions=True)
    good = [one for one in made if isinstance(one, tuple)]
    bad = [one for one in made if isinstance(one, BaseException)]
    for fault in bad:
        if not isinstance(fault, Refused):
            raise fault
    return good, [str(fault) for fault in bad]


def _add(tx: Tx, by: Person, product_id: str, made: list[tuple[Rendition, ...]]) -> int:
    name = products.facts(tx, product_id).name
    for renditions in made:
        pictures.add(tx, by, product_id, renditions, name, now())
    return len(made)


async def _shown(product_id: str) -> AnyResponse:
    if wants_fragment():
        return await product_page.show(product_id, 200, PICTURES, STATE)
    return redirect(f"/admin/products/{product_id}", 303)
