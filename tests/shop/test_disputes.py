"""Banks that want money back or ask about it, and card networks that warn."""

import itertools

import pytest

from shop import disputes, fulfilment, orders, payments
from shop.clock import now
from shop.errors import Conflict
from shop.stripe_gateway import dispute_of
from tests.world import Placed, World

UPDATED = "charge.dispute.updated"


async def standing(world: World, placed: Placed) -> tuple[str, str, str]:
    order = await world.order(placed)
    return order.dispute_state, order.ship_block, order.payment_state


async def tell_at(world: World, second: int, body: dict) -> str:
    event = world.event(UPDATED, body)
    return (await world.receive(event | {"created": second})).result


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("warning_needs_response", "inquiry"),
        ("warning_under_review", "inquiry"),
        ("warning_closed", "none"),
        ("needs_response", "open"),
        ("under_review", "open"),
        ("won", "won"),
        ("prevented", "none"),
        ("lost", "lost"),
    ],
)
async def test_every_status_that_stripe_has_says_where_the_dispute_stands(world, status, state):
    placed = await world.shipped(world.sam, MUG=2)

    assert await world.tell("charge.dispute.created", placed.dispute(status)) == "processed"

    block = state if state in ("open", "inquiry") else ""
    assert await standing(world, placed) == (state, block, "charged_back" if state == "lost" else "paid")


async def test_a_status_that_stripe_has_not_had_so_far_waits_for_a_person(world):
    placed = await world.confirmed(world.sam, MUG=2)

    assert await world.tell("charge.dispute.created", placed.dispute("escalated")) == "parked"

    assert await standing(world, placed) == ("none", "", "paid")
    assert await world.waiting() == ["event"]


async def test_an_older_report_never_undoes_a_newer_one(world):
    placed = await world.shipped(world.sam, MUG=2)

    await tell_at(world, 200, placed.dispute("won"))
    await tell_at(world, 100, placed.dispute("needs_response"))

    assert (await standing(world, placed))[0] == "won"


async def test_reports_of_the_same_second_end_alike_in_any_order(world):
    ends = set()
    for turn, order in enumerate(itertools.permutations(["needs_response", "under_review", "lost"])):
        await world.add_things(f"CUP{turn}", 3)
        placed = await world.confirmed(world.sam, **{f"CUP{turn}": 2})
        for status in order:
            await tell_at(world, 100, placed.dispute(status, id=f"du_{turn}"))
        ends.add(((await world.order(placed)).state, await standing(world, placed)))
    assert ends == {("closed", ("lost", "", "charged_back"))}


async def test_what_is_read_at_stripe_just_now_wins_over_every_report(world):
    placed = await world.shipped(world.sam, MUG=2)
    await tell_at(world, 2_000_000_000, placed.dispute("needs_response"))

    read = dispute_of(placed.dispute("warning_closed"))
    assert (await world.db.write(payments.dispute_read, read, now())).result == "processed"

    assert await standing(world, placed) == ("none", "", "paid")


async def test_the_worst_of_two_disputes_counts(world):
    placed = await world.shipped(world.sam, MUG=2)

    await world.tell("charge.dispute.created", placed.dispute("won"))
    await world.tell("charge.dispute.created", placed.dispute("warning_needs_response", id="du_2"))
    assert (await standing(world, placed))[0] == "inquiry"
    await world.tell("charge.dispute.closed", placed.dispute("warning_closed", id="du_2"))

    assert (await standing(world, placed))[0] == "won"
    found = await world.db.read(disputes.of_order, placed.id)
    assert [one.text for one in found] == ["won (fraudulent)", "warning closed (fraudulent)"]


async def test_an_order_cancelled_during_a_dispute_is_refunded_once_the_money_is_ours_again(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await world.tell("charge.dispute.created", placed.dispute("needs_response"))
    await world.db.write(orders.cancel, placed.number, world.sam, now())
    assert await world.refunds_of(placed) == []

    for _ in range(2):
        await world.tell("charge.dispute.closed", placed.dispute("won"))

    assert await world.refunds_of(placed) == [(2500, "auto", "requested")]
    assert await world.stock("MUG") == (5, 0)


async def test_an_order_cancelled_during_a_dispute_that_is_lost_is_not_refunded(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await world.tell("charge.dispute.created", placed.dispute("needs_response"))
    await world.db.write(orders.cancel, placed.number, world.sam, now())

    await world.tell("charge.dispute.closed", placed.dispute("lost"))

    order = await world.order(placed)
    assert (order.closed_reason, order.payment_state) == ("cancelled", "charged_back")
    assert await world.refunds_of(placed) == []
    assert await world.waiting() == []


async def test_a_second_payment_of_a_charged_back_order_goes_back_although_the_first_is_gone(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await world.tell("charge.dispute.closed", placed.dispute("lost"))

    await world.tell("checkout.session.completed", placed.another(placed.paid()))

    assert await world.refunds_of(placed) == [(2500, "auto", "requested")]


async def test_a_lost_dispute_puts_back_only_what_is_still_out(world):
    placed = await world.confirmed(world.sam, MUG=2)
    what = fulfilment.Give(None, {"MUG": 1}, restock=True)
    await world.db.write(fulfilment.refund, placed.number, world.ada, what, now())
    await world.answer_refund(placed)

    await world.tell("charge.dispute.closed", placed.dispute("lost", amount=1250))

    assert (await world.order(placed)).closed_reason == "charged_back"
    assert await world.stock("MUG") == (5, 0)


async def test_a_dispute_that_comes_before_its_payment_is_booked_right_after_it(world):
    placed = await world.place(world.sam, MUG=2)
    assert await world.tell("charge.dispute.created", placed.dispute("needs_response")) == "ignored"

    await world.tell("checkout.session.completed", placed.paid())

    assert await standing(world, placed) == ("open", "open", "paid")
    assert await world.waiting() == ["dispute"]


async def test_a_dispute_of_a_payment_that_is_not_ours_is_ignored(world):
    placed = await world.confirmed(world.sam, MUG=2)

    foreign = placed.dispute("needs_response", payment_intent="pi_of_another_shop")
    assert await world.tell("charge.dispute.created", foreign) == "ignored"

    assert (await standing(world, placed))[0] == "none"


async def test_a_dispute_without_a_deadline_has_none(world):
    placed = await world.shipped(world.sam, MUG=2)

    await world.tell("charge.dispute.created", placed.dispute("needs_response", evidence_details=None))

    assert [one.due_by for one in await world.db.read(disputes.of_order, placed.id)] == [None]


async def test_a_warning_told_twice_is_one_and_one_look_clears_it(world):
    placed = await world.confirmed(world.sam, MUG=2)
    for _ in range(2):
        await world.tell("radar.early_fraud_warning.created", placed.warning())
    assert await world.waiting() == ["fraud"]

    await world.db.write(fulfilment.clear, placed.number, world.ada, "Sam has rung", now())

    assert (await standing(world, placed), await world.waiting()) == (("none", "", "paid"), [])
    with pytest.raises(Conflict, match="no warning to clear"):
        await world.db.write(fulfilment.clear, placed.number, world.ada, "again", now())


async def test_a_dispute_outranks_a_warning_and_leaves_it_behind(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await world.tell("radar.early_fraud_warning.created", placed.warning())
    await world.tell("charge.dispute.created", placed.dispute("needs_response"))
    assert (await standing(world, placed))[1] == "open"

    await world.tell("charge.dispute.closed", placed.dispute("won"))

    assert (await standing(world, placed))[1] == "fraud_warning"


async def test_only_disputes_that_are_not_decided_are_asked_about(world):
    for number, status in enumerate(["needs_response", "warning_under_review", "won", "lost"]):
        await world.add_things(f"CUP{number}", 1)
        placed = await world.shipped(world.sam, **{f"CUP{number}": 1})
        await world.tell("charge.dispute.created", placed.dispute(status, id=f"du_{number}"))

    assert await world.db.read(disputes.unsettled) == ["du_0", "du_1"]
