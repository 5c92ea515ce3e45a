"""Judging a query plan: does a statement cost the same with a thousand times the rows?

SQLite's plan tells how each table is looked at, the text where a LIMIT stands and what a WHERE rejects. Rows
are `few` when their number does not grow with the shop: one row by a unique key, the rows of one order or
product, a table of a few rows, an index that holds only what waits for somebody. Anything else may be walked
in the order of an index up to a LIMIT, when nothing on the way is rejected, sorted or added up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from db import Statement, engine

SMALL = {
    "shop", "categories", "jobs", "ledger_head", "schema_migrations", "saved_views",
    # Whom goods are bought from: some hundreds at most. One row a day.
    # The newest hundred; what a comparison of both ledgers could not mend.
    "suppliers", "sales_days", "webhook_rejects", "findings",
    # What settings were before: the looks, and each page in each language.
    "former",
    # Where goods are sent at which rates, and the taxes there: some dozens.
    "shipping_zones", "shipping_countries", "shipping_rates", "tax_rates",
    # A handful of pages, in each language.
    "looks", "look_texts", "pages", "seller", "invoice_series",
}  # fmt: skip
WAITING = {
    "orders_with_unowned_money", "orders_past_deadline", "refunds_to_do", "refunds_unsettled",
    "disputes_open", "fraud_warnings_to_clear", "stripe_events_parked", "outbox_given_up",
    "attempts_unfinished", "attempts_with_the_bank", "holds_held", "purchase_lines_expected",
    "imports_at_work", "outbox_due", "outbox_due_at_stripe", "outbox_due_letters",
    "withdrawals_to_do",
    # One charge's news.
    "stripe_events_of_charge",
}  # fmt: skip
"""Partial indexes over what waits for somebody: they do not grow with the years."""
NARROW = {
    "sessions": {"person_id"},
    "links": {"person_id"},
    "notices": {"email"},
    "variants": {"product_id"},
    "pictures": {"product_id"},
    "orders": {"cart_id"},
    "order_lines": {"order_id"},
    "order_notes": {"order_id"},
    "cart_lines": {"cart_id"},
    "holds": {"order_id"},
    "movements": {"order_id"},
    "payment_attempts": {"order_id"},
    "refunds": {"order_id", "attempt_id"},
    "shipments": {"order_id"},
    "invoices": {"order_id"},
    "disputes": {"order_id"},
    "fraud_warnings": {"order_id"},
    "stripe_events": {"object_id"},
    "unclaimed_events": {"payment_intent"},
    "picture_widths": {"picture_id"},
    "product_options": {"product_id"},
    # What was bought from a supplier at once, and what came of it at once.
    "purchase_lines": {"order_id"},
    "receipt_lines": {"receipt_id"},
}
"""Columns of which one value has a few rows, however large the shop: an order's lines, not a category's."""

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|:?[A-Za-z_][\w]*|\d+|<>|[().,]|[^\s\w]")
_WORDS = {
    "AS", "ON", "JOIN", "LEFT", "INNER", "CROSS", "WHERE", "GROUP", "ORDER", "LIMIT", "HAVING", "UNION",
    "SET", "USING", "INDEXED", "NOT", "RETURNING", "SELECT", "VALUES", "WINDOW", "EXCEPT", "INTERSECT",
    "DEFAULT",
}  # fmt: skip
_ENDS = {"GROUP", "ORDER", "LIMIT", "HAVING", "UNION", "RETURNING", "WINDOW", "EXCEPT", "INTERSECT"}
_SUM = re.compile(
    r"\b(?:(?:COUNT|SUM|TOTAL|AVG|GROUP_CONCAT) \(|GROUP BY|OVER|DISTINCT)"
    # The greatest of all rows; with a comma it would be that of two values.
    r"|\b(?:MIN|MAX) \((?:[^(),]|\([^()]*\))*\)",
    re.IGNORECASE,
)
_LOOK = re.compile(r"(SCAN|SEARCH) (\(subquery-\d+\)|[\w.]+)(.*)")
_INDEX = re.compile(r"USING (?:AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?INDEX (\w+)")


@dataclass
class Level:
    """One SELECT of a statement: its tables by their aliases, and the words that stand in it directly."""

    tables: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    where: list[str] = field(default_factory=list)

    @property
    def is_limited(self) -> bool:
        return "LIMIT" in (word.upper() for word in self.words)

    @property
    def is_summed(self) -> bool:
        return bool(_SUM.search(" ".join(self.words)))


@dataclass(frozen=True)
class Look:
    """How the plan looks at one table."""

    how: str
    alias: str
    table: str
    index: str
    equal: frozenset[str]
    compared: frozenset[str]
    text: str


def faults(connection: engine.Connection, statement: Statement) -> list[str]:
    """Say what of a statement's plan grows with the shop."""
    rows = _plan(connection, statement)
    levels = read(statement)
    tables = {name: table for level in levels for name, table in level.tables.items()}
    parents = {number: detail for number, _, detail in rows}
    found = []
    for parent in dict.fromkeys(parent for _, parent, _ in rows):
        details = [detail for _, above, detail in rows if above == parent]
        looks = [look for detail in details if (look := _look(detail, tables))]
        sorts = [detail for detail in details if detail.startswith("USE TEMP B-TREE")]
        single = "SCALAR SUBQUERY" in parents.get(parent, "")
        found += _judged(connection, statement, levels, looks, sorts, single)
    if re.search(r"\bOFFSET\b", statement, re.IGNORECASE):
        found.append("it uses OFFSET, which reads all that it skips")
    return list(dict.fromkeys(found))


def _plan(connection: engine.Connection, statement: Statement) -> list[tuple[int, int, str]]:
    nothing = dict.fromkeys(statement.parameters)
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", nothing).fetchall()
    return [(number, parent, detail) for number, parent, _, detail in rows]


def _look(detail: str, tables: dict[str, str]) -> Look | None:
    match = _LOOK.match(detail)
    if match is None or detail.startswith(("SCAN CONSTANT ROW", "SCAN 1 ")):
        return None
    how, alias, rest = match.groups()
    index = _INDEX.search(rest)
    named = re.search(r"\((.*)\)", rest)
    terms = re.findall(r"(\w+)\s*(=|<|>| IN )", named[1]) if named else []
    # Of rows that are compared as a whole, such as (placed_at,id)<(?,?), every column is.
    terms += [(one, "<") for row in re.findall(r"\(([\w,]+)\)[<>]", rest) for one in row.split(",")]
    return Look(
        how,
        alias,
        tables.get(alias, alias),
        index[1] if index else "",
        frozenset(column for column, sign in terms if sign.strip() in ("=", "IN")),
        frozenset(column for column, _ in terms),
        detail,
    )


def _judged(connection, statement, levels, looks, sorts, single) -> Iterator[str]:
    wide = [look for look in looks if not _is_few(connection, statement, look)]
    for look in wide:
        level = _level_of(levels, look)
        if "AUTOMATIC" in look.text:
            yield f"{look.text}: it makes an index while somebody waits"
        elif look.how == "SCAN" and look is not looks[0]:
            yield f"{look.text}: it is read again for each row before it"
        elif not (single or level.is_limited):
            yield f"{look.text}: nothing limits it"
        elif level.is_summed:
            yield f"{look.text}: it adds up what is not limited"
        elif sorts:
            yield f"{look.text}: {sorts[0].lower()} over what is not limited"
        elif rejecting := _rejecting(connection, level, looks):
            yield f"{look.text}: it may reject all it walks over by {', '.join(rejecting)}"


def _is_few(connection, statement: Statement, look: Look) -> bool:
    known = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (look.table,)).fetchone()
    if known is None or look.table in SMALL or look.index in WAITING:
        # A part of the statement is judged by itself.
        return True
    if "VIRTUAL TABLE INDEX" in look.text:
        return bool(re.search(r"INDEX \d+:.*[M=]", look.text))
    if look.how == "SEARCH" and "(" not in look.text:
        # The first or the last entry of an index, or of the table itself.
        return True
    if statement.startswith("INSERT") and look.table not in re.findall(r"\w+", statement):
        # Who refers to the new row is looked for only while a reference is broken.
        return True
    if look.equal & NARROW.get(look.table, set()):
        return True
    return _is_one(connection, look)


def _is_one(connection, look: Look) -> bool:
    if look.how == "SEARCH" and "INTEGER PRIMARY KEY" in look.text:
        return "rowid=?" in look.text
    for _, name, unique, _, partial in connection.execute(f"PRAGMA index_list({look.table})"):
        columns = {row[2] for row in connection.execute(f"PRAGMA index_info({name})")}
        if unique and columns <= look.equal and (not partial or name == look.index):
            return True
    return False


def _level_of(levels: list[Level], look: Look) -> Level:
    """Return the part that names the table and what it is found by; of several, one that is not limited."""
    mine = [level for level in levels if look.alias in level.tables]
    mine = [level for level in mine if look.compared <= set(level.where)] or mine
    return min(mine, key=lambda level: (level.is_limited, not level.is_summed), default=Level())


def _rejecting(connection, level: Level, looks: list[Look]) -> list[str]:
    used = {column for look in looks for column in look.compared}
    for look in looks:
        shape = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (look.index,)).fetchone()
        condition = re.split(r"\bWHERE\b", shape[0] or "")[1:] if shape else []
        used |= set(re.findall(r"\w+", " ".join(condition)))
        if "INTEGER PRIMARY KEY" in look.text:
            info = connection.execute(f"PRAGMA table_info({look.table})")
            used |= {row[1] for row in info if row[5]}
    columns = {
        row[1] for table in level.tables.values() for row in connection.execute(f"PRAGMA table_info({table})")
    }
    where = [word for word, sign in pairwise([*level.where, ""]) if (word, sign) != ("id", "<>")]
    aliases = [before if dot == "." else "" for before, dot in pairwise(["", "", *where])]
    mine = [word for word, alias in zip(where, aliases, strict=False) if level.tables.get(alias) not in SMALL]
    return sorted({word for word in mine if word in columns | {"EXISTS"}} - used)


def read(statement: str) -> list[Level]:
    """Read a statement's SELECTs, and what else it begins with, from its text."""
    tokens = _TOKEN.findall(statement)
    levels, open_ = [Level()], [0]
    nested: list[bool] = []
    for position, token in enumerate(tokens):
        following = tokens[position + 1].upper() if position + 1 < len(tokens) else ""
        if token == "(":
            nested.append(following in ("SELECT", "WITH", "VALUES"))
            if nested[-1]:
                levels.append(Level())
                open_.append(len(levels) - 1)
                continue
        if token == ")" and nested.pop():
            open_.pop()
            continue
        levels[open_[-1]].words.append(token)
    for level in levels:
        level.tables, level.where = _tables(level.words), _where(level.words)
    return levels


def _tables(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    depth, listing = 0, False
    for position, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        upper = word.upper()
        listing = upper == "FROM" or (listing and upper not in _ENDS | {"WHERE", "SET"})
        begins = upper in ("FROM", "JOIN", "INTO", "UPDATE") or (word == "," and listing and depth == 0)
        rest = [one for one in words[position + 1 : position + 4] if one.upper() != "AS"]
        if begins and rest and re.match(r"[A-Za-z_]", rest[0]) and rest[0].upper() not in _WORDS:
            alias = rest[1] if len(rest) > 1 and re.match(r"[A-Za-z_]", rest[1]) else rest[0]
            found[rest[0] if alias.upper() in _WORDS | {"FROM"} else alias] = rest[0]
    return found


def _where(words: list[str]) -> list[str]:
    found: list[str] = []
    inside = False
    for word in words:
        if word.upper() in _ENDS:
            inside = False
        if inside:
            found.append(word)
        inside = inside or word.upper() == "WHERE"
    return found
