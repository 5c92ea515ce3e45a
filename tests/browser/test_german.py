"""Buying in German: with a finger and without script, found again by the letter's link, and cancelled."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.hands import Touch
from tests.browser.test_guests import GINA
from tests.browser.test_pages import examine
from tests.browser.test_walks import PAYS, SCRIPTS, arrives, pay, refreshed, sign_in

pytestmark = pytest.mark.browser

GERMAN = {"locale": "de-DE"}


async def buy(page) -> str:
    """Buy a mug by express with a code, and return the order's number."""
    await page.goto("/p/early-mug")
    await page.get_by_role("button", name="In den Warenkorb").tap()
    await expect(page.locator("#cart-badge")).to_contain_text("1")
    await page.goto("/cart")
    await page.get_by_label("Express").tap()
    if await page.get_by_role("button", name="Übernehmen").is_visible():
        await page.get_by_role("button", name="Übernehmen").tap()
    await refreshed(page, "30,90\N{NO-BREAK SPACE}€")
    await page.get_by_text("Sie haben einen Rabattcode?").tap()
    await page.get_by_label("Rabattcode").fill("welcome10")
    await page.get_by_role("button", name="Code einlösen").tap()
    await refreshed(page, "28,80\N{NO-BREAK SPACE}€")
    await page.get_by_label("E-Mail").fill(GINA)
    await page.get_by_role("button", name="Zur Kasse").tap()
    await page.wait_for_url("**/_sandbox/pay/**")
    await expect(page.locator("main")).to_contain_text("28.80")
    await pay(page, PAYS)
    await page.wait_for_url("**/checkouts/**")
    await refreshed(page, "Ihre Bestellung ist bezahlt")
    return re.search(r"/checkouts/(\w+)", page.url)[1]


async def letter_to(open_page, demo, subject) -> str:
    """Read a letter as the demo's admin does, and return the last of its links."""
    page = await open_page()
    await page.goto("/login?next=/admin/letters")
    await sign_in(page, demo, "ada", "/admin/letters")
    letter = page.get_by_role("link", name=subject).first
    for _ in range(60):
        if await letter.count():
            break
        await page.wait_for_timeout(500)
        await page.reload()
    await letter.click()
    return await page.locator(".letter-text a").last.get_attribute("href")


@SCRIPTS
async def test_a_guest_buys_finds_the_order_by_the_letter_and_cancels_in_german(open_page, demo, script):
    settings = {"java_script_enabled": script, **GERMAN, **Touch.settings}
    number = await buy(await open_page(**settings))
    link = await letter_to(open_page, demo, f"Bestellung {number} ist bezahlt")

    page = await open_page(**settings)
    await page.goto(link)
    await arrives(page, f"/orders/{number}")
    await refreshed(page, "Rabatt WELCOME10")
    await page.get_by_role("button", name="Bestellung stornieren").tap()

    await refreshed(page, "Storniert.")


async def test_a_language_is_chosen_at_the_foot_of_the_page_and_remembered(open_page):
    page = await open_page()
    await page.goto("/c/vases")
    await page.get_by_role("button", name="Deutsch").click()

    await arrives(page, "/c/vases")
    await expect(page.locator("main")).to_contain_text("Vorrätig")
    await page.goto("/cart")
    await refreshed(page, "Ihr Warenkorb ist leer.")


async def test_whoever_waits_for_something_gets_the_letter_when_it_is_back(open_page, demo):
    page = await open_page()
    await page.goto("/p/lantern-vase")
    await page.get_by_label("Your e-mail").fill(GINA)
    await page.get_by_role("button", name="Write to me when it is back").click()
    await refreshed(page, "asks whether it was you")
    await page.goto(await letter_to(open_page, demo, "shall we write when it is back?"))
    await page.get_by_role("button", name="Yes, write to me").click()
    await refreshed(page, "once it is back")

    admin = await open_page()
    await admin.goto("/login?next=/admin/stock/VAS-LANTERN")
    await sign_in(admin, demo, "ada", "/admin/stock/VAS-LANTERN")
    here = {"Sec-Fetch-Site": "same-origin"}
    told = {"change": "3", "reason": "received"}
    await admin.context.request.post("/admin/stock/VAS-LANTERN/movements", form=told, headers=here)

    assert "/notices/" in await letter_to(open_page, demo, "Lantern vase is back")


async def test_a_withdrawal_and_the_papers_of_an_order_are_pages_for_everybody(open_page, demo):
    page = await open_page(**GERMAN, **Touch.settings)
    number = await buy(page)
    for path in (f"/orders/{number}/receipt", "/withdrawal", "/pages/about"):
        await page.goto(path)
        await examine(page, path)
    await page.goto(f"/withdrawal?order={number}")
    await page.get_by_label("Name").fill("Gina")
    await page.get_by_label("E-Mail").fill(GINA)
    await page.get_by_role("button", name="Weiter").tap()
    await examine(page, "a withdrawal to be confirmed")
    await page.get_by_role("button", name="Widerruf bestätigen").tap()
    await refreshed(page, "Ihr Widerruf ist eingegangen")
    await examine(page, "a withdrawal's receipt")
