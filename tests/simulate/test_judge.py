"""The judge finds each planted disagreement, and nothing where there is none."""

import math
from collections import Counter

import pytest

from shop.simulate import judge
from shop.simulate.judge import AtStripe, Books, Outage, StockChange, Trouble, disagreements, unexcused


def order(number: str, state: str, captured: int, refunded: int = 0, **more: object) -> dict:
    lines = [{"sku": "MUG", "quantity": 2, "unit_price": 500}]
    told = {"number": number, "state": state, "closed_reason": None, "total": 1000, "lines": lines}
    told |= {"dispute_state": "none"}
    return told | {"captured": captured, "refunded": refunded} | more


def charge(number: str, amount: int = 1000, **more: object) -> dict:
    told = {"id": f"ch_{number}", "payment_intent": f"pi_{number}", "status": "succeeded"}
    return told | {"amount_captured": amount, "metadata": {"order": number}} | more


def session(number: str, status: str, payment_status: str) -> dict:
    return {"status": status, "payment_status": payment_status, "metadata": {"order": number}}


class Case:
    """A quiet day: A is paid, B cancelled and refunded, C shipped and refunded in part, D awaits a bank."""

    def __init__(self) -> None:
        self.told = judge.Testimony(
            stocked={"MUG": 10},
            seen={"A", "B", "C", "D"},
            paid={"A", "B", "C"},
            cancelled={"B"},
            shipped={"C"},
            changes=[StockChange("MUG", 3, answered=True), StockChange("MUG", -2, answered=False)],
        )
        self.orders = {
            "A": order("A", "confirmed", 1000),
            "B": order("B", "closed", 1000, 1000, closed_reason="cancelled"),
            "C": order("C", "shipped", 1000, 300),
            "D": order("D", "processing", 0),
        }
        self.stock = {"sku": "MUG", "on_hand": 8, "held": 2}
        self.refunds: list[dict] = []
        self.charges = {number: charge(number) for number in "ABC"}
        self.given_back = {
            number: {"charge": f"ch_{number}", "amount": amount, "status": "succeeded"}
            for number, amount in (("B", 1000), ("C", 300))
        }
        self.sessions = {"D": session("D", "complete", "unpaid")}
        self.attempts: list[dict] = [{"type": "refund.created", "status": "200"}]

    def found(self) -> list[str]:
        books = Books(tuple(self.orders.values()), (self.stock,), tuple(self.refunds))
        there = (self.charges, self.given_back, self.sessions)
        stripe = AtStripe(*(tuple(one.values()) for one in there), attempts=tuple(self.attempts))
        return disagreements(self.told, books, stripe)


@pytest.fixture
def case():
    return Case()


def test_a_quiet_day_has_no_finding(case):
    assert case.found() == []


PLANTED = {
    "a paid order is open in the books": (
        lambda case: case.orders["A"].update(state="open", captured=0),
        "order A was said to be paid",
    ),
    "a paid order has less money than it costs": (
        lambda case: case.orders["A"].update(captured=999),
        "order A was said to be paid, the books have 999 of 1000",
    ),
    "a paid order is not in the books": (
        lambda case: case.orders.pop("A"),
        "order A was shown, and is not in the books",
    ),
    "an order that was only seen is gone": (
        lambda case: (case.orders.pop("D"), case.sessions.clear()),
        "order D was shown, and is not in the books",
    ),
    "a cancelled order came back to life": (
        lambda case: case.orders["B"].update(state="confirmed"),
        "order B was said to be cancelled, and is confirmed",
    ),
    "a cancelled order keeps its money": (
        lambda case: case.orders["B"].update(refunded=0),
        "order B was cancelled, 1000 were captured, 0 given back",
    ),
    "a shipped order is back in the house": (
        lambda case: case.orders["C"].update(state="packed"),
        "order C was said to be shipped, and is packed",
    ),
    "an open order whose session has ended": (
        lambda case: case.orders.update(E=order("E", "open", 0)),
        "order E is still open, and nothing can come of it",
    ),
    "an order that waits for a bank which has paid": (
        lambda case: case.sessions.update(D=session("D", "complete", "paid")),
        "order D is still processing",
    ),
    "a charge nobody booked": (
        lambda case: case.charges.update(X=charge("X")),
        "order X: Stripe has 1000, the books have 0",
    ),
    "a charge of no order": (
        lambda case: case.charges["A"].update(metadata={}),
        "order (none): Stripe has 1000, the books have 0",
    ),
    "one unit of money less at Stripe": (
        lambda case: case.charges["A"].update(amount_captured=999),
        "order A: Stripe has 999, the books have 1000",
    ),
    "a refund that Stripe never made": (
        lambda case: case.given_back.pop("B"),
        "order B: Stripe has 1000, the books have 0",
    ),
    "a refund that failed at Stripe": (
        lambda case: case.given_back["C"].update(status="failed"),
        "order C: Stripe has 1000, the books have 700",
    ),
    "a shopper charged twice": (
        lambda case: (
            case.charges.update(twice=charge("A", id="ch_twice", payment_intent="pi_other")),
            case.orders["A"].update(captured=2000),
        ),
        "order A: Stripe keeps 2000 for a total of 1000",
    ),
    "a payment charged twice": (
        lambda case: case.charges.update(twice=charge("A", id="ch_twice")),
        "payment pi_A was charged 2 times",
    ),
    "more units than there ever were": (
        lambda case: case.stock.update(on_hand=10),
        "MUG: 4 sold and 10 on hand, but there were at most 13",
    ),
    "units that vanished": (
        lambda case: case.stock.update(on_hand=6),
        "MUG: 4 sold and 6 on hand, but there were at least 11",
    ),
    "a 5xx without a crash": (
        lambda case: case.told.troubles.append(Trouble(1, 2, "shoppers", "GET /cart", "500")),
        "shoppers got 500 for GET /cart",
    ),
    "a delivery answered 5xx": (
        lambda case: case.attempts.append({"type": "refund.created", "status": "503"}),
        "Stripe got 503 for refund.created",
    ),
    "one cart with two payments": (
        lambda case: case.told.answered_twice.append("one cart, two payments"),
        "answered twice: one cart, two payments",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_each_planted_disagreement_is_found(case, name):
    plant, sentence = PLANTED[name]

    plant(case)

    assert [found for found in case.found() if found.startswith(sentence)]


def test_totals_are_compared_beside_the_single_orders(case):
    case.charges["A"]["amount_captured"] = 999

    assert "in total Stripe has 1699, the books have 1700" in case.found()


def test_units_put_back_with_a_refund_and_units_written_off_are_reckoned_with(case):
    case.told.returned = Counter(MUG=1)
    case.stock["on_hand"] = 10
    assert case.found() == []

    case.told.restocked = {"C"}
    case.stock["on_hand"] = 12
    assert case.found() == []

    case.told.unreturned = {"B"}
    case.stock["on_hand"] = 5
    assert case.found() == []


def test_a_refund_that_did_not_go_through_may_owe_a_cancelled_order_its_money(case):
    case.orders["B"]["refunded"] = 0
    case.given_back["B"]["status"] = "failed"
    case.refunds.append({"order": "B", "state": "failed"})

    assert case.found() == []


def test_only_a_request_that_overlaps_a_crash_is_excused():
    def trouble(begun: float, ended: float) -> Trouble:
        return Trouble(begun, ended, "shoppers", "GET /", "no answer")

    before, into, within, out_of, after = (
        trouble(*times) for times in ((1, 9), (9, 10), (11, 12), (13, 16), (15.5, 17))
    )
    troubles = [before, into, within, out_of, after]

    assert unexcused(troubles, [Outage(10, 15)]) == [before, after]
    assert unexcused([within, after], [Outage(10, math.inf)]) == []
    assert unexcused(troubles, []) == troubles


def test_a_cancelled_order_whose_money_a_bank_has_owes_no_refund():
    case = Case()
    case.given_back.pop("B")

    for dispute, owed in (("none", True), ("won", True), ("open", False), ("lost", False)):
        case.orders["B"] = order("B", "closed", 1000, closed_reason="cancelled", dispute_state=dispute)
        assert any("no refund is under way" in one for one in case.found()) == owed
