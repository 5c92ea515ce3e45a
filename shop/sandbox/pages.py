"""The local Stripe's pages: where a shopper pays with a test card, and what was delivered.

They work without script, and say on every page that no money moves.
"""

from quart import Blueprint, Response, redirect, request, send_from_directory

from db import Tx
from shop.sandbox import sessions, state
from shop.sandbox.desk import desk
from shop.sandbox.paper import AnyResponse, from_elsewhere, is_same_origin, page
from shop.sandbox.state import Fault, Object

pages = Blueprint("pages", __name__)

OK, GONE = 200, 410


@pages.get("/")
async def index() -> Response:
    """Show the newest sessions."""
    listed = await desk().db.read(state.listing, "checkout.session", state.Window(limit=50), "")
    return page("index", 200, listed=listed["data"])


@pages.get("/pay/<session_id>")
async def pay_page(session_id: str) -> Response:
    """Show what is to be paid, with a card form."""
    card = request.args.get("card", sessions.CARDS[0].number)
    return await _pay_page(session_id, 200, card)


@pages.post("/pay/<session_id>")
async def pay(session_id: str) -> AnyResponse:
    """Pay with a test card; a refused card leaves the page open for another."""
    if not is_same_origin():
        return from_elsewhere()
    form = await request.form
    card = "".join(form.get("card", "").split()).replace("-", "")
    if not sessions.is_card_number(card):
        return await _pay_page(session_id, 422, card, "Your card number is invalid.")
    here = desk()
    email = form.get("email", "")[:254]
    try:
        refusal = await here.write(sessions.pay, here.call(), session_id, card, email)
        session = await here.db.read(state.get, "checkout.session", session_id)
    except Fault:
        return await _pay_page(session_id, 409, card)
    if refusal is not None:
        return await _pay_page(session_id, 402, card, refusal.message)
    return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id), 303)


@pages.get("/static/<path:name>")
async def static(name: str) -> Response:
    """Serve the pages' stylesheet."""
    return await send_from_directory(desk().settings.static, name)


async def _pay_page(session_id: str, status: int, card: str, error: str = "") -> Response:
    here = desk()
    try:
        session, items = await here.db.read(_session, session_id)
    except Fault:
        return page("gone", 404, text="There is no such payment page.", back=None)
    if session["status"] != "open":
        ended = "has been paid" if session["status"] == "complete" else "has expired"
        back = session["success_url" if session["status"] == "complete" else "cancel_url"]
        back = back and back.replace("{CHECKOUT_SESSION_ID}", session_id)
        return page("gone", GONE if status == OK else status, text=f"This payment page {ended}.", back=back)
    minutes = max(1, (session["expires_at"] - here.clock.now()) // 60)
    return page(
        "pay",
        status,
        session=session,
        items=items,
        cards=sessions.CARDS,
        card=card[:30],
        error=error,
        minutes=minutes,
        returns_to=session["success_url"],
    )


def _session(tx: Tx, session_id: str) -> tuple[Object, list[Object]]:
    return state.get(tx, "checkout.session", session_id), sessions.items(tx, session_id)
