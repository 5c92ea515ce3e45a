"""The table of states decides, and nothing else moves an order."""

import asyncio

import pytest

from shop import headlines, orders
from shop.clock import now
from shop.errors import Conflict, NotFound
from shop.order_states import CLOSED_REASONS, STATES
from tests.shop.situations import COLUMNS


async def test_a_step_from_a_state_that_has_passed_is_refused(world):
    placed = await world.place(world.sam, MUG=1)
    stale = (await world.db.read(orders.show, placed.number)).order
    await world.tell("checkout.session.completed", placed.paid())

    with pytest.raises(Conflict, match="changed meanwhile"):
        await world.db.write(orders.move, stale, "closed", by="shop", at=now(), why="late", reason="expired")
    assert await world.stock("MUG") == (4, 0)


async def test_cancelling_twice_at_once_returns_the_stock_and_the_money_once(world):
    placed = await world.place(world.sam, MUG=2)
    await world.tell("checkout.session.completed", placed.paid())

    await asyncio.gather(*[world.db.write(orders.cancel, placed.number, world.sam, now()) for _ in range(20)])

    page = await world.db.read(orders.show, placed.number)
    assert [refund.amount for refund in page.refunds] == [2500]
    assert await world.stock("MUG") == (5, 0)


async def test_an_order_that_has_been_shipped_can_not_be_cancelled(world):
    placed = await world.place(world.sam, MUG=1)
    await world.tell("checkout.session.completed", placed.paid())
    order = (await world.db.read(orders.show, placed.number)).order
    await world.db.write(orders.move, order, "shipped", by=world.ada.actor, at=now(), why="sent")

    with pytest.raises(Conflict, match="can't be cancelled any more"):
        await world.db.write(orders.cancel, placed.number, world.sam, now())


async def test_somebody_elses_order_is_not_there(world):
    placed = await world.place(world.sam, MUG=1)

    with pytest.raises(NotFound):
        await world.db.write(orders.cancel, placed.number, world.mallory, now())


@pytest.mark.parametrize(
    ("stands", "sentence", "may_cancel"),
    [
        ("open", "Waiting for your payment. The items are held for you meanwhile.", True),
        ("processing", "Your bank is confirming the payment. The items are held for you.", True),
        ("confirmed", "Paid. We are getting your order ready.", True),
        ("packed", "Packed and waiting for the carrier.", False),
        ("shipped", "On its way to you.", False),
        ("review", "We are looking at your payment and will write to you.", False),
        ("review unpaid", "We are looking at your payment and will write to you.", False),
        ("expired", "The time to pay ran out. Nothing was charged.", False),
        ("payment failed", "The payment did not go through. Nothing was charged.", False),
        ("called off", "Cancelled.", False),
        ("cancelled", "Cancelled.", False),
        ("refunded", "Refunded.", False),
        ("charged back", "Closed: the payment was taken back through the bank.", False),
        (
            "oversold",
            "Closed: the items were gone when the payment arrived. Your money goes back to you.",
            False,
        ),
    ],
)
async def test_an_orders_page_says_in_one_sentence_where_it_stands(world, stands, sentence, may_cancel):
    placed = await COLUMNS[stands](world)

    page = await world.db.read(orders.show_for, world.sam.id, placed.number)

    assert (page.headline, page.may_cancel) == (sentence, may_cancel)


def test_every_state_and_every_reason_to_close_has_been_told():
    assert set(headlines._HEADLINES) == set(STATES) - {"closed"}
    assert set(headlines._CLOSED) == set(CLOSED_REASONS)


@pytest.mark.parametrize("stands", ["open", "processing"])
async def test_an_order_that_is_being_cancelled_says_so_and_can_not_be_cancelled_again(world, stands):
    placed = await COLUMNS[stands](world)

    for _ in range(2):
        page = await world.db.write(orders.cancel, placed.number, world.sam, now())

    assert (page.headline[:30], page.may_cancel) == ("We are cancelling your order: ", False)
    assert [step.name for step in page.steps].count("Cancellation asked for") == 1


async def test_an_order_in_review_says_so_also_when_its_shopper_has_asked_to_cancel_it(world):
    placed = await world.place(world.sam, MUG=2)
    await world.db.write(orders.cancel, placed.number, world.sam, now())

    await world.tell("checkout.session.completed", placed.paid(amount_total=1))

    assert (await world.db.read(orders.show, placed.number)).headline.startswith("We are looking at")


@pytest.mark.parametrize("stands", ["expired", "payment failed"])
@pytest.mark.parametrize("wrong", [{"amount_total": 1}, {"currency": "usd"}])
async def test_nobody_whose_late_money_goes_back_reads_that_nothing_was_charged(world, stands, wrong):
    placed = await COLUMNS[stands](world)

    await world.tell("checkout.session.completed", placed.paid(**wrong))

    headline = (await world.db.read(orders.show, placed.number)).headline
    assert headline.endswith("Your money goes back to you.")


async def test_a_shopper_who_cancels_too_late_reads_why(world):
    for stands, sentence in (("packed", "already being prepared"), ("review", "looking at your payment")):
        await world.add_things(stands.upper(), 2)
        placed = await getattr(world, stands)(world.sam, **{stands.upper(): 1})
        with pytest.raises(Conflict, match=sentence):
            await world.db.write(orders.cancel, placed.number, world.sam, now())


async def test_a_timeline_tells_all_that_happened_in_the_shoppers_words(world):
    placed = await world.shipped(world.sam, MUG=2)
    await world.tell("refund.created", placed.refund(500))
    await world.tell("charge.dispute.created", placed.dispute("needs_response"))

    page = await world.db.read(orders.show, placed.number)

    told = [(step.name, step.text) for step in page.steps]
    assert told == [
        ("Placed", ""),
        ("Paid", ""),
        ("Shipped", ""),
        ("Parcel", "Post P1"),
        ("Refunded", "€5.00"),
    ]
