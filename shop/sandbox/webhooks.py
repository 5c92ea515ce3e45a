"""Events of the local Stripe and their delivery: signed, repeated with growing pauses, never lost.

An event's body is written once; each attempt gets a fresh time and signature, as Stripe's documentation
of webhooks describes.
"""

import asyncio
import hashlib
import hmac
import logging
from dataclasses import dataclass

import httpx

from db import Database, DatabaseError, Tx, queries
from shop.sandbox import state
from shop.sandbox.state import QUERIES, Call, Clock, Object, SandboxSettings

sql = queries("webhooks", QUERIES)
log = logging.getLogger(__name__)

_POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose time has come."""

    seq: int
    event_id: str
    url: str
    attempts: int
    body: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as the overview shows it."""

    seq: int
    event_id: str
    type: str
    url: str
    state: str
    attempts: int
    last_status: str


def emit(tx: Tx, call: Call, kind: str, thing: Object) -> None:
    """Write down that something happened, as a snapshot, and have it delivered to every endpoint."""
    event = {
        "id": state.new_id("evt"),
        "object": "event",
        "api_version": state.API_VERSION,
        "created": call.at,
        "data": {"object": thing},
        "livemode": False,
        "pending_webhooks": len(call.endpoints),
        "request": {"id": call.request_id, "idempotency_key": call.idempotency_key},
        "type": kind,
    }
    state.add(tx, event)
    for url in call.endpoints:
        tx.run(sql.add, event_id=event["id"], url=url, at=call.at)


def latest(tx: Tx) -> list[Delivery]:
    """Return the newest deliveries."""
    return tx.all(Delivery, sql.latest)


def send_again(tx: Tx, seq: int, at: int) -> None:
    """Have a delivery made once more, whatever became of it before."""
    tx.run(sql.again, seq=seq, at=at)


def signature(body: str, secret: str, at: int) -> str:
    """Return the Stripe-Signature header of a body (Stripe's documentation, scheme v1)."""
    mac = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


class Postman:
    """Delivers what is due until it is cancelled; `wake` makes it look at once."""

    def __init__(self, db: Database, settings: SandboxSettings, clock: Clock) -> None:
        self._db = db
        self._settings = settings
        self._clock = clock
        self._secrets = dict(settings.endpoints)
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look for due deliveries now."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver for ever."""
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            while True:
                try:
                    busy = await self._round(client)
                except DatabaseError as fault:
                    log.warning("deliveries will be tried again: %s", fault)
                    busy = False
                if not busy:
                    await self._pause()

    async def _round(self, client: httpx.AsyncClient) -> bool:
        due = await self._db.read(_due, self._clock.now())
        async with asyncio.TaskGroup() as group:
            for one in due:
                group.create_task(self._deliver(client, one))
        return bool(due)

    async def _deliver(self, client: httpx.AsyncClient, due: Due) -> None:
        status = await self._post(client, due)
        delivered = status.isdigit() and 200 <= int(status) < 300  # noqa: PLR2004 - HTTP's successes
        pauses = self._settings.backoff
        left = due.attempts < len(pauses)
        wait = pauses[due.attempts] if left else 0
        await self._db.write(
            _attempted,
            due.seq,
            "delivered" if delivered else "waiting" if left else "failed",
            self._clock.now() + wait,
            status,
        )

    async def _post(self, client: httpx.AsyncClient, due: Due) -> str:
        secret = self._secrets.get(due.url)
        if secret is None:
            return "endpoint removed"
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(due.body, secret, self._clock.now()),
        }
        try:
            answer = await client.post(due.url, content=due.body.encode(), headers=headers)
        except httpx.HTTPError as fault:
            return type(fault).__name__
        return str(answer.status_code)

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), _POLL_SECONDS)
        except TimeoutError:
            return
        self._woken.clear()


def _due(tx: Tx, at: int) -> list[Due]:
    return tx.all(Due, sql.due, at=at)


def _attempted(tx: Tx, seq: int, outcome: str, next_at: int, status: str) -> None:
    tx.run(sql.attempted, seq=seq, state=outcome, next_at=next_at, status=status)
