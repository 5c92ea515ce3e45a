"""How payments go on: 3-D Secure, debits that settle later, refunds, disputes, and what is told of them."""

from dataclasses import replace

import pytest
import stripe

from shop.sandbox import balance, cards, schedule

CHALLENGED, DEBIT_PAYS, DEBIT_FAILS = "4000002500003155", "AT321904300235473204", "AT481904300235473205"
PENDING, FAILS_LATER = "4000000000007726", "4000000000005126"


async def intent_of(local, session):
    return await local.v1.payment_intents.retrieve_async(
        session["payment_intent"], {"expand": ["latest_charge.balance_transaction"]}
    )


@pytest.mark.parametrize(
    ("answer", "status", "intent_status"),
    [
        ("approve", 303, "succeeded"),
        ("fail", 402, "requires_payment_method"),
        ("abandon", 303, "requires_action"),
    ],
)
async def test_the_bank_asks_and_the_shopper_answers(local, answer, status, intent_status):
    session = await local.session()
    asked = await local.http.post(session.url, data={"card": CHALLENGED})
    assert asked.headers["location"] == f"/pay/{session.id}/challenge"
    assert "Your bank asks" in (await local.http.get(asked.headers["location"])).text
    await local.letterbox.until("payment_intent.requires_action")

    answered = await local.http.post(asked.headers["location"], data={"outcome": answer})

    told = await local.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent"]})
    assert (answered.status_code, told.payment_intent.status) == (status, intent_status)
    assert told.status == ("complete" if answer == "approve" else "open")
    again = await local.http.post(asked.headers["location"], data={"outcome": "approve"})
    assert again.status_code == 409


async def test_a_declined_card_is_told_with_a_failed_charge(local):
    session = await local.session(payment_intent_data={"metadata": {"order": "A1"}})
    assert session.payment_intent is None
    refusal = await local.happen("pay", session=session.id, card="4000000000009995")

    told = (await local.letterbox.until("payment_intent.payment_failed"))["data"]["object"]
    assert refusal["error"]["decline_code"] == "insufficient_funds"
    assert (told["last_payment_error"]["code"], told["metadata"]) == ("card_declined", {"order": "A1"})
    charge = await local.v1.charges.retrieve_async(told["latest_charge"])
    assert (charge.status, charge.paid, charge.metadata.to_dict()) == ("failed", False, {"order": "A1"})


@pytest.mark.parametrize(
    ("number", "event", "payment_status", "intent_status"),
    [
        (DEBIT_PAYS, "checkout.session.async_payment_succeeded", "paid", "succeeded"),
        (DEBIT_FAILS, "checkout.session.async_payment_failed", "unpaid", "requires_payment_method"),
    ],
)
async def test_a_debit_is_complete_and_unpaid_until_the_bank_is_certain(
    local, number, event, payment_status, intent_status
):
    session = await local.paid(number)
    assert (session["status"], session["payment_status"]) == ("complete", "unpaid")

    completed = await local.letterbox.until("checkout.session.completed")
    decided = await local.letterbox.until(event)

    assert completed["data"]["object"]["payment_status"] == "unpaid"
    assert decided["data"]["object"]["payment_status"] == payment_status
    assert (await intent_of(local, session)).status == intent_status


async def test_a_charge_brings_its_amount_less_the_fee(local):
    charge = (await intent_of(local, await local.paid())).latest_charge

    booked = charge.balance_transaction
    assert (booked.amount, booked.fee, booked.net) == (2500, balance.charge_fee(2500), 2500 - booked.fee)
    assert booked.fee == 63  # 1.5 % of 25.00 rounded half up, and 25


async def test_a_refund_may_be_pending_before_it_succeeds(local):
    session = await local.paid(PENDING)
    refund = await local.v1.refunds.create_async(
        {"payment_intent": session["payment_intent"], "amount": 900, "metadata": {"refund_id": "r1"}}
    )
    assert (refund.status, refund.metadata.to_dict()) == ("pending", {"refund_id": "r1"})

    updated = await local.letterbox.until("refund.updated")

    assert (updated["data"]["object"]["status"], updated["data"]["object"]["id"]) == ("succeeded", refund.id)
    assert updated["data"]["previous_attributes"]["status"] == "pending"
    assert (await intent_of(local, session)).latest_charge.amount_refunded == 900


async def test_a_refund_that_fails_later_gives_its_amount_back_to_the_charge(local):
    session = await local.paid(FAILS_LATER)
    refund = await local.v1.refunds.create_async({"payment_intent": session["payment_intent"]})
    assert refund.status == "succeeded"

    failed = (await local.letterbox.until("refund.failed"))["data"]["object"]

    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    charge = (await intent_of(local, session)).latest_charge
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    moved = await local.v1.balance_transactions.list_async({"source": refund.id})
    assert sum(one.net for one in moved.data) == 0


async def test_a_refund_that_waits_for_its_shopper_can_be_canceled_and_no_other(local):
    session = await local.paid()
    waits = await local.v1.refunds.create_async(
        {"payment_intent": session["payment_intent"], "amount": 100, "instructions_email": "sam@x.example"}
    )
    done = await local.v1.refunds.create_async({"payment_intent": session["payment_intent"], "amount": 100})

    assert waits.status == "requires_action"
    assert (await local.v1.refunds.cancel_async(waits.id)).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError, match="cannot cancel"):
        await local.v1.refunds.cancel_async(done.id)
    assert (await intent_of(local, session)).latest_charge.amount_refunded == 100


async def test_a_refunds_metadata_can_be_changed_key_by_key(local):
    session = await local.paid()
    refund = await local.v1.refunds.create_async(
        {"payment_intent": session["payment_intent"], "metadata": {"a": "1", "b": "2"}}
    )
    changed = await local.v1.refunds.update_async(refund.id, {"metadata": {"a": "", "c": "3"}})

    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}


async def test_a_disputed_charge_can_not_be_refunded_and_a_lost_one_keeps_the_money(local):
    session = await local.paid()
    dispute = await local.happen("dispute", payment_intent=session["payment_intent"])
    with pytest.raises(stripe.InvalidRequestError, match="charged back") as refusal:
        await local.v1.refunds.create_async({"payment_intent": session["payment_intent"]})
    assert refusal.value.code == "charge_disputed"

    lost = await local.v1.disputes.close_async(dispute["id"])

    assert lost.status == "lost"
    for kind in ("created", "funds_withdrawn", "closed"):
        await local.letterbox.until(f"charge.dispute.{kind}")
    assert [one.net for one in lost.balance_transactions] == [-2500 - balance.DISPUTE_FEE]
    assert (await intent_of(local, session)).latest_charge.disputed


@pytest.mark.parametrize("outcome", ["won", "prevented"])
async def test_a_dispute_that_is_not_lost_brings_the_money_back(local, outcome):
    session = await local.paid()
    dispute = await local.happen("dispute", payment_intent=session["payment_intent"])
    assert dispute["evidence_details"]["due_by"] > dispute["created"]
    ended = await local.happen("close_dispute", dispute=dispute["id"], outcome=outcome)

    assert ended["status"] == outcome
    await local.letterbox.until("charge.dispute.funds_reinstated")
    assert sum(one["amount"] for one in ended["balance_transactions"]) == 0
    assert (await local.v1.refunds.create_async({"payment_intent": session["payment_intent"]})).amount == 2500


async def test_an_inquiry_moves_no_money_and_may_become_a_dispute(local):
    session = await local.paid()
    asked = await local.happen("inquiry", payment_intent=session["payment_intent"])
    assert (asked["status"], asked["balance_transactions"]) == ("warning_needs_response", [])

    dispute = await local.happen("dispute", payment_intent=session["payment_intent"])

    assert (dispute["id"], dispute["status"]) == (asked["id"], "needs_response")
    await local.letterbox.until("charge.dispute.updated")
    await local.letterbox.until("charge.dispute.funds_withdrawn")


async def test_a_refund_while_a_bank_only_asks_is_possible(local):
    session = await local.paid()
    await local.happen("inquiry", payment_intent=session["payment_intent"])

    assert (await local.v1.refunds.create_async({"payment_intent": session["payment_intent"]})).amount == 2500


async def test_evidence_is_submitted_and_winning_evidence_wins(local):
    session = await local.paid()
    dispute = await local.happen("dispute", payment_intent=session["payment_intent"])
    told = await local.v1.disputes.update_async(
        dispute["id"], {"evidence": {"uncategorized_text": "winning_evidence"}}
    )
    assert (told.status, told.evidence_details.submission_count) == ("under_review", 1)

    closed = await local.letterbox.until("charge.dispute.closed")

    assert closed["data"]["object"]["status"] == "won"


@pytest.mark.parametrize(
    ("card", "event", "field", "value"),
    [
        ("4000000000000259", "charge.dispute.created", "reason", "fraudulent"),
        ("4000000000002685", "charge.dispute.created", "reason", "product_not_received"),
        ("4000000000001976", "charge.dispute.created", "status", "warning_needs_response"),
        ("4000000000005423", "radar.early_fraud_warning.created", "actionable", True),
    ],
)
async def test_some_cards_bring_trouble_later(local, card, event, field, value):
    session = await local.paid(card)
    assert session["payment_status"] == "paid"

    told = (await local.letterbox.until(event))["data"]["object"]

    assert (told[field], told["payment_intent"]) == (value, session["payment_intent"])


async def test_what_was_decided_by_hand_is_not_decided_again_by_the_clock(local):
    desk = local.app.extensions["sandbox_desk"]
    desk.settings = replace(desk.settings, later_seconds=3600)
    session = await local.paid(DEBIT_FAILS)
    charge = (await intent_of(local, session)).latest_charge.id
    assert [one.kind for one in await desk.db.read(schedule.planned, charge)] == ["fail_debit"]

    await local.happen("settle_debit", payment_intent=session["payment_intent"])

    assert await desk.db.read(schedule.planned, charge) == []
    assert (await intent_of(local, session)).status == "succeeded"
    with pytest.raises(AssertionError, match="under way"):
        await local.happen("fail_debit", payment_intent=session["payment_intent"])


@pytest.mark.parametrize(
    "asked",
    [{}, {"do": "fly"}, {"do": "refund"}, {"do": "refund", "payment_intent": 1}, {"do": "pay", "x": "y"}],
)
async def test_a_scenario_that_can_not_be_understood_is_refused(local, asked):
    with pytest.raises(AssertionError, match='"error"'):
        await local.control("POST", "/scenarios", asked)
    assert (await local.http.post("/control/scenarios", json=asked)).status_code == 401


def test_every_test_number_can_be_paid_with():
    assert all(cards.is_payable(card.number) for card in cards.CARDS)
