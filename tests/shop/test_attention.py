"""What waits for Ada: each kind appears with its cause and goes with its act."""

import io
import json

import pytest

from shop import attention, export, fulfilment, ledgers, orders, outbox, refunds
from shop.clock import later, now
from shop.errors import Conflict
from shop.fulfilment import Give
from tests.world import Placed, World


async def entry(world: World) -> attention.Entry:
    """Return the one thing that waits."""
    (found,) = await world.db.read(attention.entries)
    return found


async def parked(world: World, amount: int = 1250) -> str:
    """Have a paid session of an order that is not in the books parked, and return the event's id."""
    placed = await world.place(world.sam, MUG=1)
    lost = {**placed.session.metadata, "attempt": "pay_lost"}
    told = placed.paid(id="cs_test_lost", metadata=lost, payment_intent="pi_lost", amount_total=amount)
    assert await world.tell("checkout.session.completed", told) == "parked"
    return (await entry(world)).subject


async def test_in_a_healthy_shop_nothing_waits(world):
    await world.place(world.sam, MUG=1)
    await world.processing(world.mia, MUG=1)
    await world.packed(world.sam, MUG=1)
    placed = await world.cancelled(world.mia, **{"VASE-S": 1})
    await world.answer_refund(placed)
    await world.shipped(world.sam, **{"VASE-S": 1})

    assert await world.db.read(attention.entries) == ()
    assert await world.db.read(attention.up_to_a_hundred) == 0


@pytest.mark.parametrize("accept", [True, False])
async def test_money_that_does_not_fit_waits_until_ada_has_decided(world, accept):
    placed = await world.review(world.sam, MUG=1)
    waits = await entry(world)
    assert (waits.kind, waits.subject, waits.order) == ("review", placed.number, placed.number)
    assert "money that arrived does not fit" in waits.text

    if accept:
        await world.db.write(fulfilment.approve, placed.number, world.ada, now())
    else:
        await world.db.write(fulfilment.cancel, placed.number, world.ada, now(), restock=True)

    assert await world.waiting() == []


async def test_money_of_a_closed_order_that_nobody_owns_waits_until_it_is_refunded(world):
    placed = await world.cancelled(world.sam, MUG=2)
    asked = (await world.db.read(refunds.of_order, placed.id))[0]
    await world.tell("refund.created", placed.refund(500))
    await world.db.write(refunds.refused, asked.id, "more than is left", now())
    waits = await entry(world)
    assert (waits.kind, waits.order, waits.act) == ("money", placed.number, "Look at the order")

    what = Give(2000, {}, restock=False)
    await world.db.write(fulfilment.refund, placed.number, world.ada, what, now())

    assert await world.waiting() == []


@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize("status", ["failed", "canceled"])
async def test_a_refund_that_did_not_arrive_waits_until_it_is_seen_to(world, status, again):
    placed = await world.cancelled(world.sam, MUG=1)
    await world.answer_refund(placed, status)
    waits = await entry(world)
    assert (waits.kind, waits.order, waits.act) == ("refund", placed.number, "Refund again")

    if again:
        await world.db.write(fulfilment.refund_again, waits.subject, world.ada, now())
    else:
        await world.db.write(fulfilment.settle_refund, waits.subject, world.ada, "in cash", now())

    assert await world.waiting() == []


@pytest.mark.parametrize("status", ["needs_response", "warning_needs_response"])
async def test_a_bank_that_wants_an_answer_waits_with_its_deadline_until_it_is_given(world, status):
    placed = await world.shipped(world.sam, MUG=1)
    await world.tell("charge.dispute.created", placed.dispute(status))
    waits = await entry(world)
    assert (waits.kind, waits.order, waits.due_by) == ("dispute", placed.number, "2027-01-15T08:00:00.000Z")

    answered = status.replace("needs_response", "under_review")
    await world.tell("charge.dispute.updated", placed.dispute(answered))

    assert await world.waiting() == []


@pytest.mark.parametrize("act", ["clear", "cancel"])
async def test_a_warning_of_fraud_waits_until_it_is_cleared_or_the_order_is_gone(world, act):
    placed = await world.confirmed(world.sam, MUG=1)
    await world.tell("radar.early_fraud_warning.created", placed.warning())
    waits = await entry(world)
    assert (waits.kind, waits.order) == ("fraud", placed.number)

    if act == "clear":
        await world.db.write(fulfilment.clear, placed.number, world.ada, "known", now())
    else:
        await world.db.write(fulfilment.cancel, placed.number, world.ada, now(), restock=True)

    assert await world.waiting() == []


async def test_an_event_that_no_rule_can_place_waits_until_it_is_set_aside(world):
    event_id = await parked(world)
    waits = await entry(world)
    assert (waits.kind, waits.order, waits.act) == ("event", "", "Book it now")

    await world.db.write(attention.set_event_aside, event_id, world.ada, "a test of ours", now())

    assert await world.waiting() == []
    for act in (attention.set_event_aside, lambda tx, *args: attention.give_back(tx, *args[:2], args[3])):
        with pytest.raises(Conflict):
            await world.db.write(act, event_id, world.ada, "again", now())


async def test_an_event_that_fits_by_now_is_booked_by_ada(world):
    placed = await world.cancelled(world.sam, MUG=2)
    await world.answer_refund(placed)
    assert await world.tell("refund.created", placed.refund(2500)) == "parked"
    waits = await entry(world)
    asked = await book(world, waits.subject)
    assert (asked, await world.waiting()) == ("parked", ["event"])

    await world.answer_refund(placed, "failed")
    assert await world.waiting() == ["refund"]
    with pytest.raises(Conflict, match="does not wait"):
        await book(world, waits.subject)


async def book(world: World, event_id: str) -> str:
    return await world.db.write(attention.book_event, event_id, world.ada, now(), livemode=False)


async def test_money_that_no_order_can_own_is_asked_back_once(world):
    event_id = await parked(world)

    for _ in range(2):
        await world.db.write(attention.give_back, event_id, world.ada, now())

    asked = await world.db.read(outbox.waiting, now())
    assert [task.subject for task in asked if task.kind == "return"] == [event_id]


async def test_an_event_without_money_has_nothing_to_give_back(world):
    placed = await world.place(world.sam, MUG=1)
    await world.tell("checkout.session.completed", placed.unpaid(), livemode=True)

    with pytest.raises(Conflict, match="no money"):
        await world.db.write(attention.give_back, (await entry(world)).subject, world.ada, now())


async def test_work_that_was_given_up_waits_until_it_is_tried_again(world):
    placed = await world.cancelled(world.sam, MUG=1)
    for _ in range(outbox.MOST_ATTEMPTS):
        assert await world.waiting() == []
        await fail_once(world, placed)
    waits = await entry(world)
    assert (waits.kind, waits.text) == ("outbox", "refund was given up: Stripe is away")

    await world.db.write(attention.try_task_again, waits.subject, world.ada, now())

    assert await world.waiting() == []
    with pytest.raises(Conflict, match="does not wait"):
        await world.db.write(attention.try_task_again, waits.subject, world.ada, now())


async def fail_once(world: World, placed: Placed) -> None:
    """Have the refund of an order tried, as a day later, and fail."""
    refund_id = (await world.db.read(refunds.of_order, placed.id))[0].id
    tasks = await world.db.read(outbox.waiting, later(now(), minutes=60 * 24))
    task = next(one for one in tasks if one.subject == refund_id)
    assert await world.db.write(outbox.claim, task, now())
    await world.db.write(outbox.try_again, task, "Stripe is away", now())


async def test_what_the_ledgers_say_differently_waits_until_they_agree(world):
    placed = await world.confirmed(world.sam, MUG=1)
    lasting = ledgers.Difference("payment:pi_1", placed.id, "Stripe does not know it.")
    fresh = ledgers.Difference("payment:pi_2", None, "On its way.", fresh=True)

    for _ in range(2):
        await world.db.write(ledgers.keep, [lasting, fresh], now())
    waits = await entry(world)
    assert (waits.kind, waits.subject, waits.order) == ("ledger", "payment:pi_1", placed.number)

    await world.db.write(ledgers.keep, [fresh], now())
    assert await world.waiting() == []


async def test_the_oldest_comes_first_and_every_kind_has_a_button(world):
    placed = await world.review(world.sam, MUG=1)
    failed = await world.cancelled(world.mia, MUG=1)
    await world.answer_refund(failed, "failed")
    await world.tell("charge.dispute.created", placed.dispute("needs_response"))

    found = await world.db.read(attention.entries)

    assert [one.since for one in found] == sorted(one.since for one in found)
    assert {one.kind for one in found} == {"review", "refund", "dispute"}
    assert all(one.act and one.text for one in found)


async def test_the_export_carries_the_fields_that_programs_rely_on(world):
    placed = await world.review(world.sam, MUG=1)
    order = (await world.db.read(orders.show, placed.number)).order

    out = io.StringIO()
    await export.write(world.db, "attention", "eur", "json", out)

    assert json.loads(out.getvalue()) == {
        "kind": "review",
        "subject": placed.number,
        "order": placed.number,
        "since": order.placed_at,
        "text": "The money that arrived does not fit this order.",
        "due_by": None,
    }
