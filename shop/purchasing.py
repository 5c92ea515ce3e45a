"""Purchasing: what is ordered from suppliers, and what of it is still expected."""

from collections.abc import Mapping
from dataclasses import dataclass

from db import Tx, queries
from shop import events, suppliers
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound, Refused
from shop.listing import Listing, number_of, page_of
from shop.people import Person

sql = queries("purchasing")

STATES = ("open", "partly_received", "received", "closed")
PAGE = 50
MOST_LINES = 500
_HIGHEST = 2**62


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """Goods ordered from a supplier; `outstanding` units of it are still expected."""

    id: str
    number: int
    supplier_id: str
    supplier: str
    state: str
    expected_on: str
    note: str
    version: int
    at: Instant
    units: int
    received: int
    outstanding: int


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """Units of a variant in a purchase order, at a cost of minor units each."""

    sku: str
    name: str
    label: str
    supplier_code: str
    quantity: int
    received: int
    outstanding: int
    cost: int | None

    @property
    def title(self) -> str:
        """The variant's name with its options."""
        return f"{self.name} {self.label}".strip()


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of a variant that came in; a cost of None leaves the variant's cost as it is."""

    sku: str
    units: int
    cost: int | None = None


def orders(tx: Tx, after: str | None, state: str = "") -> Listing[PurchaseOrder]:
    """Return a page of purchase orders, newest first, of one state if it is named."""
    told = {"before": _before(after), "size": PAGE + 1}
    if state:
        found = tx.all(PurchaseOrder, sql.page_of_state, state=state, **told)
    else:
        found = tx.all(PurchaseOrder, sql.page, **told)
    return page_of(found, PAGE, lambda last: str(last.number))


def orders_of(tx: Tx, supplier_id: str, after: str | None = None) -> Listing[PurchaseOrder]:
    """Return a page of what was ordered from a supplier, newest first."""
    told = {"supplier_id": supplier_id, "before": _before(after), "size": PAGE + 1}
    return page_of(tx.all(PurchaseOrder, sql.page_of_supplier, **told), PAGE, lambda last: str(last.number))


def by_id(tx: Tx, order_id: str) -> PurchaseOrder:
    """Return one purchase order. Raises NotFound."""
    found = tx.one(PurchaseOrder, sql.by_id, id=order_id)
    if found is None:
        raise NotFound("There is no such purchase order.")
    return found


def lines(tx: Tx, order_id: str) -> list[PurchaseLine]:
    """Return the lines of a purchase order by SKU."""
    return tx.all(PurchaseLine, sql.lines, order_id=order_id)


def order(
    tx: Tx,
    by: Person,
    supplier_id: str,
    expected_on: str,
    note: str,
    at: Instant,
    intention: str | None = None,
) -> PurchaseOrder:
    """Open a purchase order without lines; the same intention opens one. Raises Refused for the supplier."""
    if (before := opened(tx, intention)) is not None:
        return before
    try:
        supplier = suppliers.by_id(tx, supplier_id)
    except NotFound:
        raise Refused("Choose a supplier.", "supplier") from None
    order_id, number = new_id("pur"), int(tx.value(sql.next_number))
    tx.run(
        sql.add,
        id=order_id,
        number=number,
        supplier_id=supplier.id,
        expected_on=expected_on,
        note=note,
        intention=intention,
        actor=by.actor,
        at=at,
    )
    after = f"PO {number} to {supplier.name}"
    events.record(tx, "purchase.opened", f"purchase:{order_id}", by=by.actor, at=at, after=after)
    return by_id(tx, order_id)


def opened(tx: Tx, intention: str | None) -> PurchaseOrder | None:
    """Return the purchase order that the same click has opened already."""
    found = tx.value(sql.of_intention, intention=intention) if intention else None
    return None if found is None else by_id(tx, found)


def change(
    tx: Tx, by: Person, order_id: str, expected_on: str, note: str, seen: int | None, at: Instant
) -> PurchaseOrder:
    """Write down anew when a purchase order is expected. Raises Conflict when it changed since `seen`."""
    was = by_id(tx, order_id)
    if (was.expected_on, was.note) != (expected_on, note):
        version = was.version if seen is None else seen
        if not tx.run(sql.change, id=order_id, expected_on=expected_on, note=note, seen=version):
            raise Conflict(f"Somebody else has changed PO {was.number} meanwhile: look again, then save.")
        _record(tx, by, was, "changed", f"{was.expected_on} {was.note}", f"{expected_on} {note}", at)
    return by_id(tx, order_id)


def put_line(tx: Tx, by: Person, order_id: str, goods: Goods, at: Instant) -> PurchaseLine:
    """Put units of a variant into a purchase order, or set them where they are in it; 0 takes them out.

    Without a cost, the variant's own is taken. Raises Refused for an unknown SKU, and Conflict when the order
    is closed or the line has come in already.
    """
    was = by_id(tx, order_id)
    if was.state == "closed":
        raise Conflict(f"PO {was.number} is closed: reopen it first.")
    known = {line.sku: line for line in lines(tx, order_id)}
    terms = suppliers.typed(tx, goods.sku)
    before = known[terms.sku].quantity if terms.sku in known else 0
    if goods.units == 0:
        if not tx.run(sql.drop_line, order_id=order_id, sku=terms.sku):
            raise Conflict(f"{terms.title} has come in already: its line stays.")
    elif terms.sku not in known and len(known) >= MOST_LINES:
        raise Conflict(f"A purchase order has at most {MOST_LINES} lines: open another one.")
    else:
        cost = terms.cost if goods.cost is None else goods.cost
        tx.run(sql.put_line, order_id=order_id, sku=terms.sku, quantity=goods.units, cost=cost)
    _record(tx, by, was, "line", f"{before} of {terms.sku}", f"{goods.units} of {terms.sku}", at)
    settle(tx, order_id)
    return PurchaseLine(terms.sku, terms.name, terms.label, "", goods.units, 0, 0, goods.cost)


def close(tx: Tx, by: Person, order_id: str, at: Instant) -> PurchaseOrder:
    """Expect nothing more of a purchase order. Raises Conflict when it is closed already."""
    was = by_id(tx, order_id)
    if was.state == "closed":
        raise Conflict(f"PO {was.number} is closed already.")
    tx.run(sql.expect_nothing, order_id=order_id)
    tx.run(sql.move, id=order_id, state="closed")
    _record(tx, by, was, "closed", was.state, "closed", at)
    return was


def reopen(tx: Tx, by: Person, order_id: str, at: Instant) -> PurchaseOrder:
    """Expect again what has not come of a closed purchase order. Raises Conflict when it is not closed."""
    was = by_id(tx, order_id)
    if was.state != "closed":
        raise Conflict(f"PO {was.number} is not closed.")
    tx.run(sql.move, id=order_id, state="open")
    tx.run(sql.expect_again, order_id=order_id)
    settle(tx, order_id)
    _record(tx, by, was, "reopened", "closed", by_id(tx, order_id).state, at)
    return was


def expected_in(tx: Tx, sku: str) -> list[int]:
    """Return the numbers of a few purchase orders that still expect a variant."""
    return tx.all(int, sql.expected_in, sku=sku)


def note_received(tx: Tx, order_id: str, units: Mapping[str, int]) -> None:
    """Note that so many units of each SKU came in, or (below zero) were taken back; the state follows."""
    for sku, came in units.items():
        tx.run(sql.receive_line, order_id=order_id, sku=sku, units=came)
    if by_id(tx, order_id).state == "closed":
        tx.run(sql.expect_nothing, order_id=order_id)
    settle(tx, order_id)


def settle(tx: Tx, order_id: str) -> None:
    """Have an order's state follow from its lines; a closed one stays closed."""
    if by_id(tx, order_id).state == "closed":
        return
    found = lines(tx, order_id)
    if not any(line.received for line in found):
        state = "open"
    else:
        state = "partly_received" if any(line.outstanding for line in found) else "received"
    tx.run(sql.move, id=order_id, state=state)


def _record(tx: Tx, by: Person, was: PurchaseOrder, what: str, before: str, after: str, at: Instant) -> None:
    of = f"purchase:{was.id}"
    events.record(tx, f"purchase.{what}", of, by=by.actor, at=at, before=before, after=after)


def _before(after: str | None) -> int:
    return number_of(after, _HIGHEST)
