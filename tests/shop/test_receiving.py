"""Suppliers, purchase orders and receiving: each click counts once, and can be taken back."""

import pytest

from shop import movements, purchasing, receiving, restocking, suppliers
from shop.alerts import Wanted
from shop.clock import later, now
from shop.errors import Conflict, Refused
from shop.purchasing import Goods
from shop.receiving import Booking
from shop.suppliers import About


@pytest.fixture
async def kiln(world):
    about = About("The Kiln", "kiln@example.com", 10, "")
    return await world.db.write(suppliers.add, world.ada, about, now())


@pytest.fixture
async def order(world, kiln):
    opened = await world.db.write(purchasing.order, world.ada, kiln.id, "2026-12-01", "", now())
    for goods in (Goods("MUG", 20, 400), Goods("LAMP", 4)):
        await world.db.write(purchasing.put_line, world.ada, opened.id, goods, now())
    return opened


def click(world, intention: str | None = None) -> Booking:
    return Booking(world.ada, intention, "eur", now())


async def receive(world, order, intention: str | None = None, **units: int):
    came = {sku: Goods(sku, number, None if sku == "LAMP" else 450) for sku, number in units.items()}
    return await world.db.write(receiving.receive, order.id, came, click(world, intention))


async def state(world, order) -> tuple[str, int]:
    found = await world.db.read(purchasing.by_id, order.id)
    return found.state, found.outstanding


async def test_a_partial_delivery_and_the_rest(world, order):
    came = await receive(world, order, MUG=15)
    assert (await state(world, order), came.beyond) == (("partly_received", 9), ())
    assert await world.stock("MUG") == (20, 0)

    came = await receive(world, order, MUG=8, LAMP=4)

    assert await state(world, order) == ("received", 0)
    assert came.beyond == ("Mug: 3 more than were expected",)
    assert await world.stock("MUG") == (28, 0)
    assert (await world.db.read(suppliers.terms, "MUG")).cost == 450


async def test_a_receipt_posted_twice_counts_once(world, order):
    first = await receive(world, order, "click-1", MUG=20)
    second = await receive(world, order, "click-1", MUG=20)

    assert (first.again, second.again) == (False, True)
    assert first.receipt == second.receipt
    assert await world.stock("MUG") == (25, 0)


async def test_movements_name_their_receipt(world, order):
    came = await receive(world, order, MUG=1)

    newest = (await world.db.read(movements.history, "MUG")).items[0]

    assert (newest.reason, newest.cause, newest.note) == ("received", f"receipt:{came.receipt.id}", "PO 1")


async def test_a_receipt_is_taken_back_once(world, order):
    came = await receive(world, order, MUG=20)
    await world.db.write(receiving.take_back, came.receipt.id, click(world))

    assert await world.stock("MUG") == (5, 0)
    assert await state(world, order) == ("open", 24)
    assert (await world.db.read(suppliers.terms, "MUG")).cost is None
    with pytest.raises(Conflict, match="already"):
        await world.db.write(receiving.take_back, came.receipt.id, click(world))


async def test_a_receipt_whose_units_are_sold_stays_whole(world, order):
    came = await receive(world, order, MUG=2, LAMP=4)
    await world.place(world.sam, LAMP=2)

    with pytest.raises(Conflict, match="4 of Lamp came in, but only 3 are available"):
        await world.db.write(receiving.take_back, came.receipt.id, click(world))

    assert await world.stock("MUG") == (7, 0)
    assert (await world.db.read(receiving.receipt, came.receipt.id)).undone_at is None


async def test_goods_come_in_without_an_order(world):
    came = await world.db.write(receiving.receive_loose, Goods("mug", 20, 380), click(world, "c"))
    again = await world.db.write(receiving.receive_loose, Goods("mug", 20, 380), click(world, "c"))

    assert (came.again, again.again) == (False, True)
    assert await world.stock("MUG") == (25, 0)
    with pytest.raises(Refused, match="no such SKU"):
        await world.db.write(receiving.receive_loose, Goods("NOPE", 1), click(world))


async def test_a_closed_order_expects_nothing_until_it_is_reopened(world, order):
    await receive(world, order, MUG=5)
    await world.db.write(purchasing.close, world.ada, order.id, now())
    assert await state(world, order) == ("closed", 0)
    with pytest.raises(Conflict, match="closed"):
        await receive(world, order, MUG=5)

    await world.db.write(purchasing.reopen, world.ada, order.id, now())

    assert await state(world, order) == ("partly_received", 19)


async def test_lines_that_came_stay(world, order):
    await receive(world, order, MUG=5)

    with pytest.raises(Conflict, match="come in already"):
        await world.db.write(purchasing.put_line, world.ada, order.id, Goods("MUG", 0), now())
    await world.db.write(purchasing.put_line, world.ada, order.id, Goods("LAMP", 0), now())
    await world.db.write(purchasing.put_line, world.ada, order.id, Goods("MUG", 5), now())

    assert await state(world, order) == ("received", 0)


async def test_the_suggestion_becomes_one_purchase_order_and_suggests_no_more(world, kiln):
    terms = {"supplier_id": kiln.id, "code": "", "cost": 300, "currency": "eur"}
    for sku in ("MUG", "POSTER"):
        await world.db.write(suppliers.agree, world.ada, sku, **terms, at=now())

    made = await world.db.write(restocking.order_suggested, world.ada, kiln.id, "c", now())
    again = await world.db.write(restocking.order_suggested, world.ada, kiln.id, "c", now())

    assert made == again
    assert (made.units, made.expected_on) == (5, later(now(), minutes=10 * 1440)[:10])
    with pytest.raises(Conflict, match="Nothing needs"):
        await world.db.write(restocking.order_suggested, world.ada, kiln.id, "d", now())


async def test_the_file_of_the_suggestion_defuses_formulas(world, kiln):
    terms = {"supplier_id": kiln.id, "code": "=1+1", "cost": 300, "currency": "eur"}
    await world.db.write(suppliers.agree, world.ada, "POSTER", **terms, at=now())

    wanted = Wanted(supplier_id=kiln.id)
    text = "".join([part async for part in restocking.order_csv(world.db, wanted, "eur")])

    assert text.splitlines()[1] == "POSTER,Poster,The Kiln,'=1+1,5,3.00,EUR"
    assert len(text.splitlines()) == 2


async def test_two_admins_change_a_supplier(world, kiln):
    await world.db.write(suppliers.change, world.ada, kiln.id, About("Kiln", "", 5, ""), 1, now())

    with pytest.raises(Conflict, match="Somebody else"):
        await world.db.write(suppliers.change, world.ada, kiln.id, About("Oven", "", 5, ""), 1, now())
