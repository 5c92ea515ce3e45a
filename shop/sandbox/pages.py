"""The local Stripe's pages: where a shopper pays with a test card, and the overview.

They work without script, and say on every page that no money moves.
"""

from collections.abc import Mapping

from quart import Blueprint, Response, redirect, request, send_from_directory

from db import Tx
from shop.sandbox import basket, cards, customers, payments, sessions, state
from shop.sandbox.charges import Contact
from shop.sandbox.desk import desk
from shop.sandbox.paper import AnyResponse, from_elsewhere, is_same_origin, page, prefix
from shop.sandbox.scenarios import TEST_ADDRESS
from shop.sandbox.state import Fault, Object

pages = Blueprint("pages", __name__)

OK, GONE = 200, 410
_LONGEST = 254


@pages.get("/")
async def index() -> Response:
    """Show the newest sessions."""
    listed = await desk().db.read(state.listing, "checkout.session", state.Window(limit=50), "")
    return page("index", 200, listed=listed["data"])


@pages.get("/pay/<session_id>")
async def pay_page(session_id: str) -> Response:
    """Show what is to be paid, with a card form."""
    return await _pay_page(session_id, 200, {"card": request.args.get("card", cards.CARDS[0].number)})


@pages.post("/pay/<session_id>")
async def pay(session_id: str) -> AnyResponse:
    """Pay with a test card; a refused card leaves the page open for another.

    Where the shopper's choices change the total, the new one is shown before anything is paid.
    """
    if not is_same_origin():
        return from_elsewhere()
    form = {name: value[:_LONGEST].strip() for name, value in (await request.form).items()}
    form["card"] = "".join(form.get("card", "").split()).replace("-", "")
    number = form.get("scenario") or form["card"]
    if not cards.is_payable(number):
        return await _pay_page(session_id, 422, form, {"card": "Your card number is invalid."})
    here = desk()
    try:
        session = await here.db.read(state.get, "checkout.session", session_id)
        faults = _missing(session, form)
        if faults:
            return await _pay_page(session_id, 422, form, faults)
        chosen = form.get("shipping_rate", ""), form.get("promotion_code", "")
        news = await here.write(sessions.choose, here.call(), session_id, *chosen)
        if news:
            return await _pay_page(session_id, 200, form, news=news)
        tried = await here.write(payments.confirm, here.call(), session_id, number, _contact(session, form))
    except Fault as fault:
        faults = {fault.param or "card": fault.message}
        return await _pay_page(session_id, 422 if fault.param else 409, form, faults)
    return await _after(session_id, tried, form)


@pages.get("/pay/<session_id>/challenge")
async def challenge_page(session_id: str) -> AnyResponse:
    """Ask what the shopper's bank would ask."""
    try:
        session, waits = await desk().db.read(_challenge, session_id)
    except Fault:
        return await _pay_page(session_id, 404, {})
    if not waits:
        return redirect(f"{prefix()}/pay/{session_id}", 303)
    return page("challenge", 200, session=session, returns_to=session["success_url"])


@pages.post("/pay/<session_id>/challenge")
async def answer_challenge(session_id: str) -> AnyResponse:
    """Take the shopper's answer to the bank: approved, failed, or walked away."""
    if not is_same_origin():
        return from_elsewhere()
    outcome = (await request.form).get("outcome", "")
    here = desk()
    try:
        if outcome not in payments.CHALLENGES:
            return redirect(f"{prefix()}/pay/{session_id}/challenge", 303)
        tried = await here.write(payments.answer_challenge, here.call(), session_id, outcome)
    except Fault:
        return await _pay_page(session_id, 409, {})
    if outcome == "abandon":
        return redirect(f"{prefix()}/pay/{session_id}", 303)
    return await _after(session_id, tried, {})


@pages.get("/static/<path:name>")
async def static(name: str) -> Response:
    """Serve the pages' stylesheet."""
    return await send_from_directory(desk().settings.static, name)


async def _after(session_id: str, tried: payments.Tried, form: Mapping[str, str]) -> AnyResponse:
    """Lead on from a try to pay: back to the shop, to the bank's question, or to another card."""
    if tried.refusal is not None:
        return await _pay_page(session_id, 402, form, {"card": tried.refusal.message})
    if tried.is_challenged:
        return redirect(f"{prefix()}/pay/{session_id}/challenge", 303)
    session = await desk().db.read(state.get, "checkout.session", session_id)
    return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id), 303)


async def _pay_page(
    session_id: str,
    status: int,
    form: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
    news: str = "",
) -> Response:
    here = desk()
    try:
        session, items, rates = await here.db.read(_session, session_id)
    except Fault:
        return page("gone", 404, text="There is no such payment page.", back=None)
    if session["status"] != "open":
        ended = "has been paid" if session["status"] == "complete" else "has expired"
        back = session["success_url" if session["status"] == "complete" else "cancel_url"]
        back = back and back.replace("{CHECKOUT_SESSION_ID}", session_id)
        return page("gone", GONE if status == OK else status, text=f"This payment page {ended}.", back=back)
    return page(
        "pay",
        status,
        session=session,
        items=items,
        rates=rates,
        cards=[card for card in cards.CARDS if payments.takes(session, card)],
        form={"email": session["customer_email"] or "", "card": cards.CARDS[0].number} | dict(form),
        faults=faults or {},
        news=news,
        wanted=_wanted(session),
        minutes=max(1, (session["expires_at"] - here.clock.now()) // 60),
        returns_to=session["success_url"],
    )


def _session(tx: Tx, session_id: str) -> tuple[Object, list[Object], list[Object]]:
    session = state.get(tx, "checkout.session", session_id)
    options = session["shipping_options"]
    rates = [state.get(tx, "shipping_rate", option["shipping_rate"]) for option in options]
    return session, basket.items(tx, session_id), rates


def _challenge(tx: Tx, session_id: str) -> tuple[Object, bool]:
    session = state.get(tx, "checkout.session", session_id)
    waits = session["status"] == "open" and "challenge" in sessions.kept(tx, session_id)
    return session, waits


def _wanted(session: Object) -> dict[str, str]:
    """Return what the shopper is asked for beside the card, each with its label."""
    wanted = {}
    if session["shipping_address_collection"] or session["billing_address_collection"] == "required":
        wanted = {
            "name": "Name",
            "line1": "Street and number",
            "postal_code": "Postal code",
            "city": "City",
            "country": "Country",
        }
    if session["phone_number_collection"]["enabled"]:
        wanted["phone"] = "Phone"
    return wanted


def _missing(session: Object, form: Mapping[str, str]) -> dict[str, str]:
    """Return a sentence for each field that was shown and left empty, or that can't be.

    A program that sends a card alone is taken for a shopper with a test address.
    """
    wanted = _wanted(session)
    shown = [name for name in wanted if name in form]
    faults = {name: f"Fill in: {wanted[name].lower()}." for name in shown if not form[name]}
    countries = (session["shipping_address_collection"] or {}).get("allowed_countries")
    if countries and form.get("country", countries[0]) not in countries:
        faults["country"] = "We can't ship to this country."
    return faults


def _contact(session: Object, form: Mapping[str, str]) -> Contact:
    wanted = _wanted(session)
    told = form if "line1" in form else TEST_ADDRESS | {"name": "Test Shopper"}
    name = str(told.get("name", "")) if "line1" in wanted else ""
    address = customers.whole_address(told) if "line1" in wanted else None
    ships = session["shipping_address_collection"] is not None
    shipping = {"name": name, "address": address} if ships else None
    return Contact(form.get("email", ""), name, form.get("phone", ""), address, shipping)
