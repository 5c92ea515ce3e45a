"""News that comes late, early, twice or beside other news: each of these was wrong once."""

import pytest

from shop import disputes, fulfilment, orders, payments
from shop.clock import epoch, now
from shop.errors import Conflict
from shop.stripe_gateway import dispute_of


async def test_an_older_report_of_a_dispute_never_undoes_what_was_read_since(world):
    placed = await world.confirmed(world.sam, MUG=1)
    opened = world.event("charge.dispute.created", placed.dispute("needs_response"))
    await world.receive(opened | {"created": epoch() - 100})
    await world.db.write(payments.dispute_read, dispute_of(placed.dispute("won")), now())

    late = world.event("charge.dispute.updated", placed.dispute("under_review"))
    await world.receive(late | {"created": epoch() - 50})

    (dispute,) = await world.db.read(disputes.of_order, placed.id)
    assert dispute.status == "won"


async def test_news_that_waited_makes_room_for_older_news_that_waits(world):
    placed = await world.place(world.sam, MUG=1)
    first, second = placed.refund(1250, id="re_1"), placed.refund(1250, id="re_2")
    for kind, body in (
        ("refund.created", first),
        ("refund.created", second),
        ("refund.failed", first | {"status": "failed"}),
    ):
        await world.tell(kind, body)

    await world.tell("checkout.session.completed", placed.paid())

    assert [state for _, _, state in await world.refunds_of(placed)] == ["failed", "succeeded"]
    assert await world.db.read(payments.parked) == []


async def test_the_success_of_a_refund_that_has_failed_since_waits_for_nobody(world):
    placed = await world.confirmed(world.sam, MUG=1)
    await world.tell("refund.failed", placed.refund(1250, id="re_1", status="failed"))
    await world.tell("refund.created", placed.refund(1250, id="re_2"))

    assert await world.tell("refund.created", placed.refund(1250, id="re_1")) == "processed"


async def test_pending_refunds_beyond_their_payment_wait_until_one_is_known_to_have_failed(world):
    placed = await world.confirmed(world.sam, MUG=1)
    for refund_id in ("re_1", "re_2"):
        await world.tell("refund.created", placed.refund(1250, id=refund_id, status="pending"))
    assert await world.refunds_of(placed) == [(1250, "external", "submitted")]
    await world.assert_books_balance()

    await world.tell("refund.failed", placed.refund(1250, id="re_1", status="failed"))

    assert [state for _, _, state in await world.refunds_of(placed)] == ["failed", "submitted"]


async def test_an_inquiry_never_sends_again_what_an_admin_has_to_see_to(world):
    placed = await world.cancelled(world.sam, MUG=1)
    await world.answer_refund(placed, "failed")

    await world.tell("charge.dispute.created", placed.dispute("warning_needs_response"))

    assert await world.refunds_of(placed) == [(1250, "shop", "failed")]
    assert sorted(await world.waiting()) == ["dispute", "refund"]


async def test_a_second_payment_goes_back_although_a_bank_has_the_first(world):
    placed = await world.confirmed(world.sam, MUG=1)
    await world.tell("charge.dispute.closed", placed.dispute("lost"))

    await world.tell("checkout.session.completed", placed.another(placed.paid()))

    assert await world.refunds_of(placed) == [(1250, "auto", "requested")]


async def test_approving_sends_back_only_what_is_left_beyond_the_price(world):
    placed = await world.review(world.sam, MUG=1, more=500)
    await world.tell("refund.created", placed.refund(400))

    await world.db.write(fulfilment.approve, placed.number, world.ada, now())

    assert [amount for amount, _, _ in await world.refunds_of(placed)] == [400, 100]


async def test_an_order_whose_money_is_all_on_its_way_back_is_not_approved(world):
    placed = await world.review(world.sam, MUG=1)
    give = fulfilment.Give(1750, {}, restock=False)
    await world.db.write(fulfilment.refund, placed.number, world.ada, give, now())

    with pytest.raises(Conflict, match="on its way back"):
        await world.db.write(fulfilment.approve, placed.number, world.ada, now())


async def test_approving_sends_money_of_another_currency_back(world):
    placed = await world.place(world.sam, MUG=1)
    await world.tell("checkout.session.completed", placed.paid(currency="usd"))
    await world.tell("checkout.session.completed", placed.another(placed.paid()))

    await world.db.write(fulfilment.approve, placed.number, world.ada, now())

    order = (await world.db.read(orders.show, placed.number)).order
    assert (order.state, order.captured, order.payment_state) == ("confirmed", 1250, "paid")
    assert await world.refunds_of(placed) == [(1250, "auto", "requested")]


async def test_an_order_that_the_shopper_wants_cancelled_is_not_approved(world):
    placed = await world.place(world.sam, MUG=1)
    await world.db.write(orders.cancel, placed.number, world.sam, now())
    await world.tell("checkout.session.completed", placed.paid(amount_total=9999))

    with pytest.raises(Conflict, match="cancel it"):
        await world.db.write(fulfilment.approve, placed.number, world.ada, now())
