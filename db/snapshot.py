"""Looking at a database without touching it: no migration, no writer, no server needed.

For commands that prove or diagnose. It works beside a running shop, and on a disk that can't be written to.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from db import engine, migrate
from db.database import path_of
from db.errors import WrongSchema
from db.tx import ReadTx


@contextlib.contextmanager
def snapshot(url: str, *, migrations: Path = migrate.FOLDER) -> Iterator[ReadTx]:
    """Give one moment of the database at `sqlite:///path`, for plain functions that read.

    Raises WrongSchema for one that is not there or of another version than the code, and Damaged.
    """
    engine.check_version()
    path = path_of(url)
    if not path.exists():
        raise WrongSchema(f"There is no database at {path}: `shop migrate` makes one.")
    connection = engine.open_snapshot(path)
    try:
        connection.execute("BEGIN")
        _check_schema(connection, migrations)
        yield ReadTx(connection)
    finally:
        connection.close()


def _check_schema(connection: engine.Connection, migrations: Path) -> None:
    known = len(migrate.read(migrations))
    try:
        at = connection.execute("SELECT MAX(number) FROM schema_migrations").fetchone()[0]
    except engine.OperationalError as fault:
        if "no such table" in str(fault):
            raise WrongSchema("This is no database of the shop: it has no list of migrations.") from fault
        raise engine.translated(fault, "schema_migrations") from fault
    except engine.Error as fault:
        raise engine.translated(fault, "schema_migrations") from fault
    if at != known:
        todo = "run `shop migrate`" if (at or 0) < known else "run the newer version of the shop"
        raise WrongSchema(f"The database is at version {at}, this program needs {known}: {todo}.")
