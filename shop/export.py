"""The books on standard output: each export is read in pages by key, so its size does not matter.

Fields are the contract with outside programs; amounts are integers of minor units.
"""

import csv
import json
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, TextIO

from db import Database, Tx, queries
from shop.attention import entries as waiting
from shop.clock import Instant
from shop.importing.fields import guarded
from shop.importing.own import COLUMNS
from shop.movements import Movement

sql = queries("export")

PAGE = 500
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Product:
    product_id: str
    handle: str
    name: str
    category: str
    sku: str
    options: str
    price: int
    on_hand: int
    published: bool
    description: str
    archived: bool


@dataclass(frozen=True, slots=True)
class _Stock:
    sku: str
    on_hand: int
    held: int
    available: int


@dataclass(frozen=True, slots=True)
class _Order:
    id: str
    number: str
    state: str
    closed_reason: str | None
    currency: str
    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int
    captured: int
    refunded: int
    payment_state: str
    dispute_state: str
    email: str
    provider: str
    placed_at: Instant


@dataclass(frozen=True, slots=True)
class _Line:
    sku: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class _Refund:
    id: str
    order_number: str
    amount: int
    state: str
    source: str
    reason: str
    provider_id: str | None
    created_at: Instant


def products(tx: Tx, after: str, currency: str) -> list[tuple[str, Row]]:
    """Return the variants after a SKU; importing them again would change nothing."""
    return [(row.sku, _sold(row, currency)) for row in tx.all(_Product, sql.products, after=after, size=PAGE)]


def products_of(tx: Tx, ids: Iterable[str], currency: str) -> list[Row]:
    """Return the variants of some products, as `products` tells of them."""
    return [_sold(row, currency) for row in tx.all(_Product, sql.products_of, ids=json.dumps(list(ids)))]


def stock(tx: Tx, after: str, _currency: str) -> list[tuple[str, Row]]:
    """Return the counters after a SKU."""
    return [(row.sku, asdict(row)) for row in tx.all(_Stock, sql.stock, after=after, size=PAGE)]


def orders(tx: Tx, after: str, _currency: str) -> list[tuple[str, Row]]:
    """Return the orders after an id, each with its lines and sessions."""
    return [(row.id, _whole(tx, row)) for row in tx.all(_Order, sql.orders, after=after, size=PAGE)]


def movements(tx: Tx, after: str, _currency: str) -> list[tuple[str, Row]]:
    """Return the stock movements after a number."""
    rows = tx.all(Movement, sql.movements, after=after or "0", size=PAGE)
    return [(str(row.seq), _with_order(asdict(row))) for row in rows]


def refunds(tx: Tx, after: str, _currency: str) -> list[tuple[str, Row]]:
    """Return the refunds after an id; `refund_id` is Stripe's."""
    rows = tx.all(_Refund, sql.refunds, after=after, size=PAGE)
    return [(row.id, _with_order(asdict(row)) | {"refund_id": row.provider_id}) for row in rows]


def attention(tx: Tx, after: str, _currency: str) -> list[tuple[str, Row]]:
    """Return what waits for a person, oldest first, all at once: it is short in a healthy shop."""
    return [] if after else [("all", asdict(entry)) for entry in waiting(tx)]


BOOKS: dict[str, Callable[[Tx, str, str], list[tuple[str, Row]]]] = {
    "products": products,
    "stock": stock,
    "orders": orders,
    "movements": movements,
    "refunds": refunds,
    "attention": attention,
}


async def write(db: Database, book: str, currency: str, style: str, out: TextIO) -> None:
    """Write one of the books to `out`, as `csv` with a header or as `json`, one object a line."""
    writer: csv.DictWriter[str] | None = None
    async for row in _rows(db, book, currency):
        if style == "json":
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            continue
        if writer is None:
            writer = csv.DictWriter(out, list(row))
            writer.writeheader()
        writer.writerow({name: cell(value) for name, value in row.items()})


def cell(value: object) -> object:
    """Return a value as a cell of a CSV file: lists as JSON, and no text that a spreadsheet would run."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return guarded(value) if isinstance(value, str) else value


async def _rows(db: Database, book: str, currency: str) -> AsyncIterator[Row]:
    after = ""
    while page := await db.read(BOOKS[book], after, currency):
        for _, row in page:
            yield row
        after = page[-1][0]


def _sold(row: _Product, currency: str) -> Row:
    told = {**asdict(row), "options": json.loads(row.options), "currency": currency}
    return {name: told[name] for name in COLUMNS}


def _whole(tx: Tx, order: _Order) -> Row:
    row = asdict(order)
    del row["id"]
    sessions = tx.all(str, sql.order_sessions, order_id=order.id)
    row["lines"] = [asdict(line) for line in tx.all(_Line, sql.order_lines, order_id=order.id)]
    row["session_id"] = sessions[-1] if sessions else None
    row["sessions"] = sessions
    return row


def _with_order(row: Row) -> Row:
    row["order"] = row.pop("order_number")
    return row
