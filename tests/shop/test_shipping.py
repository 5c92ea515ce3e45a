"""Where goods are sent, how, and for how much; as the merchant has written it down."""

import pytest

from shop import shipping
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.shipping import Terms


async def zone(world, name, *countries):
    return await world.db.write(shipping.save_zone, world.ada, None, name, countries, now())


async def rate(world, its_zone, name, price, from_value=0, free_from=None):
    terms = Terms(name, "", price, from_value, free_from)
    await world.db.write(shipping.save_rate, world.ada, its_zone.id, None, terms, 0, now())


async def offered(world, country, value):
    return [(one.name, one.price) for one in await world.db.read(shipping.offers, country, value)]


async def test_without_zones_everything_goes_everywhere_for_nothing(world):
    assert await world.db.read(shipping.countries) == ()
    assert await world.db.read(shipping.sends_to, "NZ")
    assert await offered(world, "NZ", 100) == []


async def test_a_country_has_the_rates_of_its_zone_or_of_everywhere_else(world):
    home, rest = await zone(world, "Home", "DE", "AT"), await zone(world, "Rest", "*")
    await rate(world, home, "Standard", 490, free_from=5000)
    await rate(world, home, "Express", 990)
    await rate(world, rest, "Far", 2500)

    assert await offered(world, "AT", 4999) == [("Standard", 490), ("Express", 990)]
    assert await offered(world, "DE", 5000) == [("Standard", 0), ("Express", 990)]
    assert await offered(world, "NZ", 5000) == [("Far", 2500)]
    assert "NZ" in await world.db.read(shipping.countries)


async def test_a_rate_is_offered_from_its_value_on(world):
    home = await zone(world, "Home", "DE")
    await rate(world, home, "Freight", 9000, from_value=50_000)

    assert await offered(world, "DE", 49_999) == []
    assert await offered(world, "DE", 50_000) == [("Freight", 9000)]


async def test_it_is_told_from_where_on_shipping_is_free(world):
    home = await zone(world, "Home", "DE")
    await rate(world, home, "Standard", 490, free_from=5000)

    assert await world.db.read(shipping.free_from, "DE", 100) == 5000
    assert await world.db.read(shipping.free_from, "DE", 5000) is None


@pytest.mark.parametrize(
    ("codes", "sentence"), [((), "at least one"), (("XX",), "no country"), (("DE",), "another")]
)
async def test_a_zone_takes_countries_that_are_some_and_free(world, codes, sentence):
    await zone(world, "Home", "DE")

    with pytest.raises(Refused, match=sentence):
        await zone(world, "More", *codes)


async def test_a_zone_that_goes_frees_its_countries(world):
    home = await zone(world, "Home", "DE")
    await rate(world, home, "Standard", 490)

    await world.db.write(shipping.drop_zone, world.ada, home.id, now())

    assert await world.db.read(shipping.zones) == ()
    assert (await zone(world, "Anew", "DE")).countries == ("DE",)


async def test_of_two_changes_of_a_rate_one_is_told_of_the_other(world):
    home = await zone(world, "Home", "DE")
    await rate(world, home, "Standard", 490)
    seen = (await world.db.read(shipping.zone, home.id)).rates[0]
    terms = Terms("Standard", "", 590, 0, None)
    await world.db.write(shipping.save_rate, world.ada, home.id, seen.id, terms, seen.version, now())

    with pytest.raises(Conflict, match="Standard 590"):
        await world.db.write(shipping.save_rate, world.ada, home.id, seen.id, terms, seen.version, now())
