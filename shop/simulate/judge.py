"""The judge: compares what the crowd was told and what Stripe has with what stands in the books.

Pure: everything is handed in, nothing is asked. Each rule returns sentences; a sentence is a disagreement
that names its row. Amounts are integers of minor units.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]

SOLD = frozenset({"confirmed", "packed", "shipped"})
WAITING = frozenset({"open", "processing"})
UNSETTLED = frozenset({"requested", "submitted", "failed", "canceled"})
"""States of a refund whose money has not gone back."""
AT_THE_BANK = frozenset({"open", "lost"})
"""Disputes in which the bank has the money: it can't be refunded as well."""


@dataclass(slots=True)
class Outage:
    """A time the shop was down because we killed it, in seconds since the doors opened."""

    begun: float
    ended: float = math.inf


@dataclass(frozen=True, slots=True)
class Trouble:
    """A request that met a 5xx or no answer at all."""

    begun: float
    ended: float
    who: str
    what: str
    answer: str


@dataclass(frozen=True, slots=True)
class StockChange:
    """Units an admin added or took; without an answer it may have happened or not."""

    sku: str
    units: int
    answered: bool


@dataclass(slots=True)
class Testimony:
    """What the crowd was told, orders by number; `stocked` is the units of each SKU at the beginning.

    `returned` are units that admins may have put back on the shelf with a refund of single lines, `restocked`
    the orders of which they may have put back everything, `unreturned` those of which they may have
    written something off.
    """

    stocked: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    paid: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    shipped: set[str] = field(default_factory=set)
    changes: list[StockChange] = field(default_factory=list)
    returned: Counter[str] = field(default_factory=Counter)
    restocked: set[str] = field(default_factory=set)
    unreturned: set[str] = field(default_factory=set)
    answered_twice: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Books:
    """The shop's own exports, one mapping a row."""

    orders: tuple[Row, ...]
    stock: tuple[Row, ...]
    refunds: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class AtStripe:
    """What Stripe says of itself, and its tries to deliver with the `status` of each answer."""

    charges: tuple[Row, ...]
    refunds: tuple[Row, ...]
    sessions: tuple[Row, ...]
    attempts: tuple[Row, ...] = ()


def disagreements(told: Testimony, books: Books, stripe: AtStripe) -> list[str]:
    """Return every disagreement between what was seen, what Stripe has and what is written."""
    by_number = {order["number"]: order for order in books.orders}
    return [
        *_answers(told),
        *_deliveries(stripe),
        *_orders_that_are_gone(told, by_number),
        *_promises_of_payment(told, by_number),
        *_promises_of_cancellation(told, books, by_number),
        *_promises_of_shipment(told, by_number),
        *_orders_left_waiting(books, stripe),
        *_money(books, stripe, by_number),
        *_units(told, books, by_number),
    ]


def net_at_stripe(stripe: AtStripe) -> Counter[str]:
    """Return what Stripe has kept for each order: charges that succeeded less refunds that succeeded."""
    net: Counter[str] = Counter()
    order_of: dict[str, str] = {}
    for charge in stripe.charges:
        number = _order_of(charge)
        order_of[charge["id"]] = number
        if charge["status"] == "succeeded":
            net[number] += int(charge["amount_captured"])
    for refund in stripe.refunds:
        if refund["status"] == "succeeded":
            net[order_of.get(refund["charge"], "")] -= int(refund["amount"])
    return net


def net_in_books(books: Books) -> Counter[str]:
    """Return what the books say was kept for each order: captured less refunded."""
    return Counter(
        {order["number"]: int(order["captured"]) - int(order["refunded"]) for order in books.orders}
    )


def units_sold(books: Books) -> Counter[str]:
    """Return the units of each SKU that belong to a paid order."""
    sold: Counter[str] = Counter()
    for order in books.orders:
        if order["state"] in SOLD:
            sold.update(_units_of(order))
    return sold


def unexcused(troubles: Iterable[Trouble], outages: Iterable[Outage]) -> list[Trouble]:
    """Return the troubles that no crash of ours explains: no outage overlaps the request."""
    down = list(outages)
    return [
        one for one in troubles if not any(one.begun <= gap.ended and gap.begun <= one.ended for gap in down)
    ]


def _answers(told: Testimony) -> list[str]:
    found = [
        f"{one.who} got {one.answer} for {one.what} at {one.ended:.1f} s, and no crash explains it"
        for one in unexcused(told.troubles, told.outages)
    ]
    return found + [f"answered twice: {text}" for text in told.answered_twice]


def _deliveries(stripe: AtStripe) -> list[str]:
    """Name what the shop answered 5xx to: a crash leaves a delivery without an answer, not with a bad one."""
    faults = Counter((one["type"], one["status"]) for one in stripe.attempts if one["status"][:1] == "5")
    return [f"Stripe got {status} for {kind}, {times} times" for (kind, status), times in faults.items()]


def _orders_that_are_gone(told: Testimony, orders: Mapping[str, Row]) -> list[str]:
    shown = told.seen | told.paid | told.cancelled | told.shipped
    return [f"order {number} was shown, and is not in the books" for number in sorted(shown - orders.keys())]


def _promises_of_payment(told: Testimony, orders: Mapping[str, Row]) -> list[str]:
    found = []
    for number in sorted(told.paid & orders.keys()):
        order = orders[number]
        if order["state"] in WAITING or order["captured"] < order["total"]:
            found.append(
                f"order {number} was said to be paid, the books have {order['captured']} of "
                f"{order['total']} and call it {order['state']}"
            )
    return found


def _promises_of_cancellation(told: Testimony, books: Books, orders: Mapping[str, Row]) -> list[str]:
    owed = {refund["order"] for refund in books.refunds if refund["state"] in UNSETTLED}
    found = []
    for number in sorted(told.cancelled & orders.keys()):
        order = orders[number]
        if order["state"] != "closed":
            found.append(f"order {number} was said to be cancelled, and is {order['state']}")
        elif (
            order["captured"] != order["refunded"]
            and number not in owed
            and order["dispute_state"] not in AT_THE_BANK
        ):
            found.append(
                f"order {number} was cancelled, {order['captured']} were captured, "
                f"{order['refunded']} given back, and no refund is under way"
            )
    return found


def _promises_of_shipment(told: Testimony, orders: Mapping[str, Row]) -> list[str]:
    return [
        f"order {number} was said to be shipped, and is {orders[number]['state']}"
        for number in sorted(told.shipped & orders.keys())
        if orders[number]["state"] != "shipped"
    ]


def _orders_left_waiting(books: Books, stripe: AtStripe) -> list[str]:
    """Name orders that wait for nothing: their session has ended, and no bank is thinking about it."""
    can_be_paid = {_order_of(one) for one in stripe.sessions if one["status"] == "open"}
    may_arrive = {
        _order_of(one)
        for one in stripe.sessions
        if one["status"] == "complete" and one["payment_status"] == "unpaid"
    }
    awaited = {"open": can_be_paid, "processing": may_arrive}
    return [
        f"order {order['number']} is still {order['state']}, and nothing can come of it at Stripe"
        for order in books.orders
        if order["state"] in awaited and order["number"] not in awaited[order["state"]]
    ]


def _money(books: Books, stripe: AtStripe, orders: Mapping[str, Row]) -> list[str]:
    there, here = net_at_stripe(stripe), net_in_books(books)
    found = [
        f"order {number or '(none)'}: Stripe has {there[number]}, the books have {here[number]}"
        for number in sorted(there.keys() | here.keys())
        if there[number] != here[number]
    ]
    if there.total() != here.total():
        found.append(f"in total Stripe has {there.total()}, the books have {here.total()}")
    found += [
        f"order {number}: Stripe keeps {amount} for a total of {orders[number]['total']}"
        for number, amount in sorted(there.items())
        if number in orders and amount > orders[number]["total"]
    ]
    paid = Counter(charge["payment_intent"] for charge in stripe.charges if charge["status"] == "succeeded")
    return found + [f"payment {one} was charged {times} times" for one, times in paid.items() if times > 1]


def _units(told: Testimony, books: Books, orders: Mapping[str, Row]) -> list[str]:
    """Check each SKU: what was sold and what is left came from somewhere, and nothing vanished."""
    sold = units_sold(books)
    written_off = _units_in(orders, told.unreturned, frozenset({"closed"}))
    put_back = told.returned + _units_in(orders, told.restocked, SOLD)
    found = []
    for row in books.stock:
        sku, here = row["sku"], int(row["on_hand"])
        least, most = _units_there_ever_were(told, sku)
        if sold[sku] + here > most + put_back[sku]:
            found.append(f"{sku}: {sold[sku]} sold and {here} on hand, but there were at most {most}")
        if sold[sku] + here + written_off[sku] < least:
            found.append(f"{sku}: {sold[sku]} sold and {here} on hand, but there were at least {least}")
    return found


def _units_there_ever_were(told: Testimony, sku: str) -> tuple[int, int]:
    """Return the least and the most units there can have been, as unanswered changes are uncertain."""
    least = most = told.stocked.get(sku, 0)
    for change in told.changes:
        if change.sku == sku:
            least += change.units if change.answered else min(change.units, 0)
            most += change.units if change.answered else max(change.units, 0)
    return least, most


def _units_in(orders: Mapping[str, Row], numbers: set[str], states: frozenset[str]) -> Counter[str]:
    """Return the units of those of the named orders that are in one of the states."""
    found: Counter[str] = Counter()
    for number in numbers & orders.keys():
        if orders[number]["state"] in states:
            found.update(_units_of(orders[number]))
    return found


def _units_of(order: Row) -> Counter[str]:
    return Counter({line["sku"]: int(line["quantity"]) for line in order["lines"]})


def _order_of(thing: Row) -> str:
    metadata: Mapping[str, str] = thing.get("metadata") or {}
    return metadata.get("order", "")
