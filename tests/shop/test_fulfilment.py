"""What Ada does with an order: pack, ship, cancel, approve; each once, and nothing that must not leave."""

import asyncio

import pytest

from shop import buyers, events, fulfilment, orders, parcels
from shop.clock import now
from shop.errors import Conflict, NotFound, Refused
from shop.fulfilment import Give
from tests.world import Placed, World


async def ship(world: World, placed: Placed, tracking: str = "P1", carrier: str = "Post") -> str:
    shipped = await world.db.write(fulfilment.ship, placed.number, world.ada, carrier, tracking, now())
    return shipped.state


async def tracked(world: World, placed: Placed) -> list[str]:
    return [one.tracking for one in await world.db.read(parcels.of_order, placed.id)]


async def cancel(world: World, placed: Placed, *, restock: bool = True) -> orders.Order:
    return await world.db.write(fulfilment.cancel, placed.number, world.ada, now(), restock=restock)


async def put_back(world: World, placed: Placed, **lines: int) -> None:
    what = Give(None, lines, restock=True)
    await world.db.write(fulfilment.refund, placed.number, world.ada, what, now())


async def test_packing_twice_packs_once(world):
    placed = await world.confirmed(world.sam, MUG=1)

    for _ in range(2):
        assert (await world.db.write(fulfilment.pack, placed.number, world.ada, now())).state == "packed"

    told = await world.db.read(events.of, f"order:{placed.id}")
    assert [event.actor for event in told if event.kind == "order.packed"] == ["Ada"]


async def test_an_order_is_shipped_from_the_shelf_or_from_the_packing_table(world):
    assert await ship(world, await world.confirmed(world.sam, MUG=1)) == "shipped"
    assert await ship(world, await world.packed(world.mia, MUG=1)) == "shipped"
    assert await world.stock("MUG") == (3, 0)


async def test_a_second_parcel_is_added_and_the_same_one_again_is_not(world):
    placed = await world.confirmed(world.sam, MUG=2)

    for tracking in ("P1", "P2", "P1"):
        assert await ship(world, placed, tracking) == "shipped"

    assert await tracked(world, placed) == ["P1", "P2"]
    page = await world.db.read(orders.show, placed.number)
    assert [step.text for step in page.steps if step.name == "Parcel"] == ["Post P1", "Post P2"]


async def test_a_parcel_without_a_number_is_a_parcel(world):
    placed = await world.confirmed(world.sam, MUG=1)

    await ship(world, placed, tracking="", carrier="Bicycle")

    page = await world.db.read(orders.show, placed.number)
    assert [step.text for step in page.steps if step.name == "Parcel"] == ["Bicycle"]


async def test_there_is_no_order_of_that_number(world):
    with pytest.raises(NotFound):
        await world.db.write(fulfilment.pack, "NOSUCH", world.ada, now())


@pytest.mark.parametrize(
    ("kind", "status", "sentence"),
    [
        ("charge.dispute.created", "needs_response", "deciding on a dispute"),
        ("charge.dispute.created", "under_review", "deciding on a dispute"),
        ("charge.dispute.created", "warning_needs_response", "The bank asks"),
        ("radar.early_fraud_warning.created", None, "warns of fraud"),
    ],
)
async def test_what_a_bank_asks_about_stays_in_the_house(world, kind, status, sentence):
    placed = await world.packed(world.sam, MUG=1)
    await world.tell(kind, placed.dispute(status) if status else placed.warning())

    with pytest.raises(Conflict, match=sentence):
        await ship(world, placed)

    assert (await world.order(placed)).state == "packed"
    assert await tracked(world, placed) == []


@pytest.mark.parametrize("end", ["won", "prevented", "warning_closed"])
async def test_it_may_leave_once_the_bank_is_done(world, end):
    placed = await world.packed(world.sam, MUG=1)
    await world.tell("charge.dispute.created", placed.dispute("needs_response"))

    await world.tell("charge.dispute.closed", placed.dispute(end))

    assert await ship(world, placed) == "shipped"


async def test_another_parcel_of_a_shipped_order_is_noted_also_during_a_dispute(world):
    placed = await world.shipped(world.sam, MUG=2)
    await world.tell("charge.dispute.created", placed.dispute("needs_response"))

    assert await ship(world, placed, "P2") == "shipped"


async def test_the_rest_of_a_partly_refunded_order_is_shipped(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await put_back(world, placed, MUG=1)
    await world.answer_refund(placed)

    assert await ship(world, placed) == "shipped"


async def test_nothing_is_shipped_once_all_of_the_money_is_asked_back(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await put_back(world, placed, MUG=2)

    with pytest.raises(Conflict, match="on its way back"):
        await ship(world, placed)

    assert await world.stock("MUG") == (5, 0)


async def test_it_is_shipped_after_all_when_the_refund_could_not_be_made(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await world.db.write(fulfilment.refund, placed.number, world.ada, Give(2500, {}, restock=False), now())
    await world.answer_refund(placed, "failed")

    assert await ship(world, placed) == "shipped"


async def test_a_free_order_is_shipped_and_cancelled_like_any_other(world):
    await world.add_things("SAMPLE", 2, price=0)
    first, second = [await free(world) for _ in range(2)]

    assert await ship(world, first) == "shipped"
    assert (await cancel(world, second)).closed_reason == "cancelled"
    assert await world.stock("SAMPLE") == (1, 0)


async def free(world: World) -> orders.Order:
    from shop import cart, checkout
    from shop.clock import new_id

    cart_id = new_id("cart")
    await world.db.write(cart.put, cart_id, "SAMPLE", 1, now())
    order = (
        await world.db.write(checkout.begin, world.settings, buyers.account(world.sam), cart_id, now())
    ).order
    assert (order.state, order.payment_state) == ("confirmed", "paid")
    return order


async def test_of_shipping_and_cancelling_at_once_exactly_one_happens(world):
    placed = await world.packed(world.sam, MUG=2)

    ends = await asyncio.gather(ship(world, placed), cancel(world, placed), return_exceptions=True)

    assert sum(isinstance(end, Conflict) for end in ends) == 1
    order = await world.order(placed)
    assert await world.stock("MUG") == ((3, 0) if order.state == "shipped" else (5, 0))


async def test_an_order_that_ada_asks_to_cancel_is_closed_by_stripes_answer(world):
    placed = await world.place(world.sam, MUG=2)
    for _ in range(2):
        assert (await cancel(world, placed)).state == "open"

    await world.tell("checkout.session.expired", placed.expired())

    order = await world.order(placed)
    assert (order.state, order.closed_reason) == ("closed", "cancelled")
    assert await world.stock("MUG") == (5, 0)


@pytest.mark.parametrize("paid", [True, False])
async def test_an_order_flagged_while_the_bank_decides_is_cancelled_either_way(world, paid):
    placed = await world.processing(world.sam, MUG=2)
    await cancel(world, placed)

    if paid:
        await world.tell("checkout.session.async_payment_succeeded", placed.paid())
    else:
        await world.tell("checkout.session.async_payment_failed", placed.unpaid())

    assert (await world.order(placed)).closed_reason == "cancelled"
    assert await world.refunds_of(placed) == ([(2500, "shop", "requested")] if paid else [])
    assert await world.stock("MUG") == (5, 0)


@pytest.mark.parametrize(("restock", "on_hand"), [(True, 5), (False, 4)])
async def test_cancelling_after_one_mug_was_put_back_moves_only_the_other(world, restock, on_hand):
    placed = await world.packed(world.sam, MUG=2)
    await put_back(world, placed, MUG=1)

    await cancel(world, placed, restock=restock)

    assert await world.stock("MUG") == (on_hand, 0)
    assert [amount for amount, _, _ in await world.refunds_of(placed)] == [1250, 1250]


async def test_what_was_kept_off_the_shelf_is_put_back_later_and_not_more(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await cancel(world, placed, restock=False)
    await world.answer_refund(placed, "failed")

    await put_back(world, placed, MUG=2)

    assert await world.stock("MUG") == (5, 0)
    with pytest.raises((Refused, Conflict)):
        await put_back(world, placed, MUG=1)


async def test_an_underpaid_order_is_approved_with_the_rest_as_its_discount(world):
    placed = await world.review(world.sam, MUG=2, more=-500)

    approved = await world.db.write(fulfilment.approve, placed.number, world.ada, now())

    assert (approved.state, approved.total, approved.discount) == ("confirmed", 2000, 500)
    assert await world.stock("MUG") == (3, 0)
    assert await ship(world, placed) == "shipped"


async def test_an_overpaid_order_is_approved_and_what_is_over_goes_back(world):
    placed = await world.review(world.sam, MUG=2, more=500)

    await world.db.write(fulfilment.approve, placed.number, world.ada, now())
    await world.answer_refund(placed)

    assert await world.refunds_of(placed) == [(500, "auto", "succeeded")]
    assert (await world.order(placed)).payment_state == "paid"
    assert await ship(world, placed) == "shipped"


async def test_what_was_over_and_has_been_given_back_does_not_go_back_again(world):
    placed = await world.review(world.sam, MUG=2, more=500)
    await world.db.write(fulfilment.refund, placed.number, world.ada, Give(500, {}, restock=False), now())

    await world.db.write(fulfilment.approve, placed.number, world.ada, now())

    assert await world.refunds_of(placed) == [(500, "shop", "requested")]


async def test_a_payment_whose_money_is_not_here_is_not_approved(world):
    placed = await world.review(world.sam, MUG=2, more=500)
    await world.db.write(fulfilment.refund, placed.number, world.ada, Give(3000, {}, restock=False), now())

    with pytest.raises(Conflict, match="can only be cancelled"):
        await world.db.write(fulfilment.approve, placed.number, world.ada, now())


async def test_an_order_that_its_shopper_does_not_want_any_more_is_not_approved(world):
    placed = await world.place(world.sam, MUG=2)
    await world.db.write(orders.cancel, placed.number, world.sam, now())
    await world.tell("checkout.session.completed", placed.paid(amount_total=2000))

    with pytest.raises(Conflict, match="cancel it, and"):
        await world.db.write(fulfilment.approve, placed.number, world.ada, now())
    assert (await cancel(world, placed)).closed_reason == "cancelled"
    assert await world.refunds_of(placed) == [(2000, "shop", "requested")]
