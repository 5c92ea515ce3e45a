"""Activity: events and movements by hand side by side, newest first, and never changed."""

import pytest

from db import Tx
from shop import activity, events, stock
from shop.activity import Wanted
from shop.clock import later, now
from shop.errors import Refused


async def note(world, kind, of, by="shop", at=None, **more):
    await world.db.write(_note, kind, of, by, at or now(), more)


def _note(tx: Tx, kind: str, of: str, by: str, at: str, more: dict) -> None:
    events.record(tx, kind, of, by=by, at=at, **more)


async def correct(world, sku="MUG", change=1, by=None, at=None):
    told = {"change": change, "reason": "counted", "at": at or now()}
    await world.db.write(stock.adjust, by or world.ada, sku, **told)


async def everything(world, wanted=None, size=3) -> list[activity.Entry]:
    """Walk through all pages."""
    found, after = [], None
    for _ in range(200):
        page = await world.db.read(activity.listing, wanted or Wanted(), after, size)
        found += page.items
        after = page.next_after
        if after is None:
            return found
    raise AssertionError("the list has no end")


async def test_events_and_movements_by_hand_stand_side_by_side_newest_first(world):
    first, second, third = (later(now(), seconds=ahead) for ahead in (1, 2, 3))
    await correct(world, change=2, at=first)
    await note(world, "price.changed", "variant:MUG", by=world.ada.actor, at=second, before="1", after="2")
    await correct(world, change=-1, at=third)

    newest = (await everything(world))[:3]

    assert [one.kind for one in newest] == ["stock.moved", "price.changed", "stock.moved"]
    assert [(one.before, one.after) for one in newest] == [("7", "6"), ("1", "2"), ("5", "7")]
    assert newest[0].actor_name == "Ada"
    assert (newest[0].object_name, newest[0].place) == ("MUG", "/admin/stock/MUG")


async def test_pages_miss_nothing_and_repeat_nothing(world):
    for count in range(7):
        await correct(world)
        if count % 3 == 0:
            await note(world, "order.packed", "order:x")

    whole = await everything(world, size=500)

    for size in (1, 2, 5):
        assert await everything(world, size=size) == whole


@pytest.mark.parametrize("walk", [1, 2, 3, 1000])
async def test_what_is_rare_is_found_in_small_steps_as_well(world, monkeypatch, walk):
    await note(world, "person.renamed", world.sam.actor, by=world.ada.actor)
    for _ in range(5):
        await note(world, "order.packed", "order:x")
        await correct(world)
    monkeypatch.setattr(activity, "WALK", walk)

    found = await everything(world, Wanted(group="people"))
    by_mallory = await everything(world, Wanted(actor=world.mallory.actor))

    assert [one.kind for one in found] == ["person.renamed"] + ["person.added"] * 4
    assert [one.kind for one in by_mallory] == ["person.added"]
    times = [one.at for one in await everything(world, size=2)]
    assert times == sorted(times, reverse=True)


async def test_an_object_is_called_by_number_sku_or_address(world):
    placed = await world.place(world.sam, MUG=1)
    await correct(world)
    read = world.db.read

    assert await read(activity.objects_called, placed.number.lower()) == (f"order:{placed.id}",)
    assert await read(activity.objects_called, "Sam@tillroom.example") == (world.sam.actor,)
    of_mug = await read(activity.objects_called, "MUG")
    assert of_mug[0] == "variant:MUG"
    assert await read(activity.objects_called, "nothing") == ()
    kinds = [one.kind for one in await everything(world, Wanted(objects=of_mug))]
    assert kinds[0] == "stock.moved"
    assert sorted(kinds) == ["product.added", "stock.moved", "stock.moved"]
    [order] = await everything(world, Wanted(objects=(f"order:{placed.id}",)))
    assert (order.object_name, order.place) == (placed.number, f"/admin/orders/{placed.number}")


async def test_an_actor_is_called_by_address_or_name_of_the_books(world):
    read = world.db.read

    assert await read(activity.actor_called, "ada@tillroom.example") == world.ada.actor
    assert await read(activity.actor_called, world.ada.actor) == world.ada.actor
    assert await read(activity.actor_called, "stripe") == "stripe"
    assert await read(activity.actor_called, "nobody") == ""


async def test_days_are_found_by_halving(world):
    for day in range(1, 10):
        for hour in ("00:00:00.000", "23:59:59.999"):
            await note(world, "price.changed", f"variant:{day}", at=f"2030-01-0{day}T{hour}Z")

    wanted = Wanted(since="2030-01-03T00:00:00.000Z", until="2030-01-05T00:00:00.000Z")
    found = await everything(world, wanted)

    assert [one.object for one in found] == ["variant:4", "variant:4", "variant:3", "variant:3"]
    assert await everything(world, Wanted(until="2020-01-01T00:00:00.000Z")) == []


@pytest.mark.parametrize("place", ["x", "1", "1.x", "1.2.3", "-1.2", "١.2", "9" * 30 + ".1"])
async def test_a_place_the_list_has_not_is_refused(world, place):
    with pytest.raises(Refused):
        await world.db.read(activity.listing, Wanted(), place)


@pytest.mark.parametrize("statement", ["UPDATE events SET why = 'x'", "DELETE FROM events"])
async def test_nobody_can_change_what_was_done(world, statement):
    with pytest.raises(Exception, match="append-only"):
        await world.db.write(lambda tx: tx._connection.execute(statement))


async def test_amounts_of_refunds_are_told_in_their_currency(world):
    await note(world, "refund.requested", "order:x", after="1250 eur")

    assert (await everything(world))[0].after == "€12.50"


async def test_what_the_ledger_tells_already_is_not_told_twice(world):
    await correct(world)
    await note(world, "stock.adjusted", "variant:MUG", by=world.ada.actor, before="5", after="6")

    kinds = [one.kind for one in await everything(world, Wanted(objects=("variant:MUG",)))]

    assert "stock.adjusted" not in kinds
    assert kinds[0] == "stock.moved"
