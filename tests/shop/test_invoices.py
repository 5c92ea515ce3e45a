"""Invoices are numbered without a gap, once for each order, and say what was paid."""

import asyncio

import pytest

from shop import fulfilment, invoices, orders, verify
from shop.clock import now
from shop.errors import Conflict
from shop.invoices import Seller

KILN = Seller("The Kiln", "1 Clay Lane\n12345 Town", "DE123")


@pytest.fixture
async def kiln(world):
    await world.db.write(invoices.set_seller, world.ada, KILN, 0, now())
    return world


async def issued(world, placed, at="2026-11-26T10:00:00.000Z"):
    order = await world.order(placed)
    return await world.db.write(invoices.issue, order, "person:x", at)


async def test_orders_that_ask_at_once_get_numbers_that_follow_each_other(kiln):
    await kiln.add_things("BRICK", 100)
    placed = [await kiln.confirmed(kiln.sam, BRICK=1) for _ in range(12)]

    made = await asyncio.gather(*(issued(kiln, one) for one in placed for _ in range(2)))

    assert sorted({one.name for one in made}) == [f"2026-{number:05d}" for number in range(1, 13)]
    report = await kiln.db.read(verify.run)
    assert [check.broken for check in report.checks if check.broken] == []


async def test_each_year_begins_anew(kiln):
    one, other = await kiln.confirmed(kiln.sam, MUG=1), await kiln.confirmed(kiln.sam, MUG=1)

    assert (await issued(kiln, one, "2026-12-31T23:59:59.999Z")).name == "2026-00001"
    assert (await issued(kiln, other, "2027-01-01T00:00:00.000Z")).name == "2027-00001"


async def test_what_is_not_paid_has_no_invoice(kiln):
    with pytest.raises(Conflict, match="once the order is paid"):
        await issued(kiln, await kiln.place(kiln.sam, MUG=1))


async def test_nobody_issues_what_nobody_sells(world):
    with pytest.raises(Conflict, match="who sells"):
        await issued(world, await world.confirmed(world.sam, MUG=1))


async def test_an_invoice_keeps_who_sold_it(kiln):
    made = await issued(kiln, await kiln.confirmed(kiln.sam, MUG=1))
    await kiln.db.write(invoices.set_seller, kiln.ada, Seller("Other", "Elsewhere", ""), 1, now())

    found = await kiln.db.read(invoices.listing, None)

    assert found.items[0].by == KILN
    assert (made.amount, made.order_number) == (1250, found.items[0].order_number)


async def test_a_refund_that_went_through_gets_a_credit_note(kiln):
    placed = await kiln.shipped(kiln.sam, MUG=2)
    await issued(kiln, placed)
    give = fulfilment.Give(None, {"MUG": 1}, restock=False)
    await kiln.db.write(fulfilment.refund, placed.number, kiln.ada, give, now())
    await issued(kiln, placed)
    assert len(await kiln.db.read(invoices.of_order, placed.id)) == 1

    await kiln.answer_refund(placed)
    await issued(kiln, placed)

    _invoice, credit = await kiln.db.read(invoices.of_order, placed.id)
    assert (credit.name, credit.amount) == ("C2026-00001", -1250)


async def test_two_who_write_down_the_seller_at_once_do_not_lose_one(kiln):
    with pytest.raises(Conflict, match="it is The Kiln"):
        await kiln.db.write(invoices.set_seller, kiln.ada, Seller("Other", "Elsewhere", ""), 0, now())


async def test_an_order_without_taxes_tells_of_none(kiln):
    placed = await kiln.confirmed(kiln.sam, MUG=1)
    order, lines = await kiln.order(placed), await kiln.db.read(orders.lines_of, placed.id)

    assert invoices.taxes_of(order, lines) == ()
