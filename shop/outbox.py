"""The outbox: what must happen outside after a commit, written down inside it.

A row is claimed by a conditional update with a lease, so several processes may work on it, and a
crash only means that another claims it later. The work itself is safe to repeat: it carries its own
idempotency key to Stripe.
"""

import json
from dataclasses import dataclass

from db import Tx, queries
from shop.clock import Instant, later, new_id

sql = queries("outbox")

LEASE_SECONDS = 60
BACKOFF_SECONDS = (5, 15, 60, 300, 900, 3600, 7200, 21600)
MOST_ATTEMPTS = 12
"""After so many failures a person has to look; the row is never dropped."""


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work; `attempts` counts the claims before this one."""

    id: str
    kind: str
    payload: str
    attempts: int

    @property
    def subject(self) -> str:
        """The id of what the work is about."""
        return str(json.loads(self.payload)["id"])


@dataclass(frozen=True, slots=True)
class DeadTask:
    """Work that was given up until a person looks at it."""

    id: str
    kind: str
    payload: str
    attempts: int
    last_error: str
    created_at: Instant


def add(tx: Tx, kind: str, subject: str, at: Instant) -> None:
    """Ask for `kind` to be done to `subject` once; asking again changes nothing."""
    key = f"{kind}:{subject}"
    payload = json.dumps({"id": subject})
    tx.run(sql.add, id=new_id("out"), kind=kind, key=key, payload=payload, not_before=at, at=at)


def add_again(tx: Tx, kind: str, subject: str, at: Instant) -> None:
    """Ask for `kind` to be done to `subject` now, also where it has been done or given up before."""
    told = {"kind": kind, "key": f"{kind}:{subject}", "payload": json.dumps({"id": subject})}
    tx.run(sql.add_again, id=new_id("out"), not_before=at, at=at, **told)


def due(tx: Tx, at: Instant) -> list[Task]:
    """Return what should be done now, but for letters."""
    return tx.all(Task, sql.due, at=at)


def due_letters(tx: Tx, at: Instant) -> list[Task]:
    """Return the letters to be sent now: apart, for a mail server that hangs must not hold up refunds."""
    return tx.all(Task, sql.due_letters, at=at)


def waiting(tx: Tx, at: Instant) -> list[Task]:
    """Return all that is still to be done but for letters, also what is waiting for its next try."""
    return tx.all(Task, sql.waiting, at=at)


def claim(tx: Tx, task: Task, at: Instant) -> bool:
    """Take a task for this process; False when another was quicker."""
    until = later(at, seconds=LEASE_SECONDS)
    return tx.run(sql.claim, id=task.id, attempts=task.attempts, until=until) == 1


def done(tx: Tx, task_id: str) -> None:
    """Write down that a task is done."""
    tx.run(sql.done, id=task_id)


def try_again(tx: Tx, task: Task, error: str, at: Instant) -> None:
    """Put a task back for its next try, later with each failure."""
    wait = BACKOFF_SECONDS[min(task.attempts, len(BACKOFF_SECONDS) - 1)]
    again = later(at, seconds=wait)
    tx.run(sql.again, id=task.id, not_before=again, error=error[:500], most=MOST_ATTEMPTS)


def give_up(tx: Tx, task: Task, error: str) -> None:
    """Put a task aside at once, because trying again can't help: a person has to look."""
    tx.run(sql.give_up, id=task.id, error=error[:500])


def revive(tx: Tx, task_id: str, at: Instant) -> bool:
    """Take up a task again that had been given up; False if it has not been."""
    return tx.run(sql.revive, id=task_id, at=at) == 1


def revive_all(tx: Tx, at: Instant) -> int:
    """Take up every task again that had been given up; return their number."""
    return sum(revive(tx, task.id, at) for task in dead(tx))


def dead(tx: Tx) -> list[DeadTask]:
    """Return what waits for a person."""
    return tx.all(DeadTask, sql.dead)
