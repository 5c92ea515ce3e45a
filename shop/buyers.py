"""Buyers: who an order is placed for, a person or a guest, and the keys by which a browser opens orders.

All orders of guests belong to one person, who can never sign in; each has its own e-mail address. A browser
keeps a key of what it has placed, and of what a letter led it to: the second proves that the mail is theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shop.people import GUEST, Person
from shop.words import language

PLACED, PROVED = "placed", "proved"
"""How a browser came by an order: it placed it as a guest, or it followed the link of a letter."""
Keys = Mapping[str, str]
"""The orders that a browser may open, by number, each with how it came by it."""
NO_KEYS: Keys = MappingProxyType({})


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


def opens(person_id: str | None, keys: Keys, owner_id: str, number: str) -> bool:
    """Tell whether an order is open to a person, if anybody is signed in, and to a browser with these keys.

    Having placed it counts only as long as no account has taken the order up.
    """
    how = keys.get(number)
    return person_id == owner_id or how == PROVED or (how == PLACED and owner_id == GUEST)
