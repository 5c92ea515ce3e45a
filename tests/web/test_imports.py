"""The pages of imports: upload, preview, import, undo, with and without htmx; and lists as files."""

import csv
import io
from pathlib import Path

import pytest
from quart.datastructures import FileStorage, Headers

from shop import catalog, stock
from shop.clock import now
from shop.importing import work
from tests.web.conftest import HTMX, text_of

FILE = Path(__file__).parents[3] / "shared" / "catalogues" / "shopify-apparel.csv"
APPAREL = FILE.read_bytes() if FILE.exists() else None
GOODS = "sku,name,price,on_hand\nMUG,Big Mug,13.00,7\nBOWL,Bowl,8.00,3\nLAMP,Lamp,cheap,1\n"


@pytest.fixture
async def app(world, monkeypatch):
    """The shop without its own worker: the tests say when it works."""
    from shop.app import create_app
    from shop.jobs import Worker

    async def nobody(_self):
        return None

    monkeypatch.setattr(Worker, "run", nobody)
    application = create_app(world.settings)
    async with application.test_app():
        yield application


async def upload(visitor, text: str | bytes, name: str = "goods.csv"):
    data = text.encode() if isinstance(text, str) else text
    file = FileStorage(io.BytesIO(data), name)
    headers = Headers({"Sec-Fetch-Site": "same-origin"})
    return await visitor.client.post("/admin/imports", files={"file": file}, headers=headers)


async def read(ada, world, text: str | bytes) -> str:
    answer = await upload(ada, text)
    assert answer.status_code == 303, await text_of(answer)
    await go_on(world)
    return answer.headers["Location"]


async def go_on(world) -> None:
    await work.work_off(world.db, world.settings.database_url, world.settings.currency)


async def rows_of(visitor, address: str) -> list[dict[str, str]]:
    answer = await visitor.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(await text_of(answer), newline="")))


async def test_a_shop_without_imports_says_how_to_begin(ada):
    page = await text_of(await ada.get("/admin/imports"))

    assert "Nothing was imported yet" in page
    assert 'enctype="multipart/form-data"' in page


async def test_an_uploaded_file_is_read_while_its_page_waits(ada, world):
    answer = await upload(ada, GOODS)
    address = answer.headers["Location"]

    waiting = await text_of(await ada.get(address))
    assert 'hx-trigger="every 1s"' in waiting
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in waiting
    await go_on(world)
    board = await text_of(await ada.get(address, headers=HTMX))
    assert board.startswith('<div id="imports-board">')
    assert "every 1s" not in board
    for words in ("Import 2 rows", "<del>€12.50</del>", "<ins>€13.00</ins>", "1 row is refused"):
        assert words in board


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_way_of_taking_stock_must_be_chosen(ada, world, htmx):
    address = await read(ada, world, GOODS)

    answer = await ada.post(f"{address}/application", {"stock": "guess"}, htmx=htmx)

    assert answer.status_code == 422
    assert "Choose what the numbers of stock in the file mean." in await text_of(answer)
    assert await world.stock("MUG") == (5, 0)


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_preview_becomes_an_import_and_is_taken_back(ada, world, htmx):
    address = await read(ada, world, GOODS)

    answer = await ada.post(f"{address}/application", {"stock": "set"}, htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    await go_on(world)
    assert await world.stock("MUG") == (7, 0)
    assert "Take all 2 rows of goods.csv back" in await text_of(await ada.get(address))

    answer = await ada.post(f"{address}/undo", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    await go_on(world)
    assert await world.stock("MUG") == (5, 0)
    assert "taken back" in await text_of(await ada.get(address))
    assert (await ada.post(f"{address}/undo", htmx=htmx)).status_code == 409


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_catalogue_that_has_moved_on_is_answered_with_a_new_preview(ada, world, htmx):
    address = await read(ada, world, GOODS)
    mug = await world.db.read(stock.row, "MUG")
    await world.db.write(catalog.set_price, world.ada, mug.product_id, "MUG", 1400, currency="eur", at=now())

    answer = await ada.post(f"{address}/application", {"stock": "set"}, htmx=htmx)

    assert answer.status_code == 409
    assert "The catalogue has changed meanwhile (MUG)" in await text_of(answer)
    await go_on(world)
    assert "<del>€14.00</del>" in await text_of(await ada.get(address))
    assert await world.stock("MUG") == (5, 0)


async def test_refused_rows_are_listed_and_come_back_as_a_file(ada, world):
    address = await read(ada, world, GOODS)

    page = await text_of(await ada.get(f"{address}?show=refused"))
    assert "This is no price: write it like 12.50." in page
    (row,) = await rows_of(ada, f"{address}/refused.csv")
    assert (row["sku"], row["price"], row["row in the file"], row["column"]) == (
        "LAMP",
        "cheap",
        "4",
        "price",
    )
    assert row["reason"] == "This is no price: write it like 12.50."


async def test_the_table_shows_one_state_at_a_time_and_goes_on(ada, world):
    address = await read(ada, world, "sku,name,price\n" + "".join(f"N-{n},Thing {n},9\n" for n in range(40)))

    first = await text_of(await ada.get(f"{address}?show=new"))
    assert "Show more" in first
    assert "N-39" in await text_of(await ada.get(f"{address}?show=new&after=50"))
    assert "There is nothing of that kind" in await text_of(await ada.get(f"{address}?show=changed"))


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", b"\xff\xfe\x00\xd8", b"\x89PNG\r\n\x1a\n\0\0\0", '"' * 9])
async def test_a_file_that_is_none_is_refused_in_a_sentence(ada, world, text):
    answer = await upload(ada, text)
    if answer.status_code == 303:
        await go_on(world)
        answer = await ada.get(answer.headers["Location"])
        assert "Nothing of this file was imported." in await text_of(answer)
    else:
        assert answer.status_code == 422
        assert "Choose a file that has something in it." in await text_of(answer)


async def test_a_form_without_a_file_and_a_file_too_large_are_refused(ada):
    assert (await ada.post("/admin/imports")).status_code == 422
    assert (await ada.post("/admin/imports", {"file": "just text"})).status_code == 422
    told = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(32 * 1024 * 1024)}
    assert (await ada.post("/admin/imports", headers=told)).status_code == 413


async def test_a_file_may_be_larger_than_any_other_form(ada, world):
    rows = "".join(f"N-{n},Thing {n},{'long' * 20}\n" for n in range(3000))

    page = await text_of(await ada.get(await read(ada, world, "sku,name,description\n" + rows)))

    assert "3000 rows are refused" in page


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=", "text/csv", "x"])
async def test_a_body_that_is_no_form_is_refused(ada, kind):
    told = {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
    answer = await ada.client.post("/admin/imports", data=b"--x\r\nnonsense", headers=Headers(told))

    assert answer.status_code in (400, 413, 422)


async def test_an_import_that_is_clicked_twice_is_done_once(ada, world):
    address = await read(ada, world, GOODS)
    await ada.post(f"{address}/application", {"stock": "add"})
    await go_on(world)

    answer = await ada.post(f"{address}/application", {"stock": "add"})

    assert (answer.status_code, await world.stock("MUG")) == (409, (12, 0))
    assert "It has been imported already." in await text_of(answer)


async def test_a_preview_can_be_put_away(ada, world):
    address = await read(ada, world, GOODS)

    assert (await ada.post(f"{address}/dismissal")).status_code == 303
    assert (await ada.post(f"{address}/application", {"stock": "set"})).status_code == 409
    assert await world.stock("MUG") == (5, 0)


@pytest.mark.parametrize("path", ["", "/refused.csv", "/application", "/undo", "/dismissal"])
async def test_an_import_there_is_not_is_not_found(ada, path):
    ask = ada.get if path in ("", "/refused.csv") else ada.post

    assert (await ask(f"/admin/imports/imp_nothing{path}")).status_code == 404


@pytest.mark.parametrize(
    "address", ["imports", "imports/template.csv", "products.csv", "stock.csv", "people.csv", "activity.csv"]
)
async def test_only_admins_see_imports_and_files(sam, stranger, address):
    assert (await sam.get(f"/admin/{address}")).status_code == 404
    assert (await stranger.get(f"/admin/{address}")).status_code == 303


async def test_the_template_and_all_products_can_be_imported_as_they_are(ada, world):
    template = await text_of(await ada.get("/admin/imports/template.csv"))
    assert "Import 2 rows" in await text_of(await ada.get(await read(ada, world, template)))

    everything = await text_of(await ada.get("/admin/products.csv"))
    page = await text_of(await ada.get(await read(ada, world, everything)))
    assert "unchanged (9)" in page
    assert "new (0)" in page
    assert "refused rows (0)" in page


async def test_files_have_what_the_lists_address_chooses(ada):
    assert [row["sku"] for row in await rows_of(ada, "/admin/products.csv?q=vase")] == ["VASE-S", "VASE-L"]
    assert [row["sku"] for row in await rows_of(ada, "/admin/products.csv?state=draft")] == []
    assert [row["sku"] for row in await rows_of(ada, "/admin/stock.csv?state=sold_out")] == ["POSTER"]
    assert len(await rows_of(ada, "/admin/stock.csv")) == 5
    assert [row["name"] for row in await rows_of(ada, "/admin/people.csv?role=admin")] == ["Ada"]
    assert len(await rows_of(ada, "/admin/activity.csv?group=products")) >= 4
    assert (await ada.get("/admin/activity.csv?person=nobody@x.example")).status_code == 422


async def test_a_long_list_comes_as_a_whole_file(ada, world):
    rows = "".join(f"N-{n:03},=Thing {n},9.50,{n}\n" for n in range(120))
    address = await read(ada, world, "sku,name,price,on_hand\n" + rows)
    await ada.post(f"{address}/application", {"stock": "set"})
    await go_on(world)

    products = await rows_of(ada, "/admin/products.csv")
    assert len({row["sku"] for row in products}) == 125
    assert {row["name"] for row in products if row["sku"] == "N-007"} == {"'=Thing 7"}
    for address in ("/admin/stock.csv", "/admin/stock.csv?sort=name", "/admin/stock.csv?q=thing"):
        found = await rows_of(ada, address)
        assert len({row["sku"] for row in found}) == len(found) == (120 if "q=" in address else 125)
    assert len(await rows_of(ada, "/admin/activity.csv?group=stock")) >= 119


@pytest.mark.skipif(APPAREL is None, reason="the real catalogue is not here")
async def test_the_apparel_file_goes_in_is_sold_and_comes_back_unchanged(ada, world):
    address = await read(ada, world, APPAREL)
    await ada.post(f"{address}/application", {"stock": "set"})
    await go_on(world)
    assert await world.stock("CLASSIC-VARSITY-TOP-SMALL") == (1, 0)
    await world.confirmed(world.sam, **{"CLASSIC-VARSITY-TOP-SMALL": 1})

    exported = await text_of(await ada.get("/admin/products.csv"))
    page = await text_of(await ada.get(await read(ada, world, exported)))

    assert "new (0)" in page
    assert "changed (0)" in page
    assert await world.stock("CLASSIC-VARSITY-TOP-SMALL") == (0, 0)
