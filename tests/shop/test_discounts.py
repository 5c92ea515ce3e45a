"""Codes take off what they say, within their time and limits, however many come at once."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop import buyers, cart, checkout, discounts, orders, quotes
from shop.clock import later, new_id, now
from shop.discounts import Discount, Terms
from shop.errors import Conflict, Refused
from tests.world import add_shopper

TEN = Terms("TEN", "percent", 1000)


async def code(world, **changes):
    told = {name: getattr(TEN, name) for name in Terms.__slots__} | changes
    return await world.db.write(discounts.save, world.ada, None, Terms(**told), 0, now())


def asked(tx, text, value=5000, email=None, at=None):
    return discounts.find(tx, text, email=email, value=value, currency="eur", at=at or now())


async def begun(world, person, sku="MUG", quantity=1, text="TEN"):
    """Put something into a cart of its own, use the code, and place the order."""
    cart_id = new_id("cart")
    await world.db.write(cart.put, cart_id, sku, quantity, now())
    await world.db.write(quotes.use_code, cart_id, text, "eur", now())
    found = await world.db.write(checkout.begin, world.settings, buyers.account(person), cart_id, now())
    return found.order


async def test_a_code_is_found_however_it_is_typed(world):
    made = await code(world)

    assert (await world.db.read(asked, " t e n")).id == made.id


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"starts_at": later(now(), minutes=60)}, "does not hold yet"),
        ({"ends_at": later(now(), minutes=-60)}, "has ended"),
        ({"least": 6000}, "needs €10.00 more"),
    ],
)
async def test_a_code_that_gives_nothing_says_why(world, changes, sentence):
    await code(world, **changes)

    with pytest.raises(Refused, match=sentence):
        await world.db.read(asked, "TEN")


async def test_nobody_knows_a_code_that_was_never_made(world):
    with pytest.raises(Refused, match="no such code"):
        await world.db.read(asked, "NINE")


async def test_an_amount_takes_off_no_more_than_the_goods_cost(world):
    fifty = await code(world, kind="amount", value=5000)

    assert [discounts.worth(fifty, value) for value in (9000, 5000, 1250, 0)] == [5000, 5000, 1250, 0]


async def test_an_order_keeps_what_its_code_took_off(world):
    await code(world)

    order = await begun(world, world.sam, quantity=2)

    assert (order.subtotal, order.discount, order.total, order.discount_code) == (2500, 250, 2250, "TEN")
    assert [line.discount for line in await world.db.read(orders.lines_of, order.id)] == [250]


async def test_the_last_use_goes_to_one_of_sixty(world):
    made = await code(world, most_uses=1)
    await world.add_things("BRICK", 100)
    people = [await world.db.write(add_shopper, f"p{number}") for number in range(60)]

    async def race(person):
        try:
            return await begun(world, person, "BRICK")
        except Conflict as refusal:
            return str(refusal)

    found = await asyncio.gather(*map(race, people))

    assert found.count("This code has been used up.") == 59
    assert (await world.db.read(discounts.by_id, made.id)).uses == 1


async def test_a_person_uses_a_code_as_often_as_it_says(world):
    await code(world, most_a_person=1)
    await begun(world, world.sam)

    with pytest.raises(Conflict, match="used this code already"):
        await begun(world, world.sam, "VASE-S")
    assert (await begun(world, world.mia, "VASE-S")).discount == 200


async def test_an_order_that_closes_gives_the_use_back(world):
    made = await code(world, most_uses=1)
    order = await begun(world, world.sam)

    await world.db.write(_expire, order.id)

    assert (await world.db.read(discounts.by_id, made.id)).uses == 0
    assert (await begun(world, world.mia, "VASE-S")).discount == 200


def _expire(tx, order_id):
    order = orders.by_id(tx, order_id)
    orders.move(tx, order, "closed", by="stripe", at=now(), why="the session expired", reason="expired")


async def test_money_that_comes_late_takes_the_use_again_whatever_the_limit(world):
    made = await code(world, most_uses=1)
    placed = await world.place(world.sam, MUG=1, code="TEN")
    await world.tell("checkout.session.expired", placed.expired())
    await begun(world, world.mia, "VASE-S")

    await world.tell("checkout.session.completed", placed.paid())

    assert (await world.order(placed)).state == "confirmed"
    assert (await world.db.read(discounts.by_id, made.id)).uses == 2


async def test_of_two_changes_at_once_one_is_told_of_the_other(world):
    made = await code(world)
    await world.db.write(
        discounts.save, world.ada, made.id, Terms("TEN", "percent", 1500), made.version, now()
    )

    with pytest.raises(Conflict, match="TEN 15 %"):
        await world.db.write(discounts.save, world.ada, made.id, TEN, made.version, now())


KINDS = st.sampled_from(["amount", "percent"])


@given(KINDS, st.integers(1, 999), st.integers(1, 50_000), st.sampled_from([1, 10, 100]))
def test_goods_for_a_rest_are_the_least_that_leave_it(kind, value, rest, grain):
    value, rest = value * grain if kind == "amount" else value, rest * grain
    one = Discount("d", "D", kind, value, 0, None, None, None, None, 0, now(), None, 1)

    goods = discounts.goods_for(one, rest, grain)

    assert goods % grain == discounts.worth(one, goods, grain) % grain == 0
    assert goods - discounts.worth(one, goods, grain) >= rest
    assert goods - grain - discounts.worth(one, goods - grain, grain) < rest


def test_a_code_for_everything_leaves_no_rest_however_much_is_bought():
    whole = Discount("d", "D", "percent", 10_000, 0, None, None, None, None, 0, now(), None, 1)

    assert discounts.goods_for(whole, 1) is None
    assert (discounts.goods_for(whole, 0), discounts.goods_for(None, 700)) == (0, 700)
