"""Purchases: who bought what, when and at which price, line by line, of one person, one product or of all."""

from dataclasses import dataclass

from db import Tx, queries
from shop import order_finds
from shop.clock import Instant
from shop.listing import Listing
from shop.order_finds import Choice, FoundOrder
from shop.orders import OrderLine

sql = queries("purchases")

PAGE = 50


@dataclass(frozen=True, slots=True)
class Bought(OrderLine):
    """A line as it was bought, at the price it had then; `back` units are on the shelf again."""

    back: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """A paid order with those of its lines that are looked for."""

    order: FoundOrder
    lines: tuple[Bought, ...]

    @property
    def at(self) -> Instant:
        """When it was sold; of an order in review, when it was placed."""
        return self.order.sold_at or self.order.placed_at


@dataclass(frozen=True, slots=True)
class Sold:
    """What some SKUs have sold since ever, in units and minor units of the shop's currency."""

    units: int
    amount: int


def find(tx: Tx, choice: Choice, after: str | None, size: int = PAGE) -> Listing[Purchase]:
    """Return a page of paid orders, newest first, with their lines. Raises Refused for a broken `after`."""
    listing = order_finds.find(tx, choice, after, size)
    return Listing(tuple(_purchase(tx, order, choice.skus) for order in listing.items), listing.next_after)


def sold(tx: Tx, skus: tuple[str, ...]) -> Sold:
    """Return what these SKUs have sold, added up from their days."""
    days = [tx.one(Sold, sql.sold, sku=sku) for sku in skus]
    return Sold(sum(one.units for one in days if one), sum(one.amount for one in days if one))


def _purchase(tx: Tx, order: FoundOrder, skus: tuple[str, ...]) -> Purchase:
    lines = tx.all(Bought, sql.lines, order_id=order.id)
    return Purchase(order, tuple(line for line in lines if not skus or line.sku in skus))
