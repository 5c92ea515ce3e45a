"""This shop and no other: its name at Stripe and its one currency, written down at its first start.

Several shops may share a Stripe account; the name in each payment's metadata tells whose it is.
"""

from db import Tx, queries
from shop.clock import Instant, new_id
from shop.errors import Conflict

sql = queries("instance")


def establish(tx: Tx, currency: str, at: Instant) -> None:
    """Name the shop if it has no name yet. Raises Conflict when its books are in another currency."""
    tx.run(sql.establish, instance=new_id("shop"), currency=currency, at=at)
    kept = tx.value(sql.currency)
    if kept != currency:
        raise Conflict(
            f"The shop's books are in {str(kept).upper()}, SHOP_CURRENCY says {currency.upper()}: "
            "a shop has one currency for life."
        )


def name(tx: Tx) -> str:
    """Return the name by which Stripe's objects tell that they are this shop's."""
    return str(tx.value(sql.instance))
