"""What every handler of the local Stripe needs: its books, its clock, its dice, its postman."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from quart import current_app

from db import Database, DatabaseError, Tx
from shop.sandbox import endpoints, faults, later, sessions, webhooks
from shop.sandbox.faults import Faults
from shop.sandbox.postman import Postman
from shop.sandbox.state import MIGRATIONS, Call, Clock, Object, SandboxSettings

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

EXTENSION = "sandbox_desk"
HELD_KEYS = "shop.sandbox.held_keys"
"""Where a request's scope collects the keys that stay in use until a late answer has gone."""
_SWEEP_SECONDS = 1.0


@dataclass(slots=True)
class Desk:
    """A running local Stripe; `running` are the idempotency keys whose first call is not answered yet."""

    settings: SandboxSettings
    db: Database
    clock: Clock
    faults: Faults
    postman: Postman
    running: set[str] = field(default_factory=set)
    tasks: tuple["asyncio.Task[None]", ...] = ()

    @classmethod
    async def open(cls, settings: SandboxSettings) -> "Desk":
        """Open the books and start delivering and expiring."""
        db = await Database.open(f"sqlite:///{settings.database}", migrations=MIGRATIONS)
        clock = Clock(await db.read(faults.number, "ahead"))
        await db.write(endpoints.establish, settings.endpoints, clock.now())
        dice = await db.read(faults.load)
        here = cls(settings, db, clock, dice, Postman(db, settings, clock, dice))
        here.tasks = (
            asyncio.create_task(here.postman.run()),
            asyncio.create_task(here._sweep_for_ever()),
        )
        return here

    async def close(self) -> None:
        """Stop and close the books."""
        for task in self.tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._catch_up()
        await self.db.close()

    def call(self, request_id: str | None = None, key: str | None = None) -> Call:
        """Return the circumstances of what happens now."""
        return Call(self.clock.now(), self.settings.public_base, request_id, key)

    async def write(self, function: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a function in a write transaction, then have its events delivered."""
        result = await self.db.write(function, *args, **kwargs)
        self.postman.wake()
        return result

    async def reseed(self, seed: int) -> None:
        """Throw the dice from the beginning of another run, or of the same."""
        self.faults.reseed(seed)
        await self.db.write(faults.keep_number, "seed", seed)
        await self.db.write(faults.keep, self.faults.mishaps)

    async def order(self, told: Any) -> None:
        """Have faults happen. Raises Fault 400 for an order that can't be understood."""
        ordered = faults.read(told, len(self.faults.mishaps) + 1)
        self.faults.mishaps += ordered
        await self.db.write(faults.keep, ordered)

    async def clear(self) -> None:
        """Have no more faults happen; what is held back stays so until it is released."""
        self.faults.mishaps.clear()
        await self.db.write(faults.forget)

    async def release(self, *, shuffle: bool) -> int:
        """Let go what a fault holds back; return how many deliveries that are."""
        mix = self.faults.shuffled if shuffle else None
        return await self.write(webhooks.release, self.clock.now(), mix)

    async def set_clock(self, ahead: int) -> None:
        """Set the clock so many seconds ahead; what falls due by that happens now."""
        back = self.clock.ahead - ahead
        self.clock.ahead = ahead
        await self.db.write(faults.keep_number, "ahead", ahead)
        if back > 0:
            # What waits for a time that was near would wait for long.
            await self.db.write(webhooks.draw_near, back)
        await self.sweep()

    async def sweep(self) -> None:
        """Have happen what is due by the clock."""
        while await self.write(sessions.expire_overdue, self.call()):
            pass
        while await self.write(later.work_off, self.call(), self.settings.later_seconds):
            pass

    async def shown(self) -> Object:
        """Return how it is set, and how many deliveries are in which state."""
        return {
            "clock": self.clock.now(),
            "ahead": self.clock.ahead,
            "seed": self.faults.seed,
            "faults": [faults.shown(mishap) for mishap in self.faults.mishaps],
            **await self.db.read(webhooks.counts),
        }

    async def _catch_up(self) -> None:
        """Write down how often faults struck; a commit for each would slow every call."""
        if self.faults.changed:
            self.faults.changed = False
            await self.db.write(faults.keep, list(self.faults.mishaps))

    async def _sweep_for_ever(self) -> None:
        while True:
            try:
                await self.sweep()
                await self._catch_up()
            except DatabaseError as fault:
                log.warning("sessions will be expired later: %s", fault)
            await asyncio.sleep(_SWEEP_SECONDS)


def desk() -> Desk:
    """Return the local Stripe that this request is for."""
    return cast("Desk", current_app.extensions[EXTENSION])
