"""Stocktake: what is sold while people count stays right, and nobody's count is lost."""

import pytest

from shop import movements, stocktake
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.stocktake import Count


@pytest.fixture
async def taken(world):
    return await world.db.write(stocktake.begin, world.ada, "everything", "", now())


async def count(world, taken, sku: str, counted: int | None, seen: int = 0):
    return await world.db.write(stocktake.save, world.ada, taken.id, [Count(sku, counted, seen)], now())


async def line(world, taken, sku: str):
    return await world.db.read(stocktake.line, taken.id, sku)


async def test_a_sale_between_counting_and_posting_is_no_difference(world, taken):
    await count(world, taken, "MUG", 4)
    await world.confirmed(world.sam, MUG=2)
    assert (await line(world, taken, "MUG")).difference == -1

    await world.db.write(stocktake.post, world.ada, taken.id, now())

    assert await world.stock("MUG") == (2, 0)
    newest = (await world.db.read(movements.history, "MUG")).items[0]
    assert (newest.on_hand_change, newest.reason, newest.cause) == (-1, "counted", f"stocktake:{taken.id}")


async def test_what_is_not_counted_is_left_alone_and_what_agrees_does_not_move(world, taken):
    await count(world, taken, "VASE-S", 8)
    await count(world, taken, "LAMP", 3)

    come_to = await world.db.write(stocktake.post, world.ada, taken.id, now())

    assert (come_to.lines, come_to.more, come_to.less) == (1, 2, 0)
    assert await world.on_hand("LAMP") == 3
    assert await world.on_hand("MUG") == 5
    assert len((await world.db.read(movements.history, "VASE-S")).items) == 1


async def test_two_counters_do_not_overwrite_each_other(world, taken):
    first = await count(world, taken, "MUG", 4)
    second = await count(world, taken, "MUG", 6)

    assert (first.lines, second.lines) == (1, 0)
    assert [(one.sku, one.counted, one.version) for one in second.clashes] == [("MUG", 4, 1)]
    third = await count(world, taken, "MUG", 6, seen=1)
    assert third.lines == 1
    assert (await line(world, taken, "MUG")).counted == 6


async def test_a_count_is_taken_back_by_an_empty_field(world, taken):
    await count(world, taken, "MUG", 4)
    await count(world, taken, "MUG", None, seen=1)

    assert (await world.db.read(stocktake.by_id, taken.id)).counted == 0
    with pytest.raises(Conflict, match="Nothing has been counted"):
        await world.db.write(stocktake.post, world.ada, taken.id, now())


async def test_posting_is_all_or_nothing(world, taken):
    await count(world, taken, "LAMP", 0)
    await count(world, taken, "MUG", 1)
    await world.place(world.sam, MUG=3)

    with pytest.raises(Conflict, match=r"Mug \(MUG\) can't change by -4: 3 are held"):
        await world.db.write(stocktake.post, world.ada, taken.id, now())

    assert await world.on_hand("LAMP") == 1
    assert (await world.db.read(stocktake.by_id, taken.id)).state == "counting"


async def test_a_posting_is_undone_once(world, taken):
    await count(world, taken, "MUG", 9)
    await world.db.write(stocktake.post, world.ada, taken.id, now())
    await world.db.write(stocktake.take_back, world.ada, taken.id, now())

    assert await world.on_hand("MUG") == 5
    for again in (stocktake.take_back, stocktake.post):
        with pytest.raises(Conflict):
            await world.db.write(again, world.ada, taken.id, now())


async def test_a_category_is_counted_product_by_product(world):
    shelf = await world.db.read(_shelf)
    taken = await world.db.write(stocktake.begin, world.ada, "category", shelf, now())

    page = await world.db.read(stocktake.sheet, taken, None)

    assert [one.sku for one in page.items] == ["POSTER", "LAMP", "MUG", "VASE-L", "VASE-S"]
    assert taken.name == "Things"


async def test_only_what_is_in_it_can_be_counted(world, taken):
    with pytest.raises(Refused, match="not in this stocktake"):
        await count(world, taken, "NOPE", 1)
    with pytest.raises(Refused, match="Choose what to count"):
        await world.db.write(stocktake.begin, world.ada, "supplier", "nobody", now())


async def test_the_sheet_comes_in_pages(world, taken):
    for number in range(stocktake.PAGE):
        await world.add_things(f"T-{number:02d}", 0)

    first = await world.db.read(stocktake.sheet, taken, None)
    rest = await world.db.read(stocktake.sheet, taken, first.next_after)

    assert (len(first.items), len(rest.items)) == (stocktake.PAGE, 5)
    assert rest.next_after is None


async def test_what_was_given_up_can_be_taken_up_again(world, taken):
    await count(world, taken, "MUG", 4)
    await world.db.write(stocktake.give_up, world.ada, taken.id, now())
    with pytest.raises(Conflict, match="given up"):
        await count(world, taken, "LAMP", 4)

    await world.db.write(stocktake.go_on, world.ada, taken.id, now())

    assert (await count(world, taken, "LAMP", 4)).lines == 1


def _shelf(tx) -> str:
    from shop import catalog

    return catalog.category(tx, "things").id
