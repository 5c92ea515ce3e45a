"""Without the mouse: the keys lead where they say, and never take a letter from somebody who types."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(loop_scope="session")
async def page(open_page, demo):
    page = await open_page(viewport={"width": 1280, "height": 900})
    await page.goto("/login?next=/admin/stock")
    email, password = demo.sign_ins["ada"]
    await page.fill("[name=email]", email)
    await page.fill("[name=password]", password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Stock", exact=True, level=1)).to_be_visible()
    await page.wait_for_load_state()
    return page


def rows(page):
    return page.locator("[data-row]")


async def press(page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def test_g_and_a_letter_go_to_a_page(page):
    for letter, address in (
        ("t", "/admin"),
        ("o", "/admin/orders"),
        ("p", "/admin/products"),
        ("s", "/admin/stock"),
    ):
        await press(page, "g", letter)
        await page.wait_for_url(f"**{address}")


async def test_j_and_k_walk_along_the_rows_and_e_edits_one(page):
    await press(page, "j", "j", "j", "k")
    await expect(rows(page).nth(1).locator("th a")).to_be_focused()

    await press(page, "e")
    field = rows(page).nth(1).locator("[name=on_hand]")
    await expect(field).to_be_focused()
    await press(page, "7", "Escape")
    await expect(rows(page).nth(1).locator(".act a")).to_be_focused()
    await expect(field).to_have_value("0")
    await press(page, "k", "k", "k")
    await expect(rows(page).first.locator("th a")).to_be_focused()


async def test_x_ticks_the_row_that_one_is_on(page):
    await press(page, "j", "j", "x")

    boxes = page.locator("[data-row] input[type=checkbox]")
    assert [await boxes.nth(row).is_checked() for row in range(3)] == [False, True, False]


async def test_the_search_finds_while_one_types_and_the_arrows_lead_into_it(page):
    await press(page, "/")
    await expect(page.locator("#finder")).to_be_focused()
    await page.keyboard.type("mug")

    hits = page.locator("#search-panel a")
    await expect(hits.first).to_be_visible()
    await press(page, "ArrowDown")
    await expect(hits.first).to_be_focused()
    await press(page, "ArrowUp")
    await expect(page.locator("#finder")).to_be_focused()
    await press(page, "Escape")
    await expect(page.locator("#search-panel a").first).to_be_hidden()


async def test_enter_shows_what_was_found_as_a_page(page):
    await page.fill("#finder", "mug")
    await press(page, "Enter")

    await page.wait_for_url("**/admin/search?q=mug")
    await expect(page.locator("#search-hits-page a").first).to_be_visible()


TYPED = """(kind) => {
  const typed = document.createElement(kind === "editable" ? "div" : kind);
  if (kind === "editable") typed.contentEditable = "true";
  if (kind === "select") typed.append(new Option("jolly"), new Option("kind"));
  typed.id = "typed";
  document.getElementById("typed")?.remove();
  document.getElementById("main").prepend(typed);
  typed.focus();
}"""
SAID = "(() => { const one = document.getElementById('typed'); return one.value ?? one.textContent; })()"


async def test_whoever_types_keeps_every_letter(page):
    before = page.url
    for kind in ("input", "textarea", "select", "editable"):
        await page.evaluate(TYPED, kind)

        await press(page, "g", "o", "j", "k", "e", "x", "/", "?")

        await expect(page.locator("#typed")).to_be_focused()
        assert await page.evaluate(SAID) in (("jolly", "kind") if kind == "select" else ("gojkex/?",))
    assert page.url == before
    assert not await page.locator("#help").is_visible()


async def test_letters_with_a_modifier_or_half_composed_are_left_alone(page):
    for key in ("Control+j", "Alt+j", "Meta+j"):
        await press(page, key)
    await page.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', isComposing: true, bubbles: true}))"
    )

    assert await page.evaluate("document.activeElement === document.body")


async def test_the_keys_are_told_by_a_question_mark_and_can_be_turned_off_for_good(page):
    await press(page, "?")
    box = page.get_by_label("Letters are keys in this browser")
    await expect(box).to_be_checked()
    await press(page, "j", "g", "o")
    assert re.search(r"/admin/stock$", page.url)

    await box.uncheck()
    await press(page, "Escape")
    await expect(page.locator("#help")).to_be_hidden()
    await page.reload()
    await press(page, "?", "j", "/")
    assert await page.evaluate("document.activeElement === document.body")

    await page.get_by_role("link", name="Keys").click()
    await expect(box).not_to_be_checked()
    await box.check()
    await press(page, "g", "s")
    await page.wait_for_url("**/admin/stock")


async def test_on_a_phone_the_menu_opens_without_script(chromium, demo):
    context = await chromium.new_context(
        base_url=demo.base, viewport={"width": 360, "height": 740}, java_script_enabled=False
    )
    page = await context.new_page()
    await page.goto("/login?next=/admin/stock")
    email, password = demo.sign_ins["ada"]
    await page.fill("[name=email]", email)
    await page.fill("[name=password]", password)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/admin/stock")
    menu = page.get_by_role("navigation", name="Admin")

    await expect(menu).to_be_hidden()
    await page.get_by_role("button", name="Menu").click()
    await menu.get_by_role("link", name="Orders").click()
    await page.wait_for_url("**/admin/orders")
