"""Imports carried out and taken back: what the books say of them, whoever else is at work."""

import asyncio
import contextlib

import pytest

from shop import catalog, events, products, stock
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.importing import apply, console, plan, store, work
from tests.world import World

HEADER = "sku,name,category,price,on_hand,description,published\n"


async def read(world: World, text: str, name: str = "goods.csv") -> str:
    import_id = await console.kept(world.db, world.ada, name, text.encode())
    await go_on(world)
    return import_id


async def go_on(world: World) -> None:
    await work.work_off(world.db, world.settings.database_url, world.settings.currency)


async def imported(world: World, text: str, way: str = "set") -> str:
    import_id = await read(world, text)
    await world.db.write(store.order, world.ada, import_id, way, now())
    await go_on(world)
    return import_id


async def undone(world: World, import_id: str) -> store.Import:
    await world.db.write(store.order_undo, world.ada, import_id, now())
    await go_on(world)
    return await show(world, import_id)


async def show(world: World, import_id: str) -> store.Import:
    return await world.db.read(store.show, import_id)


async def price_of(world: World, sku: str) -> int:
    row = await world.db.read(stock.row, sku)
    return (await world.db.read(catalog.price_row, row.product_id, sku)).price


async def product_of(world: World, sku: str) -> products.Facts:
    row = await world.db.read(stock.row, sku)
    return await world.db.read(products.facts, row.product_id)


async def test_a_preview_counts_and_changes_nothing(world):
    import_id = await read(
        world, HEADER + "MUG,Big Mug,,13.00,7,,\nBOWL,Bowl,Kitchen,8.00,3,Round.,true\nLAMP,,,,,,\n"
    )

    one = await show(world, import_id)
    assert (one.state, one.format, one.rows, one.refused) == ("ready", "own", 3, 0)
    assert (one.products_new, one.products_changed, one.products_unchanged) == (1, 1, 1)
    assert (one.variants_new, one.variants_changed, one.variants_unchanged) == (1, 1, 1)
    assert await world.stock("MUG") == (5, 0)
    with pytest.raises(Exception, match="no such SKU"):
        await world.stock("BOWL")


async def test_an_import_changes_products_prices_and_stock(world):
    await imported(world, HEADER + "MUG,Big Mug,,13.00,7,,false\nBOWL,Bowl,Kitchen,8.00,3,Round.,true\n")

    mug, bowl = await product_of(world, "MUG"), await product_of(world, "BOWL")
    assert (mug.name, mug.state, await price_of(world, "MUG")) == ("Big Mug", "draft", 1300)
    assert (bowl.name, bowl.category_name, bowl.state, bowl.description) == (
        "Bowl",
        "Kitchen",
        "published",
        "Round.",
    )
    assert await world.stock("MUG") == (7, 0)
    assert await world.stock("BOWL") == (3, 0)


@pytest.mark.parametrize(("way", "mug", "bowl"), [("add", 12, 3), ("set", 7, 3), ("leave", 5, 0)])
async def test_stock_is_taken_by_the_way_that_was_chosen(world, way, mug, bowl):
    import_id = await imported(world, HEADER + "MUG,,,,7,,\nBOWL,Bowl,Kitchen,8.00,3,,\n", way)

    assert (await world.on_hand("MUG"), await world.on_hand("BOWL")) == (mug, bowl)
    told = await world.db.read(lambda tx: tx.all(str, _causes(), sku="MUG"))
    assert (f"import:{import_id}" in told) == (way != "leave")


def _causes():
    from db import Statement

    causes = Statement("SELECT cause FROM movements WHERE sku = :sku")
    causes.name, causes.parameters = "causes", frozenset({"sku"})
    return causes


async def test_a_way_of_taking_stock_must_be_chosen(world):
    import_id = await read(world, HEADER + "MUG,,,,7,,\n")

    with pytest.raises(Refused, match="Choose what the numbers"):
        await world.db.write(store.order, world.ada, import_id, "", now())
    assert (await show(world, import_id)).state == "ready"


async def test_stock_is_set_against_what_is_there_when_it_is_imported(world):
    import_id = await read(world, HEADER + "MUG,,,,7,,\n")
    await world.confirmed(world.sam, MUG=2)

    await world.db.write(store.order, world.ada, import_id, "set", now())
    await go_on(world)

    assert await world.stock("MUG") == (7, 0)


async def test_stock_is_never_set_below_what_open_orders_hold(world):
    await world.place(world.sam, MUG=3)

    import_id = await imported(world, HEADER + "MUG,,,,1,,\n")

    assert await world.stock("MUG") == (3, 3)
    assert (await show(world, import_id)).left_over == 1
    (item,) = (await world.db.read(store.items, import_id, None, "told")).items
    assert item.outcome == "3 are held by open orders: set to 3, not to 1."


@pytest.mark.parametrize(
    ("rows", "row", "reason"),
    [
        ("MUG,,,1,,,\nMUG,,,2,,,\n", 3, "Row 2 has the same SKU."),
        ("MUG,,,1,,,\nmug,,,2,,,\n", 3, "Row 2 has the same SKU."),
        ("NEW,Thing,,1,,,\nnew,Thing,,2,,,\n", 3, "Row 2 has the same SKU."),
        ("NEW,Thing,,,,,\n", 2, "NEW is new here: it needs a price."),
        ("NEW,,,1,,,\n", 2, "NEW is new here, and no row that can be taken names its product."),
        ("A%20B,Thing,,1,,,\n", 2, "Write a SKU without spaces"),
        ("MUG,Same,,1,,,\nLAMP,Same,,2,,,\n", 3, "This SKU belongs to Lamp."),
        ("A,Thing,,1,,x,\nB,Thing,,2,,y,\n", 3, "called"),
    ],
)
async def test_a_row_that_can_not_be_taken_says_why(world, rows, row, reason):
    import_id = await read(world, HEADER + rows)

    (refused, *_) = (await world.db.read(store.refusals, import_id, None)).items
    assert refused.row == row
    assert reason in refused.reason or "without options" in refused.reason


async def test_rows_of_one_product_stand_together_wherever_they_are(world):
    text = "sku,name,price\nVASE-S,Big Vase,21.5\nMUG,,13.5\nVASE-L,Big Vase,31.0\nvase-l,Other,1.5\n"

    import_id = await imported(world, text)

    one = await show(world, import_id)
    assert (one.state, one.products_changed, one.products_unchanged, one.refused) == ("done", 1, 1, 1)
    assert ((await product_of(world, "VASE-L")).name, await price_of(world, "VASE-L")) == ("Big Vase", 3100)


async def test_a_file_that_is_no_product_list_is_given_up_with_a_sentence(world):
    import_id = await read(world, "a,b\n1,2\n")

    one = await show(world, import_id)
    assert one.state == "given_up"
    assert "It has: a, b." in one.why
    with pytest.raises(Conflict, match="given up"):
        await world.db.write(store.order, world.ada, import_id, "set", now())


async def test_a_price_changed_since_the_preview_makes_a_new_preview(world):
    import_id = await read(world, HEADER + "MUG,,,13.00,,,\nBOWL,Bowl,,8.00,3,,\n")
    mug = await product_of(world, "MUG")
    await world.db.write(catalog.set_price, world.ada, mug.id, "MUG", 1400, currency="eur", at=now())

    assert await world.db.read(store.moved, import_id) == "MUG"
    await world.db.write(store.order, world.ada, import_id, "set", now())
    await go_on(world)
    await go_on(world)

    one = await show(world, import_id)
    assert (one.state, "MUG was changed meanwhile" in one.why) == ("ready", True)
    assert await price_of(world, "MUG") == 1400
    items = (await world.db.read(store.items, import_id, None)).items
    assert {"price": 1400} in [item.was for item in items]


async def test_what_was_done_before_a_conflict_is_taken_back(world, monkeypatch):
    monkeypatch.setattr(apply, "STEP", 2)
    import_id = await read(world, HEADER + "BOWL,Bowl,,8.00,3,,\nLAMP,,,70.00,9,,\nMUG,,,13.00,,,\n")
    mug = await product_of(world, "MUG")
    await world.db.write(catalog.set_price, world.ada, mug.id, "MUG", 1400, currency="eur", at=now())
    await world.db.write(store.order, world.ada, import_id, "set", now())
    await go_on(world)

    assert (await product_of(world, "BOWL")).state == "archived"
    assert await world.stock("BOWL") == (0, 0)
    assert (await price_of(world, "LAMP"), await world.on_hand("LAMP")) == (8000, 1)
    await go_on(world)
    assert (await show(world, import_id)).state == "ready"

    await world.db.write(store.order, world.ada, import_id, "set", now())
    await go_on(world)
    assert ((await product_of(world, "BOWL")).state, await world.on_hand("LAMP")) == ("published", 9)
    assert (await undone(world, import_id)).left_over == 0
    assert (await price_of(world, "MUG"), await world.on_hand("LAMP")) == (1400, 1)


async def test_an_import_is_taken_back_as_a_whole_and_once(world):
    text = HEADER + "MUG,Big Mug,Kitchen,13.00,7,Blue.,false\nBOWL,Bowl,Kitchen,8.00,3,,\nVASE-S,,,,,,\n"
    import_id = await imported(world, text)

    one = await undone(world, import_id)

    assert (one.state, one.left_over) == ("undone", 0)
    mug = await product_of(world, "MUG")
    assert (mug.name, mug.category_name, mug.description, mug.state) == (
        "Mug",
        "Things",
        "A mug.",
        "published",
    )
    assert (await price_of(world, "MUG"), await world.stock("MUG")) == (1250, (5, 0))
    assert ((await product_of(world, "BOWL")).state, await world.stock("BOWL")) == ("archived", (0, 0))
    with pytest.raises(Conflict, match="taken back already"):
        await world.db.write(store.order_undo, world.ada, import_id, now())


async def test_what_was_changed_or_sold_since_stays_and_says_so(world):
    import_id = await imported(world, HEADER + "MUG,Big Mug,,13.00,7,,\nPOSTER,,,,4,,\n")
    mug = await product_of(world, "MUG")
    await world.db.write(catalog.set_price, world.ada, mug.id, "MUG", 1500, currency="eur", at=now())
    await world.confirmed(world.sam, POSTER=2)

    one = await undone(world, import_id)

    assert (one.state, one.left_over) == ("undone", 2)
    assert (await price_of(world, "MUG"), await world.on_hand("POSTER")) == (1500, 2)
    assert (await product_of(world, "MUG")).name == "Mug"
    told = [item.outcome for item in (await world.db.read(store.items, import_id, None, "told")).items]
    assert told[0] == "Its price was changed since: it stays."
    assert "has been sold or is held" in told[1]


async def test_what_was_taken_back_can_be_imported_again(world):
    text = HEADER + "BOWL,Bowl,Kitchen,8.00,3,,true\n"
    await undone(world, await imported(world, text))

    await imported(world, text)

    assert ((await product_of(world, "BOWL")).state, await world.stock("BOWL")) == ("published", (3, 0))


@pytest.mark.parametrize(("archived", "state"), [(False, "published"), (True, "archived")])
async def test_what_an_admin_has_archived_stays_so_unless_the_file_says_otherwise(world, archived, state):
    text = "sku,name,price\nBOWL,Bowl,8.00\n"
    await undone(world, await imported(world, text))
    bowl = await product_of(world, "BOWL")
    if archived:
        await world.db.write(products.publish, world.ada, bowl.id, now())
        await world.db.write(products.archive, world.ada, bowl.id, now())

    import_id = await imported(world, text)

    assert (await product_of(world, "BOWL")).state == state
    assert any("archived here" in note for note in (await show(world, import_id)).told) == archived


async def test_a_new_variant_of_a_product_comes_and_goes(world):
    vase = await product_of(world, "VASE-S")
    text = f'product_id,sku,options,price,on_hand\n{vase.id},VASE-M,"{{""Size"": ""Medium""}}",25.00,4\n'

    import_id = await imported(world, text)
    assert [one.sku for one in await world.db.read(products.variants, vase.id)] == [
        "VASE-S",
        "VASE-L",
        "VASE-M",
    ]

    await undone(world, import_id)
    rows = {one.sku: one for one in await world.db.read(products.variants, vase.id)}
    assert rows["VASE-M"].archived_at
    assert rows["VASE-S"].archived_at is None
    assert (await product_of(world, "VASE-S")).state == "published"
    await imported(world, text)
    assert (await world.db.read(stock.row, "VASE-M")).shelf == "published"


async def test_of_two_imports_at_once_the_later_gets_a_new_preview(world):
    text = HEADER + "MUG,,,13.00,,,\nBOWL,Bowl,,8.00,3,,\n"
    first, second = await read(world, text), await read(world, text)

    for import_id in (first, second):
        await world.db.write(store.order, world.ada, import_id, "add", now())
    await asyncio.gather(go_on(world), go_on(world))
    await go_on(world)

    states = sorted([(await show(world, first)).state, (await show(world, second)).state])
    assert states == ["done", "ready"]
    assert await world.stock("BOWL") == (3, 0)


async def test_an_import_goes_on_after_a_restart_where_it_stopped(world, monkeypatch):
    monkeypatch.setattr(apply, "STEP", 2)
    rows = "".join(f"NEW-{n},New {n},,8.00,3,,\n" for n in range(5))
    import_id = await read(world, HEADER + rows)
    await world.db.write(store.order, world.ada, import_id, "set", now())
    # One step by a process that dies then.
    assert await world.db.write(store.claim, import_id, now())
    assert await world.db.write(apply.step, import_id, "eur", "2020-01-01T00:00:00.000Z")
    assert (await show(world, import_id)).done == 2

    await go_on(world)

    assert (await show(world, import_id)).state == "done"
    assert [await world.on_hand(f"NEW-{n}") for n in range(5)] == [3] * 5


async def test_a_reading_begins_anew_after_a_restart(world):
    import_id = await console.kept(world.db, world.ada, "a.csv", (HEADER + "MUG,,,13.00,,,\n").encode())
    left_over = '{"items": [{"seq": 1, "grp": 1, "kind": "variant", "key": "X", "row": 2, "state": "new", '
    left_over += '"product_id": "", "name": "X", "was": "{}", "becomes": "{}"}]}'
    await world.db.write(store.stage, import_id, left_over, "2020-01-01T00:00:00.000Z")

    await go_on(world)

    assert (await show(world, import_id)).state == "ready"
    assert [item.key for item in (await world.db.read(store.items, import_id, None)).items][1:] == ["MUG"]


async def test_a_file_of_some_size_is_read_by_a_process_of_its_own(world, monkeypatch):
    monkeypatch.setattr(work, "SMALL", 0)

    good, bad = await read(world, HEADER + "MUG,,,13.00,,,\n"), await read(world, "a,b\n1,2\n")

    assert ((await show(world, good)).state, (await show(world, good)).variants_changed) == ("ready", 1)
    assert ((await show(world, bad)).state, "It has: a, b" in (await show(world, bad)).why) == (
        "given_up",
        True,
    )


@pytest.mark.parametrize("small", [0, 10**6])
async def test_a_reading_that_is_stopped_is_taken_up_again(world, monkeypatch, small):
    monkeypatch.setattr(work, "SMALL", small)
    import_id = await console.kept(world.db, world.ada, "a.csv", (HEADER + "MUG,,,13.00,,,\n").encode())
    stopped = asyncio.create_task(go_on(world))
    await asyncio.sleep(0.1)
    stopped.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await stopped
    await world.db.write(store.arrived, import_id)

    await go_on(world)

    assert (await show(world, import_id)).state == "ready"


@pytest.mark.parametrize("when", ["read", "imported"])
async def test_a_defect_of_ours_gives_an_import_up_and_changes_nothing(world, monkeypatch, when):
    module, name = (plan, "planned") if when == "read" else (apply, "_take_stock")
    import_id = await read(world, HEADER + "MUG,,,13.00,7,,\n") if when == "imported" else ""
    monkeypatch.setattr(module, name, lambda *_: 1 / 0)
    if import_id:
        await world.db.write(store.order, world.ada, import_id, "set", now())
        await go_on(world)
    else:
        import_id = await read(world, HEADER + "MUG,,,13.00,7,,\n")

    assert "Something went wrong on our side" in (await show(world, import_id)).why
    assert (await price_of(world, "MUG"), await world.on_hand("MUG")) == (1250, 5)


async def test_a_file_that_was_cut_off_is_given_up(world):
    import_id = await world.db.write(store.begin, world.ada, "a.csv", 100, now())
    await world.db.write(store.keep_part, import_id, 0, b"sku,name\n")
    await world.db.write(store.arrived, import_id)

    await go_on(world)

    assert "did not arrive as a whole" in (await show(world, import_id)).why


async def test_everything_is_told_to_the_books_with_who_and_why(world):
    import_id = await imported(world, HEADER + "MUG,,,13.00,7,,\n")

    told = [one.kind for one in await world.db.read(events.of, f"import:{import_id}")]
    assert told == ["import.asked", "import.done"]
    (change, *_) = [
        one for one in await world.db.read(events.of, "variant:MUG") if one.kind == "price.changed"
    ]
    assert (change.actor, change.why) == ("Ada", f"import:{import_id}")
