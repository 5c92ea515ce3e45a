"""A tiny Stripe in memory: sessions, refunds, disputes and warnings, and the events that tell of each change.

It keeps Stripe's rules where the shop can see them: only an open session expires, a refund never exceeds what
is left of its payment and is refused while a dispute is open, one key makes one object. Events are snapshots.
"""

import copy
from dataclasses import dataclass, field

from shop.stripe_gateway import Dispute, Refund, Session, dispute_of, refund_of, session_of

GONE = ("failed", "canceled")
DECIDED = ("won", "lost", "warning_closed", "prevented")


class Refusal(Exception):
    """Stripe says no."""


@dataclass
class StripeModel:
    """Everything is kept as the objects that Stripe's API would answer; `clock` counts seconds since 1970."""

    clock: int
    sessions: dict[str, dict] = field(default_factory=dict)
    payments: dict[str, dict] = field(default_factory=dict)
    refunds: dict[str, dict] = field(default_factory=dict)
    disputes: dict[str, dict] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    events: list[dict] = field(default_factory=list)
    made: int = 0

    def session(self, session_id: str) -> Session:
        return session_of(self.sessions[session_id])

    def refund(self, refund_id: str) -> Refund:
        return refund_of(self.refunds[refund_id])

    def dispute(self, dispute_id: str) -> Dispute:
        return dispute_of(self.disputes[dispute_id])

    def create_session(self, request: dict, key: str) -> Session:
        """Make the session that a request asks for; the same key finds the same one."""
        if key not in self.keys:
            items = [(item["quantity"], item["price_data"]) for item in request["line_items"]]
            self.keys[key] = self._open(
                request["metadata"],
                sum(quantity * price["unit_amount"] for quantity, price in items),
                items[0][1]["currency"],
                request["expires_at"],
            )
        return self.session(self.keys[key])

    def another_session(self, session_id: str) -> str:
        """Make a second session for the same order, as somebody with a key to the account may."""
        first = self.sessions[session_id]
        return self._open(first["metadata"], first["amount_total"], first["currency"], first["expires_at"])

    def pay(self, session_id: str, amount: int | None = None, currency: str | None = None) -> str:
        """Have a card pay an open session, or another amount than was asked for; return the payment."""
        session = self._complete(session_id, amount, currency)
        self._take(session)
        self._tell("checkout.session.completed", session)
        return session["payment_intent"]

    def debit(self, session_id: str, amount: int | None = None) -> None:
        """Have a bank account pay an open session: the money takes days."""
        self._tell("checkout.session.completed", self._complete(session_id, amount, None))

    def debit_ends(self, session_id: str, *, arrives: bool) -> None:
        session = self.sessions[session_id]
        if arrives:
            self._take(session)
        ending = "succeeded" if arrives else "failed"
        session["debit"] = ending
        self._tell(f"checkout.session.async_payment_{ending}", session)

    def decline(self, session_id: str) -> None:
        error = {"message": "Your card was declined."}
        metadata = self.sessions[session_id]["metadata"]
        intent = {"id": self._id("pi"), "object": "payment_intent", "last_payment_error": error}
        self._tell("payment_intent.payment_failed", intent | {"metadata": metadata})

    def expire(self, session_id: str) -> bool:
        """Close a session that is still open; False leaves it as it is."""
        session = self.sessions[session_id]
        if session["status"] != "open":
            return False
        session |= {"status": "expired", "url": None}
        self._tell("checkout.session.expired", session)
        return True

    def left_of(self, payment: str) -> int:
        """Return what is left of a payment, less what is on its way back."""
        gone = (one["amount"] for one in self.refunds_of(payment) if one["status"] not in GONE)
        return self.payments[payment]["amount"] - sum(gone)

    def refunds_of(self, payment: str) -> list[dict]:
        return [one for one in self.refunds.values() if one["payment_intent"] == payment]

    def disputed(self, payment: str) -> bool:
        """Tell whether a bank has the money of a payment."""
        return any(
            one["payment_intent"] == payment and one["status"] in ("needs_response", "under_review", "lost")
            for one in self.disputes.values()
        )

    def give_back(
        self, payment: str, amount: int, status: str = "succeeded", *, key: str = "", named: str = ""
    ) -> Refund:
        """Make a refund. Raises Refusal for more than is left, and while a bank has the money."""
        if key in self.keys:
            return self.refund(self.keys[key])
        if amount > self.left_of(payment) or self.disputed(payment):
            raise Refusal("This charge can't be refunded by so much.")
        refund = {"id": self._id("re"), "object": "refund", "status": status, "amount": amount}
        about = {"currency": self.payments[payment]["currency"], "payment_intent": payment}
        refund |= about | {"metadata": {"refund_id": named} if named else {}}
        self.refunds[refund["id"]] = refund
        if key:
            self.keys[key] = refund["id"]
        self._tell("refund.created", refund)
        return self.refund(refund["id"])

    def refund_becomes(self, refund_id: str, status: str) -> None:
        refund = self.refunds[refund_id]
        refund["status"] = status
        self._tell("refund.updated", refund)
        if status == "failed":
            self._tell("refund.failed", refund)

    def complain(self, payment: str, status: str) -> str:
        """Open a dispute or an inquiry about what is left of a payment; return its id."""
        dispute = {"id": self._id("du"), "object": "dispute", "status": status, "reason": "fraudulent"}
        about = {"amount": self.left_of(payment), "currency": self.payments[payment]["currency"]}
        due = {"evidence_details": {"due_by": self.clock + 86400}, "payment_intent": payment}
        self.disputes[dispute["id"]] = dispute | about | due
        self._tell("charge.dispute.created", self.disputes[dispute["id"]])
        return dispute["id"]

    def dispute_becomes(self, dispute_id: str, status: str) -> None:
        dispute = self.disputes[dispute_id]
        dispute["status"] = status
        ending = "closed" if status in DECIDED else "updated"
        self._tell(f"charge.dispute.{ending}", dispute)

    def warn(self, payment: str) -> None:
        warning = {"id": self._id("issfr"), "object": "radar.early_fraud_warning", "payment_intent": payment}
        self._tell("radar.early_fraud_warning.created", warning | {"fraud_type": "made_with_stolen_card"})

    def _open(self, metadata: dict, amount: int, currency: str, expires_at: int) -> str:
        session_id = self._id("cs_test")
        self.sessions[session_id] = {
            "id": session_id,
            "object": "checkout.session",
            "status": "open",
            "payment_status": "unpaid",
            "mode": "payment",
            "amount_total": amount,
            "currency": currency,
            "payment_intent": None,
            "url": f"http://127.0.0.1:1/{session_id}",
            "expires_at": expires_at,
            "livemode": False,
            "metadata": metadata,
        }
        return session_id

    def _complete(self, session_id: str, amount: int | None, currency: str | None) -> dict:
        session = self.sessions[session_id]
        assert session["status"] == "open"
        session |= {"status": "complete", "url": None, "payment_intent": self._id("pi")}
        session["amount_total"] = amount or session["amount_total"]
        session["currency"] = currency or session["currency"]
        return session

    def _take(self, session: dict) -> None:
        session["payment_status"] = "paid"
        charge = {"amount": session["amount_total"], "currency": session["currency"]}
        self.payments[session["payment_intent"]] = charge | {"session": session["id"]}

    def _tell(self, kind: str, body: dict) -> None:
        event = {"id": self._id("evt"), "object": "event", "api_version": "2026-10-28.endive"}
        about = {"created": self.clock, "livemode": False, "type": kind}
        self.events.append(event | about | {"data": {"object": copy.deepcopy(body)}})

    def _id(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}_{self.made:05d}"
