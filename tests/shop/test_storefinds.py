"""Finding products as shoppers do: by words, beginnings of words and words with a typo, and by price."""

import pytest

from db import engine
from shop import catalog, categories, narrowing, orders, products, shelves, storefinds
from shop.catalog import NewProduct, NewVariant
from shop.clock import now
from shop.errors import NotFound
from shop.jobs.words import join_words
from shop.narrowing import Wish


async def found(world, text: str) -> list[str]:
    result = await world.db.read(storefinds.search, text)
    return [card.name for card in result.cards]


async def add(world, name: str, description: str = "", price: int = 1000, on_hand: int = 1) -> str:
    shelf = await world.db.read(catalog.category, "things")
    new = NewProduct("", name, description, shelf.id, (NewVariant("", price, on_hand),))
    return await world.db.write(products.add, world.ada, new, now())


async def shelf(world, after=None, size=50, **wish) -> list[str]:
    """Return the names on the things' shelf, following "Show more" to the end."""
    names = []
    while True:
        page = await world.db.read(shelves.shelf, "things", Wish(**wish), after, size)
        names += [card.name for card in page.listing.items]
        after = page.listing.next_after
        if after is None:
            return names


async def test_a_product_is_found_by_beginnings_of_any_of_its_words(world):
    for text in ("vase", "Vas", "VASE-S", "vase small", "small VASE", "va", "larg"):
        assert await found(world, text) == ["Vase"], text


async def test_accents_and_capitals_do_not_matter(world):
    await add(world, "Café cup")

    for text in ("café", "CAFE", "Cafe\u0301 cup"):
        assert await found(world, text) == ["Café cup"], text


async def test_a_name_comes_before_a_description_and_the_newest_first(world):
    await add(world, "Old teapot")
    await add(world, "New teapot")
    await add(world, "Saucer", "Goes well under a teapot.")

    assert await found(world, "teapot") == ["New teapot", "Old teapot", "Saucer"]


async def test_the_words_of_a_category_find_what_is_in_it_also_after_it_is_renamed(world):
    assert set(await found(world, "thing mug")) == {"Mug"}
    one = await world.db.read(catalog.category, "things")
    await world.db.write(categories.describe, world.ada, one.id, "Pottery", "", seen=one.name, at=now())

    assert await found(world, "pottery lamp") == ["Lamp"]
    assert await found(world, "things lamp") == []


TYPOS = {"lmap": "lamp", "lamo": "lamp", "lammp": "lamp", "lap": "lamp", "Mgu": "mug", "tihngs": "things"}


async def test_one_typo_is_forgiven_and_said(world):
    for text, meant in TYPOS.items():
        result = await world.db.read(storefinds.search, text)

        assert result.shown_for == meant
        assert result.cards


async def test_a_typo_in_what_is_not_yet_typed_to_its_end_is_forgiven(world):
    await add(world, "Chandelier")

    assert await found(world, "chnadel") == ["Chandelier"]
    assert await found(world, "chnadel xyzzy") == []


async def test_two_typos_are_not_forgiven(world):
    for text in ("lpma", "mg", "xyzzy", "mug xyzzy", "vase-9", "x" * 100):
        assert await found(world, text) == [], text


HOSTILE = [
    '"',
    "'",
    '" OR 1',
    "mug*",
    "NEAR(mug lamp)",
    "name:mug",
    "-mug",
    "^mug",
    "(((",
    "{",
    "mug AND",
    "%",
    "\\",
]


async def test_nothing_that_is_typed_is_taken_for_an_operator(world):
    for text in (*HOSTILE, "", " ", "🏺", "\u0301", "a " * 50, "½²", "ß", "й", "cat", "NOT"):
        assert set(await found(world, text)) <= {"Mug", "Lamp", "Vase", "Poster"}

    assert await found(world, "-mug") == ["Mug"]
    assert await found(world, "cat") == []


async def test_what_is_archived_or_a_draft_is_not_found_and_comes_back(world):
    id_ = (await world.db.read(storefinds.search, "lamp")).cards[0].product_id
    for move in (products.archive, products.unpublish):
        await world.db.write(move, world.ada, id_, now())
        assert await found(world, "lamp") == []
        assert "Lamp" not in await shelf(world)
    await world.db.write(products.publish, world.ada, id_, now())

    assert await found(world, "lamp") == ["Lamp"]
    assert "Lamp" in await shelf(world)


async def test_an_archived_variant_is_not_found_by_its_sku(world):
    id_ = (await world.db.read(storefinds.search, "vase")).cards[0].product_id
    args = (world.ada, id_, "VASE-S")
    await world.db.write(products.archive_variant, *args, archived=True, at=now())

    assert await found(world, "small") == []
    assert await shelf(world, most=2500) == ["Mug", "Poster"]


async def test_one_letter_alone_finds_only_itself(world):
    await add(world, "Poster B")

    assert await found(world, "b") == ["Poster B"]
    assert await found(world, "p") == []


@pytest.mark.parametrize(("candidates", "ranked"), [(60, True), (192, True), (24, False), (30, False)])
async def test_search_goes_on_from_a_key_without_a_gap(world, monkeypatch, candidates, ranked):
    for number in range(30):
        await add(world, f"Teapot {number}")
        await add(world, f"Saucer {number}", "For a teapot")
    monkeypatch.setattr(storefinds, "CANDIDATES", candidates)
    names, after = [], None
    while True:
        page = await world.db.read(storefinds.search, "teapot", after)
        names += [card.name for card in page.cards]
        if (after := page.next_after) is None:
            break

    kinds = [name.split()[0] for name in names]
    assert (kinds == ["Teapot"] * 30 + ["Saucer"] * 30) is ranked
    assert len(set(names)) == 60


@pytest.mark.parametrize(("sort", "price"), [("price", lambda at: at), ("-price", lambda at: -at)])
async def test_what_is_found_is_put_in_order_of_its_price(world, sort, price):
    for number in range(60):
        await add(world, f"Teapot {number}", price=100 + number * 37 % 61)
    prices, after = [], None
    while True:
        page = await world.db.read(storefinds.search, "teapot", after, Wish(sort=sort))
        prices += [card.price_from for card in page.cards]
        if (after := page.next_after) is None:
            break

    assert len(prices) == 60
    assert prices == sorted(prices, key=price)


async def test_what_was_narrowed_down_is_put_in_order_too(world):
    for number in range(3):
        await add(world, f"Teapot {number}", price=[700, 300, 500][number])
    page = await world.db.read(storefinds.search, "teapot", None, Wish(least=400, sort="price"))

    assert [card.price_from for card in page.cards] == [500, 700]


async def test_more_than_can_be_looked_at_is_not_put_in_order(world, monkeypatch):
    monkeypatch.setattr(storefinds, "STEP", 2)
    monkeypatch.setattr(storefinds, "COUNTED", 2)
    for price in (700, 300, 500):
        await add(world, f"Teapot {price}", price=price)
    page = await world.db.read(storefinds.search, "teapot", None, Wish(sort="price"))

    assert not page.whole
    assert [card.price_from for card in page.cards] == [500, 300, 700]


WAYS = [
    ({}, ["Vase", "Mug", "Lamp", "Poster"]),
    ({"sort": "price"}, ["Poster", "Mug", "Vase", "Lamp"]),
    ({"sort": "-price"}, ["Lamp", "Vase", "Mug", "Poster"]),
    ({"in_stock": True}, ["Vase", "Mug", "Lamp"]),
    ({"in_stock": True, "sort": "price"}, ["Mug", "Vase", "Lamp"]),
    ({"in_stock": True, "sort": "-price"}, ["Lamp", "Vase", "Mug"]),
    ({"least": 1250, "most": 2000}, ["Vase", "Mug"]),
    ({"least": 1250, "most": 2000, "sort": "price"}, ["Mug", "Vase"]),
    ({"least": 1250, "most": 2000, "sort": "-price"}, ["Vase", "Mug"]),
    ({"most": 1250, "in_stock": True}, ["Mug"]),
    ({"least": 9000}, []),
]


async def test_a_shelf_is_filtered_and_sorted_page_by_page(world):
    for wish, names in WAYS:
        for size in (1, 3, 50):
            assert await shelf(world, size=size, **wish) == names, wish

        page = await world.db.read(shelves.shelf, "things", Wish(**wish))
        assert page.count == len(names)


async def test_many_that_fit_are_walked_in_bounded_steps(world, monkeypatch):
    monkeypatch.setattr(shelves, "COUNTED", 2)
    monkeypatch.setattr(narrowing.look, "__defaults__", (2,))

    assert await shelf(world, size=2, least=900, most=1250) == ["Mug", "Poster"]


async def test_the_last_unit_that_goes_and_the_first_that_comes_are_told(world):
    placed = await world.confirmed(world.sam, LAMP=1)
    assert "Lamp" not in await shelf(world, in_stock=True)

    await world.db.write(orders.cancel, placed.number, world.sam, now())

    assert "Lamp" in await shelf(world, in_stock=True)


async def test_a_changed_price_is_told(world):
    id_ = (await world.db.read(storefinds.search, "mug")).cards[0].product_id
    await world.db.write(catalog.set_price, world.ada, id_, "MUG", 9999, currency="eur", at=now())

    assert await shelf(world, least=9000) == ["Mug"]
    assert await shelf(world, sort="-price") == ["Mug", "Lamp", "Vase", "Poster"]


async def test_a_key_that_is_none_shows_a_page_all_the_same(world):
    for after in ("", "x", "9" * 50, "n", "n99999999999999999999", "12 ", "\u0663 x", "1 2 3"):
        await world.db.read(storefinds.search, "mug", after)
        for sort in ("", "price", "-price"):
            page = await world.db.read(shelves.shelf, "things", Wish(sort=sort), after)
            assert page.count == 4


async def test_a_category_that_is_not_there_is_said_so(world):
    with pytest.raises(NotFound):
        await world.db.read(shelves.shelf, "nowhere", Wish())


def pieces(world) -> int:
    connection = engine.open_snapshot(world.db.path)
    count = connection.execute("SELECT COUNT(DISTINCT segid) FROM product_words_idx").fetchone()[0]
    connection.close()
    return count


async def test_the_index_of_words_is_joined_into_one_piece_and_finds_the_same(world):
    for number in range(6):
        await add(world, f"Teapot {number}")
    before = await found(world, "teapot")
    assert pieces(world) > 1

    assert await join_words(world.db) > 0

    assert (pieces(world), await found(world, "teapot")) == (1, before)
    assert await join_words(world.db) == 0
