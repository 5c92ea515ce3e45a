"""Many rows at once: seen before, all or nothing, and taken back."""

from decimal import Decimal

import pytest

from shop import batches, bulk, catalog, inventory, movements, stock
from shop.bulk import Change, Choice, Stale
from shop.clock import now
from shop.errors import Conflict, NotFound, Refused
from shop.inventory import Wish

ALL = Choice((), everything=True, wish=Wish())


def ticked(*skus) -> Choice:
    return Choice(skus, everything=False, wish=Wish())


def change(action, value, reason="correction", currency="eur") -> Change:
    return Change(action, Decimal(value), reason, "", currency)


async def seen(world, choice, what) -> bulk.Preview:
    return await world.db.read(bulk.preview, choice, what)


async def made(world, choice, what, seal=None, leave_out=False) -> batches.Batch:
    seal = seal or (await seen(world, choice, what)).seal
    told = {"seal": seal, "leave_out": leave_out, "at": now()}
    return await world.db.write(bulk.make, world.ada, choice, what, **told)


async def take_back(world, batch) -> batches.Batch:
    return await world.db.write(batches.take_back, world.ada, batch.id, "eur", now())


async def prices(world) -> dict[str, int]:
    return {row.sku: row.price for row in (await world.db.read(inventory.find, Wish())).items}


async def test_a_preview_shows_old_and_new_and_writes_nothing(world):
    preview = await seen(world, ALL, change("price_percent", "5"))

    told = {one.row.sku: (one.was, one.now) for one in preview.changing}
    assert told == {"POSTER": (900, 945), "LAMP": (8000, 8400), "MUG": (1250, 1313), "VASE-L": (3000, 3150),
                    "VASE-S": (2000, 2100)}  # fmt: skip
    assert (await prices(world))["MUG"] == 1250


@pytest.mark.parametrize(
    ("action", "value", "now_"),
    [
        ("price_is", "999", 999),
        ("price_more", "50", 1300),
        ("price_less", "50", 1200),
        ("price_percent", "-12.5", 1094),
        ("price_percent", "0.04", 1251),
        ("price_percent", "-100", 0),
    ],
)
async def test_every_way_of_changing_a_price(world, action, value, now_):
    await made(world, ticked("MUG"), change(action, value))

    assert (await prices(world))["MUG"] == now_


async def test_a_price_changed_by_percent_can_be_charged(world):
    preview = await seen(world, ticked("MUG"), change("price_percent", "5.1", currency="kwd"))

    assert [(one.was, one.now) for one in preview.rows] == [(1250, 1310)]


@pytest.mark.parametrize(
    ("action", "value", "now_"), [("stock_more", "20", 25), ("stock_less", "5", 0), ("stock_is", "7", 7)]
)
async def test_every_way_of_changing_stock_has_its_reason(world, action, value, now_):
    batch = await made(world, ticked("MUG"), change(action, value, "received"))

    assert await world.on_hand("MUG") == now_
    newest = (await world.db.read(movements.history, "MUG")).items[0]
    assert (newest.reason, newest.origin) == ("received", ("batch", batch.id))


async def test_a_row_that_can_not_change_is_told_and_keeps_the_others_back(world):
    await world.place(world.sam, MUG=3)
    what = change("stock_less", "4")

    preview = await seen(world, ticked("MUG", "VASE-S", "LAMP"), what)

    told = {one.row.sku: one.refusal for one in preview.refused}
    assert told == {
        "MUG": "There can't be 1: 3 are held by open orders.",
        "LAMP": "There can't be -3: only 1 are on hand.",
    }
    with pytest.raises(Stale, match="Not all of these rows"):
        await made(world, ticked("MUG", "VASE-S", "LAMP"), what)
    assert await world.on_hand("VASE-S") == 8
    batch = await made(world, ticked("MUG", "VASE-S", "LAMP"), what, leave_out=True)
    assert (batch.rows, await world.on_hand("VASE-S"), await world.on_hand("MUG")) == (1, 4, 5)


async def test_a_price_below_zero_or_beyond_all_is_refused(world):
    below = await seen(world, ticked("POSTER"), change("price_less", "901"))
    beyond = await seen(world, ticked("LAMP"), change("price_percent", "9999999"))

    assert below.refused[0].refusal == "The price would be below zero."
    assert beyond.refused[0].refusal == "That is more than can be charged at once."


@pytest.mark.parametrize("what", [change("stock_more", "1"), change("price_more", "1")])
async def test_a_row_that_changed_meanwhile_stops_everything(world, what):
    seal = (await seen(world, ALL, what)).seal
    mug = await world.db.read(stock.row, "MUG")
    await world.db.write(stock.adjust, world.ada, "MUG", change=1, reason="received", at=now())
    told = {"currency": "eur", "at": now()}
    await world.db.write(catalog.set_price, world.ada, mug.product_id, "MUG", 1, **told)

    with pytest.raises(Stale, match="Nothing was changed: look again") as stale:
        await made(world, ALL, what, seal)

    fresh = next(one for one in stale.value.preview.rows if one.row.sku == "MUG")
    assert fresh.was in (6, 1)
    assert await world.on_hand("LAMP") == 1


async def test_one_row_more_that_matches_stops_everything_too(world):
    what = change("price_more", "1")
    seal = (await seen(world, ALL, what)).seal
    await world.add_things("PEN", 1)

    with pytest.raises(Stale):
        await made(world, ALL, what, seal)


async def test_a_batch_is_taken_back_whole(world):
    before = await prices(world)
    by_price = await made(world, ALL, change("price_percent", "5"))
    by_stock = await made(world, ALL, change("stock_more", "10"))

    for batch in (by_price, by_stock):
        assert (await take_back(world, batch)).undone_at
        with pytest.raises(Conflict, match="taken back already"):
            await take_back(world, batch)

    assert await prices(world) == before
    assert await world.stock("MUG") == (5, 0)


async def test_a_batch_is_not_taken_back_where_one_row_has_moved_on(world):
    batch = await made(world, ALL, change("stock_more", "10"))
    await world.place(world.sam, POSTER=9)

    with pytest.raises(Conflict, match=r"Nothing was taken back. POSTER: Only 10 are on hand and 9"):
        await take_back(world, batch)

    assert await world.on_hand("MUG") == 15
    assert (await world.db.read(batches.show, batch.id)).undone_at is None


async def test_a_price_somebody_changed_since_is_not_taken_back(world):
    batch = await made(world, ALL, change("price_more", "10"))
    await made(world, ticked("MUG"), change("price_is", "1"))

    with pytest.raises(Conflict, match=r"MUG: Its price is €0.01 by now"):
        await take_back(world, batch)


async def test_a_row_that_was_taken_back_alone_stays_so(world):
    batch = await made(world, ticked("MUG", "LAMP"), change("stock_more", "10"))
    rows = (await world.db.read(batches.rows, batch.id)).items
    mug = next(row for row in rows if row.sku == "MUG")
    await world.db.write(movements.take_back, world.ada, "MUG", mug.movement, now())

    await take_back(world, batch)

    assert (await world.on_hand("MUG"), await world.on_hand("LAMP")) == (5, 1)


async def test_nothing_chosen_and_nothing_found_are_refused(world):
    for choice in (ticked(), ticked("NOPE"), Choice((), everything=True, wish=Wish(text="nowhere"))):
        with pytest.raises(Refused):
            await seen(world, choice, change("stock_more", "1"))
    with pytest.raises(NotFound):
        await world.db.read(batches.show, "bat_x")


@pytest.mark.parametrize("typed", ["", "x", "1e3", "5.123", "--5", "٥", "99999"])
def test_a_percentage_that_is_none_is_refused(typed):
    with pytest.raises(Refused):
        bulk.typed_value("price_percent", typed, "eur")


@pytest.mark.parametrize(
    ("action", "typed"),
    [("stock_is", "-1"), ("stock_is", "1.5"), ("price_is", "-1"), ("price_more", "1.234")],
)
def test_a_value_that_is_none_is_refused(action, typed):
    with pytest.raises(Refused):
        bulk.typed_value(action, typed, "eur")


async def test_more_than_can_be_changed_at_once_are_not(world, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 3)

    preview = await seen(world, ALL, change("price_more", "1"))

    assert preview.over
    with pytest.raises(Stale, match="More than 3 rows match"):
        await made(world, ALL, change("price_more", "1"))
