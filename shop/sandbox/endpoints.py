"""Webhook endpoints of the local Stripe: who is told of what, and with which secrets that is signed.

Those of the settings are there from the start and keep their ids when they move; others come by the API.
See Stripe's API reference of webhook endpoints.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from db import Tx, queries
from shop.sandbox import params, state
from shop.sandbox.params import METADATA
from shop.sandbox.state import API_VERSION, QUERIES, Call, Fault, Object

sql = queries("endpoints", QUERIES)

KIND = "webhook_endpoint"
MOST = 16
LONGEST_OVERLAP = 24 * 3600
CREATE: dict[str, Any] = {
    "url": str,
    "enabled_events": [str],
    "api_version": str,
    "description": str,
    "metadata": METADATA,
    "expand": [str],
}
UPDATE: dict[str, Any] = {
    "url": str,
    "enabled_events": [str],
    "disabled": bool,
    "description": str,
    "metadata": METADATA,
    "expand": [str],
}

_EVENT_TYPE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Configured:
    """An endpoint of the settings, with the secret they gave it."""

    id: str
    configured: str


def create(tx: Tx, call: Call, given: Object) -> Object:
    """Create an endpoint; its secret is told here and never again."""
    asked = params.check(given, CREATE)
    params.required(asked, "url")
    params.required(asked, "enabled_events")
    _check(asked)
    if tx.value(sql.how_many) >= MOST:
        raise Fault(400, f"You have reached the maximum of {MOST} test webhook endpoints.")
    if asked.get("api_version", API_VERSION) != API_VERSION:
        raise Fault(400, f"Invalid API version: {asked['api_version']}", param="api_version")
    endpoint = _endpoint(state.new_id("we"), call.at, asked["url"], asked)
    secret = _new_secret()
    state.add(tx, endpoint)
    tx.run(sql.add, id=endpoint["id"], url=endpoint["url"], secret=secret, configured=None)
    return endpoint | {"secret": secret}


def update(tx: Tx, endpoint_id: str, given: Object) -> Object:
    """Change an endpoint: its address, what it is told, whether it is told at all."""
    asked = params.check(given, UPDATE)
    _check(asked)
    endpoint = state.get(tx, KIND, endpoint_id, "webhook_endpoint")
    endpoint |= {name: asked[name] for name in ("url", "enabled_events", "description") if name in asked}
    merged = endpoint["metadata"] | asked.get("metadata", {})
    endpoint["metadata"] = {name: value for name, value in merged.items() if value != ""}
    if "disabled" in asked:
        endpoint["status"] = "disabled" if asked["disabled"] else "enabled"
    tx.run(sql.move, id=endpoint_id, url=endpoint["url"])
    state.change(tx, endpoint)
    return endpoint


def delete(tx: Tx, endpoint_id: str) -> Object:
    """Forget an endpoint; what waits for it fails."""
    state.get(tx, KIND, endpoint_id, "webhook_endpoint")
    _remove(tx, endpoint_id)
    return {"id": endpoint_id, "object": KIND, "deleted": True}


def rotate(tx: Tx, endpoint_id: str, overlap: int, at: int) -> str:
    """Give an endpoint a new secret and return it; the old one signs along for `overlap` seconds."""
    state.get(tx, KIND, endpoint_id, "webhook_endpoint")
    old, new = tx.value(sql.secret, id=endpoint_id), _new_secret()
    tx.run(sql.replace, id=endpoint_id, secret=new, replaced=old, until=at + overlap)
    return new


def establish(tx: Tx, wanted: Sequence[tuple[str, str]], at: int) -> None:
    """Bring the endpoints of the settings, each a URL with its secret, into the books.

    An endpoint keeps the secret it was rotated to until the settings themselves name another.
    """
    kept = {one.id: one.configured for one in tx.all(Configured, sql.configured)}
    for position, (url, secret) in enumerate(wanted):
        endpoint_id = "we_" + hashlib.sha256(f"configured {position}".encode()).hexdigest()[:24]
        if endpoint_id not in kept:
            state.add(tx, _endpoint(endpoint_id, at, url, {"enabled_events": ["*"]}))
            tx.run(sql.add, id=endpoint_id, url=url, secret=secret, configured=secret)
        elif kept.pop(endpoint_id) != secret:
            tx.run(sql.configure, id=endpoint_id, secret=secret)
        state.change(tx, state.get(tx, KIND, endpoint_id) | {"url": url})
        tx.run(sql.move, id=endpoint_id, url=url)
        tx.run(sql.adopt, id=endpoint_id, url=url)
    for endpoint_id in kept:
        _remove(tx, endpoint_id)


def told_of(tx: Tx, kind: str) -> list[str]:
    """Return the ids of the endpoints that want events of this type."""
    enabled = map(json.loads, tx.all(str, sql.enabled))
    return [one["id"] for one in enabled if {"*", kind} & set(one["enabled_events"])]


def all_of(tx: Tx) -> list[Object]:
    """Return every endpoint, newest first."""
    found: list[Object] = state.listing(tx, KIND, state.Window(limit=100), "")["data"]
    return found


def _endpoint(endpoint_id: str, at: int, url: str, asked: Object) -> Object:
    return {
        "id": endpoint_id,
        "object": KIND,
        "api_version": asked.get("api_version"),
        "application": None,
        "created": at,
        "description": asked.get("description"),
        "enabled_events": asked["enabled_events"],
        "livemode": False,
        "metadata": asked.get("metadata", {}),
        "status": "enabled",
        "url": url,
    }


def _check(asked: Object) -> None:
    """Refuse an address nothing can be sent to, and names that are no event types."""
    url = urlsplit(asked.get("url", "https://unchanged"))
    if url.scheme not in ("http", "https") or not url.hostname:
        raise Fault(
            400, "Invalid URL: An explicit scheme (such as https) must be provided.", "url_invalid", "url"
        )
    types = asked.get("enabled_events", ["*"])
    if not types or not all(one == "*" or _EVENT_TYPE.fullmatch(one) for one in types):
        raise Fault(400, "Invalid enabled_events: name event types, or * alone.", param="enabled_events")


def _remove(tx: Tx, endpoint_id: str) -> None:
    tx.run(sql.remove, id=endpoint_id)
    tx.run(sql.remove_object, id=endpoint_id)


def _new_secret() -> str:
    return state.new_id("whsec")
