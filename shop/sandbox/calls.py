"""Calls to the local Stripe: authorised, answered, remembered and listed as Stripe does.

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

from quart import Response, request

from db import Tx
from shop.sandbox import params, state
from shop.sandbox.desk import Desk, desk
from shop.sandbox.state import Call, Fault, Object, Window

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


async def post(act: Post) -> Response:
    """Answer a POST in one transaction, once for each idempotency key."""
    here = desk()
    try:
        _authorise(here)
        pairs = parse_qsl(
            cast("bytes", await request.get_data()).decode(errors="replace"), keep_blank_values=True
        )
        given = params.decode(pairs)
    except Fault as fault:
        return answer(fault.status, json.dumps(fault.body))
    call = here.call(state.new_id("req"), request.headers.get("Idempotency-Key"))
    asked = _fingerprint(request.method, request.path, pairs)
    status, body, replayed = await here.write(_once, act, call, given, asked)
    return answer(status, body, {"Idempotent-Replayed": "true"} if replayed else {})


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


async def get(find: Callable[[Tx], Object]) -> Response:
    """Answer a GET with what `find` returns."""
    here = desk()
    try:
        _authorise(here)
        return answer(200, json.dumps(await here.db.read(find)))
    except Fault as fault:
        return answer(fault.status, json.dumps(fault.body))


async def listing(kind: str, filters: Mapping[str, Any]) -> Response:
    """Answer a GET with a page of the objects of a kind; `filters` are its parameters beside the cursor."""
    here = desk()
    try:
        _authorise(here)
        given = params.decode(request.args.items(multi=True))
        asked = params.check(given, LIST | dict(filters))
        page = await here.db.read(_page, kind, asked, request.path)
    except Fault as fault:
        return answer(fault.status, json.dumps(fault.body))
    return answer(200, json.dumps(page))


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


def answer(status: int, body: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON and the headers that Stripe sends."""
    response = Response(body, status, content_type="application/json")
    response.headers["Request-Id"] = state.new_id("req")
    response.headers["Stripe-Version"] = state.API_VERSION
    response.headers.update(dict(headers or {}))
    return response
