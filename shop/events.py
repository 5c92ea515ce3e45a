"""What happened, who did it and why: one append-only table with several readers.

Each row is written in the transaction of the change it tells of. The order's timeline and the admins'
activity page read it; nothing else may be derived from a change that has no row here.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop.clock import Instant

sql = queries("events")

STRIPE = "stripe"
SHOP = "shop"


@dataclass(frozen=True, slots=True)
class Event:
    """One change: its kind, what it changed, from what to what, and why."""

    seq: int
    at: Instant
    actor: str
    kind: str
    before: str
    after: str
    why: str

    @property
    def text(self) -> str:
        """The change in words: before → after, and why."""
        change = f"{self.before} → {self.after}" if self.before else self.after
        return f"{change} ({self.why})" if self.why else change


def record(
    tx: Tx,
    kind: str,
    of: str,
    *,
    by: str,
    at: Instant,
    before: object = "",
    after: object = "",
    why: str = "",
) -> None:
    """Write down that `by` changed the object `of` (such as `order:<id>`) from `before` to `after`."""
    tx.run(
        sql.add,
        at=at,
        actor=by,
        kind=kind,
        object=of,
        before=str(before),
        after=str(after),
        why=why,
    )


def of(tx: Tx, thing: str) -> tuple[Event, ...]:
    """Return what happened to one object, oldest first."""
    return tuple(tx.all(Event, sql.of_object, object=thing))
