"""The shop and the local Stripe beside it on a port, with people who walk in; nothing is pretended."""

import asyncio
import contextlib
import re
import socket
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import uvicorn

from shop.app import Beside, keys_path, sandbox_settings, shop_asgi
from shop.people import Person
from shop.sandbox import create_sandbox, local_keys
from tests.sandbox.fidelity import Fidelity
from tests.world import PASSWORD, World, open_world, settings_for


@dataclass
class Street:
    """The shop and the local Stripe on a port of their own, for whoever comes along."""

    world: World
    base: str
    visitors: list["Shopper"] = field(default_factory=list)

    def stranger(self) -> "Shopper":
        self.visitors.append(Shopper(self.base))
        return self.visitors[-1]

    async def shopper(self, person: Person) -> "Shopper":
        shopper = self.stranger()
        await shopper.sign_in(person.email)
        return shopper


@contextlib.asynccontextmanager
async def opened_street(folder: Path, **changes: object):
    # Without its protocol named, asyncio leaves Nagle's algorithm on: 40 ms for each answer.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    settings = settings_for(folder, listener.getsockname()[1], **changes)
    world = await open_world(settings)
    fidelity = Fidelity(of_the_shop=True)
    token = local_keys(keys_path(settings)).control_token
    local = sandbox_settings(settings, f"{settings.base_url}/stripe-webhook", control_token=token)
    app = Beside(shop_asgi(settings), create_sandbox(replace(local, inspect=fidelity)))
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on", date_header=False)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    street = Street(world, settings.base_url)
    try:
        yield street
    finally:
        for visitor in street.visitors:
            await visitor.http.aclose()
        server.should_exit = True
        await serving
        listener.close()
        await world.db.close()
    fidelity.assert_none()


# The server drops a connection that was idle for five seconds, which is httpx's own limit as well: whoever
# asks at that very moment would find it gone.
IMPATIENT = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2)


class Shopper:
    """Somebody with a browser that has no script: follows links, fills forms."""

    def __init__(self, base: str) -> None:
        self.http = httpx.AsyncClient(
            base_url=base,
            headers={"Sec-Fetch-Site": "same-origin"},
            timeout=60,
            trust_env=False,
            limits=IMPATIENT,
        )

    async def sign_in(self, email: str) -> None:
        answer = await self.http.post("/login", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text

    async def put(self, sku: str, quantity: int = 1) -> httpx.Response:
        return await self.http.post("/cart/lines", data={"variant": sku, "quantity": quantity})

    async def check_out(self, email: str | None = None) -> httpx.Response:
        return await self.http.post("/checkouts", data={} if email is None else {"email": email})

    async def pay(self, pay_url: str, card: str = "4242424242424242") -> httpx.Response:
        origin = {"Origin": str(self.http.base_url).rstrip("/")}
        return await self.http.post(pay_url, data={"card": card, "email": "sam@x.example"}, headers=origin)

    async def buy(self, sku: str, quantity: int = 1, email: str | None = None) -> str:
        """Buy something and return the order's number once it is booked."""
        await self.put(sku, quantity)
        url = (await self.check_out(email)).headers["location"]
        back = (await self.pay(url)).headers["location"]
        number = re.search(r"/checkouts/(\w+)", back)[1]
        await self.until(f"/checkouts/{number}", "is paid")
        return number

    async def until(self, address: str, text: str, seconds: float = 15) -> str:
        """Look at a page until a text is on it."""
        for _ in range(int(seconds / 0.1)):
            page = (await self.http.get(address)).text
            if text in page:
                return page
            await asyncio.sleep(0.1)
        raise AssertionError(f"{address} never said {text!r}:\n{page}")
