"""Verification finds what somebody changed behind the shop's back, and names it."""

import pytest

from db import engine
from db.tx import Tx
from shop import orders, verify
from shop.clock import now

LEDGERS = ("movements", "events")


async def broken_after(world, *statements: str) -> list[str]:
    """Change the file as an intruder would, look, and put it back as it was."""
    connection = engine.open_writer(world.db.path)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("SAVEPOINT as_it_was")
    for ledger in LEDGERS:
        for never in ("changed", "deleted"):
            connection.execute(f"DROP TRIGGER {ledger}_are_never_{never}")
    for statement in statements:
        assert connection.execute(statement).rowcount > 0
    report = verify.run(Tx(connection))
    connection.execute("ROLLBACK TO as_it_was")
    connection.close()
    return [f"{check.invariant} {check.broken}" for check in report.checks if check.broken]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE stock SET on_hand = on_hand + 1 WHERE sku = 'MUG'", "I2 MUG: counters say"),
        ("UPDATE stock SET held = 0 WHERE sku = 'VASE-S'", "I2 VASE-S: counters say"),
        ("UPDATE stock SET low = 0 WHERE sku = 'MUG'", "I2 MUG: 3 available is not low"),
        ("UPDATE stock SET low = 1, low_at = 'x' WHERE sku = 'VASE-S'", "I2 VASE-S: 7 available is low"),
        ("UPDATE product_finds SET price = 1 WHERE price = 1250", "I2 product mug: the shelves say 1, shown"),
        ("UPDATE product_finds SET in_stock = 0 WHERE in_stock = 1", "sold out; the books"),
        ("DELETE FROM product_finds WHERE shown = 1", "the shelves say nothing; the books"),
        ("UPDATE product_options SET value = 'Tiny' WHERE value = 'Small'", "I2 product vase: Size"),
        (
            "UPDATE option_counts SET products = 7 WHERE value = 'Small'",
            "Size Small: 7 products are counted, 1",
        ),
        ("DELETE FROM movements WHERE seq = 2", "movement 2 is missing"),
        ("UPDATE movements SET on_hand_after = 99 WHERE seq = 1", "I2 movement 1"),
        ("DELETE FROM holds WHERE state = 'held'", "I5 VASE-S: 1 held"),
        ("UPDATE holds SET state = 'released' WHERE state = 'committed'", "is released"),
        ("UPDATE orders SET state = 'open' WHERE state = 'confirmed'", "I3 order"),
        ("UPDATE payment_attempts SET captured = 1 WHERE captured > 0", "I6 order"),
        ("UPDATE orders SET total = 1, subtotal = 1 WHERE state = 'confirmed'", "I6 order"),
        ("UPDATE orders SET refunded = 5 WHERE state = 'confirmed'", "I6 order"),
        ("UPDATE payment_attempts SET currency = 'usd'", "I6 order"),
        ("UPDATE events SET after = 'shipped' WHERE after = 'confirmed'", "I4 order"),
        (
            "UPDATE events SET before = 'review' WHERE before = 'open'",
            "went to confirmed from review, it was open",
        ),
        ("DELETE FROM events WHERE kind = 'order.confirmed'", "is confirmed, its history ends at open"),
        ("DELETE FROM events WHERE kind = 'order.placed'", "it was nothing (event"),
        (
            """
            INSERT INTO events (at, actor, kind, object, before, after, why)
            SELECT at, actor, 'order.open', object, 'confirmed', 'open', '' FROM events
            WHERE kind = 'order.confirmed'
            """,
            "went from confirmed to open",
        ),
        ("DELETE FROM movements WHERE kind = 'commit'", "but its MUG has no commit"),
        ("DELETE FROM movements WHERE kind = 'hold'", "has no hold"),
        ("UPDATE movements SET kind = 'release' WHERE kind = 'commit'", "never took a step with one"),
        ("UPDATE movements SET held_change = 9 WHERE kind = 'hold'", "hold 0/9 of"),
        ("UPDATE movements SET order_id = NULL WHERE kind = 'hold'", "line has 0"),
    ],
)
async def test_a_change_behind_the_shops_back_is_found(world, statement, named):
    paid = await world.place(world.sam, MUG=2)
    await world.tell("checkout.session.completed", paid.paid())
    await world.place(world.mia, **{"VASE-S": 1})
    assert (await world.db.read(verify.run)).holds

    assert any(named in line for line in await broken_after(world, statement))


async def test_units_put_back_beyond_what_was_taken_are_named(world):
    paid = await world.place(world.sam, MUG=2)
    await world.tell("checkout.session.completed", paid.paid())
    await world.db.write(orders.cancel, paid.number, world.sam, now())
    again = """
        INSERT INTO movements SELECT seq + 1, sku, kind, on_hand_change, 0, on_hand_after, 0, reason, note,
          actor, cause, order_id, at, hash FROM movements WHERE kind = 'restock'
    """

    assert any("2 more of MUG put back than taken" in line for line in await broken_after(world, again))


@pytest.mark.parametrize(
    ("table", "forgotten", "named"),
    [
        ("stripe_events", "note", "event evt_000001 is booked 2 times"),
        ("payment_attempts", "url", "session cs_test_"),
        ("payment_attempts", "session_id", "payment pi_"),
    ],
)
async def test_what_is_booked_twice_is_named(world, table, forgotten, named):
    paid = await world.place(world.sam, MUG=2)
    await world.tell("checkout.session.completed", paid.paid())
    copy = f"CREATE TABLE copied AS SELECT * FROM {table} UNION ALL SELECT * FROM {table}"
    connection = engine.open_writer(world.db.path)
    for statement in ("BEGIN", copy, f"DROP TABLE {table}", f"ALTER TABLE copied RENAME TO {table}"):
        connection.execute(statement)
    connection.execute(f"UPDATE {table} SET {forgotten} = NULL")

    found = verify.run(Tx(connection))
    connection.close()
    assert any(named in (check.broken or "") for check in found.checks)


async def test_the_ledger_itself_refuses_to_be_changed(world):
    connection = engine.open_writer(world.db.path)
    for table in LEDGERS:
        for statement in (f"UPDATE {table} SET at = ''", f"DELETE FROM {table}"):
            with pytest.raises(engine.Error, match="append-only"):
                connection.execute(statement)
    connection.close()
