"""Searching while one types: the results follow, the address too, and nothing takes the field away."""

import re

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser


async def test_results_follow_what_is_typed_and_back_brings_them_back(open_page):
    page = await open_page(viewport={"width": 360, "height": 740})
    await page.goto("/")
    await page.get_by_label("Search the shop").fill("harb")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/search\?q=harb$"))

    await page.get_by_label("Search the shop").fill("")
    await page.keyboard.type("lmap")
    await expect(page.locator("#finding-count")).to_contain_text("Showing results for lamp")
    await expect(page).to_have_url(re.compile(r"/search\?q=lmap$"))
    await expect(page.get_by_label("Search the shop")).to_be_focused()

    await page.get_by_role("link", name="Reading lamp").click()
    await expect(page).to_have_url(re.compile("/p/"))
    await page.evaluate("history.back()")
    await expect(page.get_by_role("heading", name="Found for “lamp”")).to_be_visible()
