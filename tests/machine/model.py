"""What the books must say, as plain numbers: the table of states told once more, without a database.

Nothing here imports the shop's rules. An order's stock is one word: `held`, `taken` or `free`; `back` counts
what of a taken line is in the house again.
"""

from dataclasses import dataclass, field

RANK = {"requested": 0, "submitted": 1, "succeeded": 2, "canceled": 3, "failed": 3}
BOOKED = {"pending": "submitted", "requires_action": "submitted"}
ON_ITS_WAY = ("requested", "submitted", "succeeded")
DISPUTES = ("warning_needs_response", "warning_under_review", "needs_response", "under_review")
DECIDED = ("warning_closed", "prevented", "won", "lost")
WITH_A_BANK = ("needs_response", "under_review", "lost")
IN_THE_HOUSE = ("confirmed", "packed")
OURS = "eur"


class No(Exception):
    """The shop has to refuse this."""


@dataclass(eq=False)
class Attempt:
    id: str
    amount: int
    session: str | None = None
    state: str = "creating"
    captured: int = 0
    currency: str = OURS
    payment: str | None = None


@dataclass(eq=False)
class Refund:
    attempt: Attempt
    amount: int
    source: str
    state: str = "requested"
    provider: str | None = None
    ever: bool = False
    resolved: bool = False
    settled: bool = False


@dataclass(eq=False)
class Order:
    number: str
    total: int
    lines: dict[str, int]
    state: str = "open"
    reason: str | None = None
    stock: str = "held"
    flagged: bool = False
    back: dict[str, int] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    refunds: dict[str, Refund] = field(default_factory=dict)
    disputes: dict[str, tuple[int, str, Attempt]] = field(default_factory=dict)
    warnings: dict[str, bool] = field(default_factory=dict)

    @property
    def paid(self) -> list[Attempt]:
        return [one for one in self.attempts if one.captured]

    @property
    def captured(self) -> int:
        return sum(one.captured for one in self.paid if one.currency == OURS)

    @property
    def refunded(self) -> int:
        done = [one for one in self.refunds.values() if one.state == "succeeded"]
        return sum(one.amount for one in done if one.attempt.currency == OURS)

    def see_to_refused(self, attempt: Attempt) -> None:
        """Nobody need look at what Stripe has refused because it had gone back already."""
        left = self.left(attempt)
        for one in self.of(attempt):
            one.resolved |= one.state == "failed" and one.provider is None and one.amount > left

    def of(self, attempt: Attempt) -> list[Refund]:
        return [one for one in self.refunds.values() if one.attempt is attempt]

    def left(self, attempt: Attempt) -> int:
        gone = (one.amount for one in self.of(attempt) if one.state in ON_ITS_WAY or one.settled)
        return attempt.captured - sum(gone)

    @property
    def all_left(self) -> int:
        return sum(max(0, self.left(one)) for one in self.free if one.currency == OURS)

    @property
    def disputed(self) -> str:
        statuses = {status for _, status, _ in self.disputes.values()}
        if statuses & {"needs_response", "under_review"}:
            return "open"
        if "lost" in statuses:
            return "lost"
        if statuses & {"warning_needs_response", "warning_under_review"}:
            return "inquiry"
        return "won" if "won" in statuses else "none"

    @property
    def free(self) -> list[Attempt]:
        """The payments that no bank has."""
        gone = [one for _, status, one in self.disputes.values() if status in WITH_A_BANK]
        return [one for one in self.paid if one not in gone]

    @property
    def block(self) -> str:
        if self.disputed in ("open", "inquiry"):
            return self.disputed
        return "fraud_warning" if False in self.warnings.values() else ""

    @property
    def payment_state(self) -> str:
        if self.disputed == "lost":
            return "charged_back"
        if not self.captured:
            if self.total == 0 and self.state in (*IN_THE_HOUSE, "shipped"):
                return "paid"
            return "pending" if self.state == "processing" else "unpaid"
        kept = self.captured - self.refunded
        if kept == self.captured or kept >= self.total < self.captured:
            return "paid"
        return "partly_refunded" if kept else "refunded"

    @property
    def unowned(self) -> int:
        """Money of a closed order that neither a refund, nor a dispute, nor a person has."""
        if self.state != "closed":
            return 0
        owned = {
            one: sum(r.amount for r in self.of(one) if r.state in ON_ITS_WAY or r.settled or not r.resolved)
            for one in self.free
        }
        return sum(max(0, one.captured - amount) for one, amount in owned.items())

    @property
    def all_given_back(self) -> bool:
        return bool(self.paid) and all(self._given_back(one) for one in self.paid)

    def _given_back(self, attempt: Attempt) -> bool:
        given = (
            one.amount
            for one in self.of(attempt)
            if one.state == "succeeded" or (one.ever and one.amount == attempt.captured)
        )
        return sum(given) >= attempt.captured


@dataclass
class Shop:
    """All orders, and the units on hand; what is held follows from the orders."""

    on_hand: dict[str, int]
    orders: dict[str, Order] = field(default_factory=dict)
    asked: int = 0

    def held(self, sku: str) -> int:
        return sum(one.lines.get(sku, 0) for one in self.orders.values() if one.stock == "held")

    def available(self, sku: str) -> int:
        return self.on_hand[sku] - self.held(sku)

    def take(self, order: Order) -> None:
        for sku, quantity in order.lines.items():
            self.on_hand[sku] -= quantity
        order.stock = "taken"

    def put_back(self, order: Order, units: dict[str, int] | None = None) -> None:
        """Put units of a taken order on hand, all that are out unless told; No for more than are out."""
        out = {sku: quantity - order.back.get(sku, 0) for sku, quantity in order.lines.items()}
        if order.stock != "taken":
            out = {}
        wanted = out if units is None else units
        if any(quantity > out.get(sku, 0) for sku, quantity in wanted.items()):
            raise No
        for sku, quantity in wanted.items():
            self.on_hand[sku] += quantity
            order.back[sku] = order.back.get(sku, 0) + quantity

    def close(self, order: Order, reason: str, units: dict[str, int] | None = None) -> None:
        if order.stock == "held":
            order.stock = "free"
        else:
            self.put_back(order, units)
        order.state, order.reason = "closed", reason

    def ask_back(self, order: Order, attempt: Attempt, source: str, amount: int | None = None) -> int:
        left = order.left(attempt)
        asked = left if amount is None else min(left, amount)
        if asked > 0:
            self.asked += 1
            order.refunds[f"asked {self.asked}"] = Refund(attempt, asked, source)
        return max(asked, 0)

    def ask_all_back(self, order: Order, source: str) -> None:
        for attempt in order.free:
            self.ask_back(order, attempt, source)

    def cancel_paid(self, order: Order, units: dict[str, int] | None = None) -> None:
        self.close(order, "cancelled", units)
        self.ask_all_back(order, "shop")
