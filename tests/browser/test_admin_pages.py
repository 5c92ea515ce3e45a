"""Every kind of admin page that links lead to: valid, accessible, no wider than the screen; and on paper."""

import re
from dataclasses import dataclass

import html5lib
import httpx
import pytest
from axe_playwright_python.async_playwright import Axe

from shop.app import create_app
from tests.browser.test_day import buy
from tests.browser.test_pages import LOOKS, STANDARD
from tests.browser.test_walks import sign_in
from tests.web.busy_day import make_one_of_each
from tests.web.crawl import Site, crawl
from tests.world import settings_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

KINDS = 42
"""At least so many kinds of pages there were when this was written."""
BOUGHT = ({"MUG-TIDE-TID": 2}, {"MUG-EARLY-INK": 1}, {"MUG-TIDE-TID": 1, "MUG-TIDE-CHA": 1})


@dataclass
class Answer:
    """An answer over the network, read as those of the application alone are."""

    told: httpx.Response

    @property
    def status_code(self) -> int:
        return self.told.status_code

    @property
    def content_type(self) -> str:
        return self.told.headers.get("content-type", "")

    async def get_data(self, **_: bool) -> str:
        return self.told.text


class Ada:
    """Ada without a browser, to find the pages."""

    def __init__(self, base: str) -> None:
        here = {"Sec-Fetch-Site": "same-origin"}
        self.http = httpx.AsyncClient(base_url=base, headers=here, timeout=60, trust_env=False)

    async def get(self, path: str) -> Answer:
        return Answer(await self.http.get(path))

    async def post(self, path: str, *, body: bytes, headers: dict, **_: bool) -> Answer:
        return Answer(await self.http.post(path, content=body, headers=headers))


async def found_pages(demo, folder) -> Site:
    """Have something bought, make one of everything, and follow every link."""
    await buy(demo, *BOUGHT)
    ada, app = Ada(demo.base), create_app(settings_for(folder))
    email, password = demo.sign_ins["ada"]
    await ada.http.post("/login", data={"email": email, "password": password})
    await make_one_of_each(app, ada)
    site = await crawl(app, ada)
    await ada.http.aclose()
    return site


async def test_every_kind_of_admin_page_is_valid_and_accessible(open_page, demo, tmp_path):
    site = await found_pages(demo, tmp_path)
    page = await open_page()
    await page.goto("/login?next=/admin")
    await sign_in(page, demo, "ada", "/admin")
    faults = [fault for address in site.samples().values() for fault in await looked_at(page, address)]
    print(f"{len(site.samples())} kinds of pages")

    assert site.broken == []
    assert faults == []
    assert len(site.samples()) >= KINDS


async def looked_at(page, address: str) -> list[str]:
    """Say what is wrong with a page, in every way at once."""
    await page.goto(address)
    source = await page.context.request.get(page.url)
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(await source.text())
    faults = [f"{address}: {fault}" for fault in parser.errors]
    for scheme, width in LOOKS:
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 900})
        found = await Axe().run(page, options=STANDARD)
        for one in found.response["violations"]:
            where = [node["target"] for node in one["nodes"]][:3]
            faults.append(f"{address} {scheme} {width}: {one['id']} at {where}")
        if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"{address} {width}: wider than the screen")
    return faults


async def test_slips_and_lists_on_paper_are_what_was_chosen_and_nothing_else(open_page, demo):
    numbers = await buy(demo, *BOUGHT)
    page = await open_page()
    await page.goto("/login?next=/admin")
    await sign_in(page, demo, "ada", "/admin")
    chosen = "&".join(f"number={number}" for number in numbers)
    await page.emulate_media(media="print")
    for address, sheets in (("packing-slips", len(numbers)), ("pick-list", 1)):
        await page.goto(f"/admin/orders/{address}?{chosen}")
        for kind in ("nav", "form", "button", ".header", ".admin-bar", ".footer"):
            shown = [await one.is_visible() for one in await page.locator(kind).all()]
            assert not any(shown), (address, kind)
        assert len(re.findall(rb"/Type\s*/Page\b", await page.pdf())) == sheets, address
