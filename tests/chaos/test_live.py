"""Pages that change by themselves: where several processes share the books, and when they are told to end."""

import asyncio
import contextlib
import re
import time
from pathlib import Path

import pytest

from shop.server import GRACE_SECONDS
from tests.chaos.processes import opened_premises

STREAMS = 8


async def furnish(world) -> None:
    await world.add_things("BRICK", 5)


@pytest.fixture
async def place(request, tmp_path):
    """A shop of as many workers as the test says."""
    async with opened_premises(tmp_path, furnish, people=1, workers=request.param) as place:
        await place.shop.start()
        yield place


class Page:
    """An open page over a connection of its own: whichever worker takes it."""

    async def open(self, place, address: str):
        host = place.settings.base_url.removeprefix("http://")
        self.reader, self.writer = await asyncio.open_connection(*host.split(":"))
        self.writer.write(f"GET {address} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        await self.says("add-to-cart")
        return self

    async def says(self, text: str) -> float:
        """Read until something is said, and return when that was."""
        async with asyncio.timeout(10):
            await self.reader.readuntil(text.encode())
        return time.monotonic()

    async def ends(self) -> None:
        async with asyncio.timeout(10):
            while await self.reader.read(65_536):
                pass


@contextlib.asynccontextmanager
async def opened_pages(place, visitor, count=STREAMS):
    page = (await visitor.http.get("/p/brick")).text
    address = re.search(r'hx-sse:connect="([^"]+)"', page)[1]
    pages = []
    try:
        while len(pages) < count:
            few = min(50, count - len(pages))
            pages += await asyncio.gather(*[Page().open(place, address) for _ in range(few)])
        yield pages
    finally:
        for one in pages:
            one.writer.close()


def memory_of(pid: int) -> int:
    """Return the resident memory of a process in MiB."""
    told = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", told)[1]) // 1024


@pytest.mark.parametrize("place", [2], indirect=True)
async def test_a_purchase_is_seen_within_a_second_on_the_pages_of_both_workers(place):
    (visitor,) = await place.come_in(["s0"])
    async with opened_pages(place, visitor) as pages:
        await visitor.put("BRICK", 2)
        started = time.monotonic()
        assert (await visitor.check_out()).status_code == 303
        seen = await asyncio.gather(*[page.says("Only 3 left") for page in pages])
    assert max(seen) - started < 1


@pytest.mark.parametrize("place", [1, 2], indirect=True)
async def test_open_streams_end_at_once_when_the_shop_is_told_to_stop(place):
    (visitor,) = await place.come_in(["s0"])
    async with opened_pages(place, visitor) as pages:
        started = time.monotonic()
        stopping = asyncio.create_task(place.shop.stop())
        await asyncio.gather(*[page.ends() for page in pages])
        assert time.monotonic() - started < 1
        await stopping
    # The grace that is left to answers under way was not needed; who watches over workers is slower.
    assert time.monotonic() - started < GRACE_SECONDS - 1


@pytest.mark.parametrize("place", [1], indirect=True)
async def test_five_hundred_open_pages_cost_less_than_a_hundred_mebibytes(place):
    (visitor,) = await place.come_in(["s0"])
    before = memory_of(place.shop.pid)
    async with opened_pages(place, visitor, 500) as pages:
        await visitor.put("BRICK")
        await visitor.check_out()
        await asyncio.gather(*[page.says("Only 4 left") for page in pages])
        assert memory_of(place.shop.pid) - before < 100
