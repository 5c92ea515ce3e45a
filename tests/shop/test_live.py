"""What the newest commits are said to have changed."""

import asyncio

import pytest

from shop import catalog, live, preferences, products, stock
from shop.clock import now
from shop.live import News
from shop.preferences import Preferences


@pytest.fixture
async def news(world):
    """Tell what has changed since it was last asked."""
    mark, _ = await world.db.read(live.since, None)

    async def news() -> News:
        nonlocal mark
        mark, found = await world.db.read(live.since, mark)
        return found

    return news


async def product_of(world, sku: str) -> str:
    return (await world.db.read(stock.row, sku)).product_id


async def test_stock_a_price_and_a_products_state_are_news_of_the_product_once(world, news):
    mug = await product_of(world, "MUG")
    await world.db.write(stock.adjust, world.ada, "MUG", change=1, reason="received", at=now())
    assert await news() == News(frozenset({mug}))
    assert await news() == News()

    await world.db.write(catalog.set_price, world.ada, mug, "MUG", 999, currency="eur", at=now())
    assert await news() == News(frozenset({mug}))
    await world.db.write(products.unpublish, world.ada, mug, now())
    assert await news() == News(frozenset({mug}))


async def test_an_order_is_news_of_what_it_holds(world, news):
    await world.place(world.sam, MUG=1, LAMP=1)
    assert (await news()).products == {await product_of(world, sku) for sku in ("MUG", "LAMP")}


async def test_a_setting_may_change_everything(world, news):
    await world.db.write(preferences.change, world.ada, Preferences(shows_lowest_price=True), now())
    assert (await news()).touch(frozenset({"any"}))


async def test_what_is_still_being_made_when_news_comes_does_not_outlive_it(world):
    lookout = live.Lookout(world.db)
    asked = asyncio.Event()

    async def slowly() -> str:
        asked.set()
        await asyncio.sleep(0.05)
        return "old"

    async def at_once() -> str:
        return "new"

    making = asyncio.create_task(lookout.shared("mug", slowly))
    await asked.wait()
    await lookout._look()
    assert await making == "old"
    assert await lookout.shared("mug", at_once) == "new"
