"""Two years of orders, each with its way, its money, its stock and its parcels.

What waits for somebody (open, in review, disputed, a refund that failed) is as much in every shop, because
people see to it; everything else grows with the shop.
"""

import random
from dataclasses import dataclass, field

from shop.clock import from_epoch
from tests.bench.bulk import Bulk, Stockroom, id_at

NUMBERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
OPEN, PROCESSING, REVIEW, FAILED, DISPUTED, WARNED, PARKED, DEAD = 60, 30, 40, 20, 30, 15, 10, 5
"""So many of these there are, whatever the size."""
OLD = {"shipped": 84, "returned": 5, "expired": 4, "cancelled": 3, "refunded": 2, "payment_failed": 2}
NEW = {"confirmed": 40, "packed": 24, "shipped": 29, "expired": 4, "cancelled": 3}
CLOSED = {"expired", "cancelled", "refunded", "payment_failed", "failed"}
PAYLOAD = '{"id": "evt", "object": "event", "data": {"object": {"payment_status": "paid", "padding": "%s"}}}'


@dataclass
class Order:
    """An order while it goes its way."""

    number: int
    id: str
    second: int
    fate: str
    person: tuple[str, str]
    lines: list[tuple[int, int, int]]
    steps: int = 0
    state: str = "open"
    columns: dict = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(quantity * price for _, quantity, price in self.lines)

    def tick(self) -> str:
        """Return the next instant of its story."""
        self.steps += 1
        return from_epoch(self.second + 20 * self.steps)


class Trade:
    """Writes the orders in the order of their placing."""

    def __init__(
        self, bulk: Bulk, stockroom: Stockroom, things: list, folk: list, dice: random.Random
    ) -> None:
        self.bulk, self.stockroom, self.things, self.folk, self.dice = bulk, stockroom, things, folk, dice
        # Some sell much more than others, and they are anywhere among the rest.
        self.by_fame = dice.sample(range(len(things)), len(things))
        self.numbers: set[str] = set()

    def run(self, count: int, movements: int, begin: int, now: int) -> None:
        """Trade until `now`; between the orders goods are received, counted and broken."""
        gap = (now - begin - 3600) / count
        for number in range(count):
            left = count - number
            second = int(begin + gap * number) if left > OPEN + PROCESSING else now - 15 * left
            self._place(number, second, self._fate(number, left))
            due = (movements - self.stockroom.seq + len(self.things)) / left - 4
            for _ in range(max(0, int(due + self.dice.random()))):
                self._adjust(from_epoch(second + 200))
        for number in range(PARKED):
            event = (
                f"evt_parked_{number}",
                "refund.updated",
                0,
                "x",
                now,
                f"re_parked_{number}",
                PAYLOAD % "",
            )
            self.bulk.add("stripe_events", *event, from_epoch(now), "parked", "unheard of", "delivery")
        for number in range(DEAD):
            task = (f"out_dead_{number}", "expire", f"dead:{number}", "pay_0", "dead", from_epoch(now), None)
            self.bulk.add("outbox", *task, 8, "Stripe did not answer.", from_epoch(now))

    def _fate(self, number: int, left: int) -> str:
        for most, fate in ((OPEN, "open"), (OPEN + PROCESSING, "processing")):
            if left <= most:
                return fate
        waiting = left - OPEN - PROCESSING
        for most, fate in (
            (REVIEW, "review"),
            (FAILED, "failed"),
            (DISPUTED, "disputed"),
            (WARNED, "warned"),
        ):
            if waiting % 5 == 0 and waiting // 5 <= most:
                return fate
            waiting -= 1
        mix = NEW if number % 4 == 3 else OLD
        return self.dice.choices(list(mix), list(mix.values()))[0]

    def _adjust(self, at: str) -> None:
        variant = self.dice.randrange(len(self.things))
        reason, change = self.dice.choice(
            (("received", 12), ("counted", -2), ("damaged", -1), ("returned", 1))
        )
        self.stockroom.adjust(variant, change, reason, f"person:{self.folk[0][0]}", at)

    def _place(self, number: int, second: int, fate: str) -> None:
        famous = {
            self.by_fame[int(len(self.by_fame) * self.dice.random() ** 3)]
            for _ in range(self.dice.choice((1, 2, 3)))
        }
        lines = [(one, self.dice.choice((1, 1, 1, 2)), self.things[one][4]) for one in sorted(famous)]
        person = self.folk[int(len(self.folk) * self.dice.random() ** 2)]
        order = Order(number, id_at("ord", second, number), second, fate, person, lines)
        at = order.tick()
        for position, (variant, quantity, price) in enumerate(lines):
            if self.stockroom.on_hand[variant] - self.stockroom.held[variant] < quantity:
                self.stockroom.adjust(variant, 30, "received", "shop", at)
            sku, slug, name, label, _ = self.things[variant]
            self.bulk.add("order_lines", order.id, sku, slug, name, label, quantity, price, position)
            self._move(order, variant, "hold", 0, quantity, at, "placed")
        self._step(order, "placed", "open", f"person:{person[0]}", at, before="")
        self._go(order)
        self._keep(order, from_epoch(second))

    def _go(self, order: Order) -> None:
        """Send the order its way."""
        fate = order.fate
        if fate == "open":
            return self._pay(order, "open", 0)
        if fate in ("processing", "payment_failed"):
            self._step(order, "processing", "processing", "stripe", order.tick())
        if fate in ("expired", "payment_failed"):
            self._pay(order, "failed" if fate == "payment_failed" else "expired", 0)
            return self._close(order, fate, "release")
        if fate == "processing":
            return self._pay(order, "complete_unpaid", 0)
        if fate == "review":
            self._pay(order, "paid", order.total + 500)
            return self._step(order, "review", "review", "stripe", order.tick())
        self._pay(order, "paid", order.total)
        self._stock(order, "commit", order.tick())
        self._step(order, "confirmed", "confirmed", "stripe", order.tick())
        if fate in CLOSED:
            self._refund(order, order.total, "failed" if fate == "failed" else "succeeded")
            return self._close(order, "refunded" if fate == "refunded" else "cancelled", "restock")
        return self._deliver(order)

    def _deliver(self, order: Order) -> None:
        admin, fate = f"person:{self.folk[1][0]}", order.fate
        if fate == "warned":
            order.columns["ship_block"] = "fraud_warning"
            self.bulk.add(
                "fraud_warnings", f"issfr_{order.number}", order.id, "stolen_card", order.tick(), None
            )
        if fate in ("confirmed", "warned"):
            return
        self._step(order, "packed", "packed", admin, order.tick())
        if fate == "packed":
            return
        at = order.tick()
        self._step(order, "shipped", "shipped", admin, at)
        parcel = (
            id_at("par", order.second, order.number),
            order.id,
            "Post",
            f"P{order.number:09d}",
            admin,
            at,
        )
        self.bulk.add("shipments", *parcel)
        self.bulk.event(at, admin, "order.parcel", f"order:{order.id}", "", f"Post P{order.number:09d}")
        if fate == "returned":
            self._refund(order, max(1, order.lines[0][2] // 2), "succeeded")
        if fate == "disputed":
            order.columns |= {"dispute_state": "open", "ship_block": "open"}
            about = (f"du_{order.number}", order.id, self._attempt(order), order.total, "eur")
            more = (
                "needs_response",
                "fraudulent",
                from_epoch(order.second + 10**6),
                order.second,
                order.tick(),
            )
            self.bulk.add("disputes", *about, *more)

    def _pay(self, order: Order, state: str, captured: int) -> None:
        second, number, at = order.second, order.number, order.tick()
        session = f"cs_test_{number:09d}"
        intent = f"pi_{number:09d}" if captured else None
        order.columns["captured"] = captured
        told = (
            self._attempt(order),
            order.id,
            state,
            f"key_{number:09d}",
            "{}",
            session,
            intent,
            order.total,
        )
        more = (captured, f"https://pay.example/{number}", from_epoch(second + 1800), from_epoch(second))
        self.bulk.add("payment_attempts", *told, "eur", *more, "eur" if captured else None)
        if captured:
            kind = (
                "checkout.session.completed",
                0,
                "2026-10-28.endive",
                second,
                session,
                PAYLOAD % ("x" * 200),
            )
            self.bulk.add("stripe_events", f"evt_{number:09d}", *kind, at, "processed", "", "delivery")

    def _refund(self, order: Order, amount: int, state: str) -> None:
        at, done = order.tick(), state == "succeeded"
        order.columns["refunded"] = amount if done else 0
        told = (
            id_at("ref", order.second, order.number),
            order.id,
            self._attempt(order),
            amount,
            state,
            "shop",
        )
        more = ("refunded by an admin", f"re_{order.number:09d}", at, at, "eur", int(done), None, 0, None)
        self.bulk.add("refunds", *told, *more)
        self.bulk.event(
            at, f"person:{self.folk[1][0]}", f"refund.{state}", f"order:{order.id}", "", f"{amount} eur"
        )

    def _close(self, order: Order, reason: str, kind: str) -> None:
        at = order.tick()
        self._stock(order, kind, at)
        self._step(order, reason, "closed", "stripe", at)
        order.columns["closed_reason"] = reason

    def _stock(self, order: Order, kind: str, at: str) -> None:
        for variant, quantity, _ in order.lines:
            on_hand = {"commit": -quantity, "restock": quantity}.get(kind, 0)
            held = 0 if kind == "restock" else -quantity
            self._move(order, variant, kind, on_hand, held, at, kind)

    def _move(
        self, order: Order, variant: int, kind: str, on_hand: int, held: int, at: str, why: str
    ) -> None:
        self.stockroom.move(variant, kind, on_hand, held, "stripe", why, order.id, at)

    def _step(
        self, order: Order, what: str, new: str, actor: str, at: str, before: str | None = None
    ) -> None:
        was = order.state if before is None else before
        self.bulk.event(at, actor, f"order.{what}", f"order:{order.id}", was, new)
        order.state = new

    def _attempt(self, order: Order) -> str:
        return id_at("pay", order.second, order.number)

    def _keep(self, order: Order, at: str) -> None:
        """Write the order as it is at the end of its way, and what it has of each variant."""
        held = "held" if order.state in ("open", "processing", "review") else "committed"
        if order.state == "closed":
            held = "released" if order.fate in ("expired", "payment_failed") else "returned"
        for variant, quantity, _ in order.lines:
            back = quantity if held == "returned" else 0
            self.bulk.add("holds", order.id, self.things[variant][0], quantity, held, back)
        told = {
            "closed_reason": None,
            "dispute_state": "none",
            "captured": 0,
            "refunded": 0,
            "ship_block": "",
        }
        told |= order.columns
        number, money = self._number(), order.total
        who = (order.id, number, order.person[0], order.person[1], f"cart_{order.number}", order.state)
        state = (told["closed_reason"], _payment_state(order, told), told["dispute_state"], "local", "eur")
        sums = (money, 0, 0, 0, money, told["captured"], told["refunded"], at)
        until = from_epoch(order.second + 1800) if order.state == "open" else None
        self.bulk.add("orders", *who, *state, *sums, until, None, 1, told["ship_block"], 0)

    def _number(self) -> str:
        while (drawn := "".join(self.dice.choices(NUMBERS, k=8))) in self.numbers:
            pass
        self.numbers.add(drawn)
        return drawn


def _payment_state(order: Order, told: dict) -> str:
    if not told["captured"]:
        return "pending" if order.state == "processing" else "unpaid"
    if not told["refunded"]:
        return "paid"
    return "partly_refunded" if told["refunded"] < told["captured"] else "refunded"
