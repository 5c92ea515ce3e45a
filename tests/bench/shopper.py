"""What a shopper's pages cost with a thousand products and with a hundred thousand, in one run; no test.

`python -m tests.bench.shopper [PART OF A NAME]`. As `tests.bench.admin`: both shops run in this process, and
processor time counts. The shopper carries a cookie, so that no page comes from those kept for strangers. The
goal: a hundred times the products cost at most half as much again.
"""

import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from db import Database
from shop.app import create_app
from shop.jobs import Worker
from shop.jobs.words import join_words
from tests.bench.admin import Place, compare
from tests.bench.world import Size, copy_of
from tests.web.conftest import Visitor
from tests.web.crawl import Page
from tests.world import settings_for

SMALL, BIG = Size(3_250, 200, 8_000, 50), Size(325_000, 1_000, 670_000, 200)
"""A product has three variants and a quarter."""
GOAL, DEEP, ROUNDS = 1.5, 2, 25
SHELF, SHELVES = "/c/wool-goods", "/c/wool-things"
"""One category, of which the small shop can't fill each page; and one with others in it, of which it can."""
PAGES = {
    "home": "/",
    "category": SHELF,
    "categories": SHELVES,
    "category, in stock": f"{SHELF}?stock=in",
    "category, an option": f"{SHELF}?Size=L",
    "category, two options, in stock": f"{SHELF}?Size=L&Size=XS&stock=in",
    "category, an option, cheapest": f"{SHELF}?Size=L&sort=price",
    "category, cheapest": f"{SHELF}?sort=price",
    "category, dearest": f"{SHELF}?sort=-price",
    "category, newest in a wide range of prices": f"{SHELF}?from=20&to=180",
    "category, newest in a narrow range of prices": f"{SHELF}?from=50&to=60",
    "categories, an option, cheapest": f"{SHELVES}?Size=L&sort=price",
    "categories, two options, in stock": f"{SHELVES}?Size=L&Size=XS&stock=in",
    "categories, newest in a narrow range of prices": f"{SHELVES}?from=50&to=90",
    "search, rare word": "/search?q=000777",
    "search, common word": "/search?q=lamp",
    "search, word of all": "/search?q=made",
    "search, two words": "/search?q=made+lamp",
    "search, two words that few have": "/search?q=oak+lamp",
    "search, typo": "/search?q=lmap",
    "search, prefix of two letters": "/search?q=br",
    "search, common word with an option": "/search?q=lamp&Size=L",
}


async def _join_words(database_url: str) -> None:
    """Do what the shop's daily job would have done."""
    db = await Database.open(database_url)
    await join_words(db)
    await db.close()


@contextlib.asynccontextmanager
async def opened(size: Size, folder: Path):
    """Run a shop of this size, without its jobs."""
    copy_of(size, folder)
    settings = settings_for(folder)
    await _join_words(settings.database_url)
    app = create_app(settings)
    async with app.test_app():
        visitor = Visitor(app)
        visitor.client.set_cookie("localhost", "theme", "own")
        place = Place(app, visitor, dict(PAGES), row='id="catalog-card-')
        place.pages["product"] = await _first(place, SHELF, "/p/")
        for name in ("category", "category, cheapest", "search, word of all"):
            place.pages[f"{name}, deep"] = await _deep(place, PAGES[name])
        yield place


async def _links(place: Place, address: str) -> list[str]:
    answer = await place.visitor.get(address)
    return Page(address, await answer.get_data(as_text=True)).links


async def _first(place: Place, address: str, beginning: str) -> str:
    return next(link for link in await _links(place, address) if link.startswith(beginning))


async def _deep(place: Place, address: str) -> str:
    """Follow "Show more" as far as the small shop has whole pages too."""
    for _ in range(DEEP if "search" in address else 1):
        address = [link for link in await _links(place, address) if "after=" in link][-1]
    return address


async def main(part: str) -> None:
    async def idle(_: Worker) -> None:
        await asyncio.Event().wait()

    Worker.run = idle
    with tempfile.TemporaryDirectory() as name:
        async with opened(SMALL, Path(name) / "small") as small, opened(BIG, Path(name) / "big") as big:
            await compare(small, big, part, GOAL, ROUNDS)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else ""))
