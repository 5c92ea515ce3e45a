"""Refunds of the local Stripe: never more than what is left of the charge."""

from typing import Any

from db import Tx
from shop.sandbox import params, state, webhooks
from shop.sandbox.params import METADATA
from shop.sandbox.state import Call, Fault, Object, Window

SHAPE: dict[str, Any] = {
    "payment_intent": str,
    "charge": str,
    "amount": int,
    "reason": str,
    "metadata": METADATA,
    "expand": [str],
}
_REASONS = (None, "duplicate", "fraudulent", "requested_by_customer")


def create(tx: Tx, call: Call, given: Object) -> Object:
    """Refund a charge, whole or in part, and tell so by events."""
    asked = params.check(given, SHAPE)
    charge = _charge(tx, asked)
    left = charge["amount"] - charge["amount_refunded"]
    amount = asked.get("amount", left)
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise Fault(400, message, "charge_already_refunded")
    if not 0 < amount <= left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise Fault(400, message, param="amount")
    if asked.get("reason") not in _REASONS:
        raise Fault(400, "Invalid reason", param="reason")
    refund = {
        "id": state.new_id("re"),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": call.at,
        "currency": charge["currency"],
        "metadata": asked.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": asked.get("reason"),
        "status": "succeeded",
    }
    state.add(tx, refund, charge["payment_intent"])
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    state.change(tx, charge, charge["payment_intent"])
    webhooks.emit(tx, call, "refund.created", refund)
    webhooks.emit(tx, call, "charge.refunded", charge)
    return refund


def _charge(tx: Tx, asked: Object) -> Object:
    if "charge" in asked:
        return state.get(tx, "charge", asked["charge"], "charge")
    intent_id = params.required(asked, "payment_intent")
    intent = state.get(tx, "payment_intent", intent_id, "payment_intent")
    page = state.listing(tx, "charge", Window(limit=1, parent=intent["id"]), "/v1/charges")
    if not page["data"]:
        message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
        raise Fault(400, message, "payment_intent_unexpected_state", "payment_intent")
    charge: Object = page["data"][0]
    return charge
