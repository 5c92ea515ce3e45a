"""Both ledgers beside each other: `shop verify` holds our books against Stripe's where it can be reached."""

import asyncio
from dataclasses import replace

import pytest
from click.testing import CliRunner

from db import engine
from shop import buyers, cart, checkout, jobs, ledgers, orders, outbox, payments
from shop.cli import main
from shop.clock import later, new_id, now
from tests.sandbox.conftest import KEY

AGREES = "each payment and refund is the same in Stripe's books: ok"


@pytest.fixture
def settings(world, local):
    return replace(world.settings, stripe_key=KEY, stripe_api_base=local.base)


@pytest.fixture
def verify(settings, monkeypatch):
    async def run() -> tuple[int, str]:
        monkeypatch.setenv("SHOP_DATABASE_URL", settings.database_url)
        monkeypatch.setenv("STRIPE_SECRET_KEY", settings.stripe_key)
        monkeypatch.setenv("STRIPE_API_BASE", settings.stripe_api_base)
        done = await asyncio.to_thread(CliRunner().invoke, main, ["verify"])
        return done.exit_code, done.output

    return run


async def buy_a_mug(world, local, settings) -> str:
    cart_id = new_id("cart")
    await world.db.write(cart.put, cart_id, "MUG", 1, now())
    started = await checkout.start(world.db, local.gateway, settings, buyers.account(world.sam), cart_id)
    assert (await local.http.post(started.url, data={"card": "4242424242424242"})).status_code == 303
    return started.number


async def test_books_that_agree_with_stripe_are_told_so(world, local, settings, verify):
    number = await buy_a_mug(world, local, settings)
    await jobs.read_feed(world.db, local.gateway, settings)
    await world.db.write(orders.cancel, number, world.sam, now())
    await jobs.work_off(world.db, local.gateway, settings, outbox.due)

    code, told = await verify()

    assert (code, AGREES in told) == (0, True), told


async def test_a_payment_that_is_not_booked_yet_is_no_fault_for_an_hour(world, local, settings, verify):
    await buy_a_mug(world, local, settings)

    assert (await verify())[0] == 0
    found = await ledgers.compare(world.db.read, local.gateway, later(now(), minutes=61))
    assert [(one.fresh, "no order owns it" in one.text) for one in found] == [(False, True)]


async def test_a_payment_that_stripe_does_not_know_is_named(world, local, verify):
    placed = await world.place(world.sam, MUG=1)
    await world.tell("checkout.session.completed", placed.paid())
    make_older(world)

    code, told = await verify()

    assert code == 1
    assert f"BROKEN: Order {placed.number} has €12.50 that Stripe does not know." in told


def make_older(world) -> None:
    connection = engine.open_writer(world.db.path)
    connection.execute("UPDATE payment_attempts SET created_at = ?", (later(now(), minutes=-120),))
    connection.close()


async def test_a_dispute_whose_news_was_lost_is_booked_by_the_comparison(world, local, settings):
    cart_id = new_id("cart")
    await world.db.write(cart.put, cart_id, "MUG", 1, now())
    started = await checkout.start(world.db, local.gateway, settings, buyers.account(world.sam), cart_id)
    await local.http.post(started.url, data={"card": "4000000000000259"})
    await local.letterbox.until("charge.dispute.created")
    attempt = await world.db.read(payments.latest_attempt, await order_id(world, started.number))
    session = await local.gateway.get_session(attempt.session_id)
    await world.db.write(payments.session_read, session, now())

    assert await jobs.read_ledgers(world.db, local.gateway) == 0

    order = (await world.db.read(orders.show, started.number)).order
    assert (order.dispute_state, order.ship_block) == ("open", "open")
    assert await ledgers.compare(world.db.read, local.gateway, now()) == []


async def order_id(world, number: str) -> str:
    return (await world.db.read(orders.show, number)).order.id


async def test_without_stripe_the_books_are_verified_alone(world, monkeypatch):
    monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
    monkeypatch.setenv("SHOP_DATABASE_URL", world.settings.database_url)

    done = await asyncio.to_thread(CliRunner().invoke, main, ["verify"])

    assert done.exit_code == 0
    assert "Stripe's books were not compared: there is no STRIPE_SECRET_KEY." in done.output
