"""How things are stored: six words over SQLite, and nothing of the shop.

`Database.read` and `Database.write` take a plain function; inside it, a `Tx` has `one`, `all`, `value`
and `run`. See README.md in this folder for the rules and the reasons.
"""

from db import engine as _first  # noqa: F401 - puts our SQLite in place before anything imports sqlite3
from db.database import Database
from db.errors import (
    Busy,
    Closed,
    CommitFailed,
    ConstraintViolated,
    DatabaseError,
    SqliteTooOld,
    Unavailable,
    WrongSchema,
)
from db.sqlfile import Queries, Statement, queries
from db.tx import Tx

__all__ = [
    "Busy",
    "Closed",
    "CommitFailed",
    "ConstraintViolated",
    "Database",
    "DatabaseError",
    "Queries",
    "SqliteTooOld",
    "Statement",
    "Tx",
    "Unavailable",
    "WrongSchema",
    "queries",
]
