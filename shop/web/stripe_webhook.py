"""Stripe's deliveries: proved first, booked in one transaction, answered only after its commit.

400 for what Stripe did not sign, 503 when the books are busy, and 2xx for all that is safely stored,
also when it was ignored, repeated or parked. Never a redirect, which Stripe takes for a failure.
"""

import hashlib
from typing import cast

from quart import Blueprint, Response, request

from db import Busy, CommitFailed
from shop import payments
from shop.clock import epoch, now
from shop.stripe_gateway import BadSignature, Malformed, verify
from shop.web.context import shop

stripe_webhook = Blueprint("stripe_webhook", __name__)


@stripe_webhook.post("/stripe-webhook")
async def receive() -> Response:
    """Take one delivery."""
    payload = cast("bytes", await request.get_data(as_text=False))
    here = shop()
    try:
        secrets = here.settings.webhook_secrets
        verified = verify(payload, request.headers.get("Stripe-Signature"), secrets, epoch())
        await here.db.write(
            payments.receive, verified.event, payload, livemode=here.settings.livemode, at=now()
        )
    except (BadSignature, Malformed) as fault:
        return await _reject(payload, str(fault))
    except (Busy, CommitFailed):
        return Response("", 503, {"Retry-After": "5"})
    return Response("", 200)


async def _reject(payload: bytes, reason: str) -> Response:
    digest = hashlib.sha256(payload).hexdigest()
    await shop().db.write(payments.reject, reason, digest, now())
    return Response(f"{reason}\n", 400, content_type="text/plain; charset=utf-8")
