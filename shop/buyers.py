"""Buyers: who an order is placed for, a person or a guest, and the keys by which a browser opens orders.

All orders of guests belong to one person, who can never sign in; each has its own e-mail address.
"""

from dataclasses import dataclass

from shop.people import Person
from shop.words import language

GUEST = "guest"
"""The id of the person whom orders without an account belong to, and how the ledgers name a guest."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom an order is placed for: the letters go to their e-mail address, in their language."""

    person_id: str
    actor: str
    email: str
    language: str


def account(person: Person) -> Buyer:
    """Return the buyer that a signed-in person is, in the language spoken here."""
    return Buyer(person.id, person.actor, person.email, language())


def guest(email: str) -> Buyer:
    """Return a buyer without an account, in the language spoken here; the address is clean already."""
    return Buyer(GUEST, GUEST, email, language())
