"""A product's page under the hands: choosing, enlarging, the bar under the thumb; with script and without."""

import asyncio
import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.browser.test_pages import STANDARD
from tests.browser.test_walks import SCRIPTS

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


async def test_a_choice_changes_stock_picture_and_address_and_keeps_hand_and_quantity(open_page):
    page = await open_page()
    await page.goto("/p/harbour-vase")
    await page.get_by_label("Quantity").fill("2")
    await page.get_by_role("radio", name="Clay").check()

    await expect(page.locator(".price")).to_contain_text("Only 3 left")
    await expect(page.locator(".enlarge img")).to_have_attribute("alt", "Harbour vase, Clay")
    await expect(page).to_have_url(re.compile(r"\?Glaze=Clay$"))
    await expect(page.get_by_role("radio", name="Clay")).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await expect(page).to_have_url(re.compile(r"\?Glaze=Chalk$"))
    await page.get_by_role("button", name="Add to cart").click()
    await expect(page.locator("#cart-badge")).to_contain_text("2")
    await page.goto("/cart")
    await expect(page.locator("#cart-lines")).to_contain_text("Chalk")


@SCRIPTS
async def test_what_is_marked_is_what_is_bought(open_page, script):
    page = await open_page(java_script_enabled=script)
    await page.goto("/p/harbour-vase")
    await page.get_by_role("radio", name="Clay").check()
    if not script:
        await page.get_by_role("button", name="Show this choice").click()
        await expect(page).to_have_url(re.compile(r"\?Glaze=Clay$"))
        await page.get_by_role("radio", name="Chalk").check()
    await page.get_by_role("button", name="Add to cart").click()
    await expect(page.locator("#cart-badge")).to_contain_text("1")

    await page.goto("/cart")
    await expect(page.locator("#cart-lines")).to_contain_text("Clay" if script else "Chalk")


async def test_who_is_faster_than_the_answer_to_a_choice_buys_what_is_marked(open_page):
    page = await open_page()

    async def slowly(route):
        await asyncio.sleep(1)
        await route.continue_()

    await page.goto("/p/harbour-vase")
    await page.route("**/p/harbour-vase?*", slowly)
    await page.get_by_role("radio", name="Clay").check()
    await page.get_by_role("button", name="Add to cart").click()

    await expect(page.locator("#cart-badge")).to_contain_text("1")
    await expect(page.locator("#catalog-buy .price")).to_contain_text("Only 3 left")
    await expect(page.get_by_role("radio", name="Clay")).to_be_checked()


@SCRIPTS
async def test_a_picture_is_enlarged_and_put_away(open_page, script):
    page = await open_page(java_script_enabled=script)
    await page.goto("/p/harbour-vase")
    await page.locator(".thumbs a").nth(1).click()
    await expect(page.locator(".enlarge img")).to_have_attribute("alt", "Harbour vase, Chalk")

    await page.locator(".enlarge").click()

    await expect(page.get_by_role("dialog")).to_be_visible()
    if script:
        assert (await Axe().run(page, options=STANDARD)).violations_count == 0
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("#enlarged")).to_be_hidden()


async def test_on_a_phone_the_button_stays_in_sight(open_page):
    page = await open_page(viewport=PHONE)
    await page.goto("/p/harbour-vase")
    button = page.get_by_role("button", name="Add to cart")
    for _ in range(2):
        box = await button.bounding_box()
        assert box["height"] >= 44
        assert box["y"] + box["height"] <= PHONE["height"]
        await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    footer = await page.locator(".footer p").bounding_box()
    assert footer["y"] + footer["height"] < box["y"]
