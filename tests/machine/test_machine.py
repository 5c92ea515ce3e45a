"""Shopper, admin, Stripe and the clock do whatever they may; the books always say what the model says.

200 histories, the same ones each time; `--hypothesis-profile=nightly` draws 2,000 new ones. A failure prints
the shortest history that fails, and a `@reproduce_failure(…)` line: put above the class, it replays that one.
"""

import sys
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shop import fulfilment, orders, stock
from shop.fulfilment import Give
from tests.machine import desk
from tests.machine.both import REFUNDS, Both
from tests.machine.model import Attempt, Order, Refund
from tests.machine.stripe_model import DECIDED

NIGHTLY = settings.get_current_profile_name() == "nightly"
# Finding the shortest history that fails takes longer than all that do not.
pytestmark = pytest.mark.timeout(3600 if NIGHTLY else 600)
MOSTLY = st.sampled_from([True, True, True, False])
SCENES = [
    "paid",
    "nothing heard",
    "two pages",
    "bank debit",
    "bank debit fails beside an open page",
    "review",
    "admin refunds",
    "Stripe refunds",
    "needs_response",
    "warning_needs_response",
]
PRICES = {"MUG": 1250, "LAMP": 8000, "VASE-L": 3000}
WHICH = st.integers(0, 1000)
AMOUNTS = st.sampled_from([1, 500, 1250, 2500, 8000])
ANOTHER_AMOUNT = st.sampled_from([None, None, None, None, 77, 9999])
BEGINS = st.sampled_from(["succeeded", "pending", "failed"])
STATUSES = {
    "warning_needs_response": ["warning_under_review", "warning_closed", "needs_response"],
    "warning_under_review": ["warning_closed", "needs_response"],
    "needs_response": ["under_review", "won", "lost", "prevented"],
    "under_review": ["won", "lost"],
}
NEXT = {"pending": ["succeeded", "failed", "canceled"], "succeeded": ["failed"]}


class Shopping(RuleBasedStateMachine):
    """What anybody may do next."""

    def __init__(self) -> None:
        super().__init__()
        self.both = Both()
        self.stripe, self.model, self.books = self.both.stripe, self.both.model, self.both.books
        self.late: list[dict] = []
        self.told: list[dict] = []

    def teardown(self) -> None:
        try:
            # Of a history that has failed already, nothing more is asked.
            if sys.exc_info()[0] is None:
                self._let_everything_arrive()
        finally:
            self.both.close()

    # The shopper

    @initialize(mugs=st.integers(1, 2), lamps=st.integers(0, 1), scene=st.sampled_from(SCENES))
    def begin_with_a_scene(self, mugs: int, lamps: int, scene: str) -> None:
        self.place(mugs, lamps, 0, answered=True)
        if scene in ("two pages", "bank debit fails beside an open page"):
            self.open_a_second_page(0)
        if scene.startswith("bank debit"):
            self.pay_by_bank(0, None)
            if scene != "bank debit":
                self.bank_decides(0, arrives=False)
                self.deliver(1, "once")
                self.adjust("LAMP", -lamps)
            return
        self.pay(0, 9999 if scene == "review" else None, euro=True, delivered=scene != "nothing heard")
        if scene == "two pages":
            self.pay(0, None, euro=True, delivered=False)
        elif scene == "admin refunds":
            self.refund_by_admin(0, None, restock=False)
            self.run_an_errand(0, "done", "pending")
        elif scene == "Stripe refunds":
            self.refund_at_stripe(0, None, "succeeded")
        elif scene in ("needs_response", "warning_needs_response"):
            self.complain(0, scene)

    @rule(mugs=st.integers(0, 2), lamps=st.integers(0, 1), large=st.integers(0, 1), answered=MOSTLY)
    def place(self, mugs: int, lamps: int, large: int, answered: bool) -> None:
        wanted = {"MUG": mugs, "LAMP": lamps, "VASE-L": large}
        wanted = {sku: many for sku, many in wanted.items() if many}
        if wanted and all(self.model.available(sku) >= many for sku, many in wanted.items()):
            attempt = self.both.place(wanted)
            if answered:
                self.both.answer(attempt)

    @precondition(lambda self: self._sessions("open"))
    @rule(which=WHICH, amount=ANOTHER_AMOUNT, euro=MOSTLY, delivered=st.booleans())
    def pay(self, which: int, amount: int | None, euro: bool, delivered: bool) -> None:
        self.stripe.pay(self._pick(self._sessions("open"), which), amount, None if euro else "usd")
        if delivered:
            self.deliver(len(self.stripe.events) - 1, "once")

    @precondition(lambda self: self._sessions("open"))
    @rule(which=WHICH, amount=ANOTHER_AMOUNT)
    def pay_by_bank(self, which: int, amount: int | None) -> None:
        self.stripe.debit(self._pick(self._sessions("open"), which), amount)

    # Stripe

    @precondition(lambda self: self._creating())
    @rule(which=WHICH, how=st.sampled_from(["answered"] * 4 + ["lost", "lost", "refused"]))
    def ask_for_a_page(self, which: int, how: str) -> None:
        attempt = self._pick(self._creating(), which)
        if how != "refused":
            self.both.answer(attempt, heard=how == "answered")
        elif attempt.id not in self.stripe.keys:
            self.both.refuse(attempt)

    @precondition(lambda self: self._sessions("open"))
    @rule(which=WHICH)
    def open_a_second_page(self, which: int) -> None:
        self.stripe.another_session(self._pick(self._sessions("open"), which))

    @precondition(lambda self: self._sessions("open"))
    @rule(which=WHICH)
    def decline(self, which: int) -> None:
        self.stripe.decline(self._pick(self._sessions("open"), which))

    @precondition(lambda self: self._with_the_bank())
    @rule(which=WHICH, arrives=st.booleans())
    def bank_decides(self, which: int, arrives: bool) -> None:
        self.stripe.debit_ends(self._pick(self._with_the_bank(), which), arrives=arrives)

    @precondition(lambda self: self._refundable())
    @rule(which=WHICH, amount=st.sampled_from([500, 1250, None, None]), begins=BEGINS)
    def refund_at_stripe(self, which: int, amount: int | None, begins: str) -> None:
        payment = self._pick(self._refundable(), which)
        left = self.stripe.left_of(payment)
        self.stripe.give_back(payment, min(amount or left, left), begins)

    @precondition(lambda self: self._moving())
    @rule(which=WHICH, where=WHICH)
    def refund_goes_on(self, which: int, where: int) -> None:
        refund = self._pick(self._moving(), which)
        self.stripe.refund_becomes(refund, self._pick(NEXT[self.stripe.refunds[refund]["status"]], where))

    @precondition(lambda self: self._refundable())
    @rule(which=WHICH, status=st.sampled_from(["warning_needs_response", "needs_response"]))
    def complain(self, which: int, status: str) -> None:
        self.stripe.complain(self._pick(self._refundable(), which), status)

    @precondition(lambda self: self._undecided())
    @rule(which=WHICH, where=WHICH)
    def bank_goes_on(self, which: int, where: int) -> None:
        dispute = self._pick(self._undecided(), which)
        self.stripe.dispute_becomes(
            dispute, self._pick(STATUSES[self.stripe.disputes[dispute]["status"]], where)
        )

    @precondition(lambda self: self.stripe.payments)
    @rule(which=WHICH)
    def warn(self, which: int) -> None:
        self.stripe.warn(self._pick(list(self.stripe.payments), which))

    # News, and the shop's own work

    @precondition(lambda self: self.stripe.events)
    @rule(which=WHICH, how=st.sampled_from(["once", "once", "once", "twice", "late"]))
    def deliver(self, which: int, how: str) -> None:
        event = self.stripe.events.pop(which % len(self.stripe.events))
        if how == "late":
            self.late.append(event)
            return
        for _ in range(2 if how == "twice" else 1):
            self.both.deliver(event)
        self.told.append(event)

    @precondition(lambda self: self.late or self.told)
    @rule(which=WHICH)
    def deliver_late_or_again(self, which: int) -> None:
        event = self._pick(self.late + self.told, which)
        self.both.deliver(event)
        if event in self.late:
            self.late.remove(event)

    @precondition(lambda self: self.both.tasks())
    @rule(
        which=WHICH,
        how=st.sampled_from(["done", "done", "done", "the answer was lost", "unreachable"]),
        begins=BEGINS,
    )
    def run_an_errand(self, which: int, how: str, begins: str) -> None:
        self.both.run(self._pick(self.both.tasks(), which), how, begins)

    @precondition(lambda self: self.stripe.sessions)
    @rule(which=WHICH)
    def read_a_session(self, which: int) -> None:
        known = [one.session for order in self.model.orders.values() for one in order.attempts if one.session]
        if known:
            self.both.read_session(self._pick(known, which))

    @precondition(lambda self: self.stripe.refunds)
    @rule(which=WHICH)
    def read_a_refund(self, which: int) -> None:
        self.both.read_refund(self._pick(list(self.stripe.refunds), which))

    @precondition(lambda self: self.stripe.disputes)
    @rule(which=WHICH)
    def read_a_dispute(self, which: int) -> None:
        self.both.read_dispute(self._pick(list(self.stripe.disputes), which))

    @rule(seconds=st.sampled_from([1] * 5 + [60] * 5 + [1800, 4000, 90000]))
    def time_passes(self, seconds: int) -> None:
        self.stripe.clock += seconds
        for session in self._sessions("open"):
            if self.stripe.sessions[session]["expires_at"] <= self.stripe.clock:
                self.stripe.expire(session)
        self.both.end_overdue()

    # The admin

    @precondition(lambda self: self.model.orders)
    @rule(which=WHICH, what=st.sampled_from(["pack", "ship", "approve", "approve", "clear"]))
    def handle(self, which: int, what: str) -> None:
        order, at = self._order(which), self.books.at
        by = (order.number, self.books.admin)
        if what == "pack":
            self.both.ask(fulfilment.pack, lambda: desk.pack(order), *by, at)
        elif what == "ship":
            self.both.ask(fulfilment.ship, lambda: desk.ship(order), *by, "Post", "1", at)
        elif what == "approve":
            self.both.ask(fulfilment.approve, lambda: desk.approve(self.model, order), *by, at)
        else:
            self.both.ask(fulfilment.clear, lambda: desk.clear(order), *by, "fine", at)

    @precondition(lambda self: self.model.orders)
    @rule(which=WHICH, by=st.sampled_from(["the shopper", "an admin", "an admin who restocks"]))
    def cancel(self, which: int, by: str) -> None:
        order = self._order(which)
        args = (order.number, self.books.sam if by == "the shopper" else self.books.admin, self.books.at)
        if by == "the shopper":
            self.both.ask(orders.cancel, lambda: desk.cancel_by_shopper(self.model, order), *args)
        else:
            restock = by.endswith("restocks")
            expected = partial(desk.cancel, self.model, order, restock=restock)
            self.both.ask(fulfilment.cancel, expected, *args, restock=restock)

    @precondition(lambda self: self.stripe.payments)
    @rule(which=WHICH, amount=st.one_of(AMOUNTS, st.none()), restock=st.booleans())
    def refund_by_admin(self, which: int, amount: int | None, restock: bool) -> None:
        self._give(self._order(which), amount, {}, restock=restock)

    @precondition(lambda self: self.stripe.payments)
    @rule(which=WHICH, mugs=st.integers(0, 2), lamps=st.integers(0, 1), restock=st.booleans())
    def refund_lines(self, which: int, mugs: int, lamps: int, restock: bool) -> None:
        order, wanted = self._order(which), {"MUG": mugs, "LAMP": lamps}
        lines = {sku: many for sku, many in wanted.items() if 0 < many <= order.lines.get(sku, 0)}
        if lines:
            self._give(order, None, lines, restock=restock)

    @precondition(lambda self: self._not_arrived())
    @rule(which=WHICH, settled=st.booleans())
    def see_to_a_refund(self, which: int, settled: bool) -> None:
        order, refund, drawn = self._pick(self._not_arrived(), which)
        expected = partial(desk.see_to, self.model, order, refund, settled=settled)
        if settled:
            self.both.ask(fulfilment.settle_refund, expected, drawn, self.books.admin, "cash", self.books.at)
        else:
            self.both.ask(fulfilment.refund_again, expected, drawn, self.books.admin, self.books.at)

    @rule(sku=st.sampled_from(["MUG", "LAMP", "VASE-L"]), change=st.sampled_from([-3, -1, 1, 2]))
    def adjust(self, sku: str, change: int) -> None:
        if change and self.model.on_hand[sku] + change >= 0:
            told = {"change": change, "reason": "counted", "at": self.books.at}
            expected = partial(desk.adjust, self.model, sku, change)
            self.both.ask(stock.adjust, expected, self.books.admin, sku, **told)

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        self.both.compare()

    def _let_everything_arrive(self) -> None:
        while self.late or self.stripe.events or self.both.tasks():
            events, self.late = self.late + self.stripe.events, []
            self.stripe.events.clear()
            for event in events:
                self.both.deliver(event)
            for task in self.both.tasks():
                self.both.run(task, "done", "succeeded")
        self.both.compare()
        self.both.assert_everything_has_an_owner()

    def _pick(self, of: list, which: int):
        return of[which % len(of)]

    def _order(self, which: int) -> Order:
        return self._pick(list(self.model.orders.values()), which)

    def _creating(self) -> list[Attempt]:
        return [one for one in self.both.attempts.values() if one.state == "creating"]

    def _sessions(self, status: str) -> list[str]:
        return [name for name, one in self.stripe.sessions.items() if one["status"] == status]

    def _with_the_bank(self) -> list[str]:
        return [
            name
            for name in self._sessions("complete")
            if self.stripe.sessions[name]["payment_status"] == "unpaid"
            and "debit" not in self.stripe.sessions[name]
        ]

    def _refundable(self) -> list[str]:
        return [
            one
            for one in self.stripe.payments
            if self.stripe.left_of(one) > 0 and not self.stripe.disputed(one)
        ]

    def _moving(self) -> list[str]:
        return [name for name, one in self.stripe.refunds.items() if one["status"] in NEXT]

    def _undecided(self) -> list[str]:
        return [name for name, one in self.stripe.disputes.items() if one["status"] not in DECIDED]

    def _not_arrived(self) -> list[tuple[Order, Refund, str]]:
        return [
            (self.model.orders[number], self.model.orders[number].refunds[name], drawn)
            for number, name, drawn, *_, state, _ in sorted(self.books.rows(REFUNDS), key=lambda row: row[2])
            if state in ("failed", "canceled")
        ]

    def _give(self, order: Order, amount: int | None, lines: dict[str, int], *, restock: bool) -> None:
        give = Give(amount if amount or lines else order.all_left, lines, restock)
        price = sum(PRICES[sku] * many for sku, many in lines.items())
        asked = give.amount if give.amount is not None else price

        def expected() -> None:
            desk.refund(self.model, order, asked, lines, restock=restock)

        self.both.ask(fulfilment.refund, expected, order.number, self.books.admin, give, self.books.at)


TestShopping = Shopping.TestCase
TestShopping.settings = settings(
    max_examples=2000 if NIGHTLY else 200,
    derandomize=not NIGHTLY,
    stateful_step_count=80,
    deadline=None,
    print_blob=True,
    # Not `explain`: it traces every line, which makes all of it four times slower.
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
