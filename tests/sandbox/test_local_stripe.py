"""The local Stripe behaves as Stripe does where the shop can see it."""

import asyncio
import time

import pytest

from shop.sandbox import (
    SandboxSettings,
    catalogue,
    customers,
    discounts,
    disputes,
    local_keys,
    refunds,
    sessions,
)
from shop.stripe_gateway import Gateway, StripeRefused, StripeUnreachable
from tests.sandbox.asking import ITEM, request
from tests.sandbox.fidelity import request_schema
from tests.sandbox.openapi import SPEC, check

TAKEN = [
    ("post checkout/sessions", sessions.SHAPE),
    ("post refunds", refunds.SHAPE),
    ("post refunds/{refund}", refunds.UPDATE),
    ("post disputes/{dispute}", disputes.UPDATE),
    ("post customers", customers.CUSTOMER),
    ("post customers/{customer}", customers.CUSTOMER),
    ("post products", catalogue.PRODUCT),
    ("post products/{id}", catalogue.PRODUCT_UPDATE),
    ("post prices", catalogue.PRICE),
    ("post prices/{price}", catalogue.PRICE_UPDATE),
    ("post shipping_rates", catalogue.SHIPPING_RATE),
    ("post shipping_rates/{shipping_rate_token}", catalogue.SHIPPING_RATE_UPDATE),
    ("post tax_rates", catalogue.TAX_RATE),
    ("post tax_rates/{tax_rate}", catalogue.TAX_RATE_UPDATE),
    ("post coupons", discounts.COUPON),
    ("post coupons/{coupon}", discounts.COUPON_UPDATE),
    ("post promotion_codes", discounts.PROMOTION_CODE),
    ("post promotion_codes/{promotion_code}", discounts.PROMOTION_CODE_UPDATE),
]


async def pay(local, session, card: str = "4242 4242 4242 4242"):
    return await local.http.post(session.url, data={"card": card, "email": "sam@x.example"})


async def test_a_session_costs_what_its_items_cost(local):
    session = await local.gateway.create_session(request(), "k")

    assert (session.amount_total, session.currency, session.status) == (2500, "eur", "open")
    assert session.payment_intent is None


async def test_a_good_card_pays_and_the_shop_is_told_by_a_signed_event(local):
    session = await local.gateway.create_session(request(), "k")

    answer = await pay(local, session)

    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"session_id={session.id}")
    event = await local.letterbox.until("checkout.session.completed")
    assert event["data"]["object"]["payment_status"] == "paid"
    assert (await local.gateway.get_session(session.id)).status == "complete"


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        ("4000 0000 0000 0002", "was declined"),
        ("4000 0000 0000 9995", "insufficient funds"),
        ("4000 0000 0000 0069", "has expired"),
        ("4000 0000 0000 0127", "security code is incorrect"),
        ("4000 0000 0000 0119", "processing your card"),
    ],
)
async def test_a_card_that_does_not_pay_keeps_the_session_open(local, card, sentence):
    session = await local.gateway.create_session(request(), "k")

    answer = await pay(local, session, card)

    assert answer.status_code == 402
    assert sentence in answer.text
    assert (await local.gateway.get_session(session.id)).status == "open"


async def test_a_number_that_is_no_card_is_told_beside_the_field(local):
    session = await local.gateway.create_session(request(), "k")

    answer = await pay(local, session, "1234")

    assert answer.status_code == 422
    assert "Your card number is invalid." in answer.text


async def test_paying_twice_at_once_is_one_payment(local):
    session = await local.gateway.create_session(request(), "k")

    answers = await asyncio.gather(*[pay(local, session) for _ in range(5)])

    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409, 409]
    intents = (await local.http.get("/v1/payment_intents")).json()["data"]
    assert len(intents) == 1


async def test_the_same_key_is_answered_the_same_and_another_request_under_it_is_refused(local):
    first = await local.gateway.create_session(request(), "k")

    assert await local.gateway.create_session(request(), "k") == first
    with pytest.raises(StripeRefused, match="same parameters"):
        await local.gateway.create_session(request(mode="payment", locale="de"), "k")


async def test_a_refusal_is_remembered_under_its_key_too(local):
    wrong = request(expires_at=int(time.time()) + 60)
    for _ in range(2):
        with pytest.raises(StripeRefused, match="30 minutes"):
            await local.gateway.create_session(wrong, "k")


@pytest.mark.parametrize(
    "changes",
    [
        {"nonsense": "1"},
        {"line_items": [ITEM | {"colour": "red"}]},
        {"payment_method_types": ["card"]},
        {"line_items": []},
        {"mode": "subscription"},
    ],
)
async def test_what_stripe_would_not_take_is_refused(local, changes):
    with pytest.raises(StripeRefused):
        await local.gateway.create_session(request(**changes), "k")


async def test_only_an_open_session_can_be_expired(local):
    session = await local.gateway.create_session(request(), "k")

    assert (await local.gateway.expire_session(session.id)).status == "expired"
    assert (await local.letterbox.until("checkout.session.expired"))["data"]["object"]["id"] == session.id
    with pytest.raises(StripeRefused, match="can be expired"):
        await local.gateway.expire_session(session.id)


async def test_refunds_never_exceed_what_is_left(local):
    session = await local.gateway.create_session(request(), "k")
    await pay(local, session)
    intent = (await local.gateway.get_session(session.id)).payment_intent

    part = await local.gateway.create_refund({"payment_intent": intent, "amount": 1000}, "r1")
    assert (part.status, part.amount) == ("succeeded", 1000)
    with pytest.raises(StripeRefused, match="greater than"):
        await local.gateway.create_refund({"payment_intent": intent, "amount": 2000}, "r2")
    assert (await local.gateway.create_refund({"payment_intent": intent}, "r3")).amount == 1500
    with pytest.raises(StripeRefused, match="already been refunded"):
        await local.gateway.create_refund({"payment_intent": intent}, "r4")


async def test_a_delivery_is_repeated_until_it_is_taken(local):
    local.letterbox.answers = [500, 302]
    session = await local.gateway.create_session(request(), "k")
    await local.gateway.expire_session(session.id)

    await local.letterbox.until("checkout.session.expired")

    assert local.letterbox.attempts == 3


async def test_the_events_feed_gives_every_event_of_a_type_across_its_pages(local):
    for number in range(3):
        session = await local.gateway.create_session(request(), f"k{number}")
        await pay(local, session)

    completed = await local.gateway.list_events(["checkout.session.completed"], created_gte=0)
    page = (await local.http.get("/v1/events", params={"limit": 2})).json()

    assert [event["type"] for event in completed] == ["checkout.session.completed"] * 3
    assert page["has_more"]
    assert len(page["data"]) == 2


async def test_lists_go_on_from_a_cursor_in_both_directions(local):
    ids = [(await local.gateway.create_session(request(), str(n))).id for n in range(4)]
    where = "/v1/checkout/sessions"

    newest = (await local.http.get(where, params={"limit": 2})).json()
    older = (await local.http.get(where, params={"limit": 2, "starting_after": ids[2]})).json()
    newer = (await local.http.get(where, params={"limit": 2, "ending_before": ids[1]})).json()

    assert [one["id"] for one in newest["data"]] == [ids[3], ids[2]]
    assert [one["id"] for one in older["data"]] == [ids[1], ids[0]]
    assert [one["id"] for one in newer["data"]] == [ids[3], ids[2]]


async def test_every_answer_has_the_shape_of_stripes_own(local):
    session = await local.gateway.create_session(request(), "k")
    await pay(local, session, "4000000000000002")
    await pay(local, session)
    intent = (await local.gateway.get_session(session.id)).payment_intent
    await local.gateway.create_refund({"payment_intent": intent}, "r")

    lists = ("checkout/sessions", "payment_intents", "refunds", "events")
    for path in (*lists, f"checkout/sessions/{session.id}/line_items"):
        answer = await local.http.get(f"/v1/{path}")
        assert answer.headers["request-id"].startswith("req_")
        check(answer.json())


@pytest.mark.skipif(not SPEC.exists(), reason="Stripe's description is not beside the project")
@pytest.mark.parametrize(("operation", "shape"), TAKEN, ids=[operation for operation, _ in TAKEN])
def test_what_the_local_stripe_takes_is_what_stripe_describes(operation, shape):
    method, path = operation.split()

    assert unknown_to(request_schema(f"/v1/{path}", method), shape) == []


def unknown_to(described: dict, shape, at: str = "") -> list[str]:
    """Return the parameters of a shape, nested ones too, that a description does not have."""
    shape = getattr(shape, "nested", shape)
    if described == {}:  # newer than the description
        return []
    if isinstance(shape, list):
        return unknown_to(described.get("items", {}), shape[0], at)
    if not isinstance(shape, dict) or "*" in shape:
        return []
    choices = [described, *described.get("anyOf", [])]
    known = {name: one for choice in choices for name, one in choice.get("properties", {}).items()}
    missing = [f"{at}.{name}" for name in shape if name not in known]
    return missing + [
        fault
        for name in shape.keys() & known.keys()
        for fault in unknown_to(known[name], shape[name], f"{at}.{name}")
    ]


async def test_a_wrong_key_and_an_unknown_address_are_refused_as_stripe_does(local):
    stranger = Gateway("sk_test_wrong", local.base)
    with pytest.raises(StripeRefused, match="Invalid API Key") as refusal:
        await stranger.get_session("cs_test_x")
    await stranger.close()

    assert refusal.value.status == 401
    assert (await local.http.get("/v1/quotes")).json()["error"]["type"] == "invalid_request_error"


async def test_no_answer_is_not_a_refusal():
    nobody = Gateway("sk_test_x", "http://127.0.0.1:9")
    with pytest.raises(StripeUnreachable):
        await nobody.create_session(request(), "k", retries=0)
    await nobody.close()


def test_it_refuses_a_live_key(tmp_path):
    with pytest.raises(ValueError, match="no money moves"):
        SandboxSettings(tmp_path, "http://127.0.0.1:1", "sk_live_x", (), tmp_path, tmp_path)
    with pytest.raises(ValueError, match="only ever sent to Stripe"):
        Gateway("sk_live_x", "http://127.0.0.1:1")


def test_an_installation_keeps_its_keys_for_its_owner(tmp_path):
    keys = local_keys(tmp_path / "keys.json")

    assert local_keys(tmp_path / "keys.json") == keys
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0
