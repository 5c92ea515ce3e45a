"""The local Stripe's state: its clock, its ids, its objects, and what it refuses.

Objects are plain dictionaries in the shape of Stripe's API reference; each is stored whole.
"""

import json
import secrets
import string
import time
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
_TOP = 2**62


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """How a local Stripe is run.

    `public_base` is the address shoppers and the shop reach it at; each endpoint is a URL with its
    signing secret; `backoff` holds the seconds between one attempt to deliver and the next. Whoever shows
    the `control_token` may make faults; without one nobody may.
    """

    database: Path
    public_base: str
    secret_key: str
    endpoints: tuple[tuple[str, str], ...]
    templates: Path
    static: Path
    control_token: str = ""
    backoff: tuple[int, ...] = (1, 3, 10, 30, 60, 300, 1800, 3600, 21600, 43200, 86400, 86400)

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
    """Which part of a list is wanted."""

    limit: int = 10
    starting_after: str | None = None
    ending_before: str | None = None
    since: int = 0
    parent: str | None = None
    label: str | None = None


def new_id(prefix: str) -> str:
    """Return an id with one of Stripe's prefixes."""
    return f"{prefix}_" + "".join(secrets.choice(_LETTERS) for _ in range(24))


def add(tx: Tx, thing: Object, parent: str | None = None) -> Object:
    """Store a new object."""
    tx.run(
        sql.add,
        id=thing["id"],
        kind=thing["object"],
        created=thing["created"],
        label=_label(thing),
        parent=parent,
        body=json.dumps(thing),
    )
    return thing


def change(tx: Tx, thing: Object, parent: str | None = None) -> Object:
    """Store an object again after it has changed."""
    tx.run(sql.change, id=thing["id"], label=_label(thing), parent=parent, body=json.dumps(thing))
    return thing


def get(tx: Tx, kind: str, thing_id: str, param: str = "id") -> Object:
    """Return an object. Raises Fault 404 in Stripe's words."""
    body = tx.value(sql.get, kind=kind, id=thing_id)
    if body is None:
        noun = kind.replace("checkout.", "checkout ").replace("_", " ")
        raise Fault(404, f"No such {noun}: '{thing_id}'", "resource_missing", param)
    found: Object = json.loads(body)
    return found


def listing(tx: Tx, kind: str, window: Window, url: str) -> Object:
    """Return a list object, newest first, with the cursor rules of Stripe's pagination."""
    wanted = {
        "kind": kind,
        "since": window.since,
        "parent": window.parent,
        "label": window.label,
        "size": window.limit + 1,
    }
    if window.ending_before:
        above = _seq(tx, kind, window.ending_before, "ending_before")
        rows = tx.all(str, sql.newer_than, above=above, **wanted)
        more, rows = len(rows) > window.limit, rows[: window.limit][::-1]
    else:
        after = window.starting_after
        below = _seq(tx, kind, after, "starting_after") if after else _TOP
        rows = tx.all(str, sql.newest, below=below, **wanted)
        more, rows = len(rows) > window.limit, rows[: window.limit]
    return {
        "object": "list",
        "url": url,
        "has_more": more,
        "data": [json.loads(row) for row in rows],
    }


def _label(thing: Object) -> str:
    return str(thing.get(_LABELS.get(thing["object"], "status")) or "")


def _seq(tx: Tx, kind: str, thing_id: str, param: str) -> int:
    seq = tx.value(sql.seq, kind=kind, id=thing_id)
    if seq is None:
        raise Fault(400, f"No such object: '{thing_id}'", "resource_missing", param)
    return int(seq)
