"""Receiving: goods that came in, of a purchase order or without one.

A receipt is one transaction: its movements of stock, the lines of its purchase order and the new costs. Its
intention, drawn with the form, makes a second click count for nothing. It is taken back by counter-movements.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from db import Tx, queries
from shop import events, purchasing, stock, suppliers
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound, Refused
from shop.listing import LAST, Listing, page_of
from shop.people import Person
from shop.purchasing import Goods

sql = queries("receiving")

PAGE = 50


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods that came in at once, with a purchase order or without one."""

    id: str
    order_id: str | None
    number: int | None
    units: int
    actor: str
    at: Instant
    undone_at: Instant | None


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Units of a variant that came in, and what it cost before."""

    sku: str
    name: str
    label: str
    quantity: int
    cost: int | None
    former_cost: int | None

    @property
    def title(self) -> str:
        """The variant's name with its options."""
        return f"{self.name} {self.label}".strip()


@dataclass(frozen=True, slots=True)
class Came:
    """What a receipt did: `again` when the same click had been booked already; what came beyond the order."""

    receipt: Receipt
    again: bool = False
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Booking:
    """Who books goods in, with which click, in which currency, when."""

    by: Person
    intention: str | None
    currency: str
    at: Instant
    seen: int | None = None
    """Units of the purchase order that had come when it was looked at; None is not compared."""


def receive(tx: Tx, order_id: str, came: Mapping[str, Goods], booking: Booking) -> Came:
    """Book in what came of a purchase order: stock, lines and costs. More than was ordered is taken too.

    Raises Refused when nothing came or a SKU is not in the order, and Conflict when it is closed or somebody
    else has booked in goods of it since it was `seen`.
    """
    again = _booked(tx, booking)
    if again is not None:
        return again
    was = purchasing.by_id(tx, order_id)
    if was.state == "closed":
        raise Conflict(f"PO {was.number} is closed: reopen it, or book its goods in without it.")
    if booking.seen not in (None, was.received):
        raise Conflict(
            f"Somebody else has booked in goods of PO {was.number} meanwhile: "
            "look at what is still to come, then book in the rest."
        )
    known = {line.sku: line for line in purchasing.lines(tx, order_id)}
    goods = [one for one in came.values() if one.units]
    for one in goods:
        if one.sku not in known:
            raise Refused("It is not in this purchase order.", f"received-{one.sku}")
    if not goods:
        first = next(iter(known), "")
        raise Refused("Write how many came in, at least one of something.", f"received-{first}")
    receipt = _book(tx, goods, booking, order_id, f"PO {was.number}")
    purchasing.note_received(tx, order_id, {one.sku: one.units for one in goods})
    beyond = tuple(
        f"{known[one.sku].title}: {one.units - known[one.sku].outstanding} more than were expected"
        for one in goods
        if one.units > known[one.sku].outstanding
    )
    return Came(receipt, beyond=beyond)


def receive_loose(tx: Tx, goods: Goods, booking: Booking) -> Came:
    """Book in units of one variant without a purchase order. Raises Refused for an unknown SKU."""
    again = _booked(tx, booking)
    if again is not None:
        return again
    terms = suppliers.typed(tx, goods.sku)
    return Came(_book(tx, [Goods(terms.sku, goods.units, goods.cost)], booking, None, ""))


def receipts(tx: Tx, after: str | None) -> Listing[Receipt]:
    """Return a page of what came in, newest first."""
    found = tx.all(Receipt, sql.receipts, before=after or LAST, size=PAGE + 1)
    return page_of(found, PAGE, lambda last: last.id)


def receipts_of(tx: Tx, order_id: str) -> list[Receipt]:
    """Return what came of a purchase order, newest first."""
    return tx.all(Receipt, sql.receipts_of_order, order_id=order_id)


def receipt(tx: Tx, receipt_id: str) -> Receipt:
    """Return one receipt. Raises NotFound."""
    found = tx.one(Receipt, sql.receipt, id=receipt_id)
    if found is None:
        raise NotFound("There is no such receipt.")
    return found


def receipt_lines(tx: Tx, receipt_id: str) -> list[ReceiptLine]:
    """Return what came with a receipt."""
    return tx.all(ReceiptLine, sql.receipt_lines, receipt_id=receipt_id)


def take_back(tx: Tx, receipt_id: str, booking: Booking) -> Receipt:
    """Undo a receipt whole: counter-movements, its order's lines, and costs that are still its own.

    Raises Conflict when it was undone already, or when its units have been sold or promised meanwhile.
    """
    was = receipt(tx, receipt_id)
    if not tx.run(sql.take_back, id=receipt_id, at=booking.at):
        raise Conflict("This receipt has been undone already.")
    came = receipt_lines(tx, receipt_id)
    for line in came:
        left = stock.row(tx, line.sku).available
        if left < line.quantity:
            raise Conflict(
                f"{line.quantity} of {line.title} came in, but only {left} are available by now: "
                "it can't be undone any more. Correct the stock instead."
            )
        stock.adjust(
            tx,
            booking.by,
            line.sku,
            change=-line.quantity,
            reason="correction",
            note="receipt undone",
            cause=f"receipt_undone:{receipt_id}",
            at=booking.at,
        )
        _former_cost(tx, line, booking)
    if was.order_id is not None:
        purchasing.note_received(tx, was.order_id, {line.sku: -line.quantity for line in came})
    of = f"receipt:{receipt_id}"
    events.record(tx, "receipt.undone", of, by=booking.by.actor, at=booking.at, after=f"{was.units} units")
    return was


def _booked(tx: Tx, booking: Booking) -> Came | None:
    found = tx.value(sql.receipt_of_intention, intention=booking.intention) if booking.intention else None
    return None if found is None else Came(receipt(tx, found), again=True)


def _book(tx: Tx, goods: list[Goods], booking: Booking, order_id: str | None, note: str) -> Receipt:
    receipt_id, by, at = new_id("rcp"), booking.by, booking.at
    units = sum(one.units for one in goods)
    told = {"intention": booking.intention, "units": units, "actor": by.actor, "at": at}
    tx.run(sql.add_receipt, id=receipt_id, order_id=order_id, **told)
    for one in goods:
        former = suppliers.terms(tx, one.sku).cost
        costs = {"cost": one.cost, "former_cost": former}
        tx.run(sql.add_receipt_line, receipt_id=receipt_id, sku=one.sku, quantity=one.units, **costs)
        cause = f"receipt:{receipt_id}"
        stock.adjust(tx, by, one.sku, change=one.units, reason="received", note=note, cause=cause, at=at)
        if one.cost is not None:
            why = note or "goods came in"
            told_cost = {"currency": booking.currency, "why": why, "at": at}
            suppliers.reprice(tx, by.actor, one.sku, one.cost, **told_cost)
    after = f"{units} units" + (f" of {note}" if note else "")
    events.record(tx, "receipt.booked", f"receipt:{receipt_id}", by=by.actor, at=at, after=after)
    return receipt(tx, receipt_id)


def _former_cost(tx: Tx, line: ReceiptLine, booking: Booking) -> None:
    if line.cost is not None and suppliers.terms(tx, line.sku).cost == line.cost:
        told = {"currency": booking.currency, "why": "receipt undone", "at": booking.at}
        suppliers.reprice(tx, booking.by.actor, line.sku, line.former_cost, **told)
