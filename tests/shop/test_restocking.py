"""The restocking letter: at most one a day to each admin who asked, with what is new since the last."""

import pytest

from db import Tx
from shop import restocking, stock
from shop.clock import now

MONDAY, LATER, TUESDAY = "2027-01-04T08:00:00.000Z", "2027-01-04T17:00:00.000Z", "2027-01-05T08:00:00.000Z"


@pytest.fixture
async def asked(world):
    await world.db.write(restocking.ask_for_letters, world.ada, True, now())


async def fall(world, sku: str, at: str, change: int = -4) -> None:
    await world.db.write(stock.adjust, world.ada, sku, change=change, reason="damaged", at=at)


async def letters(world) -> list[tuple[str, str, str]]:
    return await world.db.read(_letters)


async def test_one_letter_a_day_with_what_is_new(world, asked):
    await fall(world, "VASE-S", MONDAY)
    assert await world.db.write(restocking.write_letters, MONDAY) == 1
    await world.add_things("BOWL", 9)
    await fall(world, "BOWL", LATER)
    assert await world.db.write(restocking.write_letters, LATER) == 0

    assert await world.db.write(restocking.write_letters, TUESDAY) == 1

    first, second = await letters(world)
    assert "VASE-S" in first
    assert "BOWL" not in first
    assert "BOWL" in second
    assert "VASE-S" not in second


async def test_nothing_new_is_no_letter(world, asked):
    assert await world.db.write(restocking.write_letters, MONDAY) == 0

    await fall(world, "VASE-S", MONDAY)
    await fall(world, "VASE-S", MONDAY, 9)

    assert await world.db.write(restocking.write_letters, MONDAY) == 0


async def test_only_admins_who_asked_are_written_to(world):
    await fall(world, "VASE-S", MONDAY)
    assert await world.db.write(restocking.write_letters, MONDAY) == 0

    await world.db.write(restocking.ask_for_letters, world.ada, True, now())
    assert await world.db.read(restocking.wants_letters, world.ada)
    assert await world.db.write(restocking.write_letters, MONDAY) == 0
    await world.db.write(restocking.ask_for_letters, world.ada, False, now())

    assert not await world.db.read(restocking.wants_letters, world.ada)


def _letters(tx: Tx) -> list[str]:
    from db.sqlfile import Statement

    statement = Statement("SELECT text FROM letters WHERE kind = 'restocking' ORDER BY written_at")
    statement.name, statement.parameters = "texts", frozenset()
    return tx.all(str, statement)
