"""Refunds of the local Stripe: never more than what is left of the charge, and not always final.

A refund counts against its charge from the moment it is asked for; one that fails or is canceled gives the
amount back to the merchant. See Stripe's pages "Refunds" and "Testing".
"""

from typing import Any

from db import Tx
from shop.sandbox import balance, cards, disputes, params, schedule, state, webhooks
from shop.sandbox.money import must_fit_the_grain, written
from shop.sandbox.params import METADATA
from shop.sandbox.state import Call, Fault, Object

SHAPE: dict[str, Any] = {
    "payment_intent": str,
    "charge": str,
    "amount": int,
    "reason": ("duplicate", "fraudulent", "requested_by_customer"),
    "instructions_email": str,
    "metadata": METADATA,
    "expand": [str],
}
_ANSWER_SECONDS = 45 * 24 * 3600
UPDATE: dict[str, Any] = {"metadata": METADATA, "expand": [str]}


def create(tx: Tx, call: Call, given: Object) -> Object:
    """Refund a charge, whole or in part, and tell so by events."""
    asked = params.check(given, SHAPE)
    charge = _charge(tx, asked)
    amount = _amount(tx, charge, asked)
    card = charge["payment_method_details"].get("card", {})
    goes_on = cards.refund_of(card.get("last4", ""))
    # Where the money can't go back the way it came, Stripe writes to the shopper and waits.
    waits = "instructions_email" in asked
    status = "requires_action" if waits else "pending" if goes_on == "succeed_refund" else "succeeded"
    refund = _refund(call, charge, asked, amount, status)
    refund["balance_transaction"] = balance.book(tx, call, "refund", refund, -amount)["id"]
    state.add(tx, refund)
    _count(tx, charge, amount)
    if goes_on and not waits:
        schedule.plan(tx, call, goes_on, refund["id"])
    webhooks.emit(tx, call, "refund.created", refund)
    webhooks.emit(tx, call, "charge.refunded", charge)
    return refund


def update(tx: Tx, call: Call, given: Object, refund_id: str) -> Object:
    """Change a refund's metadata."""
    asked = params.check(given, UPDATE)
    refund = state.get(tx, "refund", refund_id, "refund")
    refund["metadata"] = params.merged(refund["metadata"], asked.get("metadata"))
    previous = state.change(tx, refund)
    webhooks.emit(tx, call, "refund.updated", refund, previous)
    return refund


def cancel(tx: Tx, call: Call, given: Object, refund_id: str) -> Object:
    """Cancel a refund that waits for its shopper. Raises Fault 400 for any other."""
    params.check(given, {"expand": [str]})
    refund = state.get(tx, "refund", refund_id, "refund")
    if refund["status"] != "requires_action":
        message = f"You cannot cancel a refund with a status of {refund['status']}."
        raise Fault(400, message, "refund_unexpected_state")
    return _undone(tx, call, refund, "canceled")


def succeed(tx: Tx, call: Call, refund_id: str) -> Object:
    """Have a refund that is under way arrive. Raises Fault 400 for any other."""
    refund = state.get(tx, "refund", refund_id, "refund")
    if refund["status"] not in ("pending", "requires_action"):
        raise Fault(400, f"This refund is {refund['status']} already.", "refund_unexpected_state")
    refund["status"] = "succeeded"
    refund.pop("pending_reason", None)
    refund.pop("next_action", None)
    schedule.unplan(tx, "succeed_refund", refund_id)
    previous = state.change(tx, refund)
    webhooks.emit(tx, call, "refund.updated", refund, previous)
    return refund


def fail(tx: Tx, call: Call, refund_id: str) -> Object:
    """Have a refund come back, also one that had succeeded. Raises Fault 400 where it is off already."""
    refund = state.get(tx, "refund", refund_id, "refund")
    if refund["status"] in ("failed", "canceled"):
        raise Fault(400, f"This refund is {refund['status']} already.", "refund_unexpected_state")
    return _undone(tx, call, refund, "failed")


def _charge(tx: Tx, asked: Object) -> Object:
    if "charge" in asked:
        charge = state.get(tx, "charge", asked["charge"], "charge", 400)
    else:
        intent_id = params.required(asked, "payment_intent")
        intent = state.get(tx, "payment_intent", intent_id, "payment_intent", 400)
        if intent["latest_charge"] is None:
            _without_charge(intent_id)
        charge = state.get(tx, "charge", intent["latest_charge"])
    if charge["status"] != "succeeded":
        _without_charge(charge["payment_intent"])
    return charge


def _without_charge(intent_id: str) -> None:
    message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
    raise Fault(400, message, "payment_intent_unexpected_state", "payment_intent")


def _amount(tx: Tx, charge: Object, asked: Object) -> int:
    """Return how much is refunded. Raises Fault 400 when that is more than is left, or disputed."""
    if disputes.holds(tx, charge):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise Fault(400, message, "charge_disputed")
    left = charge["amount"] - charge["amount_refunded"]
    amount: int = asked.get("amount", left)
    if left == 0:
        raise Fault(400, f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    if amount < 1:
        raise Fault(400, "Invalid positive integer", "parameter_invalid_integer", "amount")
    if amount > left:
        asked_for, there = (written(one, charge["currency"]) for one in (amount, left))
        message = f"Refund amount ({asked_for}) is greater than unrefunded amount on charge ({there})"
        raise Fault(400, message, param="amount")
    must_fit_the_grain(amount, charge["currency"], "amount")
    return amount


def _refund(call: Call, charge: Object, asked: Object, amount: int, status: str) -> Object:
    kind = charge["payment_method_details"]["type"]
    details: Object = {"type": kind}
    if kind == "card":
        details["card"] = {
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
            "type": "refund",
        }
    refund = {
        "id": state.new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": call.at,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": details,
        "metadata": asked.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": asked.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
    return refund | _what_it_waits_for(call, asked, status)


def _what_it_waits_for(call: Call, asked: Object, status: str) -> Object:
    if status == "pending":
        return {"pending_reason": "processing"}
    if status != "requires_action":
        return {}
    email = asked["instructions_email"]
    sent = {"email_sent_at": call.at, "email_sent_to": email}
    details = {"email_sent": sent, "expires_at": call.at + _ANSWER_SECONDS}
    return {
        "instructions_email": email,
        "next_action": {"type": "display_details", "display_details": details},
    }


def _undone(tx: Tx, call: Call, refund: Object, status: str) -> Object:
    """Give a refund's amount back to its charge and to the balance."""
    back = balance.book(tx, call, "refund_failure", refund, refund["amount"])
    refund |= {"status": status, "failure_balance_transaction": back["id"]}
    refund.pop("pending_reason", None)
    refund.pop("next_action", None)
    if status == "failed":
        refund["failure_reason"] = "expired_or_canceled_card"
    for kind in ("succeed_refund", "fail_refund"):
        schedule.unplan(tx, kind, refund["id"])
    previous = state.change(tx, refund)
    _count(tx, state.get(tx, "charge", refund["charge"]), -refund["amount"])
    webhooks.emit(tx, call, "refund.updated", refund, previous)
    if status == "failed":
        webhooks.emit(tx, call, "refund.failed", refund)
    return refund


def _count(tx: Tx, charge: Object, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    state.change(tx, charge)
