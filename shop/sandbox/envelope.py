"""What a delivery is when it leaves: its body and its signature, honest or spoiled as ordered."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

from shop.sandbox.faults import Mishap
from shop.sandbox.state import Object

_WRONG_SECRET = "whsec_of_somebody_else"  # noqa: S105 - it is meant to open nothing
_AMOUNTS = (
    "amount",
    "amount_captured",
    "amount_received",
    "amount_refunded",
    "amount_subtotal",
    "amount_total",
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One body with the headers it is sent with."""

    body: bytes
    headers: dict[str, str]


def signature(body: str, secrets: Sequence[str], at: int) -> str:
    """Return the Stripe-Signature header of a body (Stripe's documentation, scheme v1).

    It carries one signature for each secret: two while a secret is being replaced.
    """
    signed = f"{at}.{body}".encode()
    macs = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={mac}" for mac in macs)])


def sealed(body: str, secrets: Sequence[str], at: int, mishap: Mishap | None) -> Envelope:
    """Return a body signed at a second of 1970's count; what a fault changed is signed all the same."""
    what = mishap.what if mishap else ""
    if mishap and what in ("forge_livemode", "change_amount", "change_currency"):
        body = json.dumps(_changed(json.loads(body), mishap), indent=2)
    if mishap and what == "sign_stale":
        at -= mishap.seconds
    if what == "sign_wrong":
        secrets = (_WRONG_SECRET,)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature(body, secrets, at),
    }
    return Envelope(body.encode(), headers)


def _changed(event: Object, mishap: Mishap) -> Object:
    thing = event["data"]["object"]
    if mishap.what == "forge_livemode":
        event["livemode"] = True
        if "livemode" in thing:
            thing["livemode"] = True
    elif mishap.what == "change_amount":
        for name in _AMOUNTS:
            if isinstance(thing.get(name), int):
                thing[name] += mishap.count
    elif "currency" in thing:
        thing["currency"] = "usd" if thing["currency"] != "usd" else "eur"
    return event
