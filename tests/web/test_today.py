"""The admin's first page: each number is its list's, and what is drawn stands in a table as well."""

import re

import pytest

from shop import jobs
from tests.web.conftest import text_of


async def test_each_number_leads_to_a_list_with_as_many(ada, world):
    for person in (world.sam, world.mia):
        await world.confirmed(person, MUG=1)
    await world.packed(world.mallory, MUG=1)

    page = await text_of(await ada.get("/admin"))

    for state, number in (("confirmed", 2), ("packed", 1)):
        address = f"/admin/orders?state={state}"
        assert re.search(rf'href="{re.escape(address)}"><strong>{number}</strong>', page)
        assert (
            len(set(re.findall(r'href="(/admin/orders/\w+)"', await text_of(await ada.get(address)))))
            == number
        )


async def test_the_charts_have_a_table_with_the_same_numbers(ada, world):
    await world.confirmed(world.sam, MUG=2)
    await world.confirmed(world.mia, LAMP=1)

    page = await text_of(await ada.get("/admin"))

    assert page.count('<svg role="img" aria-label="') == 3
    day = world.ada.created_at[:10]
    row = re.search(rf'<a href="/admin/orders\?sold={day}">{day}</a></th>(.*?)</tr>', page)[1]
    assert re.findall(r">([^<]+)</td>", row) == ["2", "3", "€105.00", "€52.50"]
    assert re.search(r"Sales by day, [^:]+: €105.00 in all, most on [^<]+ with €105.00\.", page)
    assert "<title>" in page


@pytest.mark.parametrize(
    ("asked", "days"), [("", 30), ("?days=30", 30), ("?days=90", 90), ("?days=9999", 30), ("?days=x", 30)]
)
async def test_a_period_of_thirty_or_ninety_days_is_shown(ada, world, asked, days):
    await world.confirmed(world.sam, MUG=1)

    page = await text_of(await ada.get(f"/admin{asked}"))

    assert page.count('<g class="day">') == 3 * days


async def test_best_sellers_lead_to_their_stock_and_to_who_bought_them(ada, world):
    await world.confirmed(world.sam, MUG=2)
    await jobs.count_sellers(world.db)

    page = await text_of(await ada.get("/admin"))
    assert 'href="/admin/stock/MUG">Mug</a>' in page
    assert re.search(r'href="/admin/purchases\?from=[0-9-]{10}&(amp;)?sku=MUG">2</a>', page)


async def test_a_shop_with_nothing_to_do_is_calm(ada, world):
    page = await text_of(await ada.get("/admin"))

    assert "Nothing was sold in these 30 days" in page
    assert "<svg role" not in page
    assert "First steps" in page
    assert "3 of 6 done" in page


async def test_refunds_on_their_way_have_a_list(ada, world):
    placed = await world.cancelled(world.sam, MUG=1)

    assert "<strong>1</strong> refund on its way" in await text_of(await ada.get("/admin"))
    assert f'href="/admin/orders/{placed.number}"' in await text_of(await ada.get("/admin/refunds"))
    await world.answer_refund(placed)
    assert "No refund is on its way." in await text_of(await ada.get("/admin/refunds?after=nowhere"))


async def test_the_menu_names_where_one_is_also_beneath_a_list(ada, world):
    placed = await world.confirmed(world.sam, MUG=1)

    page = await text_of(await ada.get(f"/admin/orders/{placed.number}"))
    assert re.search(r'href="/admin/orders" data-go="o" aria-current="true"', page)
    page = await text_of(await ada.get("/admin/stock"))
    assert re.search(r'href="/admin/stock" data-go="s" aria-current="page"', page)


async def test_the_keys_have_a_page(ada):
    page = await text_of(await ada.get("/admin/keys"))

    assert page.count('id="admin-keys"') == 1
    assert "<kbd>j</kbd>" in page


async def test_nobody_but_an_admin_sees_it(sam, stranger):
    for address in ("/admin", "/admin/refunds", "/admin/keys"):
        assert (await sam.get(address)).status_code == 404
        assert (await stranger.get(address)).status_code == 303


async def test_saved_filters_stand_on_the_first_page(ada):
    told = {"path": "/admin/orders", "query": "state=packed", "view_name": "For the carrier"}
    await ada.post("/admin/views", told)

    page = await text_of(await ada.get("/admin"))
    assert re.search(r'<a class="chip" href="/admin/orders\?state=packed">.*? For the carrier</a>', page)
