"""The one search: orders, variants and people by any part of their names, and anything by its exact name.

An exact name may also be Stripe's: of a session, a payment, a charge, a refund, a dispute or an event.
Everything is found by index, so it costs the same for ever.
"""

import re
from dataclasses import dataclass

from db import Tx, queries
from shop import finds, order_finds

sql = queries("search")

MOST = 8
"""So many of each kind are shown; their list has the others."""

_STRIPE = re.compile(r"(cs|pi|ch|py|re|pyr|du|dp|issfr|evt)_[A-Za-z0-9_]{4,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: `key` names it among its kind; the amount is in minor units.

    Kinds are order, variant (of a `product`) and person; booked and parked are events of Stripe's that belong
    to no order.
    """

    kind: str
    key: str
    title: str
    detail: str
    amount: int | None = None
    currency: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The newest hits of one kind, and whether there are more."""

    hits: tuple[Hit, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a text has found: what is named exactly so, and what has it somewhere in its names."""

    text: str
    exact: tuple[Hit, ...]
    groups: dict[str, Group]

    @property
    def nothing(self) -> bool:
        """Whether there is not a single hit."""
        return not self.exact and not any(group.hits for group in self.groups.values())


@dataclass(frozen=True, slots=True)
class _Event:
    id: str
    type: str
    result: str


def find(tx: Tx, text: str) -> Found:
    """Return what a text finds, the newest first; or what begins so where two letters are typed."""
    exact = tuple(_named(tx, text))
    pattern = finds.pattern(text)
    if _STRIPE.fullmatch(text):
        return Found(text, exact, {})
    found = _by_words(tx, pattern) if pattern else _by_beginning(tx, text)
    known = {(hit.kind, hit.key) for hit in exact}
    groups = {
        kind: Group(tuple(hit for hit in hits[:MOST] if (hit.kind, hit.key) not in known), len(hits) > MOST)
        for kind, hits in found.items()
    }
    return Found(text, exact, groups)


def _by_words(tx: Tx, pattern: str) -> dict[str, list[Hit]]:
    return {
        "orders": tx.all(Hit, sql.orders, pattern=pattern, size=MOST + 1),
        "stock": tx.all(Hit, sql.variants, pattern=pattern, size=MOST + 1),
        "people": tx.all(Hit, sql.people, pattern=pattern, size=MOST + 1),
    }


def _by_beginning(tx: Tx, text: str) -> dict[str, list[Hit]]:
    capitals, small = text.upper(), text.lower()

    def reach(start: str) -> dict[str, object]:
        return {"start": start, "upto": finds.upto(start), "size": MOST + 1}

    return {
        "orders": tx.all(Hit, sql.orders_from, **reach(capitals)),
        "stock": tx.all(Hit, sql.variants_from, **reach(text))
        or tx.all(Hit, sql.variants_from, **reach(capitals)),
        "people": tx.all(Hit, sql.people_from, **reach(small)),
    }


def _named(tx: Tx, text: str) -> list[Hit]:
    if not _STRIPE.fullmatch(text):
        bare = text.removeprefix("#")
        return tx.all(Hit, sql.named_here, text=text, capitals=bare.upper(), small=text.lower())
    found = tx.all(Hit, sql.named_at_stripe, id=text)
    if found:
        return found
    events = tx.all(_Event, sql.event, id=text) or tx.all(_Event, sql.events_of, id=text, size=MOST)
    return [_of_event(tx, one) for one in events] or _orders_of(tx, text)


def _of_event(tx: Tx, event: _Event) -> Hit:
    """Return an event as a hit: its order's, where one is known."""
    title, detail = f"Event {event.type}", f"{event.id}, {event.result}"
    for order in _orders_of(tx, event.id):
        return Hit("order", order.key, f"{title} of order {order.key}", detail)
    return Hit("parked" if event.result == "parked" else "booked", event.id, title, detail)


def _orders_of(tx: Tx, name: str) -> list[Hit]:
    ids = order_finds.at_stripe(tx, name)[:MOST]
    return [hit for one in ids for hit in tx.all(Hit, sql.order_by_id, id=one)]
