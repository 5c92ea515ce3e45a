"""The local Stripe's REST API: which address asks for what.

How a call is authorised, answered, remembered and listed is in `calls.py`. Most kinds of object have the same
addresses, and so stand in one table.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from quart import Blueprint, Response, request

from db import Tx
from shop.sandbox import (
    basket,
    catalogue,
    customers,
    discounts,
    disputes,
    expand,
    params,
    refunds,
    sessions,
    updates,
)
from shop.sandbox.calls import Post, answer, get, listing, post
from shop.sandbox.params import METADATA, Shape
from shop.sandbox.state import Call, Fault, Object

api = Blueprint("api", __name__, url_prefix="/v1")

Change = Callable[[Tx, Call, Object, str], Object]
_EXPAND: Shape = {"expand": [str]}


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object: its address, the name its id has in refusals, and what may be done with it."""

    path: str
    kind: str
    param: str
    filters: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    create: Post | None = None
    update: Change | None = None
    delete: Change | None = None
    acts: Mapping[str, Change] = field(default_factory=dict)


def _expire(tx: Tx, call: Call, given: Object, session_id: str) -> Object:
    params.check(given, _EXPAND)
    return sessions.expire(tx, call, session_id)


def _changes(kind: str, shape: Shape) -> Change:
    return partial(updates.change, kind=kind, shape=shape)


_OF_PAYMENT = {"payment_intent": str, "charge": str}
RESOURCES = (
    Resource(
        "checkout/sessions",
        "checkout.session",
        "session",
        {
            "payment_intent": str,
            "status": ("complete", "expired", "open"),
            "customer": str,
            "customer_details": {"email": str},
        },
        create=sessions.create,
        acts={"expire": _expire},
    ),
    Resource(
        "payment_intents",
        "payment_intent",
        "intent",
        {"customer": str},
        update=_changes("payment_intent", {"metadata": METADATA, "description": str, **_EXPAND}),
    ),
    Resource(
        "charges",
        "charge",
        "charge",
        {"payment_intent": str, "customer": str},
        update=_changes("charge", {"metadata": METADATA, "description": str, **_EXPAND}),
    ),
    Resource(
        "refunds",
        "refund",
        "refund",
        _OF_PAYMENT,
        create=refunds.create,
        update=refunds.update,
        acts={"cancel": refunds.cancel},
    ),
    Resource(
        "disputes",
        "dispute",
        "dispute",
        _OF_PAYMENT,
        update=disputes.update,
        acts={"close": disputes.close},
    ),
    Resource("radar/early_fraud_warnings", "radar.early_fraud_warning", "early_fraud_warning", _OF_PAYMENT),
    Resource(
        "customers",
        "customer",
        "customer",
        {"email": str},
        {"deleted": None},
        create=customers.create,
        update=_changes("customer", customers.CUSTOMER),
        delete=updates.delete_customer,
    ),
    Resource(
        "products",
        "product",
        "id",
        {"active": bool, "shippable": bool, "url": str},
        create=catalogue.create_product,
        update=_changes("product", catalogue.PRODUCT_UPDATE),
        delete=updates.delete_product,
    ),
    Resource(
        "prices",
        "price",
        "price",
        {"active": bool, "currency": str, "product": str, "type": ("one_time", "recurring")},
        create=catalogue.create_price,
        update=_changes("price", catalogue.PRICE_UPDATE),
    ),
    Resource(
        "coupons",
        "coupon",
        "coupon",
        {},
        {"deleted": None},
        create=discounts.create_coupon,
        update=_changes("coupon", discounts.COUPON_UPDATE),
        delete=updates.delete_coupon,
    ),
    Resource(
        "promotion_codes",
        "promotion_code",
        "promotion_code",
        {"active": bool, "code": str, "customer": str},
        create=discounts.create_promotion_code,
        update=_changes("promotion_code", discounts.PROMOTION_CODE_UPDATE),
    ),
    Resource(
        "shipping_rates",
        "shipping_rate",
        "shipping_rate_token",
        {"active": bool},
        create=catalogue.create_shipping_rate,
        update=_changes("shipping_rate", catalogue.SHIPPING_RATE_UPDATE),
    ),
    Resource(
        "tax_rates",
        "tax_rate",
        "tax_rate",
        {"active": bool, "inclusive": bool},
        create=catalogue.create_tax_rate,
        update=_changes("tax_rate", catalogue.TAX_RATE_UPDATE),
    ),
    Resource(
        "balance_transactions", "balance_transaction", "id", {"currency": str, "source": str, "type": str}
    ),
    Resource("events", "event", "id", {"type": str, "types": [str], "delivery_success": bool}),
)


def _expanding(act: Post) -> Post:
    """Return an act whose answer has in it what was asked for."""

    def run(tx: Tx, call: Call, given: Object) -> Object:
        done = act(tx, call, given)
        return expand.applied(tx, done, given.get("expand", {}).values())

    return run


async def _told(find: Callable[[Tx], Object]) -> Response:
    """Answer a GET of one object, with what was asked for in it."""
    pairs = list(request.args.items(multi=True))

    def found(tx: Tx) -> Object:
        asked = params.check(params.decode(pairs), _EXPAND)
        return expand.applied(tx, find(tx), asked.get("expand", []))

    return await get(found)


def _to_all(act: Post) -> Callable[[], Awaitable[Response]]:
    async def create() -> Response:
        return await post(_expanding(act))

    return create


def _to_one(act: Change) -> Callable[[str], Awaitable[Response]]:
    async def change(thing: str) -> Response:
        return await post(_expanding(lambda tx, call, given: act(tx, call, given, thing)))

    return change


def _add_addresses(one: Resource) -> None:
    """Give a kind of object its addresses."""

    async def index() -> Response:
        return await listing(one.kind, one.filters, one.fixed)

    async def show(thing: str) -> Response:
        return await _told(lambda tx: updates.shown(tx, one.kind, thing, one.param))

    views: dict[tuple[str, str], Callable[..., Any]] = {("GET", ""): index, ("GET", "/<thing>"): show}
    if one.create:
        views["POST", ""] = _to_all(one.create)
    if one.update:
        views["POST", "/<thing>"] = _to_one(one.update)
    if one.delete:
        views["DELETE", "/<thing>"] = _to_one(one.delete)
    views |= {("POST", f"/<thing>/{word}"): _to_one(act) for word, act in one.acts.items()}
    for (method, path), view in views.items():
        api.add_url_rule(f"/{one.path}{path}", f"{method} {one.path}{path}", view, methods=[method])


for resource in RESOURCES:
    _add_addresses(resource)


@api.get("/checkout/sessions/<thing>/line_items")
async def line_items(thing: str) -> Response:
    """List what a Checkout Session sells."""
    pairs = list(request.args.items(multi=True))

    def page(tx: Tx) -> Object:
        asked = params.check(params.decode(pairs), basket.LINE_ITEMS)
        return expand.applied(tx, basket.line_items(tx, thing, asked), asked.get("expand", []))

    return await get(page)


@api.get("/charges/<thing>/refunds")
async def refunds_of_charge(thing: str) -> Response:
    """List the refunds of a charge."""
    return await listing("refund", {}, {"charge": thing})


@api.route("/<path:unknown>", methods=["GET", "POST", "DELETE"])
async def nothing_here(unknown: str) -> Response:
    """Refuse what the local Stripe does not have, in the shape of Stripe's errors."""
    fault = Fault(404, f"Unrecognized request URL ({request.method}: /v1/{unknown}).")
    return answer(fault.status, json.dumps(fault.body))
