"""Shelves as shoppers walk along them: options with counts, and shelves inside others."""

import pytest

from shop import catalog, categories, narrowing, products, shelves, storefinds
from shop.catalog import NewProduct, NewVariant
from shop.clock import now
from shop.errors import Refused
from shop.narrowing import Wish

SHIRTS = {
    "Plain shirt": [("Blue", "S", 1), ("Blue", "M", 0), ("Red", "M", 2)],
    "Fine shirt": [("Blue", "M", 3)],
    "Old shirt": [("Red", "S", 0)],
    "Long shirt": [("Green", "L", 1)],
}


async def add(world, name, variants, shelf="things", price=1000) -> str:
    known = await world.db.read(catalog.category, shelf)
    made = tuple(
        NewVariant("", price + 100 * number, on_hand, {"Colour": colour, "Size": size})
        for number, (colour, size, on_hand) in enumerate(variants)
    )
    return await world.db.write(products.add, world.ada, NewProduct("", name, "", known.id, made), now())


@pytest.fixture
async def shirts(world):
    return {name: await add(world, name, variants) for name, variants in SHIRTS.items()}


async def shelf(world, *options, slug="things", size=50, **wish):
    wished = Wish(options=options, **wish)
    return await world.db.read(shelves.shelf, slug, wished, None, size)


def names(found) -> list[str]:
    return [card.name for card in found.listing.items]


def told(found, option: str) -> dict[str, object]:
    facet = next((one for one in found.facets if one.name == option), None)
    return {way.value: way.count for way in facet.ways} if facet else {}


BLUE, RED, MEDIUM, SMALL = ("Colour", "Blue"), ("Colour", "Red"), ("Size", "M"), ("Size", "S")
WAYS = [
    ([BLUE], {}, ["Fine shirt", "Plain shirt"]),
    ([BLUE, RED], {}, ["Old shirt", "Fine shirt", "Plain shirt"]),
    ([BLUE, MEDIUM], {}, ["Fine shirt", "Plain shirt"]),
    ([BLUE, MEDIUM], {"in_stock": True}, ["Fine shirt"]),
    ([RED, SMALL], {}, ["Old shirt"]),
    ([BLUE, RED], {"sort": "price"}, ["Plain shirt", "Fine shirt", "Old shirt"]),
    ([BLUE, RED], {"sort": "-price"}, ["Old shirt", "Fine shirt", "Plain shirt"]),
    ([BLUE], {"least": 1001}, []),
    (
        [("Colour", "Nope")],
        {"most": 1000},
        ["Long shirt", "Old shirt", "Fine shirt", "Plain shirt", "Poster"],
    ),
]


async def test_values_of_an_option_are_alternatives_and_options_must_all_be_met_by_one_variant(world, shirts):
    for options, wish, wanted in WAYS:
        found = await shelf(world, *options, **wish)

        assert names(found) == wanted, (options, wish)
        assert (found.count, found.whole) == (len(wanted), True)


async def test_a_narrowed_shelf_goes_on_from_a_key_without_a_gap(world, shirts):
    for sort in ("", "price", "-price"):
        wish, after, seen = Wish(options=(BLUE, RED, MEDIUM, SMALL), sort=sort), None, []
        while True:
            page = (await world.db.read(shelves.shelf, "things", wish, after, 1)).listing
            seen += [card.name for card in page.items]
            if (after := page.next_after) is None:
                break
        assert sorted(seen) == ["Fine shirt", "Old shirt", "Plain shirt"], sort


async def test_every_choice_says_how_many_there_are_and_what_there_is_not_is_not_offered(world, shirts):
    everything = await shelf(world)
    blue = await shelf(world, BLUE)
    green = await shelf(world, ("Colour", "Green"))

    assert told(everything, "Colour") == {"Blue": 2, "Green": 1, "Red": 2}
    assert told(everything, "Size") == {"S": 2, "M": 2, "L": 1, "Small": 1, "Large": 1}
    assert told(blue, "Colour") == {"Blue": 2, "Green": 1, "Red": 2}
    assert told(blue, "Size") == {"S": 1, "M": 2}
    assert told(green, "Size") == {"L": 1}
    assert told(await shelf(world, in_stock=True), "Colour") == {"Blue": 2, "Green": 1, "Red": 1}


async def test_counts_that_are_not_the_whole_say_so(world, shirts, monkeypatch):
    monkeypatch.setattr(narrowing, "TALLIED", 1)
    monkeypatch.setattr(narrowing, "_STEP", 1)
    found = await shelf(world, in_stock=True)
    colour = next(one for one in found.facets if one.name == "Colour")

    assert [(way.value, way.count, way.more) for way in colour.ways] == [
        ("Blue", None, True),
        ("Green", 1, True),
        ("Red", None, True),
    ]


async def test_counts_follow_every_change(world, shirts):
    db, ada = world.db, world.ada
    await db.write(products.unpublish, ada, shirts["Fine shirt"], now())
    assert told(await shelf(world), "Colour") == {"Blue": 1, "Green": 1, "Red": 2}
    plain = (ada, shirts["Plain shirt"], "PLAIN-SHIRT-RED-M")
    await db.write(products.archive_variant, *plain, archived=True, at=now())
    assert told(await shelf(world), "Colour") == {"Blue": 1, "Green": 1, "Red": 1}
    await db.write(products.archive, ada, shirts["Long shirt"], now())
    await db.write(products.publish, ada, shirts["Fine shirt"], now())
    assert told(await shelf(world), "Colour") == {"Blue": 2, "Red": 1}


async def inside(world, name: str, parent: str) -> str:
    made = await world.db.write(categories.add, world.ada, name, "", now())
    await world.db.write(categories.put_inside, world.ada, made, parent, now())
    return made


async def test_a_shelf_shows_what_is_inside_it_in_every_order(world, shirts):
    things = (await world.db.read(catalog.category, "things")).id
    shirts_ = await inside(world, "Shirts", things)
    await inside(world, "Linen", shirts_)
    await add(world, "Linen shirt", [("Blue", "XL", 1)], "linen", price=100)

    whole = await shelf(world)
    assert names(whole)[0] == "Linen shirt"
    assert whole.count == 9
    assert [one.name for one in whole.inside] == ["Shirts"]
    assert told(whole, "Colour")["Blue"] == 3
    assert names(await shelf(world, BLUE, sort="price")) == ["Linen shirt", "Plain shirt", "Fine shirt"]
    assert names(await shelf(world, slug="shirts")) == ["Linen shirt"]
    deep = await shelf(world, slug="linen")
    assert [one.name for one in deep.above] == ["Things", "Shirts"]
    found = await world.db.read(storefinds.search, "shirts linen")
    assert [card.name for card in found.cards] == ["Linen shirt"]


async def test_a_shelf_is_never_inside_itself_nor_too_deep(world):
    things = (await world.db.read(catalog.category, "things")).id
    bowls = await inside(world, "Bowls", things)
    small = await inside(world, "Small bowls", bowls)
    other = await world.db.write(categories.add, world.ada, "Tiny bowls", "", now())

    for moved, parent in ((things, small), (bowls, bowls), (other, small)):
        with pytest.raises(Refused):
            await world.db.write(categories.put_inside, world.ada, moved, parent, now())
    await world.db.write(categories.put_inside, world.ada, bowls, "", now())
    order = [one.name for one in await world.db.read(categories.listing)]
    assert order == ["Things", "Tiny bowls", "Bowls", "Small bowls"]


async def test_a_search_is_narrowed_by_the_same_options(world, shirts):
    found = await world.db.read(storefinds.search, "shirt", None, Wish(options=(RED,)))

    assert [card.name for card in found.cards] == ["Old shirt", "Plain shirt"]
    assert (found.count, found.whole) == (2, True)
    size = next(one for one in found.facets if one.name == "Size")
    assert {way.value: way.count for way in size.ways} == {"S": 1, "M": 1}


async def test_a_search_that_has_looked_far_enough_goes_on_from_there(world, shirts, monkeypatch):
    monkeypatch.setattr(storefinds, "LOOKS", 2)
    wish, after, seen = Wish(options=(BLUE,)), None, []
    while True:
        page = await world.db.read(storefinds.search, "shirt", after, wish)
        seen.append([card.name for card in page.cards])
        if (after := page.next_after) is None:
            break

    assert seen == [[], ["Fine shirt", "Plain shirt"]]
