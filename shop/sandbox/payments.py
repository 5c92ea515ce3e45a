"""Payments of the local Stripe: what becomes of a Checkout Session when a shopper presses Pay.

Rules follow Stripe's API reference for payment intents and charges, and its pages on 3-D Secure and on
delayed notification methods.
"""

from dataclasses import dataclass

from db import Tx
from shop.sandbox import cards, charges, discounts, schedule, sessions, state, webhooks
from shop.sandbox.cards import Card
from shop.sandbox.charges import Contact
from shop.sandbox.state import Call, Fault, Object

CHALLENGES = ("approve", "fail", "abandon")


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a try to pay: the card's refusal, or whether the bank wants to see the shopper."""

    refusal: Fault | None = None
    is_challenged: bool = False


def confirm(tx: Tx, call: Call, session_id: str, number: str, contact: Contact) -> Tried:
    """Pay an open session. Raises Fault 400 when it is not open or does not take this way to pay.

    A card that does not pay leaves the session open for another.
    """
    session = _open(tx, session_id)
    card = cards.card_of(number)
    if not takes(session, card):
        raise Fault(400, "This way to pay is not accepted here.", "payment_method_unsupported")
    if session["amount_total"] == 0:
        _complete(tx, call, session, contact, "no_payment_required")
        return Tried()
    intent = _intent(tx, call, session, card, contact)
    if card.is_challenged:
        return _challenged(tx, call, session, intent, card, contact)
    return _charged(tx, call, session, intent, card, contact)


def takes(session: Object, card: Card) -> bool:
    """Tell whether a session takes this way to pay."""
    return charges.method_of(card, session["currency"]) in session["payment_method_types"]


def answer_challenge(tx: Tx, call: Call, session_id: str, outcome: str) -> Tried:
    """Answer the bank's question, as one of CHALLENGES. Raises Fault 400 when none is open."""
    session = _open(tx, session_id)
    kept = sessions.kept(tx, session_id)
    waiting = kept.pop("challenge", None)
    if waiting is None:
        raise Fault(400, "There is no challenge to answer.", "payment_intent_unexpected_state")
    intent = state.get(tx, "payment_intent", session["payment_intent"])
    sessions.keep(tx, session_id, kept)
    if outcome == "abandon":
        return Tried()
    card = cards.card_of(waiting["card"])
    if outcome == "fail":
        code, sentence = cards.CHALLENGE_FAILED
        return _refused(tx, call, intent, Card(card.number, card.does, code, sentence), None)
    return _charged(tx, call, session, intent, card, Contact(**waiting["contact"]))


def settle_debit(tx: Tx, call: Call, charge_id: str) -> Object:
    """Have a bank debit that is under way succeed, and tell so by events."""
    charge, intent, session = _under_way(tx, charge_id)
    charge |= {"status": "succeeded", "paid": True, "amount_captured": charge["amount"]}
    charges.book(tx, call, charge)
    _succeed(tx, intent, charge)
    session |= {"payment_status": "paid"}
    state.change(tx, session)
    webhooks.emit(tx, call, "charge.succeeded", charge)
    webhooks.emit(tx, call, "payment_intent.succeeded", intent)
    webhooks.emit(tx, call, "checkout.session.async_payment_succeeded", session)
    return intent


def fail_debit(tx: Tx, call: Call, charge_id: str) -> Object:
    """Have a bank debit that is under way fail, and tell so by events. The session stays complete."""
    charge, intent, session = _under_way(tx, charge_id)
    code, sentence = "debit_not_authorized", "The bank refused the debit."
    charge |= {"status": "failed", "failure_code": code, "failure_message": sentence, "captured": False}
    state.change(tx, charge)
    error = {"type": "card_error", "code": code, "message": sentence, "charge": charge["id"]}
    intent |= {"status": "requires_payment_method", "last_payment_error": error}
    state.change(tx, intent)
    webhooks.emit(tx, call, "charge.failed", charge)
    webhooks.emit(tx, call, "payment_intent.payment_failed", intent)
    webhooks.emit(tx, call, "checkout.session.async_payment_failed", session)
    return intent


def _open(tx: Tx, session_id: str) -> Object:
    session = state.get(tx, "checkout.session", session_id, "session")
    if session["status"] != "open":
        raise Fault(400, "This Checkout Session is no longer open.", "checkout_session_not_open")
    return session


def _under_way(tx: Tx, charge_id: str) -> tuple[Object, Object, Object]:
    charge = state.get(tx, "charge", charge_id, "charge")
    if charge["status"] != "pending":
        raise Fault(400, "This payment is not under way.", "payment_intent_unexpected_state")
    for kind in ("settle_debit", "fail_debit"):
        schedule.unplan(tx, kind, charge_id)
    intent = state.get(tx, "payment_intent", charge["payment_intent"])
    return charge, intent, state.of_parent(tx, "checkout.session", intent["id"])[0]


def _intent(tx: Tx, call: Call, session: Object, card: Card, contact: Contact) -> Object:
    """Return the session's payment intent, which exists from the first try to pay on."""
    method = charges.method_of(card, session["currency"])
    if session["payment_intent"]:
        intent = state.get(tx, "payment_intent", session["payment_intent"])
        # The shopper may have chosen another way to ship since.
        intent |= {"amount": session["amount_total"], "next_action": None, "payment_method_types": [method]}
        return intent
    asked = sessions.kept(tx, session["id"]).get("payment_intent_data", {})
    intent = charges.new_intent(call, session, asked, contact, method)
    state.add(tx, intent)
    session["payment_intent"] = intent["id"]
    state.change(tx, session)
    webhooks.emit(tx, call, "payment_intent.created", intent)
    return intent


def _challenged(tx: Tx, call: Call, session: Object, intent: Object, card: Card, contact: Contact) -> Tried:
    url = f"{call.base}/pay/{session['id']}/challenge"
    action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": session["url"], "url": url}}
    intent |= {"status": "requires_action", "next_action": action}
    state.change(tx, intent)
    waiting = {"card": card.number, "contact": contact.plain()}
    sessions.keep(tx, session["id"], sessions.kept(tx, session["id"]) | {"challenge": waiting})
    webhooks.emit(tx, call, "payment_intent.requires_action", intent)
    return Tried(is_challenged=True)


def _charged(tx: Tx, call: Call, session: Object, intent: Object, card: Card, contact: Contact) -> Tried:
    charge = charges.new_charge(call, intent, card, contact)
    if card.code is not None:
        return _refused(tx, call, intent, card, charge)
    state.add(tx, charge)
    if card.is_debit:
        intent |= {"status": "processing", "latest_charge": charge["id"], "last_payment_error": None}
        state.change(tx, intent)
        webhooks.emit(tx, call, "payment_intent.processing", intent)
        webhooks.emit(tx, call, "charge.pending", charge)
        _complete(tx, call, session, contact, "unpaid")
    else:
        charges.book(tx, call, charge)
        _succeed(tx, intent, charge)
        webhooks.emit(tx, call, "charge.succeeded", charge)
        webhooks.emit(tx, call, "payment_intent.succeeded", intent)
        _complete(tx, call, session, contact, "paid")
    if card.later:
        schedule.plan(tx, call, card.later, charge["id"])
    return Tried()


def _refused(tx: Tx, call: Call, intent: Object, card: Card, charge: Object | None) -> Tried:
    error = {"type": "card_error", "code": card.code, "message": card.sentence}
    if card.decline:
        error["decline_code"] = card.decline
    if charge is not None:
        error["charge"] = charge["id"]
        intent["latest_charge"] = charge["id"]
        state.add(tx, charge)
        webhooks.emit(tx, call, "charge.failed", charge)
    intent |= {"status": "requires_payment_method", "last_payment_error": error, "next_action": None}
    state.change(tx, intent)
    webhooks.emit(tx, call, "payment_intent.payment_failed", intent)
    more = {"decline_code": card.decline} if card.decline else {}
    return Tried(Fault(402, card.sentence, card.code, type="card_error", more=more))


def _succeed(tx: Tx, intent: Object, charge: Object) -> None:
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "next_action": None,
    }
    state.change(tx, intent)


def _complete(tx: Tx, call: Call, session: Object, contact: Contact, payment_status: str) -> None:
    """End a session with its shopper's details, and tell so by an event."""
    session |= {
        "status": "complete",
        "payment_status": payment_status,
        "url": None,
        "customer_details": charges.customer_details(session, contact),
    }
    if contact.shipping:
        session["collected_information"] = {
            "business_name": None,
            "individual_name": None,
            "shipping_details": {name: contact.shipping[name] for name in ("name", "address")},
        }
    discounts.redeem(tx, session)
    state.change(tx, session)
    webhooks.emit(tx, call, "checkout.session.completed", session)
