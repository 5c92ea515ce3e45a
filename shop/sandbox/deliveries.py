"""The local Stripe's page of deliveries: what was sent where, what came of it, and once more."""

from datetime import UTC, datetime

from quart import Blueprint, Response, redirect, request

from shop.sandbox import webhooks
from shop.sandbox.desk import desk
from shop.sandbox.paper import AnyResponse, from_elsewhere, is_same_origin, page, prefix
from shop.sandbox.state import Fault

deliveries = Blueprint("deliveries", __name__, url_prefix="/deliveries")

_PAGE = 25
_NEWEST = 2**62


@deliveries.get("")
async def show() -> Response:
    """Show the newest deliveries with their attempts, or those `before` a number."""
    before = request.args.get("before", "")
    below = int(before) if before.isascii() and before.isdigit() else _NEWEST
    here = desk()
    found = await here.db.read(webhooks.latest, min(below, _NEWEST), _PAGE + 1)
    counts = await here.db.read(webhooks.counts)
    shown = found[:_PAGE]
    older = shown[-1].seq if len(found) > _PAGE else None
    return page("deliveries", 200, deliveries=shown, counts=counts, older=older, clock=_clock)


@deliveries.post("/<int:seq>/repetition")
async def send_again(seq: int) -> AnyResponse:
    """Deliver an event once more."""
    if not is_same_origin():
        return from_elsewhere()
    here = desk()
    try:
        await here.write(webhooks.send_again, min(seq, _NEWEST), here.clock.now())
    except Fault:
        return page("gone", 404, text="There is no such delivery.", back=None)
    return redirect(f"{prefix()}/deliveries#delivery-{seq}", 303)


def _clock(at: int) -> str:
    """Return a second of 1970's count as people write it, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
