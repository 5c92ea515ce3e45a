"""Walks through the shop as people take them: with script, without, and by keyboard alone."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser

DECLINED, PAYS = "4000 0000 0000 0002", "4242 4242 4242 4242"
SCRIPTS = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


async def put_mug(page) -> None:
    await page.goto("/p/early-mug")
    await page.get_by_role("button", name="Add to cart").click()
    await expect(page.locator("#cart-badge")).to_contain_text("1")


async def sign_in(page, demo, name="sam", then="/cart") -> None:
    email, password = demo.sign_ins[name]
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await arrives(page, then)


async def arrives(page, path) -> None:
    # A pattern would be content with the same path behind `?next=`.
    await page.wait_for_url(lambda url: urlsplit(url).path == path)


async def check_out(page, demo) -> None:
    await put_mug(page)
    await page.goto("/cart")
    await page.locator("#cart-pay").get_by_role("link", name="Sign in").click()
    await sign_in(page, demo)
    await page.get_by_role("button", name="Check out").click()
    await page.wait_for_url("**/_sandbox/pay/**")


async def pay(page, card) -> None:
    await page.get_by_label("Card number").fill(card)
    await page.get_by_role("button", name="Pay", exact=True).click()


async def refreshed(page, text) -> None:
    await expect(page.locator("main")).to_contain_text(text, timeout=15_000)


@SCRIPTS
async def test_a_purchase_with_a_declined_card_first_and_its_cancellation(open_page, demo, script):
    page = await open_page(java_script_enabled=script)
    await check_out(page, demo)
    await pay(page, DECLINED)
    await expect(page.get_by_role("alert")).to_have_text("Your card was declined.")

    await pay(page, PAYS)
    await page.wait_for_url("**/checkouts/**")
    await refreshed(page, "is paid")

    await page.get_by_role("link", name=re.compile("See order")).click()
    await refreshed(page, "Paid. We are getting your order ready.")
    await page.get_by_role("button", name="Cancel order").click()
    await refreshed(page, "Cancelled.")
    await _see_refund(page, script)


async def _see_refund(page, script) -> None:
    for _ in range(20):
        if "on its way to your card" in await page.locator("main").inner_text():
            return
        await page.wait_for_timeout(300)
        if not script:
            await page.reload()
    raise AssertionError(await page.locator("main").inner_text())


@SCRIPTS
async def test_an_unpaid_order_is_given_back_and_its_stock_comes_back(open_page, demo, script):
    page = await open_page(java_script_enabled=script)
    await check_out(page, demo)
    await page.get_by_role("link", name="Back to the shop").click()
    await refreshed(page, "Not paid yet")

    await page.get_by_role("button", name="Give the items back").click()

    await arrives(page, "/cart")
    await expect(page.locator("#flash")).to_contain_text("The items are free again")
    await expect(page.locator("#cart-lines")).to_contain_text("Early mug")
    await page.goto("/orders")
    await refreshed(page, "cancelled")


async def to_the_payment_page_by_keyboard(page, demo) -> None:
    await page.goto("/p/kiln-log")
    await _press(page, "Add to cart")
    await expect(page.locator("#cart-badge")).to_contain_text("1")
    await page.goto("/login?next=/cart")
    email, password = demo.sign_ins["mia"]
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await page.keyboard.type(email)
    await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")
    await arrives(page, "/cart")
    await _press(page, "Check out")
    await page.wait_for_url("**/_sandbox/pay/**")
    await refreshed(page, "Pay with a test card")


async def test_a_decline_a_purchase_and_its_cancellation_by_keyboard_alone(open_page, demo):
    page = await open_page()
    await to_the_payment_page_by_keyboard(page, demo)
    await _tab_to(page, page.get_by_label("Card number"))
    await _type_over(page, DECLINED)
    await expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    await expect(page.get_by_label("Card number")).to_be_focused()
    await _type_over(page, PAYS)
    await page.wait_for_url("**/checkouts/**")
    await refreshed(page, "is paid")
    await _press(page, "See order")
    await refreshed(page, "Paid. We are getting your order ready.")
    await _press(page, "Cancel order")
    await _see_refund(page, script=True)


async def test_an_unpaid_order_is_given_back_by_keyboard_alone(open_page, demo):
    page = await open_page()
    await to_the_payment_page_by_keyboard(page, demo)
    await _press(page, "← Back to the shop")
    await refreshed(page, "Not paid yet")
    await _press(page, "Give the items back")
    await arrives(page, "/cart")
    await expect(page.locator("#flash")).to_contain_text("The items are free again")


async def _type_over(page, text) -> None:
    await page.keyboard.press("Control+A")
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def _tab_to(page, wanted) -> None:
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard never came to {wanted}")


async def _press(page, name) -> None:
    """Tab until the focus is on a button or link that begins so, then press it."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if await focused.count() and (await focused.inner_text()).strip().startswith(name):
            await page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard never came to {name!r}")


async def test_the_cart_is_changed_in_place(open_page):
    page = await open_page()
    await put_mug(page)
    await page.goto("/cart")

    more = page.get_by_role("button", name=re.compile("One more of"))
    for _ in range(3):
        await more.click()

    await expect(page.locator("#cart-total")).to_contain_text("€84.00")
    await expect(page.locator("#cart-badge")).to_contain_text("4")


async def test_an_admin_edits_stock_and_price_in_place_by_keyboard(open_page, demo):
    page = await open_page()
    await page.goto("/login?next=/admin/stock")
    await sign_in(page, demo, "ada", "/admin/stock")
    row = page.locator('[id="stock-row-VAS-LANTERN"]')
    await _begin_and_leave(page, row)
    await page.keyboard.press("Enter")
    await expect(row.get_by_label("On hand")).to_be_focused()
    await row.get_by_label("On hand").fill("4")
    await page.keyboard.press("Enter")
    await expect(row).to_contain_text("Choose a reason.")
    await row.get_by_label("Reason").select_option("received")
    await row.get_by_label("On hand").press("Enter")

    await expect(page.locator("#flash")).to_contain_text("was 0, now 4")
    await expect(row).to_contain_text("Only 4 left")


async def _begin_and_leave(page, row) -> None:
    edit = row.get_by_role("link", name=re.compile("Edit stock"))
    await edit.press("Enter")
    await expect(row.get_by_label("On hand")).to_be_focused()
    # The focus comes with the swap, htmx takes up the links in it a moment later.
    await expect(row.locator("[data-cancel][data-htmx-powered]")).to_be_attached()
    await page.keyboard.press("Escape")
    await expect(edit).to_be_focused()


async def test_an_admin_packs_ships_and_refunds_by_keyboard_alone(open_page, demo):
    buyer = await open_page()
    await check_out(buyer, demo)
    await pay(buyer, PAYS)
    await refreshed(buyer, "is paid")
    page = await open_page()
    await page.goto("/login?next=/admin/orders")
    await sign_in(page, demo, "ada", "/admin/orders")
    await page.locator("tbody a").first.click()
    await page.get_by_role("button", name="Packed").press("Enter")
    await refreshed(page, "packed")
    await expect(page.get_by_role("heading", name="What to do")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.type("Post")
    await page.keyboard.press("Enter")
    await refreshed(page, "shipped")
    await page.get_by_text("Refund, up to").press("Enter")
    await page.get_by_label("Or another amount").fill("1.00")
    await page.keyboard.press("Enter")
    await refreshed(page, "€1.00 refunded")
