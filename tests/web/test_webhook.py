"""The webhook's door over HTTP: what is let in is booked before it is answered."""

import asyncio
import json

import httpx
import pytest

from shop import orders
from shop.clock import epoch
from shop.web.stripe_webhook import Letterbox
from tests.world import WEBHOOK_SECRET, signed


async def deliver(app, payload: bytes, headers: dict, method: str = "POST"):
    door = httpx.ASGITransport(app=Letterbox(app, app))
    async with httpx.AsyncClient(transport=door, base_url="http://127.0.0.1:8000") as http:
        return await http.request(method, "/stripe-webhook", content=payload, headers=headers)


async def is_confirmed(world, placed) -> bool:
    return (await world.db.read(orders.show, placed.number)).order.state == "confirmed"


async def test_a_signed_event_is_booked_before_it_is_answered(app, world):
    placed = await world.place(world.sam, MUG=1)
    event = world.event("checkout.session.completed", placed.paid())

    answer = await deliver(app, *signed(event))

    assert (answer.status_code, answer.content) == (200, b"")
    assert await is_confirmed(world, placed)


async def test_a_hundred_parallel_deliveries_of_one_event_have_one_effect(app, world):
    placed = await world.place(world.sam, MUG=2)
    event = world.event("checkout.session.completed", placed.paid())

    answers = await asyncio.gather(*[deliver(app, *signed(event)) for _ in range(100)])

    assert {answer.status_code for answer in answers} == {200}
    assert await world.stock("MUG") == (3, 0)


@pytest.mark.parametrize(
    "forge",
    [
        lambda event: signed(event, secret="whsec_of_somebody_else"),
        lambda event: signed(event, at=epoch() - 400),
        lambda event: signed(event, at=epoch() + 400),
        lambda event: (signed(event)[0] + b" ", signed(event)[1]),
        lambda event: (json.dumps(event).encode(), {}),
        lambda event: (json.dumps(event).encode(), {"Stripe-Signature": b"t=1,v1=\xe9"}),
    ],
    ids=["another secret", "stale", "from the future", "changed body", "no signature", "hostile header"],
)
async def test_what_stripe_did_not_sign_changes_nothing(app, world, forge):
    placed = await world.place(world.sam, MUG=1)

    answer = await deliver(app, *forge(world.event("checkout.session.completed", placed.paid())))

    assert answer.status_code == 400
    assert not await is_confirmed(world, placed)


async def test_the_old_secret_still_counts_while_it_is_being_replaced(tmp_path):
    from shop.app import create_app
    from tests.world import open_world, settings_for

    world = await open_world(settings_for(tmp_path, webhook_secrets=("whsec_new", WEBHOOK_SECRET)))
    app = create_app(world.settings)
    async with app.test_app():
        answer = await deliver(app, *signed(world.event("ping", {"object": "x"})))
    await world.db.close()

    assert answer.status_code == 200


async def test_a_body_beyond_every_measure_is_refused(app):
    answer = await deliver(app, b"x" * 300_000, {"Stripe-Signature": "t=1,v1=0"})

    assert answer.status_code == 413


async def test_a_body_of_a_hundred_kilobytes_is_still_read(app, world):
    event = world.event("ping", {"object": "x", "text": "y" * 100_000})

    assert (await deliver(app, *signed(event))).status_code == 200


async def test_only_post_is_taken(app):
    assert (await deliver(app, b"", {}, "GET")).status_code == 405


REFUND, DISPUTE = ("refund.created", "refund.updated"), ("charge.dispute.created", "charge.dispute.closed")


@pytest.mark.parametrize(
    ("kinds", "body", "ends"),
    [
        (REFUND, lambda placed: placed.refund(500), ("confirmed", "partly_refunded", "")),
        (("refund.failed",), lambda placed: placed.refund(500, status="failed"), ("confirmed", "paid", "")),
        (DISPUTE, lambda placed: placed.dispute("needs_response"), ("confirmed", "paid", "open")),
        (DISPUTE, lambda placed: placed.dispute("lost"), ("closed", "charged_back", "")),
        (
            ("charge.dispute.updated", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"),
            lambda placed: placed.dispute("warning_under_review"),
            ("confirmed", "paid", "inquiry"),
        ),
        (
            ("radar.early_fraud_warning.created",),
            lambda placed: placed.warning(),
            ("confirmed", "paid", "fraud_warning"),
        ),
    ],
    ids=["refund", "failed refund", "dispute", "lost dispute", "inquiry", "fraud warning"],
)
async def test_news_of_money_that_has_been_paid_comes_in_by_the_same_door(app, world, kinds, body, ends):
    placed = await world.confirmed(world.sam, MUG=2)

    for kind in kinds:
        answer = await deliver(app, *signed(world.event(kind, body(placed))))
        assert (answer.status_code, answer.content) == (200, b"")

    order = await world.order(placed)
    assert (order.state, order.payment_state, order.ship_block) == ends


async def test_a_declined_card_is_told_to_the_shopper_and_changes_nothing(app, world):
    placed = await world.place(world.sam, MUG=2)
    body = {"id": placed.intent, "object": "payment_intent", "metadata": dict(placed.session.metadata)}
    event = world.event("payment_intent.payment_failed", body | {"last_payment_error": None})

    assert (await deliver(app, *signed(event))).status_code == 200

    page = await world.db.read(orders.show, placed.number)
    assert (page.order.state, page.steps[-1].name) == ("open", "Card declined")


async def test_a_session_that_needs_no_payment_pays_for_nothing(app, world):
    placed = await world.place(world.sam, MUG=2)
    free = placed.body(status="complete", payment_status="no_payment_required", amount_total=0)

    assert (await deliver(app, *signed(world.event("checkout.session.completed", free)))).status_code == 200

    order = await world.order(placed)
    assert (order.state, order.payment_state, order.captured) == ("review", "unpaid", 0)
    assert await world.stock("MUG") == (5, 2)


async def test_a_dispute_of_a_status_that_is_new_is_taken_and_waits_for_a_person(app, world):
    placed = await world.confirmed(world.sam, MUG=2)
    event = world.event("charge.dispute.updated", placed.dispute("escalated"))

    assert (await deliver(app, *signed(event))).status_code == 200

    assert await world.waiting() == ["event"]
    assert (await world.order(placed)).dispute_state == "none"


async def test_an_endpoint_that_is_set_to_thin_events_is_told_so(app, world):
    thin = {"id": "evt_thin", "object": "v2.core.event", "type": "v1.checkout.session.completed"}

    answer = await deliver(app, *signed(thin | {"related_object": {"id": "cs_test_1"}}))

    assert answer.status_code == 400
    assert "thin events" in answer.text
