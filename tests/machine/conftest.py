"""The local Stripe, and shoppers who pay there while the shop hears nothing."""

from dataclasses import dataclass, replace

import pytest

from db.engine import sqlite3
from shop import buyers, cart, checkout, orders
from shop.clock import new_id, now
from shop.config import Settings
from shop.people import Person
from tests.sandbox.conftest import KEY, SECRET, Local, letterbox, local
from tests.world import World

__all__ = ["letterbox", "local"]


@dataclass
class Deaf:
    """A shop and a local Stripe that deliver nothing to each other: every webhook is lost."""

    world: World
    local: Local
    settings: Settings

    async def check_out(self, person: Person, sku: str = "CUP", quantity: int = 1) -> tuple[str, str]:
        """Place an order and return its number and its session."""
        cart_id = new_id("cart")
        await self.world.db.write(cart.put, cart_id, sku, quantity, now())
        started = await checkout.start(
            self.world.db, self.local.gateway, self.settings, buyers.account(person), cart_id
        )
        return started.number, started.url.rsplit("/", 1)[1]

    async def paid(self, person: Person, sku: str = "CUP", quantity: int = 1) -> tuple[str, dict]:
        """Place an order and have it paid; return its number and its session at Stripe."""
        number, session = await self.check_out(person, sku, quantity)
        return number, await self.local.happen("pay", session=session)

    async def state_of(self, number: str) -> tuple[str, str | None, str]:
        order = (await self.world.db.read(orders.show, number)).order
        return order.state, order.closed_reason, order.payment_state

    def tables(self, *without: str) -> dict[str, list[tuple]]:
        """Return every row of every table but some."""
        connection = sqlite3.connect(f"file:{self.world.db.path}?mode=ro", uri=True)
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        found = {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=str)
            for (name,) in names
            if name not in without
        }
        connection.close()
        return found


@pytest.fixture
async def deaf(world, local):
    await world.add_things("CUP", 100)
    settings = replace(world.settings, stripe_key=KEY, stripe_api_base=local.base, webhook_secrets=(SECRET,))
    return Deaf(world, local, settings)
