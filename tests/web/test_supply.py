"""Restocking over HTTP: thresholds in place, suppliers, purchase orders, receiving and counting."""

import re

import pytest

from shop import stock
from shop.clock import now
from tests.web.conftest import HTMX, text_of

KILN = {"name": "The Kiln", "email": "kiln@example.com", "lead_days": "10", "note": ""}


async def made(ada, path: str, form: dict) -> str:
    """Post a form that makes something and return where it is."""
    answer = await ada.post(path, form)
    assert answer.status_code == 303, await text_of(answer)
    return answer.headers["Location"]


@pytest.fixture
async def kiln(ada):
    return await made(ada, "/admin/suppliers", KILN)


@pytest.fixture
async def order(ada, kiln):
    supplier = kiln.rsplit("/", 1)[1]
    where = await made(ada, "/admin/receiving", {"supplier": supplier, "expected": "2027-01-04"})
    await made(ada, f"{where}/lines", {"sku": "mug", "quantity": "20", "cost": "4.50"})
    return where


def hidden(text: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', text)[1]


async def page(ada, path: str) -> str:
    answer = await ada.get(path)
    assert answer.status_code == 200
    return await text_of(answer)


async def test_a_threshold_is_changed_in_place_and_taken_back(ada, world):
    form = await text_of(await ada.get("/admin/alerts/MUG/threshold?edit=1", headers=HTMX))
    assert form.startswith('<tr id="alerts-row-MUG"')

    told = {"threshold": "2", "seen": "default"}
    row = await text_of(await ada.post("/admin/alerts/MUG/threshold", told, htmx=True))

    assert row.startswith('<tr id="alerts-row-MUG"')
    assert "threshold was 5, now 2" in row
    assert "alerts-row-MUG" not in await page(ada, "/admin/alerts")
    undone = await ada.post(
        "/admin/alerts/MUG/threshold", {"threshold": ""}, headers={**HTMX, "HX-Target": "div#flash"}
    )
    assert (await text_of(undone)).lstrip().startswith("<hx-partial hx-target=\"[id='alerts-row-MUG']\"")
    assert "alerts-row-MUG" in await page(ada, "/admin/alerts")


async def test_a_threshold_somebody_else_changed_wins(ada):
    await ada.post("/admin/alerts/MUG/threshold", {"threshold": "7", "seen": "default"})

    answer = await ada.post("/admin/alerts/MUG/threshold", {"threshold": "2", "seen": "default"})

    assert answer.status_code == 409
    assert "The threshold is 7 by now" in await text_of(answer)


@pytest.mark.parametrize("threshold", ["-1", "many", "1e3", "99999999999", "١", "1.5"])
@pytest.mark.parametrize("path", ["/admin/alerts/threshold", "/admin/alerts/MUG/threshold"])
async def test_a_threshold_that_is_none_is_refused(ada, path, threshold):
    for htmx in (True, False):
        answer = await ada.post(path, {"threshold": threshold}, htmx=htmx)
        assert answer.status_code == 422
        assert "Write a whole number" in await text_of(answer)


async def test_the_shops_threshold_and_the_letters_are_chosen_on_the_page(ada):
    assert await made(ada, "/admin/alerts/threshold", {"threshold": "9"}) == "/admin/alerts"
    assert await made(ada, "/admin/alerts/letters", {"letters": "1"}) == "/admin/alerts"

    text = await page(ada, "/admin/alerts")

    assert "alerts-row-VASE-S" in text
    assert re.search(r'name="letters" value="1" checked', text)
    assert "was 5, now 9" in text


async def test_an_alert_that_is_over_stands_in_the_history(ada, world):
    for change in (-4, 4):
        await world.db.write(stock.adjust, world.ada, "VASE-S", change=change, reason="counted", at=now())

    assert "VASE-S" in await page(ada, "/admin/alerts/history")


async def test_the_list_is_filtered_and_searched(ada):
    assert "alerts-row-MUG" not in await page(ada, "/admin/alerts?state=sold_out")
    assert "alerts-row-POSTER" not in await page(ada, "/admin/alerts?state=low")
    text = await page(ada, "/admin/alerts?q=vase")
    assert "alerts-row-VASE-L" in text
    assert "alerts-row-MUG" not in text
    assert "fits this view" in await page(ada, "/admin/alerts?q=nothing-like-it")


async def test_a_suggestion_becomes_a_file_and_a_purchase_order(ada, kiln):
    supplier = kiln.rsplit("/", 1)[1]
    terms = {"supplier": supplier, "code": "@K1", "cost": "3,00", "back": kiln}
    assert await made(ada, "/admin/suppliers/terms/POSTER", terms) == kiln

    rows = await page(ada, f"/admin/alerts/order.csv?supplier={supplier}")
    where = await made(ada, "/admin/alerts/order", {"supplier": supplier, "intention": "x"})

    assert rows.splitlines()[1] == "POSTER,Poster,The Kiln,'@K1,5,3.00,EUR"
    assert "POSTER" in await page(ada, where)
    again = await ada.post("/admin/alerts/order", {"supplier": supplier, "intention": "y"})
    assert again.status_code == 409
    assert "Nothing needs to be ordered" in await text_of(again)


async def test_a_supplier_is_changed_archived_and_back(ada, kiln):
    changed = {**KILN, "name": "Oven", "seen": "1"}
    assert await made(ada, kiln, changed) == kiln
    assert (await ada.post(kiln, changed)).status_code == 409

    await made(ada, f"{kiln}/archive", {})
    assert "archived" in await page(ada, "/admin/suppliers")
    await made(ada, f"{kiln}/archive/end", {})

    assert "Oven" in await page(ada, "/admin/receiving")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Write the supplier"),
        ({"email": "kiln"}, "Write an e-mail address"),
        ({"lead_days": "-1"}, "Write a whole number from 0 to 365"),
        ({"note": "\x00"}, "can&#39;t be kept"),
    ],
)
async def test_a_supplier_that_can_not_be_is_told_beside_the_field(ada, kiln, wrong, sentence):
    for path in ("/admin/suppliers", kiln):
        answer = await ada.post(path, {**KILN, "name": "B", "seen": "1", **wrong})
        assert answer.status_code == 422
        assert sentence in await text_of(answer)


async def test_two_suppliers_have_two_names(ada, kiln):
    answer = await ada.post("/admin/suppliers", KILN)

    assert answer.status_code == 422
    assert "There is a supplier of that name." in await text_of(answer)


async def test_a_variant_comes_from_a_supplier_by_its_sku(ada, kiln):
    await made(ada, f"{kiln}/variants", {"sku": "lamp", "code": "L-1", "cost": "30"})

    assert "€30.00" in await page(ada, kiln)
    answer = await ada.post(f"{kiln}/variants", {"sku": "NOPE"}, htmx=True)
    assert answer.status_code == 422
    assert "There is no such SKU." in await text_of(answer)


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_delivery_is_booked_in_once(ada, world, order, htmx):
    form = await page(ada, order)
    assert 'name="received-MUG"' in form
    told = {"intention": hidden(form, "intention"), "received-MUG": "15", "cost-MUG": "4.20"}

    first = await ada.post(f"{order}/receipts", told, htmx=htmx)
    second = await ada.post(f"{order}/receipts", told, htmx=htmx)

    assert first.status_code == second.status_code == (200 if htmx else 303)
    assert await world.stock("MUG") == (20, 0)
    text = await page(ada, order)
    assert "partly received" in text
    assert re.search(r'name="received-MUG"[^>]* value="5"', text)


async def test_more_than_was_ordered_comes_with_a_sentence(ada, world, order):
    await made(ada, f"{order}/receipts", {"received-MUG": "22"})

    assert "Mug: 2 more than were expected." in await page(ada, order)
    assert await world.stock("MUG") == (27, 0)


@pytest.mark.parametrize("told", [{"received-MUG": "-1"}, {"received-NOPE": "1"}, {}, {"cost-MUG": "x"}])
async def test_a_delivery_that_can_not_be_is_refused(ada, world, order, told):
    answer = await ada.post(f"{order}/receipts", told)

    assert answer.status_code == 422
    assert 'class="error"' in await text_of(answer)
    assert await world.stock("MUG") == (5, 0)


async def test_a_receipt_is_taken_back_and_then_no_more(ada, world, order):
    await made(ada, f"{order}/receipts", {"received-MUG": "20"})
    receipt = re.search(r'/admin/receiving/receipts/[^"/]+', await page(ada, order))[0]

    assert await made(ada, f"{receipt}/reversal", {}) == order
    answer = await ada.post(f"{receipt}/reversal")

    assert answer.status_code == 409
    assert await world.stock("MUG") == (5, 0)
    assert "Undone on" in await page(ada, receipt)


async def test_goods_come_in_without_an_order(ada, world):
    form = await page(ada, "/admin/receiving/goods")
    told = {"intention": hidden(form, "intention"), "sku": "mug", "quantity": "20"}
    for _ in range(2):
        await made(ada, "/admin/receiving/goods", told)

    assert await world.stock("MUG") == (25, 0)
    assert "counts once" in await page(ada, "/admin/receiving/goods")
    for wrong in ({"sku": "NOPE", "quantity": "1"}, {"sku": "MUG", "quantity": "0"}, {}):
        assert (await ada.post("/admin/receiving/goods", wrong)).status_code == 422


async def test_a_purchase_order_is_changed_closed_and_reopened(ada, order):
    await made(ada, order, {"expected": "2027-02-01", "note": "by lorry"})
    await made(ada, f"{order}/closure", {})
    assert (await ada.post(f"{order}/closure")).status_code == 409
    assert (await ada.post(f"{order}/lines", {"sku": "LAMP", "quantity": "1"})).status_code == 409
    await made(ada, f"{order}/closure/end", {})

    text = await page(ada, order)

    assert "by lorry" in text
    assert "2027-02-01" in text


async def begun(ada) -> str:
    return await made(ada, "/admin/stocktakes", {"scope": "everything"})


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_stocktake_from_sheet_to_posting_and_back(ada, world, htmx):
    where = await begun(ada)
    told = {"count-MUG": "4", "seen-MUG": "0", "count-LAMP": "", "seen-LAMP": "0", "next": "differences"}
    await ada.post(f"{where}/counts", told, htmx=htmx)
    await world.confirmed(world.sam, MUG=1)

    assert "4 → 3" in await page(ada, f"{where}/differences")
    posted = await ada.post(f"{where}/posting", htmx=htmx)
    assert posted.status_code == (200 if htmx else 303)
    assert await world.stock("MUG") == (3, 0)
    assert (await ada.post(f"{where}/posting", htmx=htmx)).status_code == 409

    await ada.post(f"{where}/posting/reversal", htmx=htmx)
    assert await world.stock("MUG") == (4, 0)
    assert (await ada.post(f"{where}/posting/reversal", htmx=htmx)).status_code == 409


@pytest.mark.parametrize("htmx", [True, False])
async def test_two_counters_meet_on_a_line(ada, world, htmx):
    where = await begun(ada)
    await ada.post(f"{where}/counts", {"count-MUG": "4", "seen-MUG": "0"})

    told = {"count-MUG": "6", "seen-MUG": "0", "count-LAMP": "2", "seen-LAMP": "0"}
    answer = await ada.post(f"{where}/counts", told, htmx=htmx)
    text = await text_of(answer)

    assert answer.status_code == 409
    assert "Ada counted 4 meanwhile" in text
    assert 'name="seen-MUG" value="1"' in text
    assert "1 count saved" in text
    assert 'name="seen-LAMP" value="1"' in text
    again = {"count-MUG": "6", "seen-MUG": "1"}
    assert await made(ada, f"{where}/counts", again) == where


async def test_counts_that_are_none_are_refused(ada):
    where = await begun(ada)
    for wrong in (
        {"count-MUG": "-1"},
        {"count-MUG": "x"},
        {"count-NOPE": "1"},
        {"count-MUG": "1", "seen-MUG": "?"},
    ):
        answer = await ada.post(f"{where}/counts", wrong)
        assert answer.status_code == 422, wrong
    assert (await ada.post("/admin/stocktakes", {"scope": "moon:1"})).status_code == 422


async def test_a_stocktake_is_given_up_and_taken_up_again(ada):
    where = await begun(ada)

    assert await made(ada, f"{where}/end", {}) == "/admin/stocktakes"
    assert (await ada.post(f"{where}/counts", {"count-MUG": "1"})).status_code == 409
    assert await made(ada, f"{where}/end/reversal", {}) == where


PLACES = (
    "/admin/alerts",
    "/admin/alerts/history",
    "/admin/suppliers",
    "/admin/receiving",
    "/admin/stocktakes",
)


@pytest.mark.parametrize("path", PLACES)
async def test_they_are_for_admins_alone_and_forgive_a_bad_position(ada, sam, stranger, path):
    assert (await sam.get(path)).status_code == 404
    assert (await stranger.get(path)).status_code == 303
    for after in ("%00", "x", "9" * 30, "~", "1:%F0%9F%98%80", "a|b"):
        assert (await ada.get(f"{path}?after={after}&q=%22%00&state=x&supplier=y")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "alerts/NOPE/threshold",
        "suppliers/x",
        "suppliers/terms/NOPE",
        "receiving/x",
        "receiving/receipts/x",
        "stocktakes/x",
        "stocktakes/x/differences",
    ],
)
async def test_what_is_not_there_is_not_found(ada, path):
    assert (await ada.get(f"/admin/{path}")).status_code == 404


async def test_two_admins_do_not_book_in_the_same_delivery(ada, world, order):
    told = {"received-MUG": "20", "seen": "0"}
    await made(ada, f"{order}/receipts", {**told, "intention": "one"})

    answer = await ada.post(f"{order}/receipts", {**told, "intention": "two"})

    assert answer.status_code == 409
    assert "Somebody else has booked in goods" in await text_of(answer)
    assert await world.stock("MUG") == (25, 0)


async def test_two_admins_do_not_save_over_each_other(ada, kiln, order):
    await made(ada, order, {"note": "by lorry", "seen": "1"})
    await made(ada, "/admin/suppliers/terms/LAMP", {"cost": "3", "seen": "||"})
    await made(ada, "/admin/alerts/threshold", {"threshold": "4", "seen": "5"})

    for path, told in (
        (order, {"note": "by ship", "seen": "1"}),
        ("/admin/suppliers/terms/LAMP", {"cost": "4", "seen": "||"}),
        ("/admin/alerts/threshold", {"threshold": "3", "seen": "5"}),
    ):
        assert (await ada.post(path, told)).status_code == 409
    assert "by lorry" in await page(ada, order)


async def test_a_wrong_count_on_a_later_page_stays_on_its_page(ada, world):
    for number in range(40):
        await world.add_things(f"A-{number:02d}", 0)
    where = await begun(ada)
    second = re.search(r'href="([^"]*after=[^"]*)"', await page(ada, where))[1]
    to = re.search(r'action="([^"]*/counts[^"]*)"', await page(ada, second))[1]

    answer = await ada.post(to, {"count-MUG": "x", "seen-MUG": "0", "count-LAMP": "3", "seen-LAMP": "0"})

    text = await text_of(answer)
    assert answer.status_code == 422
    assert "Nothing is saved yet" in text
    assert re.search(r'name="count-LAMP"[^>]* value="3"', text)


async def test_one_line_is_found_by_its_sku_and_counted(ada, world):
    where = await begun(ada)
    text = await page(ada, f"{where}?sku=mug")
    assert "stocktakes-line-MUG" in text
    assert "stocktakes-line-LAMP" not in text
    assert "is not in this stocktake" in await page(ada, f"{where}?sku=NOPE")

    told = {"count-MUG": "4", "seen-MUG": "0", "next": "scan"}

    assert await made(ada, f"{where}/counts", told) == f"{where}?scan=1"


async def test_a_purchase_order_is_a_file_and_its_lines_can_be_changed(ada, order):
    rows = await page(ada, f"{order}/order.csv")
    assert rows.splitlines()[1] == "MUG,Mug,The Kiln,,20,4.50,EUR"

    form = await page(ada, f"{order}?line=MUG")
    assert re.search(r'name="quantity" type="text" value="20"', form)
    await made(ada, f"{order}/lines", {"sku": "MUG", "quantity": "12", "cost": "4.50"})

    assert (await page(ada, f"{order}/order.csv")).splitlines()[1] == "MUG,Mug,The Kiln,,12,4.50,EUR"
