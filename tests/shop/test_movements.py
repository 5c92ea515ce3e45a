"""Movements taken back, and what there was at any moment."""

import asyncio

import pytest

from db import ConstraintViolated
from shop import activity, movements, stock
from shop.clock import later, now
from shop.errors import Conflict, NotFound, Refused


async def adjusted(world, sku="MUG", by=None, **told) -> stock.Adjusted:
    told = {"reason": "correction", "at": now()} | told
    return await world.db.write(stock.adjust, by or world.ada, sku, **told)


async def take_back(world, seq, sku="MUG") -> stock.Adjusted:
    return await world.db.write(movements.take_back, world.ada, sku, seq, now())


async def test_a_movement_is_taken_back_by_a_movement_that_names_it(world):
    done = await adjusted(world, change=2)

    back = await take_back(world, done.movement)

    assert (back.was, back.now) == (7, 5)
    newest, taken_back, _ = (await world.db.read(movements.history, "MUG")).items
    assert (newest.cause, newest.on_hand_change) == (f"undo:{done.movement}", -2)
    assert taken_back.taken_back_by == newest.seq
    assert not newest.is_reversible
    assert not taken_back.is_reversible


async def test_it_is_taken_back_once_whoever_asks_at_once(world):
    done = await adjusted(world, change=2)

    tries = await asyncio.gather(*(take_back(world, done.movement) for _ in range(4)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in tries) == ["Adjusted", "Conflict", "Conflict", "Conflict"]
    assert await world.stock("MUG") == (5, 0)


async def test_the_books_themselves_refuse_a_second_time(world):
    done = await adjusted(world, change=2)
    await take_back(world, done.movement)

    with pytest.raises(ConstraintViolated):
        await adjusted(world, change=-2, cause=f"undo:{done.movement}")


async def test_goods_that_are_promised_meanwhile_can_not_be_taken_back(world):
    done = await adjusted(world, "LAMP", change=1)
    await world.place(world.sam, LAMP=2)

    with pytest.raises(Conflict, match="Only 2 are on hand and 2 of them are held by open orders: 1 can't"):
        await take_back(world, done.movement, "LAMP")
    assert await world.stock("LAMP") == (2, 2)


async def test_an_orders_movement_is_not_taken_back_by_itself(world):
    await world.confirmed(world.sam, MUG=1)
    commit, hold, _ = (await world.db.read(movements.history, "MUG")).items

    for one in (commit, hold):
        assert not one.is_reversible
        with pytest.raises(Conflict, match="change what it came from"):
            await take_back(world, one.seq)


async def test_a_movement_that_is_none_or_of_another_variant_is_not_found(world):
    done = await adjusted(world, change=2)

    for seq, sku in ((10**6, "MUG"), (done.movement, "LAMP"), (10**30, "MUG")):
        with pytest.raises(NotFound):
            await take_back(world, seq, sku)


async def test_what_there_was_at_any_moment_is_read_from_the_ledger(world):
    before = now()
    await asyncio.sleep(0.003)
    await adjusted(world, change=-1, at=later(before, minutes=10))
    await adjusted(world, change=4, at=later(before, minutes=20))

    async def at(minutes):
        found = await world.db.read(movements.as_of, "MUG", later(before, minutes=minutes))
        return found and (found.on_hand, found.held, found.available)

    assert await at(-60) is None
    assert [await at(minutes) for minutes in (0, 10, 15, 20, 99)] == [
        (5, 0, 5), (4, 0, 4), (4, 0, 4), (8, 0, 8), (8, 0, 8),
    ]  # fmt: skip


async def test_instants_out_of_order_do_not_mislead(world):
    at = now()
    await adjusted(world, change=1, at=later(at, seconds=2))
    await adjusted(world, change=1, at=later(at, seconds=1))

    found = await world.db.read(movements.as_of, "MUG", later(at, seconds=3))

    assert found.on_hand == 7


@pytest.mark.parametrize(
    "typed", ["", "yesterday", "2026-13-01T10:00", "0001-01-01T00:00+14:00", "٢٠٢٦-01-01"]
)
def test_a_moment_that_is_none_is_refused(typed):
    with pytest.raises(Refused):
        movements.typed_moment(typed)


def test_a_moment_is_taken_in_utc_unless_it_says_otherwise():
    assert movements.typed_moment("2026-11-25T10:00") == "2026-11-25T10:00:00.000Z"
    assert movements.typed_moment("2026-11-25 10:00:30+02:00") == "2026-11-25T08:00:30.000Z"


async def test_a_correction_stands_once_among_what_people_did(world):
    await adjusted(world, on_hand=9, reason="counted", note="behind the shelf")

    done = (await world.db.read(activity.listing, activity.Wanted())).items
    told = [(one.object, one.before, one.after, one.why) for one in done if one.actor_name == "Ada"]
    assert told.count(("variant:MUG", "5", "9", "counted: behind the shelf")) == 1


async def test_two_admins_and_a_crowd_lose_no_update(world):
    await world.add_things("PEN", 200)
    admins = [(who, change) for who in (world.ada, world.mia) for change in (3, -1)] * 15
    steps = [adjusted(world, "PEN", by=who, change=change) for who, change in admins]
    orders = [
        world.confirmed(world.sam, PEN=2) if n % 2 else world.place(world.mia, PEN=1) for n in range(20)
    ]

    await asyncio.gather(*steps, *orders)

    assert await world.stock("PEN") == (200 + 2 * 15 * 3 - 2 * 15 - 10 * 2, 10)


async def test_of_two_counts_of_the_same_row_one_is_told_that_it_is_late(world):
    counts = [adjusted(world, on_hand=number, seen=5, reason="counted") for number in (7, 9)]

    first, second = await asyncio.gather(*counts, return_exceptions=True)

    assert first.now == 7
    assert isinstance(second, Conflict)
    assert "It is 7 by now" in str(second)
