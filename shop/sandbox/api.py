"""The local Stripe's REST API: the calls a shop makes, answered and refused as Stripe does.

Every POST runs in one transaction together with the memory of its idempotency key, so a repeated request
gets the same answer, also when that was a refusal.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

from quart import Blueprint, Response, request

from db import Tx
from shop.sandbox import params, refunds, sessions, state
from shop.sandbox.desk import Desk, desk
from shop.sandbox.state import Call, Fault, Object, Window

api = Blueprint("api", __name__, url_prefix="/v1")

KEPT_SECONDS = 24 * 3600

LIST: dict[str, Any] = {
    "limit": int,
    "starting_after": str,
    "ending_before": str,
    "created": {"gte": int, "gt": int, "lt": int, "lte": int},
    "expand": [str],
}
Post = Callable[[Tx, Call, Object], Object]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer kept under its idempotency key."""

    request: str
    status: int
    body: str


@api.post("/checkout/sessions")
async def create_session() -> Response:
    """Create a Checkout Session."""
    return await _post(sessions.create)


@api.get("/checkout/sessions")
async def list_sessions() -> Response:
    """List Checkout Sessions."""
    return await _list("checkout.session", {"payment_intent": str, "status": str})


@api.get("/checkout/sessions/<thing>")
async def get_session(thing: str) -> Response:
    """Retrieve a Checkout Session."""
    return await _get(lambda tx: state.get(tx, "checkout.session", thing, "session"))


@api.get("/checkout/sessions/<thing>/line_items")
async def line_items(thing: str) -> Response:
    """List what a Checkout Session sells."""
    url = f"/v1/checkout/sessions/{thing}/line_items"

    def page(tx: Tx) -> Object:
        return {"object": "list", "url": url, "has_more": False, "data": sessions.items(tx, thing)}

    return await _get(page)


@api.post("/checkout/sessions/<thing>/expire")
async def expire_session(thing: str) -> Response:
    """Expire a Checkout Session."""

    def expire(tx: Tx, call: Call, given: Object) -> Object:
        params.check(given, {"expand": [str]})
        return sessions.expire(tx, call, thing)

    return await _post(expire)


@api.get("/payment_intents")
async def list_intents() -> Response:
    """List payment intents."""
    return await _list("payment_intent", {})


@api.get("/payment_intents/<thing>")
async def get_intent(thing: str) -> Response:
    """Retrieve a payment intent."""
    return await _get(lambda tx: state.get(tx, "payment_intent", thing, "intent"))


@api.get("/charges/<thing>")
async def get_charge(thing: str) -> Response:
    """Retrieve a charge."""
    return await _get(lambda tx: state.get(tx, "charge", thing))


@api.post("/refunds")
async def create_refund() -> Response:
    """Create a refund."""
    return await _post(refunds.create)


@api.get("/refunds")
async def list_refunds() -> Response:
    """List refunds."""
    return await _list("refund", {"payment_intent": str})


@api.get("/refunds/<thing>")
async def get_refund(thing: str) -> Response:
    """Retrieve a refund."""
    return await _get(lambda tx: state.get(tx, "refund", thing, "refund"))


@api.get("/events")
async def list_events() -> Response:
    """List events of the types that are asked for."""
    return await _list("event", {"type": str, "types": [str], "delivery_success": bool})


@api.get("/events/<thing>")
async def get_event(thing: str) -> Response:
    """Retrieve an event."""
    return await _get(lambda tx: state.get(tx, "event", thing))


@api.route("/<path:unknown>", methods=["GET", "POST", "DELETE"])
async def nothing_here(unknown: str) -> Response:
    """Refuse what the local Stripe does not have, in the shape of Stripe's errors."""
    fault = Fault(404, f"Unrecognized request URL ({request.method}: /v1/{unknown}).")
    return _answer(fault.status, json.dumps(fault.body))


async def _post(act: Post) -> Response:
    here = desk()
    try:
        _authorise(here)
        pairs = parse_qsl(
            cast("bytes", await request.get_data()).decode(errors="replace"), keep_blank_values=True
        )
        given = params.decode(pairs)
    except Fault as fault:
        return _answer(fault.status, json.dumps(fault.body))
    call = here.call(state.new_id("req"), request.headers.get("Idempotency-Key"))
    asked = _fingerprint(request.method, request.path, pairs)
    status, body, replayed = await here.write(_once, act, call, given, asked)
    return _answer(status, body, {"Idempotent-Replayed": "true"} if replayed else {})


def _once(tx: Tx, act: Post, call: Call, given: Object, asked: str) -> tuple[int, str, bool]:
    key = call.idempotency_key
    kept = tx.one(Kept, state.sql.answer, key=key) if key else None
    if kept is not None and kept.request == asked:
        return kept.status, kept.body, True
    if kept is not None:
        fault = Fault(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were first "
            "used with.",
            type="idempotency_error",
        )
        return fault.status, json.dumps(fault.body), False
    try:
        status, body = 200, json.dumps(act(tx, call, given))
    except Fault as fault:
        status, body = fault.status, json.dumps(fault.body)
    if key:
        tx.run(state.sql.forget_answers, before=call.at - KEPT_SECONDS)
        tx.run(state.sql.keep_answer, key=key, request=asked, status=status, body=body, at=call.at)
    return status, body, False


async def _get(find: Callable[[Tx], Object]) -> Response:
    here = desk()
    try:
        _authorise(here)
        return _answer(200, json.dumps(await here.db.read(find)))
    except Fault as fault:
        return _answer(fault.status, json.dumps(fault.body))


async def _list(kind: str, filters: Mapping[str, Any]) -> Response:
    here = desk()
    try:
        _authorise(here)
        given = params.decode(request.args.items(multi=True))
        asked = params.check(given, LIST | dict(filters))
        page = await here.db.read(_page, kind, asked, request.path)
    except Fault as fault:
        return _answer(fault.status, json.dumps(fault.body))
    return _answer(200, json.dumps(page))


def _page(tx: Tx, kind: str, asked: Object, url: str) -> Object:
    limit = asked.get("limit", 10)
    if not 1 <= limit <= 100:  # noqa: PLR2004 - Stripe's bounds of a page
        raise Fault(400, "This value must be between 1 and 100.", param="limit")
    types = asked.get("types", [])
    if len(types) > 20:  # noqa: PLR2004 - Stripe's bound
        raise Fault(400, "You may pass up to 20 types.", param="types")
    created = asked.get("created", {})
    window = Window(
        limit,
        asked.get("starting_after"),
        asked.get("ending_before"),
        since=max(created.get("gte", 0), created.get("gt", -1) + 1),
        parent=asked.get("payment_intent"),
        label=asked.get("type") or asked.get("status"),
    )
    page = state.listing(tx, kind, window, url)
    return _of_types(tx, kind, page, types, window, url) if types else page


def _of_types(tx: Tx, kind: str, page: Object, types: list[str], window: Window, url: str) -> Object:
    """Fill a page with the events of these types, reading on where others were in between."""
    found: list[Object] = []
    while True:
        for thing in page["data"]:
            if thing["type"] in types:
                if len(found) == window.limit:
                    return page | {"data": found, "has_more": True}
                found.append(thing)
        if not page["has_more"]:
            return page | {"data": found, "has_more": False}
        after = page["data"][-1]["id"]
        page = state.listing(tx, kind, Window(100, after, since=window.since), url)


def _authorise(here: Desk) -> None:
    auth = request.authorization
    given = (auth.token if auth and auth.token else auth.username if auth else None) or ""
    if not hmac.compare_digest(given.encode(), here.settings.secret_key.encode()):
        raise Fault(401, f"Invalid API Key provided: {given[:7]}***")


def _fingerprint(method: str, path: str, pairs: list[tuple[str, str]]) -> str:
    told = json.dumps([method, path, sorted(pairs)])
    return hashlib.sha256(told.encode()).hexdigest()


def _answer(status: int, body: str, headers: Mapping[str, str] | None = None) -> Response:
    response = Response(body, status, content_type="application/json")
    response.headers["Request-Id"] = state.new_id("req")
    response.headers["Stripe-Version"] = state.API_VERSION
    response.headers.update(dict(headers or {}))
    return response
