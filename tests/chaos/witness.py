"""What was answered, and whether the books have it: shoppers and couriers who remember every 2xx."""

import asyncio
import contextlib
import re
from dataclasses import dataclass, field

import httpx

from tests.chaos.processes import COMPLETED, Books, Premises, Visitor, letter, session_in

OPEN_SESSIONS = "SELECT session_id FROM payment_attempts WHERE session_id IS NOT NULL"


@dataclass
class Witness:
    """Remembers what the shop has answered; `statuses` counts every answer."""

    events: set[str] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    statuses: dict[tuple[str, int], int] = field(default_factory=dict)
    without_pause: int = 0

    async def shop_on(self, place: Premises, visitor: Visitor, sku: str = "BRICK") -> None:
        """Buy again and again, while there is trade."""
        try:
            while place.is_trading:
                self._count("cart", await visitor.put(sku))
                answer = await visitor.check_out()
                self._count("checkout", answer)
                if answer.status_code == 303:
                    self._remember(answer.headers["location"])
                    if session_in(answer.headers["location"]):
                        await visitor.pay(answer.headers["location"])
        except httpx.HTTPError:
            return

    async def carry(self, place: Premises, http: httpx.AsyncClient) -> None:
        """Deliver copies of Stripe's newest events, each twice at once, while there is trade."""
        try:
            while place.is_trading:
                page = await place.newest_events()
                fresh = [event for event in page if event["id"] not in self.events]
                await asyncio.gather(*[self.deliver(http, event) for event in fresh + fresh])
                await asyncio.sleep(0.01)
        except httpx.HTTPError:
            return

    async def deliver(self, http: httpx.AsyncClient, event: dict) -> int:
        payload, headers = letter(event)
        answer = await http.post("/stripe-webhook", content=payload, headers=headers)
        self._count("webhook", answer)
        if answer.status_code == 200:
            self.events.add(event["id"])
        elif "Retry-After" not in answer.headers:
            self.without_pause += 1
        return answer.status_code

    def assert_nothing_lost(self, books: Books, delivered: set[str]) -> None:
        """Assert that all that was answered is in the books, which balance."""
        assert self.events | delivered <= set(books.column("SELECT id FROM stripe_events"))
        assert self.sessions <= set(books.column(OPEN_SESSIONS))
        assert self.numbers <= set(books.column("SELECT number FROM orders"))
        books.assert_balanced()

    def assert_nothing_lost_meanwhile(self, place: Premises) -> None:
        """Assert the same of a shop that goes on: what Stripe was answered must be read first."""
        delivered = place.delivered()
        with place.books() as books:
            self.assert_nothing_lost(books, delivered)

    def seen(self, kind: str) -> set[int]:
        return {status for one, status in self.statuses if one == kind}

    def _remember(self, address: str) -> None:
        session = session_in(address)
        if session:
            self.sessions.add(session)
        else:
            self.numbers.add(re.search(r"/checkouts/(\w+)", address)[1])

    def _count(self, kind: str, answer: httpx.Response) -> None:
        key = (kind, answer.status_code)
        self.statuses[key] = self.statuses.get(key, 0) + 1


@contextlib.asynccontextmanager
async def trade(place: Premises, witness: Witness, visitors: list[Visitor]):
    """Sell and take deliveries as fast as can be; whoever stops answering altogether is a failure."""
    base, limits = place.settings.base_url, httpx.Limits(max_connections=16)
    async with (
        httpx.AsyncClient(base_url=base, limits=limits, timeout=30, trust_env=False) as courier,
        asyncio.TaskGroup() as group,
    ):
        place.trading = True
        for visitor in visitors:
            group.create_task(witness.shop_on(place, visitor))
        group.create_task(witness.carry(place, courier))
        yield
        place.trading = False


async def assert_every_payment_has_its_owner(place: Premises) -> None:
    """Compare Stripe's sessions with the books: each paid one has one order, or all of it is refunded."""
    paid = [one for one in await place.at_stripe("checkout/sessions") if one["payment_status"] == "paid"]
    with place.books() as books:
        rows = books.rows(
            "SELECT a.session_id, a.captured, o.state, o.payment_state "
            "FROM payment_attempts a JOIN orders o ON o.id = a.order_id WHERE a.captured > 0"
        )
        books.assert_balanced()
    booked = {session: (captured, state, payment) for session, captured, state, payment in rows}
    assert {one["id"]: one["amount_total"] for one in paid} == {key: row[0] for key, row in booked.items()}
    owned = {("confirmed", "paid"), ("closed", "refunded"), ("shipped", "paid"), ("packed", "paid")}
    assert {row[1:] for row in booked.values()} <= owned
    refunds = await place.at_stripe("refunds")
    with place.books() as books:
        known = books.column("SELECT provider_id FROM refunds WHERE state = 'succeeded'")
    assert sorted(one["id"] for one in refunds) == sorted(known)


async def assert_no_order_was_asked_for_twice(place: Premises) -> None:
    """Assert that no order has two payment pages at Stripe, and that what was sold left the shelf once."""
    numbers = [one["client_reference_id"] for one in await place.at_stripe("checkout/sessions")]
    assert len(numbers) == len(set(numbers))
    completed = await place.at_stripe("events", type=COMPLETED)
    assert len(completed) == len({one["data"]["object"]["id"] for one in completed})
