"""Discounts: codes that take something off, each within its time and as often as it may be used.

A use is taken in the transaction that places an order, by comparing, so that of many who share the last one
exactly one gets it. It is given back when the order closes; money that comes late takes it again, for it was
paid at that price.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import events
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound, Refused
from shop.listing import LAST, Listing, page_of
from shop.money import format_money
from shop.people import Person
from shop.words import _

sql = queries("discounts")

PAGE = 50
USES = 50
WHOLE = 10_000
"""A hundred percent, in hundredths."""
KINDS = ("amount", "percent")


@dataclass(frozen=True, slots=True)
class Discount:
    """A code; `value` is minor units, or hundredths of a percent; `least` the goods' least value."""

    id: str
    code: str
    kind: str
    value: int
    least: int
    starts_at: Instant | None
    ends_at: Instant | None
    most_uses: int | None
    most_a_person: int | None
    uses: int
    created_at: Instant
    ended_at: Instant | None
    version: int

    def state(self, at: Instant) -> str:
        """Return where the code stands: planned, running, used up, or ended."""
        if self.ended_at or (self.ends_at and at >= self.ends_at):
            return "ended"
        if self.starts_at and at < self.starts_at:
            return "planned"
        return "used up" if self.most_uses is not None and self.uses >= self.most_uses else "running"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an admin writes down of a code."""

    code: str
    kind: str
    value: int
    least: int = 0
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    most_uses: int | None = None
    most_a_person: int | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """An order that a code was used for, by whom, and what it took off."""

    order_id: str
    number: str
    email: str
    amount: int
    at: Instant
    released_at: Instant | None


def clean(text: str) -> str:
    """Return a code as it is stored and compared."""
    return "".join(text.upper().split())


def find(
    tx: Tx,
    code: str,
    *,
    email: str | None,
    value: int,
    currency: str,
    at: Instant,
    cart_id: str | None = None,
) -> Discount:
    """Return what a code gives on goods of a value, for somebody whose address may not be known yet.

    What the cart's own unpaid order uses of it counts as free. Raises Refused, saying why not.
    """
    found = tx.one(Discount, sql.by_code, code=clean(code))
    if found is None:
        raise Refused(_("There is no such code: look at it again."), "code")
    own = int(tx.value(sql.own_use, discount_id=found.id, cart_id=cart_id) or 0) if cart_id else 0
    _must_run(found, own, at)
    if value < found.least:
        missing = format_money(found.least - value, currency)
        raise Refused(_("This code needs {amount} more in your cart.", amount=missing), "code")
    if email is not None and found.most_a_person is not None:
        _must_be_new(tx, found, email, own)
    return found


def worth(discount: Discount, value: int, grain: int = 1) -> int:
    """Return what a code takes off goods of a value, in minor units; half a `grain` is rounded up."""
    if discount.kind == "amount":
        return min(discount.value, value)
    return (2 * value * discount.value + WHOLE * grain) // (2 * WHOLE * grain) * grain


def goods_for(discount: Discount | None, rest: int, grain: int = 1) -> int | None:
    """Return the least value of goods of which so much is left after a code; None where never so much is."""
    if discount is None or rest <= 0:
        return max(rest, 0)
    if discount.kind == "amount":
        return rest + discount.value
    left = WHOLE - discount.value
    if left <= 0:
        return None
    # What is left grows with the goods; rounding puts the least value a grain or two beside the ratio.
    value = rest * WHOLE // (left * grain) * grain
    while value - worth(discount, value, grain) >= rest:
        value -= grain
    while value - worth(discount, value, grain) < rest:
        value += grain
    return value


def claim(tx: Tx, discount: Discount, order_id: str, email: str, amount: int, at: Instant) -> None:
    """Use a code for an order. Raises Refused when somebody else has had the last use of it."""
    if not tx.run(sql.take, id=discount.id):
        raise Refused(_("This code has been used up."), "code")
    if discount.most_a_person is not None:
        _must_be_new(tx, discount, email, 0)
    tx.run(
        sql.use, order_id=order_id, discount_id=discount.id, email=email.strip().lower(), amount=amount, at=at
    )


def release(tx: Tx, order_id: str, at: Instant) -> None:
    """Give back what an order has used, for it has closed; harmless for one that used nothing."""
    if tx.run(sql.release, order_id=order_id, at=at):
        tx.run(sql.give_back, order_id=order_id)


def take_again(tx: Tx, order_id: str) -> None:
    """Use a code again for an order that was paid late, whatever its limits: it was paid at that price."""
    if tx.run(sql.take_again, order_id=order_id):
        tx.run(sql.count_again, order_id=order_id)


def listing(tx: Tx, after: str | None) -> Listing[Discount]:
    """Return a page of codes, newest first."""
    rows = tx.all(Discount, sql.page, after=after or LAST, size=PAGE + 1)
    return page_of(rows, PAGE, lambda row: row.id)


def by_id(tx: Tx, discount_id: str) -> Discount:
    """Return a code. Raises NotFound."""
    found = tx.one(Discount, sql.by_id, id=discount_id)
    if found is None:
        raise NotFound("There is no such code.")
    return found


def uses_of(tx: Tx, discount_id: str, after: str | None) -> Listing[Use]:
    """Return a page of what a code was used for, newest order first."""
    rows = tx.all(Use, sql.uses_of, discount_id=discount_id, after=after or LAST, size=USES + 1)
    return page_of(rows, USES, lambda row: row.order_id)


def save(tx: Tx, by: Person, discount_id: str | None, terms: Terms, seen: int, at: Instant) -> Discount:
    """Add a code, or change one.

    Raises Refused for a code that is taken or terms that can't be, and Conflict where somebody has changed it
    since it was `seen`.
    """
    _check(tx, discount_id, terms)
    told = {name: getattr(terms, name) for name in Terms.__slots__}
    if discount_id is None:
        discount_id = new_id("disc")
        tx.run(sql.add, id=discount_id, at=at, **told)
        before = ""
    else:
        before = _told(by_id(tx, discount_id))
        if not tx.run(sql.change, id=discount_id, seen=seen, **told):
            raise Conflict(f"Somebody has changed it meanwhile: {before}.")
    saved = by_id(tx, discount_id)
    _note(tx, by, saved, at, before, _told(saved))
    return saved


def end(tx: Tx, by: Person, discount_id: str, at: Instant) -> Discount:
    """Let a code be used no more; ending it again changes nothing. Raises NotFound."""
    was = by_id(tx, discount_id)
    if tx.run(sql.end, id=discount_id, at=at):
        _note(tx, by, was, at, "running", "ended")
    return by_id(tx, discount_id)


def begin_again(tx: Tx, by: Person, discount_id: str, at: Instant) -> Discount:
    """Let a code that was ended be used again. Raises NotFound."""
    was = by_id(tx, discount_id)
    if tx.run(sql.begin_again, id=discount_id):
        _note(tx, by, was, at, "ended", "running")
    return by_id(tx, discount_id)


def _must_run(found: Discount, own: int, at: Instant) -> None:
    if found.ended_at or (found.ends_at and at >= found.ends_at):
        raise Refused(_("This code has ended."), "code")
    if found.starts_at and at < found.starts_at:
        raise Refused(_("This code does not hold yet."), "code")
    if found.most_uses is not None and found.uses - own >= found.most_uses:
        raise Refused(_("This code has been used up."), "code")


def _must_be_new(tx: Tx, discount: Discount, email: str, own: int) -> None:
    used = int(tx.value(sql.used_by, discount_id=discount.id, email=email.strip().lower()))
    if discount.most_a_person is not None and used - own >= discount.most_a_person:
        raise Refused(_("You have used this code already."), "code")


def _check(tx: Tx, discount_id: str | None, terms: Terms) -> None:
    if terms.kind == "percent" and terms.value > WHOLE:
        raise Refused("At most 100 percent can be taken off.", "value")
    if terms.value <= 0:
        raise Refused("Write how much it takes off.", "value")
    if terms.starts_at and terms.ends_at and terms.ends_at <= terms.starts_at:
        raise Refused("This is before it begins.", "ends")
    holder = tx.value(sql.id_of, code=terms.code)
    if holder not in (None, discount_id):
        raise Refused("There is a code of this name already.", "code")


def _told(one: Discount) -> str:
    amount = f"{one.value / 100:g} %" if one.kind == "percent" else str(one.value)
    bounds = [f"from {one.least}"] if one.least else []
    bounds += [f"{one.most_uses} uses"] if one.most_uses else []
    bounds += [f"{one.most_a_person} a person"] if one.most_a_person else []
    return ", ".join([f"{one.code} {amount}", *bounds])


def _note(tx: Tx, by: Person, one: Discount, at: Instant, before: str, after: str) -> None:
    of = f"discount:{one.id}"
    events.record(tx, "discount.changed", of, by=by.actor, at=at, before=before, after=after)
