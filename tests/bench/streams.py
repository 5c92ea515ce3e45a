"""What open pages cost: the memory of five hundred, and how soon they tell of a purchase; no test.

`python -m tests.bench.streams [HOW MANY]`. Goals: below 100 MiB, and within a second, also with two workers.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.processes import opened_premises
from tests.chaos.test_live import furnish, memory_of, opened_pages


async def measure(workers: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        async with opened_premises(Path(name), furnish, people=1, workers=workers) as place:
            await place.shop.start()
            (visitor,) = await place.come_in(["s0"])
            before = memory_of(place.shop.pid)
            async with opened_pages(place, visitor, count) as pages:
                opened = memory_of(place.shop.pid)
                await visitor.put("BRICK")
                begun = time.monotonic()
                await visitor.check_out()
                seen = await asyncio.gather(*[page.says("Only 4 left") for page in pages])
                last, after = max(seen) - begun, memory_of(place.shop.pid)
    memory = f"{before} MiB, {opened} with the pages open, {after} after" if workers == 1 else "not measured"
    print(f"{workers} workers, {count} pages: memory {memory}; the last page was told after {last:.2f} s")


async def main(count: int) -> None:
    await measure(1, count)
    await measure(2, 8)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
