"""Two browsers: what one buys changes the open page of the other, and nothing typed there is lost."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.test_walks import sign_in

pytestmark = pytest.mark.browser

WITHIN_A_SECOND = 1000


async def opened(page, path: str):
    """Open a page and wait until its stream has said what it shows."""
    async with page.expect_response(lambda answer: "/live?" in answer.url) as answered:
        await page.goto(path)
    assert (await answered.value).status == 200
    return page


async def to_the_cart(page, demo, product: str, quantity: int = 1) -> None:
    await page.goto("/login?next=/cart")
    await sign_in(page, demo, "mia")
    await page.goto(f"/p/{product}")
    await page.get_by_label("Quantity").fill(str(quantity))
    await page.get_by_role("button", name="Add to cart").click()
    await expect(page.locator("#cart-badge")).to_contain_text(str(quantity))
    await page.goto("/cart")


async def check_out(page) -> None:
    await page.get_by_role("button", name="Check out").click()
    await page.wait_for_url("**/_sandbox/pay/**")


async def test_stock_on_an_open_product_page_and_what_was_typed_there(open_page, demo):
    watcher = await opened(await open_page(), "/p/allotment-mug")
    buyer = await open_page()
    await to_the_cart(buyer, demo, "allotment-mug", 2)
    await watcher.get_by_label("Quantity").fill("3")

    await check_out(buyer)

    await expect(watcher.locator(".product .stock")).to_have_text("Only 1 left", timeout=WITHIN_A_SECOND)
    await expect(watcher.get_by_label("Quantity")).to_have_value("3")
    await expect(watcher.get_by_label("Quantity")).to_be_focused()


async def test_a_chosen_variant_stays_chosen(open_page, demo):
    watcher = await opened(await open_page(), "/p/harbour-vase")
    buyer = await open_page()
    await to_the_cart(buyer, demo, "harbour-vase")
    await watcher.get_by_role("radio", name="Clay").check()
    await watcher.get_by_label("Quantity").fill("2")
    await watcher.get_by_role("heading").first.click()
    await buyer.goto("/p/harbour-vase")
    await buyer.get_by_role("radio", name="Clay").check()
    await buyer.get_by_role("button", name="Add to cart").click()
    await expect(buyer.locator("#cart-badge")).to_contain_text("2")
    await buyer.goto("/cart")

    await check_out(buyer)

    await expect(watcher.locator(".price .stock")).to_have_text("Only 2 left", timeout=WITHIN_A_SECOND)
    await expect(watcher.get_by_role("radio", name="Clay")).to_be_checked()
    await expect(watcher.get_by_label("Quantity")).to_have_value("2")


async def test_the_last_one_is_sold_out_on_the_open_product_and_category_page(open_page, demo):
    category = await opened(await open_page(), "/c/prints")
    product = await opened(await open_page(), "/p/orchard-print")
    buyer = await open_page()
    await to_the_cart(buyer, demo, "orchard-print")
    await expect(product.get_by_role("button", name="Add to cart")).to_be_visible()

    await check_out(buyer)

    card = category.locator("#catalog-card-orchard-print")
    await expect(card.locator(".stock")).to_have_text("Sold out", timeout=WITHIN_A_SECOND)
    await expect(product.locator(".buy")).to_contain_text("Held by others", timeout=WITHIN_A_SECOND)
    await expect(product.get_by_role("button", name="Add to cart")).to_have_count(0)


async def test_what_is_taken_off_sale_is_not_called_sold_out(open_page, demo):
    watcher = await opened(await open_page(), "/p/allotment-mug")
    merchant = await open_page()
    await merchant.goto("/login?next=/admin/products%3Fq%3Dallotment")
    await sign_in(merchant, demo, "ada", "/admin/products")
    await merchant.get_by_role("link", name="Allotment mug").first.click()

    await merchant.get_by_role("button", name="Archive").click()

    gone = watcher.get_by_text("This is not sold any more.")
    await expect(gone).to_be_visible(timeout=WITHIN_A_SECOND)
    await expect(watcher.locator(".buy")).to_be_hidden()


async def test_without_script_a_reload_shows_the_same(open_page, demo):
    watcher = await open_page(java_script_enabled=False)
    await watcher.goto("/p/orchard-print")
    buyer = await open_page()
    await to_the_cart(buyer, demo, "orchard-print")
    await check_out(buyer)

    await watcher.reload()

    await expect(watcher.locator(".buy")).to_contain_text("Held by others")


async def test_a_cart_follows_its_other_tab_and_keeps_what_is_being_typed(open_page, demo):
    page = await open_page()
    await to_the_cart(page, demo, "allotment-mug", 2)
    other = await page.context.new_page()
    await opened(other, "/cart")
    field = other.get_by_role("spinbutton")
    await field.fill("1")

    await page.get_by_role("button", name="One more of").click()

    await expect(other.locator("#cart-lines .line-total")).to_have_text("€78.00", timeout=WITHIN_A_SECOND)
    await expect(field).to_have_value("1")
    await expect(field).to_be_focused()


async def test_a_variant_that_comes_back_can_be_chosen_at_once(open_page, demo):
    watcher = await opened(await open_page(), "/p/harbour-vase")
    admin = await open_page()
    await admin.goto("/login?next=/admin")
    await sign_in(admin, demo, "ada", "/admin")
    clay = watcher.locator(".option", has_text="Clay")
    for change, note in (("-3", "sold out"), ("2", "only 2 left")):
        about = {"change": change, "reason": "counted"}
        await admin.context.request.post(
            "/admin/stock/VAS-HARBOUR-CLA/movements", form=about, headers={"Sec-Fetch-Site": "same-origin"}
        )
        await expect(clay.locator(".option-note")).to_have_text(note, timeout=WITHIN_A_SECOND)
    await clay.click()
    await watcher.get_by_role("button", name="Add to cart").click()
    await expect(watcher.locator("#cart-badge")).to_contain_text("1")


async def test_a_page_is_live_however_late_the_extension_comes(open_page, demo):
    page = await open_page()

    async def late(route) -> None:
        await asyncio.sleep(0.5)
        await route.continue_()

    await page.route("**/hx-sse.min.js*", late)
    await opened(page, "/p/orchard-print")
