"""Several orders at once: all of them or none, and the same click twice changes nothing."""

import pytest

from shop import dispatch, fulfilment, notes, parcels, picking, purchases
from shop.clock import now
from shop.dispatch import NotAll
from shop.errors import NotFound, Refused
from shop.fulfilment import Give
from shop.order_finds import Choice


async def three(world):
    return [await world.confirmed(world.sam, **{"VASE-S": 1}) for _ in range(3)]


async def ship(world, tracking, carrier="Post"):
    return await world.db.write(dispatch.ship_all, tracking, world.ada, carrier, now())


async def states(world, placed) -> list[str]:
    return [(await world.order(one)).state for one in placed]


async def test_three_orders_are_shipped_and_the_same_click_twice_is_one(world):
    placed = await three(world)
    tracking = {one.number: f"T{place}" for place, one in enumerate(placed)}

    assert await ship(world, tracking) == 3
    assert await ship(world, tracking) == 0

    assert await states(world, placed) == ["shipped"] * 3
    left = [await world.db.read(parcels.of_order, one.id) for one in placed]
    assert [[parcel.tracking for parcel in some] for some in left] == [["T0"], ["T1"], ["T2"]]
    assert await world.db.read(parcels.last_carrier) == "Post"


async def test_one_that_refuses_keeps_all_of_them_here_and_says_why(world):
    placed = [*await three(world), await world.confirmed(world.mia, MUG=1)]
    await world.tell("charge.dispute.created", placed[-1].dispute("needs_response"))
    waiting = await world.place(world.mia, MUG=1)

    with pytest.raises(NotAll, match="2 orders refuse") as refused:
        await ship(world, {one.number: "" for one in [*placed, waiting]})

    assert set(refused.value.reasons) == {placed[-1].number, waiting.number}
    assert "The bank is deciding" in refused.value.reasons[placed[-1].number]
    assert await states(world, placed) == ["confirmed"] * 4


async def test_an_order_that_went_with_another_parcel_refuses(world):
    placed = await world.shipped(world.sam, MUG=1)

    with pytest.raises(NotAll, match="1 order refuses") as refused:
        await ship(world, {placed.number: "another"})

    assert "on its way already" in refused.value.reasons[placed.number]


async def test_packing_is_all_or_nothing_too(world):
    placed = await three(world)
    numbers = [one.number for one in placed]

    assert await world.db.write(dispatch.pack_all, numbers[:2], world.ada, now()) == 2
    assert await world.db.write(dispatch.pack_all, numbers, world.ada, now()) == 1
    await ship(world, {numbers[0]: ""})
    with pytest.raises(NotAll):
        await world.db.write(dispatch.pack_all, numbers, world.ada, now())
    with pytest.raises(NotFound, match="There is no order XX"):
        await world.db.write(dispatch.pack_all, [*numbers[1:], "XX"], world.ada, now())


def test_each_number_is_taken_once_and_not_too_many():
    assert dispatch.numbers_of([" A", "B", "A", ""]) == ("A", "B")
    for wrong in ([], [""], [f"N{one}" for one in range(101)]):
        with pytest.raises(Refused):
            dispatch.numbers_of(wrong)


async def test_a_pick_list_adds_up_what_may_go_and_leaves_the_rest_out(world):
    await world.add_things("AXE", 9)
    first = await world.confirmed(world.sam, MUG=2, AXE=1)
    second = await world.packed(world.mia, MUG=1)
    gone = await world.shipped(world.mia, **{"VASE-S": 1})
    warned = await world.confirmed(world.mia, **{"VASE-S": 1})
    await world.tell("radar.early_fraud_warning.created", warned.warning())
    numbers = [one.number for one in (first, second, gone, warned)]

    made = await world.db.read(picking.pick_list, numbers)

    assert [(pick.sku, pick.units) for pick in made.picks] == [("AXE", 1), ("MUG", 3)]
    assert made.picks[1].orders == ((first.number, 2), (second.number, 1))
    assert made.units == 4
    assert [(out.number, out.reason[:16]) for out in made.left_out] == [
        (gone.number, "It is shipped."),
        (warned.number, "The card's netwo"),
    ]


async def test_what_went_back_to_the_shelf_is_neither_picked_nor_on_the_slip(world):
    placed = await world.confirmed(world.sam, MUG=2, **{"VASE-S": 1})
    give = Give(None, {"MUG": 1, "VASE-S": 1}, restock=True)
    await world.db.write(fulfilment.refund, placed.number, world.ada, give, now())

    made = await world.db.read(picking.pick_list, [placed.number])
    slip = (await world.db.read(picking.slips, [placed.number])).slips[0]

    assert [(pick.sku, pick.units) for pick in made.picks] == [("MUG", 1)]
    assert [(line.sku, line.units, line.back) for line in slip.lines] == [("MUG", 1, 1)]
    assert (slip.name, slip.units) == ("Sam", 1)


async def test_a_note_is_written_once_a_click_and_kept_for_ever(world):
    placed = await world.confirmed(world.sam, MUG=1)
    for text, click in (("wrap it", "a"), ("wrap it", "a"), ("call first", None), ("call first", None)):
        await world.db.write(notes.add, placed.id, text, world.ada, now(), click)

    kept = await world.db.read(notes.of_order, placed.id)

    assert [(one.text, one.name) for one in kept] == [("call first", "Ada")] * 2 + [("wrap it", "Ada")]


async def test_purchases_tell_who_bought_what_at_which_price(world):
    first = await world.confirmed(world.sam, MUG=2, **{"VASE-S": 1})
    await world.cancelled(world.mia, MUG=1)
    await world.place(world.mia, MUG=1)

    of_mugs = (await world.db.read(purchases.find, Choice(skus=("MUG",), paid=True), None)).items
    of_sam = (await world.db.read(purchases.find, Choice(person_id=world.sam.id, paid=True), None)).items

    assert [(one.order.name, one.lines[0].quantity, one.lines[0].back) for one in of_mugs] == [
        ("Mia", 1, 1),
        ("Sam", 2, 0),
    ]
    assert [(one.order.number, [line.total for line in one.lines]) for one in of_sam] == [
        (first.number, [2500, 2000])
    ]
