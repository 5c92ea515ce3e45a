"""Products, prices, tax rates and shipping rates of the local Stripe.

A session may name them, or describe them in place; then they are made here all the same, as Stripe does.
"""

from typing import Any

from db import Tx
from shop.sandbox import params, state, webhooks
from shop.sandbox.params import METADATA, unsettable
from shop.sandbox.state import Call, Fault, Object

TAX_BEHAVIORS = ("exclusive", "inclusive", "unspecified")

PRODUCT_DATA: dict[str, Any] = {
    "name": str,
    "description": str,
    "images": [str],
    "metadata": METADATA,
    "tax_code": str,
    "unit_label": str,
}
PRICE_DATA: dict[str, Any] = {
    "currency": str,
    "unit_amount": int,
    "tax_behavior": TAX_BEHAVIORS,
    "product": str,
    "product_data": PRODUCT_DATA,
}
_UNIT = ("business_day", "day", "hour", "month", "week")
_ESTIMATE = {"unit": _UNIT, "value": int}
SHIPPING_RATE_DATA: dict[str, Any] = {
    "type": ("fixed_amount",),
    "display_name": str,
    "fixed_amount": {"amount": int, "currency": str},
    "delivery_estimate": {"minimum": _ESTIMATE, "maximum": _ESTIMATE},
    "metadata": METADATA,
    "tax_behavior": TAX_BEHAVIORS,
    "tax_code": str,
}

_PRODUCT: dict[str, Any] = PRODUCT_DATA | {
    "active": bool,
    "shippable": bool,
    "statement_descriptor": str,
    "url": str,
    "expand": [str],
}
PRODUCT = _PRODUCT | {"id": str}
PRODUCT_UPDATE = _PRODUCT | {"default_price": str, "images": unsettable([str])}
PRICE: dict[str, Any] = {
    "active": bool,
    "currency": str,
    "unit_amount": int,
    "product": str,
    "product_data": {name: PRODUCT_DATA[name] for name in ("name", "metadata", "tax_code", "unit_label")},
    "billing_scheme": ("per_unit",),
    "lookup_key": str,
    "nickname": str,
    "metadata": METADATA,
    "tax_behavior": TAX_BEHAVIORS,
    "expand": [str],
}
PRICE_UPDATE = {
    name: PRICE[name] for name in ("active", "lookup_key", "nickname", "metadata", "tax_behavior", "expand")
}
SHIPPING_RATE: dict[str, Any] = SHIPPING_RATE_DATA | {"expand": [str]}
SHIPPING_RATE_UPDATE: dict[str, Any] = {
    "active": bool,
    "metadata": METADATA,
    "tax_behavior": TAX_BEHAVIORS,
    "expand": [str],
}
_PLACE: dict[str, Any] = {
    "active": bool,
    "country": str,
    "description": str,
    "jurisdiction": str,
    "state": str,
    "tax_type": str,
    "metadata": METADATA,
    "expand": [str],
}
TAX_RATE: dict[str, Any] = _PLACE | {"display_name": str, "inclusive": bool, "percentage": float}
TAX_RATE_UPDATE: dict[str, Any] = _PLACE | {"display_name": str}


def create_product(tx: Tx, call: Call, given: Object) -> Object:
    """Create a product, under an id of the caller's where one is given."""
    asked = params.check(given, PRODUCT)
    wanted = asked.get("id")
    if wanted and state.whatever(tx, wanted) is not None:
        raise Fault(400, f"Product already exists: '{wanted}'", "resource_already_exists", "id")
    product = state.add(tx, new_product(call, asked))
    webhooks.emit(tx, call, "product.created", product)
    return product


def create_price(tx: Tx, call: Call, given: Object) -> Object:
    """Create a price of a product that is there, or that is described with it."""
    asked = params.check(given, PRICE)
    made: list[Object] = []
    price = new_price(tx, call, asked, "", made)
    for thing in made:
        state.add(tx, thing)
    webhooks.emit(tx, call, "price.created", price)
    return price


def create_shipping_rate(tx: Tx, call: Call, given: Object) -> Object:
    """Create a shipping rate of a fixed amount."""
    return state.add(tx, new_shipping_rate(call, params.check(given, SHIPPING_RATE), ""))


def create_tax_rate(tx: Tx, call: Call, given: Object) -> Object:
    """Create a tax rate, in percent."""
    asked = params.check(given, TAX_RATE)
    percentage = params.required(asked, "percentage")
    if percentage > 100:  # noqa: PLR2004 - percent
        raise Fault(400, "Percentage must be between 0 and 100", param="percentage")
    rate = {
        "id": state.new_id("txr"),
        "object": "tax_rate",
        "active": asked.get("active", True),
        "country": asked.get("country"),
        "created": call.at,
        "description": asked.get("description"),
        "display_name": params.required(asked, "display_name"),
        "effective_percentage": percentage,
        "flat_amount": None,
        "inclusive": params.required(asked, "inclusive"),
        "jurisdiction": asked.get("jurisdiction"),
        "jurisdiction_level": None,
        "livemode": False,
        "metadata": asked.get("metadata", {}),
        "percentage": percentage,
        "rate_type": "percentage",
        "state": asked.get("state"),
        "tax_type": asked.get("tax_type"),
    }
    return state.add(tx, rate)


def new_product(call: Call, asked: Object) -> Object:
    """Return a product, not stored yet."""
    return {
        "id": asked.get("id") or state.new_id("prod"),
        "object": "product",
        "active": asked.get("active", True),
        "created": call.at,
        "default_price": None,
        "description": asked.get("description"),
        "images": asked.get("images", []),
        "livemode": False,
        "marketing_features": [],
        "metadata": asked.get("metadata", {}),
        "name": params.required(asked, "name"),
        "package_dimensions": None,
        "shippable": asked.get("shippable"),
        "statement_descriptor": asked.get("statement_descriptor"),
        "tax_code": asked.get("tax_code"),
        "tax_details": None,
        "type": "good",
        "unit_label": asked.get("unit_label"),
        "updated": call.at,
        "url": asked.get("url"),
    }


def new_price(
    tx: Tx, call: Call, asked: Object, at: str, made: list[Object], *, inline: bool = False
) -> Object:
    """Return a price; it goes to `made` with its product where that is new too, to be stored by the caller.

    `at` is where it was described, for what is refused.
    """
    currency = _currency(asked.get("currency"), f"{at}[currency]" if at else "currency")
    amount = asked.get("unit_amount")
    if amount is None or amount < 0:
        raise Fault(400, "Invalid non-negative integer", "parameter_invalid_integer", f"{at}[unit_amount]")
    price = {
        "id": state.new_id("price"),
        "object": "price",
        # A price that is described in place is used once.
        "active": asked.get("active", not inline),
        "billing_scheme": "per_unit",
        "created": call.at,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": asked.get("lookup_key"),
        "metadata": asked.get("metadata", {}),
        "nickname": asked.get("nickname"),
        "product": _product_of(tx, call, asked, at, made),
        "recurring": None,
        "tax_behavior": asked.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
    made.append(price)
    return price


def new_shipping_rate(call: Call, asked: Object, at: str) -> Object:
    """Return a shipping rate, not stored yet; `at` is where it was described, for what is refused."""
    fixed = asked.get("fixed_amount", {})
    name = f"{at}[fixed_amount]" if at else "fixed_amount"
    if fixed.get("amount", -1) < 0:
        raise Fault(400, "Invalid non-negative integer", "parameter_invalid_integer", f"{name}[amount]")
    return {
        "id": state.new_id("shr"),
        "object": "shipping_rate",
        "active": True,
        "created": call.at,
        "delivery_estimate": _estimate(asked.get("delivery_estimate")),
        "display_name": params.required(asked, "display_name"),
        "fixed_amount": {
            "amount": fixed["amount"],
            "currency": _currency(fixed.get("currency"), f"{name}[currency]"),
        },
        "livemode": False,
        "metadata": asked.get("metadata", {}),
        "tax_behavior": asked.get("tax_behavior", "unspecified"),
        "tax_code": asked.get("tax_code"),
        "type": "fixed_amount",
    }


def _product_of(tx: Tx, call: Call, asked: Object, at: str, made: list[Object]) -> str:
    """Return the id of the product that a price is of; a new one goes to `made`."""
    if ("product" in asked) == ("product_data" in asked):
        raise Fault(400, "You must pass exactly one of `product` or `product_data`.", param=at or "product")
    if "product" in asked:
        return str(state.get(tx, "product", asked["product"], "product", 400)["id"])
    if not asked["product_data"].get("name"):
        name = f"{at}[product_data][name]" if at else "product_data[name]"
        raise Fault(400, f"Missing required param: {name}.", "parameter_missing", name)
    product = new_product(call, asked["product_data"])
    made.append(product)
    return str(product["id"])


def _estimate(asked: Object | None) -> Object | None:
    return {"minimum": None, "maximum": None} | asked if asked else None


def _currency(code: str | None, param: str) -> str:
    if not code:
        raise Fault(400, f"Missing required param: {param}.", "parameter_missing", param)
    if len(code) != 3 or not code.isalpha() or not code.isascii():  # noqa: PLR2004 - ISO 4217
        raise Fault(400, f"Invalid currency: {code}.", param=param)
    return code.lower()
