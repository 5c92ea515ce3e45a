"""A local Stripe on a port of its own, with somewhere to deliver to."""

import asyncio
import contextlib
import json
import socket
from dataclasses import dataclass, field

import httpx
import pytest
import uvicorn
from quart import Quart, request

from shop.assets import folder
from shop.clock import epoch
from shop.sandbox import SandboxSettings, create_sandbox
from shop.stripe_gateway import BadSignature, Gateway, verify
from tests.sandbox.fidelity import Fidelity

KEY, SECRET, TOKEN = "sk_test_sandbox", "whsec_sandbox", "the token of the tests"
PAYS = "4242424242424242"
MUG = {"currency": "eur", "unit_amount": 1250, "product_data": {"name": "Mug", "metadata": {"sku": "MUG"}}}


@dataclass
class Letterbox:
    """Takes deliveries; `answers` are the statuses of the next ones, 200 afterwards.

    `events` are those that were signed with one of the secrets and taken, `letters` all with their headers.
    """

    url: str = ""
    secrets: list[str] = field(default_factory=lambda: [SECRET])
    answers: list[int] = field(default_factory=list)
    text: str = ""
    events: list[dict] = field(default_factory=list)
    letters: list[tuple[bytes, dict]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    attempts: int = 0

    def take(self, payload: bytes, headers: dict) -> int:
        self.attempts += 1
        self.letters.append((payload, headers))
        status = self.answers.pop(0) if self.answers else 200
        try:
            verified = verify(payload, headers["Stripe-Signature"], self.secrets, epoch())
        except BadSignature as fault:
            self.refused.append(str(fault))
            return 400
        if status == 200:
            self.events.append(verified.event)
        return status

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    async def until(self, kind: str) -> dict:
        for _ in range(100):
            for event in self.events:
                if event["type"] == kind:
                    return event
            await asyncio.sleep(0.05)
        raise AssertionError(f"{kind} never came")


@dataclass
class Local:
    """The running local Stripe, the shop's gateway to it, and the letterbox."""

    base: str
    gateway: Gateway
    http: httpx.AsyncClient
    letterbox: Letterbox
    app: Quart
    fidelity: Fidelity

    @property
    def v1(self):
        """Stripe's own library, for what the shop does not call."""
        return self.gateway._client.v1

    async def session(self, **changes):
        """Create a Checkout Session of two mugs at 12.50, or of what is told."""
        told = {
            "mode": "payment",
            "line_items": [{"price_data": MUG, "quantity": 2}],
            "success_url": "http://127.0.0.1:1/ok?session_id={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:1/back",
        }
        return await self.v1.checkout.sessions.create_async(told | changes)

    async def paid(self, card: str = PAYS, **changes):
        """Return a session after somebody has paid it."""
        session = await self.session(**changes)
        return await self.happen("pay", session=session.id, card=card, email="sam@x.example")

    async def happen(self, do: str, **told) -> dict:
        """Have something happen to a payment, and return what it happened to."""
        return (await self.control("POST", "/scenarios", {"do": do, **told}))["object"]

    async def control(self, method: str, path: str = "", told: object = None) -> dict:
        """Ask the control desk for something and return its answer."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        body = None if told is None else json.dumps(told)
        answer = await self.http.request(
            method, f"/control{path}", content=body, headers=headers, auth=NOBODY
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def order(self, **fault) -> dict:
        return await self.control("POST", "/faults", fault)

    async def attempts(self, many: int) -> list[dict]:
        """Wait until so many attempts are written down, and return them all."""
        for _ in range(200):
            found = (await self.control("GET", "/deliveries?after=0"))["data"]
            if len(found) >= many:
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"there were {len(found)} attempts, not {many}")

    async def until(self, **wanted: int) -> dict:
        """Wait until the control desk tells these numbers."""
        for _ in range(200):
            told = await self.control("GET")
            if {name: told[name] for name in wanted} == wanted:
                return told
            await asyncio.sleep(0.05)
        raise AssertionError(f"{told} and not {wanted}")


NOBODY = httpx.Auth()


async def serve(app, port: int = 0):
    # Without its protocol named, asyncio leaves Nagle's algorithm on: 40 ms for each answer.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, date_header=False))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    return server, task, listener


def receiver_of(letterbox: Letterbox) -> Quart:
    receiver = Quart("receiver")

    @receiver.post("/hook")
    async def hook():
        return letterbox.text, letterbox.take(await request.get_data(), dict(request.headers))

    return receiver


@contextlib.asynccontextmanager
async def opened_letterbox():
    letterbox = Letterbox()
    server, task, listener = await serve(receiver_of(letterbox))
    letterbox.url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    yield letterbox
    server.should_exit = True
    await task
    listener.close()


@contextlib.asynccontextmanager
async def opened_local(tmp_path, letterbox: Letterbox, **changes):
    """Run a local Stripe; with the folder of an earlier one it goes on where that one stopped."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    fidelity = Fidelity()
    told = {
        "database": tmp_path / "stripe.db",
        "public_base": base,
        "secret_key": KEY,
        "endpoints": ((letterbox.url, SECRET),),
        "templates": folder("templates") / "sandbox",
        "static": folder("static") / "sandbox",
        "control_token": TOKEN,
        "backoff": (0, 0, 1),
        "later_seconds": 0,
        "inspect": fidelity,
    }
    app = create_sandbox(SandboxSettings(**(told | changes)))
    server, task, listener = await serve(app, port)
    gateway = Gateway(KEY, base)
    async with httpx.AsyncClient(base_url=base, auth=(KEY, ""), trust_env=False) as http:
        yield Local(base, gateway, http, letterbox, app, fidelity)
    await gateway.close()
    server.should_exit = True
    await task
    listener.close()
    fidelity.assert_none()


@pytest.fixture
async def letterbox():
    async with opened_letterbox() as opened:
        yield opened


@pytest.fixture
async def local(tmp_path, letterbox):
    async with opened_local(tmp_path, letterbox) as opened:
        yield opened
