"""The first page's numbers: what there is to do, and what was sold by day."""

import pytest

from shop import charts, first_steps, today
from shop.clock import later
from shop.pulse import Booked, Job, Pulse, Turned
from shop.today import Day, Sales
from tests.shop.test_sales import _confirm

AT = "2026-03-31T12:00:00.000Z"


async def test_each_count_is_that_of_what_is_there(world):
    await world.packed(world.sam, MUG=1)
    await world.confirmed(world.mia, MUG=1)
    await world.review(world.sam, MUG=1)
    await world.cancelled(world.sam, LAMP=1)
    disputed = await world.confirmed(world.mia, **{"VASE-S": 1})
    await world.tell("charge.dispute.created", disputed.dispute("needs_response"))

    todo = await world.db.read(today.todo)

    assert (todo.to_pack, todo.to_ship, todo.in_review) == (2, 1, 1)
    assert (todo.disputes, todo.inquiries) == (1, 0)
    assert (todo.refunds_open, todo.refunds_failed) == (1, 0)
    assert [one.amount for one in (await world.db.read(today.open_refunds, None)).items] == [8000]


async def test_a_refund_that_did_not_arrive_is_counted_as_failed(world):
    placed = await world.cancelled(world.sam, MUG=1)
    await world.answer_refund(placed, "failed")

    todo = await world.db.read(today.todo)
    assert (todo.refunds_open, todo.refunds_failed) == (0, 1)


async def test_every_day_of_the_period_stands_there_and_the_one_before_is_summed(world):
    placed = [await world.place(person, MUG=1) for person in (world.sam, world.mia)]
    for one, back in zip(placed, (0, 30), strict=True):
        await world.db.write(_confirm, await world.order(one), later(AT, minutes=-back * 24 * 60))

    sold = await world.db.read(today.sold, 30, AT)

    assert len(sold.days) == 30
    assert (sold.days[0].day, sold.days[-1]) == ("2026-03-02", Day("2026-03-31", 1, 1, 1250))
    assert (sold.total.orders, sold.total.amount, sold.total.average) == (1, 1250, 1250)
    assert (sold.before.orders, sold.before.amount) == (1, 1250)
    for one in placed:
        await world.tell("checkout.session.completed", one.paid())


async def test_a_list_of_refunds_goes_on_where_it_stopped(world, monkeypatch):
    monkeypatch.setattr(today, "PAGE", 2)
    for person in (world.sam, world.mia, world.mallory):
        await world.cancelled(person, MUG=1)

    first = await world.db.read(today.open_refunds, None)
    rest = await world.db.read(today.open_refunds, first.next_after)
    assert len({one.id for one in (*first.items, *rest.items)}) == 3
    assert rest.next_after is None


def pulse(**told) -> Pulse:
    base = {"booked": None, "turned_away": None, "waiting": None, "jobs": (), "parked": 0, "dead": 0}
    return Pulse(**(base | told))


def test_news_are_bad_when_the_last_delivery_was_refused_or_nobody_works():
    came = Booked("evt_1", "x", "", 1, later(AT, minutes=-5), "processed")

    assert not today.news(pulse(), AT).bad
    assert not today.news(pulse(booked=came), AT).bad
    assert today.news(pulse(booked=came, turned_away=Turned(AT, "bad signature")), AT).bad
    assert not today.news(pulse(booked=came, turned_away=Turned(later(AT, minutes=-9), "old")), AT).bad
    assert today.news(pulse(booked=came, jobs=(Job("feed", later(AT, minutes=-90), None),)), AT).bad
    assert not today.news(pulse(booked=came, jobs=(Job("feed", AT, None),)), AT).bad


async def test_the_first_steps_tick_themselves_and_go_when_the_shop_can_sell(world):
    def done(tx):
        return {step.name for step in first_steps.of_shop(tx, has_key=True) if step.done}

    assert await world.db.read(done) == {"product", "picture", "key"}
    await world.confirmed(world.sam, MUG=1)

    assert await world.db.read(done) == set()
    without_key = await world.db.read(lambda tx: first_steps.of_shop(tx, has_key=False))
    assert [step.name for step in without_key if not step.done] == ["key", "admin"]


@pytest.mark.parametrize(
    ("most", "top"), [(0, 2), (1, 2), (3, 4), (9, 10), (11, 20), (203_00, 300_00), (99_999, 100_000)]
)
def test_a_scale_ends_at_a_round_number_above(most, top):
    assert charts.ceiling(most) == top
    assert top % 2 == 0


def test_a_chart_says_in_words_what_it_draws():
    days = (Day("2026-03-30"), Day("2026-03-31", 2, 3, 5000))
    sold = Sales(days, Day("2026-03-30", 2, 3, 5000), Day("2026-03-28", 1, 1, 10_000))

    chart = charts.draw("amount", "Sales", sold, lambda day: day.amount, str)

    assert chart.summary == "Sales by day, 30 Mar to 31 Mar: 5000 in all, most on 31 Mar with 5000."
    assert [(bar.height, bar.text) for bar in chart.bars] == [(0, "30 Mar: 0"), (1000, "31 Mar: 5000")]
    assert (chart.change, chart.scale) == ("−50 %, before: 10000", ("5000", "2500", "0"))
