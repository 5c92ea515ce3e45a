"""The cart: what a shopper means to buy, kept under a random id in their signed session.

Nothing is held for a cart; prices and availability are read anew each time it is shown. A line remembers the
price at which it was put in or last changed: until it is changed, it says what has become of that. After a
sign-in the person's own cart takes the guest's lines in.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop.clock import Instant, new_id
from shop.errors import NotFound, OutOfStock
from shop.stock import row as stock_row
from shop.words import _

sql = queries("cart")

MOST_OF_A_LINE = 99


@dataclass(frozen=True, slots=True)
class CartLine:
    """Units of one variant; the price is today's, in minor units.

    What is not for sale any more has nothing available.
    """

    sku: str
    slug: str
    name: str
    label: str
    quantity: int
    unit_price: int
    available: int
    picture_id: str | None
    category_id: str
    for_sale: bool = True
    seen_price: int | None = None

    @property
    def total(self) -> int:
        """The line's price."""
        return self.quantity * self.unit_price

    @property
    def short(self) -> bool:
        """Whether more is wanted than is available."""
        return self.quantity > self.available

    @property
    def former_price(self) -> int | None:
        """The price at which it was put in or changed, where it is another one by now."""
        return None if self.seen_price == self.unit_price else self.seen_price

    @property
    def title(self) -> str:
        """The name with the variant's label, for sentences."""
        return _titled(self.name, self.label)


@dataclass(frozen=True, slots=True)
class Cart:
    """The lines of a cart, in the order they were added."""

    id: str | None
    lines: tuple[CartLine, ...]

    @property
    def count(self) -> int:
        """Units over all lines."""
        return sum(line.quantity for line in self.lines)

    @property
    def total(self) -> int:
        """The price of all lines."""
        return sum(line.total for line in self.lines)

    @property
    def can_check_out(self) -> bool:
        """Whether every line could be held now."""
        return bool(self.lines) and not any(line.short for line in self.lines)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a wish: the line's quantity now and before, and whether it had to be capped."""

    sku: str
    quantity: int
    capped: bool
    before: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Adopted:
    """The cart a person goes on with after signing in, with sentences about what had to change."""

    cart_id: str
    notes: tuple[str, ...]


def show(tx: Tx, cart_id: str | None) -> Cart:
    """Return the cart; one that is not there is empty."""
    lines = tx.all(CartLine, sql.lines, cart_id=cart_id) if cart_id else []
    return Cart(cart_id, tuple(lines))


def count(tx: Tx, cart_id: str | None) -> int:
    """Return the units in the cart."""
    return int(tx.value(sql.count, cart_id=cart_id)) if cart_id else 0


def put(tx: Tx, cart_id: str, sku: str, quantity: int, at: Instant) -> Added:
    """Add units to a line, as many as are available. Raises NotFound, and OutOfStock when none is."""
    return _set(tx, cart_id, sku, _quantity(tx, cart_id, sku) + quantity, at)


def set_quantity(tx: Tx, cart_id: str, sku: str, quantity: int, at: Instant) -> Added:
    """Set a line to a quantity, capped by what is available; 0 removes it."""
    if quantity == 0:
        line = next((one for one in show(tx, cart_id).lines if one.sku == sku), None)
        tx.run(sql.remove, cart_id=cart_id, sku=sku)
        return Added(sku, 0, False, line.quantity, line.title) if line else Added(sku, 0, capped=False)
    return _set(tx, cart_id, sku, quantity, at)


def step(tx: Tx, cart_id: str, sku: str, by: int, at: Instant) -> Added:
    """Change a line by so many units, relative to what it is now; at zero it is removed."""
    return set_quantity(tx, cart_id, sku, max(0, _quantity(tx, cart_id, sku) + by), at)


def adopt(tx: Tx, guest_cart_id: str | None, person_id: str, at: Instant) -> Adopted:
    """Merge the guest's cart into the person's own and say what was capped by what is available."""
    own = tx.value(sql.of_person, person_id=person_id)
    guest = guest_cart_id if _is_guests(tx, guest_cart_id) else None
    if own is None and guest:
        tx.run(sql.give_to, id=guest, person_id=person_id)
        return Adopted(guest, ())
    if own is None:
        own = new_id("cart")
        tx.run(sql.add_for, id=own, person_id=person_id, at=at)
    return Adopted(own, _merge(tx, guest, own, at) if guest else ())


def take_bought(tx: Tx, cart_id: str, bought: dict[str, int]) -> None:
    """Take what was just paid for out of the cart; more of the same, put in since, stays."""
    for sku, quantity in bought.items():
        if not tx.run(sql.take_bought, cart_id=cart_id, sku=sku, quantity=quantity):
            tx.run(sql.drop_bought, cart_id=cart_id, sku=sku, quantity=quantity)


def forget_code(tx: Tx, cart_id: str) -> None:
    """Take the discount code off a cart: it has been paid with."""
    tx.run(sql.forget_code, id=cart_id)


def _set(tx: Tx, cart_id: str, sku: str, quantity: int, at: Instant) -> Added:
    stock = stock_row(tx, sku)
    # What this cart's own unpaid order holds is given up before the cart is checked out again.
    own = int(tx.value(sql.held_by_own_order, cart_id=cart_id, sku=sku) or 0)
    possible = min(quantity, stock.available + own, MOST_OF_A_LINE)
    if tx.value(sql.for_sale, sku=sku) is None:
        raise OutOfStock(_("{title} is not sold any more.", title=stock.name), (sku,))
    if possible <= 0:
        raise OutOfStock(_("{title} is sold out.", title=stock.name), (sku,))
    before = _quantity(tx, cart_id, sku)
    tx.run(sql.add, id=cart_id, at=at)
    tx.run(sql.set, cart_id=cart_id, sku=sku, quantity=possible, at=at)
    return Added(sku, possible, possible < quantity, before, _titled(stock.name, stock.label))


def _titled(name: str, label: str) -> str:
    return f"{name} ({label})" if label else name


def _quantity(tx: Tx, cart_id: str, sku: str) -> int:
    return int(tx.value(sql.quantity, cart_id=cart_id, sku=sku) or 0)


def _is_guests(tx: Tx, cart_id: str | None) -> bool:
    lines = bool(cart_id) and tx.value(sql.count, cart_id=cart_id) > 0
    return lines and tx.value(sql.owner, id=cart_id) is None


def _merge(tx: Tx, guest: str, own: str, at: Instant) -> tuple[str, ...]:
    # What the guest's cart holds unpaid is held for this one from now on, and so is no reason to cap a line.
    tx.run(sql.carry_order, guest=guest, own=own)
    tx.run(sql.carry_choices, guest=guest, own=own)
    notes = []
    for line in show(tx, guest).lines:
        wanted = _quantity(tx, own, line.sku) + line.quantity
        try:
            if put(tx, own, line.sku, line.quantity, at).capped:
                now = _quantity(tx, own, line.sku)
                notes.append(
                    _(
                        "You wanted {wanted} of {title}: your cart has the {count} we have.",
                        wanted=wanted,
                        title=line.title,
                        count=now,
                    )
                )
        except (OutOfStock, NotFound):
            notes.append(_("{title} is sold out and was left behind.", title=line.title))
        else:
            # Nobody has been told yet what has become of the price.
            tx.run(sql.seen_at, cart_id=own, sku=line.sku, price=line.seen_price)
    tx.run(sql.empty, cart_id=guest)
    tx.run(sql.drop, cart_id=guest)
    return tuple(notes)
