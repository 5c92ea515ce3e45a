"""The cart's routes: put in, change, look."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from quart import Blueprint, Response, request, session

from db import Tx
from shop import cart, limits, orders, quotes, showcase
from shop.buyers import opens
from shop.cart import Added
from shop.clock import now
from shop.countdown import held_for
from shop.countries import by_name
from shop.errors import OutOfStock, Refused
from shop.orders import Order
from shop.quotes import Quote
from shop.web import forms
from shop.web.context import cart_id, forget_frame, frame, own_cart_id, shop, viewer
from shop.web.errors import status_of
from shop.web.guards import address, limit
from shop.web.own_orders import keys, visitor_id
from shop.web.recent import recent
from shop.web.reply import AnyResponse, Part, Undo, flash, fragments, page, reply, wants_fragment
from shop.words import N_, _

cart_pages = Blueprint("cart", __name__)

_QUANTITY = forms.whole(1, cart.MOST_OF_A_LINE)
_WISH = {"variant": forms.text(200, N_("Choose a variant.")), "quantity": _QUANTITY}
_NEW_QUANTITY = forms.whole(0, cart.MOST_OF_A_LINE)
_STEP = forms.whole(-1, 1)


@cart_pages.get("/cart")
async def show() -> Response:
    """Show what is in the cart, at today's prices."""
    return await show_cart()


@cart_pages.post("/cart/lines")
async def put() -> AnyResponse:
    """Put units of a variant into the cart."""
    form = await request.form
    values, state = forms.read(form, _WISH)
    if state.errors:
        return await _refuse_wish(form.get("variant", ""), state, 422)
    try:
        added = await shop().db.write(
            showcase.put, own_cart_id(), values["variant"], form, values["quantity"], now()
        )
    except (OutOfStock, Refused) as refusal:
        field = (refusal.field if isinstance(refusal, Refused) else None) or "quantity"
        refused = forms.FormState(state.values, {field: str(refusal)})
        return await _refuse_wish(values["variant"], refused, status_of(refusal))
    return await _accept_wish(added)


@cart_pages.post("/cart/lines/<path:sku>")
async def change(sku: str) -> AnyResponse:
    """Set a line to a quantity, or step it up or down; at zero it is removed."""
    form = await request.form
    stepping = "step" in form
    field, parse = ("step", _STEP) if stepping else ("quantity", _NEW_QUANTITY)
    values, state = forms.read(form, {field: parse})
    if state.errors:
        return await _refuse_change(state.error(field), 422)
    act = cart.step if stepping else cart.set_quantity
    try:
        changed = await shop().db.write(act, own_cart_id(), sku, values[field], now())
    except OutOfStock as short:
        return await _refuse_change(str(short), 409)
    _tell(changed)
    return await reply("/cart", *await _parts())


@cart_pages.post("/cart/destination")
async def send() -> AnyResponse:
    """Choose where the cart goes, and how."""
    form = await request.form
    try:
        country, way = form.get("country", "")[:2], form.get("way", "")[:100]
        await shop().db.write(quotes.send_to, own_cart_id(), country, way)
    except Refused as refusal:
        return await _refuse_choice({"country": str(refusal)}, form)
    return await reply("/cart", *await _parts())


@cart_pages.post("/cart/code")
async def use_code() -> AnyResponse:
    """Use a discount code; an empty one takes it off."""
    await limit(limits.CODE_FROM, address())
    form, (currency, email) = await request.form, await quoting()
    code = form.get("code", "").strip()[:100]
    try:
        await shop().db.write(quotes.use_code, own_cart_id(), code, currency, now(), email)
    except Refused as refusal:
        return await _refuse_choice({"code": str(refusal)}, form)
    return await reply("/cart", *await _parts())


async def show_cart(status: int = 200, **more: Any) -> Response:
    """Answer with the cart's page, which names an order of it that waits to be paid to whom it belongs."""
    quote, order = await shop().db.read(_with_order, cart_id(), await quoting())
    held = ""
    mine = order is not None and opens(await visitor_id(), keys(), order.person_id, order.number)
    if not mine or order is None or order.hold_until is None:
        order = None
    else:
        held = held_for(order.hold_until, now())
    told = {"waiting_order": order, "seen": () if quote.cart.lines else await recent()}
    context = {"choices": forms.EMPTY, **about(quote), **told, **more}
    return await page("cart/show.html", status, held=held, **context)


async def _accept_wish(added: Added) -> AnyResponse:
    shown = await shop().db.read(showcase.of_sku, added.sku, {}, cart_id(), now())
    text = _("{name} is in your cart.", name=shown.product.name)
    if added.capped:
        text += " " + _("{count} is all we have.", count=added.quantity)
    flash(text)
    forget_frame()
    buy = Part("catalog/buy", {"shown": shown, "form": forms.EMPTY})
    return await reply("/cart", buy, Part("cart/badge", {"cart_count": (await frame()).cart_count}))


async def _refuse_wish(sku: str, state: forms.FormState, status: int) -> AnyResponse:
    shown = await shop().db.read(showcase.of_sku, sku, await request.form, cart_id(), now())
    context = {"shown": shown, "form": state}
    if wants_fragment():
        return await fragments(Part("catalog/buy", context), status=status)
    return await page("storefront/product.html", status, **context, related=(), seen=(), trail=())


async def _refuse_change(sentence: str, status: int) -> AnyResponse:
    flash(sentence, "bad")
    if wants_fragment():
        return await fragments(*await _parts(), status=status)
    return await show_cart(status)


async def _refuse_choice(errors: dict[str, str], form: Mapping[str, str]) -> Response:
    typed = {name: form.get(name, "")[:100] for name in ("country", "code")}
    choices = forms.FormState(typed, errors)
    if wants_fragment():
        return await fragments(*await _parts(choices), status=422)
    return await show_cart(422, choices=choices)


def _tell(changed: Added) -> None:
    forget_frame()
    if changed.capped:
        flash(_("{count} is all we have of it.", count=changed.quantity), "note")
    elif changed.quantity == 0 and changed.before:
        way_back = Undo(f"/cart/lines/{quote(changed.sku, safe='')}", {"quantity": str(changed.before)})
        flash(_("{title} is no longer in your cart.", title=changed.title), "note", way_back)
    elif changed.quantity == 0:
        flash(_("It is no longer in your cart."), "note")
    elif not changed.before:
        flash(_("{title} is in your cart again.", title=changed.title))


async def _parts(choices: forms.FormState = forms.EMPTY) -> tuple[Part, Part, Part]:
    quote = await shop().db.read(_quoted, cart_id(), await quoting())
    return parts_of(quote, choices)


def parts_of(quote: Quote, choices: forms.FormState = forms.EMPTY) -> tuple[Part, Part, Part]:
    """Return the parts of the cart's page: its lines, what they come to, and the number in the header."""
    context = about(quote) | {"choices": choices}
    return (
        Part("cart/lines", context),
        Part("cart/total", context),
        Part("cart/badge", {"cart_count": quote.cart.count}),
    )


def about(quote: Quote) -> dict[str, Any]:
    """Return what the cart's page and its parts show of what it comes to."""
    return {"cart": quote.cart, "quote": quote, "places": by_name(quote.countries)}


async def quoting() -> tuple[str, str | None]:
    """Return what a quote is reckoned with: the currency, and the address of who buys, if it is known."""
    person = (await viewer()).person
    return shop().settings.currency, person.email if person else session.get("email")


def _quoted(tx: Tx, its_id: str | None, with_what: tuple[str, str | None]) -> Quote:
    currency, email = with_what
    return quotes.of(tx, its_id, currency, now(), email)


def _with_order(tx: Tx, its_id: str | None, with_what: tuple[str, str | None]) -> tuple[Quote, Order | None]:
    return _quoted(tx, its_id, with_what), orders.open_of_cart(tx, its_id) if its_id else None
