"""The database as the shop sees it: `read` and `write`, each taking a plain function."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from db import engine, migrate
from db.errors import DatabaseError
from db.sqlite import Readers, Writer
from db.tx import Tx

P = ParamSpec("P")
R = TypeVar("R")

_SCHEME = "sqlite:///"


class Database:
    """One SQLite file. Functions given to it are ordinary ones: their first argument is the transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = Writer(path)
        self._readers = Readers(path)

    @classmethod
    async def open(cls, url: str, *, migrations: Path = migrate.FOLDER) -> "Database":
        """Open the database at `sqlite:///path`, made and migrated if need be.

        Raises SqliteTooOld, WrongSchema, Unavailable, and DatabaseError for another kind of address.
        """
        engine.check_version()
        database = cls(path_of(url))
        engine.make_file(database.path)
        connection = engine.open_writer(database.path)
        try:
            engine.settle(connection)
            migrate.migrate(connection, migrations)
        finally:
            connection.close()
        await database._writer.open()
        await database._readers.open()
        return database

    async def write(self, function: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a function in a write transaction; return its result once that is durable.

        Its own exception undoes its changes alone and is raised here. Raises Busy when another process
        keeps the database locked, Unavailable and CommitFailed when nothing could be stored.
        """
        _must_be_plain(function)
        result: R = await self._writer.run(lambda tx: function(tx, *args, **kwargs))
        return result

    async def read(self, function: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a function on a snapshot that can't be written to; it may be run twice."""
        _must_be_plain(function)
        result: R = await self._readers.run(function, lambda tx: function(tx, *args, **kwargs))
        return result

    def state(self) -> int:
        """Return a number that changes whenever anything is committed, by any process."""
        return self._readers.state()

    async def close(self) -> None:
        """Store what is waiting to be written, then close every connection."""
        await self._writer.close()
        await self._readers.close()


def path_of(url: str) -> Path:
    """Return the file of a database address. Raises DatabaseError for a kind we do not have."""
    if url.startswith("postgresql://"):
        raise DatabaseError("PostgreSQL is not supported yet: use sqlite:///path/to/shop.db.")
    if not url.startswith(_SCHEME) or url == _SCHEME:
        raise DatabaseError("A database address looks like sqlite:///var/shop.db.")
    return Path(url.removeprefix(_SCHEME))


def _must_be_plain(function: Callable[..., object]) -> None:
    if inspect.iscoroutinefunction(function):
        raise TypeError("A transaction is a plain function: nothing may be awaited inside it.")
