"""The local Stripe's pages: where a shopper pays with a test card, and what was delivered.

They work without script, and say on every page that no money moves.
"""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from quart import Blueprint, Response, redirect, request, send_from_directory
from werkzeug.wrappers import Response as PlainResponse

from db import Tx
from shop.sandbox import sessions, state, webhooks
from shop.sandbox.desk import desk
from shop.sandbox.state import Fault, Object

pages = Blueprint("pages", __name__)

AnyResponse = Response | PlainResponse

OK, GONE = 200, 410

ZERO_DECIMALS = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
THREE_DECIMALS = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))


@pages.get("/")
async def index() -> Response:
    """Show the newest sessions and deliveries."""
    here = desk()
    listed, delivered = await here.db.read(_overview)
    return _page("index", 200, listed=listed["data"], delivered=delivered)


@pages.post("/deliveries/<int:seq>/repetition")
async def send_again(seq: int) -> AnyResponse:
    """Deliver an event once more."""
    here = desk()
    if not _is_same_origin():
        return _page("gone", 403, text="This form was sent from another site.", back=None)
    await here.write(webhooks.send_again, min(seq, 2**62), here.clock.now())
    return redirect(f"{_prefix()}/", 303)


@pages.get("/pay/<session_id>")
async def pay_page(session_id: str) -> Response:
    """Show what is to be paid, with a card form."""
    card = request.args.get("card", sessions.CARDS[0].number)
    return await _pay_page(session_id, 200, card)


@pages.post("/pay/<session_id>")
async def pay(session_id: str) -> AnyResponse:
    """Pay with a test card; a refused card leaves the page open for another."""
    if not _is_same_origin():
        return _page("gone", 403, text="This form was sent from another site.", back=None)
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
        return _page("gone", 404, text="There is no such payment page.", back=None)
    if session["status"] != "open":
        ended = "has been paid" if session["status"] == "complete" else "has expired"
        back = session["success_url" if session["status"] == "complete" else "cancel_url"]
        back = back and back.replace("{CHECKOUT_SESSION_ID}", session_id)
        return _page("gone", GONE if status == OK else status, text=f"This payment page {ended}.", back=back)
    minutes = max(1, (session["expires_at"] - here.clock.now()) // 60)
    return _page(
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


def _overview(tx: Tx) -> tuple[Object, list[webhooks.Delivery]]:
    window = state.Window(limit=50)
    return state.listing(tx, "checkout.session", window, ""), webhooks.latest(tx)


def _session(tx: Tx, session_id: str) -> tuple[Object, list[Object]]:
    return state.get(tx, "checkout.session", session_id), sessions.items(tx, session_id)


def _page(name: str, status: int, **context: Any) -> Response:
    template = _templates(desk().settings.templates).get_template(f"{name}.html")
    response = Response(template.render(prefix=_prefix(), **context), status)
    # The browser checks the way back to the shop against form-action too.
    back = urlsplit(context.get("returns_to", ""))
    origin = f" {back.scheme}://{back.netloc}" if back.netloc else ""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'self'; form-action 'self'{origin}; frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@cache
def _templates(folder: Path) -> Environment:
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    environment.filters["money"] = _money
    environment.filters["card"] = lambda number: " ".join(
        number[start : start + 4] for start in range(0, len(number), 4)
    )
    return environment


def _money(amount: int, currency: str) -> str:
    places = 0 if currency in ZERO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    return f"{Decimal(amount).scaleb(-places):,.{places}f} {currency.upper()}"


def _prefix() -> str:
    return urlsplit(desk().settings.public_base).path.rstrip("/")


def _is_same_origin() -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
