"""Pulling the plug: what was answered is there afterwards, and nothing happens twice."""

import asyncio
import os
import signal
import socket
import sys

import httpx

from db import Database
from shop import orders, verify
from tests.world import STRIPE_KEY, WEBHOOK_SECRET, add_shopper, open_world, settings_for, signed

DELIVERIES = 200


async def start(folder, port: int) -> asyncio.subprocess.Process:
    told = {
        "SHOP_SECRET_KEY": "the tests sign with this",
        "SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.db",
        "SHOP_BASE_URL": f"http://127.0.0.1:{port}",
        "STRIPE_SECRET_KEY": STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        # Nobody listens there: the shop must live without Stripe as well.
        "STRIPE_API_BASE": "http://127.0.0.1:9",
    }
    command = (sys.executable, "-m", "shop", "serve", "--port", str(port))
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | told, stdout=asyncio.subprocess.DEVNULL
    )
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(100):
            try:
                await http.get(f"http://127.0.0.1:{port}/healthz")
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return process
    raise AssertionError("the shop did not start")


async def deliver(http, event, answered: set) -> None:
    payload, headers = signed(event)
    try:
        answer = await http.post("/stripe-webhook", content=payload, headers=headers)
    except httpx.HTTPError:
        return
    if answer.status_code == 200:
        answered.add(event["id"])


async def placed_orders(folder) -> tuple[list[dict], list[str]]:
    world = await open_world(settings_for(folder))
    await world.add_things("BRICK", 2 * DELIVERIES)
    buyer = await world.db.write(add_shopper, "Buyer")
    placed = [await world.place(buyer, BRICK=1) for _ in range(DELIVERIES)]
    events = [world.event("checkout.session.completed", one.paid()) for one in placed]
    await world.db.close()
    return events, [one.number for one in placed]


async def confirmed(folder, numbers) -> list[bool]:
    db = await Database.open(f"sqlite:///{folder}/shop.db")
    states = [(await db.read(orders.show, number)).order.state for number in numbers]
    assert (await db.read(verify.run)).holds
    await db.close()
    return [state == "confirmed" for state in states]


async def deliver_all(port, events, answered, process=None, until=0) -> None:
    limits = httpx.Limits(max_connections=16)
    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=30, trust_env=False) as http:
        tasks = [asyncio.create_task(deliver(http, event, answered)) for event in events]
        while process is not None and len(answered) < until:
            await asyncio.sleep(0.002)
        if process is not None:
            process.send_signal(signal.SIGKILL)
            await process.wait()
        await asyncio.gather(*tasks)


async def test_kill_in_the_middle_of_deliveries_loses_nothing_and_repeats_nothing(tmp_path):
    events, numbers = await placed_orders(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    answered: set[str] = set()

    await deliver_all(port, events, answered, await start(tmp_path, port), until=60)

    assert 60 <= len(answered) < DELIVERIES
    there = await confirmed(tmp_path, numbers)
    assert [event["id"] for event, is_there in zip(events, there, strict=True) if not is_there
            and event["id"] in answered] == []  # fmt: skip

    process = await start(tmp_path, port)
    await deliver_all(port, events, answered)
    process.terminate()
    await process.wait()
    assert len(answered) == DELIVERIES
    assert all(await confirmed(tmp_path, numbers))
