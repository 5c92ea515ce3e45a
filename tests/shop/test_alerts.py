"""Alerts: one a crossing, closing by itself, whatever moves the stock or the threshold."""

import pytest

from shop import alerts, orders, stock
from shop.alerts import Wanted
from shop.clock import later, now


async def move(world, sku: str, change: int) -> None:
    await world.db.write(stock.adjust, world.ada, sku, change=change, reason="correction", at=now())


async def open_ones(world, sku: str) -> int:
    return sum(row.sku == sku and row.since is not None for row in await low(world))


async def low(world, **wanted: str):
    return (await world.db.read(alerts.listing, Wanted(**wanted), None)).items


async def closed(world):
    return (await world.db.read(alerts.history, None)).items


async def test_falling_to_the_threshold_opens_one_alert_and_rising_closes_it(world):
    await move(world, "VASE-S", -2)
    assert "VASE-S" not in [row.sku for row in await low(world)]

    for change in (-1, -1, -2):
        await move(world, "VASE-S", change)
        assert await open_ones(world, "VASE-S") == 1
    await move(world, "VASE-S", 1)
    assert await open_ones(world, "VASE-S") == 1
    await move(world, "VASE-S", 10)

    assert await open_ones(world, "VASE-S") == 0
    assert [(one.sku, one.available, one.threshold) for one in await closed(world)] == [("VASE-S", 5, 5)]
    await move(world, "VASE-S", -10)
    assert await open_ones(world, "VASE-S") == 1


async def test_a_hold_opens_an_alert_and_its_end_closes_it(world):
    placed = await world.place(world.sam, **{"VASE-S": 4})
    assert await open_ones(world, "VASE-S") == 1

    await world.tell("checkout.session.expired", placed.expired())

    assert await open_ones(world, "VASE-S") == 0
    assert len(await closed(world)) == 1


async def test_a_paid_order_keeps_the_one_alert_and_its_restock_closes_it(world):
    placed = await world.confirmed(world.sam, **{"VASE-S": 4})
    assert await open_ones(world, "VASE-S") == 1
    assert await closed(world) == ()

    await world.db.write(orders.cancel, placed.number, world.sam, now())

    assert await open_ones(world, "VASE-S") == 0


async def test_what_never_had_more_is_low_without_an_alert(world):
    found = {row.sku: row for row in await low(world)}

    assert list(found) == ["POSTER", "LAMP", "VASE-L", "MUG"]
    assert found["POSTER"].since is None
    assert (found["POSTER"].limit, found["POSTER"].suggested) == (5, 5)


async def test_a_threshold_of_its_own_opens_and_closes(world):
    at = later(now(), minutes=1)
    await world.db.write(alerts.set_threshold, world.ada, "VASE-S", 8, at)
    assert [row.since for row in await low(world) if row.sku == "VASE-S"] == [at]
    assert await open_ones(world, "VASE-S") == 1

    await world.db.write(alerts.set_threshold, world.ada, "VASE-S", None, later(at, minutes=1))

    assert await open_ones(world, "VASE-S") == 0
    assert "VASE-S" not in [row.sku for row in await low(world)]


async def test_the_shops_threshold_counts_for_those_without_their_own(world):
    await world.db.write(alerts.set_threshold, world.ada, "LAMP", 3, now())
    await world.db.write(alerts.set_default, world.ada, 8, now())
    assert await open_ones(world, "VASE-S") == 1

    await world.db.write(alerts.set_default, world.ada, 0, now())

    assert [row.sku for row in await low(world)] == ["POSTER", "LAMP"]
    assert [one.sku for one in await closed(world)] == ["VASE-S"]


async def test_sold_out_and_low_are_told_apart_and_searched(world):
    assert [row.sku for row in await low(world, state="sold_out")] == ["POSTER"]
    assert [row.sku for row in await low(world, state="low")] == ["LAMP", "VASE-L", "MUG"]
    assert [row.sku for row in await low(world, text="vase")] == ["VASE-L"]
    assert [row.sku for row in await low(world, text="MU")] == ["MUG"]


async def test_a_long_list_comes_in_pages(world):
    for number in range(alerts.PAGE + 5):
        await world.add_things(f"THING-{number:03d}", 1)

    seen, after = [], None
    for _ in range(2):
        page = await world.db.read(alerts.listing, Wanted(), after)
        seen, after = [*seen, *(row.sku for row in page.items)], page.next_after

    assert after is None
    assert len(seen) == len(set(seen)) == alerts.PAGE + 9


async def test_a_full_rollback_leaves_no_alert(world):
    def fall_and_fail(tx):
        stock.adjust(tx, world.ada, "VASE-S", change=-8, reason="damaged", at=now())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await world.db.write(fall_and_fail)

    assert await open_ones(world, "VASE-S") == 0
