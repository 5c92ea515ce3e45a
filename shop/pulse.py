"""The pulse: whether news of money comes in and goes out, in a few numbers that one read finds by index."""

from dataclasses import dataclass

from db import Tx, queries
from shop.clock import Instant, from_epoch

sql = queries("pulse")

MANY = 100
"""Counts stop here, so that they cost the same for ever."""


@dataclass(frozen=True, slots=True)
class Booked:
    """The newest event by Stripe's own clock, `created` in seconds since 1970, and when it came here."""

    id: str
    type: str
    api_version: str
    created: int
    received_at: Instant
    result: str

    @property
    def written_at(self) -> Instant:
        """When Stripe wrote it."""
        return from_epoch(self.created)


@dataclass(frozen=True, slots=True)
class Turned:
    """The newest delivery that was turned away at the door."""

    at: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The outbox row that has been due the longest."""

    kind: str
    not_before: Instant
    attempts: int
    last_error: str
    created_at: Instant


@dataclass(frozen=True, slots=True)
class Job:
    """What the shop does by itself: when it is due, and until when somebody has it in hand."""

    name: str
    due_at: Instant
    leased_until: Instant | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the news of money goes; `parked` and `dead` stop at a hundred."""

    booked: Booked | None
    turned_away: Turned | None
    waiting: Waiting | None
    jobs: tuple[Job, ...]
    parked: int
    dead: int


def take(tx: Tx) -> Pulse:
    """Return how the news of money goes."""
    return Pulse(
        tx.one(Booked, sql.newest_event),
        tx.one(Turned, sql.newest_reject),
        tx.one(Waiting, sql.longest_due),
        tuple(tx.all(Job, sql.jobs)),
        int(tx.value(sql.parked, most=MANY)),
        int(tx.value(sql.dead, most=MANY)),
    )
