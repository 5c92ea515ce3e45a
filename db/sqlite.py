"""SQLite behind `Database`: one writer with group commit, readers that can only read.

The writer takes whatever functions are waiting and runs them in one hop to its thread, each under its own
SAVEPOINT inside one `BEGIN IMMEDIATE … COMMIT`; only then is anybody answered. aiosqlite's private names
are used here and nowhere else; a test breaks if an upgrade takes them away.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from db import engine  # must come before aiosqlite, which imports sqlite3

import aiosqlite  # isort: skip

from db.errors import Busy, Closed, CommitFailed, DatabaseError
from db.tx import ReadTx, Tx

log = logging.getLogger(__name__)

Work = Callable[[Tx], Any]

# It would print every result that comes back, a session's token or a link's among them.
logging.getLogger("aiosqlite").setLevel(logging.INFO)

BATCH = 64
READERS = 2
BUDGET_SECONDS = 0.002
"""A read in the event loop may use so much processor time; then it is run again on a thread."""
_STEPS = 2000
_FORGIVEN = 3


@dataclass(slots=True)
class Unit:
    """One function that waits to be written, its caller's future and context, and what became of it."""

    work: Work
    future: "asyncio.Future[Any]"
    context: Context = field(default_factory=copy_context)
    result: Any = None
    error: BaseException | None = None
    after: list[Callable[[], object]] = field(default_factory=list)


class Thread:
    """A connection in a thread of its own, which whole functions are sent to."""

    def __init__(self, path: Path, opener: Callable[[Path], engine.Connection]) -> None:
        self._path = path
        self._opener = opener
        self._inner: aiosqlite.Connection | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._inner is not None

    async def open(self) -> None:
        """Open the connection; its thread never keeps the process from ending. Raises Unavailable."""
        inner = aiosqlite.Connection(lambda: self._opener(self._path), iter_chunk_size=64)
        inner._thread.daemon = True  # noqa: SLF001 - otherwise a forgotten connection hangs the process
        try:
            self._inner = await inner
        except engine.Error as fault:
            raise engine.translated(fault, "opening") from fault

    async def run(self, work: Callable[[engine.Connection], Any]) -> Any:
        """Run a function with the connection, in its thread."""
        if self._inner is None:
            raise Closed("The database is closed.")
        return await self._inner._execute(work, self._inner._conn)  # type: ignore[no-untyped-call]  # noqa: SLF001 - one hop for a whole transaction

    async def close(self) -> None:
        """Close the connection and end its thread."""
        inner, self._inner = self._inner, None
        if inner is not None:
            await inner.close()


class Writer:
    """The only connection of this process that writes."""

    def __init__(self, path: Path) -> None:
        self._thread = Thread(path, engine.open_writer)
        self._waiting: deque[Unit] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def open(self) -> None:
        """Open the connection."""
        await self._thread.open()

    async def run(self, work: Work) -> Any:
        """Run a function in a write transaction and return its result once that is committed.

        A caller that is cancelled meanwhile does not stop its function.
        """
        if self._closed:
            raise Closed("The database is closed.")
        unit = Unit(work, asyncio.get_running_loop().create_future())
        self._waiting.append(unit)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work_off())
        return await asyncio.shield(unit.future)

    async def close(self) -> None:
        """Write what is waiting, then refuse more and close."""
        self._closed = True
        if self._task is not None:
            await self._task
        await self._thread.close()

    async def _work_off(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                if not self._thread.is_open:
                    await self._thread.open()
                await self._thread.run(partial(_write, units=batch))
            except Busy as fault:
                _fail(batch, fault)
            except Exception as fault:  # noqa: BLE001 - whatever it is belongs to those who wait
                _fail(batch, fault)
                await self._give_up_connection()
            for unit in batch:
                _answer(unit)

    async def _give_up_connection(self) -> None:
        """Close the connection; the next batch opens one, again and again while the disk does not let it."""
        try:
            await self._thread.close()
        except engine.Error as fault:
            log.warning("closing the writer failed: %s", fault)


class Readers:
    """Connections that only read: one in the event loop for quick reads, threads for the others."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._quick: engine.Connection | None = None
        self._threads: asyncio.Queue[Thread] = asyncio.Queue()
        self._slow: dict[Callable[..., Any], int] = {}

    async def open(self) -> None:
        """Open the connections."""
        self._quick = engine.open_reader(self._path)
        for _ in range(READERS):
            thread = Thread(self._path, engine.open_reader)
            await thread.open()
            self._threads.put_nowait(thread)

    async def run(self, function: Callable[..., Any], work: Work) -> Any:
        """Run a function on a snapshot; one that proves slow is run in a thread from then on."""
        if self._quick is None:
            raise Closed("The database is closed.")
        if self._slow.get(function, 0) < _FORGIVEN:
            try:
                return _read_within(self._quick, work, time.thread_time() + BUDGET_SECONDS)
            except DatabaseError as fault:
                if not engine.was_interrupted(fault.__cause__):
                    raise
                self._slow[function] = self._slow.get(function, 0) + 1
        thread = await self._threads.get()
        context = copy_context()
        try:
            return await thread.run(lambda connection: context.run(_read, connection, work))
        finally:
            self._threads.put_nowait(thread)

    def state(self) -> int:
        """Return SQLite's data_version: it changes with every commit of another connection."""
        if self._quick is None:
            raise Closed("The database is closed.")
        return int(self._quick.execute("PRAGMA data_version").fetchone()[0])

    async def close(self) -> None:
        """Close the connections, once the reads under way have ended."""
        quick, self._quick = self._quick, None
        if quick is not None:
            quick.close()
            for _ in range(READERS):
                await (await self._threads.get()).close()


def _write(connection: engine.Connection, units: list[Unit]) -> None:
    """Run a batch in one transaction. Raises Busy, Unavailable or CommitFailed when none of it happened."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except engine.Error as fault:
        raise engine.translated(fault, "BEGIN") from fault
    for unit in units:
        _run(connection, unit)
        if not connection.in_transaction:
            raise CommitFailed("SQLite gave up the whole transaction.") from unit.error
    try:
        connection.execute("COMMIT")
    except engine.Error as fault:
        if connection.in_transaction:
            with contextlib.suppress(engine.Error):
                connection.execute("ROLLBACK")
        raise CommitFailed(f"COMMIT: {fault}") from fault


def _run(connection: engine.Connection, unit: Unit) -> None:
    tx = Tx(connection)
    connection.execute("SAVEPOINT unit")
    try:
        unit.result = unit.context.run(unit.work, tx)
        unit.after = tx.after
    except BaseException as fault:  # noqa: BLE001 - raised again where its caller waits
        unit.error = fault
        if connection.in_transaction:
            connection.execute("ROLLBACK TO unit")
    if connection.in_transaction:
        connection.execute("RELEASE unit")


def _fail(units: list[Unit], fault: BaseException) -> None:
    for unit in units:
        unit.error = fault
        unit.after = []


def _answer(unit: Unit) -> None:
    for then in unit.after if unit.error is None else ():
        try:
            then()
        except Exception:
            # The change is committed: its caller must hear so, whatever a listener does.
            log.exception("a function called after a commit failed")
    if unit.error is None:
        unit.future.set_result(unit.result)
    else:
        unit.future.set_exception(unit.error)
        # A cancelled caller never asks for the error; that alone is no defect to warn of.
        unit.future.exception()


def _read_within(connection: engine.Connection, work: Work, until: float) -> Any:
    def within(tx: Tx) -> Any:
        # Around the work alone: a ROLLBACK that is stopped would leave the connection in its transaction.
        connection.set_progress_handler(lambda: time.thread_time() > until, _STEPS)
        try:
            return work(tx)
        finally:
            connection.set_progress_handler(None, 0)

    return _read(connection, within)


def _read(connection: engine.Connection, work: Work) -> Any:
    connection.execute("BEGIN")
    try:
        return work(ReadTx(connection))
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
