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

from quart import Response, g, request

from db import Tx
from shop.sandbox import expand, params, state
from shop.sandbox.desk import Desk, desk
from shop.sandbox.params import Either
from shop.sandbox.state import Call, Fault, Object, Window

KEPT_SECONDS = 24 * 3600

LIST: dict[str, Any] = {
    "limit": int,
    "starting_after": str,
    "ending_before": str,
    "created": Either(int, {"gte": int, "gt": int, "lt": int, "lte": int}),
    "expand": [str],
}
_LABELS = ("type", "status")
_LAST = 2**62
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
        g.pairs = pairs
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


async def listing(kind: str, filters: Mapping[str, Any], fixed: Mapping[str, Any] | None = None) -> Response:
    """Answer a GET with a page of the objects of a kind.

    `filters` are its parameters beside the cursor, named as the fields that they compare; `fixed` are
    comparisons that the address makes.
    """
    here = desk()
    try:
        _authorise(here)
        given = params.decode(request.args.items(multi=True))
        asked = params.check(given, LIST | dict(filters)) | dict(fixed or {})
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
    if "starting_after" in asked and "ending_before" in asked:
        raise Fault(400, "You can pass `starting_after` or `ending_before`, not both.", param="ending_before")
    since, until = _span(asked.get("created", {}))
    page = state.listing(
        tx,
        kind,
        Window(
            limit,
            asked.get("starting_after"),
            asked.get("ending_before"),
            since=since,
            until=until,
            parent=asked.get("payment_intent"),
            labels=tuple(types or [asked[name] for name in _LABELS if name in asked]),
            where=_where(asked),
        ),
        url,
    )
    return expand.applied(tx, page, asked.get("expand", []))


# What is a cursor, or has a column of its own.
_OWN = frozenset((*LIST, *_LABELS, "types", "payment_intent", "delivery_success"))


def _where(asked: Object) -> Object:
    """Return what is compared in the objects themselves, by JSON path."""
    paths: Object = {}
    for name, value in asked.items():
        if isinstance(value, dict) and name not in _OWN:
            paths |= {f"$.{name}.{inner}": told for inner, told in value.items()}
        elif name not in _OWN:
            paths[f"$.{name}"] = value
    return paths


def _span(created: int | Object) -> tuple[int, int]:
    """Return the first and the last second that a filter lets pass."""
    if isinstance(created, int):
        return created, created
    since = max(created.get("gte", 0), created.get("gt", -1) + 1)
    return since, min(created.get("lte", _LAST), created.get("lt", _LAST) - 1)


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
    inspect = desk().settings.inspect
    if inspect is not None:
        pairs = g.get("pairs") or list(request.args.items(multi=True))
        inspect(request.method, request.path, pairs, status, body)
    return response
