"""What will happen by itself at the local Stripe, by its own clock: a debit settles, a dispute comes."""

from dataclasses import dataclass

from db import Tx, queries
from shop.sandbox.state import QUERIES, Call

sql = queries("schedule", QUERIES)


@dataclass(frozen=True, slots=True)
class Due:
    """Something whose time has come."""

    seq: int
    kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that will happen to an object, and since when it is planned."""

    kind: str
    planned_at: int


def plan(tx: Tx, call: Call, kind: str, subject: str) -> None:
    """Have something happen to an object later."""
    tx.run(sql.add, kind=kind, subject=subject, at=call.at)


def unplan(tx: Tx, kind: str, subject: str) -> None:
    """Have something not happen any more."""
    tx.run(sql.drop, kind=kind, subject=subject)


def planned(tx: Tx, subject: str) -> list[Planned]:
    """Return what will happen to an object."""
    return tx.all(Planned, sql.of, subject=subject)


def take(tx: Tx, planned_before: int) -> list[Due]:
    """Take what is due off the schedule, oldest first."""
    due = tx.all(Due, sql.due, planned_before=planned_before)
    for one in due:
        tx.run(sql.done, seq=one.seq)
    return due
