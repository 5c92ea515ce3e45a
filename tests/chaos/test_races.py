"""Races through the real routes: however close the clicks, one clean outcome, and the books balance."""

import asyncio
from collections import Counter

import pytest

from tests.chaos.processes import Premises, session_in, trading

CROWD = 200
LANES = 25
OUTCOMES = """
SELECT o.number, o.state, o.closed_reason, o.payment_state, o.captured - o.refunded AS kept, a.session_id
FROM orders o JOIN payment_attempts a ON a.order_id = o.id ORDER BY a.id
"""
# A session at Stripe, then its order's state, reason and payment, and the money that is kept.
SOLD = ("complete", "confirmed", None, "paid", 500)
SOLD_TWO = ("complete", "confirmed", None, "paid", 1000)
GIVEN_BACK = ("complete", "closed", "cancelled", "refunded", 0)
GIVEN_UP = ("expired", "closed", "cancelled", "unpaid", 0)
EXPIRED = ("expired", "closed", "expired", "unpaid", 0)


async def furnish(world) -> None:
    await world.add_things("BRICK", 100_000)
    await asyncio.gather(*[world.add_things(f"RARE{number}", 1) for number in range(100)])


@pytest.fixture
async def place(tmp_path):
    async with trading(tmp_path, furnish, people=CROWD) as opened:
        yield opened


async def crowd_of(place: Premises, size: int) -> list:
    return await place.come_in([f"s{number}" for number in range(size)])


async def in_lanes(race, visitors: list, count: int) -> list:
    """Run a race `count` times, as many at once as there are lanes, each visitor in one at a time."""
    found: list = []
    left = iter(range(count))

    async def lane(visitor) -> None:
        for number in left:
            visitor.forget_cart()
            found.append(await race(visitor, number))

    await asyncio.gather(*[lane(visitor) for visitor in visitors[:LANES]])
    return found


async def outcomes(place: Premises) -> dict[str, tuple]:
    """Return for each session what became of it at Stripe and of its order here."""
    await place.until_quiet()
    at_stripe = {one["id"]: one["status"] for one in await place.at_stripe("checkout/sessions")}
    with place.books() as books:
        rows = books.rows(OUTCOMES)
    return {
        session: (at_stripe[session], state, why, paid, kept) for _, state, why, paid, kept, session in rows
    }


async def begin(visitor) -> str:
    """Put a brick into the cart and return the payment page's address."""
    await visitor.put("BRICK")
    return (await visitor.check_out()).headers["location"]


async def after(seconds: float, coroutine):
    await asyncio.sleep(seconds)
    return await coroutine


async def test_of_two_hundred_shoppers_for_one_unit_one_gets_it(place, rounds):
    crowd = await crowd_of(place, CROWD)
    (ada,) = await place.come_in(["ada"])
    await asyncio.gather(*[one.put("LAMP") for one in crowd])
    for number in range(rounds(50)):
        answers = await asyncio.gather(*[one.check_out() for one in crowd])
        assert Counter(answer.status_code for answer in answers) == {303: 1, 409: CROWD - 1}, number
        winner, answer = next(pair for pair in zip(crowd, answers, strict=True) if pair[1].status_code == 303)
        assert (await winner.pay(answer.headers["location"])).status_code == 303
        await until_sold(place)
        more = {"change": "1", "reason": "received"}
        assert (await ada.http.post("/admin/stock/LAMP/movements", data=more)).status_code == 303
        assert (await winner.put("LAMP")).status_code == 303


async def until_sold(place: Premises) -> None:
    for _ in range(1000):
        with place.books() as books:
            if books.rows("SELECT on_hand, held FROM stock WHERE sku = 'LAMP'") == [(0, 0)]:
                return
        await asyncio.sleep(0.01)
    raise AssertionError("the payment was never booked")


async def test_cancelling_against_paying_ends_unpaid_or_refunded(place, dice, rounds):
    async def race(visitor, _number: int) -> None:
        pay_url = await begin(visitor)
        number = place.order_of(pay_url)
        cancelled, _ = await asyncio.gather(
            after(dice.uniform(0, 0.1), visitor.http.post(f"/orders/{number}/cancellation")),
            after(dice.uniform(0, 1.2), visitor.pay(pay_url)),
        )
        assert cancelled.status_code == 303

    await in_lanes(race, await crowd_of(place, LANES), rounds(100))
    ended = Counter((await outcomes(place)).values())
    print(ended)
    assert set(ended) <= {GIVEN_BACK, GIVEN_UP}
    assert ended.total() == rounds(100)


async def test_a_deadline_against_a_payment_ends_sold_or_expired(place, dice, rounds):
    crowd = await crowd_of(place, 100)
    for _ in range(rounds(1)):
        for visitor in crowd:
            visitor.forget_cart()
        pages = await asyncio.gather(*[begin(visitor) for visitor in crowd])
        pays = [
            after(dice.uniform(0, 2.5), visitor.pay(page)) for visitor, page in zip(crowd, pages, strict=True)
        ]
        await asyncio.gather(let_time_run_out(place), *pays)
    ended = Counter((await outcomes(place)).values())
    print(ended)
    assert set(ended) <= {SOLD, EXPIRED}
    assert ended.total() == rounds(100)


async def let_time_run_out(place: Premises) -> None:
    """Have every open order's time be over, and look for such orders in three processes at once."""
    place.turn_the_clock()
    await asyncio.gather(place.reconcile(), place.reconcile())


async def test_the_same_page_opened_and_paid_in_two_tabs_is_one_order_paid_once(place, rounds):
    async def race(visitor, _number: int) -> None:
        await visitor.put("BRICK")
        tabs = await asyncio.gather(visitor.check_out(), visitor.check_out())
        pages = {session_in(tab.headers["location"]): tab.headers["location"] for tab in tabs}
        assert len(pages) == 1
        paid = await asyncio.gather(*[visitor.pay(page) for page in [*pages.values()] * 2])
        assert sorted(answer.status_code for answer in paid) == [303, 409]

    await in_lanes(race, await crowd_of(place, LANES), rounds(100))
    ended = Counter((await outcomes(place)).values())
    assert ended == {SOLD: rounds(100)}
    assert len(await place.at_stripe("payment_intents")) == rounds(100)


async def test_a_cart_paid_in_one_tab_and_changed_in_another_pays_each_brick_once(place, dice, rounds):
    async def race(visitor, _number: int) -> None:
        old = await begin(visitor)
        await visitor.put("BRICK")
        _, second = await asyncio.gather(
            after(dice.uniform(0, 0.05), visitor.pay(old)),
            after(dice.uniform(0, 0.05), visitor.check_out()),
        )
        assert second.status_code in (303, 409, 422)
        if session_in(second.headers.get("location", "")):
            await asyncio.gather(visitor.pay(old), visitor.pay(second.headers["location"]))

    await in_lanes(race, await crowd_of(place, LANES), rounds(100))
    ended = Counter((await outcomes(place)).values())
    assert set(ended) <= {SOLD, SOLD_TWO, GIVEN_BACK, GIVEN_UP}


async def test_lowering_the_stock_against_a_checkout_lets_exactly_one_of_them(place, dice, rounds):
    (ada,) = await place.come_in(["ada"])

    async def race(visitor, number: int) -> tuple[int, int]:
        sku = f"RARE{number % 100}"
        await visitor.put(sku)
        gone = {"on_hand": "0", "reason": "damaged"}
        lowered, bought = await asyncio.gather(
            after(dice.uniform(0, 0.02), ada.http.post(f"/admin/stock/{sku}/movements", data=gone)),
            after(dice.uniform(0, 0.02), visitor.check_out()),
        )
        return lowered.status_code, bought.status_code

    won = Counter(await in_lanes(race, await crowd_of(place, LANES), min(100, rounds(100))))
    print(won)
    assert set(won) <= {(303, 409), (409, 303)}
