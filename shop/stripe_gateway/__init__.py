"""Stripe, and the only package that knows its library: a few calls, plain answers, two kinds of failure.

What Stripe refused will be refused again; what had no clear answer must be repeated under the same
idempotency key. `client` has the calls, `shapes` what they answer, `signatures` what is genuine.
"""

from shop.stripe_gateway.client import API_VERSION, Gateway, StripeError, StripeRefused, StripeUnreachable
from shop.stripe_gateway.shapes import (
    Charge,
    Dispute,
    FraudWarning,
    Item,
    Malformed,
    Refund,
    Session,
    charge_of,
    dispute_of,
    fraud_warning_of,
    intent_of,
    refund_of,
    session_of,
)
from shop.stripe_gateway.signatures import BadSignature, Verified, sign, verify

__all__ = [
    "API_VERSION",
    "BadSignature",
    "Charge",
    "Dispute",
    "FraudWarning",
    "Gateway",
    "Item",
    "Malformed",
    "Refund",
    "Session",
    "StripeError",
    "StripeRefused",
    "StripeUnreachable",
    "Verified",
    "charge_of",
    "dispute_of",
    "fraud_warning_of",
    "intent_of",
    "refund_of",
    "session_of",
    "sign",
    "verify",
]
