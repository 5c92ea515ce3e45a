"""The rules of the writer: group commit, and who hears what when something fails."""

import asyncio

import pytest

from db import Closed, CommitFailed, ConstraintViolated, Database, DatabaseError


async def test_what_was_answered_can_be_read(db, add, texts):
    await db.write(add, "one")

    assert await db.read(texts) == ["one"]


async def test_functions_that_wait_together_share_one_commit(db, add, folder):
    seen = []
    connection = db._writer._thread._inner._conn
    connection.set_trace_callback(seen.append)

    await asyncio.gather(*[db.write(add, str(number)) for number in range(50)])

    # The first batch is whoever came first alone; the others waited together.
    assert seen.count("COMMIT") <= 2


async def test_an_error_undoes_its_own_function_alone(db, add, texts, sql):
    def add_then_fail(tx):
        tx.run(sql.add, text="never")
        raise ValueError("changed my mind")

    outcomes = await asyncio.gather(
        db.write(add, "a"), db.write(add_then_fail), db.write(add, "b"), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [int, ValueError, int]
    assert await db.read(texts) == ["a", "b"]


async def test_a_failed_commit_fails_everyone_in_it_and_the_next_one_works(db, add, texts, sql):
    def orphan(tx):
        tx.run(sql.tag, note=999, name="nobody's")

    outcomes = await asyncio.gather(db.write(add, "first"), return_exceptions=True)
    outcomes += await asyncio.gather(
        db.write(add, "lost"), db.write(orphan), db.write(add, "too"), return_exceptions=True
    )

    assert outcomes[0] == 1
    assert [type(outcome) for outcome in outcomes[1:]] == [CommitFailed] * 3
    await db.write(add, "after")
    assert await db.read(texts) == ["first", "after"]


async def test_a_caller_that_went_away_does_not_stop_its_function(db, add, texts):
    waiting = asyncio.create_task(db.write(add, "still written"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    await db.write(add, "next")

    assert await db.read(texts) == ["still written", "next"]


async def test_what_follows_a_commit_is_called_after_it_and_only_if_it_succeeded(db, add, texts):
    told = []

    def tell(tx, text, *, fail=False):
        tx.after_commit(lambda: told.append(text))
        add(tx, text)
        if fail:
            raise ValueError(text)

    await db.write(tell, "good")
    with pytest.raises(ValueError, match="bad"):
        await db.write(tell, "bad", fail=True)

    assert told == ["good"]


async def test_a_listener_that_fails_does_not_unmake_the_answer(db, add, texts, caplog):
    def tell(tx):
        tx.after_commit(lambda: 1 / 0)
        return add(tx, "kept")

    assert await db.write(tell) == 1
    assert "after a commit failed" in caplog.text


async def test_a_broken_rule_has_its_own_error(db, add):
    await db.write(add, "same")

    with pytest.raises(ConstraintViolated, match=r"notes\.add"):
        await db.write(add, "same")


async def test_a_coroutine_is_refused(db):
    async def slow(tx):
        await asyncio.sleep(0)

    with pytest.raises(TypeError, match="plain function"):
        await db.write(slow)


async def test_a_missing_or_unknown_parameter_is_named(db, sql):
    with pytest.raises(DatabaseError, match="colour"):
        await db.write(lambda tx: tx.run(sql.add, text="x", colour="red"))


async def test_a_closed_database_says_so(folder, add):
    db = await Database.open(f"sqlite:///{folder}/closed.db", migrations=folder / "migrations")
    writing = asyncio.create_task(db.write(add, "in time"))
    await asyncio.sleep(0)
    await db.close()

    assert await writing == 1
    with pytest.raises(Closed):
        await db.write(add, "too late")
