"""The saboteur: pulls the shop's plug, turns Stripe's clock, and has its calls and deliveries fail."""

import asyncio

from shop.simulate.children import Child
from shop.simulate.desk import Desk
from shop.simulate.plan import Blow
from shop.simulate.witness import Witness


class Saboteur:
    """Deals the planned blows, each at its time."""

    def __init__(self, shop: Child, desk: Desk, witness: Witness, blows: tuple[Blow, ...]) -> None:
        self._shop = shop
        self._desk = desk
        self._witness = witness
        self._blows = blows

    async def run(self) -> None:
        """Deal every blow, late where a restart takes its time. Raises ChildError."""
        for blow in self._blows:
            await asyncio.sleep(max(0.0, blow.at - self._witness.now()))
            await self._deal(blow)

    async def _deal(self, blow: Blow) -> None:
        if blow.kind == "kill":
            await self._kill(float(blow.body["down"]))
        elif blow.kind == "clock":
            if await self._desk.tell("clock", blow.body):
                self._witness.faults["clock jump"] += 1
        elif blow.kind == "release":
            await self._desk.tell("release")
        elif await self._desk.tell("faults", blow.body):
            self._witness.faults[f"{blow.body['where']}: {blow.body['what']}"] += 1

    async def _kill(self, down: float) -> None:
        if self._shop.has_ended:
            return
        outage = self._witness.down()
        await self._shop.kill()
        await asyncio.sleep(down)
        await self._shop.start()
        outage.ended = self._witness.now()
        self._witness.faults["kill -9 of the shop"] += 1
