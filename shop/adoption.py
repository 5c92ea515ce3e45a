"""Adoption: take up an order again that the books have lost, from what Stripe knows of its payment.

After a backup was put back, Stripe may have money for orders that are not here any more. The session's
metadata tells whose they were, its items what was bought: they become orders as if they had just been placed.
"""

import re
from dataclasses import dataclass

from db import Database, Tx, queries
from shop import events, instance, orders, payments, people, stock
from shop.clock import Instant, from_epoch, new_id, new_token, now
from shop.config import Settings
from shop.money import grain
from shop.orders import Order
from shop.people import Person
from shop.stripe_gateway import Gateway, Item, Session
from shop.totals import parted
from shop.words import ENGLISH

sql = queries("adoption")

_NUMBER = re.compile(r"[A-Z0-9]{4,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Variant:
    sku: str
    slug: str
    name: str
    label: str
    available: int


@dataclass(frozen=True, slots=True)
class _Line:
    variant: _Variant
    item: Item


async def adopt(db: Database, gateway: Gateway, settings: Settings, session_id: str) -> bool:
    """Take up the order of a session that says it is ours, and book its payment; False if that can't be.

    Raises StripeUnreachable when Stripe does not answer.
    """
    session = await gateway.get_session(session_id)
    items = await gateway.session_items(session_id)
    owner = await db.read(_owner, session)
    secret = await people.hash_password(new_token()) if owner is None else ""
    taken_up = await db.write(_take_up, settings, session, items, secret, now())
    if taken_up:
        await db.write(_book, settings, session, now())
    return taken_up


def _take_up(
    tx: Tx, settings: Settings, session: Session, items: list[Item], secret: str, at: Instant
) -> bool:
    number = session.metadata.get("order", "")
    if session.metadata.get("shop") != instance.name(tx) or not _NUMBER.fullmatch(number):
        return False
    if tx.one(Order, orders.sql.by_number, number=number) is None:
        goods = [item for item in items if item.sku]
        lines = [_line(tx, item) for item in goods]
        known = [line for line in lines if line is not None]
        if not goods or len(known) < len(goods) or session.currency != settings.currency:
            return False
        tax = sum(item.unit_amount for item in items if not item.sku)
        person = _owner(tx, session) or _newcomer(tx, session, secret, at)
        if person is None:
            return False
        _place(tx, settings, session, person, known, tax, at)
    return True


def _book(tx: Tx, settings: Settings, session: Session, at: Instant) -> None:
    payments.session_read(tx, session, at)
    payments.adopted(tx, session.id, livemode=settings.livemode, at=at)


def _line(tx: Tx, item: Item) -> _Line | None:
    variant = tx.one(_Variant, sql.variant, sku=item.sku)
    return None if variant is None else _Line(variant, item)


def _owner(tx: Tx, session: Session) -> Person | None:
    named = people.find(tx, session.metadata.get("person", ""))
    return named or (people.find_by_email(tx, session.email) if session.email else None)


def _newcomer(tx: Tx, session: Session, secret: str, at: Instant) -> Person | None:
    """Return a person for somebody who registered after the backup; their password is lost with it."""
    if not session.email or not secret:
        return None
    return people.register(tx, session.email, session.email.split("@")[0], secret, at)


def _place(
    tx: Tx, settings: Settings, session: Session, person: Person, lines: list[_Line], tax: int, at: Instant
) -> None:
    order_id, cart_id = new_id("ord"), session.metadata.get("cart", "")
    if not cart_id or orders.open_of_cart(tx, cart_id) is not None:
        cart_id = new_id("cart")
    tx.run(
        orders.sql.add,
        id=order_id,
        number=session.metadata["order"],
        person_id=person.id,
        email=session.email or person.email,
        cart_id=cart_id,
        provider=settings.provider,
        currency=session.currency,
        **_sums(session, lines, tax),
        at=at,
        hold_until=at,
        language=session.metadata.get("language", ENGLISH),
    )
    for position, (line, off) in enumerate(zip(lines, _discounts(session, lines), strict=True)):
        orders.add_line(
            tx,
            order_id,
            position,
            sku=line.variant.sku,
            slug=line.variant.slug,
            name=line.variant.name,
            label=line.variant.label,
            quantity=line.item.quantity,
            unit_price=line.item.unit_amount,
            discount=off,
        )
    state = _hold(tx, order_id, lines, at)
    why = "taken up again from what Stripe knows"
    events.record(tx, "order.adopted", f"order:{order_id}", by=events.SHOP, at=at, after=state, why=why)
    order = orders.by_id(tx, order_id)
    attempt_id = session.metadata.get("attempt") or new_id("pay")
    expires_at = from_epoch(session.expires_at)
    payments.begin_attempt(tx, order, attempt_id, "{}", expires_at=expires_at, at=at)


def _sums(session: Session, lines: list[_Line], tax: int) -> dict[str, object]:
    """Return an order's sums from what Stripe knows; which tax its prices contained is not known any more."""
    subtotal = sum(line.item.quantity * line.item.unit_amount for line in lines)
    return {
        "subtotal": subtotal,
        "discount": session.discount,
        "shipping": session.shipping,
        "tax": tax,
        "total": subtotal + session.shipping + tax - session.discount,
        "tax_included": 0,
        "country": session.ship_to.get("country", ""),
        "shipping_name": session.metadata.get("way", ""),
        "discount_code": session.metadata.get("code", ""),
        "shipping_tax": 0,
        "shipping_tax_rate": 0,
    }


def _discounts(session: Session, lines: list[_Line]) -> list[int]:
    """Return each line's part of the discount, parted as at the checkout."""
    worths = [line.item.quantity * line.item.unit_amount for line in lines]
    return parted(min(session.discount, sum(worths)), worths, grain(session.currency))


def _hold(tx: Tx, order_id: str, lines: list[_Line], at: Instant) -> str:
    """Hold what was bought and return the order's state.

    Where some of it was sold to others meanwhile, the order counts as expired, and its money goes the way of
    all late money.
    """
    if all(line.variant.available >= line.item.quantity for line in lines):
        wanted = [stock.Wanted(line.variant.sku, line.item.quantity, line.variant.name) for line in lines]
        stock.hold(tx, wanted, stock.Cause(order_id, events.SHOP, "taken up again", at))
        return "open"
    for line in lines:
        stock.note_unheld(tx, order_id, line.variant.sku, line.item.quantity)
    tx.run(sql.sold_out, id=order_id)
    return "closed"
