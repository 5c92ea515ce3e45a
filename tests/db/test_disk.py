"""A disk that fails: nobody is told that something was stored, and the shop goes on when it works again."""

import asyncio
import contextlib
import resource
import shutil

import pytest

from db import CommitFailed, Database, Unavailable, engine


@contextlib.contextmanager
def no_file_may_grow():
    """Have every write to a file fail, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_disk_that_takes_nothing_is_named_and_the_next_write_works(db, add, texts):
    await db.write(add, "before")
    with no_file_may_grow():
        outcomes = await asyncio.gather(
            *[db.write(add, f"lost {number}") for number in range(5)], return_exceptions=True
        )

    assert {type(outcome) for outcome in outcomes} <= {CommitFailed, Unavailable}
    await db.write(add, "after")
    assert await db.read(texts) == ["before", "after"]


async def test_a_writer_that_can_not_be_opened_again_is_tried_again_with_each_write(
    db, add, texts, sql, folder
):
    def orphan(tx):
        tx.run(sql.tag, note=999, name="nobody's")

    shutil.move(folder / "notes.db", folder / "away.db")
    with pytest.raises(CommitFailed):
        await db.write(orphan)
    for text in ("lost", "lost as well"):
        with pytest.raises(Unavailable):
            await asyncio.wait_for(db.write(add, text), 5)

    shutil.move(folder / "away.db", folder / "notes.db")
    await db.write(add, "after")
    assert await db.read(texts) == ["after"]


async def test_what_a_crash_left_in_the_log_is_copied_and_flushed_before_anything_is_added(db, add, folder):
    await db.write(add, "one")
    crashed = folder / "crashed"
    crashed.mkdir()
    for name in ("notes.db", "notes.db-wal"):
        shutil.copy(folder / name, crashed / name)
    # Somebody who only looks has found the log first, and keeps it from being emptied by the last to go.
    with contextlib.closing(engine.open_reader(crashed / "notes.db")) as onlooker:
        assert onlooker.execute("SELECT text FROM notes").fetchall() == [("one",)]
        opened = await Database.open(f"sqlite:///{crashed}/notes.db", migrations=folder / "migrations")
        assert (crashed / "notes.db-wal").stat().st_size == 0
        await opened.close()
