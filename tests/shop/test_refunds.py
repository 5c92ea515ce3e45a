"""Money on its way back: how much, for which goods, and what becomes of it at Stripe."""

import pytest

from shop import fulfilment, orders, refunds
from shop.clock import new_id, now
from shop.errors import Conflict, Refused
from shop.fulfilment import Give
from tests.world import Placed, World

COMPLETED = "checkout.session.completed"


async def give(world: World, placed: Placed, amount: int | None = None, **more: object) -> int:
    lines = more.pop("lines", {})
    what = Give(amount, lines, more.pop("restock", False), more.pop("click", None))
    return await world.db.write(fulfilment.refund, placed.number, world.ada, what, now())


async def sums(world: World, placed: Placed) -> tuple[str, int, int]:
    order = await world.order(placed)
    return order.payment_state, order.captured, order.refunded


async def newest(world: World, placed: Placed) -> str:
    return (await world.db.read(refunds.of_order, placed.id))[-1].id


async def test_a_part_is_refunded_by_its_amount_and_no_goods_move(world):
    placed = await world.confirmed(world.sam, MUG=2)

    assert await give(world, placed, 700, restock=True) == 700
    await world.answer_refund(placed)

    assert await sums(world, placed) == ("partly_refunded", 2500, 700)
    assert await world.stock("MUG") == (3, 0)


async def test_a_line_is_refunded_at_the_price_it_was_bought_at_and_goes_back_on_the_shelf(world):
    placed = await world.confirmed(world.sam, MUG=2)

    assert await give(world, placed, lines={"MUG": 1}, restock=True) == 1250

    assert await world.stock("MUG") == (4, 0)
    assert (await world.order(placed)).state == "confirmed"


async def test_a_line_is_refunded_and_its_goods_stay_with_the_shopper(world):
    placed = await world.shipped(world.sam, MUG=2, LAMP=1)

    assert await give(world, placed, lines={"MUG": 2, "LAMP": 0}) == 2500
    await world.answer_refund(placed)

    assert await sums(world, placed) == ("partly_refunded", 10500, 2500)
    assert await world.stock("MUG") == (3, 0)


async def test_goods_that_come_back_after_shipping_go_on_the_shelf_again(world):
    placed = await world.shipped(world.sam, MUG=2)

    await give(world, placed, lines={"MUG": 2}, restock=True)
    await world.answer_refund(placed)

    assert (await world.order(placed)).state == "shipped"
    assert (await sums(world, placed))[0] == "refunded"
    assert await world.stock("MUG") == (5, 0)


@pytest.mark.parametrize(("restock", "on_hand"), [(True, 5), (False, 3)])
async def test_the_last_of_the_money_closes_the_order_and_the_admin_says_what_becomes_of_the_goods(
    world, restock, on_hand
):
    placed = await world.confirmed(world.sam, MUG=2)

    await give(world, placed, 2500, restock=restock)
    assert (await world.order(placed)).state == "confirmed"
    await world.answer_refund(placed)

    order = await world.order(placed)
    assert (order.state, order.closed_reason, order.payment_state) == ("closed", "refunded", "refunded")
    assert await world.stock("MUG") == (on_hand, 0)


async def test_what_was_put_back_with_a_line_is_not_put_back_again_with_the_rest(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await give(world, placed, lines={"MUG": 1}, restock=True)
    await world.answer_refund(placed)

    await give(world, placed, 1250, restock=True)
    await world.answer_refund(placed)

    assert (await world.order(placed)).closed_reason == "refunded"
    assert await world.stock("MUG") == (5, 0)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ({"amount": 2501}, "At most €25.00 can be refunded."),
        ({"amount": 0}, "Say how much"),
        ({"amount": -1}, "Say how much"),
        ({"lines": {}}, "Say how much"),
        ({"lines": {"MUG": 3}}, "This order has 2 of MUG."),
        ({"lines": {"MUG": -1}}, "This order has 2 of MUG."),
        ({"lines": {"LAMP": 1}}, "This order has 0 of LAMP."),
    ],
)
async def test_what_can_not_be_refunded_is_refused_with_a_sentence(world, what, sentence):
    placed = await world.confirmed(world.sam, MUG=2)

    with pytest.raises(Refused, match=sentence):
        await give(world, placed, **what)

    assert await world.refunds_of(placed) == []


async def test_what_is_on_its_way_back_counts_as_gone(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await give(world, placed, 2000)

    with pytest.raises(Refused, match="At most €5.00"):
        await give(world, placed, 501)
    await give(world, placed, 500)
    with pytest.raises(Conflict, match="nothing left"):
        await give(world, placed, 1)


async def test_an_order_that_was_never_paid_has_nothing_to_refund(world):
    placed = await world.place(world.sam, MUG=1)

    with pytest.raises(Conflict, match="nothing left"):
        await give(world, placed, 1)


async def test_the_same_click_sent_twice_refunds_once_and_two_clicks_refund_twice(world):
    placed = await world.confirmed(world.sam, MUG=2)

    assert [await give(world, placed, 500, click="a"), await give(world, placed, 500, click="a")] == [500, 0]
    assert await give(world, placed, 500, click="b") == 500

    assert [amount for amount, _, _ in await world.refunds_of(placed)] == [500, 500]


async def test_a_click_is_known_again_also_when_an_older_payment_has_nothing_left(world):
    placed = await world.review(world.sam, MUG=2)
    await world.tell(COMPLETED, placed.another(placed.paid()))
    await give(world, placed, 3000)

    assert await give(world, placed, 500, click="a") == 500
    assert await give(world, placed, 500, click="a") == 0

    assert [amount for amount, _, _ in await world.refunds_of(placed)] == [3000, 500]


async def test_a_refund_is_spread_over_two_payments_and_neither_gives_more_than_it_has(world):
    placed = await world.review(world.sam, MUG=2)
    await world.tell(COMPLETED, placed.another(placed.paid()))
    assert (await world.order(placed)).captured == 5500

    assert await give(world, placed, 4000, click="a") == 4000

    assert [amount for amount, _, _ in await world.refunds_of(placed)] == [3000, 1000]
    with pytest.raises(Refused, match="At most €15.00"):
        await give(world, placed, 1501)


@pytest.mark.parametrize("status", ["needs_response", "under_review", "lost"])
async def test_what_the_bank_has_because_of_a_dispute_is_not_refunded_as_well(world, status):
    placed = await world.shipped(world.sam, MUG=2)
    await world.tell("charge.dispute.created", placed.dispute(status))

    with pytest.raises(Conflict, match="The bank has this money"):
        await give(world, placed, 100)


async def test_a_refund_made_at_stripe_in_another_currency_waits_for_a_person(world):
    placed = await world.confirmed(world.sam, MUG=2)

    assert await world.tell("refund.created", placed.refund(500, currency="usd")) == "parked"

    assert await world.refunds_of(placed) == []
    assert await world.waiting() == ["event"]


async def test_two_parts_refunded_at_stripe_close_an_order_like_the_whole(world):
    placed = await world.packed(world.sam, MUG=2)

    await world.tell("refund.created", placed.refund(1000, id="re_1"))
    assert (await sums(world, placed))[0] == "partly_refunded"
    await world.tell("refund.created", placed.refund(1500, id="re_2"))

    assert (await world.order(placed)).closed_reason == "refunded"
    assert await world.stock("MUG") == (5, 0)


async def test_a_refund_that_is_not_certain_yet_is_in_no_sum(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await give(world, placed, 2500, restock=True)

    await world.answer_refund(placed, "requires_action")

    assert await world.refunds_of(placed) == [(2500, "shop", "submitted")]
    assert await sums(world, placed) == ("paid", 2500, 0)


@pytest.mark.parametrize("refusal_first", [True, False])
async def test_a_refund_that_stripe_refuses_because_it_was_made_there_is_seen_to(world, refusal_first):
    placed = await world.cancelled(world.sam, MUG=2)
    asked = await newest(world, placed)
    if refusal_first:
        await world.db.write(refunds.refused, asked, "already refunded", now())
        assert await world.waiting() == ["refund"]

    await world.tell("refund.created", placed.refund(2500))
    if not refusal_first:
        await world.db.write(refunds.refused, asked, "already refunded", now())

    assert await world.waiting() == []
    assert (await sums(world, placed))[0] == "refunded"


async def test_a_refund_that_stripe_refuses_for_another_reason_waits_for_a_person(world):
    placed = await world.cancelled(world.sam, MUG=2)

    await world.db.write(refunds.refused, await newest(world, placed), "no balance", now())

    assert await world.waiting() == ["refund"]


async def failed(world: World) -> Placed:
    """Return a cancelled order whose refund arrived, and came back days later."""
    placed = await world.cancelled(world.sam, MUG=2)
    await world.answer_refund(placed)
    await world.answer_refund(placed, "failed")
    assert await world.waiting() == ["refund"]
    return placed


async def test_a_refund_that_fails_days_later_is_out_of_the_sums_and_the_order_stays_closed(world):
    placed = await failed(world)

    assert await sums(world, placed) == ("paid", 2500, 0)
    assert (await world.order(placed)).closed_reason == "cancelled"


async def test_a_failed_refund_is_asked_for_again_under_a_new_key_and_once(world):
    placed = await failed(world)
    old = await newest(world, placed)

    await world.db.write(fulfilment.refund_again, old, world.ada, now())
    with pytest.raises(Conflict, match="has seen to"):
        await world.db.write(fulfilment.refund_again, old, world.ada, now())

    assert await newest(world, placed) != old
    assert await world.waiting() == []
    await world.answer_refund(placed)
    assert await sums(world, placed) == ("refunded", 2500, 2500)


async def test_a_failed_refund_is_not_asked_for_again_while_the_bank_has_the_money(world):
    placed = await failed(world)
    await world.tell("charge.dispute.created", placed.dispute("needs_response"))

    with pytest.raises(Conflict, match="The bank has this money"):
        await world.db.write(fulfilment.refund_again, await newest(world, placed), world.ada, now())


async def test_money_that_was_given_in_another_way_is_never_asked_for_again(world):
    placed = await failed(world)
    await world.db.write(
        fulfilment.settle_refund, await newest(world, placed), world.ada, "by transfer", now()
    )
    assert await world.waiting() == []

    for status in ("needs_response", "won"):
        await world.tell("charge.dispute.updated", placed.dispute(status))
    with pytest.raises(Conflict, match="nothing left"):
        await give(world, placed, 1)

    assert await world.refunds_of(placed) == [(2500, "shop", "failed")]


async def test_there_is_nothing_to_see_to_in_a_refund_that_arrived(world):
    placed = await world.cancelled(world.sam, MUG=1)
    await world.answer_refund(placed)

    for act in (fulfilment.refund_again, lambda *args: fulfilment.settle_refund(*args[:3], "so", args[3])):
        with pytest.raises(Conflict, match="has seen to"):
            await world.db.write(act, await newest(world, placed), world.ada, now())
    with pytest.raises(Conflict, match="has seen to"):
        await world.db.write(fulfilment.refund_again, new_id("ref"), world.ada, now())


async def test_money_of_another_currency_is_in_no_sum_and_goes_back_as_it_came(world):
    placed = await world.place(world.sam, MUG=2)
    await world.tell(COMPLETED, placed.paid(currency="usd", amount_total=2900))
    assert await sums(world, placed) == ("unpaid", 0, 0)

    await world.db.write(fulfilment.cancel, placed.number, world.ada, now(), restock=True)
    asked = (await world.db.read(refunds.of_order, placed.id))[0]
    assert (asked.amount, asked.currency) == (2900, "usd")
    await world.answer_refund(placed)

    assert await world.refunds_of(placed) == [(2900, "shop", "succeeded")]
    assert await sums(world, placed) == ("unpaid", 0, 0)
    assert await world.stock("MUG") == (5, 0)


async def test_a_refund_of_the_foreign_money_at_stripe_closes_the_review(world):
    placed = await world.place(world.sam, MUG=2)
    await world.tell(COMPLETED, placed.paid(currency="usd"))

    await world.tell("refund.created", placed.refund(2500, currency="usd"))

    order = await world.order(placed)
    assert (order.state, order.closed_reason, order.refunded) == ("closed", "refunded", 0)


async def test_a_shopper_sees_each_refund_in_its_own_currency(world):
    placed = await world.place(world.sam, MUG=2)
    await world.tell(COMPLETED, placed.paid(currency="usd"))
    await world.db.write(fulfilment.cancel, placed.number, world.ada, now(), restock=True)

    page = await world.db.read(orders.show, placed.number)

    assert [step.text for step in page.steps if step.name == "Refund started"] == ["$25.00"]


async def test_goods_go_back_when_stripe_refunds_what_an_admin_has_left(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await give(world, placed, 100)
    await world.answer_refund(placed)

    await world.tell("refund.created", placed.refund(2400))

    order = await world.order(placed)
    assert (order.state, order.closed_reason, order.payment_state) == ("closed", "refunded", "refunded")
    assert await world.stock("MUG") == (5, 0)
