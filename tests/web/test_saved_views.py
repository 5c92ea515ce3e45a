"""Saved filters: over the list they belong to, for every admin, and taken back with one click."""

import pytest

from shop import saved_views
from tests.web.conftest import text_of

PACK = {"path": "/admin/orders", "query": "state=confirmed", "view_name": "To pack"}


async def names(world, path: str = "/admin/orders") -> list[str]:
    return [one.name for one in await world.db.read(saved_views.of_path, path)]


async def saved(world):
    return (await world.db.read(saved_views.of_path, "/admin/orders"))[0]


async def test_a_filter_is_saved_and_leads_back_to_its_list(ada, world):
    answer = await ada.post("/admin/views", PACK)

    assert (answer.status_code, answer.location) == (303, "/admin/orders?state=confirmed")
    assert await names(world) == ["To pack"]
    page = await text_of(await ada.get(answer.location))
    assert "Saved as “To pack”." in page
    assert f'action="/admin/views/{(await saved(world)).id}/removal"' in page


async def test_with_htmx_the_chips_come_back_alone(ada, world):
    answer = await ada.post("/admin/views", PACK, htmx=True)

    text = await text_of(answer)
    assert text.startswith('<div id="views-saved"')
    assert 'href="/admin/orders?state=confirmed" aria-current="true"' in text


async def test_removing_is_taken_back(ada, world):
    await ada.post("/admin/views", PACK)
    one = await saved(world)

    await ada.post(f"/admin/views/{one.id}/removal")
    assert await names(world) == []
    page = await text_of(await ada.get("/admin/stock"))
    assert 'action="/admin/views"' in page
    assert 'name="view_name" value="To pack"' in page
    await ada.post("/admin/views", PACK)
    assert await names(world) == ["To pack"]


async def test_an_undo_by_htmx_leaves_the_flash_where_it_is(ada, world):
    await ada.post("/admin/views", PACK)
    address = f"/admin/views/{(await saved(world)).id}/removal"

    text = await text_of(await ada.post(address, htmx=True, headers={"HX-Target": "div#flash"}))

    assert text.startswith('<hx-partial hx-target="#views-saved"')
    assert '<hx-partial hx-target="#flash"' in text


async def test_two_admins_who_choose_one_name_are_told(ada, world):
    await ada.post("/admin/views", PACK)

    assert (await ada.post("/admin/views", PACK)).status_code == 303
    answer = await ada.post("/admin/views", PACK | {"query": "state=packed"}, htmx=True)
    assert answer.status_code == 409
    text = await text_of(answer)
    assert "is saved already" in text
    assert 'value="To pack"' in text
    assert await names(world) == ["To pack"]


async def test_a_filter_without_a_name_brings_its_form_back(ada, world):
    for htmx in (True, False):
        answer = await ada.post("/admin/views", PACK | {"view_name": "  "}, htmx=htmx)
        assert answer.status_code == 422
        assert "Write a name for this filter." in await text_of(answer)
    assert await names(world) == []


PATHS = ("", "//evil.example", "/login", "/admin/../login", "/admin/orders?x", "/admin/\n")
QUERIES = ("", "x", "&&&", "\u202e", "a=1" * 1000, "&".join("a=1" for _ in range(50)))


@pytest.mark.parametrize("change", [{"path": path} for path in PATHS] + [{"query": one} for one in QUERIES])
async def test_what_is_no_list_s_address_is_refused(ada, world, change):
    answer = await ada.post("/admin/views", PACK | change)

    assert answer.status_code == 422
    assert await names(world, (PACK | change)["path"]) == []


async def test_a_hostile_name_stays_text(ada, world):
    name = '<img src=x onerror="1">'
    await ada.post("/admin/views", PACK | {"view_name": name})

    page = await text_of(await ada.get("/admin/orders?state=confirmed"))
    assert "<img src=x" not in page


async def test_what_is_gone_can_not_be_removed_and_a_list_has_room_for_twenty(ada, world):
    assert (await ada.post("/admin/views/view_none/removal")).status_code == 404
    for number in range(20):
        await ada.post("/admin/views", PACK | {"view_name": f"Filter {number}"})

    answer = await ada.post("/admin/views", PACK)
    assert answer.status_code == 409
    assert "remove one first" in await text_of(answer)


async def test_nobody_but_an_admin_saves(sam, world):
    assert (await sam.post("/admin/views", PACK)).status_code == 404
    assert await names(world) == []


LISTS = {
    "/admin/orders": "state=shipped",
    "/admin/purchases": "sku=MUG",
    "/admin/stock": "q=mug",
    "/admin/alerts": "state=low",
    "/admin/products": "state=archived",
    "/admin/people": "role=admin",
    "/admin/activity": "group=stock",
    "/admin/letters": "state=kept",
}


@pytest.mark.parametrize("path", LISTS)
async def test_every_list_keeps_filters(ada, path):
    address = f"{path}?{LISTS[path]}"
    page = await text_of(await ada.get(address))
    assert f'<input type="hidden" name="query" value="{LISTS[path]}">' in page

    await ada.post("/admin/views", {"path": path, "query": LISTS[path], "view_name": "Mine"})
    page = await text_of(await ada.get(path))
    assert f'<a class="chip" href="{address}">' in page
    assert f'<a class="chip" href="{address}" aria-current="true">' in await text_of(await ada.get(address))
