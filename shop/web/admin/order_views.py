"""What of the orders is looked at, as the address says it: for lists, purchases and files."""

from dataclasses import replace
from datetime import date

from db import Tx
from shop import order_finds, people
from shop.order_finds import Choice
from shop.order_states import STATES
from shop.web.view import View, view

SOLD, PLACED = "sold", "placed"

_ORDERS: dict[str, tuple[str, ...] | None] = {
    "q": None,
    "state": STATES,
    "payment": order_finds.PAYMENTS,
    "dispute": order_finds.DISPUTES,
    "person": None,
    "sku": None,
    "sold": None,
    "from": None,
    "to": None,
    "by": (SOLD, PLACED),
}
_PURCHASES: dict[str, tuple[str, ...] | None] = {
    "q": None,
    "person": None,
    "product": None,
    "sku": None,
    "from": None,
    "to": None,
}


def orders_view(path: str = "/admin/orders") -> View:
    """Return what the address chooses of all orders."""
    return _tidy(view(path, _ORDERS))


def purchases_view(path: str = "/admin/purchases") -> View:
    """Return what the address chooses of all purchases."""
    return _tidy(view(path, _PURCHASES))


def elsewhere(seen: View, path: str) -> str:
    """Return the address of the same choice at another path, such as its file."""
    return replace(seen, path=path).here


def known(tx: Tx, seen: View) -> tuple[View, Choice]:
    """Return the view with people and products by their readable names, and the choice it stands for.

    Someone or something that is not there is a choice that nothing fits.
    """
    person = people.find(tx, seen["person"]) or people.find_by_email(tx, seen["person"].lower())
    product = order_finds.product(tx, seen["product"])
    readable = {"person": person and person.email, "product": product and product.slug}
    chosen = dict(seen.chosen) | {name: text for name, text in readable.items() if text}
    skus = order_finds.skus_of(tx, product.id) if product else (seen["product"],)
    named = replace(
        _choice(seen),
        person_id=person.id if person else seen["person"],
        skus=tuple(filter(None, (seen["sku"],) if seen["sku"] else skus)),
    )
    return replace(seen, chosen=chosen), named


def _choice(seen: View) -> Choice:
    return Choice(
        q=seen["q"],
        state=seen["state"],
        payment=seen["payment"],
        dispute=seen["dispute"],
        since=seen["sold"] or seen["from"],
        until=seen["sold"] or seen["to"],
        sold=bool(seen["sold"]) or seen["by"] == SOLD,
    )


def _tidy(seen: View) -> View:
    """Leave out what is no day, as the view leaves out every value that can't be."""
    chosen = dict(seen.chosen)
    for name in ("sold", "from", "to"):
        day = _day(chosen.pop(name, ""))
        if day:
            chosen[name] = day
    return replace(seen, chosen=chosen)


def _day(typed: str) -> str:
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        return ""
