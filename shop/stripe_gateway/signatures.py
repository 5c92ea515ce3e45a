"""What tells a genuine delivery: Stripe's signature over the raw body, made lately.

See Stripe's documentation of webhook signatures; the check itself is the library's.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import stripe

from shop.stripe_gateway.shapes import Malformed

TOLERANCE_SECONDS = 300
LARGEST_HEADER = 4096

_FAR = 2**40
_EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,250}", re.ASCII)


class BadSignature(Exception):
    """A delivery that Stripe did not sign, or not lately."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A delivery that Stripe signed; `secret` tells which of our secrets it was signed with."""

    event: dict[str, Any]
    secret: int


def verify(
    payload: bytes,
    header: str | None,
    secrets: Sequence[str],
    at: int,
    tolerance: int = TOLERANCE_SECONDS,
) -> Verified:
    """Return the event in a delivery that Stripe signed within `tolerance` seconds of `at`.

    Tries every secret, so that one may be replaced. The age is limited on both sides, which the library
    does not do. Raises BadSignature or Malformed, whatever was sent.
    """
    stamp = _stamp(header)
    signed_with = next(
        (index for index, secret in enumerate(secrets) if _is_signed(payload, header, secret)), None
    )
    if signed_with is None:
        raise BadSignature("no signature of ours")
    if abs(at - stamp) > tolerance:
        raise BadSignature(f"signed {at - stamp} seconds ago")
    return Verified(_event(payload), signed_with)


def sign(payload: bytes, secret: str, at: int) -> str:
    """Return the signature header that Stripe would send with this body."""
    make = stripe.WebhookSignature.generate_signature_header
    return str(make(payload.decode(), secret, at))


def _stamp(header: str | None) -> int:
    if not header or len(header) > LARGEST_HEADER or not header.isascii():
        raise BadSignature("no usable signature header")
    match = re.search(r"(?:^|,)t=([0-9]{1,12})(?:,|$)", header)
    if match is None:
        raise BadSignature("a signature without its time")
    return int(match[1])


def _is_signed(payload: bytes, header: str | None, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(payload, header, secret))
    except Exception:  # noqa: BLE001 - hostile input reaches the library's parser; anything raised is a no
        return False


def event_of(event: object) -> dict[str, Any]:
    """Return a snapshot event after a look at its shape. Raises Malformed."""
    if not isinstance(event, dict) or event.get("object") != "event":
        raise Malformed("a body that is no event (is the endpoint set to thin events?)")
    if not isinstance(event.get("id"), str) or not _EVENT_ID.fullmatch(event["id"]):
        raise Malformed("an event without an id")
    data = event.get("data")
    body = data.get("object") if isinstance(data, dict) else None
    if not isinstance(event.get("type"), str) or not isinstance(body, dict):
        raise Malformed("an event without a type or an object")
    created = event.get("created", 0)
    if not isinstance(body.get("object"), str) or not isinstance(created, int) or not 0 <= created < _FAR:
        raise Malformed("an event about nothing")
    return event


def _event(payload: bytes) -> dict[str, Any]:
    try:
        return event_of(json.loads(payload))
    except (ValueError, RecursionError):
        raise Malformed("a body that is not JSON") from None
