"""Migrations: numbered SQL files, each applied once, in one transaction with its own record.

A file that was applied must never change: its checksum is kept and compared at every start.
"""

import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path

from db import engine
from db.errors import WrongSchema

FOLDER = Path(__file__).parent / "migrations"

_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at TEXT NOT NULL
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the folder."""

    number: int
    name: str
    sql: str
    sha256: str


def migrate(connection: engine.Connection, folder: Path = FOLDER) -> list[str]:
    """Apply what is missing and return the names of it.

    Raises WrongSchema for a database newer than the code, a changed or a missing file, or a migration
    that leaves a broken foreign key; nothing of that migration is stored then.
    """
    connection.execute(_TABLE)
    known = read(folder)
    applied = [migration.name for migration in known if _apply(connection, migration)]
    newest = connection.execute("SELECT MAX(number) FROM schema_migrations").fetchone()[0] or 0
    if newest > len(known):
        raise WrongSchema(
            f"The database is at version {newest}, this program knows {len(known)}: "
            "run the newer version of the shop."
        )
    return applied


def read(folder: Path) -> list[Migration]:
    """Return the folder's migrations in order. Raises WrongSchema for a gap or a file of another name."""
    found = []
    for number, path in enumerate(sorted(folder.glob("*.sql")), start=1):
        match = _FILE.fullmatch(path.name)
        if match is None or int(match[1]) != number:
            raise WrongSchema(f"{path.name} should be number {number:04d} of the migrations.")
        text = path.read_text(encoding="utf-8")
        found.append(Migration(number, match[2], text, hashlib.sha256(text.encode()).hexdigest()))
    return found


def _apply(connection: engine.Connection, migration: Migration) -> bool:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _is_applied(connection, migration):
            return False
        # Not executescript: it would commit the transaction before it begins.
        for statement in statements(migration.sql):
            connection.execute(statement)
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            raise WrongSchema(f"Migration {migration.name} leaves a broken reference: {broken}.")
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        connection.execute(
            "INSERT INTO schema_migrations VALUES (?, ?, ?, ?)",
            (migration.number, migration.name, migration.sha256, at),
        )
        connection.execute("COMMIT")
    except engine.Error as fault:
        raise WrongSchema(f"Migration {migration.name} failed: {fault}.") from fault
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return True


def _is_applied(connection: engine.Connection, migration: Migration) -> bool:
    row = connection.execute(
        "SELECT sha256 FROM schema_migrations WHERE number = ?", (migration.number,)
    ).fetchone()
    if row is not None and row[0] != migration.sha256:
        raise WrongSchema(f"Migration {migration.name} was changed after it had been applied.")
    return row is not None


def statements(script: str) -> list[str]:
    """Split a script into its statements; triggers keep their bodies whole."""
    found, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if engine.is_complete(pending):
            found.append(pending.strip())
            pending = ""
    if any(line.strip() and not line.strip().startswith("--") for line in pending.splitlines()):
        raise WrongSchema("A migration ends within a statement.")
    return found
