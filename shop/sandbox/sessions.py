"""Checkout Sessions of the local Stripe: created, changed by the shopper's choices, expired.

Shapes and rules follow Stripe's API reference for Checkout Sessions; what they come to is in `basket.py`, how
they are paid in `payments.py`.
"""

import json
from typing import Any

from db import Tx
from shop.sandbox import basket, charges, customers, discounts, money, params, state, webhooks
from shop.sandbox.params import METADATA
from shop.sandbox.state import Call, Fault, Object

LEAST_SECONDS, MOST_SECONDS = 30 * 60, 24 * 3600

_SWITCH: dict[str, Any] = {"enabled": bool}
_TEXT: dict[str, Any] = {"message": str}
SHAPE: dict[str, Any] = {
    "mode": ("payment", "setup", "subscription"),
    "ui_mode": ("hosted_page", "embedded_page", "elements"),
    "currency": str,
    "line_items": [basket.ITEM],
    "discounts": [{"coupon": str, "promotion_code": str}],
    "allow_promotion_codes": bool,
    "shipping_options": [basket.SHIPPING_OPTION],
    "shipping_address_collection": {"allowed_countries": [str]},
    "billing_address_collection": ("auto", "required"),
    "phone_number_collection": _SWITCH,
    "automatic_tax": _SWITCH,
    "client_reference_id": str,
    "customer": str,
    "customer_creation": ("if_required",),
    "customer_email": str,
    "custom_text": dict.fromkeys(
        ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance"), _TEXT
    ),
    "metadata": METADATA,
    "payment_intent_data": {
        "capture_method": ("automatic", "automatic_async"),
        "description": str,
        "metadata": METADATA,
        "receipt_email": str,
        "shipping": customers.SHIPPING | {"carrier": str, "tracking_number": str},
        "statement_descriptor": str,
        "statement_descriptor_suffix": str,
        "transfer_group": str,
    },
    "payment_method_collection": ("always", "if_required"),
    "allowed_payment_method_types": [str],
    "excluded_payment_method_types": [str],
    "success_url": str,
    "cancel_url": str,
    "expires_at": int,
    "adaptive_pricing": _SWITCH,
    "submit_type": ("auto", "book", "donate", "pay", "subscribe"),
    "locale": str,
    "origin_context": ("mobile_app", "web"),
    "expand": [str],
}


def create(tx: Tx, call: Call, given: Object) -> Object:
    """Create a session; its amounts come from its items and from nothing else."""
    asked = _checked(given)
    made: list[Object] = []
    items = basket.items_of(tx, call, asked.get("line_items", []), made)
    currency = items[0]["currency"]
    if str(asked.get("currency", currency)).lower() != currency:
        raise Fault(400, "Line items and session have the same currency.", param="currency")
    session = _session(asked, call, currency) | _collected(asked) | _nothing()
    _know(tx, session, asked)
    session["discounts"] = discounts.of_request(tx, call, asked.get("discounts", []))
    session["shipping_options"] = basket.shipping_options(
        tx, call, asked.get("shipping_options", []), currency, made
    )
    if session["shipping_options"]:
        basket.ship_by(session, session["shipping_options"][0]["shipping_rate"])
    basket.reckon(tx, session, items)
    if session["amount_total"] > 99_999_999:  # noqa: PLR2004 - eight digits, Stripe's bound
        raise Fault(400, "Amount must be no more than 999,999.99", "amount_too_large", "line_items")
    if 0 < session["amount_total"] < money.LEAST.get(currency, 0):
        least = money.written(money.LEAST[currency], currency)
        message = f"The Checkout Session's total amount due must add up to at least {least}"
        raise Fault(400, message, "amount_too_small")
    money.must_fit_the_grain(session["amount_total"], currency, "line_items")
    for thing in (*made, session):
        state.add(tx, thing)
    kept = {"payment_intent_data": asked.get("payment_intent_data", {})}
    tx.run(state.sql.add_items, session_id=session["id"], body=json.dumps(items), kept=json.dumps(kept))
    return session


def expire(tx: Tx, call: Call, session_id: str) -> Object:
    """End an open session, and tell so by an event."""
    session = state.get(tx, "checkout.session", session_id, "session")
    if session["status"] != "open":
        raise Fault(
            400,
            f'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`.",
        )
    session |= {"status": "expired", "url": None}
    state.change(tx, session)
    webhooks.emit(tx, call, "checkout.session.expired", session)
    return session


def expire_overdue(tx: Tx, call: Call) -> int:
    """End every open session whose time is up."""
    overdue = [
        session["id"]
        for session in map(json.loads, tx.all(str, state.sql.open_sessions))
        if session["expires_at"] <= call.at
    ]
    for session_id in overdue:
        expire(tx, call, session_id)
    return len(overdue)


def choose(tx: Tx, call: Call, session_id: str, rate_id: str, code: str) -> str | None:
    """Take a shopper's way to ship and promotion code; return a sentence when the total is a new one.

    Raises Fault 400 for a code that gives nothing, or when the session is no longer open.
    """
    session = state.get(tx, "checkout.session", session_id, "session")
    if session["status"] != "open":
        raise Fault(400, "This Checkout Session is no longer open.", "checkout_session_not_open")
    before = session["amount_total"]
    changed = basket.ship_by(session, rate_id)
    if code and session["allow_promotion_codes"] and not session["discounts"]:
        discount = discounts.typed(tx, call, session, code)
        if discount is None:
            raise Fault(400, "This code is invalid.", "promotion_code_invalid", "promotion_code")
        session["discounts"], changed = [discount], True
    if not changed:
        return None
    items = basket.items(tx, session_id)
    basket.reckon(tx, session, items)
    state.change(tx, session)
    tx.run(
        state.sql.change_items,
        session_id=session_id,
        body=json.dumps(items),
        kept=json.dumps(kept(tx, session_id)),
    )
    return "The total has changed." if session["amount_total"] != before else None


def kept(tx: Tx, session_id: str) -> Object:
    """Return what a session remembers without telling it."""
    remembered: Object = json.loads(tx.value(state.sql.kept, session_id=session_id) or "{}")
    return remembered


def keep(tx: Tx, session_id: str, remembered: Object) -> None:
    """Have a session remember something without telling it."""
    body = json.dumps(basket.items(tx, session_id))
    tx.run(state.sql.change_items, session_id=session_id, body=body, kept=json.dumps(remembered))


def _checked(given: Object) -> Object:
    """Return the parameters of a session. Raises Fault 400 for what Stripe would not take together."""
    if "payment_method_types" in given:
        raise Fault(
            400,
            "payment_method_types is no longer supported.",
            "payment_method_types_no_longer_supported",
            "payment_method_types",
        )
    asked = params.check(given, SHAPE)
    if params.required(asked, "mode") != "payment":
        raise Fault(400, "The local Stripe knows mode=payment only.", param="mode")
    if asked.get("ui_mode", "hosted_page") != "hosted_page":
        raise Fault(400, "The local Stripe knows ui_mode=hosted_page only.", param="ui_mode")
    for one, other in (
        ("allow_promotion_codes", "discounts"),
        ("customer", "customer_email"),
        ("customer", "customer_creation"),
        ("allowed_payment_method_types", "excluded_payment_method_types"),
    ):
        if one in asked and other in asked:
            message = f"You may only specify one of these parameters: {one}, {other}."
            raise Fault(400, message, param=one)
    if asked.get("automatic_tax", {}).get("enabled"):
        raise Fault(400, "The local Stripe does not know tax: pass `tax_rates`.", param="automatic_tax")
    params.required(asked, "success_url")
    return asked


def _session(asked: Object, call: Call, currency: str) -> Object:
    expires_at = asked.get("expires_at", call.at + MOST_SECONDS)
    if not LEAST_SECONDS <= expires_at - call.at <= MOST_SECONDS:
        raise Fault(
            400,
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from "
            "Checkout Session creation.",
            param="expires_at",
        )
    session_id = state.new_id("cs_test")
    return {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": asked.get("adaptive_pricing", {"enabled": False}),
        "cancel_url": asked.get("cancel_url"),
        "client_reference_id": asked.get("client_reference_id"),
        "created": call.at,
        "currency": currency,
        "customer": asked.get("customer"),
        "customer_email": asked.get("customer_email"),
        "expires_at": expires_at,
        "livemode": False,
        "locale": asked.get("locale"),
        "metadata": asked.get("metadata", {}),
        "mode": "payment",
        "origin_context": asked.get("origin_context"),
        "payment_intent": None,
        "payment_method_types": _methods(asked, currency),
        "payment_status": "unpaid",
        "status": "open",
        "submit_type": asked.get("submit_type"),
        "success_url": asked["success_url"],
        "ui_mode": "hosted_page",
        "url": f"{call.base}/pay/{session_id}",
    }


def _collected(asked: Object) -> Object:
    """Return the fields that say what the shopper is asked for."""
    texts = dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance"))
    found = {
        "allow_promotion_codes": asked.get("allow_promotion_codes"),
        "billing_address_collection": asked.get("billing_address_collection"),
        "custom_text": texts | asked.get("custom_text", {}),
        "customer_creation": None if "customer" in asked else asked.get("customer_creation", "if_required"),
        "payment_method_collection": asked.get("payment_method_collection", "if_required"),
        "phone_number_collection": {
            "enabled": asked.get("phone_number_collection", {}).get("enabled", False)
        },
        "shipping_address_collection": asked.get("shipping_address_collection"),
        "allowed_payment_method_types": asked.get("allowed_payment_method_types"),
    }
    if "excluded_payment_method_types" in asked:
        found["excluded_payment_method_types"] = asked["excluded_payment_method_types"]
    countries = found["shipping_address_collection"]
    if countries is not None and not countries.get("allowed_countries"):
        raise Fault(
            400,
            "Missing required param: shipping_address_collection[allowed_countries].",
            "parameter_missing",
            "shipping_address_collection[allowed_countries]",
        )
    return found


def _nothing() -> Object:
    """Return the fields of what the local Stripe does not do, or what comes later."""
    unset = (
        "after_expiration",
        "client_secret",
        "collected_information",
        "consent",
        "consent_collection",
        "currency_conversion",
        "customer_account",
        "customer_details",
        "integration_identifier",
        "invoice",
        "payment_link",
        "payment_method_configuration_details",
        "permissions",
        "recovered_from",
        "saved_payment_method_options",
        "setup_intent",
        "shipping_cost",
        "subscription",
        "wallet_options",
    )
    return dict.fromkeys(unset) | {
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_fields": [],
        "discounts": [],
        "invoice_creation": None,
        "payment_method_options": {},
        "shipping_options": [],
    }


def _methods(asked: Object, currency: str) -> list[str]:
    offered = ["card", charges.debit_of(currency)]
    allowed = asked.get("allowed_payment_method_types", offered)
    excluded = asked.get("excluded_payment_method_types", [])
    methods = [method for method in offered if method in allowed and method not in excluded]
    if not methods:
        raise Fault(
            400, "No valid payment method types for this Checkout Session.", param="payment_method_types"
        )
    return methods


def _know(tx: Tx, session: Object, asked: Object) -> None:
    """Take over what is known of a customer that is named."""
    if "customer" in asked:
        customer = state.get(tx, "customer", asked["customer"], "customer", 400)
        if customer.get("deleted"):
            raise Fault(400, f"No such customer: '{customer['id']}'", "resource_missing", "customer")
        session["customer_email"] = customer["email"]
