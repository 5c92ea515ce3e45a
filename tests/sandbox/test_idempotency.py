"""The same idempotency key is answered the same for a day, as Stripe's page of idempotent requests says."""

import asyncio

import pytest

from shop.clock import epoch
from tests.sandbox.asking import request
from tests.sandbox.test_faults import CREATE

FORM = {
    "mode": "payment",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "500",
    "line_items[0][price_data][product_data][name]": "Mug",
    "success_url": "http://127.0.0.1:1/ok",
}


async def ask(local, key: str | None = "k", path: str = CREATE["path"], **changes):
    headers = {"Idempotency-Key": key} if key else {}
    return await local.http.post(path, data=FORM | changes, headers=headers)


async def test_the_same_call_is_answered_the_same_and_says_so(local):
    first, again = await ask(local), await ask(local)

    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"] != again.headers["request-id"]


async def test_without_a_key_every_call_is_another(local):
    assert (await ask(local, None)).json()["id"] != (await ask(local, None)).json()["id"]


async def test_another_call_under_the_same_key_is_refused(local):
    session = (await ask(local)).json()["id"]

    parameters = await ask(local, success_url="http://127.0.0.1:1/else")
    endpoint = await local.http.post(f"{CREATE['path']}/{session}/expire", headers={"Idempotency-Key": "k"})

    for answer, words in ((parameters, "the same parameters"), (endpoint, "the same endpoint")):
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "idempotency_error"
        assert words in answer.json()["error"]["message"]


async def test_a_refusal_after_the_call_had_begun_is_remembered(local):
    session = (await ask(local)).json()["id"]
    where = f"{CREATE['path']}/{session}/expire"
    await local.http.post(where)

    refused = [await local.http.post(where, headers={"Idempotency-Key": "x"}) for _ in range(2)]

    assert [answer.status_code for answer in refused] == [400, 400]
    assert refused[1].headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("wrong", [{"colour": "red"}, {"line_items[0][quantity]": "many"}])
async def test_wrong_parameters_leave_the_key_free(local, wrong):
    assert (await ask(local, **wrong)).status_code == 400

    assert (await ask(local)).status_code == 200


async def test_a_stranger_and_a_busy_answer_leave_the_key_free(local):
    headers = {"Idempotency-Key": "k", "Authorization": "Bearer sk_test_wrong"}
    stranger = await local.http.post(CREATE["path"], data=FORM, headers=headers, auth=lambda told: told)
    await local.order(where="api", what="status", status=429, times=1)

    assert stranger.status_code == 401
    assert [(await ask(local)).status_code for _ in range(2)] == [429, 200]


async def test_a_call_beside_one_that_still_runs_is_told_so(local):
    await local.order(where="api", what="hang", when="after", seconds=1, match=CREATE, times=1)
    slow = asyncio.create_task(ask(local))
    while not (await local.http.get("/v1/checkout/sessions")).json()["data"]:
        await asyncio.sleep(0.02)

    beside = await ask(local)

    assert beside.status_code == 409
    assert beside.json()["error"]["code"] == "idempotency_key_in_use"
    assert (await ask(local)).json() != (await slow).json()
    assert (await ask(local)).json() == slow.result().json()


async def test_calls_at_the_same_instant_are_one_act(local):
    answers = await asyncio.gather(*[ask(local) for _ in range(10)])

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 200}) == 1
    assert len((await local.http.get("/v1/checkout/sessions")).json()["data"]) == 1


async def test_a_500_that_stripe_kept_comes_again_and_again(local):
    await local.order(where="api", what="status", when="after", kept=True, match=CREATE, times=1)

    answers = [await ask(local) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [500, 500, 500]
    assert answers[2].headers["idempotent-replayed"] == "true"
    assert len((await local.http.get("/v1/checkout/sessions")).json()["data"]) == 1


async def test_a_key_is_forgotten_after_a_day_of_the_local_clock(local):
    first = await ask(local)
    await local.control("POST", "/clock", {"advance": 24 * 3600 - 60})
    assert (await ask(local)).json() == first.json()

    await local.control("POST", "/clock", {"advance": 60})

    assert (await ask(local)).json()["id"] != first.json()["id"]


async def test_a_key_that_is_too_long_is_refused(local):
    assert (await ask(local, "k" * 256)).status_code == 400


async def test_events_tell_which_request_and_key_caused_them(local):
    session = await local.gateway.create_session(request(), "k")
    headers = {"Idempotency-Key": "the end"}
    answer = await local.http.post(f"{CREATE['path']}/{session.id}/expire", headers=headers)

    event = await local.letterbox.until("checkout.session.expired")

    told = {"id": answer.headers["request-id"], "idempotency_key": "the end"}
    assert event["request"] == told


async def test_a_version_that_there_is_none_of_is_refused(local):
    for version, status in (("2026-10-28.endive", 200), ("2099-01-01.nothing", 400), ("x", 400)):
        answer = await local.http.get("/v1/events", headers={"Stripe-Version": version})
        assert answer.status_code == status


async def test_answers_are_dated_once_by_the_local_clock(local):
    await local.control("POST", "/clock", {"advance": 3600})

    answer = await local.http.get("/v1/events")

    assert len(answer.headers.get_list("date")) == 1
    assert (await local.control("GET"))["clock"] >= epoch() + 3600
