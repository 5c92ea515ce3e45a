"""Jobs: what the shop does by itself, beside answering requests.

Every job goes through the same functions as a request or a webhook, asks before it acts, and may run in
several processes at once: work is claimed by a conditional update with a lease.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from db import Database, DatabaseError, Tx
from shop import checkout, outbox, payments, refunds
from shop.clock import Instant, later, now
from shop.config import Settings
from shop.errors import Conflict
from shop.outbox import Task
from shop.stripe_gateway import Gateway, StripeError, StripeRefused

log = logging.getLogger(__name__)

UNFINISHED_SECONDS = 60
"""A session that was asked for so long ago without an answer is asked for again."""
FEED_OVERLAP_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Report:
    """What one run of all jobs did."""

    tasks: int
    sessions: int
    events: int


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do again and again; `every` is in seconds."""

    name: str
    every: float
    run: Callable[[], Awaitable[object]]


class Worker:
    """Runs the jobs inside the application, until it is cancelled."""

    def __init__(self, db: Database, gateway: Gateway, settings: Settings) -> None:
        self._db = db
        self._gateway = gateway
        self._settings = settings

    async def run(self) -> None:
        """Run every job at its own pace."""
        async with asyncio.TaskGroup() as group:
            for job in self._jobs():
                group.create_task(_again_and_again(job))

    def _jobs(self) -> tuple[Job, ...]:
        db, gateway = self._db, self._gateway
        return (
            Job("outbox", 0.5, lambda: work_off(db, gateway, outbox.due)),
            Job("deadlines", 5, lambda: db.write(end_overdue, now())),
            Job("unfinished", 15, lambda: finish_sessions(db, gateway)),
            Job("feed", 300, lambda: read_feed(db, gateway, self._settings)),
        )


async def reconcile(db: Database, gateway: Gateway, settings: Settings) -> Report:
    """Heal all that can be healed now: missed events, open sessions, and what waits in the outbox.

    Ignores back-off. Raises StripeError when Stripe can't be reached.
    """
    read = await read_feed(db, gateway, settings)
    await db.write(end_overdue, now())
    await finish_sessions(db, gateway, seconds=0)
    sessions = await reread_sessions(db, gateway)
    done = await work_off(db, gateway, outbox.waiting)
    return Report(done, sessions, read)


async def work_off(db: Database, gateway: Gateway, which: Callable[[Tx, Instant], list[Task]]) -> int:
    """Do what the outbox asks for and return how much of it was done."""
    count = 0
    for task in await db.read(which, now()):
        if await db.write(outbox.claim, task, now()):
            count += await _attempt(db, gateway, task)
    return count


async def _attempt(db: Database, gateway: Gateway, task: Task) -> bool:
    try:
        await _DO[task.kind](db, gateway, task.subject)
    except StripeError as fault:
        await db.write(outbox.try_again, task, str(fault), now())
        return False
    await db.write(outbox.done, task.id)
    return True


async def submit_refund(db: Database, gateway: Gateway, refund_id: str) -> None:
    """Ask Stripe for a refund under its own id as idempotency key, and book the answer."""
    claim = await db.read(refunds.claim, refund_id)
    if claim is None or claim.state != "requested":
        return
    request = {
        "payment_intent": claim.payment_intent,
        "amount": claim.amount,
        "metadata": {"refund_id": claim.id, "order": claim.number},
    }
    try:
        refund = await gateway.create_refund(request, claim.id, retries=0)
    except StripeRefused as refusal:
        await db.write(refunds.refused, refund_id, str(refusal), now())
        return
    await db.write(payments.refund_seen, refund, now())


def end_overdue(tx: Tx, at: Instant) -> int:
    """Ask for the sessions of orders past their deadline to be expired; Stripe's answer decides."""
    overdue = payments.past_deadline(tx, at)
    for order_id in overdue:
        outbox.add(tx, "expire", order_id, at)
    return len(overdue)


async def finish_sessions(db: Database, gateway: Gateway, seconds: float = UNFINISHED_SECONDS) -> None:
    """Repeat the requests for payment pages that were never answered."""
    for attempt_id in await db.read(payments.unfinished, later(now(), seconds=-seconds)):
        attempt = await db.read(payments.attempt, attempt_id)
        if attempt is not None:
            try:
                await checkout.open_session(db, gateway, attempt.order_id)
            except Conflict as refusal:
                log.warning("the payment of order %s was refused: %s", attempt.order_id, refusal)


async def reread_sessions(db: Database, gateway: Gateway) -> int:
    """Ask Stripe for every session that was open when we last heard of it, and book the answers."""
    waiting = await db.read(payments.unsettled)
    for order_id in waiting:
        attempt = await db.read(payments.latest_attempt, order_id)
        if attempt is not None and attempt.session_id is not None:
            session = await gateway.get_session(attempt.session_id)
            await db.write(payments.session_seen, session, now())
    return len(waiting)


async def read_feed(db: Database, gateway: Gateway, settings: Settings) -> int:
    """Read Stripe's list of events since the newest we know, and book those that were missed."""
    since = max(0, await db.read(payments.newest_event) - FEED_OVERLAP_SECONDS)
    missed = 0
    for event in await gateway.list_events(sorted(payments.EVENTS), created_gte=since):
        payload = json.dumps(event).encode()
        verdict = await db.write(payments.receive, event, payload, livemode=settings.livemode, at=now())
        missed += verdict.result == "processed"
    return missed


_DO: dict[str, Callable[[Database, Gateway, str], Awaitable[None]]] = {
    "expire": checkout.expire,
    "refund": submit_refund,
}


async def _again_and_again(job: Job) -> None:
    while True:
        try:
            await job.run()
        except (StripeError, DatabaseError) as fault:
            log.warning("job %s will be tried again: %s", job.name, fault)
        except Exception:
            # A defect in one job must not stop the others, nor itself for good.
            log.exception("job %s failed", job.name)
        await asyncio.sleep(job.every)
