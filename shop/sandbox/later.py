"""Works off the schedule of the local Stripe."""

from collections.abc import Callable, Mapping

from db import Tx
from shop.sandbox import disputes, payments, refunds, schedule
from shop.sandbox.state import Call, Fault, Object

_DOES: Mapping[str, Callable[[Tx, Call, str], Object]] = {
    "settle_debit": payments.settle_debit,
    "fail_debit": payments.fail_debit,
    "succeed_refund": refunds.succeed,
    "fail_refund": refunds.fail,
    "dispute": lambda tx, call, charge: disputes.open_dispute(tx, call, charge, "fraudulent"),
    "dispute_not_received": lambda tx, call, charge: disputes.open_dispute(
        tx, call, charge, "product_not_received"
    ),
    "inquiry": lambda tx, call, charge: disputes.open_dispute(tx, call, charge, "general", inquiry=True),
    "fraud_warning": disputes.warn_of_fraud,
    "win_dispute": lambda tx, call, dispute: disputes.end(tx, call, dispute, "won"),
    "lose_dispute": lambda tx, call, dispute: disputes.end(tx, call, dispute, "lost"),
    "close_inquiry": lambda tx, call, dispute: disputes.end(tx, call, dispute, "warning_closed"),
}


def work_off(tx: Tx, call: Call, later_seconds: int) -> int:
    """Have everything happen that was planned so long ago; return how much that was."""
    due = schedule.take(tx, call.at - later_seconds)
    for one in due:
        try:
            _DOES[one.kind](tx, call, one.subject)
        except Fault:
            # Somebody was quicker: what was refunded whole can't be disputed, what is over can't end.
            continue
    return len(due)
