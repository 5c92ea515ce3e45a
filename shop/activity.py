"""Activity: who did what, from what to what, and why; read from the books, which nobody can change.

Two append-only tables are read side by side, newest first: the events, and the movements of stock that were
made by hand. Every other movement belongs to an order, whose events tell of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from db import Tx, queries
from shop.clock import Instant, later
from shop.errors import Refused
from shop.listing import Listing
from shop.money import format_money

sql = queries("activity")

PAGE = 50
WALK = 1000
"""So many rows of an index are looked at for one page, however few of them are wanted."""
ALL_OF_IT = 2**62
SLACK_SECONDS = 60
"""Rows are numbered as they are committed: their times may be that far out of order."""

GROUPS: dict[str, tuple[str, ...]] = {
    "orders": ("order",),
    "money": ("payment", "refund", "dispute", "event", "ledgers", "outbox"),
    "stock": ("stock", "stocktake", "batch", "threshold"),
    "prices": ("price",),
    "products": ("product", "variant", "category", "picture", "import"),
    "supply": ("supplier", "purchase", "receipt"),
    "people": ("person", "letter", "letters"),
    "settings": ("settings", "view"),
}
"""The parts of the business, each with how the kinds of its events begin."""
_WORDS = {
    "person.role": "role changed",
    "person.password": "password changed",
    "person.reset_asked": "new password asked for",
    "person.reset_sent": "new password offered",
    "stock.moved": "stock corrected",
    "event.judged": "Stripe event judged again",
    "event.set_aside": "Stripe event set aside",
    "event.given_back": "money of a Stripe event given back",
    "outbox.revived": "errand taken up again",
    "letter.repeated": "letter sent again",
}
"""What says more than the kind itself."""
_TOLD_BY_THE_LEDGER = "stock.adjusted"
"""A kind whose every event has its movement, which is read here already."""
_BUSY = ("order", "payment", "refund")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the activity is looked at; `since` and `until` are instants, the later one not included."""

    actor: str = ""
    group: str = ""
    objects: tuple[str, ...] = ()
    since: Instant = ""
    until: Instant = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done; names are looked up for the rows that are shown."""

    seq: int
    at: Instant
    actor: str
    kind: str
    object: str
    before: str
    after: str
    why: str
    actor_name: str = ""
    object_name: str = ""
    place: str = ""

    @property
    def what(self) -> str:
        """The kind in words."""
        return _WORDS.get(self.kind) or self.kind.replace(".", " ").replace("_", " ")


@dataclass(frozen=True, slots=True)
class _Movement:
    seq: int
    at: Instant
    actor: str
    sku: str
    on_hand_change: int
    on_hand_after: int
    reason: str
    note: str


@dataclass(slots=True)
class _Stream:
    """One index, walked from `position` down; `edge` is where the walk stopped before the end."""

    position: int
    entries: list[Entry]
    edge: Entry | None
    next: int = field(default=0)

    @property
    def head(self) -> Entry | None:
        return self.entries[self.next] if self.next < len(self.entries) else self.edge


def listing(tx: Tx, wanted: Wanted, after: str | None = None, size: int = PAGE) -> Listing[Entry]:
    """Return a page of what was done, newest first. Raises Refused for a place that this list has not.

    Where little fits what is wanted, a page may be short or empty and still go on.
    """
    walks = _walks(wanted)
    positions = _positions(after, len(walks))
    bounds = [_bounds(tx, walk.numbers, wanted) for walk in walks]
    most = WALK if _sifts(wanted) else min(size + 1, WALK)
    streams = [
        _stream(
            walk.rows(tx, before_seq=min(position, upper), floor=floor, size=most), wanted, position, most
        )
        for walk, position, (floor, upper) in zip(walks, positions, bounds, strict=True)
    ]
    taken = _merged(streams, size)
    goes_on = any(stream.head is not None for stream in streams)
    place = ".".join(str(stream.position) for stream in streams) if goes_on else None
    return Listing(tuple(_named(tx, taken)), place)


def objects_called(tx: Tx, text: str) -> tuple[str, ...]:
    """Return the objects that a number, SKU, address or `kind:id` names; none if it is unknown."""
    if (order_id := tx.value(sql.order_of_number, number=text.upper())) is not None:
        return (f"order:{order_id}",)
    if (product_id := tx.value(sql.product_of_sku, sku=text)) is not None:
        return (f"variant:{text}", f"product:{product_id}")
    if (person_id := tx.value(sql.person_of_email, email=text.lower())) is not None:
        return (f"person:{person_id}",)
    kind, colon, name = text.partition(":")
    return (text,) if colon and kind.isidentifier() and name else ()


def actor_called(tx: Tx, text: str) -> str:
    """Return how the books name whom a text means; empty if unknown.

    It may be an address, a person's id, `shop`, `stripe`, or `guest` for all who bought without an account.
    """
    if text in ("shop", "stripe", "guest"):
        return text
    person_id = tx.value(sql.person_of_email, email=text.lower()) or text.removeprefix("person:")
    return f"person:{person_id}" if tx.value(sql.person_name, id=person_id) else ""


def name_of(tx: Tx, thing: str) -> str:
    """Return what people call an object or actor of the books: a name, or an order's number."""
    kind, _, key = thing.partition(":")
    statement = {"person": sql.person_name, "order": sql.order_number, "product": sql.product_name}.get(kind)
    if statement is not None:
        return str(tx.value(statement, id=key) or key)
    return {"stripe": "Stripe", "shop": "the shop itself"}.get(thing, key or kind)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """How a table's rows are numbered: the newest number, and the time of the first row from one on."""

    newest: Callable[[Tx], int | None]
    at: Callable[[Tx, int], Instant | None]


_OF_EVENTS = _Numbers(lambda tx: tx.value(sql.newest_event), lambda tx, seq: tx.value(sql.event_at, seq=seq))
_OF_MOVEMENTS = _Numbers(
    lambda tx: tx.value(sql.newest_movement), lambda tx, seq: tx.value(sql.movement_at, seq=seq)
)


@dataclass(frozen=True, slots=True)
class _Walk:
    numbers: _Numbers
    rows: Callable[..., list[Entry]]


def _walks(wanted: Wanted) -> list[_Walk]:
    """Return which indexes answer what is wanted, the narrowest for each table."""
    if wanted.objects:
        events = [_Walk(_OF_EVENTS, partial(_events, sql.of_object, object=one)) for one in wanted.objects]
        skus = [one.partition(":")[2] for one in wanted.objects if one.startswith("variant:")]
        return events + [_Walk(_OF_MOVEMENTS, partial(_moves, sql.moved_of, sku=sku)) for sku in skus]
    if wanted.actor.startswith("person:"):
        events = [_Walk(_OF_EVENTS, partial(_events, sql.by_person, actor=wanted.actor))]
        moves = _Walk(_OF_MOVEMENTS, partial(_moves, sql.moved_by, actor=wanted.actor))
    else:
        rare = wanted.group and not set(GROUPS[wanted.group]) & set(_BUSY)
        events = [_Walk(_OF_EVENTS, partial(_events, sql.of_the_house if rare else sql.all_events))]
        moves = _Walk(_OF_MOVEMENTS, partial(_moves, sql.moved))
    return [*events, moves] if wanted.group in ("", "stock") else events


def _events(statement: object, tx: Tx, **told: object) -> list[Entry]:
    return tx.all(Entry, statement, **told)  # type: ignore[arg-type]  # texts and numbers


def _moves(statement: object, tx: Tx, **told: object) -> list[Entry]:
    rows = tx.all(_Movement, statement, **told)  # type: ignore[arg-type]  # texts and numbers
    return [_entry(row) for row in rows]


def _entry(row: _Movement) -> Entry:
    before, after = str(row.on_hand_after - row.on_hand_change), str(row.on_hand_after)
    why = f"{row.reason}: {row.note}" if row.note else row.reason
    return Entry(row.seq, row.at, row.actor, "stock.moved", f"variant:{row.sku}", before, after, why)


def _stream(rows: list[Entry], wanted: Wanted, position: int, most: int) -> _Stream:
    edge = rows[-1] if len(rows) == most else None
    return _Stream(position, [row for row in rows if _fits(row, wanted)], edge)


def _sifts(wanted: Wanted) -> bool:
    """Tell whether the indexes alone do not answer it, so that more rows are read than are shown."""
    by_index = not wanted.actor or (wanted.actor.startswith("person:") and not wanted.objects)
    return bool(wanted.group or wanted.since or wanted.until) or not by_index


def _fits(row: Entry, wanted: Wanted) -> bool:
    if row.kind == _TOLD_BY_THE_LEDGER:
        return False
    if wanted.group and row.kind.partition(".")[0] not in GROUPS[wanted.group]:
        return False
    if wanted.actor and row.actor != wanted.actor:
        return False
    return wanted.since <= row.at and (not wanted.until or row.at < wanted.until)


def _merged(streams: list[_Stream], size: int) -> list[Entry]:
    """Take the newest of all streams, up to the first place where one of them has not been walked further."""
    taken: list[Entry] = []
    while len(taken) < size:
        waiting = [stream for stream in streams if stream.head is not None]
        if not waiting:
            break
        first = max(waiting, key=lambda stream: stream.head.at if stream.head else "")
        head = first.head
        if head is None or first.next >= len(first.entries):
            first.position = head.seq if head else first.position
            break
        taken.append(head)
        first.position, first.next = head.seq, first.next + 1
    return taken


def _positions(after: str | None, count: int) -> list[int]:
    if after is None:
        return [ALL_OF_IT] * count
    parts = after.split(".")
    if len(parts) != count or not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):  # noqa: PLR2004 - digits of 2 to the 62nd
        raise Refused("This list has no such place: begin it anew.")
    return [min(int(part), ALL_OF_IT) for part in parts]


def _bounds(tx: Tx, numbers: _Numbers, wanted: Wanted) -> tuple[int, int]:
    """Return the numbers between which the wanted days lie, found by halving: times have no index."""
    if not wanted.since and not wanted.until:
        return 0, ALL_OF_IT
    newest = (numbers.newest(tx) or 0) + 1
    floor = (
        _first(tx, numbers, newest, later(wanted.since, seconds=-SLACK_SECONDS)) - 1 if wanted.since else 0
    )
    upper = (
        _first(tx, numbers, newest, later(wanted.until, seconds=SLACK_SECONDS)) if wanted.until else newest
    )
    return floor, upper


def _first(tx: Tx, numbers: _Numbers, newest: int, at: Instant) -> int:
    low, high = 0, newest
    while low < high:
        middle = (low + high) // 2
        found = numbers.at(tx, middle)
        if found is not None and found < at:
            low = middle + 1
        else:
            high = middle
    return low


_PLACES = {
    "product": "/admin/products/{}",
    "variant": "/admin/stock/{}",
    "person": "/admin/people/{}",
    "letter": "/admin/letters/{}",
    "category": "/admin/categories",
    "batch": "/admin/stock/batches/{}",
    "supplier": "/admin/suppliers/{}",
    "purchase": "/admin/receiving/{}",
    "receipt": "/admin/receiving/receipts/{}",
    "stocktake": "/admin/stocktakes/{}",
    "import": "/admin/imports/{}",
    "settings": "/admin/settings",
    "stripe_event": "/admin/attention",
    "outbox": "/admin/attention",
}
"""Where an object is looked at; an order by its number instead of its id."""


def _named(tx: Tx, entries: Iterable[Entry]) -> Iterable[Entry]:
    names: dict[str, str] = {}

    def called(thing: str) -> str:
        if thing not in names:
            names[thing] = name_of(tx, thing)
        return names[thing]

    for one in entries:
        told = (one.seq, one.at, one.actor, one.kind, one.object, one.before, _amount(one), one.why)
        yield Entry(*told, called(one.actor), called(one.object), _place(one.object, called(one.object)))


def _amount(one: Entry) -> str:
    """Return what it came to; the events of refunds keep minor units with their currency."""
    units, _, currency = one.after.partition(" ")
    if one.kind.startswith("refund.") and currency and units.isdigit():
        return format_money(int(units), currency)
    return one.after


def _place(thing: str, called: str) -> str:
    kind, _, key = thing.partition(":")
    if kind == "order":
        return f"/admin/orders/{called}"
    return _PLACES.get(kind, "").format(key)
