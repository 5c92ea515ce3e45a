"""Stock: two counters a variant, moved only together with a row of the append-only ledger.

`available = on hand - held` decides what may be sold, and one conditional UPDATE inside a write
transaction decides it, never an earlier read. Movements: hold, release, commit, restock, retake for
orders; adjust for what an admin counted, received or lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from db import Tx, queries
from shop.clock import Instant
from shop.errors import Conflict, NotFound, OutOfStock, Refused
from shop.people import Person
from shop.words import _

sql = queries("stock")

REASONS = ("received", "counted", "damaged", "returned", "correction")
FEW = 5
"""At or below this many available units, a shopper is told how many are left."""
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class StockRow:
    """One variant in the stockroom: units on hand, held by open orders, and available.

    It is low when no more than `threshold` are available; `shelf` is published, draft or archived.
    """

    sku: str
    product_id: str
    slug: str
    name: str
    label: str
    on_hand: int
    held: int
    available: int
    version: int
    price: int
    shelf: str
    threshold: int

    @property
    def low(self) -> bool:
        """Whether there is something left, but not more than the threshold."""
        return 0 < self.available <= self.threshold


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What an adjustment changed: units on hand before and after it; `movement` is None if nothing moved."""

    row: StockRow
    was: int
    now: int
    movement: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of a variant that an order asks for; the name is for the sentence when they are short."""

    sku: str
    quantity: int
    name: str


@dataclass(frozen=True, slots=True)
class Hold:
    """What an order has of a variant: held, committed, released or returned.

    `returned` counts the units of a committed one that are back in the house.
    """

    sku: str
    quantity: int
    state: str
    returned: int

    @property
    def taken(self) -> int:
        """Units that are out of the stock for this order."""
        return self.quantity - self.returned if self.state == "committed" else 0


@dataclass(frozen=True, slots=True)
class Cause:
    """Who moves an order's stock, when, and what made them."""

    order_id: str
    actor: str
    why: str
    at: Instant


def open_for(tx: Tx, sku: str) -> None:
    """Give a new variant its counters, both zero."""
    tx.run(sql.add, sku=sku)


def hold(tx: Tx, wanted: Iterable[Wanted], cause: Cause) -> None:
    """Hold what an order asks for. Raises OutOfStock naming every short line; nothing is held then."""
    short = []
    for line in wanted:
        if tx.run(sql.hold, sku=line.sku, quantity=line.quantity):
            tx.run(sql.place_hold, order_id=cause.order_id, sku=line.sku, quantity=line.quantity)
            _log(tx, line.sku, "hold", 0, line.quantity, cause)
        else:
            short.append(line)
    if short:
        raise OutOfStock(_shortage(tx, short), tuple(line.sku for line in short))


def note_unheld(tx: Tx, order_id: str, sku: str, quantity: int) -> None:
    """Note what an order asks for that can't be held any more: late money may still buy it."""
    tx.run(sql.place_unheld, order_id=order_id, sku=sku, quantity=quantity)


def release(tx: Tx, cause: Cause) -> None:
    """Give back everything the order holds, because its payment is known to be dead."""
    _settle_holds(tx, cause, "released", "release")


def commit(tx: Tx, cause: Cause) -> None:
    """Take everything the order holds out of the stock, because it is paid."""
    _settle_holds(tx, cause, "committed", "commit")


def restock(tx: Tx, cause: Cause, units: Mapping[str, int] | None = None) -> None:
    """Put back on hand what the order has taken: everything, or so many `units` of a SKU.

    Raises Refused where it has not taken so many.
    """
    taken = {held.sku: held.taken for held in holds_of(tx, cause.order_id) if held.taken}
    for sku, quantity in sorted((taken if units is None else units).items()):
        if not 0 <= quantity <= taken.get(sku, 0):
            raise Refused(f"There are only {taken.get(sku, 0)} of {sku} to put back.", f"line-{sku}")
        if quantity:
            _put_back(tx, cause, sku, quantity)
    tx.run(sql.close_returned, order_id=cause.order_id)


def retake(tx: Tx, cause: Cause) -> None:
    """Take an order's released units again, all or nothing. Raises OutOfStock when some have gone."""
    gone = []
    for held in _holds(tx, cause.order_id, "released"):
        if tx.run(sql.retake, sku=held.sku, quantity=held.quantity):
            _move_hold(tx, cause, held, "committed")
            _log(tx, held.sku, "retake", -held.quantity, 0, cause)
        else:
            gone.append(held.sku)
    if gone:
        raise OutOfStock(_("Somebody else has bought it meanwhile."), tuple(gone))


def can_retake(tx: Tx, order_id: str) -> bool:
    """Tell whether every released unit of the order is available; true only inside this transaction."""
    rows = [(held, row(tx, held.sku)) for held in _holds(tx, order_id, "released")]
    return all(current.available >= held.quantity for held, current in rows)


def holds_of(tx: Tx, order_id: str) -> list[Hold]:
    """Return what an order has of each of its variants."""
    return tx.all(Hold, sql.holds_of, order_id=order_id)


def adjust(
    tx: Tx,
    by: Person,
    sku: str,
    *,
    change: int | None = None,
    on_hand: int | None = None,
    seen: int | None = None,
    reason: str,
    note: str = "",
    cause: str = "",
    at: Instant,
) -> Adjusted:
    """Correct the units on hand, by a change or to a counted number, with a reason.

    `cause` names what it comes from, such as `batch:<id>`. Raises Refused for a missing reason or value,
    and Conflict when the row is no longer what was `seen` or when fewer would be left than open orders hold.
    """
    was = row(tx, sku)
    if reason not in REASONS:
        raise Refused("Choose a reason.", "reason")
    if change is None:
        if on_hand is None:
            raise Refused("Write how many there are.", "on_hand")
        if seen is not None and seen != was.on_hand:
            raise Conflict(f"It is {was.on_hand} by now, no longer {seen}: look again, then save.")
        change = on_hand - was.on_hand
    if change == 0:
        return Adjusted(was, was.on_hand, was.on_hand)
    if not 0 <= was.on_hand + change <= MOST:
        raise Refused("There can't be that many.", "on_hand")
    if not tx.run(sql.adjust, sku=sku, change=change):
        raise Conflict(f"{was.held} are held by open orders: there can't be fewer on hand.")
    _write(tx, sku, "adjust", change, 0, reason=reason, note=note, actor=by.actor, cause=cause, at=at)
    now = row(tx, sku)
    return Adjusted(now, was.on_hand, now.on_hand, int(tx.value(sql.newest_movement)))


def row(tx: Tx, sku: str) -> StockRow:
    """Return one variant's row. Raises NotFound."""
    found = tx.one(StockRow, sql.row, sku=sku)
    if found is None:
        raise NotFound(_("There is no such SKU."))
    return found


def _settle_holds(tx: Tx, cause: Cause, state: str, kind: str) -> None:
    statement = sql.commit if kind == "commit" else sql.release
    for held in _holds(tx, cause.order_id, "held"):
        _move_hold(tx, cause, held, state)
        tx.run(statement, sku=held.sku, quantity=held.quantity)
        taken = -held.quantity if kind == "commit" else 0
        _log(tx, held.sku, kind, taken, -held.quantity, cause)


def _holds(tx: Tx, order_id: str, state: str) -> list[Hold]:
    return [held for held in holds_of(tx, order_id) if held.state == state]


def _put_back(tx: Tx, cause: Cause, sku: str, quantity: int) -> None:
    if tx.run(sql.put_back, order_id=cause.order_id, sku=sku, quantity=quantity) != 1:
        raise RuntimeError(f"The hold of {sku} has moved under its own transaction.")
    tx.run(sql.restock, sku=sku, quantity=quantity)
    _log(tx, sku, "restock", quantity, 0, cause)


def _move_hold(tx: Tx, cause: Cause, held: Hold, new: str) -> None:
    moved = tx.run(sql.move_hold, order_id=cause.order_id, sku=held.sku, old=held.state, new=new)
    if moved != 1:
        raise RuntimeError(f"The hold of {held.sku} has moved under its own transaction.")


def _log(tx: Tx, sku: str, kind: str, on_hand_change: int, held_change: int, cause: Cause) -> None:
    _write(
        tx,
        sku,
        kind,
        on_hand_change,
        held_change,
        reason="order",
        actor=cause.actor,
        cause=cause.why,
        order_id=cause.order_id,
        at=cause.at,
    )


def _write(
    tx: Tx,
    sku: str,
    kind: str,
    on_hand_change: int,
    held_change: int,
    *,
    reason: str,
    actor: str,
    cause: str,
    at: Instant,
    note: str = "",
    order_id: str | None = None,
) -> None:
    written = tx.run(
        sql.log,
        sku=sku,
        kind=kind,
        on_hand_change=on_hand_change,
        held_change=held_change,
        reason=reason,
        note=note,
        actor=actor,
        cause=cause,
        order_id=order_id,
        at=at,
    )
    if written != 1:
        raise RuntimeError(f"The movement of {sku} could not be written: has the ledger lost its head?")


def _shortage(tx: Tx, lines: list[Wanted]) -> str:
    return " ".join(_only(line.name, row(tx, line.sku).available) for line in lines)


def _only(name: str, available: int) -> str:
    if available > 0:
        return _("Only {count} left of {title}.", count=available, title=name)
    return _("{title} is sold out.", title=name)
