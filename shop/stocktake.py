"""Stocktake: counting what is there, and posting what differs, all of it or nothing.

A line keeps what was on hand in the books at the moment it was counted. What is posted is the difference,
as a relative movement: what was sold or received between counting and posting stays right.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from db import Tx, queries
from shop import events, stock, suppliers
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound, Refused
from shop.listing import LAST, Listing, page_of
from shop.people import Person

sql = queries("stocktake")

EVERYTHING, CATEGORY, SUPPLIER = "everything", "category", "supplier"
PAGE = 40
ON_PAPER = 400
LISTED = 50
MOST_LINES = 5_000
"""So many lines at most are counted in one stocktake, so that it can be posted in one piece."""


@dataclass(frozen=True, slots=True)
class Stocktake:
    """One round of counting; `counted` lines of it so far."""

    id: str
    name: str
    scope: str
    scope_id: str
    state: str
    counted: int
    actor: str
    at: Instant
    ended_at: Instant | None


@dataclass(frozen=True, slots=True)
class Line:
    """A variant on the count sheet; `expected` is what the books said when it was counted."""

    sku: str
    name: str
    label: str
    on_hand: int
    held: int
    counted: int | None
    expected: int | None
    version: int
    counter: str | None
    at: Instant | None
    cost: int | None

    @property
    def title(self) -> str:
        """The variant's name with its options."""
        return f"{self.name} {self.label}".strip()

    @property
    def difference(self) -> int:
        """Units that were counted beyond what was expected; below zero where some are missing."""
        return 0 if self.counted is None or self.expected is None else self.counted - self.expected

    @property
    def value(self) -> int | None:
        """What the difference is worth at cost, in minor units; None where the cost is not known."""
        return None if self.cost is None else self.difference * self.cost

    @property
    def moved(self) -> int:
        """Units that came (or, below zero, went) in the books since it was counted."""
        return 0 if self.expected is None else self.on_hand - self.expected


@dataclass(frozen=True, slots=True)
class Sums:
    """All differences of a stocktake: lines, units found and missing, and their value at cost."""

    lines: int
    more: int
    less: int
    value: int
    without_cost: int


@dataclass(frozen=True, slots=True)
class Count:
    """What somebody counted of a SKU (None takes a count back), and the version of the line they saw."""

    sku: str
    counted: int | None
    seen: int


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of counts: how many lines were saved, and the lines somebody else had counted meanwhile."""

    lines: int
    clashes: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Key:
    product_id: str
    sku: str


def listing(tx: Tx, after: str | None) -> Listing[Stocktake]:
    """Return a page of stocktakes, newest first."""
    found = tx.all(Stocktake, sql.page, before=after or LAST, size=LISTED + 1)
    return page_of(found, LISTED, lambda last: last.id)


def by_id(tx: Tx, stocktake_id: str) -> Stocktake:
    """Return one stocktake. Raises NotFound."""
    found = tx.one(Stocktake, sql.by_id, id=stocktake_id)
    if found is None:
        raise NotFound("There is no such stocktake.")
    return found


def begin(tx: Tx, by: Person, scope: str, scope_id: str, at: Instant) -> Stocktake:
    """Begin to count everything, a category or what comes from a supplier. Raises Refused for another."""
    name = _scope_name(tx, scope, scope_id)
    stocktake_id = new_id("cnt")
    told = {"name": name, "scope": scope, "scope_id": scope_id, "actor": by.actor, "at": at}
    tx.run(sql.add, id=stocktake_id, **told)
    of = f"stocktake:{stocktake_id}"
    events.record(tx, "stocktake.begun", of, by=by.actor, at=at, after=name)
    return by_id(tx, stocktake_id)


def sheet(tx: Tx, taken: Stocktake, after: str | None, size: int = PAGE) -> Listing[Line]:
    """Return a page of the count sheet; a category goes product by product, the others by SKU."""
    keys = page_of(_keys(tx, taken, after, size + 1), size, lambda last: f"{last.product_id}:{last.sku}")
    return Listing(tuple(line(tx, taken.id, key.sku) for key in keys.items), keys.next_after)


def found(tx: Tx, taken: Stocktake, sku: str) -> Listing[Line]:
    """Return the one line of a SKU that was typed or scanned, in capitals if need be; empty if not in it."""
    for one in dict.fromkeys((sku, sku.upper())):
        try:
            return Listing((_line_of(tx, taken, one),), None)
        except Refused:
            continue
    return Listing((), None)


def line(tx: Tx, stocktake_id: str, sku: str) -> Line:
    """Return one line of a count sheet. Raises NotFound."""
    found = tx.one(Line, sql.line, id=stocktake_id, sku=sku)
    if found is None:
        raise NotFound("There is no such SKU.")
    return found


def differences(tx: Tx, stocktake_id: str, after: str | None) -> Listing[Line]:
    """Return a page of the lines whose count differs from the books, by SKU."""
    found = tx.all(Line, sql.differences, id=stocktake_id, sku=after or "", size=LISTED + 1)
    return page_of(found, LISTED, lambda last: last.sku)


def sums(tx: Tx, stocktake_id: str) -> Sums:
    """Return what all differences of a stocktake come to."""
    return tx.one(Sums, sql.sums, id=stocktake_id) or Sums(0, 0, 0, 0, 0)


def save(tx: Tx, by: Person, stocktake_id: str, counts: Iterable[Count], at: Instant) -> Saved:
    """Save counts. A line that somebody else has counted since it was seen is left and given back.

    Raises Conflict when the stocktake is over or full, and Refused for a SKU that is not in it.
    """
    taken = _counting(tx, stocktake_id)
    saved, more, clashes = 0, 0, []
    for count in counts:
        was = _line_of(tx, taken, count.sku)
        if count.counted == was.counted or (count.counted is None and count.seen == 0):
            continue
        if was.version != count.seen:
            clashes.append(was)
            continue
        tx.run(sql.count, id=stocktake_id, sku=count.sku, counted=count.counted, actor=by.actor, at=at)
        saved += 1
        more += (count.counted is not None) - (was.counted is not None)
    if taken.counted + more > MOST_LINES:
        raise Conflict(f"One stocktake has at most {MOST_LINES} counted lines: post it, then begin another.")
    tx.run(sql.counted_more, id=stocktake_id, change=more)
    return Saved(saved, tuple(clashes))


def post(tx: Tx, by: Person, stocktake_id: str, at: Instant) -> Sums:
    """Post all differences as relative movements, all of them or none.

    Raises Conflict when the stocktake is over, or a SKU would fall below what open orders hold.
    """
    taken = _counting(tx, stocktake_id)
    if not taken.counted:
        raise Conflict("Nothing has been counted yet.")
    come_to = sums(tx, stocktake_id)
    _move(tx, stocktake_id, "counting", "posted", at)
    cause = f"stocktake:{stocktake_id}"
    for one in _all_differences(tx, stocktake_id):
        _adjust(tx, by, one, one.difference, "counted", taken.name, cause, at)
    after = f"{come_to.lines} differences, +{come_to.more} -{come_to.less} units"
    events.record(tx, "stocktake.posted", cause, by=by.actor, at=at, after=after)
    return come_to


def take_back(tx: Tx, by: Person, stocktake_id: str, at: Instant) -> Stocktake:
    """Undo a posted stocktake by counter-movements, once.

    Raises Conflict when it is not posted, or a SKU would fall below what open orders hold.
    """
    taken = by_id(tx, stocktake_id)
    if taken.state != "posted":
        raise Conflict("This stocktake has been undone already, or was never posted.")
    _move(tx, stocktake_id, "posted", "undone", at)
    cause = f"stocktake_undone:{stocktake_id}"
    for one in _all_differences(tx, stocktake_id):
        _adjust(tx, by, one, -one.difference, "correction", "stocktake undone", cause, at)
    of = f"stocktake:{stocktake_id}"
    events.record(tx, "stocktake.undone", of, by=by.actor, at=at, before="posted", after="undone")
    return taken


def give_up(tx: Tx, by: Person, stocktake_id: str, at: Instant) -> Stocktake:
    """End a stocktake without posting it. Raises Conflict when it is over already."""
    taken = _counting(tx, stocktake_id)
    _move(tx, stocktake_id, "counting", "given_up", at)
    of = f"stocktake:{stocktake_id}"
    events.record(tx, "stocktake.given_up", of, by=by.actor, at=at, before="counting", after="given up")
    return taken


def go_on(tx: Tx, by: Person, stocktake_id: str, at: Instant) -> Stocktake:
    """Take a stocktake up again that was given up. Raises Conflict when it was not."""
    taken = by_id(tx, stocktake_id)
    if taken.state != "given_up":
        raise Conflict("This stocktake was not given up.")
    _move(tx, stocktake_id, "given_up", "counting", None)
    of = f"stocktake:{stocktake_id}"
    events.record(tx, "stocktake.taken_up", of, by=by.actor, at=at, before="given up", after="counting")
    return taken


def _scope_name(tx: Tx, scope: str, scope_id: str) -> str:
    if scope == EVERYTHING:
        return "Everything"
    if scope == CATEGORY:
        name = tx.value(sql.category_name, id=scope_id)
        if name is not None:
            return str(name)
    if scope == SUPPLIER:
        try:
            return suppliers.by_id(tx, scope_id).name
        except NotFound:
            pass
    raise Refused("Choose what to count.", "scope")


def _keys(tx: Tx, taken: Stocktake, after: str | None, size: int) -> list[_Key]:
    product_id, _, sku = (after or ":").partition(":")
    if taken.scope == EVERYTHING:
        return tx.all(_Key, sql.sheet_of_everything, sku=sku, size=size)
    if taken.scope == SUPPLIER:
        told = {"scope_id": taken.scope_id, "sku": sku}
        return tx.all(_Key, sql.sheet_of_supplier, **told, size=size)
    told = {"scope_id": taken.scope_id, "product_id": product_id, "sku": sku}
    return tx.all(_Key, sql.sheet_of_category, **told, size=size)


def _line_of(tx: Tx, taken: Stocktake, sku: str) -> Line:
    within = {CATEGORY: sql.is_of_category, SUPPLIER: sql.is_of_supplier}.get(taken.scope)
    found = tx.one(Line, sql.line, id=taken.id, sku=sku)
    if found is None or (within and tx.value(within, sku=sku, scope_id=taken.scope_id) is None):
        raise Refused("It is not in this stocktake.", f"count-{sku}")
    return found


def _counting(tx: Tx, stocktake_id: str) -> Stocktake:
    taken = by_id(tx, stocktake_id)
    if taken.state != "counting":
        raise Conflict(
            f"This stocktake is {taken.state.replace('_', ' ')}: nothing is counted in it any more."
        )
    return taken


def _move(tx: Tx, stocktake_id: str, old: str, new: str, at: Instant | None) -> None:
    if tx.run(sql.move, id=stocktake_id, old=old, new=new, at=at) != 1:
        raise Conflict("Somebody else has moved this stocktake on: look again.")


def _all_differences(tx: Tx, stocktake_id: str) -> Iterator[Line]:
    after: str | None = None
    while True:
        page = differences(tx, stocktake_id, after)
        yield from page.items
        if page.next_after is None:
            return
        after = page.next_after


def _adjust(
    tx: Tx, by: Person, one: Line, change: int, reason: str, note: str, cause: str, at: Instant
) -> None:
    try:
        stock.adjust(tx, by, one.sku, change=change, reason=reason, note=note, cause=cause, at=at)
    except (Conflict, Refused) as refusal:
        raise Conflict(f"{one.title} ({one.sku}) can't change by {change:+d}: {refusal}") from None
