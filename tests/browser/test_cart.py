"""A cart's line and a shelf's filters in a browser: one control, quick hands, the way back."""

import re

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser


async def with_a_mug(open_page, **settings):
    page = await open_page(**settings)
    await page.goto("/p/tide-mug")
    await page.get_by_role("button", name="Add to cart").click()
    if settings.get("java_script_enabled", True):
        await expect(page.locator("#cart-badge")).to_contain_text("1")
        await page.goto("/cart")
    return page


async def test_a_quantity_is_typed_stepped_quickly_and_put_back_after_zero(open_page):
    page = await with_a_mug(open_page, viewport={"width": 360, "height": 740})
    field = page.get_by_role("spinbutton", name="Quantity of Tide mug")
    badge = page.locator("#cart-badge .badge-count")

    await field.fill("2")
    await field.press("Enter")
    await expect(badge).to_contain_text("2")
    await page.evaluate(
        "for (let i = 0; i < 3; i++) document.querySelector('[value=\"1\"][name=step]').click()"
    )
    await expect(badge).to_contain_text("5")
    await expect(field).to_have_value("5")
    await field.fill("0")
    await field.press("Tab")
    await expect(page.locator("#flash")).to_contain_text("is no longer in your cart.")
    await page.get_by_role("button", name="Undo").click()
    await expect(badge).to_contain_text("5")
    await expect(field).to_have_value("5")


async def test_a_quantity_is_saved_without_script(open_page):
    page = await with_a_mug(open_page, java_script_enabled=False)
    await page.get_by_role("spinbutton").fill("3")
    await page.get_by_role("spinbutton").press("Enter")
    await expect(page.locator("#cart-badge")).to_contain_text("3")
    await page.get_by_role("spinbutton").fill("2")
    await page.get_by_role("button", name="Save the quantity").click()
    await expect(page.locator("#cart-badge")).to_contain_text("2")


async def test_a_filter_is_one_step_that_back_undoes(open_page):
    page = await open_page(viewport={"width": 360, "height": 740})
    await page.goto("/c/pottery")
    count = page.locator(".finding-count")
    everything = await count.inner_text()
    await page.get_by_text("Filter", exact=True).click()
    await page.get_by_role("link", name=re.compile("^Chalk")).click()
    await expect(page).to_have_url(re.compile(r"/c/pottery\?Glaze=Chalk$"))
    await expect(page.get_by_role("link", name=re.compile("Chalk.*remove")).first).to_be_attached()
    await expect(count).not_to_have_text(everything)

    await page.evaluate("history.back()")

    await expect(count).to_have_text(everything)


async def test_what_is_inside_a_category_is_reached_by_keyboard(open_page):
    page = await open_page()
    await page.goto("/")
    await page.get_by_role("button", name="What is in Pottery").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Vases", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 960, 1440])
async def test_a_line_of_the_cart_is_read_in_a_row_at_any_width(open_page, width):
    page = await open_page(viewport={"width": width, "height": 900})
    await page.goto("/p/tide-mug")
    await page.get_by_role("button", name="Add to cart").click()
    await expect(page.locator("#cart-badge")).to_contain_text("1")

    await page.goto("/cart")

    name = page.locator(".line-name a").first
    # A name of two words stands in one row, at most in two.
    assert (await name.bounding_box())["height"] < 60
