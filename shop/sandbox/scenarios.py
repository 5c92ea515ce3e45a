"""What can be made to happen to a payment: by a program at the control desk, by hand on the payment's page.

`POST /control/scenarios` with `{"do": …}` answers `{"object": …}`. A merchant's refund in Stripe's dashboard
is one of these, because the shop learns of it by events alone.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from quart import Response, request

from db import Tx
from shop.sandbox import cards, disputes, payments, refunds, state
from shop.sandbox.calls import answer
from shop.sandbox.charges import Contact
from shop.sandbox.control import control
from shop.sandbox.desk import desk
from shop.sandbox.state import Call, Fault, Object

TEST_ADDRESS: Object = {
    "city": "Berlin",
    "country": "DE",
    "line1": "Teststraße 1",
    "line2": None,
    "postal_code": "10115",
    "state": None,
}


@control.post("/scenarios")
async def play() -> Response:
    """Have something happen to a payment."""
    here = desk()
    try:
        asked = _asked(cast("bytes", await request.get_data()))
        happened = await here.write(happen, here.call(), asked)
    except Fault as fault:
        return answer(fault.status, json.dumps(fault.body))
    return answer(200, json.dumps({"object": happened}))


def happen(tx: Tx, call: Call, asked: Object) -> Object:
    """Have something happen, and return what it happened to. Raises Fault 400 or 404."""
    act = _DOES.get(str(asked.get("do")))
    if act is None:
        raise Fault(400, f"`do` is one of {', '.join(_DOES)}.", param="do")
    return act(tx, call, asked)


def _asked(body: bytes) -> Object:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise Fault(400, "The body is no JSON.") from None
    if not isinstance(asked, dict):
        raise Fault(400, "The body is no JSON object.")
    unknown = sorted(asked.keys() - _FIELDS.keys())
    if unknown:
        raise Fault(400, f"Received unknown parameter: {unknown[0]}", "parameter_unknown", unknown[0])
    for name, value in asked.items():
        if type(value) is not _FIELDS[name]:
            raise Fault(400, f"`{name}` is no {_FIELDS[name].__name__}.", param=name)
    return asked


_FIELDS: Mapping[str, type] = {
    "do": str,
    "payment_intent": str,
    "session": str,
    "card": str,
    "email": str,
    "challenge": str,
    "amount": int,
    "reason": str,
    "instructions_email": str,
    "refund": str,
    "dispute": str,
    "outcome": str,
}


def _needed(asked: Object, name: str) -> str:
    if not asked.get(name):
        raise Fault(400, f"Missing required param: {name}.", "parameter_missing", name)
    return str(asked[name])


def _pay(tx: Tx, call: Call, asked: Object) -> Object:
    """Pay a session as its shopper would; the answer is the session, or the card's refusal."""
    session_id = _needed(asked, "session")
    number = "".join(str(asked.get("card", cards.CARDS[0].number)).split())
    if not cards.is_payable(number):
        raise Fault(400, "Your card number is invalid.", "invalid_number", "card")
    session = state.get(tx, "checkout.session", session_id, "session")
    sent = (
        {"name": "Test Shopper", "address": TEST_ADDRESS} if session["shipping_address_collection"] else None
    )
    contact = Contact(asked.get("email", ""), "Test Shopper", "", TEST_ADDRESS, sent)
    tried = payments.confirm(tx, call, session_id, number, contact)
    if tried.is_challenged:
        tried = payments.answer_challenge(tx, call, session_id, _challenge(asked))
    # A refusal is an answer here, not an error: raised, it would undo that it was tried.
    return tried.refusal.body if tried.refusal else state.get(tx, "checkout.session", session_id)


def _challenge(asked: Object) -> str:
    outcome = str(asked.get("challenge", "approve"))
    if outcome not in payments.CHALLENGES:
        raise Fault(400, f"`challenge` is one of {', '.join(payments.CHALLENGES)}.", param="challenge")
    return outcome


def _charge_id(tx: Tx, asked: Object) -> str:
    intent = state.get(tx, "payment_intent", _needed(asked, "payment_intent"), "payment_intent")
    if intent["latest_charge"] is None:
        raise Fault(400, "This payment has no charge yet.", "payment_intent_unexpected_state")
    return str(intent["latest_charge"])


def _refund(tx: Tx, call: Call, asked: Object) -> Object:
    given = {"payment_intent": _needed(asked, "payment_intent")}
    given |= {name: str(asked[name]) for name in ("amount", "reason", "instructions_email") if name in asked}
    return refunds.create(tx, call, given)


def _one_refund(tx: Tx, asked: Object, *statuses: str) -> str:
    """Return the refund that is meant: the one that is named, else a payment's newest in these statuses."""
    if asked.get("refund"):
        return str(asked["refund"])
    found = state.of_parent(tx, "refund", _needed(asked, "payment_intent"))
    for one in found:
        if one["status"] in statuses:
            return str(one["id"])
    raise Fault(400, f"This payment has no refund that is {' or '.join(statuses)}.", "resource_missing")


def _dispute(tx: Tx, call: Call, asked: Object) -> Object:
    reason = asked.get("reason", "fraudulent")
    return disputes.open_dispute(tx, call, _charge_id(tx, asked), reason, asked.get("amount"))


def _inquiry(tx: Tx, call: Call, asked: Object) -> Object:
    reason = asked.get("reason", "general")
    return disputes.open_dispute(tx, call, _charge_id(tx, asked), reason, asked.get("amount"), inquiry=True)


def _close_dispute(tx: Tx, call: Call, asked: Object) -> Object:
    outcome = _needed(asked, "outcome")
    if outcome not in disputes.OUTCOMES:
        raise Fault(400, f"`outcome` is one of {', '.join(disputes.OUTCOMES)}.", param="outcome")
    dispute_id = asked.get("dispute")
    if not dispute_id:
        found = state.of_parent(tx, "dispute", _needed(asked, "payment_intent"))
        if not found:
            raise Fault(400, "This payment has no dispute.", "resource_missing", "payment_intent")
        dispute_id = found[0]["id"]
    return disputes.end(tx, call, dispute_id, outcome)


_UNDER_WAY = ("pending", "requires_action")
_DOES: Mapping[str, Callable[[Tx, Call, Any], Object]] = {
    "pay": _pay,
    "refund": _refund,
    "succeed_refund": lambda tx, call, asked: refunds.succeed(tx, call, _one_refund(tx, asked, *_UNDER_WAY)),
    "fail_refund": lambda tx, call, asked: refunds.fail(
        tx, call, _one_refund(tx, asked, *_UNDER_WAY, "succeeded")
    ),
    "dispute": _dispute,
    "inquiry": _inquiry,
    "close_dispute": _close_dispute,
    "fraud_warning": lambda tx, call, asked: disputes.warn_of_fraud(tx, call, _charge_id(tx, asked)),
    "settle_debit": lambda tx, call, asked: payments.settle_debit(tx, call, _charge_id(tx, asked)),
    "fail_debit": lambda tx, call, asked: payments.fail_debit(tx, call, _charge_id(tx, asked)),
}
