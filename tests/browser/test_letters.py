"""The pages that letters lead to, an order on its way, and refused forms: valid, and usable by everybody."""

import pytest

from tests.browser.test_german import letter_to
from tests.browser.test_guests import GINA
from tests.browser.test_pages import examine, visit
from tests.browser.test_walks import PAYS, check_out, pay, refreshed, sign_in

pytestmark = pytest.mark.browser


async def test_the_pages_behind_letters(open_page, demo):
    page = await open_page()
    await visit(page, "/o", "/resets")
    await page.get_by_label("E-mail").fill(demo.sign_ins["sam"][0])
    await page.locator("main form button").click()
    await refreshed(page, "on its way")
    await page.goto(await letter_to(open_page, demo, "Choose a new password"))
    await examine(page, "a new password")

    await page.goto("/p/lantern-vase")
    await page.get_by_label("Your e-mail").fill(GINA)
    await page.get_by_role("button", name="Write to me when it is back").click()
    await refreshed(page, "asks whether it was you")
    await page.goto(await letter_to(open_page, demo, "shall we write when it is back?"))
    await examine(page, "a wish to be proved")
    await page.get_by_role("button", name="Yes, write to me").click()
    await refreshed(page, "once it is back")
    await examine(page, "a wish that is kept")


async def test_an_order_on_its_way_and_one_that_has_arrived(open_page, demo):
    page = await open_page()
    await check_out(page, demo)
    await pay(page, PAYS)
    await refreshed(page, "is paid")
    number = page.url.split("/checkouts/")[1].split("?")[0]
    admin = await open_page()
    await admin.goto("/login?next=/admin/orders")
    await sign_in(admin, demo, "ada", "/admin/orders")
    parcel, here = {"carrier": "Post", "tracking": "RR1"}, {"Sec-Fetch-Site": "same-origin"}
    await admin.context.request.post(f"/admin/orders/{number}/shipment", form=parcel, headers=here)

    await page.goto(f"/orders/{number}")
    await examine(page, "an order on its way")
    await page.get_by_role("button", name="It has arrived").click()
    await refreshed(page, "It has arrived.")
    await examine(page, "an order that has arrived")


async def test_forms_that_are_refused(open_page):
    page = await open_page()
    for path in ("/register", "/login"):
        await page.goto(path)
        await page.locator("main form button").first.click()
        await page.locator("main .error").first.wait_for()
        await examine(page, f"{path}, refused")
