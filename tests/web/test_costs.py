"""What a cart comes to is shown before paying, frozen in the order, and charged to the cent."""

import re

import pytest

from shop import discounts, orders, shipping, taxes
from shop.clock import now
from shop.fulfilment import Give, refund
from tests.web.conftest import text_of


@pytest.fixture
async def costs(street):
    """Germany and everywhere else, 19 % and 7 % tax, and a code for ten percent."""
    world, at = street.world, now()
    for name, codes, price in (("Home", ("DE",), 490), ("Rest", ("*",), 2500)):
        zone = await world.db.write(shipping.save_zone, world.ada, None, name, codes, at)
        terms = shipping.Terms("Standard", "2 days", price, 0, 10_000)
        await world.db.write(shipping.save_rate, world.ada, zone.id, None, terms, 0, at)
    for country, rate in (("DE", 19_000), ("AT", 20_000)):
        await world.db.write(taxes.save, world.ada, country, "", rate, 0, at)
    terms = discounts.Terms("TEN", "percent", 1000)
    await world.db.write(discounts.save, world.ada, None, terms, 0, at)
    return street


async def on_top(street):
    wanted = taxes.Terms(prices_include_tax=False, home_country="DE")
    await street.world.db.write(taxes.agree, street.world.ada, wanted, now())


async def bought(street, shopper):
    """Check out, pay, and return the order once it is booked."""
    url = (await shopper.check_out("sam@x.example")).headers["location"]
    assert "/_sandbox/pay/" in url
    back = (await shopper.pay(url)).headers["location"]
    number = re.search(r"/checkouts/(\w+)", back)[1]
    await shopper.until(f"/checkouts/{number}", "is paid")
    return (await street.world.db.read(orders.show, number)).order


async def test_shipping_and_a_code_are_shown_and_charged(costs):
    shopper = costs.stranger()
    await shopper.put("MUG", 2)
    await shopper.http.post("/cart/code", data={"code": "ten"})

    page = (await shopper.http.get("/cart")).text
    order = await bought(costs, shopper)

    for told in ("€25.00", "-€2.50", "€4.90", "€27.40", "€4.37 tax included"):
        assert told in page, told
    sums = (order.subtotal, order.discount, order.shipping, order.tax, order.tax_included, order.total)
    assert sums == (2500, 250, 490, 0, 437, 2740)
    assert (order.captured, order.state, order.country) == (2740, "confirmed", "DE")


async def test_tax_comes_on_top_where_prices_are_without_it(costs):
    await on_top(costs)
    shopper = costs.stranger()
    await shopper.put("MUG", 2)
    await shopper.http.post("/cart/destination", data={"country": "AT", "way": ""})

    order = await bought(costs, shopper)

    assert (order.shipping, order.tax, order.tax_included, order.total) == (2500, 1000, 0, 6000)
    assert order.captured == 6000


async def test_where_it_goes_is_asked_at_the_payment_page_and_shown(costs):
    shopper = costs.stranger()
    await shopper.put("MUG")

    order = await bought(costs, shopper)

    assert order.address == ("Test Shopper", "Teststraße 1", "10115 Berlin", "Germany")
    assert "Teststraße 1" in (await shopper.http.get(f"/orders/{order.number}")).text


async def test_a_line_is_refunded_for_what_was_paid_for_it(costs):
    await on_top(costs)
    shopper = costs.stranger()
    await shopper.put("MUG", 2)
    await shopper.put("VASE-S", 1)
    await shopper.http.post("/cart/code", data={"code": "TEN"})
    order = await bought(costs, shopper)
    ada = costs.world.ada

    one_mug = Give(None, {"MUG": 1}, restock=False)
    given = await costs.world.db.write(refund, order.number, ada, one_mug, now())

    assert given == 1339  # half of 25.00 less a tenth, with 19 % on top
    assert order.total - given > 0


async def test_a_code_that_ended_meanwhile_is_told_and_nothing_is_lost(costs):
    shopper = costs.stranger()
    await shopper.put("MUG")
    await shopper.http.post("/cart/code", data={"code": "TEN"})
    found = (await costs.world.db.read(discounts.listing, None)).items[0]
    await costs.world.db.write(discounts.end, costs.world.ada, found.id, now())

    answer = await shopper.check_out("sam@x.example")

    assert answer.status_code == 409
    assert "This code has ended." in answer.text
    assert "One less of Mug" in answer.text
    assert await costs.world.stock("MUG") == (5, 0)


async def test_a_code_is_used_taken_off_and_refused_beside_its_field(stranger, world):
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "1"})

    answer = await stranger.post("/cart/code", {"code": "NOPE"})
    page = await text_of(answer)

    assert answer.status_code == 422
    assert 'id="error-code">There is no such code: look at it again.' in page
    assert 'value="NOPE"' in page


async def test_a_country_that_is_not_sent_to_is_refused_beside_its_field(stranger, world):
    await world.db.write(shipping.save_zone, world.ada, None, "Home", ("DE",), now())
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "1"})

    answer = await stranger.post("/cart/destination", {"country": "US"}, htmx=True)

    assert answer.status_code == 422
    assert "send to United States" in await text_of(answer)


async def test_what_is_paid_for_with_a_code_leaves_the_cart_without_it(costs):
    shopper = costs.stranger()
    await shopper.put("MUG")
    await shopper.http.post("/cart/code", data={"code": "TEN"})
    await bought(costs, shopper)
    await shopper.put("MUG")

    assert "TEN" not in (await shopper.http.get("/cart")).text


async def test_what_a_guest_has_chosen_comes_along_when_they_sign_in(costs):
    sam = await costs.shopper(costs.world.sam)
    await sam.put("VASE-S")
    gina = costs.stranger()
    await gina.put("MUG")
    await gina.http.post("/cart/destination", data={"country": "AT"})
    await gina.http.post("/cart/code", data={"code": "ten"})

    await gina.sign_in(costs.world.sam.email)

    order = await bought(costs, gina)
    assert (order.person_id, order.country, order.discount_code) == (costs.world.sam.id, "AT", "TEN")
    assert order.discount == (1250 + 2000) // 10


async def test_a_code_that_a_guest_has_used_up_is_refused_before_they_pay(costs):
    once = discounts.Terms("ONCE", "amount", 100, most_a_person=1)
    await costs.world.db.write(discounts.save, costs.world.ada, None, once, 0, now())
    gina = costs.stranger()
    await gina.put("MUG")
    assert (await gina.http.post("/cart/code", data={"code": "ONCE"})).status_code == 303
    await bought(costs, gina)

    await gina.put("MUG")
    again = await gina.http.post("/cart/code", data={"code": "ONCE"})

    assert again.status_code == 422
    assert "Discount ONCE" not in (await gina.http.get("/cart")).text


async def test_free_shipping_is_promised_for_what_is_left_after_the_code(costs):
    shopper = costs.stranger()
    await shopper.put("MUG", 4)
    await shopper.http.post("/cart/code", data={"code": "TEN"})

    # 111.11 less a tenth is 100.00; 50.00 are there.
    assert "€61.11 more, and shipping is free." in (await shopper.http.get("/cart")).text


async def test_another_code_of_the_same_worth_is_another_order(costs):
    terms = discounts.Terms("TENTH", "percent", 1000)
    await costs.world.db.write(discounts.save, costs.world.ada, None, terms, 0, now())
    shopper = costs.stranger()
    await shopper.put("MUG")
    await shopper.http.post("/cart/code", data={"code": "TEN"})
    await shopper.check_out("sam@x.example")

    await shopper.http.post("/cart/code", data={"code": "TENTH"})
    order = await bought(costs, shopper)

    assert order.discount_code == "TENTH"
    used = {one.code: one.uses for one in (await costs.world.db.read(discounts.listing, None)).items}
    assert used == {"TEN": 0, "TENTH": 1}


async def test_less_than_can_be_paid_is_told_before_it_is_tried(street):
    nearly = discounts.Terms("NEARLY", "amount", 1220)
    await street.world.db.write(discounts.save, street.world.ada, None, nearly, 0, now())
    shopper = street.stranger()
    await shopper.put("MUG")
    await shopper.http.post("/cart/code", data={"code": "NEARLY"})

    answer = await shopper.check_out("sam@x.example")

    assert answer.status_code == 409
    assert "The least that can be paid is €0.50: put something more into your cart." in answer.text
    assert 'id="cart-pay"' not in (await shopper.http.get("/cart")).text
    assert await street.world.stock("MUG") == (5, 0)
