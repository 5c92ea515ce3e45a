"""Errands: what the outbox asks for, done outside after the commit that asked for it.

Each is safe to repeat: it carries its own key to Stripe, or asks first how things stand.
"""

import asyncio
from collections.abc import Awaitable, Callable

from db import Database, Tx
from shop import adoption, checkout, letters, mail, order_letters, outbox, payments, refunds, schedule
from shop.clock import Instant, now
from shop.config import Settings
from shop.outbox import Task
from shop.stripe_gateway import Gateway, StripeError, StripeRefused

AT_ONCE = 8
ERRAND_SECONDS = 45.0
"""Shorter than the lease, so that nobody takes an errand over while it is still being run."""
NOT_ABOUT_US = (401, 403)
"""Refusals that are about the key: the same errand succeeds once the setting is mended."""


async def work_off(
    db: Database, gateway: Gateway, settings: Settings, which: Callable[[Tx, Instant], list[Task]]
) -> int:
    """Do what the outbox asks for, some at once, and return how much of it was done."""
    errands = _Errands(db, gateway, settings)
    return sum(await asyncio.gather(*map(errands.run, await db.read(which, now()))))


class _Errands:
    def __init__(self, db: Database, gateway: Gateway, settings: Settings) -> None:
        self._db = db
        self._gateway = gateway
        self._settings = settings
        self._places = asyncio.Semaphore(AT_ONCE)
        self._ways: dict[str, Callable[[str], Awaitable[object]]] = {
            "expire": self._expire,
            "refund": self._refund,
            "adopt": self._adopt,
            "return": self._return,
            "send_back": self._send_back,
            letters.ERRAND: self._letter,
        }

    async def run(self, task: Task) -> bool:
        """Claim a task and do it; False when another has it or it has to be tried again."""
        async with self._places:
            if not await self._db.write(outbox.claim, task, now()):
                return False
            try:
                async with asyncio.timeout(ERRAND_SECONDS):
                    await self._ways[task.kind](task.subject)
            except (StripeError, mail.MailError, TimeoutError) as fault:
                await self._not_done(task, fault)
                return False
            await self._db.write(outbox.done, task.id)
            return True

    async def _not_done(self, task: Task, fault: Exception) -> None:
        why = str(fault) or "it took too long"
        if task.kind == letters.ERRAND:
            await self._db.write(letters.failed, task.subject, why)
        if isinstance(fault, mail.MailError) and fault.final:
            await self._db.write(outbox.give_up, task, why)
        else:
            await self._db.write(outbox.try_again, task, why, now())

    async def _expire(self, attempt_id: str) -> None:
        await checkout.expire(self._db, self._gateway, attempt_id)

    async def _refund(self, refund_id: str) -> None:
        """Ask Stripe for a refund under its own id as idempotency key, and book the answer."""
        claim = await self._db.read(refunds.claim, refund_id)
        if claim is None or claim.state != "requested":
            return
        request = {
            "payment_intent": claim.payment_intent,
            "amount": claim.amount,
            "metadata": {"refund_id": claim.id, "order": claim.number},
        }
        try:
            refund = await self._gateway.create_refund(request, claim.id)
        except StripeRefused as refusal:
            if refusal.status in NOT_ABOUT_US:
                raise
            await self._db.write(refunds.refused, refund_id, str(refusal), now())
            return
        await self._db.write(payments.refund_read, refund, now())

    async def _adopt(self, session_id: str) -> None:
        await adoption.adopt(self._db, self._gateway, self._settings, session_id)

    async def _return(self, event_id: str) -> None:
        """Refund a payment that no order can own, and set its event aside."""
        payment = await self._db.read(payments.parked_payment, event_id)
        if payment is not None:
            request = {"payment_intent": payment, "metadata": {"event": event_id}}
            await self._gateway.create_refund(request, f"return_{event_id}")
            why = "no order can own it: its money was given back"
            await self._db.write(payments.set_aside, event_id, by="shop", why=why, at=now())

    async def _send_back(self, payment: str) -> None:
        """Refund a payment that the comparison of both ledgers has found without an owner."""
        request = {"payment_intent": payment, "metadata": {"reason": "no order owns it"}}
        await self._gateway.create_refund(request, f"send_back_{payment}")
        await self._db.write(schedule.make_due, schedule.LEDGERS, now())

    async def _letter(self, letter_id: str) -> None:
        """Send a letter under its own id, which stays the same however often it is handed over.

        What an order asks for is written first, and is an errand of its own from then on.
        """
        settings = self._settings
        news, _, row_id = letter_id.partition(":")
        if row_id:
            await self._db.write(order_letters.write, news, row_id, settings.base_url, now())
            return
        letter = await self._db.read(letters.by_id, letter_id)
        if settings.smtp_url is None or letter.is_spent:
            await self._db.write(letters.keep, letter_id)
        elif letter.state != "sent":
            told = mail.Envelope(letter.id, letter.recipient, letter.subject, letter.whole, letter.written_at)
            await mail.send(settings.smtp_url, settings.mail_from, told)
            await self._db.write(letters.sent, letter_id, now())
