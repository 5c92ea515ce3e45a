"""How things are stored: six words over SQLite, and nothing of the shop.

`Database.read` and `Database.write` take a plain function; inside it, a `Tx` has `one`, `all`, `value`
and `run`. See README.md in this folder for the rules and the reasons.
"""

from db import engine as _first  # noqa: F401 - puts our SQLite in place before anything imports sqlite3
from db.database import Database, path_of
from db.errors import (
    Busy,
    Closed,
    CommitFailed,
    ConstraintViolated,
    Damaged,
    DatabaseError,
    Interrupted,
    SqliteTooOld,
    Unavailable,
    WrongSchema,
)
from db.snapshot import snapshot
from db.sqlfile import Queries, Statement, queries
from db.tx import Tx
from db.wal import fault as wal_fault

__all__ = [
    "Busy",
    "Closed",
    "CommitFailed",
    "ConstraintViolated",
    "Damaged",
    "Database",
    "DatabaseError",
    "Interrupted",
    "Queries",
    "SqliteTooOld",
    "Statement",
    "Tx",
    "Unavailable",
    "WrongSchema",
    "path_of",
    "queries",
    "snapshot",
    "wal_fault",
]
