"""The merchant defines what a checkout costs: shipping, taxes, and codes."""

import pytest

from shop import discounts, shipping, taxes
from shop.clock import now
from tests.web.conftest import text_of

PAGES = ("/admin/shipping", "/admin/taxes", "/admin/discounts")
ZONE = {"name": "Home", "countries": "de, at"}
RATE = {"name": "Standard", "days": "2 days", "price": "4,90", "from_value": "", "free_from": "50"}
CODE = {"code": "spring 26", "kind": "percent", "value": "12.5", "least": "20", "ends": "2099-01-31"}


@pytest.mark.parametrize("path", PAGES)
async def test_only_admins_see_these_pages(stranger, sam, ada, path):
    assert (await stranger.get(path)).status_code == 303
    assert (await sam.get(path)).status_code == 404
    assert "yet" in await text_of(await ada.get(path))


async def test_a_zone_and_its_rate_are_written_down_changed_and_removed(ada, world):
    assert (await ada.post("/admin/shipping", ZONE)).status_code == 303
    zone = (await world.db.read(shipping.zones))[0]
    await ada.post(f"/admin/shipping/{zone.id}/rates", RATE)
    rate = (await world.db.read(shipping.zones))[0].rates[0]

    assert zone.countries == ("AT", "DE")
    assert (rate.price, rate.free_from, rate.from_value) == (490, 5000, 0)
    assert 'value="4.90"' in await text_of(await ada.get("/admin/shipping"))

    await ada.post(f"/admin/shipping/{zone.id}/rates/{rate.id}", RATE | {"price": "5", "seen": "1"})
    stale = await ada.post(f"/admin/shipping/{zone.id}/rates/{rate.id}", RATE | {"price": "6", "seen": "1"})
    assert stale.status_code == 409
    assert "Somebody has changed it meanwhile" in await text_of(stale)
    await ada.post(f"/admin/shipping/{zone.id}/removal")
    assert await world.db.read(shipping.zones) == ()


async def test_what_is_wrong_with_a_zone_or_rate_stands_beside_its_field(ada, world):
    wrong = await ada.post("/admin/shipping", {"name": "", "countries": "XX"})
    assert wrong.status_code == 422
    assert "Write the zone&#39;s name." in await text_of(wrong)
    await ada.post("/admin/shipping", ZONE)
    zone = (await world.db.read(shipping.zones))[0]

    taken = await text_of(await ada.post("/admin/shipping", {"name": "More", "countries": "DE"}))
    odd = await text_of(await ada.post(f"/admin/shipping/{zone.id}/rates", RATE | {"price": "cheap"}))

    assert "DE is in another zone already." in taken
    assert "Write an amount such as 12.50." in odd


async def test_taxes_are_set_taken_away_and_brought_back(ada, world):
    await ada.post("/admin/taxes/rates", {"country": "DE", "category": "", "percent": "19"})
    again = await ada.post("/admin/taxes/rates", {"country": "DE", "category": "", "percent": "7.5"})

    assert again.status_code == 409
    assert "There is a rate for this by now: 19 %." in await text_of(again)
    await ada.post("/admin/taxes/rates", {"country": "DE", "category": "", "percent": "7.5", "seen": "1"})
    assert await world.db.read(taxes.rate, "DE", "whatever") == 7500
    await ada.post("/admin/taxes/rates/removal", {"country": "DE", "category": ""})
    page = await text_of(await ada.get("/admin/taxes"))
    assert 'action="/admin/taxes/rates"' in page.split("The rate is gone.")[1]


async def test_the_unions_rates_are_put_in_where_there_are_none(ada, world):
    await ada.post("/admin/taxes/rates", {"country": "FI", "category": "", "percent": "24"})

    await ada.post("/admin/taxes/standard")

    assert await world.db.read(taxes.rate, "FI", "") == 24_000
    assert await world.db.read(taxes.rate, "SE", "") == 25_000


async def test_how_prices_are_meant_is_changed_and_undone(ada, world):
    await ada.post("/admin/taxes", {"home_country": "SE"})

    assert await world.db.read(taxes.terms) == taxes.Terms(prices_include_tax=False, home_country="SE")
    assert 'name="prices_include_tax" value="1"' in await text_of(await ada.get("/admin/taxes"))


async def test_a_code_is_made_used_ended_and_begun_again(ada, world):
    answer = await ada.post("/admin/discounts", CODE)
    made = (await world.db.read(discounts.listing, None)).items[0]
    placed = await world.place(world.sam, code="SPRING26", LAMP=1)

    page = await text_of(await ada.get(answer.headers["Location"]))
    assert (made.code, made.value, made.least) == ("SPRING26", 1250, 2000)
    assert placed.number in page
    assert "€10.00" in page
    await ada.post(f"/admin/discounts/{made.id}/end")
    assert (await world.db.read(discounts.by_id, made.id)).state(now()) == "ended"
    await ada.post(f"/admin/discounts/{made.id}/resumption")
    assert (await world.db.read(discounts.by_id, made.id)).state(now()) == "running"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"value": "101"}, "Write at most 100 percent."),
        ({"value": "1.234"}, "Write percent such as 19 or 7.5."),
        ({"value": "0"}, "Write how much it takes off."),
        ({"starts": "2099-02-01"}, "This is before it begins."),
        ({"most_uses": "often"}, "Write a whole number"),
    ],
)
async def test_terms_that_can_not_be_are_refused_with_what_was_typed(ada, changes, sentence):
    answer = await ada.post("/admin/discounts", CODE | changes)
    page = await text_of(answer)

    assert answer.status_code == 422
    assert sentence in page
    assert 'value="spring 26"' in page


async def test_two_codes_of_one_name_are_refused_and_an_empty_one_is_drawn(ada, world):
    await ada.post("/admin/discounts", CODE)

    assert "There is a code of this name already." in await text_of(await ada.post("/admin/discounts", CODE))
    await ada.post("/admin/discounts", CODE | {"code": ""})
    assert len((await world.db.read(discounts.listing, None)).items[0].code) == 8
