"""Named SQL: every statement lives in a `.sql` file under a line `-- name: what_it_does`.

Keeping SQL out of Python text means that nothing can be spliced into it, and that a reader finds all
statements of a feature in one place.
"""

import re
from functools import cache
from pathlib import Path

from db.errors import DatabaseError

FOLDER = Path(__file__).parent / "queries"

_NAME = re.compile(r"^-- name: *([a-z][a-z0-9_]*) *$", re.MULTILINE)
_COMMENT = re.compile(r"--[^\n]*")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
_STRING = re.compile(r"'(?:[^']|'')*'")
_BANNED = {
    # REPLACE deletes rows without their DELETE triggers, which would empty an append-only ledger.
    re.compile(r"\b(INSERT\s+OR\s+REPLACE|REPLACE\s+INTO)\b", re.IGNORECASE): "REPLACE",
    # OFFSET reads all the rows it skips: lists go on from a key instead.
    re.compile(r"\bOFFSET\b", re.IGNORECASE): "OFFSET",
}


class Statement(str):
    """One SQL statement; `name` is what it is called in its file, `parameters` what it needs."""

    __slots__ = ("name", "parameters")
    name: str
    parameters: frozenset[str]


class Queries:
    """The statements of one file, as attributes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._statements = _load(path)

    def __getattr__(self, name: str) -> Statement:
        try:
            return self._statements[name]
        except KeyError:
            known = ", ".join(sorted(self._statements))
            message = f"{self._path.name} has no statement {name!r}; it has {known}"
            raise AttributeError(message) from None

    def __dir__(self) -> list[str]:
        return sorted(self._statements)


@cache
def queries(feature: str, folder: Path = FOLDER) -> Queries:
    """Return the statements of `folder/feature.sql`. Raises DatabaseError for a malformed file."""
    return Queries(folder / f"{feature}.sql")


def _load(path: Path) -> dict[str, Statement]:
    text = path.read_text(encoding="utf-8")
    pieces = _NAME.split(text)
    found: dict[str, Statement] = {}
    for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
        if name in found:
            raise DatabaseError(f"{path.name} has two statements named {name}.")
        found[name] = _statement(path, name, body)
    return found


def _statement(path: Path, name: str, body: str) -> Statement:
    bare = _COMMENT.sub("", body).strip()
    if not bare:
        raise DatabaseError(f"{path.name}: {name} is empty.")
    for pattern, word in _BANNED.items():
        if pattern.search(bare):
            raise DatabaseError(f"{path.name}: {name} uses {word}, which is not allowed here.")
    statement = Statement(bare)
    statement.name = f"{path.stem}.{name}"
    statement.parameters = frozenset(_PARAMETER.findall(_STRING.sub("''", bare)))
    return statement
