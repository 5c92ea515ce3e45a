"""The table of states decides, and nothing else moves an order."""

import asyncio

import pytest

from shop import orders
from shop.clock import now
from shop.errors import Conflict, NotFound


async def test_a_step_from_a_state_that_has_passed_is_refused(world):
    placed = await world.place(world.sam, MUG=1)
    stale = (await world.db.read(orders.show, placed.number)).order
    await world.tell("checkout.session.completed", placed.paid())

    with pytest.raises(Conflict, match="changed meanwhile"):
        await world.db.write(orders.move, stale, "closed", by="shop", at=now(), why="late", reason="expired")
    assert await world.stock("MUG") == (4, 0)


async def test_cancelling_twice_at_once_returns_the_stock_and_the_money_once(world):
    placed = await world.place(world.sam, MUG=2)
    await world.tell("checkout.session.completed", placed.paid())

    await asyncio.gather(*[world.db.write(orders.cancel, placed.number, world.sam, now()) for _ in range(20)])

    page = await world.db.read(orders.show, placed.number)
    assert [refund.amount for refund in page.refunds] == [2500]
    assert await world.stock("MUG") == (5, 0)


async def test_an_order_that_has_been_shipped_can_not_be_cancelled(world):
    placed = await world.place(world.sam, MUG=1)
    await world.tell("checkout.session.completed", placed.paid())
    order = (await world.db.read(orders.show, placed.number)).order
    await world.db.write(orders.move, order, "shipped", by=world.ada.actor, at=now(), why="sent")

    with pytest.raises(Conflict, match="can't be cancelled any more"):
        await world.db.write(orders.cancel, placed.number, world.sam, now())


async def test_somebody_elses_order_is_not_there(world):
    placed = await world.place(world.sam, MUG=1)

    with pytest.raises(NotFound):
        await world.db.write(orders.cancel, placed.number, world.mallory, now())
