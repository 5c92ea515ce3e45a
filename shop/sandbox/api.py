"""The local Stripe's REST API: which address asks for what.

How a call is authorised, answered, remembered and listed is in `calls.py`.
"""

import json

from quart import Blueprint, Response, request

from db import Tx
from shop.sandbox import params, refunds, sessions, state
from shop.sandbox.calls import answer, get, listing, post
from shop.sandbox.state import Call, Fault, Object

api = Blueprint("api", __name__, url_prefix="/v1")


@api.post("/checkout/sessions")
async def create_session() -> Response:
    """Create a Checkout Session."""
    return await post(sessions.create)


@api.get("/checkout/sessions")
async def list_sessions() -> Response:
    """List Checkout Sessions."""
    return await listing("checkout.session", {"payment_intent": str, "status": str})


@api.get("/checkout/sessions/<thing>")
async def get_session(thing: str) -> Response:
    """Retrieve a Checkout Session."""
    return await get(lambda tx: state.get(tx, "checkout.session", thing, "session"))


@api.get("/checkout/sessions/<thing>/line_items")
async def line_items(thing: str) -> Response:
    """List what a Checkout Session sells."""
    url = f"/v1/checkout/sessions/{thing}/line_items"

    def page(tx: Tx) -> Object:
        return {"object": "list", "url": url, "has_more": False, "data": sessions.items(tx, thing)}

    return await get(page)


@api.post("/checkout/sessions/<thing>/expire")
async def expire_session(thing: str) -> Response:
    """Expire a Checkout Session."""

    def expire(tx: Tx, call: Call, given: Object) -> Object:
        params.check(given, {"expand": [str]})
        return sessions.expire(tx, call, thing)

    return await post(expire)


@api.get("/payment_intents")
async def list_intents() -> Response:
    """List payment intents."""
    return await listing("payment_intent", {})


@api.get("/payment_intents/<thing>")
async def get_intent(thing: str) -> Response:
    """Retrieve a payment intent."""
    return await get(lambda tx: state.get(tx, "payment_intent", thing, "intent"))


@api.get("/charges/<thing>")
async def get_charge(thing: str) -> Response:
    """Retrieve a charge."""
    return await get(lambda tx: state.get(tx, "charge", thing))


@api.post("/refunds")
async def create_refund() -> Response:
    """Create a refund."""
    return await post(refunds.create)


@api.get("/refunds")
async def list_refunds() -> Response:
    """List refunds."""
    return await listing("refund", {"payment_intent": str})


@api.get("/refunds/<thing>")
async def get_refund(thing: str) -> Response:
    """Retrieve a refund."""
    return await get(lambda tx: state.get(tx, "refund", thing, "refund"))


@api.get("/events")
async def list_events() -> Response:
    """List events of the types that are asked for."""
    return await listing("event", {"type": str, "types": [str], "delivery_success": bool})


@api.get("/events/<thing>")
async def get_event(thing: str) -> Response:
    """Retrieve an event."""
    return await get(lambda tx: state.get(tx, "event", thing))


@api.route("/<path:unknown>", methods=["GET", "POST", "DELETE"])
async def nothing_here(unknown: str) -> Response:
    """Refuse what the local Stripe does not have, in the shape of Stripe's errors."""
    fault = Fault(404, f"Unrecognized request URL ({request.method}: /v1/{unknown}).")
    return answer(fault.status, json.dumps(fault.body))
