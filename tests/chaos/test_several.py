"""Several processes over one file: each thing is done once, and a killed process's work is taken over."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.chaos.front import opened_front
from tests.chaos.processes import opened_premises
from tests.chaos.witness import Witness, assert_every_payment_has_its_owner, trade

SHOPPERS = 20
REFUND = "POST /v1/refunds"


async def furnish(world) -> None:
    await world.add_things("BRICK", 100_000)


@pytest.fixture
async def behind_front(tmp_path):
    """Two workers, whose calls to Stripe can be counted and kept waiting."""
    async with (
        opened_front() as (front, address),
        opened_premises(tmp_path, furnish, people=SHOPPERS, api_base=address, workers=2) as place,
    ):
        front.behind = str(place.stripe_http.base_url).rstrip("/")
        await place.shop.start()
        yield place, front
        with place.books() as books:
            books.assert_balanced()
        await place.shop.kill()


async def bought_by(place, visitor) -> str:
    await visitor.put("BRICK")
    pay_url = (await visitor.check_out()).headers["location"]
    number = place.order_of(pay_url)
    await visitor.pay(pay_url)
    await visitor.until(f"/checkouts/{number}", "is paid")
    return number


async def cancel(visitor, number: str) -> None:
    assert (await visitor.http.post(f"/orders/{number}/cancellation")).status_code == 303


async def until_asked(front, call: str) -> None:
    for _ in range(200):
        if call in front.calls:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{call} never came")


def workers_of(place) -> list[int]:
    """Return the processes that answer requests, without the one that watches over them."""
    children = Path(f"/proc/{place.shop.pid}/task/{place.shop.pid}/children").read_text().split()
    return [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_two_workers_and_a_reconciliation_beside_them_do_each_thing_once(behind_front):
    place, front = behind_front
    visitors = await place.come_in([f"s{number}" for number in range(SHOPPERS)])
    numbers = await asyncio.gather(*[bought_by(place, visitor) for visitor in visitors])

    await asyncio.gather(
        *[cancel(visitor, number) for visitor, number in zip(visitors, numbers, strict=True)],
        *[place.reconcile() for _ in range(2)],
    )
    await place.until_quiet()

    assert front.calls.count(REFUND) == SHOPPERS
    assert len(await place.at_stripe("refunds")) == SHOPPERS
    await assert_every_payment_has_its_owner(place)


async def test_the_work_of_a_killed_process_is_taken_over_when_its_lease_ends(behind_front):
    place, front = behind_front
    (visitor,) = await place.come_in(["s0"])
    number = await bought_by(place, visitor)
    front.become("hang")
    await cancel(visitor, number)
    await until_asked(front, REFUND)
    await place.shop.kill()
    front.become("good")
    front.calls.clear()

    await place.shop.start()
    await place.reconcile()
    assert REFUND not in front.calls
    place.turn_the_clock()
    await place.until_quiet()

    assert front.calls.count(REFUND) == 1
    await assert_every_payment_has_its_owner(place)


async def test_one_of_two_workers_killed_in_the_middle_of_trade_is_replaced(behind_front, dice, rounds):
    place, _ = behind_front
    witness = Witness()
    visitors = await place.come_in([f"s{number}" for number in range(6)])
    for _ in range(rounds(3)):
        async with trade(place, witness, visitors):
            await asyncio.sleep(dice.uniform(0.2, 0.6))
            os.kill(dice.choice(workers_of(place)), signal.SIGKILL)
            await asyncio.sleep(0.3)
        witness.assert_nothing_lost_meanwhile(place)
        await until_two_work(place)
    assert witness.seen("webhook") == {200}
    await place.settle()
    await assert_every_payment_has_its_owner(place)


async def until_two_work(place) -> None:
    for _ in range(200):
        if len(workers_of(place)) == 2:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the killed worker was not replaced")
