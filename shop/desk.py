"""The desk: all that an admin sees of one order, and the acts that its state allows just now.

What is allowed is read from `order_states.STEPS` and from what keeps an order in the house, so that a page
shows no button that is bound to fail. Whether an act still fits when it is sent, `fulfilment` decides.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import disputes, events, fulfilment, notes, order_finds, orders, parcels
from shop.clock import Instant
from shop.disputes import Dispute
from shop.fulfilment import BLOCKED
from shop.notes import Note
from shop.order_finds import Choice, FoundOrder
from shop.order_states import ADMIN, STEPS
from shop.orders import Order, OrderPage
from shop.parcels import Parcel
from shop.people import GUEST

sql = queries("desk")

SOME_OTHERS = 5
NOT_OURS = ("open", "lost")
"""Standings of a dispute in which the bank has the money."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One try to have the order paid; amounts in minor units, `captured` in `captured_currency`."""

    id: str
    state: str
    session_id: str | None
    payment_intent: str | None
    amount: int
    currency: str
    captured: int
    captured_currency: str | None
    created_at: Instant


@dataclass(frozen=True, slots=True)
class Warned:
    """A fraud warning of the card's network; `cleared_at` says when an admin found the order fit to ship."""

    kind: str
    at: Instant
    cleared_at: Instant | None


@dataclass(frozen=True, slots=True)
class Desk:
    """An order as an admin has it before them.

    `name` is the person's, `others` are the newest of their other orders. `left` is what may still be
    refunded, in minor units; `may_repeat` whether a refund that did not arrive can be asked for again;
    `stays` says why it can't be shipped, empty when it can or never could; `puts_back` whether cancelling it
    has goods to put back on the shelf; `carrier` is who took the newest parcel of all.
    """

    page: OrderPage
    payments: tuple[Payment, ...]
    parcels: tuple[Parcel, ...]
    disputes: tuple[Dispute, ...]
    warnings: tuple[Warned, ...]
    left: int
    acts: frozenset[str]
    may_repeat: bool
    stays: str
    puts_back: bool
    events: tuple[events.Event, ...]
    notes: tuple[Note, ...]
    name: str
    others: tuple[FoundOrder, ...]
    carrier: str

    @property
    def moving(self) -> bool:
        """Whether a refund is on its way, so that its news is near."""
        return any(one.state in ("requested", "submitted") for one in self.page.refunds)


def show(tx: Tx, number: str) -> Desk:
    """Return an order with its money, its parcels and what may be done with it. Raises NotFound."""
    page = orders.show(tx, number)
    order = page.order
    left = sum(fulfilment.left_to_refund(tx, order).values())
    warnings = tuple(tx.all(Warned, sql.warnings_of, order_id=order.id))
    warned = any(one.cleared_at is None for one in warnings)
    return Desk(
        page,
        tuple(tx.all(Payment, sql.payments_of, order_id=order.id)),
        parcels.of_order(tx, order.id),
        disputes.of_order(tx, order.id),
        warnings,
        left,
        allowed(order, left, warned=warned),
        order.dispute_state not in NOT_OURS,
        why_it_stays(order, left) if _may_become(order, "shipped") else "",
        _may_become(order, "closed") and STEPS[order.state, "closed"].stock == "restock",
        tuple(tx.all(events.Event, sql.events_with_names, object=f"order:{order.id}")),
        notes.of_order(tx, order.id),
        order_finds.summary(tx, order.id).name,
        _others(tx, order),
        parcels.last_carrier(tx),
    )


def allowed(order: Order, left: int, *, warned: bool) -> frozenset[str]:
    """Return the acts that fit an order of which `left` may be refunded; `warned` if of fraud, uncleared."""
    unwanted = order.cancel_requested_at is not None
    fits = {
        "packing": _may_become(order, "packed"),
        "shipment": order.state == "shipped"
        or (_may_become(order, "shipped") and not why_it_stays(order, left)),
        "approval": _may_become(order, "confirmed") and order.captured > 0 and left > 0 and not unwanted,
        "clearance": warned,
        "cancellation": _may_become(order, "closed")
        and not (unwanted and order.state in ("open", "processing")),
        "refunds": left > 0 and order.dispute_state not in NOT_OURS,
    }
    return frozenset(act for act, fit in fits.items() if fit)


def why_it_stays(order: Order, left: int) -> str:
    """Say why nothing of a paid order may leave the house, empty when something may."""
    if order.cancel_requested_at is not None:
        return "The shopper is cancelling this order: it can't be shipped."
    if order.ship_block:
        return BLOCKED[order.ship_block]
    if order.total and left == 0:
        return "All of its money is on its way back: it can't be shipped."
    return ""


def _others(tx: Tx, order: Order) -> tuple[FoundOrder, ...]:
    is_guests = order.person_id == GUEST
    choice = Choice(person_id=order.person_id, q=order.email if is_guests else "")
    theirs = order_finds.find(tx, choice, None, SOME_OTHERS + 1).items
    # A word finds longer addresses with it in them as well.
    fits = (one for one in theirs if not is_guests or one.email == order.email)
    return tuple(one for one in fits if one.id != order.id)[:SOME_OTHERS]


def _may_become(order: Order, new: str) -> bool:
    step = STEPS.get((order.state, new))
    return step is not None and ADMIN in step.by
