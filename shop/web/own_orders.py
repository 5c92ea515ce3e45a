"""Whose order it is: asked here and nowhere else, of who is signed in and of this browser's keys.

A guest's browser keeps the numbers of what it has placed, or was led to by the link of a letter. They stand
in its session, which is signed, so nobody can write a number into it.
"""

from quart import Response, session

from shop import orders
from shop.buyers import PLACED, PROVED, Keys
from shop.orders import Order, OrderPage
from shop.people import GUEST
from shop.web.context import shop, viewer

MOST_KEYS = 20


async def own_order(number: str) -> OrderPage:
    """Return an order that this visitor may see. Raises NotFound for every other one."""
    return await shop().db.read(orders.show_for, await visitor_id(), number, keys())


async def own(number: str) -> Order:
    """Return the order alone. Raises NotFound for every one that this visitor may not see."""
    return await shop().db.read(orders.own, number, await visitor_id(), keys())


async def visitor_id() -> str | None:
    """Return the id of who is signed in, if anybody is."""
    person = (await viewer()).person
    return person.id if person else None


async def actor() -> str:
    """Return how the ledgers name this visitor."""
    person = (await viewer()).person
    return person.actor if person else GUEST


def keys() -> Keys:
    """Return the keys of orders that this browser has."""
    found = session.get("orders")
    return found if isinstance(found, dict) else {}


def remember(number: str, how: str) -> None:
    """Keep the key of an order, the newest twenty of them; what a letter has proved stays proved."""
    kept = dict(keys())
    how = PROVED if kept.pop(number, PLACED) == PROVED else how
    session["orders"] = dict([*kept.items(), (number, how)][-MOST_KEYS:])


async def private(response: Response) -> Response:
    """Keep a page of somebody's order out of caches and search engines, and its address from other sites."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    # Not no-referrer, which would take the Origin from our own forms; other sites are told as little.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
