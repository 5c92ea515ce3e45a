"""Dispatch: packing and shipping several orders at once, all of them or none.

A batch that was half done would leave somebody guessing which parcels are on the table. So the first refusal
undoes the rest, and every order that refuses says why.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from db import Tx, queries
from shop import fulfilment, orders, parcels
from shop.clock import Instant
from shop.errors import Conflict, NotFound, Refused
from shop.orders import Order
from shop.people import Person

sql = queries("dispatch")

MOST = 100
"""So many orders may be taken at once."""
TO_SHIP = ("confirmed", "packed")


class NotAll(Conflict):
    """Some orders of a batch refuse, so nothing was done; `reasons` has their sentences by number."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        count = len(reasons)
        super().__init__(f"Nothing was done: {count} {'order refuses' if count == 1 else 'orders refuse'}.")
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Chosen:
    """An order among those that were chosen; `reason` says why it can't be shipped, empty when it can."""

    order: Order
    name: str
    units: int
    reason: str


def numbers_of(typed: Iterable[str]) -> tuple[str, ...]:
    """Return the chosen numbers, each once. Raises Refused for none, and for more than a hundred."""
    numbers = tuple(dict.fromkeys(one.strip() for one in typed if one.strip()))
    if not numbers:
        raise Refused("Choose at least one order: tick the box before its number.")
    if len(numbers) > MOST:
        raise Refused(f"At most {MOST} orders can be taken at once.")
    return numbers


def chosen(tx: Tx, numbers: Iterable[str]) -> tuple[Chosen, ...]:
    """Return the chosen orders, in the order they were chosen. Raises NotFound."""
    return tuple(_chosen(tx, _by_number(tx, number)) for number in numbers)


def pack_all(tx: Tx, numbers: Iterable[str], by: Person, at: Instant) -> int:
    """Note that all these orders are packed; return how many were not before. Raises NotAll and NotFound."""
    return _each(tx, numbers, "packed", lambda order: fulfilment.pack(tx, order.number, by, at))


def ship_all(tx: Tx, tracking: Mapping[str, str], by: Person, carrier: str, at: Instant) -> int:
    """Note a parcel of one carrier for each order; `tracking` has their tracking numbers by order number.

    Returns how many were not on their way before: the same parcels sent twice change nothing. Raises NotAll
    and NotFound.
    """

    def ship(order: Order) -> None:
        known = parcels.of_order(tx, order.id)
        parcel = (carrier, tracking[order.number])
        if order.state == "shipped" and parcel not in {(one.carrier, one.tracking) for one in known}:
            raise Conflict("It is on its way already: add another parcel on its own page.")
        fulfilment.ship(tx, order.number, by, *parcel, at)

    return _each(tx, tracking, "shipped", ship)


def _each(tx: Tx, numbers: Iterable[str], new: str, do: Callable[[Order], object]) -> int:
    """Do one thing with every order, or raise NotAll with what each of them had against it."""
    reasons: dict[str, str] = {}
    changed = 0
    for number in numbers:
        order = _by_number(tx, number)
        try:
            do(order)
        except Conflict as refusal:
            reasons[number] = str(refusal)
        changed += order.state != new
    if reasons:
        raise NotAll(reasons)
    return changed


def _by_number(tx: Tx, number: str) -> Order:
    try:
        return orders.by_number(tx, number)
    except NotFound:
        raise NotFound(f"There is no order {number[:20]}.") from None


def _chosen(tx: Tx, order: Order) -> Chosen:
    name, units = (
        str(tx.value(sql.name_of, id=order.person_id)),
        int(tx.value(sql.units_of, order_id=order.id)),
    )
    if order.state in TO_SHIP:
        return Chosen(order, name, units, fulfilment.why_it_stays(tx, order))
    if order.state == "shipped":
        return Chosen(order, name, units, "It is on its way already.")
    return Chosen(order, name, units, f"An order that is {order.state} can't be shipped.")
