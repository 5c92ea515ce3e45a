"""Order links: the secret address of an order, as its letters name it, and taking the order to an account.

A link is 256 random bits, of which only a hash is stored. Whoever has it may see the order: so does everybody
who reads the mail it went to, and nobody who only knows the order's number.
"""

import hashlib

from db import Tx, queries
from shop import events, orders
from shop.buyers import PROVED, Keys
from shop.clock import Instant
from shop.errors import Conflict, NotFound
from shop.orders import OrderPage
from shop.people import GUEST, Person
from shop.words import _

sql = queries("order_links")


def keep(tx: Tx, order_id: str, token: str, at: Instant) -> None:
    """Have a token lead to an order from now on, beside those that do so already."""
    tx.run(sql.add, hash=_digest(token), order_id=order_id, at=at)


def number_of(tx: Tx, token: str) -> str:
    """Return the number of the order that a token leads to. Raises NotFound."""
    found = tx.value(sql.number_of, hash=_digest(token))
    if found is None:
        raise NotFound(_("This link does not lead to an order. Is it whole, as it stands in the letter?"))
    return str(found)


def claim(tx: Tx, number: str, person: Person, keys: Keys, at: Instant) -> OrderPage:
    """Take a guest's order to an account; repeating it is harmless.

    Raises NotFound for an order that is not open to them, and Conflict where they have not come by the link
    of a letter, which proves that its mail is theirs, or where it is another account's.
    """
    order = orders.own(tx, number, person.id, keys)
    if order.person_id == person.id:
        return orders.page(tx, order)
    if keys.get(number) != PROVED:
        raise Conflict(_("Open the link in our letter first: it shows that this order is yours."))
    if order.person_id != GUEST or not tx.run(sql.claim, id=order.id, person_id=person.id):
        raise Conflict(_("This order belongs to an account already."))
    tx.run(sql.find_by_name, id=order.id)
    of = f"order:{order.id}"
    events.record(tx, "order.claimed", of, by=person.actor, at=at, after=person.email)
    return orders.page(tx, orders.by_id(tx, order.id))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
