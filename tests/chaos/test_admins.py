"""Admins at the same thing at the same moment, and admins while shoppers buy: no update is ever lost.

What was answered with success is in the books, what was refused is not, and nobody is answered with an error.
"""

import asyncio
import re
from collections import Counter

import pytest

from shop import people
from shop.clock import now
from tests.chaos.processes import Premises, trading
from tests.chaos.test_races import after, begin

CROWD, SHELVES = 12, 10


async def furnish(world) -> None:
    await world.add_things("BRICK", 1000)
    await asyncio.gather(*[world.add_things(f"SHELF{number}", 10) for number in range(SHELVES)])
    second = await world.db.read(people.by_email, "s0@tillroom.example")
    await world.db.write(people.set_role, world.ada, second.id, "admin", now())


@pytest.fixture
async def place(tmp_path):
    async with trading(tmp_path, furnish, people=CROWD) as opened:
        yield opened


@pytest.fixture
async def two(place):
    return await place.come_in(["ada", "s0"])


def one(place: Premises, statement: str, **parameters: object):
    with place.books() as books:
        return books.rows(statement, **parameters)[0]


def on_hand(place: Premises, sku: str) -> int:
    return one(place, "SELECT on_hand FROM stock WHERE sku = :sku", sku=sku)[0]


async def test_of_two_counts_of_one_row_the_later_learns_of_the_earlier(place, two, rounds):
    answers = Counter()
    for number in range(rounds(40)):
        sku = f"SHELF{number % SHELVES}"
        seen = on_hand(place, sku)
        counts = [seen + 1 + number % 3, seen + 5]
        told = await asyncio.gather(
            *[
                admin.http.post(
                    f"/admin/stock/{sku}/movements",
                    data={"on_hand": str(count), "seen": str(seen), "reason": "counted"},
                )
                for admin, count in zip(two, counts, strict=True)
            ]
        )
        statuses = [answer.status_code for answer in told]
        answers[tuple(sorted(statuses))] += 1
        assert on_hand(place, sku) == counts[statuses.index(303)]
        assert f"It is {on_hand(place, sku)} by now" in told[statuses.index(409)].text
    assert answers == {(303, 409): rounds(40)}


async def test_steps_of_two_admins_add_up(place, two, dice, rounds):
    changes = [dice.choice(("1", "-1", "3", "2")) for _ in range(rounds(60))]
    told = await asyncio.gather(
        *[
            two[number % 2].http.post(
                "/admin/stock/BRICK/movements", data={"change": change, "reason": "correction"}
            )
            for number, change in enumerate(changes)
        ]
    )

    assert {answer.status_code for answer in told} == {303}
    assert on_hand(place, "BRICK") == 1000 + sum(map(int, changes))


async def test_counting_while_shoppers_buy_loses_neither_a_count_nor_a_sale(place, two, dice, rounds):
    shoppers = await place.come_in([f"s{number}" for number in range(1, CROWD)])

    async def shop(visitor) -> int:
        for _ in range(rounds(2)):
            visitor.forget_cart()
            assert (await visitor.pay(await begin(visitor))).status_code == 303
        return rounds(2)

    counts = [count(place, admin, dice, rounds(15)) for admin in two]
    *sold, one_found, another_found = await asyncio.gather(*[shop(visitor) for visitor in shoppers], *counts)
    await place.until_quiet()
    assert on_hand(place, "BRICK") == 1000 + one_found + another_found - sum(sold)


async def count(place: Premises, admin, dice, times: int) -> int:
    """Count the bricks again and again, a few wrong each time; return what that has added, all in all."""
    added = 0
    for _ in range(times):
        seen = on_hand(place, "BRICK")
        wanted = seen + dice.randrange(-2, 4)
        data = {"on_hand": str(wanted), "seen": str(seen), "reason": "counted"}
        answer = await admin.http.post("/admin/stock/BRICK/movements", data=data)
        assert answer.status_code in (303, 409)
        added += wanted - seen if answer.status_code == 303 else 0
    return added


async def test_of_two_prices_one_wins_and_every_order_is_charged_what_it_was_shown(place, two, dice, rounds):
    shoppers = await place.come_in([f"s{number}" for number in range(1, 6)])
    product, *_ = one(place, "SELECT product_id FROM variants WHERE sku = 'BRICK'")
    for number in range(rounds(12)):
        (seen,) = one(place, "SELECT version FROM variants WHERE sku = 'BRICK'")
        prices = (f"{5 + number}.10", f"{5 + number}.20")
        asked = [
            {"variant": "BRICK", "seen": str(seen), "price": price, "to": f"/admin/products/{product}/price"}
            for price in prices
        ]
        edits = [after(dice.uniform(0, 0.02), send(*pair)) for pair in zip(two, asked, strict=True)]
        *told, _ = await asyncio.gather(*edits, begin(shoppers[number % len(shoppers)]))
        statuses = [answer.status_code for answer in told]
        assert sorted(statuses) == [303, 409]
        winner = int(prices[statuses.index(303)].replace(".", ""))
        assert one(place, "SELECT price, version FROM variants WHERE sku = 'BRICK'") == (winner, seen + 1)
    assert one(place, DIFFERENT) == (0,)


async def send(admin, form: dict[str, str]):
    return await admin.http.post(form.pop("to"), data=form)


DIFFERENT = """
SELECT COUNT(*)
FROM orders o JOIN payment_attempts a ON a.order_id = o.id JOIN order_lines l ON l.order_id = o.id
WHERE a.amount <> o.total OR o.total <> l.quantity * l.unit_price
"""


async def test_a_change_of_many_rows_is_whole_or_not_at_all_beside_another_admin(place, two, dice, rounds):
    told = {"action": "stock_is", "value": "50", "reason": "counted", "rows": "all", "q": "SHELF"}
    outcomes = Counter()
    for number in range(rounds(10)):
        page = (await two[0].http.get("/admin/stock/changes", params=told | {"value": str(50 + number)})).text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        many, single = await asyncio.gather(
            two[0].http.post("/admin/stock/batches", params={"q": "SHELF"}, data=hidden),
            after(
                dice.uniform(0, 0.02),
                two[1].http.post("/admin/stock/SHELF3/movements", data={"change": "1", "reason": "received"}),
            ),
        )
        outcomes[many.status_code] += 1
        assert single.status_code == 303
        assert many.status_code in (303, 409)
        levels = {sku: on_hand(place, sku) for sku in (f"SHELF{one}" for one in range(SHELVES) if one != 3)}
        assert (set(levels.values()) == {50 + number}) == (many.status_code == 303), levels
    print(outcomes)


async def test_two_edits_of_one_product_leave_the_first_and_tell_the_second(place, two, rounds):
    product, *_ = one(place, "SELECT product_id FROM variants WHERE sku = 'BRICK'")
    for number in range(rounds(10)):
        page = (await two[0].http.get(f"/admin/products/{product}")).text
        form = re.search(rf'action="/admin/products/{product}".*?</form>', page, re.DOTALL)[0]
        told = dict(re.findall(r'name="(seen|slug)"[^>]*? value="([^"]*)"', form))
        told |= {"category": re.search(r'<option value="([^"]+)" selected', form)[1], "description": ""}
        names = (f"Brick {number} of Ada", f"Brick {number} of another")
        answers = await asyncio.gather(
            *[
                admin.http.post(f"/admin/products/{product}", data=told | {"name": name})
                for admin, name in zip(two, names, strict=True)
            ]
        )
        statuses = [answer.status_code for answer in answers]
        assert sorted(statuses) == [303, 409]
        (name,) = one(place, "SELECT name FROM products WHERE id = :id", id=product)
        assert name == names[statuses.index(303)]


async def test_an_order_shipped_by_two_at_once_has_one_parcel(place, two, rounds):
    (shopper,) = await place.come_in(["s5"])
    for _ in range(rounds(5)):
        shopper.forget_cart()
        number = await shopper.buy("BRICK")
        data = {"carrier": "Post", "tracking": "P1", "number": number, f"tracking-{number}": "P1"}
        told = await asyncio.gather(
            two[0].http.post(f"/admin/orders/{number}/shipment", data=data),
            two[1].http.post("/admin/orders/shipment", data=data),
        )
        assert {answer.status_code for answer in told} <= {303, 409, 422}
        parcels = (
            "SELECT COUNT(*) FROM shipments s JOIN orders o ON o.id = s.order_id WHERE o.number = :number"
        )
        assert one(place, parcels, number=number) == (1,)
