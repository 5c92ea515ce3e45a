"""The schedule: when each job is due, who runs it just now, and how far it has read.

A job is claimed by a conditional update with a lease, so of several processes one runs it, and another
takes it over when that one dies.
"""

from db import Tx, queries
from shop.clock import Instant, later

sql = queries("schedule")

LEDGERS = "ledgers"
"""The comparison of both ledgers."""
LEASE_SECONDS = 600


def may_run(tx: Tx, name: str, at: Instant) -> bool:
    """Tell whether a job is due and nobody runs it, without writing anything."""
    return not tx.value(sql.is_taken, name=name, at=at)


def claim(tx: Tx, name: str, at: Instant) -> Instant | None:
    """Take a job for this process until that instant; None when it is not due or another was quicker."""
    tx.run(sql.add, name=name, at=at)
    until = later(at, seconds=LEASE_SECONDS)
    return until if tx.run(sql.claim, name=name, at=at, until=until) else None


def done(tx: Tx, name: str, until: Instant, due_at: Instant) -> None:
    """Write down when a job is due again; whoever was so late that another has it leaves it to them."""
    tx.run(sql.done, name=name, until=until, due_at=due_at)


def make_due(tx: Tx, name: str, at: Instant) -> None:
    """Have a job run as soon as somebody is free."""
    tx.run(sql.add, name=name, at=at)
    tx.run(sql.make_due, name=name, at=at)


def cursor(tx: Tx, name: str) -> int:
    """Return how far a job has read, 0 at first."""
    return int(tx.value(sql.cursor, name=name) or 0)


def set_cursor(tx: Tx, name: str, read_to: int, at: Instant) -> None:
    """Write down how far a job has read; it never goes back."""
    tx.run(sql.add, name=name, at=at)
    tx.run(sql.set_cursor, name=name, cursor=read_to)
