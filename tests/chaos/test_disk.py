"""A failing disk: no 2xx without effect, honest 5xx, and the shop goes on by itself afterwards."""

import asyncio
import contextlib

import pytest

from tests.chaos.faults import FLUSH, WRITE, failing, full, how_often_it_failed, need_strace
from tests.chaos.processes import opened_premises
from tests.chaos.witness import Witness, assert_every_payment_has_its_owner, trade

SHOPPERS = 6
FAULTS = [(calls, error) for calls in (FLUSH, WRITE) for error in ("EIO", "ENOSPC")]


async def furnish(world) -> None:
    await world.add_things("BRICK", 100_000)


async def assert_it_sells_again(place, visitor) -> None:
    """Assert that an order can be placed, without a restart, within seconds of the disk's recovery."""
    for _ in range(50):
        with contextlib.suppress(KeyError):
            await visitor.put("BRICK")
            if (await visitor.check_out()).status_code == 303:
                return
        await asyncio.sleep(0.1)
    raise AssertionError("the shop did not go on by itself")


def assert_honest(witness) -> None:
    print(witness.statuses)
    assert witness.seen("webhook") <= {200, 503}
    assert witness.without_pause == 0
    assert witness.seen("cart") | witness.seen("checkout") <= {303, 409, 422, 500, 503}


@pytest.fixture
async def place(tmp_path):
    async with opened_premises(tmp_path, furnish, people=SHOPPERS) as opened:
        await opened.shop.start()
        yield opened
        await opened.shop.stop()


async def test_whatever_call_fails_nothing_answered_is_lost_and_the_shop_goes_on(place, dice, rounds):
    need_strace()
    witness, failed = Witness(), 0
    visitors = await place.come_in([f"s{number}" for number in range(SHOPPERS)])
    for number in range(rounds(16)):
        calls, error = FAULTS[number % len(FAULTS)]
        when = dice.choice(["1+", "1+2", "2+3", f"{dice.randrange(1, 9)}"])
        async with trade(place, witness, visitors):
            await asyncio.sleep(dice.uniform(0, 0.1))
            async with failing(place, calls, error, when):
                await asyncio.sleep(dice.uniform(0.1, 0.5))
            await assert_it_sells_again(place, visitors[0])
        failed += how_often_it_failed(place)
        witness.assert_nothing_lost_meanwhile(place)
    assert_honest(witness)
    assert failed > rounds(16)
    assert 503 in witness.seen("webhook")
    await place.settle()
    await assert_every_payment_has_its_owner(place)


async def test_killed_while_the_disk_fails_the_shop_loses_nothing_it_answered(place, dice, rounds):
    need_strace()
    witness = Witness()
    visitors = await place.come_in([f"s{number}" for number in range(SHOPPERS)])
    for number in range(rounds(8)):
        calls, error = FAULTS[number % len(FAULTS)]
        async with trade(place, witness, visitors), failing(place, calls, error, "2+2"):
            await asyncio.sleep(dice.uniform(0.1, 0.4))
            await place.shop.kill()
        with place.left_behind() as books:
            witness.assert_nothing_lost(books, place.delivered())
        await place.shop.start()
    assert_honest(witness)
    await place.settle()
    await assert_every_payment_has_its_owner(place)


async def test_on_a_full_disk_nothing_is_answered_that_is_not_stored(place, dice, rounds):
    witness = Witness()
    visitors = await place.come_in([f"s{number}" for number in range(SHOPPERS)])
    for _ in range(rounds(5)):
        async with trade(place, witness, visitors):
            await asyncio.sleep(dice.uniform(0, 0.1))
            async with full(place):
                await asyncio.sleep(dice.uniform(0.1, 0.4))
            await assert_it_sells_again(place, visitors[0])
        witness.assert_nothing_lost_meanwhile(place)
    assert_honest(witness)
    assert 503 in witness.seen("checkout") | witness.seen("cart")
    await place.settle()
    await assert_every_payment_has_its_owner(place)
