"""The books and the model side by side: what is done to one is done to the other, then they are compared."""

import json
from collections.abc import Callable
from typing import Any

from shop import attention, orders, outbox, payments, refunds, verify
from shop.clock import later
from shop.errors import ShopError
from shop.outbox import Task
from tests.machine.books import Books
from tests.machine.model import Attempt, No, Order, Shop
from tests.machine.news import News
from tests.machine.stripe_model import Refusal

ORDERS = """SELECT number, state, closed_reason, cancel_requested_at IS NOT NULL, total, captured, refunded,
  payment_state, dispute_state, ship_block, unowned FROM orders"""
ATTEMPTS = """SELECT o.number, COALESCE(a.session_id, ''), a.state, a.captured
  FROM payment_attempts a JOIN orders o ON o.id = a.order_id"""
REFUNDS = """SELECT o.number, COALESCE(r.provider_id, r.id), r.id, COALESCE(a.session_id, ''), r.amount,
  r.source, r.state, r.resolved_at IS NOT NULL
  FROM refunds r JOIN orders o ON o.id = r.order_id JOIN payment_attempts a ON a.id = r.attempt_id"""
HOLDS = """SELECT o.number, h.sku, h.state, h.quantity, h.returned
  FROM holds h JOIN orders o ON o.id = h.order_id"""
IN_PROGRESS = ("open", "processing", "confirmed", "packed", "shipped")


class Both:
    """A shop, its model, and the Stripe that both hear of."""

    def __init__(self) -> None:
        self.books = Books()
        self.stripe = self.books.stripe
        self.model = Shop(dict(self.books.rows("SELECT sku, on_hand FROM stock")))
        self.news = News(self.model)
        self.attempts: dict[str, Attempt] = {}

    def ask(self, real: Callable[..., Any], expected: Callable[[], None], *args: Any, **more: Any) -> None:
        """Do something to both; either both refuse it or neither does."""
        try:
            expected()
            may = True
        except No:
            may = False
        refusal = None
        try:
            self.books.write(real, *args, **more)
        except ShopError as fault:
            refusal = fault
        assert may == (refusal is None), f"{real.__name__}: {refusal or 'should have been refused'}"

    def place(self, wanted: dict[str, int]) -> Attempt:
        attempt = self.books.place(wanted)
        row = self.books.rows("SELECT number, total FROM orders ORDER BY id DESC LIMIT 1")[0]
        order = Order(row[0], row[1], wanted)
        self.model.orders[row[0]] = order
        order.attempts.append(Attempt(attempt.id, attempt.amount))
        self.attempts[attempt.id] = order.attempts[0]
        return order.attempts[0]

    def deliver(self, event: dict) -> None:
        self.books.deliver(event)
        self.news.event(event)

    def answer(self, attempt: Attempt, *, heard: bool = True) -> None:
        """Have Stripe make the session that an attempt asks for; the answer may be lost."""
        kept = self.books.read(payments.attempt, attempt.id)
        session = self.stripe.create_session(json.loads(kept.request), kept.idempotency_key)
        if heard:
            self.books.write(payments.opened, attempt.id, session)
            if attempt.state == "creating":
                attempt.state, attempt.session = "open", session.id

    def refuse(self, attempt: Attempt) -> None:
        self.books.write(payments.refused, attempt.id, "no", self.books.at)
        order = self.order_of(attempt)
        attempt.state = "refused"
        # Whoever wanted it cancelled hears that it is, whatever Stripe says of its page.
        self.model.close(order, "cancelled" if order.flagged else "payment_failed")

    def order_of(self, attempt: Attempt) -> Order:
        return next(one for one in self.model.orders.values() if attempt in one.attempts)

    def read_session(self, session_id: str) -> None:
        self.books.write(payments.session_read, self.stripe.session(session_id), self.books.at)
        self.news.session_read(self.stripe.sessions[session_id])

    def read_refund(self, refund_id: str) -> None:
        self.books.write(payments.refund_read, self.stripe.refund(refund_id), self.books.at)
        self.news.refund_read(self.stripe.refunds[refund_id])

    def read_dispute(self, dispute_id: str) -> None:
        self.books.write(payments.dispute_read, self.stripe.dispute(dispute_id), self.books.at)
        self.news.dispute(self.stripe.disputes[dispute_id], self.stripe.clock, read=True)

    def run(self, task: Task, how: str, status: str) -> None:
        """Run an errand: it is done, or its answer is lost after Stripe acted, or Stripe is not reached."""
        if not self.books.write(outbox.claim, task, self.books.at):
            return
        if how == "unreachable" or not self._done(task, status, heard=how == "done"):
            self.books.write(outbox.try_again, task, how, self.books.at)
        else:
            self.books.write(outbox.done, task.id)

    def tasks(self) -> list[Task]:
        return self.books.read(outbox.waiting, later(self.books.at, minutes=2))

    def _done(self, task: Task, status: str, *, heard: bool) -> bool:
        return {"expire": self._expire, "refund": self._refund}[task.kind](task.subject, status, heard)

    def _expire(self, attempt_id: str, _: str, heard: bool) -> bool:
        attempt = self.attempts[attempt_id]
        if attempt.state == "creating":
            self.answer(attempt)
        if attempt.state in ("creating", "open"):
            self.stripe.expire(attempt.session)
            if heard:
                self.read_session(attempt.session)
        return heard

    def _refund(self, refund_id: str, status: str, heard: bool) -> bool:
        self._name_refunds()
        claim = self.books.read(refunds.claim, refund_id)
        if claim.state != "requested":
            return True
        try:
            made = self.stripe.give_back(
                claim.payment_intent, claim.amount, status, key=claim.id, named=claim.id
            )
        except Refusal:
            self.books.write(refunds.refused, refund_id, "no", self.books.at)
            self.news.refused(self.model.orders[claim.number], refund_id)
            return True
        if heard:
            self.read_refund(made.id)
        return heard

    def compare(self) -> None:
        """The books say what the model says, and every invariant holds."""
        self._name_refunds()
        ours = self.model.orders.values()
        assert sorted(self.books.rows(ORDERS)) == sorted(_order(one) for one in ours)
        assert sorted(self.books.rows(ATTEMPTS)) == sorted(
            (one.number, tried.session or "", tried.state, tried.captured)
            for one in ours
            for tried in one.attempts
        )
        assert sorted(row[:2] + row[3:] for row in self.books.rows(REFUNDS)) == sorted(
            (one.number, name, r.attempt.session, r.amount, r.source, r.state, int(r.resolved))
            for one in ours
            for name, r in one.refunds.items()
        )
        assert sorted(self.books.rows("SELECT sku, on_hand, held FROM stock")) == sorted(
            (sku, many, self.model.held(sku)) for sku, many in self.model.on_hand.items()
        )
        assert [check for check in self.books.read(verify.run).checks if check.broken] == []

    def _name_refunds(self) -> None:
        """Give the refunds that the model has asked for the ids that the shop has drawn for them."""
        for number, name, _, session, amount, source, *_ in sorted(
            self.books.rows(REFUNDS), key=lambda row: row[2]
        ):
            known = self.model.orders[number].refunds
            if name not in known:
                mine = next(
                    (
                        asked
                        for asked, r in known.items()
                        if asked.startswith("asked")
                        and (r.attempt.session, r.amount, r.source) == (session, amount, source)
                    ),
                    None,
                )
                assert mine is not None, f"nobody asked for {name}: {amount} by {source}"
                known[name] = known.pop(mine)

    def assert_everything_has_an_owner(self) -> None:
        """Every payment at Stripe is an order's, a refund's or a dispute's, or waits for a person."""
        waits = {entry.order for entry in self.books.read(attention.entries)}
        for payment, charge in self.stripe.payments.items():
            order = self.model.orders[self.stripe.sessions[charge["session"]]["metadata"]["order"]]
            kept = 0 if self.stripe.disputed(payment) else self.stripe.left_of(payment)
            kept -= sum(one.amount for one in order.refunds.values() if one.settled)
            if kept > 0 and order.state not in IN_PROGRESS:
                assert order.number in waits, f"{kept} of {payment} has no owner"
        for order in self.model.orders.values():
            if order.state in IN_PROGRESS and order.captured and order.number not in waits:
                assert order.all_left <= order.total
        assert self.books.rows("SELECT * FROM unclaimed_events") == []
        assert self.books.rows("SELECT id FROM stripe_events WHERE result = 'parked'") == []
        assert self.books.rows("SELECT id FROM refunds WHERE state = 'requested'") == []

    def end_overdue(self) -> None:
        for order_id in self.books.read(payments.past_deadline, self.books.at):
            self.books.write(orders.end_payment, order_id, self.books.at)

    def close(self) -> None:
        self.books.close()


def _order(one: Order) -> tuple:
    sums = (one.total, one.captured, one.refunded)
    beside = (one.payment_state, one.disputed, one.block, one.unowned)
    return (one.number, one.state, one.reason, int(one.flagged), *sums, *beside)
