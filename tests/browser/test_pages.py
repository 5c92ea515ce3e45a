"""Every kind of page: valid HTML, no accessibility violation, in light and dark, on phone and desktop."""

import json
from urllib.parse import urlsplit

import html5lib
import httpx
import pytest
from axe_playwright_python.async_playwright import Axe

from shop.clock import epoch
from tests.browser.test_walks import check_out, pay, put_mug, refreshed, sign_in
from tests.world import signed

pytestmark = pytest.mark.browser

# Of what is in order only that it is so: to list all sound elements takes longer than to find the others.
STANDARD = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (360, 1280)]
FOUND = (
    "/search?q=lmap",
    "/search?q=xyzzy",
    "/search?q=vase&Glaze=Chalk",
    "/c/vases?from=10&to=60&stock=in&sort=price",
    "/c/pottery?Glaze=Chalk&Size=Large",
)
OPEN = ("/", "/c/vases", *FOUND, "/p/tide-mug", "/p/lantern-vase", "/cart", "/login", "/register", "/nope")


async def examine(page, what: str) -> None:
    source = await page.context.request.get(page.url)
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(await source.text())
    assert parser.errors == [], (what, parser.errors)
    for scheme, width in LOOKS:
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 900})
        found = await Axe().run(page, options=STANDARD)
        assert found.violations_count == 0, (what, scheme, width, found.generate_report())
        too_wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not too_wide, (what, width)


async def visit(page, *paths: str) -> None:
    for path in paths:
        await page.goto(path)
        await examine(page, path)


async def test_the_pages_that_everybody_sees(open_page):
    page = await open_page()
    await put_mug(page)
    await visit(page, *OPEN)


async def test_the_pages_of_a_purchase(open_page, demo):
    page = await open_page()
    await check_out(page, demo)
    await examine(page, "pay")
    await page.get_by_role("link", name="Back to the shop").click()
    await examine(page, "waiting")
    await page.get_by_role("link", name="Continue to payment").click()
    await pay(page, "4000 0000 0000 0002")
    await page.get_by_role("alert").wait_for()
    await examine(page, "declined")
    await pay(page, "4242 4242 4242 4242")
    await refreshed(page, "is paid")
    await examine(page, "paid")
    await visit(page, "/account", "/cart", "/orders")
    await page.locator(".order-list a").click()
    await refreshed(page, "Paid.")
    await examine(page, "order")
    await visit(page, "/_sandbox/")


async def test_the_pages_of_money_that_needs_a_person(open_page, demo, tmp_path):
    buyer = await open_page()
    await check_out(buyer, demo)
    await pay(buyer, "4242 4242 4242 4242")
    await refreshed(buyer, "is paid")
    page = await open_page()
    await page.goto("/login?next=/admin/orders")
    await sign_in(page, demo, "ada", "/admin/orders")
    await page.locator("tbody a").first.click()
    await page.get_by_text("Refund, up to").click()
    await examine(page, "a refund")
    await page.get_by_role("button", name="Refund", exact=True).click()
    await page.get_by_text("Say how much").wait_for()
    await examine(page, "a refund that is refused")
    payment = await page.locator("#orders-payments code").inner_text()
    await trouble(demo, tmp_path, payment)
    await page.reload()
    await examine(page, "a dispute and a refund that failed")
    await visit(page, f"{urlsplit(page.url).path}/explanation", "/admin/attention", "/admin/health")


async def trouble(demo, folder, payment) -> None:
    """Have Stripe tell of a dispute, of a refund that failed, and of something that no rule can place."""
    secret = json.loads((folder / "var" / "local-stripe-keys.json").read_text())["webhook_secret"]
    about = {"object": "x", "payment_intent": payment, "currency": "eur", "amount": 500, "metadata": {}}
    told = {
        "charge.dispute.created": {"id": "du_1", "status": "needs_response", "reason": "fraudulent"},
        "refund.created": {"id": "re_1", "status": "failed"},
        "refund.updated": {"id": "re_2", "status": "unheard_of"},
    }
    async with httpx.AsyncClient(base_url=demo.base, trust_env=False) as http:
        for kind, body in told.items():
            event = {
                "id": f"evt_{body['id']}",
                "object": "event",
                "type": kind,
                "created": epoch(),
                "livemode": False,
            }
            payload, headers = signed(event | {"data": {"object": about | body}}, secret)
            assert (await http.post("/stripe-webhook", content=payload, headers=headers)).status_code == 200
