"""Pulling the plug: what was answered is there afterwards, and nothing happens twice."""

import asyncio

from tests.chaos.processes import opened_premises
from tests.chaos.witness import (
    Witness,
    assert_every_payment_has_its_owner,
    assert_no_order_was_asked_for_twice,
    trade,
)

SHOPPERS = 8


async def furnish(world) -> None:
    await world.add_things("BRICK", 100_000)


async def test_killed_at_any_moment_the_shop_loses_nothing_it_answered_and_repeats_nothing(
    tmp_path, dice, rounds
):
    witness = Witness()
    async with opened_premises(tmp_path, furnish, people=SHOPPERS) as place:
        await place.shop.start()
        visitors = await place.come_in([f"s{number}" for number in range(SHOPPERS)])
        for _ in range(rounds(50)):
            async with trade(place, witness, visitors):
                await asyncio.sleep(dice.uniform(0, 0.4))
                await place.shop.kill()
            with place.left_behind() as books:
                witness.assert_nothing_lost(books, place.delivered())
            await place.shop.start()

        await place.settle()
        await assert_every_payment_has_its_owner(place)
        await assert_no_order_was_asked_for_twice(place)
    assert witness.seen("webhook") == {200}
    assert min(len(witness.events), len(witness.sessions)) > rounds(10)  # a slow machine trades less


async def test_killed_while_it_starts_the_shop_starts_again(tmp_path, dice, rounds):
    async with opened_premises(tmp_path) as place:
        for _ in range(rounds(5)):
            await place.shop.spawn()
            await asyncio.sleep(dice.uniform(0.3, 1))
            await place.shop.kill()
            with place.left_behind() as books:
                books.assert_balanced()
        await place.shop.start()
