"""Verification finds what somebody changed behind the shop's back, and names it."""

import pytest

from db import engine
from shop import verify


async def broken_after(world, *statements: str) -> list[str]:
    """Change the file as an intruder would, look, and put it back as it was."""
    connection = engine.open_writer(world.db.path)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("SAVEPOINT as_it_was")
    for trigger in ("movements_are_never_changed", "movements_are_never_deleted"):
        connection.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        assert connection.execute(statement).rowcount > 0
    from db.tx import Tx

    report = verify.run(Tx(connection))
    connection.execute("ROLLBACK TO as_it_was")
    connection.close()
    return [f"{check.invariant} {check.broken}" for check in report.checks if check.broken]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE stock SET on_hand = on_hand + 1 WHERE sku = 'MUG'", "I2 MUG: counters say"),
        ("UPDATE stock SET held = 0 WHERE sku = 'VASE-S'", "I2 VASE-S: counters say"),
        ("DELETE FROM movements WHERE seq = 2", "movement 2 is missing"),
        ("UPDATE movements SET on_hand_after = 99 WHERE seq = 1", "I2 movement 1"),
        ("DELETE FROM holds WHERE state = 'held'", "I5 VASE-S: 1 held"),
        ("UPDATE holds SET state = 'released' WHERE state = 'committed'", "is released"),
        ("UPDATE orders SET state = 'open' WHERE state = 'confirmed'", "I3 order"),
        ("UPDATE payment_attempts SET captured = 1 WHERE captured > 0", "I6 order"),
        ("UPDATE orders SET total = 1, subtotal = 1 WHERE state = 'confirmed'", "I6 order"),
        ("UPDATE orders SET refunded = 5 WHERE state = 'confirmed'", "I6 order"),
        ("UPDATE payment_attempts SET currency = 'usd'", "I6 order"),
    ],
)
async def test_a_change_behind_the_shops_back_is_found(world, statement, named):
    paid = await world.place(world.sam, MUG=2)
    await world.tell("checkout.session.completed", paid.paid())
    await world.place(world.mia, **{"VASE-S": 1})
    assert (await world.db.read(verify.run)).holds

    assert any(named in line for line in await broken_after(world, statement))


async def test_the_ledger_itself_refuses_to_be_changed(world):
    connection = engine.open_writer(world.db.path)
    for table in ("movements", "events"):
        for statement in (f"UPDATE {table} SET at = ''", f"DELETE FROM {table}"):
            with pytest.raises(engine.Error, match="append-only"):
                connection.execute(statement)
    connection.close()
