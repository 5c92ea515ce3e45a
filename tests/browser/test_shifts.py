"""Nothing that one reads is moved by a swap: not by news of others' purchases, nor by choosing and counting.

Shifts are counted as the browser tells them, also those right after a click, which its own score leaves out.
Only a sentence that answers a click makes room for itself.
"""

import pytest
from playwright.async_api import expect

from tests.browser.test_live import WITHIN_A_SECOND, check_out, opened, to_the_cart

pytestmark = pytest.mark.browser

# As a score that counts for nothing: a tenth of what is still called good.
NOTHING = 0.01
PHONE = {"viewport": {"width": 390, "height": 844}}
COUNT = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    const what = one.sources.map(({node, previousRect, currentRect}) =>
      `${node?.nodeName} ${node?.id ?? ""} ${node?.className ?? ""} ${node?.textContent?.trim().slice(0, 30)}`
      + ` ${Math.round(previousRect.y)} → ${Math.round(currentRect.y)}`);
    window.shifts.push({value: one.value, asked: one.hadRecentInput, what});
  }
}).observe({type: "layout-shift", buffered: true});
"""


async def counted(open_page, **settings):
    page = await open_page(**settings)
    await page.add_init_script(COUNT)
    return page


async def assert_nothing_moved(page) -> None:
    # A shift is told a frame after it happened.
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
    shifts = await page.evaluate("window.shifts")
    assert sum(one["value"] for one in shifts) < NOTHING, shifts


@pytest.mark.parametrize("settings", [PHONE, {}], ids=["phone", "desktop"])
async def test_a_purchase_of_another_moves_nothing_on_open_pages(open_page, demo, settings):
    product = await opened(await counted(open_page, **settings), "/p/allotment-mug")
    category = await opened(await counted(open_page, **settings), "/c/prints")
    buyer = await open_page()
    await to_the_cart(buyer, demo, "allotment-mug", 2)
    await buyer.goto("/p/orchard-print")
    await buyer.get_by_role("button", name="Add to cart").click()
    await expect(buyer.locator("#cart-badge")).to_contain_text("3")
    await buyer.goto("/cart")

    await check_out(buyer)

    await expect(product.locator(".product .stock")).to_have_text("Only 1 left", timeout=WITHIN_A_SECOND)
    sold = category.locator("#catalog-card-orchard-print")
    await expect(sold).to_contain_text("Sold out", timeout=WITHIN_A_SECOND)
    await assert_nothing_moved(product)
    await assert_nothing_moved(category)


@pytest.mark.parametrize("settings", [PHONE, {}], ids=["phone", "desktop"])
async def test_choosing_an_option_and_counting_in_the_cart_move_nothing(open_page, settings):
    page = await counted(open_page, **settings)
    await page.goto("/p/harbour-vase")
    async with page.expect_response(lambda answer: "/p/harbour-vase" in answer.url):
        await page.get_by_role("radio", name="Clay").check()
    await assert_nothing_moved(page)
    await page.get_by_role("button", name="Add to cart").click()
    await expect(page.locator("#cart-badge")).to_contain_text("1")

    await page.goto("/cart")
    await page.locator("[name=step][value='1']").click()
    await expect(page.locator("#cart-badge")).to_contain_text("2")
    await assert_nothing_moved(page)
