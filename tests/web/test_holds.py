"""What is held while somebody pays: given back, kept through two tabs, and never charged twice."""

import asyncio
import re

from shop import order_finds
from shop.order_finds import Choice


async def placed(street) -> list[tuple[str, str]]:
    found = (await street.world.db.read(order_finds.find, Choice(), None)).items
    return [(one.number, one.state) for one in reversed(found)]


async def test_held_items_are_given_back_and_the_cart_is_as_it_was(street):
    gina = street.stranger()
    await gina.put("MUG", 3)
    url = (await gina.check_out("g@x.example")).headers["location"]
    [(number, _)] = await placed(street)
    assert "Give the items back" in (await gina.http.get(f"/checkouts/{number}")).text

    answer = await gina.http.post(f"/checkouts/{number}/end")

    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")
    page = (await gina.http.get("/cart")).text
    assert "The items are free again, and nothing was charged." in page
    assert re.search(r'name="quantity"[^>]* value="3"', page)
    assert await street.world.stock("MUG") == (5, 0)
    assert (await gina.pay(url)).status_code == 409


async def test_what_is_paid_meanwhile_is_not_given_back_by_a_page_that_is_behind(street):
    gina = street.stranger()
    number = await gina.buy("MUG", email="g@x.example")

    answer = await gina.http.post(f"/checkouts/{number}/end")

    assert answer.status_code == 409
    assert "does not wait for its payment any more" in answer.text
    assert await placed(street) == [(number, "confirmed")]


async def test_giving_back_twice_is_harmless(street):
    gina = street.stranger()
    await gina.put("MUG")
    await gina.check_out("g@x.example")
    [(number, _)] = await placed(street)

    answers = [await gina.http.post(f"/checkouts/{number}/end") for _ in range(2)]

    assert [one.status_code for one in answers] == [303, 303]
    assert await street.world.stock("MUG") == (5, 0)


async def test_two_tabs_of_a_guest_check_out_one_cart_as_one_order(street):
    gina = street.stranger()
    await gina.put("MUG")

    answers = await asyncio.gather(*[gina.check_out("g@x.example") for _ in range(2)])

    assert {one.headers["location"] for one in answers} == {answers[0].headers["location"]}
    assert [state for _, state in await placed(street)] == ["open"]


async def test_back_from_stripe_with_a_changed_cart_gives_up_the_older_order(street):
    gina = street.stranger()
    await gina.put("MUG", 2)
    old = (await gina.check_out("g@x.example")).headers["location"]
    await gina.http.post("/cart/lines/MUG", data={"quantity": "5"})

    await gina.check_out("g@x.example")

    assert [state for _, state in await placed(street)] == ["closed", "open"]
    assert await street.world.stock("MUG") == (5, 5)
    assert (await gina.pay(old)).status_code == 409


async def test_back_after_paying_and_pressing_again_says_that_it_is_paid(street):
    gina = street.stranger()
    number = await gina.buy("MUG", email="g@x.example")

    answer = await gina.check_out("g@x.example")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/checkouts/{number}")
    assert "Thank you: your order is paid" in (await gina.http.get(f"/checkouts/{number}")).text
    assert await placed(street) == [(number, "confirmed")]


async def test_an_empty_cart_that_never_was_an_order_is_refused(street):
    gina = street.stranger()
    await gina.put("MUG")
    await gina.http.post("/cart/lines/MUG", data={"quantity": "0"})

    answer = await gina.check_out("g@x.example")

    assert answer.status_code == 422
    assert "Your cart is empty." in answer.text


async def test_a_guest_who_signs_in_while_paying_loses_neither_cart_nor_stock(street):
    sam = await street.shopper(street.world.sam)
    await sam.put("MUG")
    gina = street.stranger()
    await gina.put("LAMP")
    await gina.check_out("g@x.example")

    await gina.sign_in(street.world.sam.email)

    page = (await gina.http.get("/cart")).text
    assert "Lamp" in page
    assert "sold out" not in page
    assert "waits for your payment" in page
    assert (await gina.check_out()).status_code == 303
    assert [state for _, state in await placed(street)] == ["closed", "open"]
    assert await street.world.stock("LAMP") == (1, 1)


async def test_a_guest_is_limited_like_an_account(street_with_limits):
    gina = street_with_limits.stranger()
    await gina.put("MUG")

    answers = [await gina.check_out("g@x.example") for _ in range(21)]

    assert [one.status_code for one in answers] == [303] * 20 + [429]
