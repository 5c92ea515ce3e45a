"""Counting again what pages read ready-made: what each variant has sold lately."""

from db import Database
from shop import sales
from shop.clock import now

SELLERS = "sellers"
"""The count of what sells best."""
BATCH = 1000


async def count_sellers(db: Database, size: int = BATCH) -> int:
    """Count the last 30 days of every variant again and return how many counts have changed.

    It reads `size` variants at a time beside everybody else, and writes only what differs.
    """
    after, changes = "", 0
    while True:
        until, changed = await db.read(sales.sold_lately, after, size, now())
        if changed:
            await db.write(sales.note_sold, changed)
        if until is None:
            return changes
        after, changes = until, changes + len(changed)
