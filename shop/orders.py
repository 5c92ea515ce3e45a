"""Orders: what was bought, in which state it is, and the shopper's right to cancel what is not final.

An order moves only along `order_states.STEPS`, by an UPDATE that still names the state it was seen in,
and its stock moves with it in the same transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from db import Tx, queries
from shop import (
    addresses,
    cart,
    discounts,
    events,
    headlines,
    letters,
    outbox,
    parcels,
    refunds,
    sales,
    stock,
    timeline,
)
from shop.buyers import NO_KEYS, Keys, opens
from shop.clock import Instant
from shop.errors import Conflict, NotFound
from shop.listing import LAST, Listing, page_of
from shop.order_states import CANCELLABLE_BY_SHOPPER, STEPS
from shop.people import GUEST, Person
from shop.refunds import Refund
from shop.words import _

sql = queries("orders")

PAGE = 50

_STOCK: dict[str, Callable[[Tx, stock.Cause], None]] = {
    "commit": stock.commit,
    "release": stock.release,
    "retake": stock.retake,
}


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What was bought, at the price it had then, in minor units.

    `tax` is contained in the price, or the same amount is `added` on top.
    """

    sku: str
    slug: str
    name: str
    label: str
    quantity: int
    unit_price: int
    discount: int
    tax: int
    tax_rate: int
    added: int

    @property
    def total(self) -> int:
        """The line's price."""
        return self.quantity * self.unit_price

    def paid_for(self, units: int) -> int:
        """Return what so many of its units cost: less their part of the discount, with the tax on top."""
        return (self.total - self.discount + self.added) * units // self.quantity

    @property
    def title(self) -> str:
        """The name with the variant's label, for sentences and for Stripe's page."""
        return f"{self.name} ({self.label})" if self.label else self.name


@dataclass(frozen=True, slots=True)
class Order:
    """An order; amounts in minor units of its currency. `pay_url` is there while it can be paid."""

    id: str
    number: str
    person_id: str
    state: str
    closed_reason: str | None
    payment_state: str
    dispute_state: str
    currency: str
    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int
    captured: int
    refunded: int
    email: str
    provider: str
    placed_at: Instant
    hold_until: Instant | None
    cancel_requested_at: Instant | None
    cart_id: str
    version: int
    ship_block: str
    language: str
    tax_included: int
    country: str
    shipping_name: str
    discount_code: str
    shipping_tax: int
    shipping_tax_rate: int
    ship_to: str
    pay_url: str | None

    @property
    def address(self) -> tuple[str, ...]:
        """Where it goes, line by line; empty while that is not known."""
        return addresses.lines_of(self.ship_to)


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """An order as lists show it; `count` is the number of units."""

    id: str
    number: str
    state: str
    closed_reason: str | None
    payment_state: str
    total: int
    currency: str
    placed_at: Instant
    count: int
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """All that an order's page shows."""

    order: Order
    lines: tuple[OrderLine, ...]
    refunds: tuple[Refund, ...]
    steps: tuple[timeline.TimelineStep, ...]
    may_cancel: bool
    on_its_way: bool
    headline: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What an admin sees first; each number stops at a hundred, so that it costs the same for ever."""

    orders_open: int
    orders_to_pack: int
    reviews: int
    out_of_stock: int


def move(
    tx: Tx,
    order: Order,
    new: str,
    *,
    by: str,
    at: Instant,
    why: str,
    reason: str | None = None,
    put_back: Mapping[str, int] | None = None,
) -> Order:
    """Send an order to another state and move its stock with it.

    Where the step puts goods back on hand, `put_back` says how many of each SKU; everything unless told.
    Raises Conflict where the table has no such step or somebody else moved the order first, OutOfStock
    where a retake finds the units gone, and Refused where more is put back than was taken.
    """
    step = STEPS.get((order.state, new))
    if step is None:
        raise Conflict(f"An order that is {order.state} can't become {new}.")
    if tx.run(sql.move, id=order.id, old=order.state, new=new, reason=reason) != 1:
        raise Conflict("The order has changed meanwhile: look again.")
    if step.stock != "none":
        _move_stock(tx, step.stock, stock.Cause(order.id, by, why, at), put_back)
    events.record(
        tx,
        f"order.{reason or new}",
        _object(order),
        by=by,
        at=at,
        before=order.state,
        after=new,
        why=why,
    )
    letters.tell_of_order(tx, reason or new, order.id, at)
    if order.discount_code and new in ("confirmed", "closed"):
        _settle_discount(tx, order, new, at)
    if new == "confirmed":
        sales.count(tx, order.id, at)
    refunds.recount(tx, order.id)
    return by_id(tx, order.id)


def cancel(tx: Tx, number: str, person: Person | None, at: Instant, keys: Keys = NO_KEYS) -> OrderPage:
    """Cancel a shopper's own order, or one that their browser has the key of; repeating it is harmless.

    An unpaid order is only flagged: its session is expired at Stripe first, and the answer decides.
    A paid one is closed, its stock returned and its refund asked for at once. Raises NotFound when it
    is not theirs and Conflict once it is being packed, or while an admin looks at its payment.
    """
    order = own(tx, number, person.id if person else None, keys)
    by = person.actor if person else GUEST
    if order.state in ("open", "processing"):
        ask_to_cancel(tx, order, by=by, at=at)
    elif order.state in CANCELLABLE_BY_SHOPPER:
        close_paid(tx, order, by=by, at=at, why="cancelled by the shopper")
    elif order.state == "review":
        raise Conflict(_("We are looking at your payment and will write to you: answer then to cancel it."))
    elif order.state != "closed":
        raise Conflict(_("This order is already being prepared: it can't be cancelled any more."))
    return page(tx, by_id(tx, order.id))


def ask_to_cancel(tx: Tx, order: Order, *, by: str, at: Instant) -> None:
    """Flag an unpaid order as unwanted and have its session expired; Stripe's answer closes it."""
    if tx.run(sql.ask_to_cancel, id=order.id, at=at):
        events.record(tx, "order.cancel_requested", _object(order), by=by, at=at)
        end_payment(tx, order.id, at)


def end_payment(tx: Tx, order_id: str, at: Instant) -> None:
    """Have every payment page of the order that may still be open closed at Stripe."""
    for attempt_id in tx.all(str, sql.live_attempts, order_id=order_id):
        outbox.add(tx, "expire", attempt_id, at)


def close_paid(
    tx: Tx, order: Order, *, by: str, at: Instant, why: str, put_back: Mapping[str, int] | None = None
) -> None:
    """Close a paid order as cancelled: stock back on hand, all its money asked back."""
    move(tx, order, "closed", by=by, at=at, why=why, reason="cancelled", put_back=put_back)
    refund_all(tx, order, by=by, at=at, source="shop", why=why)


def refund_all(tx: Tx, order: Order, *, by: str, at: Instant, source: str, why: str) -> None:
    """Ask for everything that was captured for the order to be refunded.

    Nothing of a payment whose dispute is open or was lost: the bank has that money.
    """
    for attempt_id in tx.all(str, sql.paid_attempts, order_id=order.id):
        refunds.request(tx, order.id, attempt_id, source=source, reason=why, by=by, at=at)


def has_unowned_money(tx: Tx, order_id: str) -> bool:
    """Tell whether a closed order has money with neither a refund, a dispute, nor a person to see to it."""
    return int(tx.value(sql.unowned, id=order_id)) > 0


def oversold(tx: Tx, order: Order, *, at: Instant, why: str) -> None:
    """Note that a closed order was paid after its items had gone, and give the money back."""
    tx.run(sql.oversold, id=order.id)
    events.record(tx, "order.oversold", _object(order), by=events.SHOP, at=at, why=why)
    letters.tell_of_order(tx, "oversold", order.id, at)
    refund_all(tx, order, by=events.SHOP, at=at, source="auto", why=why)


def add_line(
    tx: Tx,
    order_id: str,
    position: int,
    *,
    sku: str,
    slug: str,
    name: str,
    label: str,
    quantity: int,
    unit_price: int,
    discount: int = 0,
    tax: int = 0,
    tax_rate: int = 0,
) -> None:
    """Freeze what is bought, at the price it has now, in minor units."""
    tx.run(
        sql.add_line,
        order_id=order_id,
        position=position,
        sku=sku,
        slug=slug,
        name=name,
        label=label,
        quantity=quantity,
        unit_price=unit_price,
        discount=discount,
        tax=tax,
        tax_rate=tax_rate,
    )


def by_id(tx: Tx, order_id: str) -> Order:
    """Return an order. Raises NotFound."""
    return _found(tx.one(Order, sql.by_id, id=order_id))


def open_of_cart(tx: Tx, cart_id: str) -> Order | None:
    """Return the order of this cart that waits for its payment."""
    return tx.one(Order, sql.open_of_cart, cart_id=cart_id)


def lines_of(tx: Tx, order_id: str) -> tuple[OrderLine, ...]:
    """Return what was bought."""
    return tuple(tx.all(OrderLine, sql.lines, order_id=order_id))


def show_for(tx: Tx, person_id: str | None, number: str, keys: Keys = NO_KEYS) -> OrderPage:
    """Return a shopper's own order, or one that their browser has the key of. Raises NotFound for others."""
    return page(tx, own(tx, number, person_id, keys))


def own(tx: Tx, number: str, person_id: str | None, keys: Keys) -> Order:
    """Return an order that is open to this person or to these keys. Raises NotFound, also for another's."""
    order = tx.one(Order, sql.by_number, number=number)
    mine = order is not None and opens(person_id, keys, order.person_id, order.number)
    return _found(order if mine else None)


def show(tx: Tx, number: str) -> OrderPage:
    """Return any order, for an admin. Raises NotFound."""
    return page(tx, by_number(tx, number))


def by_number(tx: Tx, number: str) -> Order:
    """Return any order by its number. Raises NotFound."""
    return _found(tx.one(Order, sql.by_number, number=number))


def listing_of(tx: Tx, person_id: str, after: str | None) -> Listing[OrderSummary]:
    """Return a page of a shopper's orders, newest first."""
    rows = tx.all(OrderSummary, sql.of_person, person_id=person_id, after=after or LAST, size=PAGE + 1)
    return page_of(rows, PAGE, lambda row: row.id)


def overview(tx: Tx) -> Overview:
    """Return the admin's first numbers."""

    def in_state(state: str) -> int:
        return int(tx.value(sql.up_to_a_hundred, state=state))

    sold_out = int(tx.value(sql.sold_out_up_to_a_hundred))
    return Overview(in_state("open"), in_state("confirmed"), in_state("review"), sold_out)


def page(tx: Tx, order: Order) -> OrderPage:
    """Return an order with its lines, refunds and timeline."""
    may_cancel = order.state in CANCELLABLE_BY_SHOPPER and order.cancel_requested_at is None
    steps = timeline.of(tx, _object(order), order.currency)
    lines = lines_of(tx, order.id)
    given_back = refunds.of_order(tx, order.id)
    leaving = order.cancel_requested_at is not None
    on_its_way = order.state == "shipped" and parcels.are_on_their_way(tx, order.id)
    arrived = order.state == "shipped" and not on_its_way
    said = headlines.of(
        order.state, order.closed_reason, leaving=leaving, given_back=bool(given_back), arrived=arrived
    )
    return OrderPage(order, lines, given_back, steps, may_cancel, on_its_way, said)


def _move_stock(tx: Tx, kind: str, cause: stock.Cause, put_back: Mapping[str, int] | None) -> None:
    if kind == "restock":
        stock.restock(tx, cause, put_back)
    else:
        _STOCK[kind](tx, cause)


def _settle_discount(tx: Tx, order: Order, new: str, at: Instant) -> None:
    """Give back the use of a code with the order's end; late money takes it again."""
    if new == "closed":
        discounts.release(tx, order.id, at)
        return
    cart.forget_code(tx, order.cart_id)
    if order.state == "closed":
        discounts.take_again(tx, order.id)


def know_where_to(tx: Tx, order_id: str, ship_to: Mapping[str, str]) -> None:
    """Keep where an order goes, as the payment page was told; once known it stays."""
    if ship_to:
        tx.run(sql.know_where_to, id=order_id, ship_to=addresses.kept(ship_to))


def _found(order: Order | None) -> Order:
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _object(order: Order) -> str:
    return f"order:{order.id}"
