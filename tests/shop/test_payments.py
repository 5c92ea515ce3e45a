"""What Stripe's events do, each once, in any order."""

import asyncio
import itertools

import pytest

from shop import orders
from shop.clock import now
from tests.world import World


async def state_of(world: World, number: str) -> tuple[str, str | None, str]:
    order = (await world.db.read(orders.show, number)).order
    return order.state, order.closed_reason, order.payment_state


async def test_a_paid_session_confirms_the_order_and_takes_the_stock(world):
    placed = await world.place(world.sam, MUG=2)
    assert await world.stock("MUG") == (5, 2)

    assert await world.tell("checkout.session.completed", placed.paid()) == "processed"

    assert await state_of(world, placed.number) == ("confirmed", None, "paid")
    assert await world.stock("MUG") == (3, 0)


async def test_a_paid_order_leaves_the_cart_empty(world):
    from shop import cart

    placed = await world.place(world.sam, MUG=2)
    await world.tell("checkout.session.completed", placed.paid())

    assert (await world.db.read(cart.show, placed.cart_id)).lines == ()


async def test_a_hundred_parallel_copies_of_one_event_have_one_effect(world):
    placed = await world.place(world.sam, MUG=2)
    event = world.event("checkout.session.completed", placed.paid())

    verdicts = await asyncio.gather(*[world.receive(event) for _ in range(100)])

    assert sorted(verdict.result for verdict in verdicts) == ["duplicate"] * 99 + ["processed"]
    assert await world.stock("MUG") == (3, 0)


async def test_two_events_for_one_session_have_one_effect(world):
    placed = await world.place(world.sam, MUG=1)

    await world.tell("checkout.session.completed", placed.paid())
    await world.tell("checkout.session.async_payment_succeeded", placed.paid())

    assert await world.stock("MUG") == (4, 0)


async def test_an_expired_session_closes_the_order_and_gives_the_stock_back(world):
    placed = await world.place(world.sam, LAMP=1)

    await world.tell("checkout.session.expired", placed.expired())

    assert await state_of(world, placed.number) == ("closed", "expired", "unpaid")
    assert await world.stock("LAMP") == (1, 0)


@pytest.mark.parametrize("changes", [{"amount_total": 1}, {"currency": "usd"}, {"mode": "subscription"}])
async def test_a_payment_that_is_not_what_was_asked_for_goes_to_review(world, changes):
    placed = await world.place(world.sam, MUG=1)

    await world.tell("checkout.session.completed", placed.paid(**changes))

    assert (await state_of(world, placed.number))[0] == "review"
    assert await world.stock("MUG") == (5, 1)


async def test_a_session_of_another_integration_is_ignored(world):
    placed = await world.place(world.sam, MUG=1)
    foreign = placed.paid(id="cs_test_foreign", metadata={"order": placed.number})

    assert await world.tell("checkout.session.completed", foreign) == "ignored"
    assert await world.stock("MUG") == (5, 1)


async def test_a_session_that_says_it_is_ours_but_is_unknown_is_parked(world):
    placed = await world.place(world.sam, MUG=1)
    lost = {**placed.session.metadata, "attempt": "pay_of_a_lost_backup"}

    told = placed.paid(id="cs_test_lost", metadata=lost)

    assert await world.tell("checkout.session.completed", told) == "parked"


async def test_an_event_of_the_other_mode_is_parked(world):
    placed = await world.place(world.sam, MUG=1)

    result = await world.tell("checkout.session.completed", placed.paid(), livemode=True)

    assert result == "parked"
    assert (await state_of(world, placed.number))[0] == "open"


async def test_a_session_without_its_fields_is_parked_and_not_a_crash(world):
    broken = {"id": "cs_test_x", "object": "checkout.session", "status": "complete"}

    assert await world.tell("checkout.session.completed", broken) == "parked"


async def test_money_after_expiry_buys_the_stock_again_while_it_is_there(world):
    placed = await world.place(world.sam, LAMP=1)
    await world.tell("checkout.session.expired", placed.expired())

    await world.tell("checkout.session.completed", placed.paid())

    assert await state_of(world, placed.number) == ("confirmed", None, "paid")
    assert await world.stock("LAMP") == (0, 0)


async def test_money_after_expiry_is_given_back_when_the_stock_has_gone(world):
    late = await world.place(world.sam, LAMP=1)
    await world.tell("checkout.session.expired", late.expired())
    quick = await world.place(world.mia, LAMP=1)
    await world.tell("checkout.session.completed", quick.paid())

    await world.tell("checkout.session.completed", late.paid())

    page = await world.db.read(orders.show, late.number)
    assert (page.order.state, page.order.closed_reason) == ("closed", "oversold")
    assert [(refund.amount, refund.source) for refund in page.refunds] == [(8000, "auto")]


async def test_a_bank_debit_waits_and_then_confirms(world):
    placed = await world.place(world.sam, MUG=1)

    await world.tell("checkout.session.completed", placed.body(status="complete"))
    assert await state_of(world, placed.number) == ("processing", None, "pending")

    await world.tell("checkout.session.async_payment_succeeded", placed.paid())
    assert await state_of(world, placed.number) == ("confirmed", None, "paid")


async def test_a_bank_debit_that_fails_gives_the_stock_back(world):
    placed = await world.place(world.sam, MUG=1)
    await world.tell("checkout.session.completed", placed.body(status="complete"))

    await world.tell("checkout.session.async_payment_failed", placed.body(status="complete"))

    assert await state_of(world, placed.number) == ("closed", "payment_failed", "unpaid")
    assert await world.stock("MUG") == (5, 0)


async def test_any_order_of_the_same_events_ends_in_the_same_state(world):
    ends = set()
    for turn, order in enumerate(itertools.permutations(["paid", "expired", "unpaid"])):
        await world.add_things(f"CUP{turn}", 3)
        placed = await world.place(world.sam, **{f"CUP{turn}": 1})
        told = {
            "paid": ("checkout.session.async_payment_succeeded", placed.paid()),
            "unpaid": ("checkout.session.completed", placed.body(status="complete")),
            "expired": ("checkout.session.expired", placed.expired()),
        }
        for name in order:
            await world.tell(*told[name])
        ends.add((await state_of(world, placed.number), await world.stock(f"CUP{turn}")))
    assert ends == {(("confirmed", None, "paid"), (2, 0))}


async def test_a_refund_made_at_stripe_closes_an_order_still_in_the_house(world):
    placed = await world.place(world.sam, MUG=1)
    await world.tell("checkout.session.completed", placed.paid())

    await world.tell("refund.created", _refund(placed.paid()["payment_intent"], 1250))

    assert await state_of(world, placed.number) == ("closed", "refunded", "refunded")
    assert await world.stock("MUG") == (5, 0)


async def test_a_repeated_refund_event_counts_once(world):
    placed = await world.place(world.sam, MUG=2)
    await world.tell("checkout.session.completed", placed.paid())
    refund = _refund(placed.paid()["payment_intent"], 500)

    for kind in ("refund.created", "refund.updated", "refund.created"):
        await world.tell(kind, refund)

    order = (await world.db.read(orders.show, placed.number)).order
    assert (order.refunded, order.payment_state) == (500, "partly_refunded")


async def test_a_cancelled_order_that_was_being_paid_is_refunded(world):
    placed = await world.place(world.sam, MUG=1)
    await world.db.write(orders.cancel, placed.number, world.sam, now())

    await world.tell("checkout.session.completed", placed.paid())

    page = await world.db.read(orders.show, placed.number)
    assert (page.order.state, page.order.closed_reason) == ("closed", "cancelled")
    assert [refund.amount for refund in page.refunds] == [1250]
    assert await world.stock("MUG") == (5, 0)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "confirmed"),
        ({"amount_total": 2000}, "review"),
        ({"payment_status": "unpaid", "payment_intent": None}, "processing"),
    ],
)
async def test_where_it_goes_is_kept_however_its_payment_stands(world, changes, state):
    placed = await world.place(world.sam, MUG=1)
    address = {"line1": "Teststraße 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}
    details = {"collected_information": {"shipping_details": {"name": "Sam", "address": address}}}

    await world.tell("checkout.session.completed", placed.paid(**details, **changes))

    order = await world.order(placed)
    assert (order.state, order.address[:2]) == (state, ("Sam", "Teststraße 1"))


def _refund(intent: str, amount: int) -> dict:
    return {
        "id": "re_elsewhere",
        "object": "refund",
        "status": "succeeded",
        "amount": amount,
        "currency": "eur",
        "payment_intent": intent,
        "metadata": {},
    }
