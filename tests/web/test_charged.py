"""Whatever is in a cart and wherever it goes: what it comes to is what the payment page asks for."""

import random

import pytest

from shop import buyers, cart, checkout, discounts, fulfilment, payments, quotes, shipping, taxes
from shop.clock import new_id, now
from shop.errors import Refused
from shop.fulfilment import Give
from shop.money import grain
from shop.stripe_gateway import Gateway
from tests.street import opened_street

CARTS = 40
COUNTRIES = ("DE", "AT", "US", "JP")
PERCENTS = (0, 2100, 7000, 8100, 19_000, 25_500)


@pytest.fixture(params=["eur", "jpy", "kwd"])
async def bazaar(request, tmp_path):
    """A street with odd prices, three zones with ways to send and four countries with taxes."""
    async with opened_street(tmp_path, currency=request.param) as street:
        dice = random.Random(request.param)
        await furnish(street.world, dice)
        yield street, dice
        await street.world.assert_books_balance()


async def furnish(world, dice):
    by = grain(world.settings.currency)
    for sku in "ABCDE":
        await world.add_things(sku, 5000, price=by * dice.choice((10, 33, 70, 999, 1250, 12_340)))
    for name, codes in (("Home", ("DE",)), ("Near", ("AT",)), ("Rest", ("*",))):
        zone = await world.db.write(shipping.save_zone, world.ada, None, name, codes, now())
        for place in range(2):
            terms = shipping.Terms(
                f"Way {place}", "", by * dice.randrange(0, 3000), 0, dice.choice((None, 5000))
            )
            await world.db.write(shipping.save_rate, world.ada, zone.id, None, terms, 0, now())
    for country in COUNTRIES:
        await world.db.write(taxes.save, world.ada, country, "", dice.choice(PERCENTS), 0, now())


async def filled_cart(world, dice, place: int) -> str:
    """Fill a cart, choose where it goes and how, and use a code or none; prices are with tax or without."""
    cart_id, at = new_id("cart"), now()
    included = taxes.Terms(dice.random() < 0.5, "DE")
    await world.db.write(taxes.agree, world.ada, included, at)
    for sku in dice.sample("ABCDE", dice.randint(1, 5)):
        await world.db.write(cart.put, cart_id, sku, dice.randint(1, 9), at)
    await world.db.write(quotes.send_to, cart_id, dice.choice(COUNTRIES), "")
    kind, value = dice.choice(
        (
            ("amount", grain(world.settings.currency) * dice.randint(1, 4000)),
            ("percent", dice.randint(1, 10_000)),
            ("", 0),
        )
    )
    if kind:
        terms = discounts.Terms(f"CODE{place}", kind, value)
        await world.db.write(discounts.save, world.ada, None, terms, 0, at)
        await world.db.write(quotes.use_code, cart_id, terms.code, world.settings.currency, at)
    return cart_id


@pytest.fixture
async def gateway(bazaar):
    settings = bazaar[0].world.settings
    opened = Gateway(settings.stripe_key, settings.stripe_api_base)
    yield opened
    await opened.close()


async def asked_for(world, gateway, cart_id: str) -> int:
    """Check a cart out as a guest and return what the payment page asks for, 0 where there is none."""
    guest = buyers.guest(f"{cart_id}@x.example")
    order = (await world.db.write(checkout.begin, world.settings, guest, cart_id, now())).order
    await checkout.open_session(world.db, gateway, order.id)
    attempt = await world.db.read(payments.latest_attempt, order.id)
    return (await gateway.get_session(attempt.session_id)).amount_total if attempt else 0


async def test_any_cart_is_charged_what_was_shown_to_the_last_minor_unit(bazaar, gateway):
    world, dice = bazaar[0].world, bazaar[1]
    shown, charged = [], []
    for place in range(CARTS):
        cart_id = await filled_cart(world, dice, place)
        quote = await world.db.read(quotes.of, cart_id, world.settings.currency, now())
        if quote.can_check_out:
            shown.append(quote.totals.total)
            charged.append(await asked_for(world, gateway, cart_id))

    assert charged == shown
    assert len(charged) > CARTS // 2
    assert len(set(charged)) > CARTS // 4


async def test_what_is_given_back_of_a_line_is_an_amount_that_can_be(tmp_path):
    async with opened_street(tmp_path, currency="kwd") as street:
        world, third = street.world, discounts.Terms("THIRD", "percent", 3300)
        await world.add_things("CUP", 10, price=990)
        await world.db.write(discounts.save, world.ada, None, third, 0, now())
        placed = await world.confirmed(world.sam, CUP=3, code="THIRD")

        one = Give(None, {"CUP": 1}, restock=False)

        assert (await world.order(placed)).total == 1990
        assert await world.db.write(fulfilment.refund, placed.number, world.ada, one, now()) == 660
        with pytest.raises(Refused, match="in steps of 0.010: write 0.330"):
            await world.db.write(fulfilment.refund, placed.number, world.ada, Give(333, {}, False), now())
