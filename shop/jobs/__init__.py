"""Jobs: what the shop does by itself, beside answering requests.

Every job goes through the same functions as a request or a webhook, asks before it acts, and may run in
several processes at once: work is claimed by a conditional update with a lease. `worker` runs them, `errands`
does what the outbox asks for, `reading` asks Stripe what has become of things, `counting` counts what pages
read ready-made.
"""

from shop.jobs.counting import count_sellers
from shop.jobs.errands import work_off
from shop.jobs.reading import (
    Returned,
    end_overdue,
    finish_sessions,
    read_debits,
    read_disputes,
    read_feed,
    read_ledgers,
    read_refunds,
    read_sessions,
)
from shop.jobs.worker import Report, Worker, reconcile

__all__ = [
    "Report",
    "Returned",
    "Worker",
    "count_sellers",
    "end_overdue",
    "finish_sessions",
    "read_debits",
    "read_disputes",
    "read_feed",
    "read_ledgers",
    "read_refunds",
    "read_sessions",
    "reconcile",
    "work_off",
]
