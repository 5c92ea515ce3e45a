"""The nine tasks of a merchant's day, each by keyboard alone and by touch on a phone.

Each prints what it cost: `pytest -s tests/browser/test_day.py`.
"""

import re
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import expect

from tests.browser.hands import Keyboard, Touch
from tests.browser.test_walks import sign_in
from tests.street import Shopper

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("hands", [Keyboard, Touch], ids=["keys", "touch"])]

REAL = Path(__file__).parents[3] / "shared" / "catalogues" / "shopify-apparel.csv"
APPAREL = """\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,\
Variant Inventory Qty,Variant Price,Image Src
linen-shirt,Linen Shirt,<p>Cool in <b>summer</b>.</p>,Tillroom,Shirts,"men, summer",true,Size,Small,,4,60.00,
linen-shirt,,,,,,,,Medium,,3,60.00,
linen-shirt,,,,,,,,Large,LS-L,1,65.00,
wool-scarf,Wool Scarf,Warm.,Tillroom,,accessories,true,Title,Default Title,,7,35.50,
straw-hat,Straw Hat,Light.,Tillroom,Hats,,false,Title,Default Title,HAT-1,2,25.00,
"""


@pytest_asyncio.fixture(loop_scope="session")
async def at_work(open_page, demo, hands):
    """Ada at her desk, signed in: her hands, and the page."""
    page = await open_page(**hands.settings)
    await page.goto("/login?next=/admin")
    await sign_in(page, demo, "ada", "/admin")
    return hands(page), page


@asynccontextmanager
async def visiting(demo, name: str):
    """Somebody else in another browser, without script."""
    shopper = Shopper(demo.base)
    email, password = demo.sign_ins[name]
    assert (await shopper.http.post("/login", data={"email": email, "password": password})).status_code == 303
    yield shopper
    await shopper.http.aclose()


async def buy(demo, *bought: dict[str, int]) -> list[str]:
    """Have Sam place and pay orders; return their numbers."""
    numbers = []
    async with visiting(demo, "sam") as sam:
        for lines in bought:
            for sku, quantity in lines.items():
                await sam.put(sku, quantity)
            page = (await sam.check_out()).headers["location"]
            back = (await sam.pay(page)).headers["location"]
            numbers.append(re.search(r"/checkouts/(\w+)", back)[1])
            await sam.until(f"/checkouts/{numbers[-1]}", "is paid")
    return numbers


async def test_the_first_product_from_nothing_to_live_in_the_shop(at_work, demo, tmp_path):
    ada, page = at_work
    Image.new("RGB", (900, 600), "teal").save(tmp_path / "kettle.jpg")
    await ada.open("Products")
    await ada.do(page.get_by_role("link", name="Add a product"))
    await ada.write(page.get_by_label("Name", exact=True), "Copper kettle")
    await ada.choose(page.get_by_label("Category", exact=True), "Tableware")
    await ada.do(page.get_by_text("It comes in sizes"))
    await ada.write(page.get_by_label("Option 1"), "Size")
    await ada.write(page.get_by_label("Its values").first, "Small, Large")
    await ada.do(page.get_by_role("button", name="Make the grid"))
    for size, price, count in (("Small", "49", "5"), ("Large", "65", "3")):
        await ada.write(page.get_by_label(f"Price in EUR of {size}"), price)
        await ada.write(page.get_by_label(f"On hand of {size}"), count)
    await ada.enter(page.get_by_role("button", name="Add and show in the shop"))
    await ada.give(page.get_by_label("Choose pictures, or take one"), tmp_path / "kettle.jpg")
    await ada.do(page.get_by_role("button", name="Add the pictures"))
    await expect(page.locator("#products-pictures img")).to_have_count(1)
    await see_kettle(page)
    print(ada.told("first product"))


async def see_kettle(page) -> None:
    await page.goto("/c/tableware")
    await page.get_by_role("link", name=re.compile("Copper kettle")).click()
    await expect(page.locator("main")).to_contain_text("€49.00")
    await expect(page.locator("main img").first).to_be_visible()
    await expect(page.locator("main img").first).to_have_js_property("complete", value=True)
    assert await page.locator("main img").first.evaluate("one => one.naturalWidth > 0")


async def test_twenty_mugs_are_received(at_work, demo):
    ada, page = at_work
    await ada.open("Receiving")
    await ada.do(page.get_by_role("link", name="Goods came in"))
    await ada.write(page.get_by_label("SKU"), "MUG-TIDE-MOS")
    await ada.write(page.get_by_label("How many"), "20")
    await ada.enter(page.get_by_role("button", name="Book in"))
    await expect(page.locator("#receiving-goods")).to_contain_text("20")
    print(ada.told("receive 20"))
    await page.goto("/admin/stock/MUG-TIDE-MOS")
    await expect(page.locator("main")).to_contain_text("24")


async def test_a_miscount_is_corrected_and_the_correction_taken_back(at_work, demo):
    ada, page = at_work
    await ada.find("MUG-TIDE-CHA")
    await page.wait_for_url("**/admin/stock/MUG-TIDE-CHA")
    field = page.get_by_label(re.compile("^On hand of Tide mug")).first
    await ada.number(field)
    await ada.write(field, "26")
    await ada.enter(page.get_by_role("button", name="Set", exact=True))
    await expect(page.locator("#flash")).to_contain_text("was 28, now 26")
    await ada.do(page.locator("#flash").get_by_role("button", name="Undo"))
    await expect(page.locator("#flash")).to_contain_text("now 28")
    print(ada.told("correct a miscount and undo it"))
    await page.goto("/admin/stock?q=TIDE-CHA")
    await expect(page.get_by_label(re.compile("^On hand of Tide mug")).first).to_have_value("28")


async def test_thirty_prices_are_raised_by_five_percent_with_a_preview(at_work, demo):
    ada, page = at_work
    await ada.open("Stock")
    await ada.mark(page.locator("tbody tr"), 30)
    await ada.change_many()
    await ada.choose(page.get_by_label("Change", exact=True), "Price: change by percent")
    await ada.write(page.get_by_label("by or to"), "5")
    await ada.enter(page.get_by_role("button", name="Preview the ticked rows"))
    await expect(page.get_by_role("status").last).to_contain_text("30 rows would change")
    soup = page.locator("[id='stock-proposal-BWL-SOUP']")
    was, now = [money(text) for text in await soup.locator("td.number").all_inner_texts()]
    assert now == (was * 105 + 50) // 100
    await ada.do(page.get_by_role("button", name="Change 30 rows"))
    await expect(page.locator("main")).to_contain_text("30")
    print(ada.told("raise 30 prices by 5 %"))
    await page.goto("/admin/stock?q=BWL-SOUP")
    await expect(page.locator("tbody")).to_contain_text(f"{now / 100:.2f}")


def money(text: str) -> int:
    return int(re.sub(r"\D", "", text))


async def test_an_order_is_found_by_a_part_of_its_buyers_address(at_work, demo):
    ada, page = at_work
    (number,) = await buy(demo, {"MUG-TIDE-TID": 1})
    await page.reload()
    await ada.find("sam@till")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    print(ada.told("find an order by a part of an e-mail"))


async def test_one_line_is_refunded_and_stays_off_the_shelf(at_work, demo):
    ada, page = at_work
    (number,) = await buy(demo, {"MUG-TIDE-TID": 2, "MUG-EARLY-INK": 1})
    await ada.open("Orders")
    await ada.do(page.get_by_role("link", name=number, exact=True))
    await ada.do(page.get_by_text("Refund, up to"))
    await ada.write(page.locator("[id='refund-line-MUG-EARLY-INK']"), "1")
    await ada.enter(page.get_by_role("button", name="Refund", exact=True))
    await expect(page.locator("#flash")).to_contain_text("€21.00 is on its way back")
    print(ada.told("refund one line without restock"))
    await page.goto("/admin/stock?q=EARLY-INK")
    await expect(page.get_by_label(re.compile("^On hand of Early mug")).first).to_have_value("12")


async def test_three_orders_are_shipped_at_once(at_work, demo):
    ada, page = at_work
    await buy(demo, *[{"MUG-TIDE-TID": 1}] * 3)
    await ada.open("Orders")
    await ada.mark(page.locator("tbody tr"), 3)
    await ada.do(page.get_by_role("button", name="Ship…"))
    await ada.write(page.get_by_label("Carrier of all of them"), "Post")
    await ada.enter(page.get_by_role("button", name="Ship 3 orders"))
    await expect(page.locator("body")).to_contain_text("3 orders are on their way.")
    print(ada.told("ship three orders"))
    await page.goto("/admin/orders?state=shipped")
    await expect(page.locator("tbody tr")).to_have_count(3)


async def test_a_catalogue_is_imported_sold_from_exported_and_imported_again(at_work, demo, tmp_path):
    ada, page = at_work
    (tmp_path / "apparel.csv").write_text(APPAREL)
    await bring_in(ada, page, tmp_path / "apparel.csv", "Add to stock")
    if REAL.exists():
        await bring_in(ada, page, REAL, "Add to stock")
    print(ada.told("import the apparel file"))
    await buy(demo, {"LS-L": 1})
    answer = await page.context.request.get("/admin/products.csv")
    (tmp_path / "ours.csv").write_bytes(await answer.body())
    await begin_import(ada, page, tmp_path / "ours.csv")
    counts = page.locator(".import-counts tbody tr")
    for kind in ("Products", "Variants"):
        row = counts.filter(has_text=kind)
        assert (await row.locator("td").all_inner_texts())[:2] == ["0", "0"], kind


async def begin_import(ada, page, path: Path) -> None:
    await ada.open("Imports")
    await ada.give(page.get_by_label("CSV file"), path)
    await ada.do(page.get_by_role("button", name="Upload and preview"))
    await expect(page.locator(".import-counts")).to_be_visible(timeout=20_000)


async def bring_in(ada, page, path: Path, stock: str) -> None:
    await begin_import(ada, page, path)
    await ada.tick(page.get_by_label(stock))
    await ada.do(page.get_by_role("button", name=re.compile(r"Import \d+ rows")))
    await expect(page.locator("#imports-summary .chip")).to_have_text("imported", timeout=20_000)


async def test_a_person_who_is_signed_in_is_disabled_and_out_at_once(at_work, demo):
    ada, page = at_work
    async with visiting(demo, "mia") as mia:
        assert (await mia.http.get("/account")).status_code == 200
        await ada.open("People")
        await ada.do(page.get_by_role("link", name="Mia", exact=True))
        await ada.do(page.get_by_role("button", name="Suspend", exact=True))
        await expect(page.locator("main")).to_contain_text("End the suspension")
        print(ada.told("disable a person who is signed in"))
        assert (await mia.http.get("/account")).status_code == 303
        email, password = demo.sign_ins["mia"]
        again = await mia.http.post("/login", data={"email": email, "password": password})
        assert again.status_code in (422, 403, 401)
