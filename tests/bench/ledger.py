"""How long `shop verify` takes for a ledger of a million movements, and how much memory; not a test.

`python -m tests.bench.ledger [MOVEMENTS] [FOLDER]`: the books are made through the shop's own statements.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from db import engine, queries
from tests.world import open_world, settings_for

AT = "2026-11-25T10:00:00.000Z"
SKUS = 2000
PAYLOAD = json.dumps({"id": "evt", "object": "event", "padding": "x" * 1200})


def fill(connection: engine.Connection, movements: int) -> None:
    """Write orders of two lines, placed and paid: four movements each."""
    stock, orders, payments, events = (queries(name) for name in ("stock", "orders", "payments", "events"))
    person = connection.execute("SELECT id FROM people LIMIT 1").fetchone()[0]
    product = connection.execute("SELECT product_id FROM variants LIMIT 1").fetchone()[0]
    run = connection.execute
    run("BEGIN IMMEDIATE")
    for number in range(SKUS):
        sku = f"SKU-{number:05d}"
        run("INSERT INTO variants VALUES (?, ?, '', '{}', 500, 1, 1)", (sku, product))
        run(stock.add, {"sku": sku})
        _move(run, stock, sku, "adjust", 1_000_000, 0, None)
    for number in range((movements - SKUS) // 4):
        name, skus = f"{number:08d}", [f"SKU-{(number * 7 + more) % SKUS:05d}" for more in (0, 1)]
        order = f"ord_{name}"
        run(orders.add, _order(order, name, person))
        for position, sku in enumerate(skus):
            line = {"order_id": order, "sku": sku, "slug": "s", "name": "n", "label": "", "quantity": 1}
            run(orders.add_line, line | {"unit_price": 500, "position": position} | NOTHING)
            run(stock.place_hold, {"order_id": order, "sku": sku, "quantity": 1})
            _move(run, stock, sku, "hold", 0, 1, order)
        _event(run, events, "order.placed", order, "", "open")
        _paid(run, payments, order, name)
        for sku in skus:
            run(stock.move_hold, {"order_id": order, "sku": sku, "old": "held", "new": "committed"})
            _move(run, stock, sku, "commit", -1, -1, order)
        run(orders.move, {"id": order, "old": "open", "new": "confirmed", "reason": None})
        run("UPDATE orders SET captured = 1000 WHERE id = ?", (order,))
        _event(run, events, "order.confirmed", order, "open", "confirmed")
    run("COMMIT")


NOTHING = {"discount": 0, "tax": 0, "tax_rate": 0}


def _order(order: str, number: str, person: str) -> dict:
    told = {"id": order, "number": number, "person_id": person, "email": "sam@x.example", "at": AT}
    more = {"cart_id": order, "provider": "test", "currency": "eur", "hold_until": AT}
    zero = dict.fromkeys(
        ("discount", "shipping", "tax", "tax_included", "shipping_tax", "shipping_tax_rate"), 0
    )
    empty = dict.fromkeys(("country", "shipping_name", "discount_code"), "")
    return told | more | zero | empty | {"subtotal": 1000, "total": 1000, "language": "en"}


def _paid(run, payments, order: str, name: str) -> None:
    pay = f"pay_{name}"
    told = {"id": pay, "order_id": order, "idempotency_key": pay, "request": "{}", "amount": 1000}
    run(payments.add_attempt, told | {"currency": "eur", "expires_at": AT, "at": AT})
    run(payments.captured, {"id": pay, "amount": 1000, "payment_intent": f"pi_{name}"})
    event = {"id": f"evt_{name}", "type": "checkout.session.completed", "livemode": 0, "api_version": "x"}
    run(payments.add_event, event | {"created": 1, "object_id": name, "payload": PAYLOAD, "at": AT})


def _event(run, events, kind: str, order: str, before: str, after: str) -> None:
    told = {"at": AT, "actor": "stripe", "kind": kind, "object": f"order:{order}", "why": ""}
    run(events.add, told | {"before": before, "after": after})


def _move(run, stock, sku: str, kind: str, on_hand: int, held: int, order: str | None) -> None:
    run(
        "UPDATE stock SET on_hand = on_hand + ?, held = held + ? WHERE sku = ?",
        (on_hand, held, sku),
    )
    told = {"sku": sku, "kind": kind, "on_hand_change": on_hand, "held_change": held, "order_id": order}
    more = {"reason": "order", "note": "", "actor": "stripe", "cause": "session cs_test_1", "at": AT}
    run(stock.log, told | more)


async def make(folder: Path, movements: int) -> None:
    world = await open_world(settings_for(folder))
    await world.db.close()
    connection = engine.open_writer(folder / "shop.db")
    fill(connection, movements)
    connection.close()


def main(movements: int, folder: Path) -> None:
    if not (folder / "shop.db").exists():
        asyncio.run(make(folder, movements))
    told = os.environ | {"SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.db"}
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "shop", "verify"], env=told, check=False)
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    size = (folder / "shop.db").stat().st_size // 2**20
    print(f"exit {done.returncode} after {took:.1f} s, {peak} MB at most, a file of {size} MB")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        main(count, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(count, Path(name))
