"""A local Stripe on a port of its own, with somewhere to deliver to."""

import asyncio
import socket
from dataclasses import dataclass, field

import httpx
import pytest
import uvicorn
from quart import Quart, request

from shop.assets import folder
from shop.clock import epoch
from shop.sandbox import SandboxSettings, create_sandbox
from shop.stripe_gateway import Gateway, verify
from tests.sandbox.fidelity import Fidelity

KEY, SECRET, CONTROL = "sk_test_sandbox", "whsec_sandbox", "token of the tests"


PAYS = "4242424242424242"
MUG = {"currency": "eur", "unit_amount": 1250, "product_data": {"name": "Mug", "metadata": {"sku": "MUG"}}}


class _Bearer(httpx.Auth):
    def auth_flow(self, request):
        request.headers["Authorization"] = f"Bearer {CONTROL}"
        yield request


TOKEN = _Bearer()


@dataclass
class Letterbox:
    """Takes deliveries; `answers` are the statuses of the next ones, 200 afterwards."""

    answers: list[int] = field(default_factory=list)
    events: list[dict] = field(default_factory=list)
    attempts: int = 0

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
        answer = await self.http.post("/control/scenarios", json={"do": do, **told}, auth=TOKEN)
        assert answer.status_code == 200, answer.text
        return answer.json()["object"]


async def serve(app):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    return server, task, listener


def receiver_of(letterbox: Letterbox) -> Quart:
    receiver = Quart("receiver")

    @receiver.post("/hook")
    async def hook():
        payload = await request.get_data()
        letterbox.attempts += 1
        status = letterbox.answers.pop(0) if letterbox.answers else 200
        verified = verify(payload, request.headers["Stripe-Signature"], [SECRET], epoch())
        if status == 200:
            letterbox.events.append(verified.event)
        return "", status

    return receiver


@pytest.fixture
async def local(tmp_path):
    letterbox = Letterbox()
    receiving = await serve(receiver_of(letterbox))
    hook_url = f"http://127.0.0.1:{receiving[2].getsockname()[1]}/hook"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    fidelity = Fidelity()
    app = create_sandbox(
        SandboxSettings(
            database=tmp_path / "stripe.db",
            public_base=base,
            secret_key=KEY,
            endpoints=((hook_url, SECRET),),
            templates=folder("templates") / "sandbox",
            static=folder("static") / "sandbox",
            backoff=(0, 0, 1),
            control_token=CONTROL,
            later_seconds=0,
            inspect=fidelity,
        )
    )
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", access_log=False))
    task = asyncio.create_task(server.serve())
    while not server.started or not receiving[0].started:
        await asyncio.sleep(0.01)
    gateway = Gateway(KEY, base)
    async with httpx.AsyncClient(base_url=base, auth=(KEY, ""), trust_env=False) as http:
        yield Local(base, gateway, http, letterbox, app, fidelity)
    await gateway.close()
    server.should_exit = receiving[0].should_exit = True
    await task
    await receiving[1]
    receiving[2].close()
    fidelity.assert_none()
