"""Notes on orders: what admins tell one another. They are added and never changed."""

from dataclasses import dataclass

from db import Tx, queries
from shop import events
from shop.clock import Instant, new_id
from shop.people import Person

sql = queries("notes")


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about an order, and when."""

    id: str
    text: str
    name: str
    at: Instant


def add(tx: Tx, order_id: str, text: str, by: Person, at: Instant, intention: str | None = None) -> bool:
    """Write a note on an order; the same `intention` sent twice is one note, and False the second time."""
    note_id = new_id("note")
    row = {"id": note_id, "order_id": order_id, "text": text, "actor": by.actor, "at": at}
    if not tx.run(sql.add, intention=intention, **row):
        return False
    events.record(tx, "order.noted", f"order:{order_id}", by=by.actor, at=at, why=text)
    return True


def of_order(tx: Tx, order_id: str) -> tuple[Note, ...]:
    """Return an order's notes, newest first."""
    return tuple(tx.all(Note, sql.of_order, order_id=order_id))
