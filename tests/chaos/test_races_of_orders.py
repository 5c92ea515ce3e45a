"""Races over paid orders: a refund clicked twice, and a cancellation against a parcel that leaves."""

import asyncio
import re
from collections import Counter
from pathlib import Path

import pytest

from shop.app import create_app
from tests.chaos.processes import Premises, trading
from tests.chaos.test_races import GIVEN_BACK, LANES, after, begin, crowd_of, in_lanes, outcomes
from tests.world import settings_for

ADDRESSES = {"/admin/orders/<number>/shipment", "/admin/orders/<number>/refunds"}
pytestmark = pytest.mark.skipif(
    not {rule.rule for rule in create_app(settings_for(Path("nowhere"))).url_map.iter_rules()} >= ADDRESSES,
    reason="the addresses of shipment and refunds are not there yet",
)


async def furnish(world) -> None:
    await world.add_things("BRICK", 100_000)


@pytest.fixture
async def place(tmp_path):
    async with trading(tmp_path, furnish, people=LANES) as opened:
        yield opened


@pytest.fixture
async def ada(place):
    return (await place.come_in(["ada"]))[0]


async def bought(place: Premises, visitor) -> str:
    """Buy a brick for 5.00 and return the order's number once it is booked."""
    pay_url = await begin(visitor)
    number = place.order_of(pay_url)
    await visitor.pay(pay_url)
    await visitor.until(f"/checkouts/{number}", "is paid")
    return number


async def refund_form(ada, number: str) -> dict[str, str]:
    """Return what the refund form on the order's page carries unseen."""
    page = (await ada.http.get(f"/admin/orders/{number}")).text
    form = re.search(rf'<form[^>]*action="/admin/orders/{number}/refunds".*?</form>', page, re.DOTALL)[0]
    hidden = re.findall(r'<input[^>]*type="hidden"[^>]*>', form)
    return {re.search(r'name="([^"]*)"', one)[1]: re.search(r'value="([^"]*)"', one)[1] for one in hidden}


async def refunded(place: Premises) -> Counter:
    await place.until_quiet()
    return Counter(one["amount"] for one in await place.at_stripe("refunds"))


async def test_a_full_refund_asked_for_twice_at_once_is_made_once(place, ada, rounds):
    async def race(visitor, _number: int) -> list[int]:
        address = f"/admin/orders/{await bought(place, visitor)}/refunds"
        clicks = [ada.http.post(address, data={"amount": "500"}) for _ in range(2)]
        return sorted(answer.status_code for answer in await asyncio.gather(*clicks))

    won = await in_lanes(race, await crowd_of(place, LANES), rounds(100))
    assert {tuple(statuses) for statuses in won} == {(303, 409)}
    assert await refunded(place) == {500: rounds(100)}


async def test_a_part_refund_clicked_twice_on_one_form_is_made_once(place, ada, rounds):
    async def race(visitor, _number: int) -> None:
        number = await bought(place, visitor)
        form = await refund_form(ada, number) | {"amount": "200"}
        clicks = [ada.http.post(f"/admin/orders/{number}/refunds", data=form) for _ in range(2)]
        assert 303 in [answer.status_code for answer in await asyncio.gather(*clicks)]

    await in_lanes(race, await crowd_of(place, LANES), rounds(50))
    assert await refunded(place) == {200: rounds(50)}


async def test_cancelling_against_shipping_lets_exactly_one_of_them(place, ada, dice, rounds):
    async def race(visitor, turn: int) -> tuple[int, int]:
        number = await bought(place, visitor)
        parcel = {"carrier": "Post", "tracking": f"T{turn}"}
        shipped, cancelled = await asyncio.gather(
            after(dice.uniform(0, 0.02), ada.http.post(f"/admin/orders/{number}/shipment", data=parcel)),
            after(dice.uniform(0, 0.02), visitor.http.post(f"/orders/{number}/cancellation")),
        )
        return shipped.status_code, cancelled.status_code

    won = Counter(await in_lanes(race, await crowd_of(place, LANES), rounds(100)))
    ended = Counter((await outcomes(place)).values())
    print(won, ended)
    assert set(won) == {(303, 409), (409, 303)}
    assert ended == {
        ("complete", "shipped", None, "paid", 500): won[303, 409],
        GIVEN_BACK: won[409, 303],
    }
