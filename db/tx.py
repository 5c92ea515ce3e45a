"""A transaction as domain code sees it: four ways to ask, and what to do after the commit."""

import typing
from collections.abc import Callable, Hashable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, cast

from db import engine
from db.errors import DatabaseError
from db.sqlfile import Statement

T = TypeVar("T")
Maker = Callable[[tuple[Any, ...]], Any]


@dataclass(slots=True)
class Rows:
    """What a query answered."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Tx:
    """The transaction that a plain function runs in; it must not be kept after the function returns."""

    __slots__ = ("_connection", "after")

    def __init__(self, connection: engine.Connection) -> None:
        self._connection = connection
        self.after: list[Callable[[], object]] = []

    def one(self, kind: type[T], statement: Statement, /, **parameters: object) -> T | None:
        """Return the first row as a `kind`, or None where there is none."""
        found = self._rows(statement, parameters, 1)
        return self._made(kind, statement, found)[0] if found.rows else None

    def all(self, kind: type[T], statement: Statement, /, **parameters: object) -> list[T]:
        """Return every row as a `kind`."""
        return self._made(kind, statement, self._rows(statement, parameters))

    def value(self, statement: Statement, /, **parameters: object) -> Any:
        """Return the first column of the first row, or None where there is none."""
        found = self._rows(statement, parameters, 1)
        return found.rows[0][0] if found.rows else None

    def run(self, statement: Statement, /, **parameters: object) -> int:
        """Execute a change and return how many rows it changed."""
        return int(self._execute(statement, parameters).rowcount)

    def after_commit(self, then: Callable[[], object]) -> None:
        """Have `then` called in the event loop once this transaction is durable."""
        self.after.append(then)

    def _made(self, kind: type[T], statement: Statement, found: "Rows") -> list[T]:
        make = _maker(cast("Hashable", kind), statement.name, found.columns)
        return [make(row) for row in found.rows]

    def _rows(self, statement: Statement, parameters: dict[str, object], most: int = -1) -> "Rows":
        cursor = self._execute(statement, parameters)
        columns = tuple(column[0] for column in cursor.description or ())
        try:
            # Most of a query's work is done while its rows are fetched, and so most of its errors.
            rows = cursor.fetchall() if most < 0 else cursor.fetchmany(most)
        except engine.FAULTS as fault:
            raise engine.translated(fault, statement.name) from fault
        finally:
            cursor.close()
        return Rows(columns, rows)

    def _execute(self, statement: Statement, parameters: dict[str, object]) -> engine.Cursor:
        if statement.parameters != parameters.keys():
            odd = sorted(statement.parameters ^ parameters.keys())
            raise DatabaseError(f"{statement.name}: missing or unknown parameters {odd}")
        try:
            return self._connection.execute(statement, parameters)
        except engine.FAULTS as fault:
            raise engine.translated(fault, statement.name) from fault


class ReadTx(Tx):
    """A transaction that only reads."""

    __slots__ = ()

    def after_commit(self, then: Callable[[], object]) -> None:  # noqa: ARG002 - as in Tx
        """Refuse: a read commits nothing."""
        raise DatabaseError("A read has nothing to do after a commit.")


@cache
def _maker(wanted_kind: Hashable, name: str, columns: tuple[str, ...]) -> Maker:
    """Return how a row of these columns becomes a `kind`, worked out once for each statement."""
    kind = cast("type", wanted_kind)
    if not is_dataclass(kind):
        if len(columns) != 1:
            raise DatabaseError(f"{name} has columns {columns}, but {kind.__name__} takes one.")
        return lambda row: row[0]
    wanted = [field.name for field in fields(kind) if field.init]
    required = {
        field.name
        for field in fields(kind)
        if field.init and field.default is field.default_factory is MISSING
    }
    if not required <= set(columns) <= set(wanted):
        raise DatabaseError(f"{name} has columns {columns}, but {kind.__name__} has {wanted}.")
    hints = typing.get_type_hints(kind)
    flags = [position for position, column in enumerate(columns) if hints[column] is bool]
    if not flags and list(columns) == wanted[: len(columns)]:
        return lambda row: kind(*row)
    return _by_name(kind, columns, frozenset(flags))


def _by_name(kind: type, columns: tuple[str, ...], flags: frozenset[int]) -> Maker:
    def make(row: tuple[Any, ...]) -> Any:
        named = {
            column: bool(value) if position in flags else value
            for position, (column, value) in enumerate(zip(columns, row, strict=True))
        }
        return kind(**named)

    return make
