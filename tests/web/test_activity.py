"""The activity page: who did what, narrowed by what stands in the address."""

import pytest

from shop import stock
from shop.clock import now
from tests.web.conftest import text_of


async def test_stock_corrected_by_hand_is_seen_with_who_and_why(ada, world):
    told = {"change": 2, "reason": "received", "note": "from the kiln"}
    await world.db.write(stock.adjust, world.ada, "MUG", **told, at=now())

    for address in ("", "?group=stock", "?object=MUG", "?person=ada@tillroom.example", "?since=2020-01-01"):
        page = await text_of(await ada.get(f"/admin/activity{address}"))
        assert "5 → 7" in page, address
        assert "received: from the kiln" in page
    assert "5 → 7" not in await text_of(await ada.get("/admin/activity?group=people"))


async def test_an_order_is_followed_by_its_number(ada, world):
    placed = await world.place(world.sam, MUG=1)
    page = await text_of(await ada.get(f"/admin/activity?object={placed.number}"))

    assert f'href="/admin/orders/{placed.number}"' in page
    assert "order placed" in page
    assert "product added" not in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("object=nothing", 422),
        ("person=nobody@x.example", 422),
        ("since=yesterday", 422),
        ("since=0001-01-01", 422),
        ("until=9999-12-31", 422),
        ("after=x", 422),
        ("after=1.2.3", 422),
        ("group=nonsense", 200),
        ("since=2199-12-31", 200),
        ("until=2000-01-01", 200),
        ("object=person:per_nobody", 200),
        ("object=" + "x" * 5000, 422),
    ],
)
async def test_whatever_is_asked_is_answered_with_a_sentence(ada, query, status):
    answer = await ada.get(f"/admin/activity?{query}")

    assert answer.status_code == status
    assert "<h1" in await text_of(answer)


async def test_a_long_list_goes_on(ada, world):
    for _ in range(60):
        await world.db.write(stock.adjust, world.ada, "MUG", change=1, reason="received", at=now())

    page = await text_of(await ada.get("/admin/activity?group=stock"))
    link = page.split('aria-label="More of this list"><a class="button" href="')[1].split('"')[0]

    assert "received" in await text_of(await ada.get(link.replace("&amp;", "&")))


async def test_what_a_link_names_stands_in_the_form_as_one_would_type_it(ada, world):
    placed = await world.place(world.sam, MUG=1)
    page = await text_of(await ada.get(f"/admin/activity?person={world.sam.actor}&object=order:{placed.id}"))

    assert f'value="{world.sam.email}"' in page
    assert f'value="{placed.number}"' in page
