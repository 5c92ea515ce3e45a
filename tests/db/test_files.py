"""Named SQL and migrations: what is refused, and why."""

import pytest

from db import Database, DatabaseError, SqliteTooOld, WrongSchema, engine, queries
from db.migrate import statements


async def open_at(folder):
    return await Database.open(f"sqlite:///{folder}/m.db", migrations=folder / "migrations")


async def test_migrations_are_applied_once_and_in_order(folder):
    (folder / "migrations" / "0002_more.sql").write_text("CREATE TABLE more (id INTEGER) STRICT;")
    for _ in range(2):
        await (await open_at(folder)).close()


async def test_a_migration_that_was_changed_is_refused(folder):
    await (await open_at(folder)).close()
    (folder / "migrations" / "0001_notes.sql").write_text("CREATE TABLE other (id INTEGER);")

    with pytest.raises(WrongSchema, match="notes was changed"):
        await open_at(folder)


async def test_a_database_newer_than_the_code_is_refused(folder):
    newer = folder / "migrations" / "0002_more.sql"
    newer.write_text("CREATE TABLE more (id INTEGER) STRICT;")
    await (await open_at(folder)).close()
    newer.unlink()

    with pytest.raises(WrongSchema, match="newer"):
        await open_at(folder)


async def test_a_migration_that_fails_leaves_nothing(folder):
    broken = folder / "migrations" / "0002_broken.sql"
    broken.write_text("CREATE TABLE half (id INTEGER) STRICT;\nINSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(WrongSchema, match="broken failed"):
        await open_at(folder)

    broken.write_text("CREATE TABLE half (id INTEGER) STRICT;")
    await (await open_at(folder)).close()


async def test_a_gap_in_the_numbers_is_refused(folder):
    (folder / "migrations" / "0003_gap.sql").write_text("CREATE TABLE gap (id INTEGER) STRICT;")

    with pytest.raises(WrongSchema, match="0002"):
        await open_at(folder)


def test_a_trigger_is_one_statement():
    script = "CREATE TRIGGER t BEFORE UPDATE ON n\nBEGIN SELECT 1; SELECT 2; END;\nSELECT 3;\n"

    assert len(statements(script)) == 2


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("-- name: a\nSELECT 1\n-- name: a\nSELECT 2", "two statements"),
        ("-- name: a\n-- nothing\n", "empty"),
        ("-- name: a\nINSERT OR REPLACE INTO t VALUES (1)", "REPLACE"),
        ("-- name: a\nSELECT 1 LIMIT 1 OFFSET 5", "OFFSET"),
    ],
)
def test_a_file_of_statements_that_is_not_well_formed_is_refused(tmp_path, text, word):
    (tmp_path / "bad.sql").write_text(text)

    with pytest.raises(DatabaseError, match=word):
        queries("bad", tmp_path)


def test_a_statement_that_is_not_there_is_named(sql):
    with pytest.raises(AttributeError, match="notes.sql has no statement 'gone'"):
        _ = sql.gone


def test_an_old_sqlite_is_refused():
    with pytest.raises(SqliteTooOld, match=r"3\.40\.1"):
        engine.check_version((3, 40, 1))


def test_the_sqlite_in_use_is_new_enough():
    engine.check_version()


async def test_an_address_of_another_kind_is_refused():
    with pytest.raises(DatabaseError, match="not supported yet"):
        await Database.open("postgresql://localhost/shop")


async def test_the_private_names_of_aiosqlite_that_we_use_are_there(db):
    inner = db._writer._thread._inner

    assert inner._thread.daemon
    assert await inner._execute(lambda connection: connection.total_changes, inner._conn) == 0


async def test_a_new_database_is_for_its_owner_alone(folder):
    await (await open_at(folder)).close()

    assert (folder / "m.db").stat().st_mode & 0o077 == 0
