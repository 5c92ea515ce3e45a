"""Calls to the local Stripe: authorised, answered, remembered and listed as Stripe does.

What a POST does and the memory of its idempotency key are one transaction, so a repeated request gets the
same answer for 24 hours. A refusal is remembered too once the act had begun; what never began is not: a
wrong parameter, a stranger's key, a call beside one that still runs (Stripe's page of idempotent requests).
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

from quart import Response, g, request

from db import DatabaseError, Tx, queries
from shop.sandbox import expand, params, state
from shop.sandbox.desk import HELD_KEYS, Desk, desk
from shop.sandbox.params import Either
from shop.sandbox.state import API_VERSION, QUERIES, Call, Fault, Object, Window
from shop.sandbox.webhooks import DELIVERED

sql = queries("calls", QUERIES)
log = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600
LONGEST_KEY = 255

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
class Asked:
    """What a call asked, as its idempotency key remembers it."""

    request: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Kept(Asked):
    """An answer kept under its idempotency key."""

    status: int
    body: str
    request_id: str


async def post(act: Post) -> Response:
    """Answer a POST or DELETE in one transaction, once for each idempotency key."""
    here = desk()
    try:
        _authorise(here)
        pairs = parse_qsl(
            cast("bytes", await request.get_data()).decode(errors="replace"), keep_blank_values=True
        )
        g.pairs = pairs
        given = params.decode(pairs)
        key = _key()
        if key in here.running:
            raise _in_use(key)
    except Fault as fault:
        return answer(fault.status, json.dumps(fault.body))
    call = here.call(request_id(), key)
    asked = Asked(_fingerprint(request.method, request.path, pairs), request.method, request.path)
    if key is None:
        return await _first(here, act, call, given, asked)
    here.running.add(key)
    # An answer that a fault keeps back keeps its key, too.
    held = cast("dict[str, Any]", request.scope).get(HELD_KEYS)
    try:
        return await _once(here, act, call, given, asked)
    finally:
        here.running.discard(key) if held is None else held.append(key)


async def _once(here: Desk, act: Post, call: Call, given: Object, asked: Asked) -> Response:
    kept = await here.db.read(_remembered, call)
    if kept is None:
        return await _first(here, act, call, given, asked)
    if kept.request != asked.request:
        fault = _other_request(kept, asked, call)
        return answer(fault.status, json.dumps(fault.body))
    headers = {"Idempotent-Replayed": "true", "Idempotency-Key": call.idempotency_key or ""}
    return answer(kept.status, kept.body, headers | {"Original-Request": kept.request_id})


async def _first(here: Desk, act: Post, call: Call, given: Object, asked: Asked) -> Response:
    headers = {"Idempotency-Key": call.idempotency_key} if call.idempotency_key else {}
    try:
        return answer(200, await here.write(_done, act, call, given, asked), headers)
    except DatabaseError as error:
        log.warning("a call could not be stored: %s", error)
        fault, begun = Fault(503, "The books are busy: try again.", type="api_error"), False
    except Fault as refusal:
        fault, begun = refusal, _has_begun(refusal)
    except Exception:
        log.exception("a call failed")
        fault, begun = Fault(500, "Something is wrong on our end.", type="api_error"), True
    body = json.dumps(fault.body)
    if begun:
        await here.write(_keep, call, asked, fault.status, body)
    return answer(fault.status, body, headers)


def _done(tx: Tx, act: Post, call: Call, given: Object, asked: Asked) -> str:
    body = json.dumps(act(tx, call, given))
    _keep(tx, call, asked, 200, body)
    return body


def _keep(tx: Tx, call: Call, asked: Asked, status: int, body: str) -> None:
    if call.idempotency_key:
        told = {"request": asked.request, "method": asked.method, "path": asked.path}
        tx.run(sql.forget, before=call.at - KEPT_SECONDS)
        tx.run(
            sql.keep,
            key=call.idempotency_key,
            status=status,
            body=body,
            request_id=call.request_id,
            at=call.at,
            **told,
        )


def spoil(tx: Tx, key: str, status: int, body: str) -> None:
    """Have a key remember another answer than the one that was given."""
    tx.run(sql.spoil, key=key, status=status, body=body)


def _remembered(tx: Tx, call: Call) -> Kept | None:
    return tx.one(Kept, sql.answer, key=call.idempotency_key, since=call.at - KEPT_SECONDS)


def _has_begun(fault: Fault) -> bool:
    """Tell whether a refusal came after the parameters had been found good."""
    return not (fault.code or "").startswith("parameter_") and fault.status not in (401, 409, 429)


def _other_request(kept: Kept, asked: Asked, call: Call) -> Fault:
    elsewhere = kept.path and (kept.method, kept.path) != (asked.method, asked.path)
    same = (
        f"for the same endpoint they were first used for ('{kept.path}')"
        if elsewhere
        else ("with the same parameters they were first used with")
    )
    return Fault(
        400,
        f"Keys for idempotent requests can only be used {same}. Try using a key other than "
        f"'{call.idempotency_key}' if you meant to execute a different request.",
        type="idempotency_error",
    )


def _in_use(key: str | None) -> Fault:
    return Fault(
        409,
        "There is currently another in-progress request using this Idempotent Key (that probably means you "
        f"submitted twice, and the other request is still going through): {key}. Please try again later.",
        "idempotency_key_in_use",
        type="idempotency_error",
    )


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key") or None
    if key is not None and len(key) > LONGEST_KEY:
        raise Fault(400, f"Idempotency keys have at most {LONGEST_KEY} characters.", type="idempotency_error")
    return key


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
            parent=asked.get("payment_intent") or _by_delivery(asked),
            labels=tuple(types or [asked[name] for name in _LABELS if name in asked]),
            where=_where(asked),
        ),
        url,
    )
    return expand.applied(tx, page, asked.get("expand", []))


# What is a cursor, or has a column of its own.
_OWN = frozenset((*LIST, *_LABELS, "types", "payment_intent", "delivery_success"))


def _by_delivery(asked: Object) -> str | None:
    """Return what stands beside events that every endpoint has taken, or beside the others."""
    return DELIVERED[asked["delivery_success"]] if "delivery_success" in asked else None


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
    """Refuse strangers, and whoever wants answers in a shape that there is none of here."""
    auth = request.authorization
    given = (auth.token if auth and auth.token else auth.username if auth else None) or ""
    if not hmac.compare_digest(given.encode(), here.settings.secret_key.encode()):
        raise Fault(401, f"Invalid API Key provided: {given[:7]}***")
    version = request.headers.get("Stripe-Version", API_VERSION)
    if version != API_VERSION:
        message = f"Invalid Stripe API version: {version[:40]} (the local Stripe speaks {API_VERSION} only)"
        raise Fault(400, message)


def _fingerprint(method: str, path: str, pairs: list[tuple[str, str]]) -> str:
    told = json.dumps([method, path, sorted(pairs)])
    return hashlib.sha256(told.encode()).hexdigest()


def answer(status: int, body: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON and the headers that Stripe sends."""
    response = Response(body, status, content_type="application/json")
    response.headers["Request-Id"] = request_id()
    response.headers["Stripe-Version"] = state.API_VERSION
    response.headers.update(dict(headers or {}))
    inspect = desk().settings.inspect
    if inspect is not None:
        pairs = g.get("pairs") or list(request.args.items(multi=True))
        inspect(request.method, request.path, pairs, status, body)
    return response


def request_id() -> str:
    """Return the id of this request: its answer carries it, and so do the events it causes."""
    if "request_id" not in g:
        g.request_id = state.new_id("req")
    return str(g.request_id)
