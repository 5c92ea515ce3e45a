"""The stockroom as a table: worst first, searched, filtered and sorted along indexes."""

import pytest

from db import Tx
from shop import inventory, products, stock
from shop.clock import now
from shop.inventory import Wish


async def found(world, **wish) -> list[str]:
    page = await world.db.read(inventory.find, Wish(**wish))
    return [row.sku for row in page.items]


def _change(tx: Tx, statement: str) -> None:
    tx._connection.execute(statement)


async def test_what_has_the_fewest_available_comes_first(world):
    await world.place(world.sam, MUG=4)

    assert await found(world) == ["POSTER", "LAMP", "MUG", "VASE-L", "VASE-S"]
    assert await found(world, sort="-available") == ["VASE-S", "VASE-L", "MUG", "LAMP", "POSTER"]


@pytest.mark.parametrize(
    ("sort", "skus"),
    [
        ("name", ["LAMP", "MUG", "POSTER", "VASE-S", "VASE-L"]),
        ("sku", ["LAMP", "MUG", "POSTER", "VASE-L", "VASE-S"]),
        ("price", ["POSTER", "MUG", "VASE-S", "VASE-L", "LAMP"]),
        ("on_hand", ["POSTER", "LAMP", "VASE-L", "MUG", "VASE-S"]),
    ],
)
async def test_every_order_can_be_turned_round(world, sort, skus):
    assert await found(world, sort=sort) == skus
    assert await found(world, sort=f"-{sort}") == skus[::-1]


@pytest.mark.parametrize(
    ("wish", "skus"),
    [
        ({"state": "sold_out"}, ["POSTER"]),
        ({"state": "low"}, ["LAMP", "VASE-L", "MUG"]),
        ({"state": "in_stock"}, ["VASE-S"]),
        ({"state": "held"}, ["MUG"]),
        ({"state": "low", "category": "things"}, ["LAMP", "VASE-L", "MUG"]),
        ({"state": "sold_out", "category": "things", "sort": "name"}, ["POSTER"]),
        ({"category": "nowhere"}, []),
        ({"supplier": "nobody"}, []),
        ({"shelf": "unpublished"}, []),
        ({"shelf": "archived"}, []),
    ],
)
async def test_a_filter_leaves_what_fits(world, wish, skus):
    await world.place(world.sam, MUG=1)
    await world.db.write(_change, "UPDATE stock SET threshold = 4, threshold_at = 'x' WHERE sku = 'MUG'")

    assert await found(world, **wish) == skus


async def test_low_is_what_a_variants_own_threshold_says(world):
    await world.db.write(_change, "UPDATE stock SET threshold = 9, threshold_at = 'x' WHERE sku = 'VASE-S'")
    await world.db.write(_change, "UPDATE stock SET threshold = 0, threshold_at = 'x' WHERE sku = 'LAMP'")

    assert await found(world, state="low") == ["VASE-L", "MUG", "VASE-S"]
    assert await found(world, state="in_stock") == ["LAMP"]


async def test_what_is_unpublished_or_archived_moves_shelves_by_itself(world):
    ids = {row.slug: row.product_id for row in (await world.db.read(inventory.find, Wish())).items}
    await world.db.write(products.unpublish, world.ada, ids["mug"], now())
    await world.db.write(products.archive, world.ada, ids["poster"], now())
    gone = {"archived": True, "at": now()}
    await world.db.write(products.archive_variant, world.ada, ids["vase"], "VASE-L", **gone)

    assert await found(world, shelf="unpublished") == ["MUG"]
    assert await found(world, shelf="archived") == ["POSTER", "VASE-L"]
    assert await found(world) == ["LAMP", "MUG", "VASE-S"]
    await world.db.write(_change, "UPDATE products SET name = 'Zebra' WHERE slug = 'lamp'")
    assert await found(world, sort="-name") == ["LAMP", "VASE-S", "MUG"]


async def test_a_supplier_has_a_list_of_its_own(world):
    columns = "(id, name, email, lead_days)"
    await world.db.write(
        _change, f"INSERT INTO suppliers {columns} VALUES ('sup_1', 'Kiln', 'k@x.example', 3)"
    )
    await world.db.write(_change, "UPDATE variants SET supplier_id = 'sup_1' WHERE product_id IN "
                                  "(SELECT id FROM products WHERE slug = 'vase')")  # fmt: skip

    assert await found(world, supplier="Kiln") == ["VASE-L", "VASE-S"]
    assert await world.db.read(inventory.suppliers) == ["Kiln"]


@pytest.mark.parametrize(
    ("text", "skus"),
    [("vas", ["VASE-L", "VASE-S"]), ("mall", ["VASE-S"]), ("se large", ["VASE-L"]), ("MU", ["MUG"]),
     ("mu", ["MUG"]), ("ug", []), ('" OR *', [])],
)  # fmt: skip
async def test_any_part_of_sku_name_or_label_is_found(world, text, skus):
    assert await found(world, text=text) == skus


async def test_every_list_goes_on_where_it_ended(world):
    for sort in inventory.SORTS:
        for text in ("", "s"):
            whole = await found(world, sort=sort, text=text)
            seen, after = [], None
            while True:
                page = await world.db.read(_small_page, Wish(sort=sort, text=text), after)
                seen += [row.sku for row in page.items]
                if (after := page.next_after) is None:
                    break
            assert seen == whole


def _small_page(tx: Tx, wish: Wish, after: str | None) -> inventory.Found:
    return inventory.find(tx, wish, after, size=2)


async def test_a_search_for_what_is_rare_stops_and_goes_on(world):
    def page(tx, after):
        return inventory.find(tx, Wish(state="held", sort="sku"), after, size=1, looks=2)

    await world.place(world.sam, **{"VASE-S": 1})
    first = await world.db.read(page, None)
    second = await world.db.read(page, first.next_after)
    third = await world.db.read(page, second.next_after)

    assert (first.items, second.items) == ((), ())
    assert [row.sku for row in third.items] == ["VASE-S"]


async def test_a_place_that_is_none_is_the_beginning(world):
    for after in ("x", "x y", "9" * 99 + " MUG", "-1 ", "\x00 \x00", "٣ MUG"):
        for sort in inventory.SORTS:
            page = await world.db.read(inventory.find, Wish(sort=sort), after)
            assert len(page.items) in (0, 5) or sort.endswith(("name", "sku"))


async def test_a_row_is_told_with_what_it_costs_and_where_it_stands(world):
    row = await world.db.read(stock.row, "VASE-L")

    assert (row.price, row.shelf, row.threshold, row.low) == (3000, "published", 5, True)
    await world.db.write(stock.adjust, world.ada, "VASE-L", change=9, reason="received", at=now())
    assert not (await world.db.read(stock.row, "VASE-L")).low
