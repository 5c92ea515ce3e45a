"""The shop's books for a test that is no coroutine: a real file, the real database, a loop of its own.

Each `Books` is a copy of one prepared file, so that opening it costs no migration.
"""

import asyncio
import functools
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from db import Database
from db.engine import sqlite3
from shop import buyers, cart, checkout, payments
from shop.clock import Instant, from_epoch, new_id
from shop.people import Person
from tests.machine.stripe_model import StripeModel
from tests.world import World, open_world, settings_for

START = 1_790_000_000
# Where there is memory that looks like a disk, files go there: what a crash leaves is tested elsewhere.
MEMORY = Path("/dev/shm")  # noqa: S108 - each test has a folder of its own in it
FOLDER = MEMORY if MEMORY.is_dir() else None


@functools.cache
def prepared() -> tuple[tempfile.TemporaryDirectory, World]:
    """Return a folder with the books of the named world, and who is in them; it goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="tillroom", dir=FOLDER)

    async def prepare() -> World:
        world = await open_world(settings_for(Path(folder.name)))
        await world.db.close()
        return world

    return folder, asyncio.run(prepare())


class Books:
    """A shop's books and their people, with Stripe beside them."""

    def __init__(self, original: Path | None = None) -> None:
        folder, self.world = prepared()
        self._folder = tempfile.TemporaryDirectory(prefix="tillroom", dir=FOLDER)
        self.path = Path(self._folder.name) / "shop.db"
        for part in ("", "-wal"):
            source = Path(f"{original or Path(folder.name) / 'shop.db'}{part}")
            if source.exists():
                shutil.copy(source, f"{self.path}{part}")
        self._runner = asyncio.Runner()
        self._db = self._runner.run(Database.open(f"sqlite:///{self.path}"))
        self._outside = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        self.stripe = StripeModel(START)
        self.admin, self.sam = self.world.ada, self.world.sam

    @property
    def at(self) -> Instant:
        return from_epoch(self.stripe.clock)

    def write(self, function: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        return self._runner.run(self._db.write(function, *args, **kwargs))

    def read(self, function: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        return self._runner.run(self._db.read(function, *args, **kwargs))

    def deliver(self, event: dict) -> str:
        """Book an event as the webhook does; return what became of it."""
        payload = json.dumps(event).encode()
        return self.write(payments.receive, event, payload, livemode=False, at=self.at).result

    def place(self, wanted: dict[str, int], person: Person | None = None) -> payments.Attempt | None:
        """Place an order of so many units of some SKUs; return the wish for its payment page."""
        cart_id = new_id("cart")
        for sku, quantity in wanted.items():
            self.write(cart.put, cart_id, sku, quantity, self.at)
        order = self.write(
            checkout.begin, self.world.settings, buyers.account(person or self.sam), cart_id, self.at
        ).order
        return self.read(payments.latest_attempt, order.id)

    def open(self, attempt: payments.Attempt) -> str:
        """Ask Stripe for a payment page and book its answer; return the session's id."""
        session = self.stripe.create_session(json.loads(attempt.request), attempt.idempotency_key)
        self.write(payments.opened, attempt.id, session)
        return session.id

    def rows(self, statement: str) -> list[tuple]:
        """Look at the books from outside, with a statement of the test's own."""
        return self._outside.execute(statement).fetchall()

    def pause(self) -> None:
        """Close the file, so that it may be copied whole."""
        self._outside.close()
        self._runner.run(self._db.close())

    def close(self) -> None:
        self.pause()
        self._runner.close()
        self._folder.cleanup()
