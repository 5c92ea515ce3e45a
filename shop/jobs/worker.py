"""The worker: runs the jobs inside the application, each at its own pace, in one process at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from db import Database, DatabaseError
from shop import notices, outbox, restocking, schedule
from shop.clock import later, now
from shop.config import Settings
from shop.importing import work as imports
from shop.jobs import counting, reading, words
from shop.jobs.errands import work_off
from shop.stripe_gateway import Gateway, StripeError

log = logging.getLogger(__name__)

MOST_ROUNDS = 5
AGAIN_SECONDS = 60.0
_LOOK_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Report:
    """What one run of all jobs did, and how many differences between the ledgers are left."""

    tasks: int
    sessions: int
    events: int
    differences: int


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do again and again, `every` so many seconds; `alone` in one process at a time."""

    name: str
    every: float
    run: Callable[[], Awaitable[object]]
    alone: bool = True


class Worker:
    """Runs the jobs inside the application, until it is cancelled."""

    def __init__(
        self, db: Database, gateway: Gateway, settings: Settings, returned: reading.Returned
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._settings = settings
        self._returned = returned

    async def run(self) -> None:
        """Run every job at its own pace."""
        # While we were away, anything may have happened.
        try:
            for name in (reading.FEED, counting.SELLERS):
                await self._db.write(schedule.make_due, name, now())
        except DatabaseError as fault:
            log.warning("what was missed will be caught up with at its own time: %s", fault)
        async with asyncio.TaskGroup() as group:
            for job in self._jobs():
                group.create_task(self._again_and_again(job))

    def _jobs(self) -> tuple[Job, ...]:
        db, gateway, settings = self._db, self._gateway, self._settings
        return (
            Job("outbox", 0.5, lambda: work_off(db, gateway, settings, outbox.due), alone=False),
            Job("letters", 1, lambda: work_off(db, gateway, settings, outbox.due_letters), alone=False),
            Job(
                "returned",
                1,
                lambda: reading.read_returned(db, gateway, self._returned),
                alone=False,
            ),
            # Two, so that a small file need not wait for a large one.
            *(Job(f"imports {number}", 0.5, self._imports, alone=False) for number in (1, 2)),
            Job("deadlines", 5, lambda: reading.end_overdue(db, now()), alone=False),
            Job("unfinished", 15, lambda: reading.finish_sessions(db, gateway)),
            Job("sessions", 60, lambda: reading.read_sessions(db, gateway, later(now(), seconds=-60))),
            Job(reading.FEED, 300, lambda: reading.read_feed(db, gateway, settings)),
            Job("debits", 3600, lambda: reading.read_debits(db, gateway)),
            Job("refunds", 3600, lambda: reading.read_refunds(db, gateway)),
            Job("disputes", 3600, lambda: reading.read_disputes(db, gateway)),
            Job(counting.SELLERS, 900, lambda: counting.count_sellers(db)),
            Job("notices", 10, lambda: db.write(notices.tell, settings.base_url, now())),
            Job(words.WORDS, 86400, lambda: words.join_words(db)),
            Job("restocking", 3600, lambda: db.write(restocking.write_letters, now())),
            Job(schedule.LEDGERS, 86400, lambda: reading.read_ledgers(db, gateway)),
        )

    async def _imports(self) -> None:
        await imports.work_off(self._db, self._settings.database_url, self._settings.currency)

    async def _again_and_again(self, job: Job) -> None:
        while True:
            try:
                await (self._in_turn(job) if job.alone else job.run())
            except (StripeError, DatabaseError) as fault:
                log.warning("job %s will be tried again: %s", job.name, fault)
            except Exception:
                # A defect in one job must not stop the others, nor itself for good.
                log.exception("job %s failed", job.name)
            await asyncio.sleep(min(job.every, _LOOK_SECONDS))

    async def _in_turn(self, job: Job) -> None:
        """Run a job if it is due and no other process runs it."""
        if not await self._db.read(schedule.may_run, job.name, now()):
            return
        lease = await self._db.write(schedule.claim, job.name, now())
        if lease is None:
            return
        # What failed is tried again soon, however seldom it is due.
        pause = min(job.every, AGAIN_SECONDS)
        try:
            await job.run()
            pause = job.every
        finally:
            await self._db.write(schedule.done, job.name, lease, later(now(), seconds=pause))


async def reconcile(db: Database, gateway: Gateway, settings: Settings) -> Report:
    """Heal all that can be healed now: missed events, open sessions, both ledgers, and the outbox.

    Ignores back-off, and takes up again what had been given up. Raises StripeError when Stripe can't be
    reached.
    """
    events = await reading.read_feed(db, gateway, settings)
    await reading.end_overdue(db, now())
    await reading.finish_sessions(db, gateway, seconds=0)
    sessions = await reading.read_sessions(db, gateway, later(now(), minutes=60 * 24 * 400))
    sessions += await reading.read_debits(db, gateway)
    await reading.read_refunds(db, gateway)
    await reading.read_disputes(db, gateway)
    await db.write(outbox.revive_all, now())
    done = await _work_off_all(db, gateway, settings)
    differences = await reading.read_ledgers(db, gateway)
    done += await _work_off_all(db, gateway, settings)
    if differences:
        differences = await reading.read_ledgers(db, gateway)
    return Report(done, sessions, events, differences)


async def _work_off_all(db: Database, gateway: Gateway, settings: Settings) -> int:
    """Do all errands, also those that errands ask for; what failed waits for its next turn."""
    done = 0
    for _ in range(MOST_ROUNDS):
        count = await work_off(db, gateway, settings, outbox.waiting)
        if count == 0:
            break
        done += count
    return done
