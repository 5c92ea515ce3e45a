"""What was sold is counted as it happens: once for each order, whatever becomes of it."""

import asyncio

import pytest

from db import engine, migrate
from db.tx import Tx
from shop import fulfilment, jobs, orders, sales
from shop.clock import later, now
from tests.shop.situations import COMPLETED, EXPIRED

TABLES = {
    "days": "SELECT day, orders, units, amount FROM sales_days ORDER BY day",
    "variants": "SELECT sku, day, units, amount FROM sales_of_variants ORDER BY sku, day",
    "sellers": "SELECT sku, units, amount FROM sellers ORDER BY units DESC, sku",
}


def rows(world, name: str) -> list[tuple]:
    connection = engine.open_snapshot(world.db.path)
    try:
        return connection.execute(TABLES[name]).fetchall()
    finally:
        connection.close()


def today() -> str:
    return now()[:10]


async def test_an_order_counts_once_it_is_paid_and_not_before(world):
    placed = await world.place(world.sam, MUG=2)
    assert rows(world, "days") == []

    await world.tell(COMPLETED, placed.paid())
    await world.confirmed(world.mia, MUG=1)

    assert rows(world, "days") == [(today(), 2, 3, 3750)]
    assert rows(world, "variants") == [("MUG", today(), 3, 3750)]


async def test_news_that_comes_again_and_again_counts_once(world):
    placed = await world.place(world.sam, MUG=2)
    event = world.event(COMPLETED, placed.paid())

    await asyncio.gather(*[world.receive(event) for _ in range(20)])
    await world.tell("checkout.session.async_payment_succeeded", placed.paid())

    assert rows(world, "days") == [(today(), 1, 2, 2500)]


async def test_an_order_that_is_paid_late_counts_when_it_is_paid(world):
    placed = await world.place(world.sam, MUG=1)
    await world.tell(EXPIRED, placed.expired())
    assert rows(world, "days") == []

    await world.tell(COMPLETED, placed.paid())

    assert rows(world, "days") == [(today(), 1, 1, 1250)]


async def test_an_order_in_review_counts_at_what_it_was_accepted_for(world):
    placed = await world.review(world.sam, more=-250, MUG=1)
    assert rows(world, "days") == []

    await world.db.write(fulfilment.approve, placed.number, world.ada, now())

    assert rows(world, "days") == [(today(), 1, 1, 1000)]
    assert rows(world, "variants") == [("MUG", today(), 1, 1250)]


async def test_what_is_cancelled_or_refunded_stays_sold(world):
    await world.cancelled(world.sam, MUG=1)
    shipped = await world.shipped(world.mia, MUG=1)
    give = fulfilment.Give(500, {}, restock=False)
    await world.db.write(fulfilment.refund, shipped.number, world.ada, give, now())
    await world.answer_refund(shipped)

    assert rows(world, "days") == [(today(), 2, 2, 2500)]


async def test_days_change_at_midnight_of_the_world_s_time(world):
    first, second = await world.place(world.sam, MUG=1), await world.place(world.mia, MUG=2)
    for placed, at in ((first, "2026-03-01T23:59:59.999Z"), (second, "2026-03-02T00:00:00.000Z")):
        order = await world.order(placed)
        await world.db.write(_confirm, order, at)

    assert [day[:2] for day in rows(world, "days")] == [("2026-03-01", 1), ("2026-03-02", 1)]
    await world.tell(COMPLETED, first.paid())
    await world.tell(COMPLETED, second.paid())


def _confirm(tx: Tx, order: orders.Order, at: str) -> None:
    orders.move(tx, order, "confirmed", by="shop", at=at, why="paid")


async def test_money_in_another_currency_is_never_added(world):
    placed = await world.place(world.sam, MUG=1)

    def sold_in_dollars(tx: Tx) -> None:
        tx._connection.execute("UPDATE orders SET currency = 'usd' WHERE id = ?", (placed.id,))
        sales.count(tx, placed.id, now())
        found = [tx._connection.execute(TABLES[name]).fetchall() for name in ("days", "variants")]
        raise LookupError(*found, sales.days_off(tx))

    with pytest.raises(LookupError) as found:
        await world.db.write(sold_in_dollars)
    assert found.value.args == ([], [], None)


async def test_a_shop_that_is_brought_up_to_date_has_the_same_sales(world):
    await world.confirmed(world.sam, MUG=2)
    await world.cancelled(world.mia, MUG=1)
    await world.review(world.sam, MUG=1)
    as_it_happened = rows(world, "days"), rows(world, "variants")
    connection = engine.open_writer(world.db.path)
    connection.execute("UPDATE orders SET sold_at = NULL")
    for table in ("sales_days", "sales_of_variants"):
        connection.execute(f"DELETE FROM {table}")
    for statement in migrate.statements((migrate.FOLDER / "0005_sales.sql").read_text()):
        if statement.lstrip().startswith(("UPDATE", "INSERT")):
            connection.execute(statement)
    connection.close()

    assert (rows(world, "days"), rows(world, "variants")) == as_it_happened


async def test_best_sellers_are_the_last_thirty_days_and_forget_what_was_before(world):
    await world.confirmed(world.sam, MUG=2)
    await world.confirmed(world.mia, **{"VASE-S": 1})

    assert await jobs.count_sellers(world.db, size=2) == 2
    assert rows(world, "sellers") == [("MUG", 2, 2500), ("VASE-S", 1, 2000)]
    assert await jobs.count_sellers(world.db) == 0

    _, changed = await world.db.read(sales.sold_lately, "", 100, later(now(), minutes=31 * 24 * 60))
    await world.db.write(sales.note_sold, changed)
    assert rows(world, "sellers") == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE sales_days SET amount = amount + 1", "1 orders, 1 units, 1251 are written down"),
        ("DELETE FROM sales_days", "0 orders, 0 units, 0 are written down, its orders sum to 1, 1, 1250"),
        ("INSERT INTO sales_days VALUES ('2020-01-01', 1, 1, 1)", "2020-01-01: 1 orders"),
        ("UPDATE sales_of_variants SET units = 7", "MUG: 7 units for 1250 are written down"),
        ("INSERT INTO sales_of_variants VALUES ('LAMP', '2020-01-01', 1, 1)", "2020-01-01, LAMP: 1 units"),
        ("UPDATE orders SET sold_at = NULL", "is sold since never, it was first confirmed"),
        ("UPDATE orders SET sold_at = 'then'", "is sold since then"),
    ],
)
async def test_verification_names_the_first_day_that_is_off(world, statement, named):
    from tests.shop.test_verify import broken_after

    await world.confirmed(world.sam, MUG=1)

    assert any(named in found for found in await broken_after(world, statement))
