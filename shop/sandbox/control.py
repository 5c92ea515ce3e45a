"""The local Stripe's control desk: whoever shows its token may turn the clock and make things go wrong."""

import hmac
import json
from typing import Any

from quart import Blueprint, Response, request

from shop.sandbox import endpoints, faults, webhooks
from shop.sandbox.calls import answer
from shop.sandbox.desk import Desk, desk
from shop.sandbox.state import Fault, Object

control = Blueprint("control", __name__, url_prefix="/control")

_SECONDS = range(-(10**9), 10**9)
_PAGE = 100


@control.before_request
async def refuse_strangers() -> Response | None:
    """Refuse whoever does not show the control token."""
    auth = request.authorization
    given = (auth.token if auth else None) or ""
    token = desk().settings.control_token
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return None
    return answer(401, json.dumps({"error": {"message": "The control token is missing or wrong."}}))


@control.errorhandler(Fault)
async def refuse(fault: Fault) -> Response:
    """Tell what is wrong with an order."""
    return answer(fault.status, json.dumps(fault.body))


@control.get("")
async def show() -> Response:
    """Tell how the local Stripe is set, and how many deliveries are in which state."""
    return await _shown(desk())


@control.post("/seed")
async def seed() -> Response:
    """Begin a run that repeats."""
    told = await _told("seed")
    await desk().reseed(faults.whole(told, "seed", 0, range(-(2**62), 2**62)))
    return await _shown(desk())


@control.post("/clock")
async def clock() -> Response:
    """Set the clock ahead or right again; what fell due happens now."""
    told = await _told("advance", "reset")
    if told.get("reset") is True:
        await desk().set_clock(0)
    else:
        ahead = desk().clock.ahead + faults.whole(told, "advance", 0, _SECONDS)
        await desk().set_clock(max(_SECONDS[0], min(ahead, _SECONDS[-1])))
    return await _shown(desk())


@control.post("/faults")
async def order() -> Response:
    """Order one fault or several."""
    await desk().order(await request.get_json(force=True, silent=True))
    return await _shown(desk())


@control.delete("/faults")
async def clear() -> Response:
    """Order no fault at all."""
    await desk().clear()
    return await _shown(desk())


@control.post("/release")
async def release() -> Response:
    """Let the deliveries go that a fault holds back, in another order if so told."""
    told = await _told("shuffle")
    released = await desk().release(shuffle=told.get("shuffle") is True)
    return await _shown(desk(), {"released": released})


@control.get("/deliveries")
async def deliveries() -> Response:
    """List attempts to deliver, oldest first, after the one with the number `after`."""
    after = request.args.get("after", "0")
    if not after.isascii() or not after.isdigit():
        raise Fault(400, "after must be the number of an attempt.", param="after")
    found = await desk().db.read(webhooks.attempts_after, min(int(after), 2**62), _PAGE + 1)
    more = len(found) > _PAGE
    return answer(200, json.dumps({"data": found[:_PAGE], "has_more": more}))


@control.post("/deliveries/<int:seq>/repetition")
async def repeat(seq: int) -> Response:
    """Deliver once more what the attempt with this number delivered."""
    here = desk()
    delivery = await here.write(webhooks.repeat_attempt, min(seq, 2**62), here.clock.now())
    return answer(200, json.dumps({"delivery": delivery}))


@control.post("/endpoints/<endpoint_id>/rotation")
async def rotate(endpoint_id: str) -> Response:
    """Give an endpoint a new secret; the old one signs along during the overlap."""
    told = await _told("overlap_seconds")
    overlap = faults.whole(told, "overlap_seconds", 0, range(endpoints.LONGEST_OVERLAP + 1))
    here = desk()
    secret = await here.write(endpoints.rotate, endpoint_id, overlap, here.clock.now())
    return answer(200, json.dumps({"id": endpoint_id, "secret": secret}))


async def _told(*known: str) -> Object:
    """Return a JSON object; an empty body stands for an empty one. Raises Fault 400."""
    told: Any = await request.get_json(force=True, silent=True) if await request.get_data() else {}
    if not isinstance(told, dict):
        raise Fault(400, "A JSON object is needed.")
    if unknown := sorted(told.keys() - set(known)):
        raise Fault(400, f"Unknown: {', '.join(unknown)}.", param=unknown[0])
    return told


async def _shown(here: Desk, more: Object | None = None) -> Response:
    return answer(200, json.dumps(await here.shown() | (more or {})))
