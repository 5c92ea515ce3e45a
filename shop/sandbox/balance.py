"""Balance transactions of the local Stripe: what each charge, refund and dispute did to the balance.

The fees are a model: 1.5 % and 25 minor units for a charge, 2,000 for a dispute; no fee comes back.
"""

from decimal import ROUND_HALF_UP, Decimal

from db import Tx
from shop.sandbox import state
from shop.sandbox.state import Call, Object

SHARE, FIXED, DISPUTE_FEE = Decimal("0.015"), 25, 2000
_AVAILABLE_SECONDS = 7 * 24 * 3600
_CATEGORIES = {
    "charge": "charge",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "adjustment": "dispute",
}


def charge_fee(amount: int) -> int:
    """Return what Stripe keeps of a charge, in minor units."""
    return int((amount * SHARE).quantize(Decimal(1), ROUND_HALF_UP)) + FIXED


def book(tx: Tx, call: Call, kind: str, source: Object, amount: int, fee: int = 0) -> Object:
    """Write what a charge, refund or dispute moves: `amount` into the balance, less the fee."""
    fees = {"amount": fee, "application": None, "currency": source["currency"], "type": "stripe_fee"}
    return state.add(
        tx,
        {
            "id": state.new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": call.at + _AVAILABLE_SECONDS,
            "balance_type": "payments",
            "created": call.at,
            "currency": source["currency"],
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [fees | {"description": "Stripe processing fees"}] if fee else [],
            "net": amount - fee,
            "reporting_category": _CATEGORIES[kind]
            + ("_reversal" if kind == "adjustment" and amount > 0 else ""),
            "source": source["id"],
            "status": "pending",
            "type": kind,
        },
    )
