"""The calls the shop makes to Stripe.

What Stripe refused will be refused again; what had no clear answer must be repeated under the same
idempotency key. See Stripe's documentation of idempotent requests.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NoReturn, TypeVar
from urllib.parse import urlsplit

import httpx
import stripe

from shop.stripe_gateway.shapes import (
    Charge,
    Dispute,
    Item,
    Malformed,
    Refund,
    Session,
    charge_of,
    dispute_of,
    item_of,
    refund_of,
    session_of,
)
from shop.stripe_gateway.signatures import event_of

T = TypeVar("T")

log = logging.getLogger(__name__)

stripe.enable_telemetry = False

PAGE_SECONDS = 7.0
"""Nobody waits longer than this for Stripe while a page loads."""
JOB_SECONDS = 12.0
API_VERSION = stripe.api_version
"""The version of Stripe's API that the library is pinned to, in which answers come."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_ID = re.compile(r"[a-z]{2,6}_[A-Za-z0-9_]{1,250}", re.ASCII)
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


class Gateway:
    """The calls the shop makes. Raises StripeRefused or StripeUnreachable, nothing else.

    Each call takes a number of repetitions and the seconds that all of them may take together: pages are
    patient for a few seconds, jobs rather try again later.
    """

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

    async def create_session(
        self, request: Mapping[str, Any], key: str, retries: int = 2, patience: float = PAGE_SECONDS
    ) -> Session:
        """Create a Checkout Session, or find the one this key has made before."""
        create = self._client.v1.checkout.sessions.create_async
        return await _ask(session_of, create(dict(request), _options(key, retries)), patience)  # type: ignore[arg-type]  # a plain mapping

    async def create_coupon(self, coupon_id: str, amount: int, currency: str, name: str) -> None:
        """Make a coupon of an amount in minor units for one use, or find the one that was made under this id.

        Stripe forgets idempotency keys after a day; the id alone then tells that it is there.
        """
        create = self._client.v1.coupons.create_async
        request: dict[str, Any] = {
            "id": coupon_id,
            "amount_off": amount,
            "currency": currency,
            "duration": "once",
            "max_redemptions": 1,
            "name": name[:40],
        }
        try:
            await _ask(dict, create(request, _options(f"coupon_{coupon_id}")), PAGE_SECONDS)  # type: ignore[arg-type]  # a plain mapping
        except StripeRefused as refusal:
            if refusal.code != "resource_already_exists":
                raise

    async def get_session(self, session_id: str) -> Session:
        """Read a Checkout Session."""
        retrieve = self._client.v1.checkout.sessions.retrieve_async
        return await _ask(session_of, retrieve(_id(session_id), None, _options()))

    async def session_items(self, session_id: str) -> list[Item]:
        """Read what a Checkout Session sells."""
        request: dict[str, Any] = {"limit": 100, "expand": ["data.price.product"]}
        list_items = self._client.v1.checkout.sessions.line_items.list_async
        page = await _ask(_page_of, list_items(_id(session_id), request, _options()))  # type: ignore[arg-type]  # a plain mapping
        return _each(item_of, page["data"])

    async def expire_session(self, session_id: str) -> Session:
        """End a Checkout Session. Raises StripeRefused when it is no longer open."""
        expire = self._client.v1.checkout.sessions.expire_async
        return await _ask(session_of, expire(_id(session_id), None, _options()))

    async def find_session(self, payment_intent: str) -> Session | None:
        """Return the Checkout Session that a payment was made through, if it was one."""
        find = self._client.v1.checkout.sessions.list_async
        request: dict[str, Any] = {"payment_intent": _id(payment_intent), "limit": 1}
        page = await _ask(_page_of, find(request, _options()))  # type: ignore[arg-type]  # a plain mapping
        return next(iter(_each(session_of, page["data"])), None)

    async def create_refund(self, request: Mapping[str, Any], key: str) -> Refund:
        """Refund a payment, or find the refund this key has made before."""
        create = self._client.v1.refunds.create_async
        return await _ask(refund_of, create(dict(request), _options(key)))  # type: ignore[arg-type]  # a plain mapping

    async def get_refund(self, refund_id: str) -> Refund:
        """Read a refund."""
        return await _ask(refund_of, self._client.v1.refunds.retrieve_async(_id(refund_id), None, _options()))

    async def list_refunds(self, *, created_gte: int) -> list[Refund]:
        """Return the refunds made since a second of 1970's count, oldest first."""
        return _each(refund_of, await self._all("refunds", created_gte=created_gte))

    async def get_dispute(self, dispute_id: str) -> Dispute:
        """Read a dispute."""
        retrieve = self._client.v1.disputes.retrieve_async
        return await _ask(dispute_of, retrieve(_id(dispute_id), None, _options()))

    async def list_disputes(self, *, created_gte: int) -> list[Dispute]:
        """Return the disputes opened since a second of 1970's count, oldest first."""
        return _each(dispute_of, await self._all("disputes", created_gte=created_gte))

    async def list_charges(self, *, created_gte: int) -> list[Charge]:
        """Return the charges made since a second of 1970's count, oldest first."""
        return _each(charge_of, await self._all("charges", created_gte=created_gte))

    async def list_events(self, types: Sequence[str], *, created_gte: int) -> list[dict[str, Any]]:
        """Return the events of these types since a second of 1970's count, oldest first."""
        return _each(event_of, await self._all("events", created_gte=created_gte, types=list(types)))

    async def _all(self, kind: str, *, created_gte: int, **more: Any) -> list[dict[str, Any]]:
        v1 = self._client.v1
        found: list[dict[str, Any]] = []
        request: dict[str, Any] = {"created": {"gte": created_gte}, "limit": 100, **more}
        lists: dict[str, Any] = {
            "refunds": v1.refunds,
            "disputes": v1.disputes,
            "charges": v1.charges,
            "events": v1.events,
        }
        while True:
            page = await _ask(_page_of, lists[kind].list_async(request, _options()))
            found += page["data"]
            if not page["has_more"]:
                return found[::-1]
            request["starting_after"] = found[-1]["id"]


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
    raise stripe.APIConnectionError(message, should_retry=True) from fault  # type: ignore[no-untyped-call]  # has no types


def _checked_base(api_key: str, api_base: str | None) -> str | None:
    if api_base is None:
        return None
    parts = urlsplit(api_base)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError("STRIPE_API_BASE must be https, or an address of this machine.")
    if api_key.startswith(("sk_live_", "rk_live_")) and parts.hostname != "api.stripe.com":
        raise ValueError("A live key is only ever sent to Stripe: unset STRIPE_API_BASE.")
    return api_base.rstrip("/")


def _options(key: str | None = None, retries: int = 0) -> Any:
    options: dict[str, Any] = {"max_network_retries": retries}
    if key is not None:
        options["idempotency_key"] = key
    return options


async def _ask(read: Callable[[Mapping[str, Any]], T], call: Any, patience: float = JOB_SECONDS) -> T:
    """Return what Stripe answers; an answer without the shape it must have is none."""
    try:
        async with asyncio.timeout(patience):
            answer = await call
        return read(answer.to_dict())
    except TimeoutError as fault:
        raise StripeUnreachable(f"no answer from Stripe within {patience:g} seconds") from fault
    except (Malformed, UnicodeDecodeError, AttributeError, KeyError) as fault:
        raise StripeUnreachable(f"an answer that is not Stripe's: {fault}") from fault
    except (stripe.APIConnectionError, stripe.RateLimitError) as fault:
        raise StripeUnreachable(_reason(fault)) from fault
    except stripe.StripeError as fault:
        status = fault.http_status or 0
        if status in (0, 409) or not 400 <= status < 500:  # noqa: PLR2004 - where HTTP counts the asker's faults
            raise StripeUnreachable(_reason(fault)) from fault
        raise StripeRefused(_reason(fault), status=status, code=fault.code or "") from fault


def _page_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read a page of a list. Raises Malformed."""
    if not isinstance(data.get("data"), list) or not isinstance(data.get("has_more"), bool):
        raise Malformed("a list without its data")
    return data


def _each(read: Callable[[Mapping[str, Any]], T], found: Sequence[Mapping[str, Any]]) -> list[T]:
    try:
        return [read(one) for one in found]
    except Malformed as fault:
        raise StripeUnreachable(f"an answer that is not Stripe's: {fault}") from fault


def _reason(fault: stripe.StripeError) -> str:
    return str(fault.user_message or fault)[:300]


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise StripeRefused("That is no id of Stripe's.", status=400)
    return value
