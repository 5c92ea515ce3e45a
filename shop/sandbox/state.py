"""The local Stripe's state: its clock, its ids, its objects, and what it refuses.

Objects are plain dictionaries in the shape of Stripe's API reference; each is stored whole.
"""

import json
import secrets
import string
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from db import Tx, queries

QUERIES = Path(__file__).parent / "queries"
MIGRATIONS = Path(__file__).parent / "migrations"
API_VERSION = "2026-10-28.endive"

sql = queries("state", QUERIES)

Object = dict[str, Any]

_LETTERS = string.ascii_letters + string.digits
_LABELS = {"event": "type", "checkout.session": "status"}
_PARENTS = {"balance_transaction": "source", "price": "product"}
_TOP = 2**62

Inspect = Callable[[str, str, Sequence[tuple[str, str]], int, str], None]
"""Sees every call of the API: method, path, parameters as they came, status and body of the answer."""


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """How a local Stripe is run.

    `public_base` is the address shoppers and the shop reach it at; each endpoint is a URL with its
    signing secret; `backoff` holds the seconds between one attempt to deliver and the next. Whoever shows
    the `control_token` may make faults; without one nobody may. What happens later (a debit settles, a
    dispute comes) happens after `later_seconds`; `inspect` sees every call and its answer.
    """

    database: Path
    public_base: str
    secret_key: str
    endpoints: tuple[tuple[str, str], ...]
    templates: Path
    static: Path
    control_token: str = ""
    backoff: tuple[int, ...] = (1, 3, 10, 30, 60, 300, 1800, 3600, 21600, 43200, 86400, 86400)
    later_seconds: int = 20
    inspect: Inspect | None = None

    def __post_init__(self) -> None:
        if self.secret_key.startswith(("sk_live_", "rk_live_")):
            raise ValueError("The local Stripe refuses to run beside a live key: no money moves here.")


@dataclass(slots=True)
class Clock:
    """The local Stripe's own time, in seconds since 1970; it can be set ahead."""

    ahead: int = 0

    def now(self) -> int:
        """Return the present second."""
        return self.true() + self.ahead

    def true(self) -> int:
        """Return the second that everybody else's clock shows."""
        return int(time.time())


@dataclass(frozen=True, slots=True)
class Call:
    """The request that something happens in: events tell which one caused them."""

    at: int
    base: str
    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(slots=True)
class Fault(Exception):
    """A refusal in the shape of Stripe's errors."""

    status: int
    message: str
    code: str | None = None
    param: str | None = None
    type: str = "invalid_request_error"
    more: Object = field(default_factory=dict)

    @property
    def body(self) -> Object:
        """The JSON that is answered."""
        error = {"type": self.type, "message": self.message, "code": self.code, "param": self.param}
        return {"error": {name: value for name, value in error.items() if value} | self.more}


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted; `where` are further fields, by JSON path, that must be so."""

    limit: int = 10
    starting_after: str | None = None
    ending_before: str | None = None
    since: int = 0
    until: int = _TOP
    parent: str | None = None
    labels: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)


def new_id(prefix: str) -> str:
    """Return an id with one of Stripe's prefixes."""
    return f"{prefix}_" + "".join(secrets.choice(_LETTERS) for _ in range(24))


def add(tx: Tx, thing: Object) -> Object:
    """Store a new object."""
    tx.run(
        sql.add,
        id=thing["id"],
        kind=thing["object"],
        created=thing["created"],
        label=_label(thing),
        parent=_parent(thing),
        body=json.dumps(thing),
    )
    return thing


def change(tx: Tx, thing: Object) -> Object:
    """Store an object again after it has changed; return the former values of what has.

    They are what an event about the update carries as `previous_attributes`.
    """
    former: Object = json.loads(tx.value(sql.get, kind=thing["object"], id=thing["id"]) or "{}")
    tx.run(sql.change, id=thing["id"], label=_label(thing), parent=_parent(thing), body=json.dumps(thing))
    names = former.keys() | thing.keys()
    return {name: former.get(name) for name in sorted(names) if former.get(name) != thing.get(name)}


def remove(tx: Tx, thing: Object) -> None:
    """Forget an object."""
    tx.run(sql.remove, id=thing["id"])


def get(tx: Tx, kind: str, thing_id: str, param: str = "id", status: int = 404) -> Object:
    """Return an object. Raises Fault in Stripe's words, 400 where it was named by a parameter."""
    body = tx.value(sql.get, kind=kind, id=thing_id)
    if body is None:
        noun = kind.rpartition(".")[2] if kind.startswith("checkout.") else kind
        raise Fault(status, f"No such {noun}: '{thing_id}'", "resource_missing", param)
    found: Object = json.loads(body)
    return found


def whatever(tx: Tx, thing_id: str) -> Object | None:
    """Return the object with this id, of whatever kind, or None."""
    body = tx.value(sql.whatever, id=thing_id)
    return json.loads(body) if body else None


def of_parent(tx: Tx, kind: str, parent: str) -> list[Object]:
    """Return what belongs to an object, newest first."""
    return [json.loads(row) for row in tx.all(str, sql.of_parent, kind=kind, parent=parent)]


def listing(tx: Tx, kind: str, window: Window, url: str) -> Object:
    """Return a list object, newest first, with the cursor rules of Stripe's pagination."""
    wanted = {
        "kind": kind,
        "since": window.since,
        "until": window.until,
        "labels": json.dumps(window.labels),
        "filters": json.dumps(window.where),
        "size": window.limit + 1,
    }
    if window.ending_before:
        above = _seq(tx, kind, window.ending_before, "ending_before")
        rows = tx.all(str, sql.newer_than, above=above, parent=window.parent, **wanted)
        more, rows = len(rows) > window.limit, rows[: window.limit][::-1]
    else:
        after = window.starting_after
        below = _seq(tx, kind, after, "starting_after") if after else _TOP
        if window.parent is None:
            rows = tx.all(str, sql.newest, below=below, **wanted)
        else:
            rows = tx.all(str, sql.newest_of_parent, below=below, parent=window.parent, **wanted)
        more, rows = len(rows) > window.limit, rows[: window.limit]
    return listed([json.loads(row) for row in rows], url, more=more)


def listed(things: list[Object], url: str, *, more: bool = False) -> Object:
    """Return a list object of these things."""
    return {"object": "list", "url": url, "has_more": more, "data": things}


def _label(thing: Object) -> str:
    return str(thing.get(_LABELS.get(thing["object"], "status")) or "")


def _parent(thing: Object) -> str | None:
    parent = thing.get(_PARENTS.get(thing["object"], "payment_intent"))
    return parent if isinstance(parent, str) else None


def _seq(tx: Tx, kind: str, thing_id: str, param: str) -> int:
    seq = tx.value(sql.seq, kind=kind, id=thing_id)
    if seq is None:
        raise Fault(400, f"No such object: '{thing_id}'", "resource_missing", param)
    return int(seq)
