"""Reorder: what was bought once goes into the cart again, as far as it is still sold."""

from dataclasses import dataclass

from db import Tx
from shop import cart
from shop.clock import Instant
from shop.errors import NotFound, OutOfStock
from shop.orders import OrderLine
from shop.words import _


@dataclass(frozen=True, slots=True)
class Reordered:
    """How many units went into the cart, and sentences about what could not be had as it was."""

    units: int
    notes: tuple[str, ...]


def again(tx: Tx, lines: tuple[OrderLine, ...], cart_id: str, at: Instant) -> Reordered:
    """Put the lines of an order into a cart, as many as there are, at today's prices."""
    units, notes = 0, []
    for line in lines:
        try:
            added = cart.put(tx, cart_id, line.sku, line.quantity, at)
        except (OutOfStock, NotFound):
            notes.append(_("{title} can't be had any more.", title=line.title))
            continue
        units += line.quantity
        if added.capped:
            notes.append(
                _("Of {title} your cart has the {count} we have.", title=line.title, count=added.quantity)
            )
    prices = {one.sku: one.unit_price for one in cart.show(tx, cart_id).lines}
    changed = [line for line in lines if prices.get(line.sku, line.unit_price) != line.unit_price]
    notes += [_("{title} has another price now.", title=line.title) for line in changed]
    return Reordered(units, tuple(notes))
