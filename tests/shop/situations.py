"""The columns and rows of the state table: where Sam's order of two mugs stands, and what may happen to it.

A column returns such an order in a fresh world; a row lets one thing happen to it and returns what became of
the event.
"""

from collections.abc import Awaitable, Callable

from shop import fulfilment, jobs, orders
from shop.clock import later, now
from tests.world import Placed, World

COMPLETED = "checkout.session.completed"
SUCCEEDED = "checkout.session.async_payment_succeeded"
FAILED = "checkout.session.async_payment_failed"
EXPIRED = "checkout.session.expired"
DONE = "processed"


async def expired(world: World) -> Placed:
    placed = await world.place(world.sam, MUG=2)
    await world.tell(EXPIRED, placed.expired())
    return placed


async def payment_failed(world: World) -> Placed:
    placed = await world.processing(world.sam, MUG=2)
    await world.tell(FAILED, placed.unpaid())
    return placed


async def called_off(world: World) -> Placed:
    """Cancelled before anything was paid."""
    placed = await world.place(world.sam, MUG=2)
    await world.db.write(orders.cancel, placed.number, world.sam, now())
    await world.tell(EXPIRED, placed.expired())
    return placed


async def refunded(world: World) -> Placed:
    placed = await world.confirmed(world.sam, MUG=2)
    await world.tell("refund.created", placed.refund(2500, id="re_first"))
    return placed


async def charged_back(world: World) -> Placed:
    placed = await world.confirmed(world.sam, MUG=2)
    await world.tell("charge.dispute.closed", placed.dispute("lost", id="du_first"))
    return placed


async def oversold(world: World) -> Placed:
    placed = await expired(world)
    await world.confirmed(world.mia, MUG=4)
    await world.tell(COMPLETED, placed.paid())
    return placed


async def review_unpaid(world: World) -> Placed:
    placed = await world.place(world.sam, MUG=2)
    await world.tell(COMPLETED, placed.unpaid() | {"amount_total": 1})
    return placed


COLUMNS: dict[str, Callable[[World], Awaitable[Placed]]] = {
    "open": lambda world: world.place(world.sam, MUG=2),
    "processing": lambda world: world.processing(world.sam, MUG=2),
    "confirmed": lambda world: world.confirmed(world.sam, MUG=2),
    "packed": lambda world: world.packed(world.sam, MUG=2),
    "shipped": lambda world: world.shipped(world.sam, MUG=2),
    "expired": expired,
    "payment failed": payment_failed,
    "called off": called_off,
    "cancelled": lambda world: world.cancelled(world.sam, MUG=2),
    "refunded": refunded,
    "charged back": charged_back,
    "oversold": oversold,
    "review": lambda world: world.review(world.sam, MUG=2),
    "review unpaid": review_unpaid,
}


def told(kind: str, body: Callable[[Placed], dict]) -> Callable[[World, Placed], Awaitable[str]]:
    async def happen(world: World, placed: Placed) -> str:
        return await world.tell(kind, body(placed))

    return happen


def done(act: Callable[[World], tuple]) -> Callable[[World, Placed], Awaitable[str]]:
    async def happen(world: World, placed: Placed) -> str:
        what, *args = act(world)
        await world.db.write(what, placed.number, *args)
        return DONE

    return happen


async def admin_cancels(world: World, placed: Placed) -> str:
    await world.db.write(fulfilment.cancel, placed.number, world.ada, now(), restock=True)
    return DONE


async def admin_cancels_and_keeps(world: World, placed: Placed) -> str:
    """The goods do not go back on the shelf."""
    await world.db.write(fulfilment.cancel, placed.number, world.ada, now(), restock=False)
    return DONE


async def deadline(world: World, placed: Placed) -> str:
    await jobs.end_overdue(world.db, later(now(), minutes=60))
    return DONE


async def all_refunded(world: World, placed: Placed) -> str:
    captured = (await world.order(placed)).captured
    return await world.tell("refund.created", placed.refund(captured or 2500))


async def all_comes_back(world: World, placed: Placed) -> str:
    """A full refund made at Stripe arrives, and fails days later."""
    captured = (await world.order(placed)).captured
    await world.tell("refund.created", placed.refund(captured or 2500))
    return await world.tell("refund.failed", placed.refund(captured or 2500, status="failed"))


async def part_comes_back(world: World, placed: Placed) -> str:
    """Part of the money is given back at Stripe, and that is called off again."""
    await world.tell("refund.created", placed.refund(500))
    return await world.tell("refund.updated", placed.refund(500, status="canceled"))


def decided(*statuses: str) -> Callable[[World, Placed], Awaitable[str]]:
    async def happen(world: World, placed: Placed) -> str:
        for status in statuses:
            result = await world.tell("charge.dispute.updated", placed.dispute(status))
        return result

    return happen


def declined(placed: Placed) -> dict:
    error = {"message": "Not enough money."}
    about = {"metadata": dict(placed.session.metadata), "last_payment_error": error}
    return {"id": placed.intent, "object": "payment_intent"} | about


ROWS: dict[str, Callable[[World, Placed], Awaitable[str]]] = {
    "paid": told(COMPLETED, lambda placed: placed.paid()),
    "paid by another session": told(COMPLETED, lambda placed: placed.another(placed.paid())),
    "wrong amount": told(COMPLETED, lambda placed: placed.paid(amount_total=2000)),
    "wrong currency": told(COMPLETED, lambda placed: placed.paid(currency="usd")),
    "wrong amount by another session": told(
        COMPLETED, lambda placed: placed.another(placed.paid(amount_total=2000))
    ),
    "complete but unpaid": told(COMPLETED, lambda placed: placed.unpaid()),
    "bank paid": told(SUCCEEDED, lambda placed: placed.paid()),
    "bank did not pay": told(FAILED, lambda placed: placed.unpaid()),
    "session expired": told(EXPIRED, lambda placed: placed.expired()),
    "another session expired": told(EXPIRED, lambda placed: placed.another(placed.expired())),
    "card declined": told("payment_intent.payment_failed", declined),
    "deadline": deadline,
    "shopper cancels": done(lambda world: (orders.cancel, world.sam, now())),
    "admin cancels": admin_cancels,
    "admin cancels and keeps": admin_cancels_and_keeps,
    "approve": done(lambda world: (fulfilment.approve, world.ada, now())),
    "pack": done(lambda world: (fulfilment.pack, world.ada, now())),
    "ship": done(lambda world: (fulfilment.ship, world.ada, "Post", "P2", now())),
    "part refunded at Stripe": told("refund.created", lambda placed: placed.refund(500)),
    "all refunded at Stripe": all_refunded,
    "part comes back": part_comes_back,
    "all comes back": all_comes_back,
    "dispute opened": decided("needs_response"),
    "dispute answered": decided("needs_response", "under_review"),
    "inquiry": decided("warning_needs_response"),
    "inquiry closed": decided("warning_needs_response", "warning_closed"),
    "dispute prevented": decided("needs_response", "prevented"),
    "dispute won": decided("needs_response", "won"),
    "dispute lost": decided("needs_response", "lost"),
    "fraud warning": told("radar.early_fraud_warning.created", lambda placed: placed.warning()),
}
