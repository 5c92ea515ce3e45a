"""SQLite as we run it: which library, which settings, and how its errors are named.

The system's SQLite may carry the WAL-reset corruption bug (sqlite.org/wal.html, versions before 3.51.3),
so the one that comes in the `pysqlite3` wheel stands in for the module `sqlite3`, also for aiosqlite.
This module must therefore be imported before aiosqlite is.
"""

import contextlib
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    import pysqlite3.dbapi2 as sqlite3

from db.errors import (
    Busy,
    ConstraintViolated,
    Damaged,
    DatabaseError,
    Interrupted,
    SqliteTooOld,
    Unavailable,
)

sys.modules["sqlite3"] = sqlite3

Connection = sqlite3.Connection
Cursor = sqlite3.Cursor
Error = sqlite3.Error
OperationalError = sqlite3.OperationalError
FAULTS = (Error, UnicodeDecodeError)
"""What a statement may raise: SQLite names what is damaged, at times in letters that are themselves."""

OLDEST = (3, 51, 3)
BUSY_MILLISECONDS = 5000
STATEMENTS = 256
_INTERRUPTED = 9
_BUSY = (5, 6)
# SQLITE_READONLY, SQLITE_CANTOPEN: what a disk says on which the files beside a database can't be made.
_READ_ONLY_DISK = (8, 14)
# By result code (sqlite.org/rescode.html): CORRUPT and NOTADB are the file; READONLY, IOERR, FULL and
# CANTOPEN the disk, not the statement.
_KINDS: dict[int | None, type[DatabaseError]] = {
    **dict.fromkeys(_BUSY, Busy),
    **dict.fromkeys((11, 26), Damaged),
    **dict.fromkeys((8, 10, 13, 14), Unavailable),
    _INTERRUPTED: Interrupted,
}

# Made once: making an encoder costs more than using it.
_CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

WRITER = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Without it INSERT OR REPLACE would walk past the triggers of the append-only tables.
    "PRAGMA recursive_triggers = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)
_ANY_READER = ("PRAGMA query_only = ON", "PRAGMA trusted_schema = OFF", "PRAGMA cache_size = -65536")
# With mmap a page is looked up in the file each time it is used, and cell_size_check would go through it each
# time: reads cost three times as much. The writer and snapshots check their pages, once as they are loaded.
READER = (*_ANY_READER, "PRAGMA cell_size_check = OFF", "PRAGMA mmap_size = 1073741824")
# Without mmap: a file that is cut short under it would end the process.
SNAPSHOT = (*_ANY_READER, "PRAGMA cell_size_check = ON", "PRAGMA mmap_size = 0")


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


def chained(previous: str, *fields: str | int | None) -> str:
    """Return the hash of a ledger's row: SHA-256 in hex over the hash before it and the row's own columns.

    What is hashed is one JSON array without spaces, in UTF-8: no two different rows look the same in it. SQL
    knows this function as `chained`. Raises TypeError for a value that no column of ours can have.
    """
    return hashlib.sha256(_CANONICAL((previous, *fields)).encode()).hexdigest()


def open_snapshot(path: Path) -> Connection:
    """Open a connection for looking at a file that may be damaged, or lie on a disk that can't be written to.

    Text that is no UTF-8 comes with marks in its place, so that its row can be named. Raises Damaged,
    and DatabaseError for a file that can't be opened.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        try:
            return _opened_for_a_look(uri)
        except OperationalError as fault:
            wal = path.with_name(f"{path.name}-wal")
            if _code(fault) not in _READ_ONLY_DISK:
                raise
            if wal.exists() and wal.stat().st_size:
                raise DatabaseError(
                    f"{path} can't be read where nothing can be written: its write-ahead log comes first. "
                    "Copy the file and the log to another place and look there."
                ) from fault
        # Nobody can be writing there, and all there is stands in the one file.
        return _opened_for_a_look(f"{uri}&immutable=1")
    except FAULTS as fault:
        raise translated(fault, f"{path} can't be read") from fault


def _opened_for_a_look(uri: str) -> Connection:
    connection = _open(uri, SNAPSHOT)
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    # Only a first look at the file shows whether it can be read at all.
    connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
    return connection


def is_complete(script: str) -> bool:
    """Tell whether a piece of SQL ends where a statement does."""
    return bool(sqlite3.complete_statement(script))


def translated(fault: Exception, doing: str) -> DatabaseError:
    """Return our error for one of SQLite's, saying what was being done."""
    message = f"{doing}: {fault}"
    if isinstance(fault, sqlite3.IntegrityError):
        return ConstraintViolated(message)
    if isinstance(fault, UnicodeDecodeError):
        return Damaged(f"{doing}: the schema or the text of a row is damaged")
    if "readonly" in message:
        return DatabaseError(message)
    return _KINDS.get(_code(fault), DatabaseError)(message)


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
    connection.create_function("chained", -1, chained, deterministic=True)
    # The busy timeout first: switching to WAL may itself have to wait for another process.
    for setting in (f"PRAGMA busy_timeout = {BUSY_MILLISECONDS:d}", *settings):
        connection.execute(setting)
    return connection
