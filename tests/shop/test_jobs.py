"""What the shop does by itself: every job heals, and none does a thing twice."""

import asyncio
from dataclasses import replace

import pytest

from db import queries
from shop import buyers, cart, checkout, jobs, orders, outbox, payments
from shop.clock import later, new_id, now
from shop.errors import Conflict
from shop.stripe_gateway import Gateway, StripeUnreachable
from tests.sandbox.conftest import KEY

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def settings(world, local):
    return replace(world.settings, stripe_key=KEY, stripe_api_base=local.base)


@pytest.fixture
async def nobody():
    gateway = Gateway(KEY, NOBODY)
    yield gateway
    await gateway.close()


async def check_out(world, gateway, settings, quantity=1):
    cart_id = new_id("cart")
    await world.db.write(cart.put, cart_id, "MUG", quantity, now())
    return await checkout.start(world.db, gateway, settings, buyers.account(world.sam), cart_id)


async def order_of(world, number):
    return (await world.db.read(orders.show, number)).order


async def pay(local, url):
    assert (await local.http.post(url, data={"card": "4242424242424242"})).status_code == 303


async def test_a_lost_event_is_found_in_the_feed_and_booked_once(world, local, settings):
    started = await check_out(world, local.gateway, settings)
    await pay(local, started.url)
    assert (await order_of(world, started.number)).state == "open"

    assert await jobs.read_feed(world.db, local.gateway, settings) == 1
    assert await jobs.read_feed(world.db, local.gateway, settings) == 0
    # What we read ourselves says nothing of the endpoint and its secret.
    assert await world.db.read(lambda tx: tx.value(queries("doctor").last_delivery)) is None

    assert (await order_of(world, started.number)).state == "confirmed"


async def test_without_an_answer_the_stock_stays_held_and_the_page_is_asked_for_again(
    world, local, settings, nobody
):
    started = await check_out(world, nobody, settings)
    assert started.url is None
    assert await world.stock("MUG") == (5, 1)

    await jobs.finish_sessions(world.db, local.gateway, seconds=-1)

    assert (await order_of(world, started.number)).pay_url.startswith(local.base)


async def test_a_refusal_closes_the_order_and_keeps_the_cart(world, local, settings):
    stranger = Gateway("sk_test_not_ours", local.base)
    with pytest.raises(Conflict, match="nothing was charged"):
        await check_out(world, stranger, settings)
    await stranger.close()

    assert await world.stock("MUG") == (5, 0)


async def test_an_order_past_its_deadline_gives_the_stock_back_when_stripe_says_so(world, local, settings):
    started = await check_out(world, local.gateway, settings, 5)
    overdue = later(now(), minutes=31)

    assert await jobs.end_overdue(world.db, overdue) == 1
    assert await world.stock("MUG") == (5, 5)
    await jobs.work_off(world.db, local.gateway, settings, outbox.waiting)

    assert (await order_of(world, started.number)).closed_reason == "expired"
    assert await world.stock("MUG") == (5, 0)


async def test_no_answer_from_stripe_keeps_the_hold(world, local, settings, nobody):
    started = await check_out(world, local.gateway, settings)
    await jobs.end_overdue(world.db, later(now(), minutes=31))

    assert await jobs.work_off(world.db, nobody, settings, outbox.waiting) == 0

    assert (await order_of(world, started.number)).state == "open"
    assert await world.stock("MUG") == (5, 1)


async def test_an_order_paid_at_its_deadline_is_booked_and_not_released(world, local, settings):
    started = await check_out(world, local.gateway, settings)
    await pay(local, started.url)
    await jobs.end_overdue(world.db, later(now(), minutes=31))

    await jobs.work_off(world.db, local.gateway, settings, outbox.waiting)

    assert (await order_of(world, started.number)).state == "confirmed"


async def test_a_refund_is_made_once_by_however_many_workers(world, local, settings):
    started = await check_out(world, local.gateway, settings, 2)
    await pay(local, started.url)
    await jobs.read_feed(world.db, local.gateway, settings)
    await world.db.write(orders.cancel, started.number, world.sam, now())

    workers = [jobs.work_off(world.db, local.gateway, settings, outbox.due) for _ in range(5)]
    assert sum(await asyncio.gather(*workers)) == 1

    made = (await local.http.get("/v1/refunds")).json()["data"]
    assert [refund["amount"] for refund in made] == [2500]
    assert (await order_of(world, started.number)).payment_state == "refunded"


async def test_a_refund_waits_while_stripe_is_away_and_is_never_dropped(world, local, settings, nobody):
    started = await check_out(world, local.gateway, settings)
    await pay(local, started.url)
    await jobs.read_feed(world.db, local.gateway, settings)
    await world.db.write(orders.cancel, started.number, world.sam, now())

    assert await jobs.work_off(world.db, nobody, settings, outbox.due) == 0
    assert await jobs.work_off(world.db, local.gateway, settings, outbox.due) == 0
    report = await jobs.reconcile(world.db, local.gateway, settings)

    assert report.tasks == 1
    assert (await order_of(world, started.number)).refunded == 1250


async def test_reconciling_without_stripe_says_so(world, settings, nobody):
    with pytest.raises(StripeUnreachable):
        await jobs.reconcile(world.db, nobody, settings)


async def test_a_page_that_stripe_refuses_to_make_for_an_unwanted_order_closes_it_as_cancelled(
    world, settings, nobody
):
    started = await check_out(world, nobody, settings)
    await world.db.write(orders.cancel, started.number, world.sam, now())
    attempt = await world.db.read(payments.latest_attempt, (await order_of(world, started.number)).id)

    await world.db.write(payments.refused, attempt.id, "no", now())

    order = await order_of(world, started.number)
    assert (order.state, order.closed_reason) == ("closed", "cancelled")
    assert await world.stock("MUG") == (5, 0)
