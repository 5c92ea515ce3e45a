"""The control desk as a page for people: what goes wrong, the clock, what is held, the endpoints' secrets.

The token is typed once; a cookie then shows that it was known, without carrying it.
"""

import hashlib
import hmac

from quart import Blueprint, Response, redirect, request

from shop.sandbox import endpoints, faults
from shop.sandbox.desk import Desk, desk
from shop.sandbox.faults import WHERE
from shop.sandbox.paper import AnyResponse, from_elsewhere, is_same_origin, page, prefix
from shop.sandbox.state import Fault, Object

control_page = Blueprint("control_page", __name__, url_prefix="/control/page")

COOKIE = "local-stripe-control"

_CHOICES = [f"{where} {what}" for where, whats in WHERE.items() for what in whats]
_NUMBERS = ("status", "seconds", "count", "times")
_MATCHES = ("method", "path", "type")


@control_page.before_request
async def refuse_strangers() -> AnyResponse | None:
    """Ask whoever has not shown the control token for it."""
    if request.method == "POST" and not is_same_origin():
        return from_elsewhere()
    proof = _proof(desk())
    shown = request.cookies.get(COOKIE, "")
    if request.path.endswith("/token") or (proof and hmac.compare_digest(shown.encode(), proof.encode())):
        return None
    return page("token", 401, error="")


@control_page.get("")
async def show() -> Response:
    """Show how the local Stripe is set, with a form for each thing that can be done about it."""
    return await _shown(200)


@control_page.post("/token")
async def enter() -> AnyResponse:
    """Take the token, and remember that it was known."""
    here = desk()
    given = (await request.form).get("token", "").strip()
    proof, token = _proof(here), here.settings.control_token
    if not proof or not hmac.compare_digest(given.encode(), token.encode()):
        return page("token", 401, error="That is not the token.")
    response = redirect(f"{prefix()}/control/page", 303)
    secure = here.settings.public_base.startswith("https:")
    path = f"{prefix()}/"
    response.set_cookie(COOKIE, proof, path=path, secure=secure, httponly=True, samesite="Strict")
    return response


@control_page.post("/<form>")
async def change(form: str) -> AnyResponse:
    """Do what one of the forms asks for."""
    here, told = desk(), dict((await request.form).items())
    note = ""
    try:
        if form == "rotation":
            note = await _rotated(here, told)
        else:
            await _change(here, form, told)
    except Fault as fault:
        return await _shown(fault.status, error=fault.message)
    # A secret is shown in the answer itself, because it is told once.
    return await _shown(200, note=note) if note else redirect(f"{prefix()}/control/page", 303)


async def _change(here: Desk, form: str, told: Object) -> None:
    if form == "faults":
        await here.order(_order(told))
    elif form == "clearance":
        await here.clear()
    elif form == "clock":
        await here.set_clock(here.clock.ahead + _whole(told, "advance") if told.get("advance") else 0)
    elif form == "seed":
        await here.reseed(_whole(told, "seed"))
    elif form == "release":
        await here.release(shuffle="shuffle" in told)
    else:
        raise Fault(404, "There is no such form.")


async def _rotated(here: Desk, told: Object) -> str:
    overlap = _whole(told, "overlap")
    if overlap not in range(endpoints.LONGEST_OVERLAP + 1):
        raise Fault(400, f"The overlap has at most {endpoints.LONGEST_OVERLAP} seconds.")
    secret = await here.write(endpoints.rotate, told.get("endpoint", ""), overlap, here.clock.now())
    return f"The new secret, shown once: {secret}"


def _order(told: Object) -> Object:
    """Return a fault as the JSON desk takes it; empty fields are left to their defaults."""
    where, _, what = told.get("fault", "").partition(" ")
    order: Object = {"where": where, "what": what, "when": told.get("when", "before")}
    order |= {name: _whole(told, name) for name in _NUMBERS if told.get(name)}
    order["match"] = {name: told[name] for name in _MATCHES if told.get(name)}
    if told.get("percent"):
        order["chance"] = _whole(told, "percent") / 100
    return order


def _whole(told: Object, name: str) -> int:
    text = told.get(name, "").strip()
    if not text.removeprefix("-").isdigit() or not text.isascii() or len(text) > 10:  # noqa: PLR2004 - ten characters hold any number asked for here
        raise Fault(400, f"{name.capitalize()} must be a whole number.")
    return int(text)


async def _shown(status: int, *, error: str = "", note: str = "") -> Response:
    here = desk()
    told = await here.shown()
    told["faults"] = [(mishap.number, _described(mishap)) for mishap in here.faults.mishaps]
    found = await here.db.read(endpoints.all_of)
    return page("control", status, told=told, endpoints=found, choices=_CHOICES, error=error, note=note)


def _described(mishap: faults.Mishap) -> str:
    words = [mishap.where, mishap.what]
    if mishap.where == "api":
        words += [mishap.when, str(mishap.status)] if mishap.what == "status" else [mishap.when]
    words += [f"{name} {pattern}" for name, pattern in mishap.match.items()]
    words += [f"{mishap.seconds} s"] if mishap.seconds else []
    words += [f"{mishap.chance:.0%}"] if mishap.chance < 1 else []
    words += [f"at most {mishap.times} times"] if mishap.times is not None else []
    return f"{' · '.join(words)} (struck {mishap.struck} of {mishap.met})"


def _proof(here: Desk) -> str:
    """Return what the cookie holds, "" where no token is set."""
    token = here.settings.control_token
    return hmac.new(token.encode(), b"control page", hashlib.sha256).hexdigest() if token else ""
