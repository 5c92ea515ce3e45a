"""Ratios, side by side in one run: the webhook against raw SQLite, the category page against a hello.

The machine is noisy, so rounds are interleaved and the middle one of each counts. Loopback only, bounded in
count and time; not a test.
"""

import asyncio
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httptools
from quart import Quart

from db import Database, engine
from shop import payments
from shop.clock import now
from shop.server import bind, serve
from tests.world import STRIPE_KEY, WEBHOOK_SECRET, open_world, settings_for, signed

ROUNDS, DELIVERIES, PAGES, CONNECTIONS = 5, 400, 1500, 32
hello = Quart(__name__)


@hello.get("/")
async def greet() -> str:
    return "hello"


class Answers(asyncio.Protocol):
    """Sends prepared requests one after another over one connection and counts the answers."""

    def __init__(self, requests: list[bytes], done: asyncio.Future, wanted: int) -> None:
        self.requests, self.done, self.wanted = requests, done, wanted
        self.parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport) -> None:
        self.transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        status = self.parser.get_status_code()
        if status != self.wanted:
            self.done.set_exception(AssertionError(f"answered {status}"))
            return
        self.parser = httptools.HttpResponseParser(self)
        self._next()

    def _next(self) -> None:
        if self.requests:
            self.transport.write(self.requests.pop())
        elif not self.done.done():
            self.transport.close()
            self.done.set_result(None)


async def rate(port: int, requests: list[bytes], wanted: int = 200) -> float:
    """Return how many requests a second are answered over a few connections."""
    loop = asyncio.get_running_loop()
    shares = [requests[start::CONNECTIONS] for start in range(CONNECTIONS)]
    waits = [loop.create_future() for _ in shares]
    begun = time.perf_counter()
    for share, done in zip(shares, waits, strict=True):
        await loop.create_connection(lambda s=share, d=done: Answers(s, d, wanted), "127.0.0.1", port)
    await asyncio.gather(*waits)
    return len(requests) / (time.perf_counter() - begun)


def request(method: str, path: str, port: int, headers: dict, body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def paid_events(folder: Path, count: int) -> list[dict]:
    """Return events that pay for as many orders, which wait in the books of this folder."""
    world = await open_world(settings_for(folder))
    await world.add_things("BRICK", 2 * count)
    placed = [await world.place(world.sam, BRICK=1) for _ in range(count)]
    events = [world.event("checkout.session.completed", one.paid()) for one in placed]
    await world.db.close()
    return events


def raw_rate(folder: Path, events: list[dict]) -> float:
    """Run the same statements as the webhook in plain SQLite, one commit each, and return the rate."""
    connection = engine.open_writer(folder / "shop.db")
    recorder = _Recorder(connection)
    script = [recorder.record(event) for event in events]
    begun = time.perf_counter()
    for statements in script:
        connection.execute("BEGIN IMMEDIATE")
        for text, parameters in statements:
            connection.execute(text, parameters).fetchall()
        connection.execute("COMMIT")
    took = time.perf_counter() - begun
    connection.close()
    return len(events) / took


class _Recorder:
    """Finds out which statements the webhook runs for an event, by running it and rolling back."""

    def __init__(self, connection) -> None:
        self.connection = connection
        self.ran: list[tuple[str, dict]] = []

    def execute(self, text: str, parameters: dict):
        self.ran.append((str(text), dict(parameters)))
        return self.connection.execute(text, parameters)

    def record(self, event: dict) -> list[tuple[str, dict]]:
        from db.tx import Tx

        self.ran = []
        self.connection.execute("BEGIN IMMEDIATE")
        payload, _ = signed(event)
        payments.receive(Tx(self), event, payload, livemode=False, at=now())
        self.connection.execute("ROLLBACK")
        return self.ran


@contextlib.contextmanager
def served(what: str, folder: Path):
    """Serve something in a process of its own and give its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = os.environ | {
        "SHOP_SECRET_KEY": "the benchmark signs with this",
        "SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.db",
        "SHOP_BASE_URL": f"http://127.0.0.1:{port}",
        "STRIPE_SECRET_KEY": STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "STRIPE_API_BASE": "http://127.0.0.1:9",
    }
    command = [sys.executable, __file__, "hello", str(port)]
    if what == "shop":
        command = [sys.executable, "-m", "shop", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=told, stdout=subprocess.DEVNULL)
    try:
        _await_port(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _await_port(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            time.sleep(0.5)
            return
        time.sleep(0.05)
    raise AssertionError("nobody answers")


async def webhooks() -> None:
    ours, raws = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            events = await paid_events(folder, DELIVERIES)
            raws.append(raw_rate(folder, events))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            events = await paid_events(folder, DELIVERIES)
            with served("shop", folder) as port:
                told = [signed(event) for event in events]
                posts = [request("POST", "/stripe-webhook", port, heads, body) for body, heads in told]
                ours.append(await rate(port, posts))
    _say("paid webhooks over HTTP", ours, "the same statements, raw, a commit each", raws, 0.8)


async def pages() -> None:
    ours, rendered, hellos = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await _furnish(folder)
        with served("shop", folder) as shop, served("hello", folder) as greeting:
            for _ in range(ROUNDS):
                ours.append(await rate(shop, [request("GET", "/c/vases", shop, {})] * PAGES))
                own = {"Cookie": "theme=own"}
                rendered.append(await rate(shop, [request("GET", "/c/vases", shop, own)] * PAGES))
                hellos.append(await rate(greeting, [request("GET", "/", greeting, {})] * PAGES))
    _say("category pages for strangers", ours, "hello in the same framework", hellos, 0.4)
    _say("the same for somebody with a cookie", rendered, "hello", hellos, 0.4)


async def _furnish(folder: Path) -> None:
    from shop.demo.seed import seed

    db = await Database.open(f"sqlite:///{folder}/shop.db")
    await seed(db, "eur")
    await db.close()


def _say(what: str, ours: list[float], reference: str, theirs: list[float], goal: float) -> None:
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(f"{what}: {mine:,.0f}/s · {reference}: {other:,.0f}/s · ratio {mine / other:.2f} (goal {goal})")
    print(
        f"  rounds: {' '.join(f'{one:,.0f}' for one in ours)} | {' '.join(f'{one:,.0f}' for one in theirs)}"
    )


async def main() -> None:
    print(f"SQLite {engine.version()}, Python {sys.version.split()[0]}, synchronous=FULL")
    await webhooks()
    await pages()


if __name__ == "__main__":
    if sys.argv[1:2] == ["hello"]:
        serve(hello, settings_for(Path()), bind("127.0.0.1", int(sys.argv[2])))
    else:
        asyncio.run(main())
