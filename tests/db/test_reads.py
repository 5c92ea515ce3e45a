"""The rules of reading: a snapshot, nothing written, and what is slow leaves the event loop."""

import asyncio
import threading
import time
from dataclasses import dataclass

import pytest

from db import DatabaseError, sqlite


@dataclass(frozen=True)
class Note:
    id: int
    text: str
    done: bool


@dataclass(frozen=True)
class Other:
    id: int
    title: str


async def test_rows_become_the_type_that_is_asked_for(db, add, sql):
    await db.write(add, "one")

    def first(tx):
        return tx.one(Note, sql.all_columns)

    assert await db.read(first) == Note(1, "one", done=False)


async def test_columns_that_do_not_fit_are_named(db, add, sql):
    await db.write(add, "one")

    with pytest.raises(DatabaseError, match="title"):
        await db.read(lambda tx: tx.all(Other, sql.all_columns))


async def test_a_read_can_not_write(db, add):
    with pytest.raises(DatabaseError, match="readonly"):
        await db.read(add, "no")


async def test_a_read_has_nothing_to_do_after_a_commit(db):
    with pytest.raises(DatabaseError, match="after a commit"):
        await db.read(lambda tx: tx.after_commit(print))


async def test_a_quick_read_stays_in_the_event_loop_and_a_slow_one_leaves_it(db, sql):
    ran_in = []

    def count(tx, to):
        ran_in.append(threading.current_thread() is threading.main_thread())
        return tx.value(sql.slow, to=to)

    assert await db.read(count, 10) == 10
    assert ran_in == [True]
    assert await db.read(count, 300_000) == 300_000
    assert ran_in == [True, True, False]


async def test_a_read_sees_one_moment(db, add, texts):
    def twice(tx):
        before = texts(tx)
        return before, texts(tx)

    answers = await asyncio.gather(db.write(add, "x"), db.read(twice))

    assert answers[1][0] == answers[1][1]


async def test_a_read_that_is_slow_only_in_its_rows_leaves_the_event_loop_as_well(db, sql):
    def count(tx):
        return len(tx.all(int, sql.slow_rows, to=200_000))

    assert await db.read(count) == 200_000


async def test_a_read_whose_time_is_over_at_its_very_end_leaves_the_connection_usable(db, texts, monkeypatch):
    # The handler that stops a slow read is asked once in so many steps: here at each, also at the last.
    monkeypatch.setattr(sqlite, "_STEPS", 1)

    def dawdle(tx):
        found = texts(tx)
        until = time.thread_time() + 2 * sqlite.BUDGET_SECONDS
        while time.thread_time() < until:
            pass
        return found

    assert await db.read(dawdle) == []
    assert await db.read(texts) == []
