"""A copy of the books from before twenty payments is put back: the shop finds all of them by itself."""

import asyncio
import contextlib
import shutil

import pytest

from db import Database
from shop import jobs, orders, people, stock
from shop.app import create_app
from shop.clock import now
from tests.world import CHEAP_HASH

PAYMENTS = 20
PAID, SOLD_OUT = ("confirmed", None, "paid"), ("closed", "oversold", "refunded")


@pytest.fixture(params=["the worker alone", "shop reconcile"])
def heal(request):
    """Return what the shop does until every order is right."""
    return _by_reconciling if request.param == "shop reconcile" else _by_the_worker


async def test_orders_placed_before_the_copy_and_paid_after_it_are_booked(deaf, heal):
    placed = [await deaf.check_out(deaf.world.sam) for _ in range(PAYMENTS)]
    copy = _copied(deaf)
    for _, session in placed:
        await deaf.local.happen("pay", session=session)

    await _put_back(deaf, copy)
    await heal(deaf, {number: PAID for number, _ in placed})

    assert await deaf.world.stock("CUP") == (100 - PAYMENTS, 0)


async def test_orders_placed_and_paid_after_the_copy_are_taken_up_again(deaf, heal):
    copy = _copied(deaf)
    lost = [(await deaf.paid(deaf.world.sam))[0] for _ in range(PAYMENTS - 2)]
    newcomer = await _registered(deaf)
    hers, _ = await deaf.paid(newcomer, quantity=2)
    gone, _ = await deaf.paid(deaf.world.mia, "LAMP")

    await _put_back(deaf, copy)
    await deaf.world.db.write(stock.adjust, deaf.world.ada, "LAMP", change=-1, reason="damaged", at=now())
    await heal(deaf, dict.fromkeys([*lost, hers], PAID) | {gone: SOLD_OUT})

    assert await deaf.world.stock("CUP") == (100 - PAYMENTS, 0)
    assert await deaf.world.stock("LAMP") == (0, 0)
    assert (await deaf.world.db.read(orders.show, hers)).order.email == newcomer.email


async def test_what_happened_to_a_lost_order_is_found_again_too(deaf, heal):
    copy = _copied(deaf)
    refunded, session = await deaf.paid(deaf.world.sam)
    await deaf.local.happen("refund", payment_intent=session["payment_intent"])
    lost, session = await deaf.paid(deaf.world.sam)
    await deaf.local.happen("dispute", payment_intent=session["payment_intent"])
    await deaf.local.happen("close_dispute", payment_intent=session["payment_intent"], outcome="lost")

    await _put_back(deaf, copy)
    await heal(
        deaf,
        {
            refunded: ("closed", "refunded", "refunded"),
            lost: ("closed", "charged_back", "charged_back"),
        },
    )

    assert await deaf.world.stock("CUP") == (100, 0)


async def _by_reconciling(deaf, expected: dict[str, tuple]) -> None:
    report = await jobs.reconcile(deaf.world.db, deaf.local.gateway, deaf.settings)
    assert report.differences == 0
    assert {number: await deaf.state_of(number) for number in expected} == expected


async def _by_the_worker(deaf, expected: dict[str, tuple]) -> None:
    """Start the application and do nothing but wait."""
    async with create_app(deaf.settings).test_app():
        for _ in range(300):
            found = {}
            with contextlib.suppress(orders.NotFound):
                found = {number: await deaf.state_of(number) for number in expected}
            if found == expected:
                break
            await asyncio.sleep(0.1)
    assert found == expected


def _copied(deaf):
    """Copy the books as they are, with what is only in the log so far."""
    folder = deaf.world.db.path.parent / "copy"
    folder.mkdir()
    for part in ("", "-wal"):
        shutil.copy(f"{deaf.world.db.path}{part}", folder / f"shop.db{part}")
    return folder


async def _put_back(deaf, folder) -> None:
    path = deaf.world.db.path
    await deaf.world.db.close()
    for part in ("", "-wal", "-shm"):
        path.with_name(f"shop.db{part}").unlink(missing_ok=True)
    for part in ("", "-wal"):
        shutil.copy(folder / f"shop.db{part}", path.with_name(f"shop.db{part}"))
    deaf.world.db = await Database.open(f"sqlite:///{path}")


async def _registered(deaf):
    return await deaf.world.db.write(people.register, "new@tillroom.example", "New", CHEAP_HASH, now())
