"""Fulfilment: what an admin does with an order: pack, ship, cancel, refund, and decide what no rule could.

Refunding is about the money, restocking about the goods; an admin chooses each by itself. Everything moves by
comparing, so of two simultaneous clicks exactly one wins, and a repeated one is harmless.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from db import Tx, queries
from shop import disputes, events, letters, orders, parcels, refunds, stock
from shop.clock import Instant
from shop.errors import Conflict, Refused
from shop.money import format_money, grain, must_be_chargeable
from shop.orders import Order
from shop.people import Person

sql = queries("fulfilment")

BLOCKED = {
    "open": "The bank is deciding on a dispute of this payment: nothing may be shipped until it is closed.",
    "inquiry": "The bank asks about this payment: nothing may be shipped until the inquiry is closed.",
    "fraud_warning": "The card's network warns of fraud: look at the order, then clear or refund it.",
}

STRANGE = "paid in another currency than the order's"


@dataclass(frozen=True, slots=True)
class Give:
    """What to refund: an `amount` in minor units, or units of some SKUs for what was paid for them.

    `intention` names the one click that this is: sent twice, it is refunded once.
    """

    amount: int | None
    lines: Mapping[str, int]
    restock: bool
    intention: str | None = None


def pack(tx: Tx, number: str, by: Person, at: Instant) -> Order:
    """Note that an order is packed; packing it again changes nothing. Raises Conflict unless it is paid."""
    order = orders.by_number(tx, number)
    if order.state == "packed":
        return order
    if order.state != "confirmed":
        raise Conflict(f"An order that is {order.state} can't be packed.")
    return orders.move(tx, order, "packed", by=by.actor, at=at, why="packed")


def ship(tx: Tx, number: str, by: Person, carrier: str, tracking: str, at: Instant) -> Order:
    """Note a parcel on its way; the same parcel noted twice is one, another one is added.

    Raises Conflict unless the order is paid and nothing keeps it in the house.
    """
    order = orders.by_number(tx, number)
    if order.state not in ("confirmed", "packed", "shipped"):
        raise Conflict(f"An order that is {order.state} can't be shipped.")
    if order.state != "shipped":
        if why := why_it_stays(tx, order):
            raise Conflict(why)
        order = orders.move(tx, order, "shipped", by=by.actor, at=at, why="shipped")
    parcel_id = parcels.add(tx, order.id, by.actor, carrier, tracking, at)
    if parcel_id is not None:
        letters.tell_of_order(tx, "parcel", parcel_id, at)
    return order


def why_it_stays(tx: Tx, order: Order) -> str:
    """Say why nothing of a paid order may leave the house just now, empty when it may."""
    if order.cancel_requested_at is not None:
        return "The shopper is cancelling this order: it can't be shipped."
    if order.ship_block:
        return BLOCKED[order.ship_block]
    if order.payment_state not in ("paid", "partly_refunded"):
        return "This order is not paid: it can't be shipped."
    if order.total and not left_to_refund(tx, order):
        return "All of its money is on its way back: it can't be shipped."
    return ""


def deliver(tx: Tx, number: str, by: Person, parcel_id: str, at: Instant) -> Order:
    """Note that a parcel has arrived; noting it again changes nothing. Raises Conflict for no such parcel."""
    order = orders.by_number(tx, number)
    if parcel_id not in {one.id for one in parcels.of_order(tx, order.id)}:
        raise Conflict("This order has no such parcel.")
    parcels.arrived(tx, order.id, by.actor, at, parcel_id)
    return order


def undeliver(tx: Tx, number: str, by: Person, parcel_id: str, at: Instant) -> Order:
    """Take back that a parcel has arrived."""
    order = orders.by_number(tx, number)
    parcels.not_arrived(tx, order.id, by.actor, at, parcel_id)
    return order


def cancel(tx: Tx, number: str, by: Person, at: Instant, *, restock: bool) -> Order:
    """Cancel an order that has not left the house; cancelling again changes nothing.

    An unpaid one is flagged and closed by Stripe's answer. A paid one, also one in review, is closed and
    refunded at once; its goods go back on hand where `restock` says so. Raises Conflict once it is shipped.
    """
    order = orders.by_number(tx, number)
    why = "cancelled by an admin"
    if order.state in ("open", "processing"):
        orders.ask_to_cancel(tx, order, by=by.actor, at=at)
    elif order.state in ("confirmed", "packed", "review"):
        put_back: dict[str, int] | None = None if restock else {}
        orders.close_paid(tx, order, by=by.actor, at=at, why=why, put_back=put_back)
    elif order.state == "shipped":
        raise Conflict("This order is on its way: refund it instead.")
    return orders.by_id(tx, order.id)


def refund(tx: Tx, number: str, by: Person, give: Give, at: Instant) -> int:
    """Give money back, and goods where `restock` says so; return the amount.

    Goods go back with their lines, or all of them with the last of the money; an amount alone does not say
    which. Raises Refused for nothing or more than is left, and Conflict when nothing is left or a bank has
    the money.
    """
    order = orders.by_number(tx, number)
    if give.intention and refunds.is_known(tx, give.intention):
        return 0
    _must_be_ours(order)
    amount = give.amount if give.amount is not None else _price_of(tx, order, give.lines)
    if amount <= 0:
        raise Refused("Say how much, or how many of which line.", "amount")
    left = left_to_refund(tx, order)
    if not left:
        raise Conflict("There is nothing left to refund.")
    if amount > sum(left.values()):
        most = format_money(sum(left.values()), order.currency)
        raise Refused(f"At most {most} can be refunded.", "amount")
    try:
        must_be_chargeable(amount, order.currency)
    except ValueError as fault:
        raise Refused(str(fault), "amount") from None
    _spread(tx, order, by.actor, amount, left, at, intention=give.intention)
    if give.restock:
        cause = stock.Cause(order.id, by.actor, "refunded", at)
        stock.restock(tx, cause, give.lines or _everything(amount, left))
    return amount


def left_to_refund(tx: Tx, order: Order) -> dict[str, int]:
    """Return what is left of each payment in the order's currency, in minor units; none with nothing left.

    Money of another currency is never a part of it: it goes back whole, by cancelling or approving.
    """
    left = {attempt_id: refunds.refundable(tx, attempt_id) for attempt_id in _free_payments(tx, order)[0]}
    return {attempt_id: most for attempt_id, most in left.items() if most > 0}


def refund_again(tx: Tx, refund_id: str, by: Person, at: Instant) -> Order:
    """Ask once more, under a new key, for a refund that did not arrive.

    Raises Conflict if somebody has seen to it, or a bank has the money.
    """
    old = refunds.claim(tx, refund_id)
    if old is not None:
        _must_be_ours(orders.by_id(tx, old.order_id))
    order_id = refunds.resolve(tx, refund_id, by=by.actor, why="asked for again", at=at)
    if old is None or order_id is None:
        raise Conflict("Somebody has seen to this refund already.")
    refunds.request(
        tx,
        order_id,
        old.attempt_id,
        amount=old.amount,
        source="shop",
        reason="again",
        by=by.actor,
        at=at,
    )
    return orders.by_id(tx, order_id)


def settle_refund(tx: Tx, refund_id: str, by: Person, how: str, at: Instant) -> Order:
    """Note that the shopper got this money in another way. Raises Conflict if it is seen to."""
    order_id = refunds.resolve(tx, refund_id, by=by.actor, why=how, at=at, settled=True)
    if order_id is None:
        raise Conflict("Somebody has seen to this refund already.")
    return orders.by_id(tx, order_id)


def approve(tx: Tx, number: str, by: Person, at: Instant) -> Order:
    """Accept the payment of an order in review: what is missing becomes a discount, what is over goes back.

    So does all money of another currency. What has been asked back already is not sent back again. Raises
    Conflict when it is not in review, when the shopper wants it cancelled, and when no money of its currency
    has arrived or is still here.
    """
    order = orders.by_number(tx, number)
    if order.state != "review":
        raise Conflict("This order is not in review any more.")
    if order.cancel_requested_at is not None:
        raise Conflict("The shopper wants this order cancelled: cancel it, and the money goes back.")
    if order.captured == 0:
        raise Conflict("No money in this order's currency has arrived: it can only be cancelled.")
    left = left_to_refund(tx, order)
    if not left:
        raise Conflict("All of its money is on its way back: it can only be cancelled.")
    if order.captured < order.total:
        tx.run(sql.write_off, id=order.id, amount=order.total - order.captured)
    approved = orders.move(tx, order, "confirmed", by=by.actor, at=at, why="approved by an admin")
    over = max(0, sum(left.values()) - order.total)
    _spread(tx, approved, events.SHOP, over, left, at, source="auto")
    for attempt_id in _free_payments(tx, order)[1]:
        refunds.request(tx, order.id, attempt_id, source="auto", reason=STRANGE, by=events.SHOP, at=at)
    return approved


def clear(tx: Tx, number: str, by: Person, why: str, at: Instant) -> Order:
    """Let an order go although the card's network warned of fraud. Raises Conflict if nothing is to clear."""
    order = orders.by_number(tx, number)
    if not disputes.clear_warnings(tx, order.id, by=by.actor, why=why, at=at):
        raise Conflict("There is no warning to clear.")
    return orders.by_id(tx, order.id)


def _free_payments(tx: Tx, order: Order) -> tuple[list[str], list[str]]:
    """Return the payments that no bank has: those in the order's currency, and the others."""
    strange = set(tx.all(str, sql.paid_in_another_currency, order_id=order.id))
    paid = tx.all(str, orders.sql.paid_attempts, order_id=order.id)
    return [one for one in paid if one not in strange], [one for one in paid if one in strange]


def _must_be_ours(order: Order) -> None:
    if order.dispute_state in ("open", "lost"):
        raise Conflict("The bank has this money because of a dispute: it can't be refunded as well.")


def _price_of(tx: Tx, order: Order, units: Mapping[str, int]) -> int:
    bought = {line.sku: line for line in orders.lines_of(tx, order.id)}
    amount = 0
    for sku, quantity in units.items():
        most = bought[sku].quantity if sku in bought else 0
        if not 0 <= quantity <= most:
            raise Refused(f"This order has {most} of {sku}.", f"line-{sku}")
        amount += bought[sku].paid_for(quantity) if quantity else 0
    # Part of a line may fall between two amounts that a card can be given back.
    return amount - amount % grain(order.currency)


def _spread(
    tx: Tx,
    order: Order,
    by: str,
    amount: int,
    left: Mapping[str, int],
    at: Instant,
    *,
    source: str = "shop",
    intention: str | None = None,
) -> None:
    for attempt_id in left:
        amount -= refunds.request(
            tx,
            order.id,
            attempt_id,
            amount=amount,
            source=source,
            reason="refunded by an admin" if source == "shop" else "more was paid than the order costs",
            by=by,
            at=at,
            intention=intention,
        )
        intention = None


def _everything(amount: int, left: Mapping[str, int]) -> dict[str, int] | None:
    """Return what an amount alone puts back: all of it with the last of the money, nothing otherwise."""
    return None if amount == sum(left.values()) else {}
