"""Restocking: what to order by the alerts, as a file or a purchase order, and the letter that tells it."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

from db import Database, Tx, queries
from shop import alerts, events, letters, purchasing, suppliers
from shop.alerts import LowRow, Wanted
from shop.clock import Instant, later
from shop.errors import Conflict
from shop.money import typed_money
from shop.people import Person
from shop.purchasing import Goods, PurchaseOrder

sql = queries("restocking")

HEADER = ("SKU", "Name", "Supplier", "Supplier code", "Suggested", "Cost", "Currency")
MOST_IN_A_LETTER = 50
MOST_READ = 2_000
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class _Reader:
    person_id: str
    email: str
    told: int
    day: str


@dataclass(frozen=True, slots=True)
class _Crossed:
    id: int
    sku: str
    is_open: bool


async def order_csv(db: Database, wanted: Wanted, currency: str) -> AsyncIterator[str]:
    """Yield the suggested order as CSV, a few rows at a time; cells that look like formulas are defused."""
    yield _csv([HEADER])
    after: str | None = None
    while True:
        rows, after = await db.read(alerts.every, wanted, after)
        yield _csv([_cells(row, currency) for row in rows if row.suggested])
        if after is None:
            return


def order_suggested(
    tx: Tx, by: Person, supplier_id: str, intention: str | None, at: Instant
) -> PurchaseOrder:
    """Make a purchase order of what is suggested for a supplier. Raises Conflict when nothing is."""
    goods: list[Goods] = []
    after: str | None = None
    for _ in range(MOST_READ // alerts.PAGE):
        rows, after = alerts.every(tx, Wanted(supplier_id=supplier_id), after)
        goods += [Goods(row.sku, row.suggested, row.cost) for row in rows if row.suggested]
        if after is None or len(goods) >= purchasing.MOST_LINES:
            break
    supplier = suppliers.by_id(tx, supplier_id)
    opened = purchasing.opened(tx, intention)
    if opened is not None:
        return opened
    if not goods:
        raise Conflict(f"Nothing needs to be ordered from {supplier.name} just now.")
    expected_on = later(at, minutes=supplier.lead_days * _DAY_MINUTES)[:10]
    order = purchasing.order(tx, by, supplier_id, expected_on, "as suggested", at, intention)
    for one in goods[: purchasing.MOST_LINES]:
        purchasing.put_line(tx, by, order.id, one, at)
    return purchasing.by_id(tx, order.id)


def purchase_csv(tx: Tx, order_id: str, currency: str) -> tuple[int, str]:
    """Return a purchase order's number, and its lines as CSV with cells that look like formulas defused."""
    order = purchasing.by_id(tx, order_id)
    rows = [
        (line.sku, line.title, order.supplier, line.supplier_code, str(line.quantity), line.cost)
        for line in purchasing.lines(tx, order_id)
    ]
    told = [_row((*cells, _cost(cost, currency), currency.upper())) for *cells, cost in rows]
    return order.number, _csv([(*HEADER[:4], "Ordered", *HEADER[5:]), *told])


def wants_letters(tx: Tx, person: Person) -> bool:
    """Tell whether an admin asked to be written to when something runs low."""
    return tx.value(sql.asked, person_id=person.id) is not None


def ask_for_letters(tx: Tx, person: Person, wanted: bool, at: Instant) -> None:
    """Have letters written to an admin, or no more; they tell of what happens from now on."""
    statement = sql.ask if wanted else sql.ask_no_more
    if tx.run(statement, person_id=person.id):
        after = "asked for" if wanted else "no more"
        events.record(tx, "letters.restocking", person.actor, by=person.actor, at=at, after=after)


def write_letters(tx: Tx, at: Instant) -> int:
    """Write to each admin who asked for it what ran low since their last letter, at most once a day.

    What is well again by now is only counted. Returns how many letters were written.
    """
    day, written = at[:10], 0
    for reader in tx.all(_Reader, sql.readers, day=day):
        crossed = tx.all(_Crossed, sql.crossed_since, told=reader.told, size=MOST_READ)
        still = [one.sku for one in crossed if one.is_open]
        if crossed:
            told_on = {"told": crossed[-1].id, "day": day if still else reader.day}
            tx.run(sql.told, person_id=reader.person_id, **told_on)
        if still:
            text = _letter(tx, still, len(crossed) - len(still), at)
            count = "1 thing runs" if len(still) == 1 else f"{len(still)} things run"
            key = f"restocking:{reader.person_id}:{day}"
            letters.write(tx, "restocking", reader.email, f"{count} low", text, key=key, at=at)
            written += 1
    return written


def _letter(tx: Tx, skus: list[str], over: int, at: Instant) -> str:
    shown = [alerts.row(tx, sku) for sku in skus[:MOST_IN_A_LETTER]]
    lines = ["Since the last letter these fell to their threshold or below it:", ""]
    lines += [_line(row, at) for row in sorted(shown, key=lambda row: (row.available, row.sku))]
    if len(skus) > len(shown):
        lines.append(f"- and {len(skus) - len(shown)} more")
    if over:
        lines += ["", f"{over} more ran low meanwhile and are well again."]
    return "\n".join([*lines, "", "All of it is in the admin under Restocking; the letters end there, too."])


def _line(row: LowRow, at: Instant) -> str:
    left = "sold out" if row.available <= 0 else f"{row.available} available"
    speed = "" if row.days_left is None else f", {row.days_left} days left, order by {row.order_by(at)}"
    suggested = f", suggested order {row.suggested}" if row.suggested else ""
    return f"- {row.title} ({row.sku}): {left}, threshold {row.limit}{speed}{suggested}"


def _cells(row: LowRow, currency: str) -> tuple[str, ...]:
    told = (
        row.sku,
        row.title,
        row.supplier or "",
        row.supplier_code,
        str(row.suggested),
        _cost(row.cost, currency),
        currency.upper(),
    )
    return _row(told)


def _cost(cost: int | None, currency: str) -> str:
    return "" if cost is None else typed_money(cost, currency)


def _row(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_defused(cell) for cell in cells)


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def _csv(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
