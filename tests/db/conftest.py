"""A database of two small tables, for the rules of `db` itself."""

from pathlib import Path

import pytest

from db import Database, queries

SCHEMA = """
CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, done INTEGER NOT NULL) STRICT;
CREATE TABLE tags (
  note INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED, name TEXT NOT NULL
) STRICT;
"""
QUERIES = """
-- name: add
INSERT INTO notes (text, done) VALUES (:text, 0)

-- name: texts
SELECT text FROM notes ORDER BY id

-- name: all_columns
SELECT id, text, done FROM notes ORDER BY id

-- name: tag
INSERT INTO tags (note, name) VALUES (:note, :name)

-- name: slow_rows
WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < :to) SELECT x FROM n

-- name: slow
WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < :to) SELECT COUNT(*) FROM n
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_notes.sql").write_text(SCHEMA)
    (tmp_path / "notes.sql").write_text(QUERIES)
    return tmp_path


@pytest.fixture
def sql(folder):
    return queries("notes", folder)


@pytest.fixture
async def db(folder):
    opened = await Database.open(f"sqlite:///{folder}/notes.db", migrations=folder / "migrations")
    yield opened
    await opened.close()


@pytest.fixture
def add(sql):
    def add(tx, text: str) -> int:
        return tx.run(sql.add, text=text)

    return add


@pytest.fixture
def texts(sql):
    def texts(tx) -> list[str]:
        return tx.all(str, sql.texts)

    return texts
