"""Attention: what waits for a person, because every cent has an owner and no rule could name it.

Each entry says what has happened, since when, and the one act that does the right thing. In a healthy shop
the list is empty.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import events, orders, outbox, payments, schedule
from shop.clock import Instant
from shop.desk import NOT_OURS
from shop.errors import Conflict
from shop.people import Person

sql = queries("attention")

MOST = 10_000
PAGE = 200
"""So many stand on one page; the oldest are seen to first, and others move up."""

ACTS: dict[str, str] = {
    "review": "Look at the order",
    "money": "Look at the order",
    "refund": "Refund again",
    "dispute": "Look at the order",
    "fraud": "Look at the order",
    "event": "Book it now",
    "outbox": "Try again now",
    "ledger": "Compare again now",
    "withdrawal": "See to it",
}
"""What the one button of each kind says."""

TITLES: dict[str, str] = {
    "review": "Orders in review",
    "money": "Money of closed orders",
    "refund": "Refunds that did not arrive",
    "dispute": "Disputes to answer",
    "fraud": "Fraud warnings",
    "event": "Stripe events that no rule could place",
    "outbox": "Work that was given up",
    "ledger": "Differences from Stripe's books",
    "withdrawal": "Withdrawals from contracts",
}
"""What each kind is called where they stand together."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that waits: `subject` is the id of what the act is about, `order` a number or empty."""

    kind: str
    subject: str
    order: str
    since: Instant
    text: str
    due_by: Instant | None

    @property
    def act(self) -> str:
        """What its button says."""
        return ACTS[self.kind]


@dataclass(frozen=True, slots=True)
class Board:
    """What waits for a person, by kind; `more` if there is more than one page of it.

    `with_money` names the parked events whose money can be given back, `at_the_bank` the orders whose money a
    dispute keeps from being refunded.
    """

    groups: tuple[tuple[str, tuple[Entry, ...]], ...]
    more: bool
    with_money: frozenset[str]
    at_the_bank: frozenset[str]


def entries(tx: Tx, size: int = MOST) -> tuple[Entry, ...]:
    """Return what waits for a person, the oldest first."""
    return tuple(tx.all(Entry, sql.entries, size=size))


def board(tx: Tx) -> Board:
    """Return a page of what waits for a person, the oldest of each kind first."""
    found = entries(tx, PAGE + 1)
    shown = found[:PAGE]
    groups = tuple((kind, tuple(one for one in shown if one.kind == kind)) for kind in TITLES)
    parked = [one.subject for one in shown if one.kind == "event"]
    with_money = frozenset(event_id for event_id in parked if payments.parked_payment(tx, event_id))
    numbers = {one.order for one in shown if one.kind == "refund"}
    kept = frozenset(one for one in numbers if orders.by_number(tx, one).dispute_state in NOT_OURS)
    return Board(tuple(group for group in groups if group[1]), len(found) > PAGE, with_money, kept)


def up_to_a_hundred(tx: Tx) -> int:
    """Return how much waits, counted no further than a hundred."""
    return len(tx.all(Entry, sql.entries, size=100))


def book_event(tx: Tx, event_id: str, by: Person, at: Instant, *, livemode: bool) -> str:
    """Book a parked event by the rules once more; return what became of it. Raises Conflict if it is gone."""
    verdict = payments.judge_again(tx, event_id, livemode=livemode, at=at)
    events.record(
        tx,
        "event.judged",
        f"stripe_event:{event_id}",
        by=by.actor,
        at=at,
        after=verdict.result,
        why=verdict.note,
    )
    return verdict.result


def set_event_aside(tx: Tx, event_id: str, by: Person, why: str, at: Instant) -> None:
    """Note that a person has seen to a parked event. Raises Conflict if it is gone."""
    payments.set_aside(tx, event_id, by=by.actor, why=why, at=at)


def give_back(tx: Tx, event_id: str, by: Person, at: Instant) -> None:
    """Have a parked event's money refunded, because no order can own it. Raises Conflict if it is gone."""
    if payments.parked_payment(tx, event_id) is None:
        raise Conflict("This event has no money that waits for anybody.")
    outbox.add(tx, "return", event_id, at)
    events.record(tx, "event.given_back", f"stripe_event:{event_id}", by=by.actor, at=at)


def try_task_again(tx: Tx, task_id: str, by: Person, at: Instant) -> None:
    """Take up work again that had been given up. Raises Conflict if somebody has."""
    if not outbox.revive(tx, task_id, at):
        raise Conflict("This work does not wait for anybody any more.")
    events.record(tx, "outbox.revived", f"outbox:{task_id}", by=by.actor, at=at)


def compare_again(tx: Tx, by: Person, at: Instant) -> None:
    """Have both ledgers compared as soon as somebody is free: what agrees by then waits no more."""
    schedule.make_due(tx, schedule.LEDGERS, at)
    events.record(tx, "ledgers.compared_again", "ledgers", by=by.actor, at=at)


def send_back(tx: Tx, key: str, by: Person, at: Instant) -> None:
    """Have a payment refunded that no order owns. Raises Conflict if it is no such payment any more."""
    payment = tx.value(sql.unowned_payment, key=key)
    if payment is None:
        raise Conflict("This payment does not wait for anybody any more.")
    outbox.add(tx, "send_back", payment, at)
    events.record(tx, "payment.sent_back", f"payment:{payment}", by=by.actor, at=at)
