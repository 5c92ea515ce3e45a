"""Buying for real: the shop and the local Stripe over HTTP, learning results only from signed events."""

import asyncio
import re

from shop import order_finds, orders
from shop.order_finds import Choice
from tests.world import add_shopper


async def test_a_purchase_takes_the_stock_and_shows_the_order(street):
    sam = await street.shopper(street.world.sam)

    number = await sam.buy("MUG", 2)

    page = (await sam.http.get(f"/orders/{number}")).text
    assert "Paid. We are getting your order ready." in page
    assert await street.world.stock("MUG") == (3, 0)


async def test_coming_back_proves_nothing_by_itself(street):
    sam = await street.shopper(street.world.sam)
    await sam.put("MUG")
    url = (await sam.check_out()).headers["location"]
    order = await _only_order(street)

    page = (await sam.http.get(f"/checkouts/{order.number}?session_id=cs_test_invented")).text

    assert "confirming" in page
    assert "is paid" not in page
    assert url.startswith(f"{street.base}/_sandbox/pay/cs_test_")


async def test_a_paid_order_is_cancelled_with_money_and_stock_back(street):
    sam = await street.shopper(street.world.sam)
    number = await sam.buy("MUG", 2)

    assert (await sam.http.post(f"/orders/{number}/cancellation")).status_code == 303

    await sam.until(f"/orders/{number}", "Refunded")
    order = (await street.world.db.read(orders.show, number)).order
    assert (order.state, order.payment_state, order.refunded) == ("closed", "refunded", 2500)
    assert await street.world.stock("MUG") == (5, 0)


async def test_an_unpaid_order_is_cancelled_only_when_stripe_says_its_session_is_dead(street):
    sam = await street.shopper(street.world.sam)
    await sam.put("LAMP")
    url = (await sam.check_out()).headers["location"]
    number = (await _only_order(street)).number

    await sam.http.post(f"/orders/{number}/cancellation")

    await sam.until(f"/orders/{number}", "Cancelled.")
    assert await street.world.stock("LAMP") == (1, 0)
    assert (await sam.pay(url)).status_code == 409


async def test_a_declined_card_leaves_the_order_to_be_paid_with_another(street):
    sam = await street.shopper(street.world.sam)
    await sam.put("MUG")
    url = (await sam.check_out()).headers["location"]

    assert (await sam.pay(url, "4000000000000002")).status_code == 402
    assert (await sam.pay(url)).status_code == 303

    await sam.until(f"/checkouts/{(await _only_order(street)).number}", "is paid")


async def test_the_same_cart_sent_twice_is_one_order(street):
    sam = await street.shopper(street.world.sam)
    await sam.put("MUG")

    answers = await asyncio.gather(sam.check_out(), sam.check_out())

    assert {answer.status_code for answer in answers} == {303}
    await _only_order(street)
    assert await street.world.stock("MUG") == (5, 1)


async def test_a_changed_cart_gives_up_the_older_order_first(street):
    sam = await street.shopper(street.world.sam)
    await sam.put("MUG", 4)
    await sam.check_out()
    await sam.http.post("/cart/lines/MUG", data={"quantity": "5"})

    await sam.put("LAMP")

    assert (await sam.check_out()).status_code == 303

    assert await street.world.stock("MUG") == (5, 5)
    assert await street.world.stock("LAMP") == (1, 1)
    found = (await street.world.db.read(order_finds.find, Choice(), None)).items
    assert [one.state for one in found] == ["open", "closed"]


async def test_a_checkout_that_can_not_hold_its_stock_names_the_line(street):
    sam, mia = await street.shopper(street.world.sam), await street.shopper(street.world.mia)
    await sam.put("LAMP")
    await mia.put("LAMP")
    await sam.check_out()

    answer = await mia.check_out()

    assert answer.status_code == 409
    assert "Lamp is sold out." in answer.text


async def test_a_price_changed_on_the_way_is_the_one_of_the_order(street):
    sam = await street.shopper(street.world.sam)
    await sam.http.post("/cart/lines", data={"variant": "MUG", "quantity": "1", "price": "1", "total": "0"})
    url = (await sam.check_out()).headers["location"]

    assert "12.50 EUR" in (await sam.http.get(url)).text


async def test_an_order_is_nobodys_business_but_its_owners(street):
    sam, mallory = await street.shopper(street.world.sam), await street.shopper(street.world.mallory)
    number = await sam.buy("MUG")

    for address in (f"/orders/{number}", f"/checkouts/{number}"):
        assert (await mallory.http.get(address)).status_code == 404
    assert (await mallory.http.post(f"/orders/{number}/cancellation")).status_code == 404
    assert number not in (await mallory.http.get("/orders")).text


async def test_two_hundred_shoppers_racing_for_ten_units_end_in_ten_orders(street):
    await street.world.add_things("RARE", 10)
    people = [await street.world.db.write(add_shopper, f"S{number}") for number in range(200)]
    crowd = await asyncio.gather(*[street.shopper(person) for person in people])
    await asyncio.gather(*[shopper.put("RARE") for shopper in crowd])

    answers = await asyncio.gather(*[shopper.check_out() for shopper in crowd])

    assert sorted({answer.status_code for answer in answers}) == [303, 409]
    winners = [(one, answer) for one, answer in zip(crowd, answers, strict=True) if answer.status_code == 303]
    assert len(winners) == 10
    paid = await asyncio.gather(*[shopper.pay(answer.headers["location"]) for shopper, answer in winners])
    await asyncio.gather(*[_until_paid(one, back) for (one, _), back in zip(winners, paid, strict=True)])
    assert await street.world.stock("RARE") == (0, 0)
    confirmed = await street.world.db.read(order_finds.find, Choice(state="confirmed"), None)
    assert len(confirmed.items) == 10


async def _until_paid(shopper, back) -> None:
    number = re.search(r"/checkouts/(\w+)", back.headers["location"])[1]
    await shopper.until(f"/checkouts/{number}", "is paid")


async def _only_order(street):
    found = (await street.world.db.read(order_finds.find, Choice(), None)).items
    assert len(found) == 1
    return found[0]
