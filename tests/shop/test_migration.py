"""Books from before disputes and parcels: they keep their values when the shop is brought up to date."""

import shutil

import pytest

from db import Database, engine, migrate
from shop import attention, fulfilment, orders, refunds, stock, verify
from shop.clock import now
from tests.world import settings_for

AT = "2026-01-02T03:04:05.000Z"
PEOPLE = f"""
INSERT INTO shop VALUES (1, 'shop_1', 'eur', '{AT}');
INSERT INTO people VALUES ('per_a', 'ada@x.example', 'Ada', 'admin', 'x', '{AT}', NULL);
INSERT INTO people VALUES ('per_s', 'sam@x.example', 'Sam', 'user', 'x', '{AT}', NULL);
INSERT INTO categories VALUES ('cat_1', 'things', 'Things', '', 0);
INSERT INTO products VALUES ('pro_1', 'mug', 'Mug', '', 'cat_1', 1, '{AT}');
INSERT INTO variants VALUES ('MUG', 'pro_1', '', '{{}}', 1250, 0, 1);
INSERT INTO stock (sku, on_hand, held) VALUES ('MUG', 6, 1);
"""
# The number, state, reason, payment state, captured, refunded, and what became of its one mug.
ORDERS = [
    ("OPEN", "open", None, "unpaid", 0, 0, "held"),
    ("PAID", "confirmed", None, "paid", 1250, 0, "committed"),
    ("PART", "confirmed", None, "partly_refunded", 1250, 500, "committed"),
    ("BACK", "closed", "cancelled", "refunded", 1250, 1250, "returned"),
    ("FAIL", "closed", "cancelled", "paid", 1250, 0, "returned"),
    ("LATE", "closed", "expired", "unpaid", 0, 0, "released"),
]
REFUNDS = [("PART", 500, "succeeded"), ("BACK", 1250, "succeeded"), ("FAIL", 1250, "failed")]
WAYS = {
    "held": ["hold"],
    "committed": ["hold", "commit"],
    "returned": ["hold", "commit", "restock"],
    "released": ["hold", "release"],
}
# The steps an order has taken, by what became of its mug: the event's kind, from where, to where.
PLACED, PAID = ("order.placed", "", "open"), ("order.confirmed", "open", "confirmed")
STEPS = {
    "held": [PLACED],
    "committed": [PLACED, PAID],
    "returned": [PLACED, PAID, ("order.cancelled", "confirmed", "closed")],
    "released": [PLACED, ("order.expired", "open", "closed")],
}
CHANGES = {"hold": (0, 1), "commit": (-1, -1), "restock": (1, 0), "release": (0, -1), "adjust": (8, 0)}


@pytest.fixture
async def older(tmp_path):
    """Return the database of a shop that ran on the first two migrations, opened by this version."""
    for name in ("0001_shop.sql", "0002_limits.sql"):
        (tmp_path / "then").mkdir(exist_ok=True)
        shutil.copy(migrate.FOLDER / name, tmp_path / "then" / name)
    settings = settings_for(tmp_path)
    engine.make_file(tmp_path / "shop.db")
    connection = engine.open_writer(tmp_path / "shop.db")
    migrate.migrate(connection, tmp_path / "then")
    _fill(connection)
    connection.close()
    opened = await Database.open(settings.database_url)
    yield opened
    await opened.close()


def _fill(connection) -> None:
    for statement in migrate.statements(PEOPLE):
        connection.execute(statement)
    balance = _move(connection, None, "adjust", (0, 0))
    for order in ORDERS:
        _add_order(connection, *order)
        for kind in WAYS[order[-1]]:
            balance = _move(connection, order[0], kind, balance)
        for kind, before, after in STEPS[order[-1]]:
            told = (AT, "stripe", kind, f"order:{order[0]}", before, after)
            connection.execute("INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?, '')", told)
    for number, amount, state in REFUNDS:
        row = (
            f"ref_{number}",
            number,
            f"pay_{number}",
            amount,
            state,
            "shop",
            "asked",
            f"re_{number}",
            AT,
            AT,
        )
        connection.execute("INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        told = (AT, "stripe", f"refund.{state}", f"order:{number}", str(amount))
        connection.execute("INSERT INTO events VALUES (NULL, ?, ?, ?, ?, '', ?, '')", told)


def _add_order(connection, number, state, reason, payment, captured, refunded, hold) -> None:
    connection.execute(
        "INSERT INTO orders (id, number, person_id, email, cart_id, state, closed_reason, payment_state,"
        " provider, currency, subtotal, discount, shipping, tax, total, captured, refunded, placed_at)"
        " VALUES (?, ?, 'per_s', 'sam@x.example', ?, ?, ?, ?, 'stripe', 'eur', 1250, 0, 0, 0, 1250, ?, ?, ?)",
        (number, number, f"cart_{number}", state, reason, payment, captured, refunded, AT),
    )
    line = (number, "MUG", "mug", "Mug", "", 1, 1250, 0)
    connection.execute("INSERT INTO order_lines VALUES (?, ?, ?, ?, ?, ?, ?, ?)", line)
    connection.execute("INSERT INTO holds VALUES (?, 'MUG', 1, ?)", (number, hold))
    attempt, intent = (
        ("paid", f"pi_{number}") if captured else ("open" if hold == "held" else "expired", None)
    )
    connection.execute(
        "INSERT INTO payment_attempts VALUES (?, ?, ?, ?, '{}', ?, ?, 1250, 'eur', ?, NULL, ?, ?)",
        (f"pay_{number}", number, attempt, number, f"cs_{number}", intent, captured, AT, AT),
    )


def _move(connection, order, kind, balance) -> tuple[int, int]:
    on_hand, held = (have + change for have, change in zip(balance, CHANGES[kind], strict=True))
    row = ("MUG", kind, *CHANGES[kind], on_hand, held, "order", "", "shop", "", order, AT)
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO movements VALUES (NULL, {marks})", row)
    return on_hand, held


async def test_the_books_balance_and_every_order_is_as_it_was(older):
    assert [check for check in (await older.read(verify.run)).checks if check.broken] == []
    for number, state, reason, payment, captured, refunded, _ in ORDERS:
        order = await older.read(orders.by_id, number)
        assert (order.state, order.closed_reason, order.payment_state) == (state, reason, payment)
        assert (order.captured, order.refunded, order.ship_block) == (captured, refunded, "")


async def test_a_count_of_the_rows_gives_what_the_older_shop_had_written(older):
    for number, _, _, payment, captured, refunded, _ in ORDERS:
        await older.write(refunds.recount, number)
        order = await older.read(orders.by_id, number)
        assert (order.payment_state, order.captured, order.refunded) == (payment, captured, refunded)
    assert (await older.read(verify.run)).holds


async def test_a_refund_has_the_currency_of_its_payment_and_is_told_in_it(older):
    page = await older.read(orders.show, "PART")

    assert [(refund.amount, refund.currency) for refund in page.refunds] == [(500, "eur")]
    assert [(step.name, step.text) for step in page.steps][-1:] == [("Refunded", "€5.00")]


async def test_goods_that_were_put_back_are_back_and_the_others_are_out(older):
    def returned(tx, number):
        return [(held.returned, held.taken) for held in stock.holds_of(tx, number)]

    assert await older.read(returned, "BACK") == [(1, 0)]
    assert await older.read(returned, "PAID") == [(0, 1)]
    assert await older.read(returned, "OPEN") == [(0, 0)]


async def test_a_refund_that_had_failed_waits_for_a_person_now(older):
    (waits,) = await older.read(attention.entries)
    assert (waits.kind, waits.order) == ("refund", "FAIL")

    ada = fulfilment.Person("per_a", "ada@x.example", "Ada", "admin", AT, None)
    await older.write(fulfilment.refund_again, waits.subject, ada, now())

    assert await older.read(attention.entries) == ()


async def test_an_order_from_before_goes_its_way(older):
    ada = fulfilment.Person("per_a", "ada@x.example", "Ada", "admin", AT, None)

    await older.write(fulfilment.ship, "PAID", ada, "Post", "P1", now())
    await older.write(fulfilment.cancel, "PART", ada, now(), restock=True)

    assert (await older.read(verify.run)).holds
    page = await older.read(orders.show, "PART")
    amounts = {refund.state: refund.amount for refund in page.refunds}
    assert amounts == {"succeeded": 500, "requested": 750}
