"""What is published, for whoever reads the shop by machine: every product by its key, and the newest ones."""

from dataclasses import dataclass

from db import Tx, queries
from shop.clock import Instant
from shop.listing import Listing, page_of

sql = queries("published")

STEP = 1000
NEWEST = 30


@dataclass(frozen=True, slots=True)
class Address:
    """Where a published product is."""

    id: str
    slug: str


@dataclass(frozen=True, slots=True)
class News:
    """A product as a feed tells of it; the price is the lowest of its variants, in minor units."""

    id: str
    slug: str
    name: str
    description: str
    created_at: Instant
    price_from: int


def addresses(tx: Tx, after: str = "") -> Listing[Address]:
    """Return the published products that follow a key, oldest first, up to a thousand."""
    rows = tx.all(Address, sql.slugs, after=after, size=STEP + 1)
    return page_of(rows, STEP, lambda one: one.id)


def newest(tx: Tx) -> tuple[News, ...]:
    """Return the products that were added last."""
    return tuple(tx.all(News, sql.newest, size=NEWEST))
