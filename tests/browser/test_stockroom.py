"""The stockroom at work: rapid steps, a count by keyboard alone, undo, many prices at once, and a phone."""

import re

from playwright.async_api import expect

from tests.browser.test_walks import sign_in

SOUP = "BWL-SOUP"


async def stockroom(open_page, demo, **settings):
    page = await open_page(**settings)
    await page.goto("/login?next=/admin/stock")
    await sign_in(page, demo, "ada", "/admin/stock")
    return page, page.locator(f'[id="stock-row-{SOUP}"]')


async def test_rapid_steps_are_all_counted_and_keep_their_place(open_page, demo):
    page, row = await stockroom(open_page, demo)
    more = row.get_by_role("button", name="One more of Soup bowl")
    await more.evaluate("button => { for (let n = 0; n < 5; n++) button.click(); }")
    await expect(row.get_by_label("On hand of Soup bowl", exact=True)).to_have_value("5")

    await more.focus()
    await page.keyboard.press("Enter")

    await expect(row.get_by_label("On hand of Soup bowl", exact=True)).to_have_value("6")
    await expect(more).to_be_focused()


async def test_a_miscount_is_corrected_and_undone_by_keyboard_alone(open_page, demo):
    page, row = await stockroom(open_page, demo)
    units = row.get_by_label("On hand of Soup bowl", exact=True)
    await page.keyboard.press("j")
    await page.keyboard.press("e")
    await expect(units).to_be_focused()
    await page.keyboard.type("9")
    await page.keyboard.press("Escape")
    await expect(units).to_have_value("0")
    await expect(row.locator(".act a")).to_be_focused()

    await page.keyboard.press("e")
    await page.keyboard.type("12")
    await page.keyboard.press("Enter")
    await expect(page.locator("#flash")).to_contain_text("was 0, now 12")
    await expect(row.locator(".act a")).to_be_focused()
    await page.locator("#flash").get_by_role("button", name="Undo").press("Enter")

    await expect(page.locator("#flash")).to_contain_text("was 12, now 0")
    await expect(row).to_contain_text("Sold out")


async def test_all_prices_of_a_search_are_raised_and_lowered_again(open_page, demo):
    page, _ = await stockroom(open_page, demo)
    await page.goto("/admin/stock?q=mug")
    await page.get_by_label("Change", exact=True).select_option("price_percent")
    await page.get_by_label("by or to").fill("5")
    await page.get_by_role("button", name="Preview all that match").click()
    await page.get_by_role("button", name=re.compile(r"^Change \d+ rows?$")).click()

    await expect(page.locator("#flash")).to_contain_text("changed. Price: +5 %.")
    await page.locator("#flash").get_by_role("button", name="Undo").click()

    await expect(page.locator("#flash")).to_contain_text("Taken back")


async def test_a_phone_has_buttons_for_a_thumb(open_page, demo):
    page, row = await stockroom(open_page, demo, viewport={"width": 360, "height": 740}, has_touch=True)
    more = row.get_by_role("button", name="One more of Soup bowl")

    await more.tap()

    await expect(page.locator("#flash")).to_contain_text("was 0, now 1")
    box = await more.bounding_box()
    assert box["width"] >= 44
    assert box["height"] >= 44
