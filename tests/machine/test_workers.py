"""Several processes share the work: each errand is done once, a dead one's is taken over, none is lost."""

import asyncio
import os
import re
import sys

import pytest

from db.engine import sqlite3
from shop import attention, fulfilment, jobs, ledgers, outbox, payments, refunds, schedule
from shop.clock import later, now
from shop.fulfilment import Give

HOURS_LATER = 60 * 3


async def test_a_job_is_taken_over_when_its_lease_has_run_out_and_not_before(world):
    at = now()
    lease = await world.db.write(schedule.claim, "feed", at)
    assert lease is not None

    assert await world.db.write(schedule.claim, "feed", later(lease, seconds=-1)) is None
    assert await world.db.write(schedule.claim, "feed", lease) is not None


async def test_a_process_that_comes_back_late_leaves_the_job_to_the_one_that_took_it_over(world):
    first = await world.db.write(schedule.claim, "feed", now())
    second = await world.db.write(schedule.claim, "feed", first)

    await world.db.write(schedule.done, "feed", first, first)

    assert not await world.db.read(schedule.may_run, "feed", later(second, seconds=-1))


async def test_an_errand_is_taken_over_once_its_lease_has_run_out(world):
    at = now()
    await world.db.write(outbox.add, "refund", "ref_1", at)
    (task,) = await world.db.read(outbox.due, at)
    assert await world.db.write(outbox.claim, task, at)
    assert not await world.db.write(outbox.claim, task, at)
    assert await world.db.read(outbox.due, later(at, seconds=outbox.LEASE_SECONDS - 1)) == []

    (again,) = await world.db.read(outbox.due, later(at, seconds=outbox.LEASE_SECONDS))

    assert await world.db.write(outbox.claim, again, at)


async def test_a_failure_that_is_reported_late_does_not_undo_what_another_has_done(world):
    at = now()
    await world.db.write(outbox.add, "refund", "ref_1", at)
    (task,) = await world.db.read(outbox.due, at)
    await world.db.write(outbox.claim, task, at)
    await world.db.write(outbox.done, task.id)

    await world.db.write(outbox.try_again, task, "too slow", at)

    assert await world.db.read(outbox.waiting, later(at, minutes=HOURS_LATER)) == []


async def test_two_processes_do_each_errand_once(deaf):
    await _refunds_wanted(deaf, 20)

    said = await asyncio.gather(_reconciling(deaf), _reconciling(deaf))

    assert sum(int(re.search(r"tasks done: (\d+)", one)[1]) for one in said) == 20
    made = await deaf.local.gateway.list_refunds(created_gte=0)
    assert [refund.amount for refund in made] == [500] * 20
    assert await deaf.world.db.read(refunds.unsettled) == []


async def test_an_event_lost_long_before_newer_ones_were_delivered_is_found(deaf):
    lost, _ = await deaf.paid(deaf.world.sam)
    heard, _ = await deaf.paid(deaf.world.mia)
    for event in await deaf.local.gateway.list_events(sorted(payments.EVENTS), created_gte=0):
        if event["data"]["object"]["metadata"]["order"] == heard:
            await deaf.world.receive(event | {"created": event["created"] + 86400})

    assert await jobs.read_feed(deaf.world.db, deaf.local.gateway, deaf.settings) == 1
    assert (await deaf.state_of(lost))[0] == "confirmed"


async def test_a_charge_that_no_order_owns_is_found_and_booked(deaf):
    number, _ = await deaf.paid(deaf.world.sam)

    assert [one.text for one in await _differences(deaf)] == [
        f"Stripe has taken €5.00 for order {number}, and no order owns it."
    ]
    assert await jobs.read_ledgers(deaf.world.db, deaf.local.gateway) == 0

    assert await deaf.state_of(number) == ("confirmed", None, "paid")


async def test_a_refund_that_the_books_do_not_have_is_found_and_booked(deaf):
    number, session = await _booked(deaf)
    await deaf.local.happen("refund", payment_intent=session["payment_intent"], amount=100)

    (found,) = await _differences(deaf)
    assert "€1.00" in found.text
    assert await jobs.read_ledgers(deaf.world.db, deaf.local.gateway) == 0

    assert await deaf.state_of(number) == ("confirmed", None, "partly_refunded")


@pytest.mark.parametrize(
    ("planted", "healed", "texts"),
    [
        (
            "UPDATE payment_attempts SET payment_intent = 'x' || payment_intent",
            "UPDATE payment_attempts SET payment_intent = substr(payment_intent, 2)",
            2,
        ),
        (
            "UPDATE payment_attempts SET captured = captured + 1",
            "UPDATE payment_attempts SET captured = captured - 1",
            1,
        ),
        (
            "UPDATE refunds SET provider_id = 'x' || provider_id",
            "UPDATE refunds SET provider_id = substr(provider_id, 2)",
            2,
        ),
    ],
    ids=["a payment that Stripe does not know", "another amount", "a refund that Stripe does not know"],
)
async def test_a_planted_difference_waits_for_a_person_until_it_is_healed(deaf, planted, healed, texts):
    await _booked(deaf)
    await _refunds_wanted(deaf, 1)
    await jobs.reconcile(deaf.world.db, deaf.local.gateway, deaf.settings)

    _plant(deaf, planted)
    assert len(await _differences(deaf)) >= texts
    await _compare_and_keep(deaf)
    assert {"ledger"} <= {entry.kind for entry in await deaf.world.db.read(attention.entries)}

    _plant(deaf, healed)
    await _compare_and_keep(deaf)
    assert await deaf.world.db.read(attention.entries) == ()


async def _booked(deaf) -> tuple[str, dict]:
    number, session = await deaf.paid(deaf.world.sam)
    await jobs.read_feed(deaf.world.db, deaf.local.gateway, deaf.settings)
    return number, session


async def _refunds_wanted(deaf, many: int) -> None:
    """Have so many orders paid, and a refund of each asked for."""
    numbers = [(await deaf.paid(deaf.world.sam))[0] for _ in range(many)]
    await jobs.read_feed(deaf.world.db, deaf.local.gateway, deaf.settings)
    for number in numbers:
        give = Give(500, {}, restock=False)
        await deaf.world.db.write(fulfilment.refund, number, deaf.world.ada, give, now())


async def _differences(deaf) -> list[ledgers.Difference]:
    """Compare both ledgers when no news can be on its way any more."""
    return await ledgers.compare(deaf.world.db.read, deaf.local.gateway, later(now(), minutes=HOURS_LATER))


async def _compare_and_keep(deaf) -> None:
    await deaf.world.db.write(ledgers.keep, await _differences(deaf), now())


def _plant(deaf, statement: str) -> None:
    connection = sqlite3.connect(deaf.world.db.path, timeout=5)
    connection.execute(statement)
    connection.commit()
    connection.close()


async def _reconciling(deaf) -> str:
    """Run the command in a process of its own and return what it says."""
    told = {
        "SHOP_DATABASE_URL": deaf.settings.database_url,
        "STRIPE_SECRET_KEY": deaf.settings.stripe_key,
        "STRIPE_API_BASE": deaf.settings.stripe_api_base,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shop", "reconcile", env=os.environ | told, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()
