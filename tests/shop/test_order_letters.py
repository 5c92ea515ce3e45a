"""Order letters: each thing that becomes of an order is written of once, whatever order the news come in."""

import itertools
import re

import pytest

from shop import fulfilment, letters, order_links, orders, outbox
from shop.clock import later, now
from shop.jobs import work_off
from tests.shop.situations import COMPLETED, EXPIRED, FAILED


def in_an_hour(tx, at):
    return outbox.due_letters(tx, later(at, minutes=60))


async def written(world) -> list[letters.Letter]:
    """Have every letter written that was asked for, and return them, oldest first."""
    for _ in range(2):
        await work_off(world.db, None, world.settings, in_an_hour)
    return list(reversed((await world.db.read(letters.listing, None, "order", "")).items))


async def subjects(world, placed) -> list[str]:
    found = await written(world)
    assert {letter.recipient for letter in found} <= {world.sam.email}
    return [letter.subject.replace(placed.number, "N") for letter in found]


async def test_a_paid_order_is_confirmed_with_what_was_bought_and_where_it_is_seen(world):
    placed = await world.confirmed(world.sam, MUG=2)

    [letter] = await written(world)

    assert (letter.recipient, letter.state) == (world.sam.email, "kept")
    assert letter.subject == f"Order {placed.number} is paid"
    assert "2 x Mug: €25.00\nTotal: €25.00" in letter.text
    token = re.search(rf"\n{world.settings.base_url}/o/(\S+)\n", letter.whole)[1]
    assert await world.db.read(order_links.number_of, token) == placed.number


async def test_each_parcel_is_written_of_with_carrier_and_number(world):
    placed = await world.shipped(world.sam, MUG=2)
    for tracking in ("P1", "P2", "P2"):
        await world.db.write(fulfilment.ship, placed.number, world.ada, "Post", tracking, now())

    told = await written(world)

    assert [one.subject.split(maxsplit=2)[2] for one in told] == ["is paid", *["is on its way"] * 2]
    assert ["Carrier: Post\nTracking number: P2" in one.text for one in told] == [False, False, True]


async def test_a_cancelled_order_tells_that_its_money_goes_back_and_then_that_it_has(world):
    placed = await world.cancelled(world.sam, MUG=2)
    assert await subjects(world, placed) == ["Order N is paid", "Order N is cancelled"]

    for _ in range(2):
        await world.answer_refund(placed)

    assert await subjects(world, placed) == [
        "Order N is paid",
        "Order N is cancelled",
        "Order N: €25.00 given back",
    ]
    assert "its money is going back to you" in (await written(world))[1].text


async def test_a_refund_that_failed_since_is_not_told_as_given_back(world):
    placed = await world.cancelled(world.sam, MUG=2)
    await world.answer_refund(placed)
    await world.answer_refund(placed, "failed")

    assert "Order N: €25.00 given back" not in await subjects(world, placed)


async def test_a_refund_made_at_stripe_is_told_as_well(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await world.tell("refund.created", placed.refund(500))

    assert await subjects(world, placed) == ["Order N is paid", "Order N: €5.00 given back"]


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (EXPIRED, "Order N was not paid in time"),
        (FAILED, "Order N: the payment did not go through"),
    ],
)
async def test_who_did_not_pay_is_shown_the_way_to_try_again(world, kind, subject):
    placed = await world.place(world.sam, MUG=2)
    await world.tell(kind, placed.unpaid() if kind == FAILED else placed.expired())

    assert await subjects(world, placed) == [subject]
    assert f"\n{world.settings.base_url}/cart\n" in (await written(world))[0].text


async def test_money_that_came_after_all_takes_back_the_letter_that_it_did_not(world):
    placed = await world.place(world.sam, MUG=2)
    await world.tell(EXPIRED, placed.expired())
    await world.tell(COMPLETED, placed.paid())

    assert await subjects(world, placed) == ["Order N is paid"]


async def test_an_order_given_up_for_another_is_not_written_of(world):
    placed = await world.place(world.sam, MUG=2)
    await world.db.write(orders.cancel, placed.number, world.sam, now())
    await world.tell(EXPIRED, placed.expired())
    await world.place(world.sam, MUG=1)

    assert await written(world) == []


async def test_a_cancelled_order_that_was_not_paid_says_that_nothing_was_charged(world):
    placed = await world.place(world.sam, MUG=2)
    await world.db.write(orders.cancel, placed.number, world.sam, now())
    await world.tell(EXPIRED, placed.expired())

    [letter] = await written(world)
    assert "is cancelled. Nothing was charged." in letter.text


async def test_a_payment_that_does_not_fit_is_written_of_and_so_is_its_approval(world):
    placed = await world.review(world.sam, MUG=2)
    await world.db.write(fulfilment.approve, placed.number, world.ada, now())

    found = await subjects(world, placed)
    assert found == ["Order N: we are looking at your payment", "Order N is paid"]


async def test_who_paid_too_late_for_the_last_ones_is_told(world):
    placed = await world.place(world.sam, LAMP=1)
    await world.tell(EXPIRED, placed.expired())
    await world.confirmed(world.sam, LAMP=1)
    await world.tell(COMPLETED, placed.paid())

    assert "Order N: the items were gone" in await subjects(world, placed)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_the_same_news_in_any_order_and_again_are_written_of_once(world, order):
    placed = await world.place(world.sam, MUG=2)
    news = (
        (COMPLETED, placed.paid()),
        ("checkout.session.async_payment_succeeded", placed.paid()),
        ("refund.created", placed.refund(500)),
    )
    for which in (*order, *order):
        await world.tell(*news[which])

    assert sorted(await subjects(world, placed)) == ["Order N is paid", "Order N: €5.00 given back"]


async def test_a_letter_is_asked_for_by_one_row_in_the_transaction_of_the_payment(world):
    placed = await world.confirmed(world.sam, MUG=2)

    [asked] = await world.db.read(outbox.due_letters, now())
    assert asked.subject == f"confirmed:{placed.id}"
    assert (await world.db.read(letters.listing, None, "", "")).items == ()


async def test_a_letter_cut_off_before_it_was_noted_as_written_is_not_written_twice(world):
    placed = await world.confirmed(world.sam, MUG=2)
    await written(world)
    await world.db.write(outbox.add_again, letters.ERRAND, f"confirmed:{placed.id}", now())

    assert await subjects(world, placed) == ["Order N is paid"]
