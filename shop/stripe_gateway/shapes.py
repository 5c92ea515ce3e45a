"""What Stripe's objects are to the shop: a few fields, checked as they come in.

Shapes follow Stripe's API reference; fields that the shop does not use may be missing or new.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_FAR_AWAY = 2**40
ADDRESS = ("line1", "line2", "postal_code", "city", "state", "country")
"""The parts of an address, as Stripe names them."""


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
    email: str | None = None
    discount: int = 0
    shipping: int = 0
    ship_to: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as Stripe knows it; the amount in minor units, `created` in seconds since 1970."""

    id: str
    status: str
    amount: int
    currency: str
    payment_intent: str | None
    metadata: Mapping[str, str]
    created: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that was taken, in minor units: what Stripe's own books say of a payment."""

    id: str
    status: str
    amount_captured: int
    currency: str
    payment_intent: str | None
    created: int
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dispute:
    """A payment that a bank wants back, or asks about (`warning_…`); the amount in minor units.

    `due_by` is the second of 1970's count until which evidence is taken.
    """

    id: str
    status: str
    amount: int
    currency: str
    reason: str
    payment_intent: str | None
    due_by: int | None


@dataclass(frozen=True, slots=True)
class FraudWarning:
    """A card network's warning that a payment is likely to be disputed."""

    id: str
    kind: str
    payment_intent: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a Checkout Session; `sku` is what we called it, the amount in minor units."""

    sku: str
    quantity: int
    unit_amount: int
    name: str


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
        email=_reference(data.get("customer_email")),
        discount=_part(data, "amount_discount"),
        shipping=_part(data, "amount_shipping"),
        ship_to=_address(data),
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
        created=_whole(data, "created") if "created" in data else 0,
    )


def dispute_of(data: Mapping[str, Any]) -> Dispute:
    """Read a dispute from an answer or an event. Raises Malformed."""
    details = data.get("evidence_details")
    due_by = details.get("due_by") if isinstance(details, Mapping) else None
    return Dispute(
        id=_text(data, "id"),
        status=_text(data, "status"),
        amount=_whole(data, "amount"),
        currency=_text(data, "currency"),
        reason=_text(data, "reason"),
        payment_intent=_reference(data.get("payment_intent")),
        due_by=due_by if isinstance(due_by, int) and 0 < due_by < _FAR_AWAY else None,
    )


def fraud_warning_of(data: Mapping[str, Any]) -> FraudWarning:
    """Read an early fraud warning from an event. Raises Malformed."""
    return FraudWarning(
        id=_text(data, "id"),
        kind=_text(data, "fraud_type"),
        payment_intent=_reference(data.get("payment_intent")),
    )


def charge_of(data: Mapping[str, Any]) -> Charge:
    """Read a charge from an answer. Raises Malformed."""
    return Charge(
        id=_text(data, "id"),
        status=_text(data, "status"),
        amount_captured=_whole(data, "amount_captured"),
        currency=_text(data, "currency"),
        payment_intent=_reference(data.get("payment_intent")),
        created=_whole(data, "created"),
        metadata=_metadata(data),
    )


def intent_of(data: Mapping[str, Any]) -> tuple[str, str, Mapping[str, str]]:
    """Read a payment intent that failed: its id, why, and its metadata. Raises Malformed."""
    error = data.get("last_payment_error")
    message = error.get("message") if isinstance(error, Mapping) else None
    return _text(data, "id"), str(message or "The card was declined.")[:300], _metadata(data)


def item_of(data: Mapping[str, Any]) -> Item:
    """Read a line of a Checkout Session whose product is expanded. Raises Malformed."""
    price = data.get("price") or {}
    product = price.get("product") if isinstance(price, Mapping) else None
    named = product.get("metadata", {}) if isinstance(product, Mapping) else {}
    quantity = _whole(data, "quantity")
    return Item(
        sku=str(named.get("sku") or ""),
        quantity=quantity,
        unit_amount=_whole(data, "amount_subtotal") // max(quantity, 1),
        name=str(data.get("description") or ""),
    )


def _part(data: Mapping[str, Any], name: str) -> int:
    details = data.get("total_details")
    return _whole(details, name) if isinstance(details, Mapping) and name in details else 0


def _address(data: Mapping[str, Any]) -> dict[str, str]:
    """Return where it goes: the shopper's name and the parts of the address that they filled in."""
    collected = data.get("collected_information")
    details = collected.get("shipping_details") if isinstance(collected, Mapping) else None
    address = details.get("address") if isinstance(details, Mapping) else None
    if not isinstance(details, Mapping) or not isinstance(address, Mapping):
        return {}
    told = {"name": details.get("name"), **{name: address.get(name) for name in ADDRESS}}
    return {name: text[:200] for name, text in told.items() if isinstance(text, str) and text}


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
