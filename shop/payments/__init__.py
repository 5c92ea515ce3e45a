"""Payments: what Stripe says, turned into orders and stock movements, each exactly once.

`inbox.receive` is the transaction behind the webhook. What jobs read at Stripe goes through the same
functions, so there is one way for money to be booked, whoever brings the news, how often and in which order.
`attempts` keeps the tries to have an order paid, `sessions` tells what becomes of it, `inbox` takes news.
"""

from shop.payments.attempts import (
    Attempt,
    attempt,
    begin_attempt,
    latest_attempt,
    opened,
    past_deadline,
    refused,
    unfinished,
    unsettled,
    with_the_bank,
)
from shop.payments.inbox import (
    EVENTS,
    Parked,
    adopted,
    dispute_read,
    judge_again,
    parked,
    parked_payment,
    receive,
    refund_read,
    reject,
    session_read,
    set_aside,
)
from shop.payments.sessions import Verdict

__all__ = [
    "EVENTS",
    "Attempt",
    "Parked",
    "Verdict",
    "adopted",
    "attempt",
    "begin_attempt",
    "dispute_read",
    "judge_again",
    "latest_attempt",
    "opened",
    "parked",
    "parked_payment",
    "past_deadline",
    "receive",
    "refund_read",
    "refused",
    "reject",
    "session_read",
    "set_aside",
    "unfinished",
    "unsettled",
    "with_the_bank",
]
