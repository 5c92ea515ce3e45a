"""Payment intents and charges of the local Stripe, as they are made: their fields and nothing else."""

from dataclasses import asdict, dataclass

from db import Tx
from shop.sandbox import balance, state
from shop.sandbox.cards import Card
from shop.sandbox.state import Call, Object

# The debit of each currency; where there is none, the one of the euro.
_DEBITS = {
    "usd": "us_bank_account",
    "gbp": "bacs_debit",
    "cad": "acss_debit",
    "aud": "au_becs_debit",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """Who pays: addresses have all the fields of Stripe's; `shipping` has a name and an address."""

    email: str = ""
    name: str = ""
    phone: str = ""
    address: Object | None = None
    shipping: Object | None = None

    def plain(self) -> Object:
        """Return it as plain data."""
        return asdict(self)


def debit_of(currency: str) -> str:
    """Return the bank debit that Stripe offers in a currency."""
    return _DEBITS.get(currency, "sepa_debit")


def method_of(card: Card, currency: str) -> str:
    """Return the payment method type of a test number."""
    return debit_of(currency) if card.is_debit else "card"


def new_intent(call: Call, session: Object, asked: Object, contact: Contact, method: str) -> Object:
    """Return a payment intent for a session, with what its creator wanted on it."""
    intent_id = state.new_id("pi")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": asked.get("capture_method", "automatic"),
        "client_secret": f"{intent_id}_secret_{state.new_id('x')[2:]}",
        "confirmation_method": "automatic",
        "created": call.at,
        "currency": session["currency"],
        "customer": session["customer"],
        "description": asked.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": asked.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_types": [method],
        "processing": None,
        "receipt_email": asked.get("receipt_email"),
        "review": None,
        "setup_future_usage": None,
        "shipping": asked.get("shipping") or _shipping(contact),
        "statement_descriptor": asked.get("statement_descriptor"),
        "statement_descriptor_suffix": asked.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": asked.get("transfer_group"),
    }


def new_charge(call: Call, intent: Object, card: Card, contact: Contact) -> Object:
    """Return a charge of an intent: failed for a card that is refused, pending for a debit."""
    status = "failed" if card.code else "pending" if card.is_debit else "succeeded"
    good = status == "succeeded"
    return dict.fromkeys(_UNSET_OF_CHARGE) | {
        "id": state.new_id("py" if card.is_debit else "ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if good else 0,
        "amount_refunded": 0,
        "billing_details": {
            "address": contact.address or dict.fromkeys(_ADDRESS),
            "email": contact.email or None,
            "name": contact.name or None,
            "phone": contact.phone or None,
            "tax_id": None,
        },
        "captured": status != "failed",
        "created": call.at,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": card.code,
        "failure_message": card.sentence or None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": _outcome(card),
        "paid": good,
        "payment_intent": intent["id"],
        "payment_method_details": _details(card, intent["currency"]),
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "shipping": intent["shipping"],
        "status": status,
        "transfer_group": intent["transfer_group"],
    }


def book(tx: Tx, call: Call, charge: Object) -> None:
    """Bring a charge's money into the balance."""
    fee = balance.charge_fee(charge["amount"])
    charge["balance_transaction"] = balance.book(tx, call, "charge", charge, charge["amount"], fee)["id"]
    state.change(tx, charge)


def customer_details(session: Object, contact: Contact) -> Object:
    """Return what a completed session tells of its shopper."""
    return {
        "address": contact.address,
        "business_name": None,
        "email": contact.email or session["customer_email"],
        "individual_name": None,
        "name": contact.name or None,
        "phone": contact.phone or None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


_UNSET_OF_CHARGE = (
    "application",
    "application_fee",
    "application_fee_amount",
    "balance_transaction",
    "calculated_statement_descriptor",
    "failure_balance_transaction",
    "on_behalf_of",
    "payment_method",
    "receipt_number",
    "receipt_url",
    "review",
    "source_transfer",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
)
_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def _shipping(contact: Contact) -> Object | None:
    if contact.shipping is None:
        return None
    return contact.shipping | {"carrier": None, "phone": contact.phone or None, "tracking_number": None}


def _outcome(card: Card) -> Object:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if card.code else "approved_by_network",
        "reason": card.decline or card.code,
        "risk_level": "normal",
        "risk_score": 7,
        "seller_message": "The bank did not say yes." if card.code else "Payment complete.",
        "type": "issuer_declined" if card.code else "authorized",
    }


def _details(card: Card, currency: str) -> Object:
    if card.is_debit:
        kind = debit_of(currency)
        return {"type": kind, kind: {"last4": card.number[-4:], "fingerprint": None}}
    seen = {"authentication_flow": "challenge", "result": "authenticated", "version": "2.2.0"}
    return {
        "type": "card",
        "card": {
            "amount_authorized": None,
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "fail" if card.code == "incorrect_cvc" else "pass",
            },
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": None,
            "funding": "credit",
            "installments": None,
            "last4": card.number[-4:],
            "mandate": None,
            "network": card.brand,
            "network_token": {"used": False},
            "three_d_secure": seen if card.is_challenged else None,
            "wallet": None,
        },
    }
