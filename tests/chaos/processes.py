"""Real processes to be killed: the shop and its local Stripe, and the books they leave behind."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from db import Tx, engine
from shop import verify
from shop.clock import epoch
from shop.config import Settings
from shop.stripe_gateway import sign
from tests.street import IMPATIENT, Shopper
from tests.world import (
    STRIPE_KEY,
    WEBHOOK_SECRET,
    World,
    add_shopper,
    open_world,
    settings_for,
)

START_SECONDS = 30
ORDER_OF_SESSION = """
SELECT o.number FROM orders o JOIN payment_attempts a ON a.order_id = o.id WHERE a.session_id = :session
"""
ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}
COMPLETED = "checkout.session.completed"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """One of our commands in a process of its own; what it says on standard error is kept in a file."""

    def __init__(self, settings: Settings, folder: Path, *arguments: str, ready: str = "") -> None:
        self._env = os.environ | environment_of(settings)
        self._arguments = arguments
        self._ready = ready
        self.log = folder / f"{arguments[0]}.log"
        self.process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_up(self) -> bool:
        return self.process.returncode is None

    async def spawn(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "shop", *self._arguments),
                env=self._env,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    async def start(self) -> None:
        """Start, and return once it answers."""
        await self.spawn()
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:  # noqa: S501 - loopback
            for _ in range(START_SECONDS * 50):
                with contextlib.suppress(httpx.HTTPError):
                    await http.get(self._ready)
                    return
                assert self.process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.02)
        raise AssertionError(f"it did not start: {self.log.read_text()}")

    async def run(self) -> int:
        """Run to its end and return the exit status."""
        await self.spawn()
        return await self.process.wait()

    async def kill(self) -> None:
        """End it and its children as a power cut would."""
        if self.process is not None and self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            await self.process.wait()

    async def stop(self) -> None:
        """End it politely."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()


def environment_of(settings: Settings) -> dict[str, str]:
    return {
        "SHOP_SECRET_KEY": settings.secret_key,
        "SHOP_DATABASE_URL": settings.database_url,
        "SHOP_BASE_URL": settings.base_url,
        "SHOP_LIMITS": "off",
        "STRIPE_SECRET_KEY": STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "STRIPE_API_BASE": settings.stripe_api_base,
    }


class Books:
    """The shop's books, read by a connection that is not the shop's."""

    def __init__(self, connection: engine.Connection) -> None:
        self._connection = connection

    def column(self, statement: str, **parameters: object) -> list:
        return [row[0] for row in self._connection.execute(statement, parameters)]

    def rows(self, statement: str, **parameters: object) -> list[tuple]:
        return self._connection.execute(statement, parameters).fetchall()

    def assert_balanced(self) -> None:
        self._connection.execute("BEGIN")
        report = verify.run(Tx(self._connection))
        self._connection.execute("ROLLBACK")
        assert [check for check in report.checks if check.broken] == []


class Visitor(Shopper):
    """A shopper among many: making the connection must not cost a set of certificates."""

    def __init__(self, base: str) -> None:
        self.http = httpx.AsyncClient(
            base_url=base,
            headers={"Sec-Fetch-Site": "same-origin"},
            timeout=60,
            trust_env=False,
            verify=False,  # noqa: S501 - loopback
            limits=IMPATIENT,
            event_hooks={"response": [self._note]},
        )
        self.statuses: set[int] = set()

    async def _note(self, answer: httpx.Response) -> None:
        self.statuses.add(answer.status_code)

    async def pay(self, pay_url: str, card: str = "4242424242424242") -> httpx.Response:
        """Pay on the local Stripe's own address."""
        return await self.http.post(pay_url, data={"card": card, "email": "sam@x.example"}, headers=ELSEWHERE)

    def forget_cart(self) -> None:
        """Begin with an empty cart, as in another browser."""
        self.http.cookies.delete("cart")


@dataclass
class Premises:
    """The shop and the local Stripe as two processes over files in one folder."""

    folder: Path
    settings: Settings
    shop: Program
    stripe: Program
    stripe_http: httpx.AsyncClient
    visitors: list[Visitor] = field(default_factory=list)
    trading: bool = True

    @property
    def is_trading(self) -> bool:
        return self.trading and self.shop.is_up

    @contextlib.contextmanager
    def books(self):
        """Read the books while the shop goes on."""
        connection = engine.open_reader(self.folder / "shop.db")
        with contextlib.closing(connection):
            yield Books(connection)

    @contextlib.contextmanager
    def left_behind(self):
        """Read a copy of what a killed shop left, so that the shop itself has to recover its file."""
        copy = self.folder / "left-behind"
        copy.mkdir(exist_ok=True)
        for name in ("shop.db", "shop.db-wal", "shop.db-shm"):
            (copy / name).unlink(missing_ok=True)
            if not name.endswith("-shm") and (self.folder / name).exists():
                shutil.copy(self.folder / name, copy / name)
        with contextlib.closing(engine.open_writer(copy / "shop.db")) as connection:
            yield Books(connection)

    async def come_in(self, names: list[str]) -> list[Visitor]:
        """Sign people in, each in a browser of their own."""
        come = [Visitor(self.settings.base_url) for _ in names]
        self.visitors += come
        await asyncio.gather(
            *[one.sign_in(f"{name}@tillroom.example") for one, name in zip(come, names, strict=True)]
        )
        return come

    def order_of(self, pay_url: str) -> str:
        """Return the number of the order that a payment page is for."""
        with self.books() as books:
            return books.column(ORDER_OF_SESSION, session=session_in(pay_url))[0]

    async def until_quiet(self, seconds: float = 30) -> None:
        """Wait until the outbox is empty, but for letters, and Stripe has delivered all it has to say."""
        for _ in range(int(seconds / 0.1)):
            with self.books() as books:
                left = books.column("SELECT id FROM outbox WHERE state = 'waiting' AND kind <> 'letter'")
            if not left and not self.undelivered():
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"it never became quiet: {left}")

    async def at_stripe(self, kind: str, **wanted: str) -> list[dict]:
        """Return everything of a kind that the local Stripe has, newest first."""
        found, more = [], {"limit": 100} | wanted
        while True:
            page = (await self.stripe_http.get(f"/v1/{kind}", params=more)).json()
            found += page["data"]
            if not page["has_more"]:
                return found
            more["starting_after"] = found[-1]["id"]

    async def newest_events(self) -> list[dict]:
        """Return the newest events of paid sessions."""
        answer = await self.stripe_http.get("/v1/events", params={"limit": 30, "type": COMPLETED})
        return answer.json()["data"]

    def program(self, *arguments: str) -> Program:
        return Program(self.settings, self.folder, *arguments)

    def turn_the_clock(self) -> None:
        """Do what half an hour does: time to pay is over, and the claims of killed processes end."""
        with contextlib.closing(engine.open_writer(self.folder / "shop.db")) as connection:
            connection.execute(
                "UPDATE outbox SET leased_until = NULL, not_before = '' WHERE state = 'waiting'"
            )
            connection.execute("UPDATE orders SET hold_until = '' WHERE state = 'open'")

    async def settle(self) -> None:
        """Close the shop and heal all that can be healed, half an hour later."""
        await self.shop.stop()
        self.turn_the_clock()
        await self.reconcile()

    async def reconcile(self) -> None:
        program = self.program("reconcile")
        assert await program.run() == 0, program.log.read_text()

    def undelivered(self) -> list[str]:
        with contextlib.closing(engine.open_reader(self.folder / "local-stripe.db")) as connection:
            return Books(connection).column("SELECT event_id FROM deliveries WHERE state = 'waiting'")

    def delivered(self) -> set[str]:
        """Return the events that the local Stripe was answered with 2xx."""
        connection = engine.open_reader(self.folder / "local-stripe.db")
        with contextlib.closing(connection):
            return set(Books(connection).column("SELECT event_id FROM deliveries WHERE state = 'delivered'"))


@contextlib.asynccontextmanager
async def opened_premises(
    folder: Path, furnish=None, *, people: int = 0, api_base: str | None = None, workers: int = 1
):
    """Furnish a shop (`furnish` is given the world), start the local Stripe, but not the shop."""
    stripe_port, shop_port = free_port(), free_port()
    stripe_base = f"http://127.0.0.1:{stripe_port}"
    settings = settings_for(folder, shop_port, stripe_api_base=api_base or stripe_base)
    await _furnish(settings, furnish, people)
    shop = Program(
        settings,
        folder,
        *("serve", "--port", str(shop_port), "--workers", str(workers)),
        ready=f"{settings.base_url}/healthz",
    )
    stripe = Program(settings, folder, "sandbox", "--port", str(stripe_port), ready=f"{stripe_base}/")
    await stripe.start()
    http = httpx.AsyncClient(base_url=stripe_base, auth=(STRIPE_KEY, ""), trust_env=False, timeout=30)
    place = Premises(folder, settings, shop, stripe, http)
    try:
        yield place
    finally:
        for visitor in place.visitors:
            await visitor.http.aclose()
        await http.aclose()
        for program in (shop, stripe):
            await program.kill()
            print(f"{program.log.name}: {program.log.read_text()[-3000:]}")


@contextlib.asynccontextmanager
async def trading(folder: Path, furnish, *, people: int):
    """Open a furnished shop for a crowd; at the end nobody may have seen an error, and the books balance."""
    async with opened_premises(folder, furnish, people=people) as place:
        await place.shop.start()
        yield place
        assert max(status for visitor in place.visitors for status in visitor.statuses) < 500
        with place.books() as books:
            books.assert_balanced()
        await place.shop.stop()


async def _furnish(settings: Settings, furnish, people: int) -> None:
    world: World = await open_world(settings)
    await asyncio.gather(*[world.db.write(add_shopper, f"S{number}") for number in range(people)])
    if furnish is not None:
        await furnish(world)
    await world.db.close()


def session_in(address: str) -> str | None:
    """Return the session of a payment page's address."""
    found = re.search(r"cs_test_\w+", address)
    return found and found[0]


def letter(event: dict) -> tuple[bytes, dict[str, str]]:
    """Return an event as Stripe would send it now."""
    import json

    payload = json.dumps(event).encode()
    return payload, {"Stripe-Signature": sign(payload, WEBHOOK_SECRET, epoch())}
