"""What waits for a person: the list, its buttons, its count, and the health of payments."""

import re

import pytest

from db import Tx, queries
from shop import attention, events, ledgers, orders, outbox, payments, schedule
from shop.clock import later, now
from shop.refunds import Claim
from shop.stripe_gateway import API_VERSION
from tests.web.conftest import HTMX, text_of
from tests.world import signed

BOTH = pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
BOARD = "/admin/attention"


async def lost(world, session="cs_test_lost") -> str:
    """Have an event come about a paid session that says it is ours but is not in the books."""
    placed = await world.place(world.sam, MUG=1)
    unknown = placed.paid(id=session, payment_intent="pi_lost")
    told = unknown | {"metadata": placed.body()["metadata"] | {"attempt": "pay_lost"}}
    event = world.event("checkout.session.completed", told)
    assert (await world.receive(event)).result == "parked"
    return event["id"]


async def given_up(world) -> str:
    """Have a piece of work fail as often as it may."""
    return await world.db.write(_give_up, now())


def _give_up(tx: Tx, at: str) -> str:
    # In one transaction, so that the worker of the application finds it given up.
    outbox.add(tx, "expire", "pay_gone", at)
    task = next(one for one in outbox.waiting(tx, at) if one.kind == "expire" and one.subject == "pay_gone")
    for tried in range(outbox.MOST_ATTEMPTS):
        outbox.claim(tx, outbox.Task(task.id, task.kind, task.payload, tried), at)
    outbox.try_again(tx, task, "no answer from Stripe", at)
    return task.id


async def click(ada, path, form=None, *, htmx=False, status=None) -> str:
    answer = await ada.post(f"{BOARD}/{path}", form, htmx=htmx)
    text = await text_of(answer)
    assert answer.status_code == (status or (200 if htmx else 303)), text
    if htmx:
        assert text.startswith('<div id="attention-board"')
    elif status is None:
        assert answer.headers["Location"] == BOARD
        return await text_of(await ada.get(BOARD))
    return text


async def test_an_empty_list_says_that_all_is_well(ada):
    assert "All is well." in await text_of(await ada.get(BOARD))
    assert "badge-bad" not in await text_of(await ada.get("/admin"))


async def test_every_kind_that_waits_is_shown_with_its_cause_and_its_act(ada, world):
    dispute = await world.confirmed(world.sam, MUG=1)
    await world.tell("charge.dispute.created", dispute.dispute("needs_response"))
    fraud = await world.confirmed(world.sam, **{"VASE-S": 1})
    await world.tell("radar.early_fraud_warning.created", fraud.warning())
    review = await world.review(world.sam, MUG=1)
    refund = await world.cancelled(world.sam, **{"VASE-L": 1})
    await world.answer_refund(refund, "failed")
    await lost(world)
    await given_up(world)

    page = await text_of(await ada.get(BOARD))

    for kind in ("dispute", "fraud", "review", "refund", "event", "outbox"):
        assert attention.TITLES[kind] in page
        assert attention.ACTS[kind] in page
    for placed in (dispute, fraud, review, refund):
        assert f'href="/admin/orders/{placed.number}"' in page
    assert "due <time" in page
    assert page.count('id="attention-entry-') == len(await world.waiting()) == 6


async def test_the_count_stands_in_the_navigation_and_on_the_first_page(ada, world):
    await world.review(world.sam, MUG=1)

    for path in ("/admin", "/admin/stock"):
        assert re.search(r'badge-bad">1<', await text_of(await ada.get(path)))
    assert "<strong>1</strong> thing waits for a person" in await text_of(await ada.get("/admin"))


async def test_the_count_stops_at_99_and_a_page_at_its_size(ada, world):
    await world.db.write(_find_many, 250)

    assert 'badge-bad">99+<' in await text_of(await ada.get("/admin"))
    page = await text_of(await ada.get(BOARD))
    assert page.count('id="attention-entry-') == attention.PAGE
    assert "more than fits on a page" in page


def _find_many(tx: Tx, many: int) -> None:
    for number in range(many):
        key = f"payment:pi_{number}"
        tx.run(queries("ledgers").keep, key=key, order_id=None, text=f"Stripe has {key}.", at=now())


@BOTH
async def test_an_event_that_can_be_booked_by_now_is_booked(ada, world, htmx):
    placed = await world.confirmed(world.sam, MUG=2)
    first = placed.refund(2000, id="re_first")
    await world.tell("refund.created", first)
    event = world.event("refund.created", placed.refund(2000, id="re_second"))
    assert (await world.receive(event)).result == "parked"
    still = await click(ada, f"events/{event['id']}/booking", htmx=htmx)
    assert "It still can&#39;t be placed" in still
    await world.db.write(_forget_refund, "re_first")

    booked = await click(ada, f"events/{event['id']}/booking", htmx=htmx)

    assert "It is booked." in booked
    assert "All is well." in booked
    assert (await world.order(placed)).refunded == 2000


def _forget_refund(tx: Tx, provider_id: str) -> None:
    """Have an earlier refund fail without the news that would book the parked one by itself."""
    sql = queries("refunds")
    claim = tx.one(Claim, sql.by_provider, provider_id=provider_id)
    tx.run(sql.advance, id=claim.id, old="succeeded", state="failed", provider_id=provider_id, at=now())
    tx.run(sql.resolve, id=claim.id, at=now(), settled=0)
    tx.run(sql.recount, order_id=claim.order_id)
    tx.run(sql.set_payment_state, order_id=claim.order_id)


@BOTH
async def test_an_event_is_set_aside_with_a_reason(ada, world, htmx):
    event_id = await lost(world)
    refused = await click(ada, f"events/{event_id}/dismissal", {"why": ""}, htmx=htmx, status=422)
    assert "Write why it needs nothing." in refused

    done = await click(ada, f"events/{event_id}/dismissal", {"why": "<b>seen</b>"}, htmx=htmx)

    assert "All is well." in done
    gone = await click(ada, f"events/{event_id}/dismissal", {"why": "again"}, htmx=htmx, status=409)
    assert "does not wait for anybody any more" in gone


@BOTH
async def test_money_of_a_parked_event_is_asked_back_and_only_money(ada, world, htmx):
    event_id = await lost(world)
    assert f"{event_id}/refund" in await text_of(await ada.get(BOARD))

    assert "on its way back" in await click(ada, f"events/{event_id}/refund", htmx=htmx)

    told = await world.db.read(events.of, f"stripe_event:{event_id}")
    assert [one.kind for one in told] == ["event.given_back"]
    none = await click(ada, "events/evt_nothing/refund", htmx=htmx, status=409)
    assert "no money that waits" in none


@BOTH
async def test_work_that_was_given_up_is_taken_up_again(ada, world, htmx):
    task_id = await given_up(world)
    assert "no answer from Stripe" in await text_of(await ada.get(BOARD))

    assert "It is being tried again." in await click(ada, f"tasks/{task_id}/repetition", htmx=htmx)

    await click(ada, f"tasks/{task_id}/repetition", htmx=htmx, status=409)


async def test_a_refund_is_made_again_from_the_list_unless_a_bank_has_the_money(ada, world):
    placed = await world.cancelled(world.sam, MUG=1)
    await world.answer_refund(placed, "failed")
    form = re.search(r'action="(/admin/refunds/\w+/repetition)"', await text_of(await ada.get(BOARD)))[1]
    await world.tell("charge.dispute.created", placed.dispute("needs_response"))
    assert form not in await text_of(await ada.get(BOARD))
    await world.tell("charge.dispute.closed", placed.dispute("won"))

    answer = await ada.post(form)

    assert answer.headers["Location"] == f"/admin/orders/{placed.number}"


WRONG = ["", " ", "x" * 400, "a\x00b", "\x0b"]


@pytest.mark.parametrize("why", WRONG, ids=range(len(WRONG)))
async def test_a_reason_that_is_none_comes_back_with_a_sentence(ada, world, why):
    event_id = await lost(world)

    refused = await click(ada, f"events/{event_id}/dismissal", {"why": why}, htmx=True, status=422)

    assert 'class="error"' in refused
    assert await world.waiting() == ["event"]


async def test_a_fragment_of_the_list_stands_in_its_page(ada, world):
    await lost(world)
    fragment = await text_of(await ada.get(BOARD, headers=HTMX))

    squeezed = re.sub(r"\s+", " ", fragment.split("<hx-partial")[0]).strip()
    assert squeezed in re.sub(r"\s+", " ", await text_of(await ada.get(BOARD)))


async def test_payments_show_the_last_event_and_the_last_delivery_turned_away(ada, world):
    nothing = await text_of(await ada.get("/admin/health"))
    assert "None has come yet." in nothing
    placed = await world.confirmed(world.sam, MUG=1)
    await world.db.write(payments.reject, "the signature does not fit", "0" * 64, now())
    event = world.event("checkout.session.expired", placed.expired())
    event |= {"api_version": "2019-01-01", "created": event["created"] + 5}
    await world.receive(event)

    page = await text_of(await ada.get("/admin/health"))

    for words in ("checkout.session.expired", "the signature does not fit", "2019-01-01", API_VERSION):
        assert words in page
    assert "The local Stripe: no money moves." in page


async def test_payments_show_what_is_due_the_longest_and_what_was_given_up(ada, world):
    await given_up(world)
    placed = await world.place(world.sam, MUG=1)
    await world.db.write(orders.end_payment, placed.id, "2026-01-01T00:00:00.000Z")

    page = await text_of(await ada.get("/admin/health"))

    assert "Work given up: 1" in page
    assert "Parked events: 0" in page


async def test_a_real_delivery_that_is_refused_shows_its_reason(street):
    ada = await street.shopper(street.world.ada)
    event = street.world.event("checkout.session.expired", {"id": "cs_test_x"})
    body, headers = signed(event, secret="whsec_of_somebody_else")
    assert (await ada.http.post("/stripe-webhook", content=body, headers=headers)).status_code == 400

    page = (await ada.http.get("/admin/health")).text

    turned = page.split("Last delivery turned away")[1].split("</div>")[0]
    assert "None." not in turned
    assert "<time" in turned
    for job in ("feed", "ledgers", "refunds"):
        await ada.until("/admin/health", f'<th scope="row">{job}</th>')


async def unowned(world, payment="pi_of_nobody") -> str:
    """Have the comparison of both ledgers find money at Stripe that no order owns."""
    text = "Stripe has taken €12.50 for order GONE, and no order owns it."
    found = ledgers.Difference(f"payment:{payment}", None, text, payment_intent=payment)
    await world.db.write(ledgers.keep, [found], now())
    return found.key


@BOTH
async def test_money_that_no_order_owns_can_be_sent_back_once(ada, world, htmx):
    key = await unowned(world)
    assert "no order owns it" in await text_of(await ada.get(BOARD))

    await click(ada, f"differences/{key}/refund", htmx=htmx)

    asked = [(task.kind, task.subject) for task in await world.db.read(outbox.waiting, now())]
    assert ("send_back", "pi_of_nobody") in asked
    await world.db.write(ledgers.keep, [], now())
    await click(ada, f"differences/{key}/refund", htmx=htmx, status=409)


@BOTH
async def test_both_ledgers_can_be_compared_again_at_once(ada, world, htmx):
    await unowned(world)
    # In half an hour: the shop's own worker may take it up at once, and plan it anew a minute later.
    soon = later(now(), minutes=30)
    await world.db.write(schedule.make_due, schedule.LEDGERS, later(now(), minutes=600))
    assert not await world.db.read(schedule.may_run, schedule.LEDGERS, soon)

    text = await click(ada, "comparison", htmx=htmx)

    assert "are being compared" in text
    assert await world.db.read(schedule.may_run, schedule.LEDGERS, soon)
