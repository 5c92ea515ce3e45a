"""Stock and prices edited in place."""

import pytest

from shop import catalog, stock
from shop.clock import now
from tests.web.conftest import HTMX, text_of


async def product_of(world, sku: str) -> str:
    return (await world.db.read(stock.row, sku)).product_id


async def test_the_stock_table_begins_with_what_is_sold_out(ada):
    page = await text_of(await ada.get("/admin/stock"))

    assert page.index("stock-row-POSTER") < page.index("stock-row-LAMP") < page.index("stock-row-MUG")


async def test_a_row_becomes_a_form_and_a_saved_row_again(ada, world):
    form = await text_of(await ada.get("/admin/stock/MUG/edit", headers=HTMX))
    assert form.startswith('<tr id="stock-row-MUG"')

    told = {"on_hand": "7", "seen": "5", "reason": "counted", "note": "behind the shelf"}
    row = await text_of(await ada.post("/admin/stock/MUG/movements", told, htmx=True))

    assert row.startswith('<tr id="stock-row-MUG"')
    assert "was 5, now 7" in row
    assert await world.stock("MUG") == (7, 0)


async def test_the_same_works_without_script(ada, world):
    assert 'action="/admin/stock/MUG/movements"' in await text_of(await ada.get("/admin/stock/MUG/edit"))

    answer = await ada.post("/admin/stock/MUG/movements", {"change": "-2", "reason": "damaged"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/stock")
    assert await world.stock("MUG") == (3, 0)


async def test_every_change_says_who_and_why(ada):
    await ada.post(
        "/admin/stock/MUG/movements", {"change": "3", "reason": "received", "note": "from the kiln"}
    )

    page = await text_of(await ada.get("/admin/stock/MUG"))

    for words in ("+3 → 8", "Ada", "received: from the kiln"):
        assert words in page


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_newer_value_wins_and_is_shown(ada, world, htmx):
    await world.db.write(stock.adjust, world.ada, "MUG", change=4, reason="received", at=now())

    told = {"on_hand": "6", "seen": "5", "reason": "counted"}
    answer = await ada.post("/admin/stock/MUG/movements", told, htmx=htmx)

    assert answer.status_code == 409
    assert "It is 9 by now" in await text_of(answer)
    assert await world.stock("MUG") == (9, 0)


async def test_stock_can_not_go_below_what_is_held(ada, world):
    await world.place(world.sam, MUG=3)

    answer = await ada.post("/admin/stock/MUG/movements", {"on_hand": "2", "reason": "counted"})

    assert answer.status_code == 409
    assert "3 are held by open orders" in await text_of(answer)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"on_hand": "7"}, "Choose a reason."),
        ({"on_hand": "7", "reason": "stolen"}, "Choose a reason."),
        ({"reason": "counted"}, "Write how many there are."),
        ({"on_hand": "many", "reason": "counted"}, "Write a whole number"),
        ({"change": "-9", "reason": "damaged"}, "There can&#39;t be that many."),
    ],
)
async def test_a_change_that_can_not_be_made_is_told_beside_its_row(ada, world, told, sentence):
    answer = await ada.post("/admin/stock/MUG/movements", told, htmx=True)

    assert answer.status_code == 422
    assert sentence in await text_of(answer)
    assert await world.stock("MUG") == (5, 0)


async def test_a_price_is_changed_in_place(ada, world):
    address = f"/admin/products/{await product_of(world, 'MUG')}/price"
    form = await text_of(await ada.get(f"{address}?variant=MUG&edit=1", headers=HTMX))
    assert 'value="12.50"' in form

    row = await text_of(await ada.post(address, {"variant": "MUG", "price": "13,20", "seen": "1"}, htmx=True))

    assert "was €12.50, now €13.20" in row
    assert "€13.20" in await text_of(await ada.get("/p/mug"))


async def test_a_price_somebody_else_changed_wins(ada, world):
    product = await product_of(world, "MUG")
    await world.db.write(catalog.set_price, world.ada, product, "MUG", 1999, currency="eur", seen=1, at=now())

    form = {"variant": "MUG", "price": "13.00", "seen": "1"}
    answer = await ada.post(f"/admin/products/{product}/price", form)

    assert answer.status_code == 409
    assert "€19.99 by now" in await text_of(answer)


@pytest.mark.parametrize("price", ["", "-1", "1.234", "1e3", "99999999", "abc", "١"])
async def test_a_price_that_is_none_is_refused(ada, world, price):
    product = await product_of(world, "MUG")
    answer = await ada.post(f"/admin/products/{product}/price", {"variant": "MUG", "price": price})

    assert answer.status_code == 422


async def test_the_lists_are_there(ada, world):
    placed = await world.place(world.sam, MUG=1)

    assert placed.number in await text_of(await ada.get("/admin/orders"))
    assert placed.number in await text_of(await ada.get("/admin/orders?state=open"))
    assert placed.number not in await text_of(await ada.get("/admin/orders?state=closed"))
    assert "order.placed" in await text_of(await ada.get(f"/admin/orders/{placed.number}"))
    assert "mallory@tillroom.example" in await text_of(await ada.get("/admin/people"))
    alerts = await text_of(await ada.get("/admin/alerts"))
    assert "POSTER" in alerts
    assert "VASE-S" not in alerts
