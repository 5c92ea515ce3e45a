"""Stories of orders: what happens to each at Stripe, and with it the events that tell of it.

A story is told before anything is delivered, except what a person at the shop must have seen to act.
"""

from collections.abc import Callable

from shop import fulfilment, orders
from shop.fulfilment import Give
from tests.machine.books import Books

Story = Callable[[Books, str], None]
STORIES: dict[str, Story] = {}


def story(tell: Story) -> Story:
    STORIES[tell.__name__] = tell
    return tell


def wait(books: Books, seconds: int = 60) -> None:
    books.stripe.clock += seconds


def paid_before(books: Books, session: str) -> str:
    """Have a session paid and booked before the story begins; return the payment."""
    payment = books.stripe.pay(session)
    books.deliver(books.stripe.events.pop())
    wait(books)
    return payment


def number_of(books: Books, session: str) -> str:
    return books.stripe.sessions[session]["metadata"]["order"]


@story
def paid(books: Books, session: str) -> None:
    books.stripe.pay(session)


@story
def debit_arrives(books: Books, session: str) -> None:
    books.stripe.debit(session)
    wait(books)
    books.stripe.debit_ends(session, arrives=True)


@story
def debit_fails(books: Books, session: str) -> None:
    books.stripe.debit(session)
    wait(books)
    books.stripe.debit_ends(session, arrives=False)


@story
def debit_of_another_amount_fails(books: Books, session: str) -> None:
    books.stripe.debit(session, amount=77)
    wait(books)
    books.stripe.debit_ends(session, arrives=False)


@story
def debit_of_another_amount_arrives(books: Books, session: str) -> None:
    books.stripe.debit(session, amount=77)
    wait(books)
    books.stripe.debit_ends(session, arrives=True)


@story
def expired(books: Books, session: str) -> None:
    books.stripe.expire(session)


@story
def paid_after_expiry(books: Books, session: str) -> None:
    books.stripe.expire(session)
    wait(books)
    books.stripe.sessions[session] |= {"status": "open"}
    books.stripe.pay(session)


@story
def declined_then_paid(books: Books, session: str) -> None:
    books.stripe.decline(session)
    wait(books)
    books.stripe.pay(session)


@story
def refunded_at_stripe(books: Books, session: str) -> None:
    payment = books.stripe.pay(session)
    wait(books)
    books.stripe.give_back(payment, books.stripe.left_of(payment))


@story
def refunded_in_part_at_stripe(books: Books, session: str) -> None:
    payment = books.stripe.pay(session)
    wait(books)
    books.stripe.give_back(payment, 500)


@story
def refunded_in_two_parts_at_stripe(books: Books, session: str) -> None:
    payment = books.stripe.pay(session)
    for _ in range(2):
        refund = books.stripe.give_back(payment, books.stripe.payments[payment]["amount"] // 2, "pending")
        books.stripe.refund_becomes(refund.id, "succeeded")


@story
def refund_succeeds_then_fails(books: Books, session: str) -> None:
    payment = books.stripe.pay(session)
    wait(books)
    refund = books.stripe.give_back(payment, books.stripe.left_of(payment))
    wait(books)
    books.stripe.refund_becomes(refund.id, "failed")


@story
def refund_fails_and_another_succeeds(books: Books, session: str) -> None:
    payment = books.stripe.pay(session)
    refund = books.stripe.give_back(payment, books.stripe.left_of(payment))
    books.stripe.refund_becomes(refund.id, "failed")
    again = books.stripe.give_back(payment, books.stripe.left_of(payment), "pending")
    books.stripe.refund_becomes(again.id, "succeeded")


@story
def pending_refunds_of_all_fail_one_by_one(books: Books, session: str) -> None:
    payment = books.stripe.pay(session)
    for _ in range(3):
        refund = books.stripe.give_back(payment, books.stripe.left_of(payment), "pending")
        books.stripe.refund_becomes(refund.id, "failed")


@story
def refund_by_an_admin_fails_in_the_end(books: Books, session: str) -> None:
    payment = paid_before(books, session)
    give = Give(books.stripe.left_of(payment), {}, restock=False)
    books.write(fulfilment.refund, number_of(books, session), books.admin, give, books.at)
    named = books.rows("SELECT id, amount FROM refunds ORDER BY id DESC LIMIT 1")[0]
    refund = books.stripe.give_back(payment, named[1], "pending", named=named[0])
    books.stripe.refund_becomes(refund.id, "succeeded")
    wait(books)
    books.stripe.refund_becomes(refund.id, "failed")


@story
def shipped_then_refunded_at_stripe(books: Books, session: str) -> None:
    payment = paid_before(books, session)
    books.write(fulfilment.ship, number_of(books, session), books.admin, "Post", "1", books.at)
    books.stripe.give_back(payment, books.stripe.left_of(payment))


@story
def inquiry_closed(books: Books, session: str) -> None:
    dispute = books.stripe.complain(books.stripe.pay(session), "warning_needs_response")
    for status in ("warning_under_review", "warning_closed"):
        wait(books)
        books.stripe.dispute_becomes(dispute, status)


@story
def inquiry_becomes_a_dispute(books: Books, session: str) -> None:
    dispute = books.stripe.complain(books.stripe.pay(session), "warning_needs_response")
    for status in ("needs_response", "under_review"):
        wait(books)
        books.stripe.dispute_becomes(dispute, status)


@story
def dispute_won(books: Books, session: str) -> None:
    dispute = books.stripe.complain(books.stripe.pay(session), "needs_response")
    for status in ("under_review", "won"):
        books.stripe.dispute_becomes(dispute, status)


@story
def dispute_lost(books: Books, session: str) -> None:
    dispute = books.stripe.complain(books.stripe.pay(session), "needs_response")
    for status in ("under_review", "lost"):
        wait(books)
        books.stripe.dispute_becomes(dispute, status)


@story
def dispute_lost_after_shipping(books: Books, session: str) -> None:
    payment = paid_before(books, session)
    books.write(fulfilment.ship, number_of(books, session), books.admin, "Post", "1", books.at)
    dispute = books.stripe.complain(payment, "needs_response")
    wait(books)
    books.stripe.dispute_becomes(dispute, "lost")


@story
def dispute_lost_of_what_a_refund_left(books: Books, session: str) -> None:
    payment = books.stripe.pay(session)
    books.stripe.give_back(payment, 500)
    dispute = books.stripe.complain(payment, "needs_response")
    wait(books)
    books.stripe.dispute_becomes(dispute, "lost")


@story
def dispute_won_after_a_cancellation(books: Books, session: str) -> None:
    payment = paid_before(books, session)
    dispute = books.stripe.complain(payment, "needs_response")
    books.deliver(books.stripe.events.pop())
    books.write(orders.cancel, number_of(books, session), books.sam, books.at)
    wait(books)
    books.stripe.dispute_becomes(dispute, "under_review")
    wait(books)
    books.stripe.dispute_becomes(dispute, "won")


@story
def inquiry_after_a_cancellation_whose_refund_fails(books: Books, session: str) -> None:
    payment = paid_before(books, session)
    books.write(orders.cancel, number_of(books, session), books.sam, books.at)
    named = books.rows("SELECT id, amount FROM refunds ORDER BY id DESC LIMIT 1")[0]
    refund = books.stripe.give_back(payment, named[1], named=named[0])
    wait(books)
    books.stripe.refund_becomes(refund.id, "failed")
    dispute = books.stripe.complain(payment, "warning_needs_response")
    wait(books)
    books.stripe.dispute_becomes(dispute, "warning_closed")


@story
def warned_of_fraud(books: Books, session: str) -> None:
    books.stripe.warn(books.stripe.pay(session))


@story
def warned_and_refunded(books: Books, session: str) -> None:
    payment = books.stripe.pay(session)
    books.stripe.warn(payment)
    books.stripe.give_back(payment, books.stripe.left_of(payment))


@story
def more_paid(books: Books, session: str) -> None:
    books.stripe.pay(session, amount=9999)


@story
def another_currency_paid(books: Books, session: str) -> None:
    books.stripe.pay(session, currency="usd")


@story
def less_paid_then_refunded(books: Books, session: str) -> None:
    payment = books.stripe.pay(session, amount=77)
    books.stripe.give_back(payment, 77)


@story
def another_currency_paid_then_refunded(books: Books, session: str) -> None:
    payment = books.stripe.pay(session, currency="usd")
    books.stripe.give_back(payment, books.stripe.left_of(payment))


@story
def mismatch_lost_to_a_dispute(books: Books, session: str) -> None:
    dispute = books.stripe.complain(books.stripe.pay(session, amount=77), "needs_response")
    wait(books)
    books.stripe.dispute_becomes(dispute, "lost")


@story
def paid_twice(books: Books, session: str) -> None:
    second = books.stripe.another_session(session)
    books.stripe.pay(session)
    wait(books)
    books.stripe.pay(second)


@story
def second_session_paid_and_the_first_expired(books: Books, session: str) -> None:
    second = books.stripe.another_session(session)
    books.stripe.pay(second)
    wait(books)
    books.stripe.expire(session)


@story
def second_debit_fails_and_the_first_is_paid(books: Books, session: str) -> None:
    second = books.stripe.another_session(session)
    books.stripe.debit(second)
    books.stripe.pay(session)
    wait(books)
    books.stripe.debit_ends(second, arrives=False)


@story
def cancelled_then_paid(books: Books, session: str) -> None:
    books.write(orders.cancel, number_of(books, session), books.sam, books.at)
    books.stripe.pay(session)


@story
def cancelled_then_expired(books: Books, session: str) -> None:
    books.write(orders.cancel, number_of(books, session), books.sam, books.at)
    books.stripe.expire(session)


@story
def cancelled_then_debit_arrives(books: Books, session: str) -> None:
    books.write(orders.cancel, number_of(books, session), books.sam, books.at)
    books.stripe.debit(session)
    wait(books)
    books.stripe.debit_ends(session, arrives=True)


@story
def cancelled_then_debit_fails(books: Books, session: str) -> None:
    books.write(orders.cancel, number_of(books, session), books.sam, books.at)
    books.stripe.debit(session)
    wait(books)
    books.stripe.debit_ends(session, arrives=False)
