"""Disputes, inquiries and early fraud warnings of the local Stripe.

A dispute takes its amount and a fee out of the balance at once; won, the amount comes back, lost, it does
not. An inquiry (`warning_*`) moves no money and may become a dispute. See Stripe's pages on disputes.
"""

from typing import Any

from db import Tx
from shop.sandbox import balance, params, schedule, state, webhooks
from shop.sandbox.params import METADATA
from shop.sandbox.state import Call, Fault, Object

OUTCOMES = ("won", "lost", "prevented", "warning_closed")
_OPEN = ("needs_response", "under_review")
_ASKING = ("warning_needs_response", "warning_under_review")
_RESPONSE_SECONDS = 14 * 24 * 3600

_TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)
UPDATE: dict[str, Any] = {
    "evidence": dict.fromkeys(_TEXTS, str),
    "metadata": METADATA,
    "submit": bool,
    "expand": [str],
}
# Evidence that decides a test dispute (Stripe's page "Testing", disputes).
_DECISIVE = {
    "winning_evidence": "win_dispute",
    "losing_evidence": "lose_dispute",
}


def holds(tx: Tx, charge: Object) -> bool:
    """Tell whether a charge can't be refunded because its money is, or was, disputed away."""
    return any(one["status"] in (*_OPEN, "lost") for one in of_charge(tx, charge))


def of_charge(tx: Tx, charge: Object) -> list[Object]:
    """Return the disputes of a charge, newest first."""
    return [
        one
        for one in state.of_parent(tx, "dispute", charge["payment_intent"])
        if one["charge"] == charge["id"]
    ]


def open_dispute(
    tx: Tx, call: Call, charge_id: str, reason: str, amount: int | None = None, *, inquiry: bool = False
) -> Object:
    """Have the cardholder's bank dispute a charge, or ask about it; an open inquiry becomes the dispute.

    Raises Fault 400 when nothing is left of the charge, or a dispute is open already.
    """
    charge = state.get(tx, "charge", charge_id, "charge")
    left = charge["amount"] - charge["amount_refunded"]
    wanted = left if amount is None else amount
    if charge["status"] != "succeeded" or not 0 < wanted <= left:
        raise Fault(400, "There is not that much to dispute.", "charge_not_disputable", "amount")
    known = of_charge(tx, charge)
    if any(one["status"] in _OPEN for one in known):
        raise Fault(400, f"Charge {charge_id} is disputed already.", "charge_disputed")
    asking = next((one for one in known if one["status"] in _ASKING), None)
    if asking is not None:
        if inquiry:
            raise Fault(400, f"Charge {charge_id} is asked about already.", "charge_disputed")
        return _escalated(tx, call, asking, reason)
    dispute = _dispute(call, charge, reason, wanted, inquiry=inquiry)
    state.add(tx, dispute)
    charge["disputed"] = True
    state.change(tx, charge)
    webhooks.emit(tx, call, "charge.dispute.created", dispute)
    if not inquiry:
        _withdraw(tx, call, dispute)
    return dispute


def update(tx: Tx, call: Call, given: Object, dispute_id: str) -> Object:
    """Take evidence, and submit it to the bank unless told to wait. Raises Fault 400 for a closed dispute."""
    asked = params.check(given, UPDATE)
    dispute = state.get(tx, "dispute", dispute_id, "dispute")
    dispute["metadata"] = params.merged(dispute["metadata"], asked.get("metadata"))
    if "evidence" in asked or asked.get("submit"):
        if dispute["status"] not in ("needs_response", "warning_needs_response"):
            raise Fault(400, "This dispute takes no evidence any more.", "dispute_closed")
        dispute["evidence"] |= {name: text or None for name, text in asked.get("evidence", {}).items()}
        given_any = any(dispute["evidence"][name] for name in _TEXTS)
        dispute["evidence_details"]["has_evidence"] = given_any
        if asked.get("submit", True):
            _submit(tx, call, dispute)
    previous = state.change(tx, dispute)
    webhooks.emit(tx, call, "charge.dispute.updated", dispute, previous)
    return dispute


def close(tx: Tx, call: Call, given: Object, dispute_id: str) -> Object:
    """Accept a dispute, which loses it. Raises Fault 400 for what is no open dispute."""
    params.check(given, {"expand": [str]})
    return end(tx, call, dispute_id, "lost")


def end(tx: Tx, call: Call, dispute_id: str, outcome: str) -> Object:
    """Decide a dispute, as one of OUTCOMES. Raises Fault 400 for an outcome that can't be.

    An inquiry ends as `warning_closed`, or becomes a dispute; a dispute ends any other way.
    """
    dispute = state.get(tx, "dispute", dispute_id, "dispute")
    if outcome not in outcomes(dispute):
        message = f"A dispute that is {dispute['status']} cannot become {outcome}."
        raise Fault(400, message, "dispute_unexpected_state")
    has_moved_money = dispute["status"] in _OPEN
    dispute |= {"status": outcome, "is_charge_refundable": outcome != "lost"}
    for kind in (*_DECISIVE.values(), "close_inquiry"):
        schedule.unplan(tx, kind, dispute_id)
    if has_moved_money and outcome != "lost":
        back = balance.book(tx, call, "adjustment", dispute, dispute["amount"])
        dispute["balance_transactions"].append(back)
    state.change(tx, dispute)
    if has_moved_money and outcome != "lost":
        webhooks.emit(tx, call, "charge.dispute.funds_reinstated", dispute)
    webhooks.emit(tx, call, "charge.dispute.closed", dispute)
    return dispute


def outcomes(dispute: Object) -> tuple[str, ...]:
    """Return how a dispute may end from where it is: an inquiry moves no money, so it is not won or lost."""
    if dispute["status"] in _ASKING:
        return ("warning_closed", "prevented")
    return ("won", "lost", "prevented") if dispute["status"] in _OPEN else ()


def warn_of_fraud(tx: Tx, call: Call, charge_id: str) -> Object:
    """Have the card's scheme warn of fraud: no money moves, a refund may prevent a dispute."""
    charge = state.get(tx, "charge", charge_id, "charge")
    warning = {
        "id": state.new_id("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": not charge["refunded"] and not charge["disputed"],
        "charge": charge_id,
        "created": call.at,
        "fraud_type": "made_with_stolen_card",
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    state.add(tx, warning)
    webhooks.emit(tx, call, "radar.early_fraud_warning.created", warning)
    return warning


def _submit(tx: Tx, call: Call, dispute: Object) -> None:
    is_asking = dispute["status"] in _ASKING
    dispute["status"] = "warning_under_review" if is_asking else "under_review"
    dispute["evidence_details"]["submission_count"] += 1
    decided = _DECISIVE.get(dispute["evidence"]["uncategorized_text"] or "")
    if decided:
        schedule.plan(tx, call, "close_inquiry" if is_asking else decided, dispute["id"])


def _escalated(tx: Tx, call: Call, dispute: Object, reason: str) -> Object:
    dispute |= {"status": "needs_response", "reason": reason, "is_charge_refundable": False}
    dispute["evidence_details"]["due_by"] = call.at + _RESPONSE_SECONDS
    if "payment_method_details" in dispute:
        dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    previous = state.change(tx, dispute)
    webhooks.emit(tx, call, "charge.dispute.updated", dispute, previous)
    _withdraw(tx, call, dispute)
    return dispute


def _withdraw(tx: Tx, call: Call, dispute: Object) -> None:
    taken = balance.book(tx, call, "adjustment", dispute, -dispute["amount"], balance.DISPUTE_FEE)
    dispute["balance_transactions"].append(taken)
    state.change(tx, dispute)
    webhooks.emit(tx, call, "charge.dispute.funds_withdrawn", dispute)


def _dispute(call: Call, charge: Object, reason: str, amount: int, *, inquiry: bool) -> Object:
    card = charge["payment_method_details"].get("card")
    dispute = {
        "id": state.new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": call.at,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(_TEXTS) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": call.at + _RESPONSE_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    if card:
        case = {"brand": card["brand"], "case_type": "inquiry" if inquiry else "chargeback"}
        dispute["payment_method_details"] = {
            "card": case | {"network_reason_code": "10.4" if reason == "fraudulent" else "13.1"},
            "type": "card",
        }
    return dispute
