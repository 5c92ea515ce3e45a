"""What news from Stripe does to the model: the rows of the table of states, and news that has to wait."""

from dataclasses import dataclass, field

from tests.machine.model import (
    BOOKED,
    DECIDED,
    DISPUTES,
    IN_THE_HOUSE,
    OURS,
    RANK,
    Attempt,
    Order,
    Refund,
    Shop,
)

_ORDER = (*DISPUTES, *DECIDED)


@dataclass
class News:
    """Everything the shop has heard; `waiting` is what it has heard too early, by payment."""

    shop: Shop
    heard: set[str] = field(default_factory=set)
    waiting: dict[str, list[dict]] = field(default_factory=dict)

    def event(self, event: dict) -> None:
        if event["id"] in self.heard:
            return
        self.heard.add(event["id"])
        if event["type"].startswith("payment_intent."):
            return
        payment = event["data"]["object"]["payment_intent"]
        if self._booked(event):
            self._go_on(payment)
        else:
            self.waiting.setdefault(payment, []).append(event)

    def session_read(self, session: dict) -> None:
        self.session(session)
        self._go_on(session["payment_intent"])

    def refund_read(self, refund: dict) -> None:
        if self.refund(refund):
            self._go_on(refund["payment_intent"])

    def _go_on(self, payment: str) -> None:
        waiting = self.waiting.get(payment, [])
        while waiting:
            booked = next((one for one in sorted(waiting, key=_age) if self._booked(one)), None)
            if booked is None:
                break
            waiting.remove(booked)

    def _booked(self, event: dict) -> bool:
        body, kind = event["data"]["object"], event["type"]
        if kind.startswith("checkout."):
            self.session(body, failed=kind.endswith("_failed"))
            return True
        if kind.startswith("refund."):
            return self.refund(body)
        if kind.startswith("radar."):
            return self._warning(body)
        return self.dispute(body, event["created"])

    def session(self, session: dict, *, failed: bool = False) -> None:
        order, attempt = self._attempt_of(session)
        if failed:
            self._failed(order, attempt)
        elif session["status"] == "expired":
            self._expired(order, attempt)
        elif session["payment_status"] == "unpaid" and session["status"] == "complete":
            self._with_the_bank(order, attempt, fits=_fits(session, attempt))
        elif session["status"] == "complete" and attempt.state != "paid":
            attempt.state, attempt.payment = "paid", session["payment_intent"]
            attempt.captured, attempt.currency = session["amount_total"], session["currency"]
            self._paid(order, attempt, fits=_fits(session, attempt))

    def _attempt_of(self, session: dict) -> tuple[Order, Attempt]:
        order = self.shop.orders[session["metadata"]["order"]]
        for attempt in order.attempts:
            if attempt.session == session["id"]:
                return order, attempt
        named = next(one for one in order.attempts if one.id == session["metadata"]["attempt"])
        if named.session is None:
            named.session = session["id"]
            return order, named
        state = "expired" if session["status"] == "expired" else "complete_unpaid"
        another = Attempt("another", order.total, session["id"], state)
        order.attempts.append(another)
        return order, another

    def _failed(self, order: Order, attempt: Attempt) -> None:
        if attempt.state in ("creating", "open", "complete_unpaid"):
            attempt.state = "failed"
            if order.state in ("open", "processing") or (order.state == "review" and not order.captured):
                self.shop.close(order, "cancelled" if order.flagged else "payment_failed")

    def _expired(self, order: Order, attempt: Attempt) -> None:
        if attempt.state in ("creating", "open"):
            attempt.state = "expired"
            if order.state == "open":
                self.shop.close(order, "cancelled" if order.flagged else "expired")

    def _with_the_bank(self, order: Order, attempt: Attempt, *, fits: bool) -> None:
        first = attempt.state in ("creating", "open")
        if first:
            attempt.state = "complete_unpaid"
        if order.state == "open" and (fits or first):
            order.state = "processing" if fits else "review"

    def _paid(self, order: Order, attempt: Attempt, *, fits: bool) -> None:
        if order.state in ("open", "processing") and not fits:
            order.state = "review"
        elif order.state in ("open", "processing"):
            self.shop.take(order)
            order.state = "confirmed"
            if order.flagged:
                self.shop.cancel_paid(order)
        elif order.state == "closed":
            self._late(order, fits=fits)
        elif order.state != "review":
            self.shop.ask_back(order, attempt, "auto")

    def _late(self, order: Order, *, fits: bool) -> None:
        may_go_on = fits and order.reason in ("expired", "payment_failed")
        if may_go_on and all(self.shop.available(sku) >= many for sku, many in order.lines.items()):
            self.shop.take(order)
            order.state, order.reason = "confirmed", None
            return
        if may_go_on:
            order.reason = "oversold"
        self.shop.ask_all_back(order, "auto")

    def _payer(self, payment: str) -> tuple[Order, Attempt] | None:
        for order in self.shop.orders.values():
            for attempt in order.attempts:
                if attempt.payment == payment:
                    return order, attempt
        return None

    def refund(self, told: dict) -> bool:
        """Book a refund; False for one that has to wait."""
        payer = self._payer(told["payment_intent"])
        if payer is None:
            return False
        order, attempt = payer
        known = order.refunds.get(told["id"]) or order.refunds.get(told["metadata"].get("refund_id", ""))
        state = BOOKED.get(told["status"], told["status"])
        ours = known or Refund(attempt, told["amount"], "external")
        if known is None or RANK[state] > RANK[ours.state] or (ours.provider is None and state != ours.state):
            out = sum(r.amount for r in order.of(attempt) if r is not ours and r.state in RANK_OUT)
            if state in RANK_OUT and ours.amount > attempt.captured - out:
                return False
            ours.state, ours.provider = state, told["id"]
        ours.ever = ours.ever or told["status"] == "succeeded"
        if told["id"] not in order.refunds:
            order.refunds = {name: one for name, one in order.refunds.items() if one is not ours}
            order.refunds[told["id"]] = ours
            if known is None:
                order.see_to_refused(attempt)
        if order.state in (*IN_THE_HOUSE, "review") and order.all_given_back:
            chosen = sum(r.amount for r in order.refunds.values() if r.source == "shop" and r.ever)
            everything = chosen >= sum(one.captured for one in order.paid)
            self.shop.close(order, "refunded", {} if everything else None)
        return True

    def refused(self, order: Order, name: str) -> None:
        """Book that Stripe will not make a refund: nobody need look where nothing was left for it."""
        refund = order.refunds[name]
        refund.state = "failed"
        order.see_to_refused(refund.attempt)

    def dispute(self, told: dict, created: int, *, read: bool = False) -> bool:
        payer = self._payer(told["payment_intent"])
        if payer is None:
            return False
        order, known = payer[0], payer[0].disputes.get(told["id"])
        if known is not None and not read and (created, _rank(told["status"])) <= (known[0], _rank(known[1])):
            return True
        order.disputes[told["id"]] = (max(created, known[0] if known else 0), told["status"], payer[1])
        if order.disputed == "lost" and order.state in (*IN_THE_HOUSE, "review"):
            self.shop.close(order, "charged_back")
        elif order.unowned:
            self.shop.ask_all_back(order, "auto")
        return True

    def _warning(self, told: dict) -> bool:
        payer = self._payer(told["payment_intent"])
        if payer is not None:
            payer[0].warnings.setdefault(told["id"], False)
        return payer is not None


RANK_OUT = ("submitted", "succeeded")


def _age(event: dict) -> tuple[int, str]:
    return event["created"], event["id"]


def _rank(status: str) -> int:
    return _ORDER.index(status)


def _fits(session: dict, attempt: Attempt) -> bool:
    return (session["amount_total"], session["currency"]) == (attempt.amount, OURS)
