"""Pulling the plug: what was answered is there afterwards, and nothing happens twice."""

import asyncio

import httpx

from tests.chaos.processes import opened_premises
from tests.chaos.witness import (
    Witness,
    assert_every_payment_has_its_owner,
    assert_no_order_was_asked_for_twice,
)

SHOPPERS = 8


async def furnish(world) -> None:
    await world.add_things("BRICK", 100_000)


async def round_of_trade(place, witness, visitors, seconds: float) -> None:
    """Sell and take deliveries as fast as can be, and pull the plug in the middle."""
    limits = httpx.Limits(max_connections=16)
    base = place.settings.base_url
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=30, trust_env=False) as courier:
        busy = [asyncio.create_task(witness.shop_on(place, one)) for one in visitors]
        busy.append(asyncio.create_task(witness.carry(place, courier)))
        await asyncio.sleep(seconds)
        await place.shop.kill()
        await asyncio.gather(*busy)


async def test_killed_at_any_moment_the_shop_loses_nothing_it_answered_and_repeats_nothing(
    tmp_path, dice, rounds
):
    witness = Witness()
    async with opened_premises(tmp_path, furnish, people=SHOPPERS) as place:
        await place.shop.start()
        visitors = await place.come_in([f"s{number}" for number in range(SHOPPERS)])
        for _ in range(rounds(50)):
            await round_of_trade(place, witness, visitors, dice.uniform(0, 0.4))
            with place.left_behind() as books:
                witness.assert_nothing_lost(books, place.delivered())
            await place.shop.start()

        await place.settle()
        await assert_every_payment_has_its_owner(place)
        await assert_no_order_was_asked_for_twice(place)
    print(witness.statuses)
    assert witness.seen("webhook") == {200}
    assert min(len(witness.events), len(witness.sessions)) > rounds(50)


async def test_killed_while_it_starts_the_shop_starts_again(tmp_path, dice, rounds):
    async with opened_premises(tmp_path) as place:
        for _ in range(rounds(5)):
            await place.shop.spawn()
            await asyncio.sleep(dice.uniform(0.3, 1))
            await place.shop.kill()
            with place.left_behind() as books:
                books.assert_balanced()
        await place.shop.start()
