"""Products in the admin: found, added, described, put on sale and off it."""

import re

import pytest

from shop import catalog, products, stock
from shop.clock import now
from tests.web.conftest import HTMX, text_of

BOWL = {"name": "Bowl", "category": "things", "description": "Of ash.", "price": "9.50", "on_hand": "3"}
SHIRT = {"name": "Shirt", "category": "things", "option_1": "Size", "values_1": "S, M", "price": "20"}


class Repeated(dict):
    """A form whose lists are fields of one name each, as the test client wants to be told."""

    def items(self):
        for name, value in super().items():
            yield from ((name, one) for one in (value if isinstance(value, list) else [value]))


async def product_of(world, sku: str) -> str:
    return (await world.db.read(stock.row, sku)).product_id


async def listed(ada, query: str = "") -> list[str]:
    page = await text_of(await ada.get(f"/admin/products{query}"))
    return re.findall(r'product-name" href="[^"]+">.*?<span>([^<]+)</span>', page, re.DOTALL)


async def test_the_list_shows_the_newest_first_with_stock_and_prices(ada):
    page = await text_of(await ada.get("/admin/products"))

    assert await listed(ada) == ["Vase", "Mug", "Lamp", "Poster"]
    row = page[page.index("Vase") :][:900]
    for words in ("published", "Things", "from €20.00", ">10<"):
        assert words in row


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=vas", ["Vase"]),
        ("?q=VASE-L", ["Vase"]),
        ("?q=mu", ["Mug"]),
        ("?q=nothing", []),
        ('?q="*', []),
        ("?state=draft", ["Lamp"]),
        ("?state=published", ["Vase", "Mug", "Poster"]),
        ("?state=sold", ["Vase", "Mug", "Lamp", "Poster"]),
        ("?category=things&state=draft", ["Lamp"]),
        ("?category=things", ["Vase", "Mug", "Lamp", "Poster"]),
        ("?q=lamp&state=published", []),
        ("?after=x%00y", ["Vase", "Mug", "Lamp", "Poster"]),
    ],
)
async def test_products_are_found_by_the_address(ada, world, query, names):
    await world.db.write(products.unpublish, world.ada, await product_of(world, "LAMP"), now())

    assert await listed(ada, query) == names


async def test_a_long_list_goes_on_where_it_stopped(ada, world):
    for number in range(60):
        await world.add_things(f"BOWL-{number}", 1)

    for query in ("", "?q=bowl", "?state=published"):
        first = await text_of(await ada.get(f"/admin/products{query}"))
        more = re.search(r'href="/admin/products(\?[^"]*after=[^"]+)"', first)[1].replace("&amp;", "&")
        rest = len(await listed(ada, more))
        assert (len(re.findall("products-row-", first)), rest >= 10) == (50, True)


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_simple_product_needs_a_name_a_category_and_a_price(ada, stranger, htmx):
    answer = await ada.post("/admin/products", BOWL, htmx=htmx)

    to = answer.headers.get("Location") or answer.headers["HX-Redirect"]
    assert answer.status_code == (200 if htmx else 303)
    assert "Bowl is in the shop" in await text_of(await ada.get(to))
    page = await text_of(await stranger.get("/p/bowl"))
    assert "€9.50" in page
    assert "Of ash." in page


ROWS = {"combination": ["S", "M"], "sku": ["SH-S", "SHIRT-M"], "price": ["20", "22"], "on_hand": ["4", ""]}


async def test_options_make_the_grid_and_nothing_typed_is_lost(ada):
    page = await text_of(await ada.post("/admin/products", SHIRT | {"grid": "1", "on_hand": "4"}))
    for words in ('value="Shirt"', "2 variants", 'value="SHIRT-S"', 'value="SHIRT-M"', 'value="S, M"'):
        assert words in page

    wider = Repeated(SHIRT | ROWS | {"values_1": "S, M, L", "grid": "1"})
    page = await text_of(await ada.post("/admin/products", wider))
    assert page.index('value="SH-S"') < page.index('value="22"') < page.index('value="SHIRT-L"')


async def test_each_row_of_the_grid_becomes_a_variant(ada, world):
    assert (await ada.post("/admin/products", Repeated(SHIRT | ROWS))).status_code == 303

    assert await world.stock("SH-S") == (4, 0)
    shirt = (await world.db.read(catalog.product, "shirt")).variants
    assert [(one.options, one.price) for one in shirt] == [({"Size": "S"}, 2000), ({"Size": "M"}, 2200)]


async def test_a_grid_that_was_not_seen_yet_is_shown_first(ada, world):
    answer = await ada.post("/admin/products", SHIRT)

    assert answer.status_code == 422
    assert "Here is the grid" in await text_of(answer)


async def test_several_variants_may_come_without_options(ada, world):
    rows = {"sku": ["B-1", "B-2"], "price": ["1", "2"], "on_hand": ["1", "2"]}

    assert (await ada.post("/admin/products", Repeated(BOWL | rows))).status_code == 303
    assert await world.stock("B-2") == (2, 0)


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"category": "nowhere"}, "Choose a category."),
        ({"price": ""}, "Write an amount"),
        ({"price": "٣"}, "Write an amount"),
        ({"on_hand": "many"}, "Write a whole number"),
        ({"sku": "A B"}, "Write a SKU without spaces"),
        ({"sku": "MUG"}, "MUG is the SKU of another variant already."),
        ({"option_1": "Size"}, "with commas between them"),
        ({"values_1": "S"}, "a short name of its own"),
        ({"option_1": "a", "values_1": ",".join(map(str, range(101)))}, "at most 100"),
        ({"state": "sold"}, "Choose published or draft."),
        ({"description": "\x00"}, "characters in it that can&#39;t be kept"),
        ({"sku": ["A", "A"], "price": ["1", "1"]}, "stands here twice"),
    ],
)
async def test_what_can_not_be_added_comes_back_with_sentences(ada, world, change, sentence, htmx):
    answer = await ada.post("/admin/products", Repeated(BOWL | change), htmx=htmx)

    assert answer.status_code == 422
    assert sentence in await text_of(answer)
    assert await listed(ada) == ["Vase", "Mug", "Lamp", "Poster"]


async def test_a_category_may_come_with_the_product(ada, stranger):
    await ada.post("/admin/products", BOWL | {"category": "", "category_fresh": "Bowls & Plates"})

    assert "Bowl" in await text_of(await stranger.get("/c/bowls-plates"))


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_product_is_described_and_its_old_address_leads_to_it(ada, stranger, world, htmx):
    mug = await product_of(world, "MUG")
    told = {"name": "Cup", "category": "things", "description": "New.", "slug": "cup", "seen": "1"}
    answer = await ada.post(f"/admin/products/{mug}", told, htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)

    moved = await stranger.get("/p/mug?variant=MUG")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/p/cup?variant=MUG")
    assert "New." in await text_of(await stranger.get("/p/cup"))
    assert (await stranger.get("/p/never")).status_code == 404


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_newer_product_is_shown_beside_what_was_typed(ada, world, htmx):
    mug = await product_of(world, "MUG")
    told = {"category": "things", "description": "", "slug": "mug", "seen": "1"}
    await ada.post(f"/admin/products/{mug}", told | {"name": "Cup"})

    answer = await ada.post(f"/admin/products/{mug}", told | {"name": "Beaker"}, htmx=htmx)

    page = await text_of(answer)
    assert answer.status_code == 409
    for words in ("Somebody has changed this product", 'value="Beaker"', "By now: Cup", 'value="2"'):
        assert words in page


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"slug": "lamp"}, {"slug": "A b"}, {"category": "x"}, {"seen": "x"}]
)
async def test_a_description_that_can_not_be_taken_comes_back(ada, world, change):
    mug = await product_of(world, "MUG")
    told = {"name": "Cup", "category": "things", "description": "Kept words", "slug": "mug"} | change
    answer = await ada.post(f"/admin/products/{mug}", told)

    assert answer.status_code == 422
    assert "Kept words" in await text_of(answer)
    assert (await world.db.read(products.facts, mug)).name == "Mug"


async def test_a_state_is_changed_and_taken_back(ada, stranger, world):
    here = f"/admin/products/{await product_of(world, 'MUG')}/state"
    archived = await text_of(await ada.post(here, {"state": "archived"}, htmx=True))

    assert "was published, now archived" in archived
    assert '<input type="hidden" name="state" value="published">' in archived
    assert (await stranger.get("/p/mug")).status_code == 404
    assert (await ada.post(here, {"state": "published"})).status_code == 303
    assert (await stranger.get("/p/mug")).status_code == 200
    assert (await ada.post(here, {"state": "sold"})).status_code == 422


async def test_what_is_archived_can_not_be_put_into_a_cart(ada, stranger, world):
    await stranger.post("/cart/lines", {"variant": "VASE-L", "quantity": "1"})
    vase = await product_of(world, "VASE-L")
    await ada.post(f"/admin/products/{vase}/variants/state", {"variant": "VASE-L", "state": "archived"})

    answer = await stranger.post("/cart/lines", {"variant": "VASE-L", "quantity": "1"})
    assert answer.status_code == 409
    assert "not sold any more" in await text_of(answer)
    assert "Not sold any more: remove it to go on." in await text_of(await stranger.get("/cart"))


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_variant_is_added_and_refused_beside_the_table(ada, world, htmx):
    vase = await product_of(world, "VASE-S")
    here = f"/admin/products/{vase}/variants"
    told = {"option_1": "Size", "value_1": "Huge", "price": "40", "on_hand": "1"}

    assert (await ada.post(here, told, htmx=htmx)).status_code == (200 if htmx else 303)
    assert await world.stock("VASE-HUGE") == (1, 0)
    for bad in ({"price": "x"}, {"option_1": ""}, {"sku": "MUG"}, {"value_1": "Small"}):
        answer = await ada.post(here, told | {"value_1": "Giant"} | bad, htmx=htmx)
        assert answer.status_code == 422
        assert 'class="error"' in await text_of(answer)


async def test_a_variant_is_renamed_moved_and_its_prices_are_told(ada, world):
    here = f"/admin/products/{await product_of(world, 'VASE-L')}/variants"
    told = {"variant": "VASE-L", "option_1": "Size", "value_1": "Tall", "seen": "1"}
    assert (await ada.post(f"{here}/facts", told)).status_code == 303
    assert (await ada.post(f"{here}/facts", told)).status_code == 409
    assert (await ada.post(f"{here}/facts", told | {"seen": "2", "value_1": "Small"})).status_code == 422
    assert (await ada.post(f"{here}/position", {"variant": "VASE-L", "step": "-1"})).status_code == 303
    assert (await ada.post(f"{here}/position", {"variant": "VASE-L", "step": "x"})).status_code == 422

    page = await text_of(await ada.get(f"{here}/facts?variant=VASE-L"))
    for words in ("Tall", "€30.00", "Ada", "/admin/purchases?sku=VASE-L", "/admin/stock/VASE-L"):
        assert words in page


async def test_a_price_is_taken_back(ada, world):
    mug = await product_of(world, "MUG")
    row = await text_of(
        await ada.post(f"/admin/products/{mug}/price", {"variant": "MUG", "price": "9"}, htmx=True)
    )
    fields = dict(re.findall(r'<input type="hidden" name="(variant|price|seen|undo)" value="([^"]*)">', row))

    undone = await text_of(await ada.post(f"/admin/products/{mug}/price", fields, htmx=True))

    assert "was €9.00, now €12.50" in undone
    assert (await ada.post(f"/admin/products/{mug}/price", fields, htmx=True)).status_code == 409
    assert (await world.db.read(catalog.price_row, mug, "MUG")).price == 1250


@pytest.mark.parametrize("on", [True, False])
async def test_a_reduced_price_names_the_lowest_of_30_days_where_the_shop_wants_it(ada, stranger, world, on):
    if on:
        assert (await ada.post("/admin/settings", {"shows_lowest_price": "1"})).status_code == 303
    mug = await product_of(world, "MUG")
    await ada.post(f"/admin/products/{mug}/price", {"variant": "MUG", "price": "9"})

    page = await text_of(await stranger.get("/p/mug"))
    assert ("Lowest price of the 30 days before: €12.50" in page) is on


async def test_the_switch_says_what_it_was_and_refuses_nonsense(ada, world):
    answer = await text_of(await ada.post("/admin/settings", {"shows_lowest_price": "1"}, htmx=True))
    assert "checked" in answer
    assert "Undo" in answer
    assert (await ada.post("/admin/settings", {"shows_lowest_price": "yes"})).status_code == 422


async def test_categories_are_added_renamed_and_put_in_order(ada, world):
    assert (await ada.post("/admin/categories", {"name": "Bowls"})).status_code == 303
    page = await text_of(await ada.get("/admin/categories"))
    bowls = re.findall(r'id="categories-shelf-(\w+)"', page)[1]

    told = {"name": "Plates", "description": "Flat.", "seen": "Bowls"}
    assert (await ada.post(f"/admin/categories/{bowls}", told)).status_code == 303
    assert (await ada.post(f"/admin/categories/{bowls}", told)).status_code == 409
    assert (
        await ada.post(f"/admin/categories/{bowls}", told | {"seen": "Plates", "name": "things"})
    ).status_code == 422
    moved = await text_of(await ada.post(f"/admin/categories/{bowls}/position", {"step": "-1"}, htmx=True))
    assert moved.index("Plates") < moved.index("Things")
    assert [one.name for one in await world.db.read(catalog.categories)] == ["Plates", "Things"]


@pytest.mark.parametrize("name", ["", "  ", "Things", "things", "x" * 81, "\x07"])
async def test_a_category_that_can_not_be_is_refused(ada, name):
    answer = await ada.post("/admin/categories", {"name": name, "description": "kept"}, htmx=True)

    assert answer.status_code == 422
    assert 'value="kept"' in await text_of(answer)


@pytest.mark.parametrize("path", ["/admin/products/fresh", "/admin/categories", "/admin/settings"])
async def test_shoppers_and_strangers_see_none_of_it(sam, stranger, path):
    assert (await sam.get(path)).status_code == 404
    assert (await stranger.get(path)).status_code == 303


async def test_a_search_without_result_leads_out(ada):
    page = await text_of(await ada.get("/admin/products?q=zzz"))

    assert "No product here is like that." in page


async def test_what_htmx_is_answered_stands_in_the_page(ada, world):
    from tests.web.test_fragments import parts, squeezed

    vase = await product_of(world, "VASE-S")
    answer = await text_of(await ada.post(f"/admin/products/{vase}/state", {"state": "draft"}, htmx=True))
    page = squeezed(await text_of(await ada.get(f"/admin/products/{vase}")))

    assert [part in page for part in parts(answer)[:2]] == [True, True]
    assert (await ada.get("/admin/products/prd_none", headers=HTMX)).status_code == 404
