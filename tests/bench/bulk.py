"""Rows in bulk: what is added waits until there is much of it; the stockroom keeps its chain meanwhile."""

from collections import defaultdict

from db import engine

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
SHIFTS = range(125, -1, -5)
MANY = 20_000


def id_at(prefix: str, second: int, serial: int) -> str:
    """Return an id as `clock.new_id` makes them, of a moment in the past."""
    value = (second * 1000) << 80 | serial << 20
    return f"{prefix}_" + "".join([ALPHABET[value >> shift & 31] for shift in SHIFTS])


class Bulk:
    """Writes rows of any table, whole ones in the order of its columns."""

    def __init__(self, connection: engine.Connection) -> None:
        self._connection = connection
        self._waiting: dict[str, list[tuple]] = defaultdict(list)
        self._columns: dict[str, str] = {}

    def add(self, table: str, *row: object) -> None:
        waiting = self._waiting[table]
        waiting.append(row)
        if len(waiting) >= MANY:
            self._write(table)

    def event(self, at: str, actor: str, kind: str, of: str, before: str = "", after: str = "") -> None:
        self.add("events", None, at, actor, kind, of, before, after, "")

    def flush(self) -> None:
        for table in list(self._waiting):
            self._write(table)

    def _write(self, table: str) -> None:
        rows = self._waiting.pop(table, [])
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} {self._named(table)} VALUES ({marks})", rows)

    def _named(self, table: str) -> str:
        """Name the columns that can be written to: `available` is made by the database."""
        if table not in self._columns:
            told = self._connection.execute(f"PRAGMA table_info({table})")
            self._columns[table] = f"({', '.join(row[1] for row in told)})"
        return self._columns[table]

    def set_head(self, seq: int, hashed: str) -> None:
        self._connection.execute("UPDATE ledger_head SET seq = ?, hash = ?", (seq, hashed))


class Stockroom:
    """Counters and ledger of all variants, by their numbers."""

    def __init__(self, bulk: Bulk) -> None:
        self.bulk = bulk
        self.skus: list[str] = []
        self.on_hand: list[int] = []
        self.held: list[int] = []
        self.seq, self.hash = 0, ""

    def open(self, sku: str) -> None:
        self.skus.append(sku)
        self.on_hand.append(0)
        self.held.append(0)

    def adjust(self, variant: int, units: int, reason: str, actor: str, at: str, *, to: bool = False) -> None:
        """Change the units on hand, or count them; never below what is held."""
        was = self.on_hand[variant]
        change = max(units - was if to else units, self.held[variant] - was)
        if change:
            self._log(variant, "adjust", change, 0, reason, actor, "", None, at)

    def move(self, variant: int, kind: str, on_hand: int, held: int, actor: str, why: str, of: str, at: str):
        """Move stock for an order."""
        self._log(variant, kind, on_hand, held, "order", actor, why, of, at)

    def close(self) -> None:
        """Write the counters and the head of the chain."""
        for sku, on_hand, held in zip(self.skus, self.on_hand, self.held, strict=True):
            self.bulk.add("stock", sku, on_hand, held, 1)
        self.bulk.set_head(self.seq, self.hash)

    def _log(self, variant, kind, on_hand, held, reason, actor, cause, order, at) -> None:
        self.on_hand[variant] += on_hand
        self.held[variant] += held
        self.seq += 1
        counts = (on_hand, held, self.on_hand[variant], self.held[variant])
        row = (self.seq, self.skus[variant], kind, *counts, reason, "", actor, cause, order, at)
        self.hash = engine.chained(self.hash, *row)
        self.bulk.add("movements", *row, self.hash)
