"""Events of the local Stripe and the books of their delivery.

An event's body is written once and delivered as it was written; the event that is answered later also
tells how many endpoints still wait for it. `postman.py` carries what is due.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from db import Tx, queries
from shop.sandbox import endpoints, state
from shop.sandbox.state import QUERIES, Call, Fault, Object

sql = queries("webhooks", QUERIES)

DELIVERED = {True: "delivered", False: "pending"}
"""What stands in an event's `parent` column, for Stripe's filter `delivery_success`."""


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose time has come, with what is needed to carry it."""

    seq: int
    event_id: str
    type: str
    endpoint_id: str
    attempts: int
    since: int
    postponed: bool
    batch: int | None
    rank: int | None
    body: str
    url: str
    secret: str
    replaced: str
    replaced_until: int
    endpoint_status: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one try: a status or a reason, how long it took, how the answer began."""

    delivery: int
    at: int
    status: str
    milliseconds: int
    answer: str
    fault: str
    seq: int = 0

    @property
    def succeeded(self) -> bool:
        """Tell whether the answer was one that Stripe counts as success: 2xx and nothing else."""
        return len(self.status) == 3 and self.status.startswith("2")  # noqa: PLR2004 - HTTP's successes


@dataclass(frozen=True, slots=True)
class Told:
    """An attempt as the control desk lists it."""

    seq: int
    delivery: int
    at: int
    status: str
    milliseconds: int
    answer: str
    fault: str
    event_id: str
    type: str
    endpoint_id: str
    url: str
    state: str


@dataclass(slots=True)
class Delivery:
    """A delivery as the deliveries page shows it, its newest attempts first."""

    seq: int
    event_id: str
    type: str
    url: str
    state: str
    next_at: int
    tries: list[Attempt] = field(default_factory=list, init=False)


@dataclass(frozen=True, slots=True)
class Count:
    """How many deliveries are in a state."""

    state: str
    many: int


def emit(tx: Tx, call: Call, kind: str, thing: Object, previous: Object | None = None) -> None:
    """Write down that something happened, as a snapshot, and have it delivered to whoever wants it.

    `previous` are the former values of what an update changed.
    """
    to = endpoints.told_of(tx, kind)
    event = {
        "id": state.new_id("evt"),
        "object": "event",
        "api_version": state.API_VERSION,
        "created": call.at,
        "data": {"object": thing} | ({} if previous is None else {"previous_attributes": previous}),
        "livemode": False,
        "pending_webhooks": len(to),
        "request": {"id": call.request_id, "idempotency_key": call.idempotency_key},
        "type": kind,
    }
    state.add(tx, event)
    # Stripe's bodies are indented: whoever verifies a signature over re-encoded JSON is found out.
    tx.run(sql.add_body, event_id=event["id"], body=json.dumps(event, indent=2))
    _mark(tx, event)
    for endpoint_id in to:
        tx.run(sql.add, event_id=event["id"], endpoint_id=endpoint_id, at=call.at)


def due(tx: Tx, at: int, size: int) -> list[Due]:
    """Return deliveries whose time has come, in the order in which they shall go."""
    return tx.all(Due, sql.due, at=at, size=size)


def attempted(tx: Tx, one: Due, attempts: list[Attempt], outcome: str, next_at: int) -> None:
    """Write down what became of a delivery: `outcome` is the state it is in now."""
    for attempt in attempts:
        told = asdict(attempt)
        del told["seq"]
        tx.run(sql.add_attempt, **told)
    delivered = outcome == "delivered"
    tx.run(sql.attempted, seq=one.seq, state=outcome, next_at=next_at, succeeded=delivered)
    if delivered:
        event = state.get(tx, "event", one.event_id)
        _mark(tx, event | {"pending_webhooks": tx.value(sql.pending, event_id=one.event_id)})


def postpone(tx: Tx, seq: int, to: str, next_at: int, batch: int | None = None) -> None:
    """Put a delivery off, once: held, or waiting for a later time, alone or with others of its batch."""
    tx.run(sql.postpone, seq=seq, state=to, next_at=next_at, batch=batch)


def batch_of(tx: Tx, batch: int) -> list[int]:
    """Return the deliveries that wait to be shuffled together."""
    return tx.all(int, sql.batch, batch=batch)


def line_up(tx: Tx, seqs: list[int], at: int) -> None:
    """Have deliveries go now, one after the other in this order."""
    for rank, seq in enumerate(seqs):
        tx.run(sql.line_up, seq=seq, at=at, rank=rank)


def release(tx: Tx, at: int, mix: Callable[[list[int]], list[int]] | None) -> int:
    """Let go what is held, side by side or one after the other in the order that `mix` gives."""
    held = tx.all(int, sql.held)
    for rank, seq in enumerate(mix(held) if mix and held else held):
        tx.run(sql.let_go, seq=seq, at=at, rank=rank if mix else None)
    return len(held)


def draw_near(tx: Tx, seconds: int) -> None:
    """Move what waits to an earlier time, because the clock was set back by so much."""
    tx.run(sql.draw_near, by=seconds)


def send_again(tx: Tx, seq: int, at: int) -> None:
    """Have a delivery made once more, whatever became of it before. Raises Fault 404."""
    if not tx.run(sql.again, seq=seq, at=at):
        raise Fault(404, f"No such delivery: {seq}", "resource_missing")


def repeat_attempt(tx: Tx, seq: int, at: int) -> int:
    """Have made once more what an attempt delivered; return the delivery. Raises Fault 404."""
    delivery = tx.value(sql.of_attempt, seq=seq)
    if delivery is None:
        raise Fault(404, f"No such attempt: {seq}", "resource_missing")
    send_again(tx, delivery, at)
    return int(delivery)


def counts(tx: Tx) -> dict[str, int]:
    """Return how many deliveries are in which state."""
    found = {one.state: one.many for one in tx.all(Count, sql.counts)}
    return {name: found.get(name, 0) for name in ("held", "waiting", "delivered", "failed")}


def attempts_after(tx: Tx, after: int, size: int) -> list[Object]:
    """Return attempts in the order they were made."""
    return [asdict(one) for one in tx.all(Told, sql.attempts_after, after=after, size=size)]


def latest(tx: Tx, before: int, size: int) -> list[Delivery]:
    """Return the newest deliveries below a number, with their attempts."""
    found = tx.all(Delivery, sql.latest, before=before, size=size)
    for one in found:
        one.tries = tx.all(Attempt, sql.attempts_of, delivery=one.seq)
    return found


def _mark(tx: Tx, event: Object) -> None:
    done = DELIVERED[event["pending_webhooks"] == 0]
    tx.run(sql.mark, id=event["id"], body=json.dumps(event), parent=done)
