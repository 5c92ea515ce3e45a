"""What every handler of the local Stripe needs: its books, its clock, its postman."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar, cast

from quart import current_app

from db import Database, DatabaseError, Tx
from shop.sandbox import later, sessions
from shop.sandbox.state import MIGRATIONS, Call, Clock, SandboxSettings
from shop.sandbox.webhooks import Postman

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

EXTENSION = "sandbox_desk"
_SWEEP_SECONDS = 1.0


@dataclass(slots=True)
class Desk:
    """A running local Stripe."""

    settings: SandboxSettings
    db: Database
    clock: Clock
    postman: Postman
    tasks: tuple["asyncio.Task[None]", ...] = ()

    @classmethod
    async def open(cls, settings: SandboxSettings) -> "Desk":
        """Open the books and start delivering and expiring."""
        db = await Database.open(f"sqlite:///{settings.database}", migrations=MIGRATIONS)
        clock = Clock()
        here = cls(settings, db, clock, Postman(db, settings, clock))
        here.tasks = (
            asyncio.create_task(here.postman.run()),
            asyncio.create_task(here._sweep()),
        )
        return here

    async def close(self) -> None:
        """Stop and close the books."""
        for task in self.tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.db.close()

    def call(self, request_id: str | None = None, key: str | None = None) -> Call:
        """Return the circumstances of what happens now."""
        endpoints = tuple(url for url, _ in self.settings.endpoints)
        return Call(self.clock.now(), self.settings.public_base, endpoints, request_id, key)

    async def write(self, function: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a function in a write transaction, then have its events delivered."""
        result = await self.db.write(function, *args, **kwargs)
        self.postman.wake()
        return result

    async def _sweep(self) -> None:
        while True:
            try:
                await self.write(sessions.expire_overdue, self.call())
                await self.write(later.work_off, self.call(), self.settings.later_seconds)
            except DatabaseError as fault:
                log.warning("sessions will be expired later: %s", fault)
            await asyncio.sleep(_SWEEP_SECONDS)


def desk() -> Desk:
    """Return the local Stripe that this request is for."""
    return cast("Desk", current_app.extensions[EXTENSION])
