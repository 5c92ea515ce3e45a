"""What each of the admin's pages costs in a small shop and in a large one, side by side in one run; no test.

`python -m tests.bench.admin [PART OF AN ADDRESS]`. Both shops run in this process, without a network. Every
page that links lead to is asked for in turn, with its filters and orders, with searches, at deep positions of
its lists, and for the variant and the person of whom there is most. Processor time is what counts: that of
other programs on the machine does not. The goal: a hundred times the goods cost at most twice the time. For a
page beyond it the statements that took the time are named. A page that has more rows in the large shop,
because the small one can not fill it, costs more by those: the rows stand beside.
"""

import asyncio
import contextlib
import re
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from db import engine, tx
from shop.app import create_app
from shop.jobs import Worker
from tests.bench.world import BIG, SMALL, copy_of
from tests.web.conftest import Visitor
from tests.web.crawl import Page, Site, crawl
from tests.world import settings_for

ROUNDS, GOAL, DEEP = 5, 2.0, 8
SOUGHT = {"common": "lamp", "rare": "zzqxj", "two letters": "br", "part": "berg.1", "words": "oak lamp 7"}
MASKED = {"after", "back", "next", "variant", "sku", "product", "person", "supplier"}
"""What differs from shop to shop without being another question."""
FAMOUS = {
    "sku": "SELECT sku FROM movements GROUP BY sku ORDER BY COUNT(*) DESC, sku LIMIT 1",
    "person_id": "SELECT person_id FROM orders GROUP BY person_id ORDER BY COUNT(*) DESC, person_id LIMIT 1",
}


@dataclass
class Place:
    """A shop that is running, and its pages by what they are called in both shops."""

    app: object
    visitor: Visitor
    pages: dict[str, str] = field(default_factory=dict)
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[str, int] = field(default_factory=dict)
    row: str = r"<(?:tr|li)\b"

    async def look(self, name: str) -> None:
        begun = time.process_time()
        answer = await self.visitor.get(self.pages[name])
        text = await answer.get_data(as_text=True)
        self.rows[name] = len(re.findall(self.row, text))
        self.took[name].append((time.process_time() - begun) * 1000)
        assert answer.status_code == 200, (self.pages[name], answer.status_code)

    def middle(self, name: str) -> float:
        return statistics.median(self.took[name])


@contextlib.asynccontextmanager
async def opened(size, folder: Path):
    """Run a shop of this size, without its jobs."""
    books = copy_of(size, folder)
    app = create_app(settings_for(folder))
    async with app.test_app():
        place = Place(app, await Visitor(app).sign_in("ada@tillroom.example"))
        site = await crawl(app, place.visitor)
        place.pages = _named(site)
        await _add_searches(place, site)
        _add_famous(place, books)
        yield place


def _named(site: Site) -> dict[str, str]:
    found: dict[str, str] = {}
    for address in site.pages:
        found.setdefault(_name(site, address), address)
    return found


def _name(site: Site, address: str) -> str:
    told = parse_qsl(urlsplit(address).query)
    query = "&".join(f"{name}={'…' if _is_masked(name, value) else value}" for name, value in told)
    return site.rule(address, "GET") + (f"?{query}" if query else "")


def _is_masked(name: str, value: str) -> bool:
    return name in MASKED or re.search(r"\d{4}", value) is not None


async def _add_searches(place: Place, site: Site) -> None:
    """Add what is searched for in each list, and a deep position of it."""
    for address, page in site.pages.items():
        for form in page.forms:
            path = urlsplit(form.action).path
            if form.method == "get" and "q" in form.names and path.startswith("/admin"):
                for what, text in SOUGHT.items():
                    place.pages[f"{site.rule(path, 'GET')}: search, {what}"] = (
                        f"{path}?{urlencode({'q': text})}"
                    )
        name = _name(site, address)
        if "…" not in name and (deep := await _deep(place, address, page.links)):
            place.pages[f"{name}: {DEEP} pages on"] = deep


async def _deep(place: Place, address: str, links: list[str]) -> str | None:
    """Follow "Show more" a few times, to a page after which the list still goes on."""
    path, deep = urlsplit(address).path, [None]
    for _ in range(DEEP + 1):
        more = [link for link in links if urlsplit(link).path == path and "after=" in urlsplit(link).query]
        if not more:
            break
        deep.append(more[-1])
        links = Page(deep[-1], await (await place.visitor.get(deep[-1])).get_data(as_text=True)).links
    return deep[-2] if len(deep) > 1 else None


def _add_famous(place: Place, books: Path) -> None:
    """Add the pages of the variant that moved most, and of the person who bought most."""
    connection = engine.open_reader(books)
    for name, statement in FAMOUS.items():
        (value,) = connection.execute(statement).fetchone()
        for rule in list(place.pages):
            held = re.sub(rf"<(path:)?{name}>", value, rule)
            if held != rule and "…" not in rule and "<" not in held:
                place.pages[f"{rule}, of which there is most"] = held.split(": ")[0]
    connection.close()


class Watch:
    """Adds up what each statement takes, while it is on."""

    def __init__(self) -> None:
        self.spent: Counter = Counter()
        self.asked = tx.Tx._rows

    def __enter__(self) -> Self:
        def timed(self_, statement, parameters, most=-1):
            begun = time.perf_counter()
            try:
                return self.asked(self_, statement, parameters, most)
            finally:
                self.spent[statement.name] += (time.perf_counter() - begun) * 1000

        tx.Tx._rows = timed
        return self

    def __exit__(self, *_: object) -> None:
        tx.Tx._rows = self.asked


async def compare(small: Place, big: Place, part: str, goal: float = GOAL, rounds: int = ROUNDS) -> None:
    names = [name for name in big.pages if name in small.pages and part in name]
    for _ in range(rounds):
        for name in names:
            await small.look(name)
            await big.look(name)
    ratios = {name: big.middle(name) / small.middle(name) for name in names}
    print(f"{'ratio':>6} {'small':>8} {'large':>8} {'rows':>9}  page (milliseconds, middle of {rounds})")
    for name, ratio in sorted(ratios.items(), key=lambda one: -one[1]):
        rows = f"{small.rows[name]}→{big.rows[name]}"
        print(f"{ratio:6.2f} {small.middle(name):8.2f} {big.middle(name):8.2f} {rows:>9}  {name}")
        if ratio > goal:
            print(f"{'':>35} {await _blame(small, name)} → {await _blame(big, name)}")
    beyond = [name for name, ratio in ratios.items() if ratio > goal]
    fuller = sum(big.rows[name] > 1.3 * small.rows[name] for name in beyond)
    only = sorted(set(big.pages) ^ set(small.pages))
    print(
        f"{len(names)} pages, {len(beyond)} beyond {goal}, {fuller} of them with more rows in the large shop"
    )
    print(f"met in one of the shops only: {', '.join(only)}")


async def _blame(place: Place, name: str) -> str:
    """Name the statements that took most of a page's time."""
    with Watch() as watch:
        await place.look(name)
    return ", ".join(f"{statement} {took:.1f}" for statement, took in watch.spent.most_common(3))


async def main(part: str) -> None:
    async def idle(_: Worker) -> None:
        await asyncio.Event().wait()

    # Jobs would take their time from whichever shop is being asked just then.
    Worker.run = idle
    with tempfile.TemporaryDirectory() as name:
        async with opened(SMALL, Path(name) / "small") as small, opened(BIG, Path(name) / "big") as big:
            await compare(small, big, part)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else ""))
