"""An import from the command line: the same plan and the same steps, told in lines of text."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from db import Database, snapshot
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.importing import reading, store, work
from shop.importing.apply import COMMAND


@dataclass(frozen=True, slots=True)
class Report:
    """What a file would change, and the rows of it that can't be taken."""

    counts: dict[str, int]
    rows: int
    refused: int
    refusals: list[dict[str, Any]]
    notes: list[str]
    format: str

    def lines(self, way: str) -> Iterator[str]:
        """Yield the report in lines; `way` is how stock is taken, which makes a variant changed or not."""
        moved = {"set": "stock_differs", "add": "stock_told"}.get(way)
        more = self.counts[moved] if moved else 0
        for what, also in (("products", 0), ("variants", more)):
            new, changed, same = (self.counts[f"{what}_{how}"] for how in ("new", "changed", "unchanged"))
            yield f"{what}: {new} new, {changed + also} changed, {same - also} unchanged"
        yield f"rows: {self.rows}, refused: {self.refused}"
        for one in self.refusals:
            yield f"row {one['row']}, {one['column'] or 'row'}, {one['value']!r}: {one['reason']}"


def planned(data: bytes, url: str, currency: str) -> Report:
    """Return what a file would change; nothing is written. Raises Refused for one that can't be read."""

    def ask(function: Callable[..., Any], *args: Any) -> Any:
        with snapshot(url) as tx:
            return function(tx, *args)

    told: dict[str, Any] = {}
    refusals: list[dict[str, Any]] = []
    for batch in reading.batches(data, currency, ask):
        refusals += batch.pop("refusals", [])
        batch.pop("items", None)
        told |= batch
    return Report(told["counts"], told["rows"], told["refused"], refusals, told["notes"], told["format"])


async def imported(db: Database, url: str, currency: str, name: str, data: bytes, way: str) -> store.Import:
    """Import a file and return what came of it; a running shop beside it may do a part of the work.

    Raises Refused for a file that can't be read, and Conflict when the catalogue changed under it.
    """
    import_id = await kept(db, COMMAND, name, data)
    ready = await _until_rest(db, url, currency, import_id)
    if ready.state != "ready":
        raise Refused(ready.why)
    await db.write(store.order, COMMAND, import_id, way, now())
    done = await _until_rest(db, url, currency, import_id)
    if done.state != "done":
        raise Conflict(done.why)
    return done


async def kept(db: Database, by: Any, name: str, data: bytes) -> str:
    """Keep a file to be read, and return its import's id. Raises Refused for an empty or too large one."""
    import_id = await db.write(store.begin, by, name, len(data), now())
    for part, begin in enumerate(range(0, len(data), store.PART)):
        await db.write(store.keep_part, import_id, part, data[begin : begin + store.PART])
    await db.write(store.arrived, import_id)
    return import_id


async def _until_rest(db: Database, url: str, currency: str, import_id: str) -> store.Import:
    while (one := await db.read(store.show, import_id)).is_working:
        await work.work_off(db, url, currency)
        await asyncio.sleep(0.05)
    return one
