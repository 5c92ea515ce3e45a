"""Finding things on the storefront over HTTP: the search, and categories with filters and sort."""

import re

import pytest

from shop import catalog, products, storefinds
from shop.catalog import NewProduct, NewVariant
from shop.clock import now
from shop.web.context import EXTENSION
from tests.web.conftest import HTMX, text_of


async def searched(visitor, text: str, **headers) -> str:
    answer = await visitor.get("/search", query_string={"q": text}, **headers)
    assert answer.status_code == 200
    return await text_of(answer)


def names(page: str) -> list[str]:
    return re.findall(r'class="card-name">([^<]+)<', page)


async def test_every_page_of_the_storefront_has_the_search_without_script(stranger):
    for path in ("/", "/c/things", "/p/mug", "/cart", "/search", "/nope"):
        page = await text_of(await stranger.get(path))
        assert '<form id="finding-box" class="find" role="search" method="get" action="/search"' in page


async def test_enter_answers_with_a_whole_page(stranger):
    page = await searched(stranger, "mu")

    assert "<html" in page
    assert names(page) == ["Mug"]
    assert 'value="mu"' in page
    assert re.search(r'role="status">1 product</p>', page)


async def test_typing_answers_with_the_results_alone(stranger):
    page = await searched(stranger, "mu", headers=HTMX)

    assert page.startswith('<div id="finding-results">')
    assert names(page) == ["Mug"]
    assert "<html" not in page


async def test_a_typo_is_forgiven_and_said(stranger):
    page = await searched(stranger, "vsae")

    assert "Nothing has “vsae”. Showing results for <strong>vase</strong>: 1 product" in page
    assert names(page) == ["Vase"]


async def test_nothing_found_helps_on_with_categories_and_what_is_new(stranger):
    page = await searched(stranger, "xyzzy")

    assert "Nothing has “xyzzy” in its name or description." in page
    assert 'class="chip" href="/c/things"' in page
    assert len(names(page)) == 4


@pytest.mark.parametrize("htmx", [True, False])
async def test_nothing_hostile_hurts_the_search(stranger, htmx):
    headers = HTMX if htmx else {}
    for text in (
        '"',
        "mug*",
        "NEAR(a b)",
        "<script>alert(1)</script>",
        "\x00",
        "a" * 5000,
        "' OR 1=1 --",
        "\ud7ff",
    ):
        assert "<script>alert" not in await searched(stranger, text, headers=headers)
    for path in ("/search?q=%ff%fe", "/search?q=a&q=b", "/search?after=%00&q=mug", "/search"):
        assert (await stranger.get(path, headers=headers)).status_code == 200


async def test_what_is_archived_is_not_found(world, stranger):
    lamp = await world.db.read(catalog.product, "lamp")
    assert names(await searched(stranger, "lamp")) == ["Lamp"]

    await world.db.write(products.archive, world.ada, lamp.id, now())

    assert 'href="/p/lamp"' not in await searched(stranger, "lamp")


async def test_results_are_sorted_by_links_that_keep_what_was_asked(stranger):
    page = await text_of(await stranger.get("/search?q=thing&to=20&sort=-price"))

    assert names(page) == ["Vase", "Mug", "Poster"]
    assert 'href="/search?q=thing&amp;to=20&amp;sort=price">Cheapest' in page
    assert 'href="/search?q=thing&amp;to=20">Best match' in page
    assert '<input type="hidden" name="sort" value="-price">' in page


async def test_too_many_results_are_not_sorted_but_say_so(stranger, monkeypatch):
    for part in ("STEP", "COUNTED"):
        monkeypatch.setattr(storefinds, part, 2)
    page = await text_of(await stranger.get("/search?q=thing&sort=price"))

    assert "Narrow it down to sort it by price." in page
    assert "Cheapest" not in page


async def test_more_results_come_by_a_link(world, stranger):
    for number in range(30):
        await world.add_things(f"CUP{number:02d}", 9)
    first = await searched(stranger, "cup")
    link = re.search(r'class="button" href="(/search\?[^"]+)">Show more', first)[1].replace("&amp;", "&")
    second = await text_of(await stranger.get(link))

    assert [len(names(first)), len(names(second))] == [24, 6]
    assert not set(names(first)) & set(names(second))
    assert 'href="/search?q=cup">Back to the first results' in second


async def test_a_shelf_takes_its_filters_and_its_sort_from_the_address(stranger):
    page = await text_of(await stranger.get("/c/things?from=9&to=20.00&stock=in&sort=price"))

    assert names(page) == ["Mug", "Vase"]
    assert 'role="status">2 products</p>' in page
    for chip in ("from €9.00", "up to €20.00", "in stock"):
        assert f">{chip} <svg" in page
    assert 'href="/c/things?to=20.00&amp;stock=in&amp;sort=price" rel="nofollow">from €9.00' in page
    assert 'href="/c/things?sort=price">Clear all' in page


async def test_a_form_without_script_sends_what_the_address_says(stranger):
    page = await text_of(await stranger.get("/c/things?sort=-price&from=&to=20"))

    assert names(page) == ["Vase", "Mug", "Poster"]
    assert '<form class="filter" method="get" action="/c/things">' in page
    assert '<input type="hidden" name="sort" value="-price">' in page


@pytest.mark.parametrize(
    "query", ["from=x", "to=-1", "from=1.2345", "to=%D9%A3", "from=20&to=10", "to=999999999"]
)
async def test_a_price_that_is_none_is_said_beside_its_field(stranger, query):
    answer = await stranger.get(f"/c/things?{query}")
    page = await text_of(answer)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page
    assert 'class="error"' in page
    assert len(names(page)) == 4


async def test_a_choice_there_is_not_shows_everything(stranger):
    for query in ("sort=worst", "stock=maybe", "after=x", "from=%00", "sort=price&after=zz", "page=9"):
        answer = await stranger.get(f"/c/things?{query}")
        assert answer.status_code == 200, query


async def test_nothing_that_fits_leads_back_to_everything(stranger):
    page = await text_of(await stranger.get("/c/things?from=500"))

    assert "Nothing here fits all you have chosen." in page
    assert 'href="/c/things">Show everything' in page


async def test_what_may_be_typed_without_end_takes_no_room_from_the_pages_that_are_kept(app, stranger):
    for path in ("/search?q=mug", "/c/things?from=1", "/c/things?to=30", "/c/things?sort=price"):
        await stranger.get(path)

    assert list(app.extensions[EXTENSION].shelf._pages) == ["en /c/things?sort=price"]


async def test_options_are_links_with_counts_and_chips_that_take_them_away(stranger):
    page = await text_of(await stranger.get("/c/things?stock=in"))
    assert re.search(r'href="/c/things\?stock=in&amp;Size=Large" rel="nofollow">Large <[^>]*>1</span>', page)

    narrowed = await text_of(await stranger.get("/c/things?stock=in&Size=Large&Size=Nope&Nope=x&sort=price"))
    assert names(narrowed) == ["Vase"]
    assert 'href="/c/things?stock=in&amp;sort=price" rel="nofollow">Large <svg' in narrowed
    assert '<input type="hidden" name="Size" value="Large">' in narrowed
    assert "Nope <svg" not in narrowed
    assert 'name="robots" content="noindex"' in narrowed
    both = await text_of(await stranger.get("/c/things?Size=Large&Size=Small"))
    assert names(both) == ["Vase"]
    assert 'href="/c/things?Size=Small" rel="nofollow">Large' in both


async def test_a_search_is_narrowed_too(stranger):
    page = await text_of(await stranger.get("/search?q=vase&Size=Large&stock=in&from=20"))

    assert names(page) == ["Vase"]
    assert 'href="/search?q=vase">Clear all' in page
    none = await text_of(await stranger.get("/search?q=vase&Size=Large&from=900"))
    assert "Nothing here fits all you have chosen." in none
    assert (await stranger.get("/search?q=vase&from=x")).status_code == 422


async def test_an_option_called_like_something_else_has_a_name_of_its_own(world, stranger):
    shelf = await world.db.read(catalog.category, "things")
    made = tuple(NewVariant("", 100, 1, {"sort": value}) for value in ("A", "B"))
    new = NewProduct("", "Screw", "", shelf.id, made)
    await world.db.write(products.add, world.ada, new, now())

    page = await text_of(await stranger.get("/c/things?option-sort=A"))

    assert names(page) == ["Screw"]
    assert 'href="/c/things?option-sort=A&amp;option-sort=B"' in page


async def test_shelves_inside_others_lead_up_and_down(app, world, stranger, ada):
    await ada.post("/admin/categories", {"name": "Cups", "description": ""})
    things, cups = await world.db.read(catalog.categories)
    answer = await ada.post(f"/admin/categories/{cups.id}/parent", {"parent": things.id}, htmx=True)
    assert "Cups has its place." in await text_of(answer)

    page = await text_of(await stranger.get("/c/things"))
    assert '<a class="chip" href="/c/cups">Cups</a>' in page
    assert f'popovertarget="inside-{things.id}" aria-label="What is in Things"' in page
    assert '<a href="/c/things">Things</a></nav>' in await text_of(await stranger.get("/c/cups"))
    for parent in (cups.id, "nowhere"):
        told = {"parent": parent}
        answer = await ada.post(f"/admin/categories/{things.id}/parent", told, htmx=parent == cups.id)
        assert answer.status_code == 422
        assert 'role="alert"' in await text_of(answer)
