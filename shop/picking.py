"""Picking: what to fetch from the shelves for some orders, and a slip for each parcel.

Only what may leave the house is picked, and nothing that went back to the shelf with a refund.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from db import Tx, queries
from shop import fulfilment, orders
from shop.errors import NotFound
from shop.orders import Order

sql = queries("picking")

TO_PICK = ("confirmed", "packed")
WITH_SLIP = ("confirmed", "packed", "shipped")


@dataclass(frozen=True, slots=True)
class Line:
    """What of an order goes into its parcel: `quantity` were bought, `back` of them are on the shelf again.

    `price` is one unit's, as it was bought, in minor units of the order's currency.
    """

    sku: str
    name: str
    label: str
    category: str
    shelf: int
    quantity: int
    price: int
    back: int

    @property
    def units(self) -> int:
        """How many to put into the parcel."""
        return self.quantity - self.back


@dataclass(frozen=True, slots=True)
class Pick:
    """Units of one SKU for several orders; `orders` has each order's number with its share."""

    sku: str
    name: str
    label: str
    category: str
    units: int
    orders: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An order that was chosen and can't go, with the reason."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class PickList:
    """What to fetch, along the shelves; `numbers` are the orders it is for."""

    numbers: tuple[str, ...]
    picks: tuple[Pick, ...]
    units: int
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """What goes into one parcel, for whoever packs it and whoever opens it."""

    order: Order
    name: str
    lines: tuple[Line, ...]

    @property
    def units(self) -> int:
        """How many things are in it."""
        return sum(line.units for line in self.lines)


@dataclass(frozen=True, slots=True)
class Slips:
    """A slip for each order that may have one."""

    slips: tuple[Slip, ...]
    left_out: tuple[LeftOut, ...]


def pick_list(tx: Tx, numbers: Iterable[str]) -> PickList:
    """Return what to fetch for these orders, by category and SKU. Raises NotFound."""
    going, left_out = _sorted_out(tx, numbers, TO_PICK)
    shares: dict[str, list[tuple[Line, str]]] = {}
    for order in going:
        for line in _lines(tx, order):
            shares.setdefault(line.sku, []).append((line, order.number))
    picks = [_pick(parts) for parts in sorted(shares.values(), key=_along_the_shelves)]
    units = sum(pick.units for pick in picks)
    return PickList(tuple(order.number for order in going), tuple(picks), units, left_out)


def slips(tx: Tx, numbers: Iterable[str]) -> Slips:
    """Return a packing slip for each of these orders. Raises NotFound."""
    going, left_out = _sorted_out(tx, numbers, WITH_SLIP)
    made = (Slip(order, str(tx.value(sql.name_of, id=order.person_id)), _lines(tx, order)) for order in going)
    return Slips(tuple(made), left_out)


def _sorted_out(
    tx: Tx, numbers: Iterable[str], states: tuple[str, ...]
) -> tuple[list[Order], tuple[LeftOut, ...]]:
    going, left_out = [], []
    for number in numbers:
        order = _found(tx, number)
        if why := _why_left_out(tx, order, states):
            left_out.append(LeftOut(order.number, why))
        else:
            going.append(order)
    return going, tuple(left_out)


def _found(tx: Tx, number: str) -> Order:
    try:
        return orders.by_number(tx, number)
    except NotFound:
        raise NotFound(f"There is no order {number[:20]}.") from None


def _why_left_out(tx: Tx, order: Order, states: tuple[str, ...]) -> str:
    if order.state not in states:
        return f"It is {order.closed_reason or order.state}.".replace("_", " ")
    return "" if order.state == "shipped" else fulfilment.why_it_stays(tx, order)


def _lines(tx: Tx, order: Order) -> tuple[Line, ...]:
    return tuple(line for line in tx.all(Line, sql.lines, order_id=order.id) if line.units > 0)


def _along_the_shelves(parts: list[tuple[Line, str]]) -> tuple[int, str, str]:
    line = parts[0][0]
    return line.shelf, line.category, line.sku


def _pick(parts: list[tuple[Line, str]]) -> Pick:
    line = parts[0][0]
    shares = tuple((number, part.units) for part, number in parts)
    return Pick(line.sku, line.name, line.label, line.category, sum(units for _, units in shares), shares)
