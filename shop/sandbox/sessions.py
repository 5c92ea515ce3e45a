"""Checkout Sessions of the local Stripe: created, paid by a test card, expired.

Shapes and rules follow Stripe's API reference for Checkout Sessions and its page of test cards.
"""

import json
from dataclasses import dataclass
from typing import Any

from db import Tx
from shop.sandbox import params, state, webhooks
from shop.sandbox.params import METADATA
from shop.sandbox.state import Call, Fault, Object

LEAST_SECONDS, MOST_SECONDS = 30 * 60, 24 * 3600

SHAPE: dict[str, Any] = {
    "mode": str,
    "line_items": [
        {
            "quantity": int,
            "price_data": {
                "currency": str,
                "unit_amount": int,
                "tax_behavior": str,
                "product_data": {
                    "name": str,
                    "description": str,
                    "images": [str],
                    "metadata": METADATA,
                },
            },
        }
    ],
    "client_reference_id": str,
    "customer_email": str,
    "metadata": METADATA,
    "payment_intent_data": {"metadata": METADATA, "description": str, "receipt_email": str},
    "success_url": str,
    "cancel_url": str,
    "expires_at": int,
    "adaptive_pricing": {"enabled": bool},
    "locale": str,
    "expand": [str],
}


@dataclass(frozen=True, slots=True)
class Card:
    """A documented test card: what it does, and the sentence the shopper reads when it does not pay."""

    number: str
    does: str
    code: str | None = None
    sentence: str = ""


CARDS = (
    Card("4242424242424242", "pays"),
    Card("4000000000000002", "is declined", "card_declined", "Your card was declined."),
    Card(
        "4000000000009995",
        "has insufficient funds",
        "card_declined",
        "Your card has insufficient funds.",
    ),
    Card("4000000000000069", "has expired", "expired_card", "Your card has expired."),
    Card(
        "4000000000000127",
        "has another security code",
        "incorrect_cvc",
        "Your card's security code is incorrect.",
    ),
    Card(
        "4000000000000119",
        "meets a processing error",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
)
_BY_NUMBER = {card.number: card for card in CARDS}


def create(tx: Tx, call: Call, given: Object) -> Object:
    """Create a session; its amounts come from its items and from nothing else."""
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
    items = [_item(line, index) for index, line in enumerate(asked.get("line_items", []))]
    if not items:
        raise Fault(400, "Missing required param: line_items.", "parameter_missing", "line_items")
    currencies = {item["currency"] for item in items}
    if len(currencies) > 1:
        raise Fault(400, "All line items must have the same currency.", param="line_items")
    total = sum(item["amount_total"] for item in items)
    session = _session(asked, call, total, currencies.pop())
    state.add(tx, session)
    intent_metadata = asked.get("payment_intent_data", {}).get("metadata", {})
    tx.run(
        state.sql.add_items,
        session_id=session["id"],
        body=json.dumps(items),
        intent_metadata=json.dumps(intent_metadata),
    )
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
    state.change(tx, session, session["payment_intent"])
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


def items(tx: Tx, session_id: str) -> list[Object]:
    """Return what a session sells."""
    state.get(tx, "checkout.session", session_id, "session")
    found: list[Object] = json.loads(tx.value(state.sql.items, session_id=session_id) or "[]")
    return found


def pay(tx: Tx, call: Call, session_id: str, number: str, email: str) -> Fault | None:
    """Pay an open session with a test card; return the card's refusal when it does not pay.

    The session stays open then. Raises Fault 400 for a session that is no longer open.
    """
    session = state.get(tx, "checkout.session", session_id)
    if session["status"] != "open":
        raise Fault(400, "This Checkout Session is no longer open.", "checkout_session_not_open")
    card = _BY_NUMBER.get(number, CARDS[0])
    intent = _intent(tx, call, session, email)
    if card.code is not None:
        return _declined(tx, call, intent, card)
    charge = _charge(tx, call, intent, card, email)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
    }
    state.change(tx, intent)
    session |= {
        "status": "complete",
        "payment_status": "paid",
        "payment_intent": intent["id"],
        "url": None,
        "customer_details": {"email": email, "name": None, "phone": None, "address": None},
    }
    state.change(tx, session, intent["id"])
    webhooks.emit(tx, call, "payment_intent.succeeded", intent)
    webhooks.emit(tx, call, "charge.succeeded", charge)
    webhooks.emit(tx, call, "checkout.session.completed", session)
    return None


def is_card_number(digits: str) -> bool:
    """Tell whether digits pass the check that every card number passes (ISO/IEC 7812, Luhn)."""
    if not digits.isascii() or not digits.isdigit() or not 12 <= len(digits) <= 19:  # noqa: PLR2004
        return False
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0  # noqa: PLR2004


_CARD: Object = {
    "brand": "visa",
    "checks": None,
    "country": "US",
    "exp_month": 12,
    "exp_year": 2034,
    "funding": "credit",
    "installments": None,
    "mandate": None,
    "network": "visa",
    "three_d_secure": None,
    "wallet": None,
}


def _item(line: Object, index: int) -> Object:
    at = f"line_items[{index}]"
    price = line.get("price_data") or {}
    quantity, amount = line.get("quantity", 1), price.get("unit_amount")
    name = price.get("product_data", {}).get("name")
    currency = price.get("currency", "")
    if not name or len(currency) != 3 or currency != currency.lower():  # noqa: PLR2004
        raise Fault(400, "A line item needs a name and a currency.", param=f"{at}[price_data]")
    if amount is None or amount < 0 or quantity < 1:
        raise Fault(400, "Invalid non-negative integer", param=f"{at}[price_data][unit_amount]")
    return {
        "id": state.new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount * quantity,
        "amount_tax": 0,
        "amount_total": amount * quantity,
        "currency": currency,
        "description": name,
        "price": None,
        "quantity": quantity,
    }


def _session(asked: Object, call: Call, total: int, currency: str) -> Object:
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
        "adaptive_pricing": asked.get("adaptive_pricing"),
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": asked.get("cancel_url"),
        "client_reference_id": asked.get("client_reference_id"),
        "collected_information": None,
        "created": call.at,
        "currency": currency,
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "customer": None,
        "customer_details": None,
        "customer_email": asked.get("customer_email"),
        "expires_at": expires_at,
        "livemode": False,
        "locale": asked.get("locale"),
        "metadata": asked.get("metadata", {}),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "recovered_from": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "success_url": params.required(asked, "success_url"),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{call.base}/pay/{session_id}",
    }


def _intent(tx: Tx, call: Call, session: Object, email: str) -> Object:
    """Return the session's payment intent, which exists from the first try to pay on."""
    if session["payment_intent"]:
        return state.get(tx, "payment_intent", session["payment_intent"])
    intent = {
        "id": state.new_id("pi"),
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_received": 0,
        "capture_method": "automatic",
        "confirmation_method": "automatic",
        "created": call.at,
        "currency": session["currency"],
        "customer": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": json.loads(tx.value(state.sql.intent_metadata, session_id=session["id"]) or "{}"),
        "payment_method_types": ["card"],
        "receipt_email": email or None,
        "status": "requires_payment_method",
    }
    state.add(tx, intent)
    session["payment_intent"] = intent["id"]
    state.change(tx, session, intent["id"])
    return intent


def _declined(tx: Tx, call: Call, intent: Object, card: Card) -> Fault:
    error = {"type": "card_error", "code": card.code, "message": card.sentence}
    intent |= {"status": "requires_payment_method", "last_payment_error": error}
    state.change(tx, intent)
    webhooks.emit(tx, call, "payment_intent.payment_failed", intent)
    return Fault(402, card.sentence, card.code, type="card_error")


def _charge(tx: Tx, call: Call, intent: Object, card: Card, email: str) -> Object:
    charge = {
        "id": state.new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "billing_details": {
            "address": None,
            "email": email or None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "captured": True,
        "created": call.at,
        "currency": intent["currency"],
        "disputed": False,
        "livemode": False,
        "metadata": intent["metadata"],
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method_details": {
            "type": "card",
            "card": _CARD | {"last4": card.number[-4:]},
        },
        "refunded": False,
        "status": "succeeded",
    }
    return state.add(tx, charge, intent["id"])
