"""Withdrawals: a consumer's declaration that they step back from a contract, taken down as it was made.

The function that Directive 2011/83/EU, Article 11a (as inserted by Directive (EU) 2023/2673) asks of shops
that sell to consumers in the European Union since 19 June 2026: easy to find, in two steps, with a receipt
that names the day and the time. A declaration is always taken; whether it is in time is for the merchant to
judge, and whoever sees to it writes down what was done.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import events, letters, looks
from shop.clock import Instant, moment, new_id
from shop.errors import Conflict, NotFound
from shop.listing import LAST, Listing, page_of
from shop.orders import Order
from shop.orders import sql as order_sql
from shop.people import Person
from shop.words import N_, _

sql = queries("withdrawals")

PAGE = 50
KIND = "withdrawal"


@dataclass(frozen=True, slots=True)
class Declaration:
    """Who withdraws from which contract, as they wrote it; the receipt goes to the e-mail address."""

    name: str
    email: str
    order_number: str
    note: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A declaration with the moment it was made; `known` is the number of the order it fits, or empty."""

    id: str
    name: str
    email: str
    order_number: str
    note: str
    known: str
    at: Instant
    done_at: Instant | None
    done_note: str


def is_offered(tx: Tx) -> bool:
    """Tell whether the shop offers the function."""
    return looks.offers_withdrawal(tx)


def offer(tx: Tx, by: Person, wanted: bool, at: Instant) -> bool:
    """Offer the function or not, and return whether it was offered before."""
    was = is_offered(tx)
    if wanted != was:
        tx.run(sql.offer, wanted=wanted)
        told = {"before": "on" if was else "off", "after": "on" if wanted else "off"}
        events.record(tx, "settings.changed", "settings:withdrawal", by=by.actor, at=at, **told)
    return was


def declare(tx: Tx, told: Declaration, at: Instant) -> Withdrawal:
    """Take a declaration down and write its receipt, in the language spoken here."""
    order = tx.one(Order, order_sql.by_number, number=told.order_number.strip().upper())
    fits = order is not None and order.email.lower() == told.email.lower()
    withdrawal_id = new_id("wdr")
    tx.run(
        sql.add,
        id=withdrawal_id,
        name=told.name,
        email=told.email,
        order_number=told.order_number,
        note=told.note,
        order_id=order.id if order is not None and fits else None,
        at=at,
    )
    if order is not None and fits:
        events.record(tx, "order.withdrawal", f"order:{order.id}", by="shopper", at=at, after=withdrawal_id)
    subject = _("Your withdrawal has been received")
    text = _(
        _RECEIPT,
        name=told.name,
        order=told.order_number,
        email=told.email,
        note=told.note or "-",
        when=f"{moment(at):%Y-%m-%d %H:%M:%S} UTC",
    )
    letters.write(tx, KIND, told.email, subject, text, key=f"withdrawal:{withdrawal_id}", at=at)
    return by_id(tx, withdrawal_id)


def by_id(tx: Tx, withdrawal_id: str) -> Withdrawal:
    """Return a declaration. Raises NotFound."""
    found = tx.one(Withdrawal, sql.by_id, id=withdrawal_id)
    if found is None:
        raise NotFound("There is no such withdrawal.")
    return found


def listing(tx: Tx, after: str | None) -> Listing[Withdrawal]:
    """Return a page of declarations, newest first."""
    rows = tx.all(Withdrawal, sql.page, after=after or LAST, size=PAGE + 1)
    return page_of(rows, PAGE, lambda row: row.id)


def see_to(tx: Tx, by: Person, withdrawal_id: str, note: str, at: Instant) -> Withdrawal:
    """Note what was done about a declaration. Raises NotFound, and Conflict where somebody has seen to it."""
    found = by_id(tx, withdrawal_id)
    if not tx.run(sql.see_to, id=withdrawal_id, note=note, at=at):
        raise Conflict(f"Somebody has seen to it already: {found.done_note}")
    of = f"withdrawal:{withdrawal_id}"
    events.record(tx, "withdrawal.done", of, by=by.actor, at=at, after=note)
    return by_id(tx, withdrawal_id)


_RECEIPT = N_("""Hello {name},

we have received your declaration that you withdraw from a contract.

Received: {when}
Name: {name}
Order: {order}
E-mail: {email}
Note: {note}

Keep this letter: it is your receipt. We write to you about what follows.
""")
