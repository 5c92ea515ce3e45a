"""What a Checkout Session sells and what that comes to: items, discounts, tax, shipping.

Sums follow Stripe: discounts go off the items first, tax is on what is left of each item, shipping comes on
top. Nothing here is ever taken from the caller's own sums.
"""

import json
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from db import Tx
from shop.sandbox import catalogue, discounts, state
from shop.sandbox.params import METADATA
from shop.sandbox.state import Call, Fault, Object

ITEM: dict[str, Any] = {
    "price": str,
    "price_data": catalogue.PRICE_DATA,
    "quantity": int,
    "tax_rates": [str],
    "metadata": METADATA,
}
SHIPPING_OPTION: dict[str, Any] = {
    "shipping_rate": str,
    "shipping_rate_data": catalogue.SHIPPING_RATE_DATA,
}
LINE_ITEMS: dict[str, Any] = {
    "limit": int,
    "starting_after": str,
    "ending_before": str,
    "expand": [str],
}
_MOST_ITEMS, _MOST_SHIPPING_OPTIONS = 100, 5


def items_of(tx: Tx, call: Call, asked: Sequence[Object], made: list[Object]) -> list[Object]:
    """Return the items of a request; prices and products that it only describes go to `made`.

    They are stored by the caller once nothing can be refused any more.
    """
    if not asked:
        raise Fault(400, "Missing required param: line_items.", "parameter_missing", "line_items")
    if len(asked) > _MOST_ITEMS:
        raise Fault(400, f"A Checkout Session has at most {_MOST_ITEMS} line items.", param="line_items")
    items = [_item(tx, call, line, f"line_items[{index}]", made) for index, line in enumerate(asked)]
    if len({item["currency"] for item in items}) > 1:
        raise Fault(400, "All line items must have the same currency.", param="line_items")
    return items


def shipping_options(
    tx: Tx, call: Call, asked: Sequence[Object], currency: str, made: list[Object]
) -> list[Object]:
    """Return the ways to ship that a request offers; the first is chosen until the shopper chooses."""
    if len(asked) > _MOST_SHIPPING_OPTIONS:
        message = f"You can pass at most {_MOST_SHIPPING_OPTIONS} shipping options."
        raise Fault(400, message, param="shipping_options")
    options = []
    for index, one in enumerate(asked):
        at = f"shipping_options[{index}]"
        if ("shipping_rate" in one) == ("shipping_rate_data" in one):
            message = "You must pass exactly one of `shipping_rate` or `shipping_rate_data`."
            raise Fault(400, message, param=at)
        if "shipping_rate" in one:
            rate = state.get(tx, "shipping_rate", one["shipping_rate"], f"{at}[shipping_rate]", 400)
        else:
            rate = catalogue.new_shipping_rate(call, one["shipping_rate_data"], f"{at}[shipping_rate_data]")
            made.append(rate)
        if rate["fixed_amount"]["currency"] != currency:
            raise Fault(400, "Shipping has the currency of the line items.", param=at)
        options.append({"shipping_rate": rate["id"], "shipping_amount": rate["fixed_amount"]["amount"]})
    return options


def reckon(tx: Tx, session: Object, items: list[Object]) -> None:
    """Work out a session's amounts, and those of its items, from what it sells and what was chosen."""
    worths = [item["amount_subtotal"] for item in items]
    offs = _offs(tx, session["discounts"], items, worths)
    for item, off in zip(items, offs, strict=True):
        item["amount_discount"] = off
        item["discounts"] = _told(tx, session, off)
        _tax(item)
    shipping = session["shipping_cost"]
    sent = shipping["amount_total"] if shipping else 0
    session |= {
        "amount_subtotal": sum(worths),
        "amount_total": sum(item["amount_total"] for item in items) + sent,
        "total_details": {
            "amount_discount": sum(offs),
            "amount_shipping": sent,
            "amount_tax": sum(item["amount_tax"] for item in items),
        },
    }


def ship_by(session: Object, rate_id: str) -> bool:
    """Choose one of a session's shipping options; return whether that changed anything."""
    chosen = session["shipping_cost"]
    option = next((one for one in session["shipping_options"] if one["shipping_rate"] == rate_id), None)
    if option is None or (chosen and chosen["shipping_rate"] == rate_id):
        return False
    amount = option["shipping_amount"]
    session["shipping_cost"] = {
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "shipping_rate": rate_id,
    }
    return True


def items(tx: Tx, session_id: str) -> list[Object]:
    """Return what a session sells."""
    state.get(tx, "checkout.session", session_id, "session")
    found: list[Object] = json.loads(tx.value(state.sql.items, session_id=session_id) or "[]")
    return found


def line_items(tx: Tx, session_id: str, asked: Object | None = None) -> Object:
    """Return a page of what a session sells, in its own order, as Stripe answers it. Raises Fault 400."""
    asked = asked or {}
    found = items(tx, session_id)
    limit = asked.get("limit", 10)
    if not 1 <= limit <= 100:  # noqa: PLR2004 - Stripe's bounds of a page
        raise Fault(400, "This value must be between 1 and 100.", param="limit")
    ids = [item["id"] for item in found]
    for cursor in ("starting_after", "ending_before"):
        if cursor in asked and asked[cursor] not in ids:
            raise Fault(400, f"No such item: '{asked[cursor]}'", "resource_missing", cursor)
    url = f"/v1/checkout/sessions/{session_id}/line_items"
    if "ending_before" in asked:
        before = found[: ids.index(asked["ending_before"])]
        return state.listed(before[-limit:], url, more=len(before) > limit)
    first = ids.index(asked["starting_after"]) + 1 if "starting_after" in asked else 0
    return state.listed(found[first : first + limit], url, more=len(found) > first + limit)


def _item(tx: Tx, call: Call, line: Object, at: str, made: list[Object]) -> Object:
    if ("price" in line) == ("price_data" in line):
        raise Fault(400, "You must pass exactly one of `price` or `price_data`.", param=at)
    if "price" in line:
        price = state.get(tx, "price", line["price"], f"{at}[price]", 400)
        if not price["active"]:
            raise Fault(400, "The price specified is inactive.", "price_inactive", f"{at}[price]")
    else:
        price = catalogue.new_price(tx, call, line["price_data"], f"{at}[price_data]", made, inline=True)
    if line.get("quantity", 0) < 1:
        raise Fault(400, "Quantity is required, and at least 1.", "parameter_missing", f"{at}[quantity]")
    amount = price["unit_amount"] * line["quantity"]
    rates = [
        state.get(tx, "tax_rate", rate, f"{at}[tax_rates][{index}]", 400)
        for index, rate in enumerate(line.get("tax_rates", []))
    ]
    return {
        "id": state.new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": _name(tx, price["product"], made),
        "discounts": [],
        "metadata": line.get("metadata", {}),
        "price": price,
        "quantity": line["quantity"],
        "taxes": [{"amount": 0, "rate": rate, "taxability_reason": None} for rate in rates],
    }


def _name(tx: Tx, product_id: str, made: Sequence[Object]) -> str:
    product = next((one for one in made if one["id"] == product_id), None)
    return str((product or state.get(tx, "product", product_id))["name"])


def _offs(tx: Tx, chosen: Sequence[Object], items: Sequence[Object], worths: Sequence[int]) -> list[int]:
    offs = [0] * len(items)
    for discount in chosen:
        coupon = state.get(tx, "coupon", discount["coupon"])
        products = coupon.get("applies_to", {}).get("products")
        applies = [i for i, item in enumerate(items) if not products or item["price"]["product"] in products]
        for index, off in zip(applies, discounts.parted(coupon, [worths[i] for i in applies]), strict=True):
            offs[index] = off
    return offs


def _told(tx: Tx, session: Object, off: int) -> list[Object]:
    return [
        {
            "amount": off,
            "discount": {
                "id": f"di_{session['id'][8:]}",
                "object": "discount",
                "checkout_session": session["id"],
                "customer": session["customer"],
                "end": None,
                "invoice": None,
                "invoice_item": None,
                "promotion_code": discount["promotion_code"],
                "source": {"coupon": state.get(tx, "coupon", discount["coupon"]), "type": "coupon"},
                "start": session["created"],
                "subscription": None,
                "subscription_item": None,
            },
        }
        for discount in session["discounts"]
        if off
    ]


def _tax(item: Object) -> None:
    """Set an item's taxes and its total; an inclusive tax is in the price, an exclusive one comes on top."""
    base = item["amount_subtotal"] - item["amount_discount"]
    inside = sum(_percent(tax) for tax in item["taxes"] if tax["rate"]["inclusive"])
    net = base / (1 + inside)
    for tax in item["taxes"]:
        worth = net if inside else Decimal(base)
        tax["amount"] = int((worth * _percent(tax)).quantize(Decimal(1), ROUND_HALF_UP))
        tax["taxable_amount"] = int(worth.quantize(Decimal(1), ROUND_HALF_UP))
    on_top = sum(tax["amount"] for tax in item["taxes"] if not tax["rate"]["inclusive"])
    item["amount_tax"] = sum(tax["amount"] for tax in item["taxes"])
    item["amount_total"] = base + on_top


def _percent(tax: Object) -> Decimal:
    return Decimal(str(tax["rate"]["percentage"])) / 100
