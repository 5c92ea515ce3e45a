"""Buying without an account as people do it: with a finger, without script, and from the letter on."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.hands import Touch
from tests.browser.test_pages import examine
from tests.browser.test_walks import PAYS, SCRIPTS, arrives, pay, put_mug, refreshed, sign_in

pytestmark = pytest.mark.browser

GINA = "gina@tillroom.example"


async def buy(page, tap=None) -> str:
    """Buy what is in the cart as a guest and return the order's number."""
    tap = tap or (lambda wanted: wanted.click())
    await page.goto("/cart")
    await page.get_by_label("E-mail").fill(GINA)
    await tap(page.get_by_role("button", name="Check out"))
    await page.wait_for_url("**/_sandbox/pay/**")
    await pay(page, PAYS)
    await page.wait_for_url("**/checkouts/**")
    await refreshed(page, "is paid")
    return re.search(r"/checkouts/(\w+)", page.url)[1]


async def link_from_letter(open_page, demo, number) -> str:
    """Read the order's letter as the demo's admin does, and return where its link leads."""
    page = await open_page()
    await page.goto("/login?next=/admin/letters")
    await sign_in(page, demo, "ada", "/admin/letters")
    for _ in range(20):
        letter = page.get_by_role("link", name=f"Order {number} is paid")
        if await letter.count():
            break
        await page.wait_for_timeout(300)
        await page.reload()
    await letter.click()
    return await page.locator(".letter-text a").get_attribute("href")


@SCRIPTS
async def test_a_guest_buys_on_a_phone_and_cancels(open_page, demo, script):
    page = await open_page(java_script_enabled=script, **Touch.settings)
    await put_mug(page)
    await page.goto("/cart")
    await page.get_by_role("button", name="Check out").tap()
    await expect(page.locator("#cart-pay .error")).to_have_text("Write your e-mail address.")
    await expect(page.get_by_label("E-mail")).to_be_focused()

    number = await buy(page, lambda wanted: wanted.tap())

    await page.get_by_role("link", name=f"See order {number}").tap()
    await page.get_by_role("button", name="Cancel order").tap()
    await refreshed(page, "Cancelled.")


@SCRIPTS
async def test_the_letters_link_opens_the_order_elsewhere_and_an_account_takes_it_up(open_page, demo, script):
    buyer = await open_page()
    await put_mug(buyer)
    number = await buy(buyer)
    link = await link_from_letter(open_page, demo, number)
    page = await open_page(java_script_enabled=script, **Touch.settings)
    await page.goto(link)
    await arrives(page, f"/orders/{number}")
    await page.get_by_role("link", name="Create an account to keep").tap()

    await expect(page.get_by_label("E-mail")).to_have_value(GINA)
    await page.get_by_label("Name").fill("Gina")
    await page.get_by_label("Password").fill("a long enough secret")
    await page.get_by_role("button", name="Create account").tap()
    await arrives(page, f"/orders/{number}")
    await page.get_by_role("button", name="Add to my account").tap()

    await refreshed(page, "Added to an account")
    await page.goto("/orders")
    await expect(page.get_by_role("link", name=number)).to_be_visible()


async def test_what_is_typed_stays_while_the_cart_changes(open_page):
    page = await open_page()
    await put_mug(page)
    await page.goto("/cart")
    await page.get_by_label("E-mail").fill("gi")

    await page.get_by_role("button", name=re.compile("One more of")).click()

    await expect(page.locator("#cart-badge")).to_contain_text("2")
    await expect(page.get_by_label("E-mail")).to_have_value("gi")


async def test_the_pages_of_a_guest(open_page, demo):
    page = await open_page()
    await put_mug(page)
    await page.goto("/cart")
    await examine(page, "cart")
    await page.get_by_role("button", name="Check out").click()
    await page.get_by_text("Write your e-mail address.").wait_for()
    await expect(page.get_by_label("E-mail")).to_be_focused()
    number = await buy(page)
    await examine(page, "paid")
    await page.goto(f"/orders/{number}")
    await examine(page, "an order to be proved")
    await page.goto(await link_from_letter(open_page, demo, number))
    await examine(page, "an order that is proved")
    for path in ("/o", "/o/nowhere", "/orders/NOWHERE2"):
        await page.goto(path)
        await examine(page, path)
