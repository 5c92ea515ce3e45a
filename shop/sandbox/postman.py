"""The local Stripe's postman: carries what is due, side by side but never more than so many at once.

Each attempt gets a fresh time and signature; anything but 2xx, a redirect too, is a failure; failures are
repeated with growing pauses for three days (Stripe's documentation of webhooks).
"""

import asyncio
import logging
import time
from collections.abc import Sequence

import httpx

from db import Database, DatabaseError, Tx
from shop.sandbox import webhooks
from shop.sandbox.envelope import Envelope, sealed
from shop.sandbox.faults import POSTPONING, SPOILING, Faults, Mishap
from shop.sandbox.state import Clock, SandboxSettings
from shop.sandbox.webhooks import Attempt, Due

log = logging.getLogger(__name__)

THREE_DAYS = 3 * 24 * 3600

_POLL_SECONDS = 1.0
_ANSWER_SECONDS = 10.0
_MOST_AT_ONCE = 32
_ANSWER_KEPT = 200

Planned = tuple[Due, Mishap | None]


class Postman:
    """Delivers what is due until it is cancelled; `wake` makes it look at once."""

    def __init__(self, db: Database, settings: SandboxSettings, clock: Clock, dice: Faults) -> None:
        self._db = db
        self._backoff = settings.backoff
        self._clock = clock
        self._faults = dice
        self._woken = asyncio.Event()
        self._under_way: set[int] = set()

    def wake(self) -> None:
        """Look for due deliveries now."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver for ever."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=_MOST_AT_ONCE)
        async with (
            httpx.AsyncClient(timeout=_ANSWER_SECONDS, limits=limits, trust_env=False) as client,
            asyncio.TaskGroup() as group,
        ):
            while True:
                self._woken.clear()
                try:
                    for planned in await self._plan():
                        self._under_way.update(one.seq for one, _ in planned)
                        group.create_task(self._carry_all(client, planned))
                except DatabaseError as fault:
                    log.warning("deliveries will be tried again: %s", fault)
                await self._pause()

    async def _plan(self) -> list[list[Planned]]:
        """Return what goes now, as lists of what goes one after the other."""
        room = _MOST_AT_ONCE - len(self._under_way)
        if room <= 0:
            return []
        found = await self._db.read(webhooks.due, self._clock.now(), 2 * _MOST_AT_ONCE)
        fresh = [one for one in found if one.seq not in self._under_way][:room]
        if self._faults.mishaps or any(one.batch is not None for one in fresh):
            fresh = await self._put_off(fresh)
        planned = [(one, self._draw(one, SPOILING)) for one in fresh]
        in_line = [plan for plan in planned if plan[0].rank is not None]
        side_by_side = [[plan] for plan in planned if plan[0].rank is None]
        return [*side_by_side, in_line] if in_line else side_by_side

    async def _put_off(self, fresh: list[Due]) -> list[Due]:
        """Return what no fault puts off; every delivery is put off once at the most."""
        going: list[Due] = []
        late: list[tuple[Due, Mishap]] = []
        for one in fresh:
            mishap = None if one.postponed else self._draw(one, POSTPONING)
            if mishap is not None:
                late.append((one, mishap))
            elif one.batch is None:
                going.append(one)
        batches = {one.batch for one in fresh if one.postponed and one.batch is not None}
        if late or batches:
            await self._db.write(self._postpone, late, batches)
            self.wake()
        return going

    def _postpone(self, tx: Tx, late: Sequence[tuple[Due, Mishap]], batches: set[int]) -> None:
        at = self._clock.now()
        for one, mishap in late:
            batch = mishap.number if mishap.what == "shuffle" else None
            to = "held" if mishap.what == "hold" else "waiting"
            webhooks.postpone(tx, one.seq, to, at + mishap.seconds, batch)
        for mishap in {mishap.number: mishap for _, mishap in late if mishap.what == "shuffle"}.values():
            if len(webhooks.batch_of(tx, mishap.number)) >= mishap.count:
                batches = batches | {mishap.number}
        for batch in sorted(batches):
            webhooks.line_up(tx, self._faults.shuffled(webhooks.batch_of(tx, batch)), at)

    def _draw(self, one: Due, whats: Sequence[str]) -> Mishap | None:
        return self._faults.draw("delivery", {"type": one.type, "endpoint": one.endpoint_id}, whats)

    async def _carry_all(self, client: httpx.AsyncClient, planned: Sequence[Planned]) -> None:
        for one, mishap in planned:
            try:
                await self._carry(client, one, mishap)
            except DatabaseError as fault:
                log.warning("a delivery will be tried again: %s", fault)
            finally:
                self._under_way.discard(one.seq)
        self.wake()

    async def _carry(self, client: httpx.AsyncClient, one: Due, mishap: Mishap | None) -> None:
        copies = 1 + mishap.count if mishap and mishap.what == "duplicate" else 1
        async with asyncio.TaskGroup() as group:
            tries = [group.create_task(self._attempt(client, one, mishap)) for _ in range(copies)]
        attempts = [one_try.result() for one_try in tries]
        now = self._clock.now()
        outcome, next_at = "delivered", now
        if not all(attempt.succeeded for attempt in attempts):
            outcome, next_at = self._later(one, now)
        await self._db.write(webhooks.attempted, one, attempts, outcome, next_at)

    def _later(self, one: Due, now: int) -> tuple[str, int]:
        if one.attempts >= len(self._backoff) or one.endpoint_status != "enabled":
            return "failed", now
        next_at = now + self._backoff[one.attempts]
        return ("failed", now) if next_at > one.since + THREE_DAYS else ("waiting", next_at)

    async def _attempt(self, client: httpx.AsyncClient, one: Due, mishap: Mishap | None) -> Attempt:
        what = mishap.what if mishap else ""
        at, begun = self._clock.now(), time.perf_counter()
        if one.endpoint_status != "enabled":
            status, answer = f"endpoint {one.endpoint_status}", ""
        elif what == "drop":
            status, answer = "200", ""
        else:
            secrets = [one.secret, one.replaced] if at < one.replaced_until else [one.secret]
            # Signed by the true time: a clock set ahead is for what falls due, not for skew.
            envelope = sealed(one.body, secrets, self._clock.true(), mishap)
            status, answer = await _posted(client, one.url, envelope)
        milliseconds = round(1000 * (time.perf_counter() - begun))
        return Attempt(one.seq, at, status, milliseconds, answer, what)

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), _POLL_SECONDS)
        except TimeoutError:
            return


async def _posted(client: httpx.AsyncClient, url: str, envelope: Envelope) -> tuple[str, str]:
    """Return the status and how the answer began, or why there was none."""
    try:
        async with (
            asyncio.timeout(_ANSWER_SECONDS),
            client.stream("POST", url, content=envelope.body, headers=envelope.headers) as answer,
        ):
            begun = b""
            async for piece in answer.aiter_bytes():
                begun += piece
                if len(begun) > 4 * _ANSWER_KEPT:
                    break
            return str(answer.status_code), begun.decode(errors="replace")[:_ANSWER_KEPT]
    except TimeoutError:
        return f"no answer within {_ANSWER_SECONDS:.0f} seconds", ""
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        return type(fault).__name__, ""
