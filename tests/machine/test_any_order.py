"""Any order, delay and repetition of the same events ends in the same state.

The events of fifty orders are mixed into one stream, each order's in any order, some repeated.

One story is left out because its end depends on the order, and has to: two refunds make up a payment, and one
of them fails. If both had arrived before, the order was closed, and stays so; if the second only replaced the
first, it was never all given back. The events are the same and only Stripe's clock tells which it was; they
are mixed up only where a failure, which takes days, is delivered before the success. The money is the same
either way, and the failed refund waits for a person.
"""

import random

import pytest

from shop import attention, stock, verify
from shop.people import Person
from tests.machine.books import Books
from tests.machine.stories import STORIES

ORDERS = 50
MIXES = 20
UNITS = {"MUG": 2}


@pytest.fixture(scope="module")
def told():
    """Place the orders and tell their stories; return the books before any of it is heard, and the events."""
    books = Books()
    books.write(_stock_up, books.admin, books.at)
    names = [list(STORIES)[number % len(STORIES)] for number in range(ORDERS)]
    story_of = {}
    for name in names:
        session = books.open(books.place(UNITS))
        story_of[books.stripe.sessions[session]["metadata"]["order"]] = name
        STORIES[name](books, session)
    books.pause()
    yield books, story_of
    books.close()


@pytest.mark.parametrize("seed", range(MIXES))
def test_the_events_of_fifty_orders_in_any_order_end_alike(told, seed):
    books, story_of = told
    expected = _end(books, books.stripe.events)
    dice = random.Random(seed)
    mixed = books.stripe.events + dice.sample(books.stripe.events, len(books.stripe.events) // 3)
    dice.shuffle(mixed)

    found = _end(books, mixed)

    differ = {
        number: (story_of.get(number), expected.get(number), found.get(number))
        for number in expected.keys() | found.keys()
        if expected.get(number) != found.get(number)
    }
    assert differ == {}


def _end(before: Books, events: list[dict]) -> dict[str, list]:
    """Deliver events to a copy of the books and return what is in it, by order."""
    books = Books(before.path)
    books.stripe.clock = before.stripe.clock
    try:
        for event in events:
            books.deliver(event)
        assert [check for check in books.read(verify.run).checks if check.broken] == []
        waiting = [("waits", one.order, one.kind, one.text) for one in books.read(attention.entries)]
        found: dict[str, list] = {}
        for _, number, *row in sorted(waiting + _all(books), key=str):
            found.setdefault(number, []).append(row)
        return found
    finally:
        books.close()


def _all(books: Books) -> list[tuple]:
    return [(name, *row) for name, statement in DUMP.items() for row in books.rows(statement)]


def _stock_up(tx, admin: Person, at: str) -> None:
    stock.adjust(tx, admin, "MUG", change=500, reason="received", at=at)


DUMP = {
    "order": """SELECT number, state, closed_reason, payment_state, dispute_state, captured, refunded, total,
        ship_block, unowned, cancel_requested_at IS NOT NULL FROM orders""",
    "attempt": """SELECT o.number, a.state, a.captured, a.captured_currency
        FROM payment_attempts a JOIN orders o ON o.id = a.order_id""",
    "hold": """SELECT o.number, h.state, h.returned FROM holds h JOIN orders o ON o.id = h.order_id""",
    "refund": """SELECT o.number, r.amount, r.currency, r.state, r.source, r.ever_succeeded,
        r.resolved_at IS NULL FROM refunds r JOIN orders o ON o.id = r.order_id""",
    "dispute": """SELECT o.number, d.status, d.amount FROM disputes d JOIN orders o ON o.id = d.order_id""",
    "warning": """SELECT o.number, w.kind FROM fraud_warnings w JOIN orders o ON o.id = w.order_id""",
    "stock": "SELECT sku, on_hand, held FROM stock",
    "event": "SELECT 'events', id, result FROM stripe_events WHERE result <> 'processed'",
    "unclaimed": "SELECT 'events', event_id FROM unclaimed_events",
}
