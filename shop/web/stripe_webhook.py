"""Stripe's deliveries: proved first, booked in one transaction, answered only after its commit.

They are taken before the framework sees them: a delivery has no session, no cookie and no page, and the
framework's share was half of its time. 400 for what Stripe did not sign, 503 when the books are busy, and
2xx for all that is safely stored, also when it was ignored, repeated or parked. Never a redirect, which
Stripe takes for a failure.
"""

import hashlib
import logging
from dataclasses import dataclass

from quart import Quart

from db import Busy, CommitFailed, Unavailable
from shop import payments
from shop.clock import epoch, now
from shop.stripe_gateway import BadSignature, Malformed, verify
from shop.web.context import EXTENSION, Shop
from shop.web.shield import App, Receive, Scope, Send

log = logging.getLogger(__name__)

PATH = "/stripe-webhook"
LARGEST_BODY = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What Stripe is told."""

    status: int
    text: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Letterbox:
    """Stands before the shop's application and takes what is addressed to the webhook."""

    def __init__(self, app: App, shop: Quart) -> None:
        self._app = app
        self._shop = shop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a delivery, or pass the request on."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
        elif scope["method"] != "POST":
            await _send(send, Answer(405, "Only POST is taken here.\n", ((b"allow", b"POST"),)))
        else:
            await self._take(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        payload = await _body(receive)
        if payload is None:
            await _send(send, Answer(413, "That is too much to send at once.\n"))
            return
        try:
            answer = await book(self._shop.extensions[EXTENSION], payload, _signature(scope))
        except Exception:
            # Stripe repeats what was answered with 500, so nothing is lost by saying so.
            log.exception("a delivery could not be booked")
            answer = Answer(500)
        await _send(send, answer)


async def book(here: Shop, payload: bytes, signature: str | None) -> Answer:
    """Verify a delivery and book it."""
    settings = here.settings
    try:
        verified = verify(payload, signature, settings.webhook_secrets, epoch())
        await here.db.write(payments.receive, verified.event, payload, livemode=settings.livemode, at=now())
    except (BadSignature, Malformed) as fault:
        digest = hashlib.sha256(payload).hexdigest()
        await here.db.write(payments.reject, str(fault), digest, now())
        return Answer(400, f"{fault}\n")
    except (Busy, CommitFailed, Unavailable):
        return Answer(503, headers=((b"retry-after", b"5"),))
    return Answer(200)


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body, or None for one beyond every measure."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _signature(scope: Scope) -> str | None:
    given = [value for name, value in scope["headers"] if name == b"stripe-signature"]
    return given[0].decode("latin-1") if len(given) == 1 else None


async def _send(send: Send, answer: Answer) -> None:
    body = answer.text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
