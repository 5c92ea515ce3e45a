"""SQLite as we run it: which library, which settings, and how its errors are named.

The system's SQLite may carry the WAL-reset corruption bug (sqlite.org/wal.html, versions before 3.51.3),
so the one that comes in the `pysqlite3` wheel stands in for the module `sqlite3`, also for aiosqlite.
This module must therefore be imported before aiosqlite is.
"""

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    import pysqlite3.dbapi2 as sqlite3

from db.errors import Busy, ConstraintViolated, DatabaseError, SqliteTooOld, Unavailable

sys.modules["sqlite3"] = sqlite3

Connection = sqlite3.Connection
Cursor = sqlite3.Cursor
Error = sqlite3.Error
OperationalError = sqlite3.OperationalError

OLDEST = (3, 51, 3)
BUSY_MILLISECONDS = 5000
STATEMENTS = 256
_INTERRUPTED = 9
_BUSY = (5, 6)
# READONLY, IOERR, FULL, CANTOPEN (sqlite.org/rescode.html): the disk, not the statement.
_DISK = (8, 10, 13, 14)

WRITER = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Without it INSERT OR REPLACE would walk past the triggers of the append-only tables.
    "PRAGMA recursive_triggers = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)
READER = (
    "PRAGMA query_only = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA cache_size = -65536",
    "PRAGMA mmap_size = 1073741824",
)


def check_version(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raise SqliteTooOld for an SQLite that may corrupt a database in WAL mode."""
    if version < OLDEST:
        found, oldest = (".".join(map(str, one)) for one in (version, OLDEST))
        raise SqliteTooOld(
            f"SQLite {found} may corrupt the database; {oldest} or later is needed. "
            "Install the locked requirements: they bring one."
        )


def version() -> str:
    """Return the version of the SQLite in use."""
    return str(sqlite3.sqlite_version)


def make_file(path: Path) -> None:
    """Make the file where there is none, readable to its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def open_writer(path: Path) -> Connection:
    """Open a connection that may write; a file that has gone is never replaced by an empty one."""
    return _open(f"{path.absolute().as_uri()}?mode=rw", WRITER)


def open_reader(path: Path) -> Connection:
    """Open a connection that can only read."""
    return _open(f"{path.absolute().as_uri()}?mode=ro", READER)


def settle(connection: Connection) -> None:
    """Copy what a crash has left in the write-ahead log into the file, and flush both.

    The log may hold a transaction whose flush failed before the crash: it can be read, but a system that
    has reported the failure never writes it again, and what was added behind it would be lost with it in a
    power cut. Where another process has the database open, the log is in its care. Raises Unavailable.
    """
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except Error as fault:
        if _code(fault) not in _BUSY:
            raise translated(fault, "checkpoint") from fault
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS:d}")


def is_complete(script: str) -> bool:
    """Tell whether a piece of SQL ends where a statement does."""
    return bool(sqlite3.complete_statement(script))


def translated(fault: Exception, doing: str) -> DatabaseError:
    """Return our error for one of SQLite's, saying what was being done."""
    message = f"{doing}: {fault}"
    if isinstance(fault, sqlite3.IntegrityError):
        return ConstraintViolated(message)
    if _code(fault) in _BUSY:
        return Busy(message)
    if _code(fault) in _DISK and "readonly" not in message:
        return Unavailable(message)
    return DatabaseError(message)


def was_interrupted(fault: BaseException | None) -> bool:
    """Tell whether a statement was stopped by its progress handler."""
    return _code(fault) == _INTERRUPTED or "interrupted" in str(fault)


def _code(fault: BaseException | None) -> int | None:
    extended = getattr(fault, "sqlite_errorcode", None)
    return None if extended is None else int(extended) & 0xFF


def _open(uri: str, settings: tuple[str, ...]) -> Connection:
    connection = sqlite3.connect(
        uri,
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS,
        timeout=BUSY_MILLISECONDS / 1000,
    )
    # The busy timeout first: switching to WAL may itself have to wait for another process.
    for setting in (f"PRAGMA busy_timeout = {BUSY_MILLISECONDS:d}", *settings):
        connection.execute(setting)
    return connection
