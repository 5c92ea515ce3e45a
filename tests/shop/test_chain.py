"""The chain over the stock ledger: whatever is done to a movement behind the shop's back is named."""

import contextlib
import hashlib
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import Database, engine, migrate
from db.tx import Tx
from shop import orders, stock, verify
from shop.clock import now
from tests.world import settings_for

COLUMNS = (
    "seq",
    "sku",
    "kind",
    "on_hand_change",
    "held_change",
    "on_hand_after",
    "held_after",
    "reason",
    "note",
    "actor",
    "cause",
    "order_id",
    "at",
    "hash",
)


@pytest.fixture
async def book(world):
    """Books in which every kind of movement is there."""
    kept = await world.place(world.sam, MUG=1, LAMP=1)
    late, lost = [await world.place(person, MUG=1) for person in (world.mia, world.mallory)]
    await world.tell("checkout.session.completed", kept.paid())
    await world.tell("checkout.session.expired", late.expired())
    await world.tell("checkout.session.completed", late.paid())
    await world.tell("checkout.session.expired", lost.expired())
    await world.db.write(orders.cancel, kept.number, world.sam, now())
    await world.db.write(stock.adjust, world.ada, "MUG", change=3, reason="received", note="Grüße", at=now())
    return world


@contextlib.contextmanager
def intruder(world):
    """Give a connection for which no rule of the schema counts, and undo what it did."""
    connection = engine.open_writer(world.db.path)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("BEGIN IMMEDIATE")
    for trigger in ("movements_are_never_changed", "movements_are_never_deleted", "ledger_head_only_goes_on"):
        connection.execute(f"DROP TRIGGER {trigger}")
    yield connection
    connection.execute("ROLLBACK")
    connection.close()


def look(connection) -> list[str]:
    return [check.broken for check in verify.run(Tx(connection)).checks if check.broken]


def rows(connection) -> list[tuple]:
    return connection.execute("SELECT * FROM movements ORDER BY seq").fetchall()


def changed(value: object) -> object:
    if isinstance(value, int):
        return value + 1
    return chr(ord(value[0]) ^ 1) + value[1:] if value else "x"


async def test_every_kind_of_movement_is_in_the_book(book):
    with intruder(book) as connection:
        assert {row[2] for row in rows(connection)} == {
            "hold", "release", "commit", "restock", "retake", "adjust"
        }  # fmt: skip
        assert look(connection) == []


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_change_in_any_column_of_any_movement_is_named(book, column):
    with intruder(book) as connection:
        position = COLUMNS.index(column)
        for row in rows(connection):
            # A number that is free, so that the change itself is possible.
            value = changed(row[position]) if column != "seq" else row[0] + 1000
            connection.execute("SAVEPOINT one")
            connection.execute(f"UPDATE movements SET {column} = ? WHERE seq = ?", (value, row[0]))
            found = verify.off_the_chain(Tx(connection)) or ""
            last = row[0] == rows(connection)[-1][0]
            named = {f"movement {row[0]} ", f"movement {row[0] + 1} ", f"movement {row[0] + 1000} "}
            assert any(name in f"{found} " for name in named), (row, last)
            connection.execute("ROLLBACK TO one")


async def test_a_movement_taken_out_is_named_wherever_it_stood(book):
    with intruder(book) as connection:
        for row in rows(connection):
            connection.execute("SAVEPOINT one")
            connection.execute("DELETE FROM movements WHERE seq = ?", row[:1])
            assert any(
                f"movement {row[0]} is missing" in one or "the head says" in one for one in look(connection)
            )
            connection.execute("ROLLBACK TO one")


async def test_a_movement_taken_out_with_the_others_renumbered_is_named(book):
    with intruder(book) as connection:
        for seq in [row[0] for row in rows(connection)]:
            connection.execute("SAVEPOINT one")
            connection.execute("DELETE FROM movements WHERE seq = ?", (seq,))
            connection.execute("UPDATE movements SET seq = -seq WHERE seq > ?", (seq,))
            connection.execute("UPDATE movements SET seq = -seq - 1 WHERE seq < 0")
            connection.execute("UPDATE ledger_head SET seq = seq - 1")
            assert look(connection) != [], seq
            connection.execute("ROLLBACK TO one")


@pytest.mark.parametrize("with_hash", [False, True])
async def test_two_movements_that_changed_places_are_named(book, with_hash):
    kept = [name for name in COLUMNS[1:] if with_hash or name != "hash"]
    with intruder(book) as connection:
        connection.execute("DROP INDEX movements_once")
        before = rows(connection)
        for first, second in itertools.pairwise(before):
            connection.execute("SAVEPOINT one")
            for into, out in ((first, second), (second, first)):
                told = [out[COLUMNS.index(name)] for name in kept]
                setting = ", ".join(f"{name} = ?" for name in kept)
                connection.execute(f"UPDATE movements SET {setting} WHERE seq = ?", [*told, into[0]])
            assert f"movement {first[0]} " in verify.off_the_chain(Tx(connection))
            connection.execute("ROLLBACK TO one")


async def test_a_movement_put_in_is_named(book):
    with intruder(book) as connection:
        last = rows(connection)[-1]
        told = (last[0] + 1, *last[1:])
        connection.execute(f"INSERT INTO movements VALUES ({', '.join('?' * len(told))})", told)
        assert f"movement {last[0] + 1} " in verify.off_the_chain(Tx(connection))


async def test_the_newest_movement_taken_away_with_its_counters_set_back_is_named(book):
    with intruder(book) as connection:
        last = rows(connection)[-1]
        connection.execute("DELETE FROM movements WHERE seq = ?", last[:1])
        connection.execute("UPDATE stock SET on_hand = on_hand - 3, low = 1 WHERE sku = 'MUG'")
        (found,) = look(connection)
        assert found.startswith(f"the head says {last[0]} movements, there are {last[0] - 1}, the last is")

        with_more = Tx(connection)
        stock.adjust(with_more, book.ada, "MUG", change=1, reason="received", at=now())
        assert f"movement {last[0]} is missing" in verify.off_the_chain(with_more)


async def test_a_head_noted_elsewhere_finds_what_was_rewritten_from_end_to_end(book):
    with intruder(book) as connection:
        noted = verify.run(Tx(connection)).head
        last = rows(connection)[-1]
        connection.execute("DELETE FROM movements WHERE seq = ?", last[:1])
        connection.execute("UPDATE stock SET on_hand = on_hand - 3, low = 1 WHERE sku = 'MUG'")
        before = connection.execute("SELECT hash FROM movements ORDER BY seq DESC LIMIT 1").fetchone()[0]
        connection.execute("UPDATE ledger_head SET seq = seq - 1, hash = ?", (before,))

        assert verify.run(Tx(connection)).holds
        assert [check.broken for check in verify.run(Tx(connection), noted).checks if check.broken] == [
            f"movement {noted.seq} is not the one that was noted"
        ]


async def test_a_ledger_without_its_head_takes_no_more_movements(book):
    with intruder(book) as connection:
        connection.execute("DROP TRIGGER ledger_head_is_never_deleted")
        connection.execute("DELETE FROM ledger_head")
        with pytest.raises(RuntimeError, match="lost its head"):
            stock.adjust(Tx(connection), book.ada, "MUG", change=1, reason="received", at=now())


async def test_a_movement_that_is_rolled_back_leaves_the_head_where_it_was(book):
    def fail(tx):
        stock.adjust(tx, book.ada, "MUG", change=1, reason="received", at=now())
        raise ValueError("changed my mind")

    before = await book.db.read(lambda tx: tx.one(verify.Head, verify.sql.head))
    with pytest.raises(ValueError, match="my mind"):
        await book.db.write(fail)

    assert await book.db.read(lambda tx: tx.one(verify.Head, verify.sql.head)) == before


async def test_the_head_goes_on_by_one_and_is_never_deleted(world):
    connection = engine.open_writer(world.db.path)
    for statement in ("UPDATE ledger_head SET seq = seq - 1", "DELETE FROM ledger_head"):
        with pytest.raises(engine.Error, match="ledger"):
            connection.execute(statement)
    connection.close()


text = st.text(st.characters(exclude_categories=["Cs"]))
fields = st.lists(st.none() | st.integers(-(2**63), 2**63 - 1) | text, min_size=1, max_size=4)


@given(fields, fields)
def test_different_rows_have_different_hashes(one, other):
    assert (engine.chained("", *one) == engine.chained("", *other)) == (repr(one) == repr(other))


def test_the_hash_is_what_the_documentation_says():
    told = json.dumps(["", 1, "MUG", None, "Grüße"], ensure_ascii=False, separators=(",", ":"))

    assert engine.chained("", 1, "MUG", None, "Grüße") == hashlib.sha256(told.encode()).hexdigest()


async def test_an_existing_ledger_is_chained_by_the_migration(book, tmp_path):
    older = tmp_path / "older"
    older.mkdir()
    for path in sorted(migrate.FOLDER.glob("*.sql"))[:2]:
        (older / path.name).write_text(path.read_text())
    url = settings_for(older).database_url
    await (await Database.open(url, migrations=older)).close()
    _copy_without_chain(book.db.path, older / "shop.db")

    db = await Database.open(url)
    report = await db.read(verify.run)
    await db.close()

    assert [check.broken for check in report.checks if check.broken] == []
    assert report.head == (await book.db.read(verify.run)).head


def _copy_without_chain(source, target) -> None:
    """Fill books of an older version with the rows of newer ones."""
    connection = engine.open_writer(target)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("ATTACH ? AS new", (str(source),))
    tables = connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall()
    for (table,) in tables:
        if table != "schema_migrations" and not table.startswith("sqlite_"):
            found = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
            names = ", ".join(column[1] for column in found)
            connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new.{table}")
    connection.close()
