"""Stripe, and the only module that knows its library: a few calls, plain answers, two kinds of failure.

What Stripe refused will be refused again; what had no clear answer must be repeated under the same
idempotency key. See Stripe's documentation of idempotent requests and of webhook signatures.
"""

import asyncio
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn
from urllib.parse import urlsplit

import httpx
import stripe

log = logging.getLogger(__name__)

stripe.enable_telemetry = False

TOLERANCE_SECONDS = 300
LARGEST_HEADER = 4096
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_ID = re.compile(r"[a-z]{2,6}_[A-Za-z0-9_]{1,250}", re.ASCII)
_EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,250}", re.ASCII)
_TIMEOUT = httpx.Timeout(10, connect=2)
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)


class StripeError(Exception):
    """A call to Stripe did not bring what it should."""


class StripeRefused(StripeError):
    """Stripe said no, and would say no again."""

    def __init__(self, message: str, *, status: int, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class StripeUnreachable(StripeError):
    """There was no clear answer: it may or may not have happened. Repeat it under the same key."""


class BadSignature(Exception):
    """A delivery that Stripe did not sign, or not lately."""


class Malformed(Exception):
    """Something that came from Stripe, or says so, without the shape it must have."""


@dataclass(frozen=True, slots=True)
class Session:
    """A Checkout Session; amounts in minor units, `expires_at` in seconds since 1970."""

    id: str
    status: str
    payment_status: str
    mode: str
    amount_total: int
    currency: str
    payment_intent: str | None
    url: str | None
    expires_at: int
    livemode: bool
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as Stripe knows it; the amount in minor units."""

    id: str
    status: str
    amount: int
    currency: str
    payment_intent: str | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verified:
    """A delivery that Stripe signed; `secret` tells which of our secrets it was signed with."""

    event: dict[str, Any]
    secret: int


class Gateway:
    """The calls the shop makes. Raises StripeRefused or StripeUnreachable, nothing else."""

    def __init__(self, api_key: str, api_base: str | None = None) -> None:
        base = _checked_base(api_key, api_base)
        self._http = _HttpClient(base)
        self._client = stripe.StripeClient(
            api_key,
            http_client=self._http,
            base_addresses={"api": base} if base else None,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()

    async def create_session(self, request: Mapping[str, Any], key: str, retries: int = 2) -> Session:
        """Create a Checkout Session, or find the one this key has made before."""
        create = self._client.v1.checkout.sessions.create_async
        return session_of(await _plain(create(dict(request), _options(key, retries))))  # type: ignore[arg-type]

    async def get_session(self, session_id: str) -> Session:
        """Read a Checkout Session."""
        retrieve = self._client.v1.checkout.sessions.retrieve_async
        return session_of(await _plain(retrieve(_id(session_id), None, _options(None, 2))))

    async def expire_session(self, session_id: str) -> Session:
        """End a Checkout Session. Raises StripeRefused when it is no longer open."""
        expire = self._client.v1.checkout.sessions.expire_async
        return session_of(await _plain(expire(_id(session_id), None, _options(None, 2))))

    async def create_refund(self, request: Mapping[str, Any], key: str, retries: int = 0) -> Refund:
        """Refund a payment, or find the refund this key has made before."""
        create = self._client.v1.refunds.create_async
        return refund_of(await _plain(create(dict(request), _options(key, retries))))  # type: ignore[arg-type]

    async def get_refund(self, refund_id: str) -> Refund:
        """Read a refund."""
        retrieve = self._client.v1.refunds.retrieve_async
        return refund_of(await _plain(retrieve(_id(refund_id), None, _options(None, 2))))

    async def list_events(self, types: Sequence[str], *, created_gte: int) -> list[dict[str, Any]]:
        """Return the events of these types since a second of 1970's count, oldest first."""
        events: list[dict[str, Any]] = []
        request: dict[str, Any] = {
            "types": list(types),
            "created": {"gte": created_gte},
            "limit": 100,
        }
        while True:
            page = await _plain(self._client.v1.events.list_async(request, _options(None, 2)))  # type: ignore[arg-type]
            events += page["data"]
            if not page["has_more"]:
                return events[::-1]
            request["starting_after"] = events[-1]["id"]


def session_of(data: Mapping[str, Any]) -> Session:
    """Read a Checkout Session from an answer or an event. Raises Malformed."""
    return Session(
        id=_text(data, "id"),
        status=_text(data, "status"),
        payment_status=_text(data, "payment_status"),
        mode=_text(data, "mode"),
        amount_total=_whole(data, "amount_total"),
        currency=_text(data, "currency"),
        payment_intent=_reference(data.get("payment_intent")),
        url=data.get("url"),
        expires_at=_whole(data, "expires_at"),
        livemode=bool(data.get("livemode")),
        metadata=_metadata(data),
    )


def refund_of(data: Mapping[str, Any]) -> Refund:
    """Read a refund from an answer or an event. Raises Malformed."""
    status = _text(data, "status")
    if status not in ("pending", "requires_action", "succeeded", "failed", "canceled"):
        raise Malformed(f"a refund with status {status!r}")
    return Refund(
        id=_text(data, "id"),
        status=status,
        amount=_whole(data, "amount"),
        currency=_text(data, "currency"),
        payment_intent=_reference(data.get("payment_intent")),
        metadata=_metadata(data),
    )


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


class _HttpClient(stripe.HTTPClient):
    """The library's documented extension point, with time limits and without proxies for loopback."""

    name: ClassVar[str] = "tillroom"

    def __init__(self, base: str | None) -> None:
        super().__init__()
        local = base is not None and urlsplit(base).hostname in LOOPBACK
        self._client = httpx.AsyncClient(timeout=_TIMEOUT, limits=_LIMITS, trust_env=not local)

    async def sleep_async(self, secs: float) -> None:
        await asyncio.sleep(secs)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            answer = await self._client.request(method, url, headers=dict(headers), content=post_data or None)
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            _no_answer(fault)
        # The library makes a warning of a notice; where warnings are errors it would be raised after Stripe
        # has acted.
        notice = answer.headers.pop("Stripe-Notice", None)
        if notice is not None:
            log.warning("Stripe says: %s", notice[:300])
        return answer.content, answer.status_code, answer.headers

    async def close_async(self) -> None:
        await self._client.aclose()


def _no_answer(fault: Exception) -> NoReturn:
    message = f"no answer from Stripe: {type(fault).__name__}"
    raise stripe.APIConnectionError(message, should_retry=True) from fault  # type: ignore[no-untyped-call]


def _checked_base(api_key: str, api_base: str | None) -> str | None:
    if api_base is None:
        return None
    parts = urlsplit(api_base)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError("STRIPE_API_BASE must be https, or an address of this machine.")
    if api_key.startswith(("sk_live_", "rk_live_")) and parts.hostname != "api.stripe.com":
        raise ValueError("A live key is only ever sent to Stripe: unset STRIPE_API_BASE.")
    return api_base.rstrip("/")


def _options(key: str | None, retries: int) -> Any:
    options: dict[str, Any] = {"max_network_retries": retries}
    if key is not None:
        options["idempotency_key"] = key
    return options


async def _plain(call: Any) -> dict[str, Any]:
    try:
        answer = await call
    except UnicodeDecodeError as fault:
        # The library decodes an answer before it looks at it.
        raise StripeUnreachable("an answer that is no text") from fault
    except (stripe.APIConnectionError, stripe.RateLimitError) as fault:
        raise StripeUnreachable(_reason(fault)) from fault
    except stripe.StripeError as fault:
        status = fault.http_status or 0
        if status in (0, 409) or not 400 <= status < 500:  # noqa: PLR2004
            raise StripeUnreachable(_reason(fault)) from fault
        raise StripeRefused(_reason(fault), status=status, code=fault.code or "") from fault
    plain: dict[str, Any] = answer.to_dict()
    return plain


def _reason(fault: stripe.StripeError) -> str:
    return str(fault.user_message or fault)[:300]


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise StripeRefused("That is no id of Stripe's.", status=400)
    return value


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


def _event(payload: bytes) -> dict[str, Any]:
    try:
        event = json.loads(payload)
    except (ValueError, RecursionError):
        raise Malformed("a body that is not JSON") from None
    if not isinstance(event, dict) or event.get("object") != "event":
        raise Malformed("a body that is no event (is the endpoint set to thin events?)")
    if not isinstance(event.get("id"), str) or not _EVENT_ID.fullmatch(event["id"]):
        raise Malformed("an event without an id")
    data = event.get("data")
    body = data.get("object") if isinstance(data, dict) else None
    if not isinstance(event.get("type"), str) or not isinstance(body, dict):
        raise Malformed("an event without a type or an object")
    if not isinstance(body.get("object"), str) or not isinstance(event.get("created", 0), int):
        raise Malformed("an event about nothing")
    return event


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise Malformed(f"{name} is missing or no text")
    return value


def _whole(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**53) < value < 2**53:
        raise Malformed(f"{name} is missing or no whole number")
    return value


def _reference(value: object) -> str | None:
    """Return the id of something that may come expanded."""
    found = value.get("id") if isinstance(value, Mapping) else value
    if found is not None and not isinstance(found, str):
        raise Malformed("a reference that is no id")
    return found


def _metadata(data: Mapping[str, Any]) -> dict[str, str]:
    value = data.get("metadata") or {}
    if not isinstance(value, Mapping):
        raise Malformed("metadata that is no mapping")
    return {str(key): str(text) for key, text in value.items()}
