"""Customers of the local Stripe."""

from collections.abc import Mapping
from typing import Any

from db import Tx
from shop.sandbox import params, state, webhooks
from shop.sandbox.params import METADATA, unsettable
from shop.sandbox.state import Call, Object

ADDRESS: dict[str, Any] = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), str)
SHIPPING: dict[str, Any] = {"address": ADDRESS, "name": str, "phone": str}
CUSTOMER: dict[str, Any] = {
    "address": unsettable(ADDRESS),
    "balance": int,
    "description": str,
    "email": str,
    "metadata": METADATA,
    "name": str,
    "phone": str,
    "preferred_locales": [str],
    "shipping": unsettable(SHIPPING),
    "tax_exempt": ("", "exempt", "none", "reverse"),
    "expand": [str],
}


def create(tx: Tx, call: Call, given: Object) -> Object:
    """Create a customer."""
    asked = params.check(given, CUSTOMER)
    address = asked.get("address") or None
    customer = {
        "id": state.new_id("cus"),
        "object": "customer",
        "address": whole_address(address) if address else None,
        "balance": asked.get("balance", 0),
        "created": call.at,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": asked.get("description"),
        "email": asked.get("email"),
        "invoice_prefix": state.new_id("cus")[4:12].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": asked.get("metadata", {}),
        "name": asked.get("name"),
        "next_invoice_sequence": 1,
        "phone": asked.get("phone"),
        "preferred_locales": asked.get("preferred_locales", []),
        "shipping": asked.get("shipping") or None,
        "tax_exempt": asked.get("tax_exempt") or "none",
        "test_clock": None,
    }
    state.add(tx, customer)
    webhooks.emit(tx, call, "customer.created", customer)
    return customer


def whole_address(given: Mapping[str, Any]) -> Object:
    """Return an address with all its fields, empty ones null."""
    return {name: given.get(name) or None for name in ADDRESS}
