"""Batches: edits of many rows at once, all or nothing, kept with their rows and taken back as a whole.

Each row of stock is a movement whose cause is `batch:<id>`, each price an entry of its variant's history; the
batch itself only says which they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from db import Tx, queries
from shop import catalog, events, movements, stock
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound, Refused, ShopError
from shop.listing import LAST, Listing, page_of
from shop.money import format_money
from shop.people import Person

sql = queries("batches")

PAGE = 50
ROWS = 100
STOCK, PRICE = "on_hand", "price"


@dataclass(frozen=True, slots=True)
class Edit:
    """One row of a batch to be: units on hand, or a price in minor units, from `was` to `now`."""

    sku: str
    product_id: str
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class Task:
    """What all rows of a batch have in common: what is edited, in which words, and why."""

    what: str
    summary: str
    reason: str
    note: str
    currency: str


@dataclass(frozen=True, slots=True)
class Batch:
    """An edit of many rows that was made; `undone_at` is when it was taken back."""

    id: str
    kind: str
    summary: str
    rows: int
    actor: str
    at: Instant
    undone_at: Instant | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a batch: what it was and what it became, in units or minor units."""

    sku: str
    product_id: str
    name: str
    label: str
    what: str
    was: int
    now: int
    movement: int | None
    taken_back_by: int | None


def make(tx: Tx, by: Person, task: Task, edits: Sequence[Edit], at: Instant) -> Batch:
    """Make all edits in this transaction, or none.

    Raises Conflict naming the first row that is no longer what it was, or can't become what it should.
    """
    batch_id = new_id("bat")
    told = {"kind": task.what, "summary": task.summary, "rows": len(edits), "actor": by.actor, "at": at}
    tx.run(sql.add, id=batch_id, **told)
    for edit in edits:
        try:
            movement = _make(tx, by, task, edit, f"batch:{batch_id}", at)
        except ShopError as refusal:
            raise Conflict(f"{edit.sku}: {refusal}") from refusal
        row = {"sku": edit.sku, "was": edit.was, "now": edit.now, "movement": movement}
        tx.run(sql.add_row, batch_id=batch_id, what=task.what, **row)
    events.record(tx, "batch.made", f"batch:{batch_id}", by=by.actor, at=at, after=task.summary)
    return show(tx, batch_id)


def show(tx: Tx, batch_id: str) -> Batch:
    """Return a batch. Raises NotFound."""
    found = tx.one(Batch, sql.batch, id=batch_id)
    if found is None:
        raise NotFound("There is no such batch.")
    return found


def newest(tx: Tx, after: str | None) -> Listing[Batch]:
    """Return a page of batches, the newest first."""
    rows = tx.all(Batch, sql.newest, after=after or LAST, size=PAGE + 1)
    return page_of(rows, PAGE, lambda row: row.id)


def rows(tx: Tx, batch_id: str, after: str | None = None, size: int = ROWS) -> Listing[Row]:
    """Return a page of a batch's rows, by SKU."""
    found = tx.all(Row, sql.rows, batch_id=batch_id, after=after or "", size=size + 1)
    return page_of(found, size, lambda row: row.sku)


def take_back(tx: Tx, by: Person, batch_id: str, currency: str, at: Instant) -> Batch:
    """Take every row of a batch back, all or nothing; a row that was taken back by itself is left as it is.

    Raises Conflict naming the first row that has moved on since.
    """
    batch = show(tx, batch_id)
    if not tx.run(sql.mark_undone, id=batch_id, at=at):
        raise Conflict("It was taken back already.")
    for row in rows(tx, batch_id, size=batch.rows).items:
        try:
            _take_back(tx, by, row, currency, at)
        except ShopError as refusal:
            raise Conflict(f"Nothing was taken back. {row.sku}: {refusal}") from refusal
    events.record(tx, "batch.undone", f"batch:{batch_id}", by=by.actor, at=at, before=batch.summary)
    return show(tx, batch_id)


def _make(tx: Tx, by: Person, task: Task, edit: Edit, cause: str, at: Instant) -> int | None:
    if task.what == PRICE:
        prices = (edit.was, edit.now)
        _set_price(tx, by, edit.product_id, edit.sku, prices, task.currency, task.summary, at)
        return None
    done = stock.adjust(
        tx,
        by,
        edit.sku,
        on_hand=edit.now,
        seen=edit.was,
        reason=task.reason,
        note=task.note,
        cause=cause,
        at=at,
    )
    if done.movement is None:
        raise Refused("There is nothing to change.")
    return done.movement


def _take_back(tx: Tx, by: Person, row: Row, currency: str, at: Instant) -> None:
    if row.what == PRICE:
        _set_price(tx, by, row.product_id, row.sku, (row.now, row.was), currency, "taken back", at)
    elif row.movement is not None and row.taken_back_by is None:
        movements.take_back(tx, by, row.sku, row.movement, at)


def _set_price(
    tx: Tx,
    by: Person,
    product_id: str,
    sku: str,
    prices: tuple[int, int],
    currency: str,
    why: str,
    at: Instant,
) -> None:
    """Set a price from one amount to another. Raises Conflict when it is not the first one any more."""
    was, now = prices
    here = catalog.price_row(tx, product_id, sku)
    if here.price != was:
        raise Conflict(f"Its price is {format_money(here.price, currency)} by now.")
    catalog.set_price(tx, by, product_id, sku, now, currency=currency, seen=here.version, why=why, at=at)
