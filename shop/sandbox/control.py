"""The local Stripe's control desk: whoever shows its token may turn the clock and make things go wrong."""

import hmac
import json

from quart import Blueprint, Response, request

from shop.sandbox.calls import answer
from shop.sandbox.desk import desk

control = Blueprint("control", __name__, url_prefix="/control")


@control.before_request
async def refuse_strangers() -> Response | None:
    """Refuse whoever does not show the control token."""
    auth = request.authorization
    given = (auth.token if auth else None) or ""
    token = desk().settings.control_token
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return None
    return answer(401, json.dumps({"error": {"message": "The control token is missing or wrong."}}))


@control.get("")
async def show() -> Response:
    """Tell how the local Stripe is set."""
    return answer(200, json.dumps({"clock": desk().clock.now(), "ahead": desk().clock.ahead}))
