"""Every fault that can be ordered has its effect, and a run with the same seed repeats."""

import json
from email.utils import parsedate_to_datetime

import httpx
import pytest

from shop.clock import epoch
from shop.stripe_gateway import StripeRefused, StripeUnreachable
from tests.sandbox.asking import expired, paid, request
from tests.sandbox.conftest import NOBODY, opened_local

CREATE = {"method": "POST", "path": "/v1/checkout/sessions"}
SPOILED = [
    {"what": "status", "status": 500},
    {"what": "status", "status": 429},
    {"what": "status", "status": 409},
    {"what": "html"},
    {"what": "redirect"},
    {"what": "hang", "seconds": 60},
    {"what": "reset"},
    {"what": "garbage"},
]


async def sessions(local) -> int:
    return len((await local.http.get("/v1/checkout/sessions")).json()["data"])


@pytest.fixture
async def impatient(local):
    """The shop's gateway, with less patience than usual."""
    local.gateway._http._client.timeout = httpx.Timeout(0.4)
    return local


@pytest.mark.parametrize("fault", SPOILED, ids=lambda fault: f"{fault['what']}-{fault.get('status', '')}")
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_spoiled_call_has_no_clear_answer_and_happens_only_after_it_was_done(impatient, fault, when):
    await impatient.order(where="api", when=when, match=CREATE, times=1, **fault)

    with pytest.raises(StripeUnreachable):
        await impatient.gateway.create_session(request(), "k", retries=0)

    assert await sessions(impatient) == (1 if when == "after" else 0)


@pytest.mark.parametrize("fault", SPOILED, ids=lambda fault: f"{fault['what']}-{fault.get('status', '')}")
@pytest.mark.parametrize("when", ["before", "after"])
async def test_the_same_call_again_makes_good_what_was_spoiled(impatient, fault, when):
    await impatient.order(where="api", when=when, match=CREATE, times=1, **fault)
    with pytest.raises(StripeUnreachable):
        await impatient.gateway.create_session(request(), "k", retries=0)

    session = await impatient.gateway.create_session(request(), "k")

    assert (await impatient.gateway.get_session(session.id)).status == "open"
    assert await sessions(impatient) == 1


async def test_a_refusal_that_was_ordered_is_one_to_the_shop(local):
    await local.order(where="api", what="status", status=402, match=CREATE)

    with pytest.raises(StripeRefused):
        await local.gateway.create_session(request(), "k")


async def test_a_fault_meets_only_what_it_is_meant_for(local):
    await local.order(where="api", what="status", match={"method": "POST", "path": "/v1/refunds*"})

    session = await local.gateway.create_session(request(), "k")
    with pytest.raises(StripeUnreachable):
        await local.gateway.create_refund({"payment_intent": session.id}, "r")


async def test_a_fault_is_used_up_and_can_be_cleared(local):
    await local.order(where="api", what="status", match=CREATE, times=2)
    assert [(await local.http.post(CREATE["path"])).status_code for _ in range(3)] == [500, 500, 400]

    await local.order(where="api", what="status", match=CREATE)
    assert (await local.http.post(CREATE["path"])).status_code == 500
    assert (await local.control("DELETE", "/faults"))["faults"] == []
    assert (await local.http.post(CREATE["path"])).status_code == 400


async def test_a_notice_comes_with_a_true_answer(local):
    await local.order(where="api", what="notice", text="Take care.")

    answer = await local.http.get("/v1/events")

    assert (answer.status_code, answer.headers["stripe-notice"]) == (200, "Take care.")
    assert (await local.gateway.create_session(request(), "k")).status == "open"


async def run(local, seed: int) -> list[int]:
    """Return which of thirty calls are spoiled under a seed."""
    await local.control("POST", "/seed", {"seed": seed})
    return [(await local.http.get("/v1/events")).status_code for _ in range(30)]


async def test_the_same_seed_repeats_the_same_run_and_another_is_another(local):
    await local.order(where="api", what="status", chance=0.5)

    first, again, other = await run(local, 7), await run(local, 7), await run(local, 8)

    assert set(first) == {200, 500}
    assert first == again != other


async def test_a_run_goes_on_after_a_restart(tmp_path, letterbox):
    async with opened_local(tmp_path, letterbox) as local:
        await local.order(where="api", what="status", chance=0.5)
        whole = await run(local, 7)
        await local.control("POST", "/seed", {"seed": 7})
        begun = [(await local.http.get("/v1/events")).status_code for _ in range(10)]
        told = await local.control("GET")
    async with opened_local(tmp_path, letterbox) as local:
        again = await local.control("GET")
        rest = [(await local.http.get("/v1/events")).status_code for _ in range(20)]

    assert {**told, "clock": 0} == {**again, "clock": 0}
    assert begun + rest == whole


async def test_a_delivery_is_made_more_than_once(local):
    await local.order(where="delivery", what="duplicate", count=3)
    await expired(local)

    attempts = await local.attempts(4)

    assert {one["fault"] for one in attempts} == {"duplicate"}
    assert len({event["id"] for event in local.letterbox.events}) == 1
    assert len(local.letterbox.events) == 4


async def test_deliveries_come_in_another_order_the_same_for_the_same_seed(local):
    orders = []
    for turn in range(2):
        await local.control("DELETE", "/faults")
        await local.control("POST", "/seed", {"seed": 3})
        await local.order(where="delivery", what="shuffle", count=6, seconds=60)
        sessions = [await expired(local, f"{turn}-{number}") for number in range(6)]
        await local.until(delivered=6 * (turn + 1), waiting=0)
        came = [event["data"]["object"]["id"] for event in local.letterbox.events[6 * turn :]]
        orders.append([sessions.index(one) for one in came])

    assert orders[0] == orders[1] != sorted(orders[0])


async def test_a_shuffle_that_does_not_fill_up_goes_out_in_time(local):
    await local.order(where="delivery", what="shuffle", count=100, seconds=1)
    await paid(local)

    await local.until(delivered=4)

    assert sorted(local.letterbox.types) != local.letterbox.types or len(local.letterbox.types) == 4


async def test_a_delay_waits_by_the_local_clock(local):
    await local.order(where="delivery", what="delay", seconds=3600)
    await expired(local)
    await local.until(waiting=1)
    assert local.letterbox.attempts == 0

    await local.control("POST", "/clock", {"advance": 3600})

    await local.until(delivered=1)


async def test_a_dropped_delivery_is_told_to_have_arrived(local):
    await local.order(where="delivery", what="drop", match={"type": "checkout.session.*"})
    await expired(local)

    told = await local.until(delivered=1)

    assert (told["waiting"], local.letterbox.attempts) == (0, 0)
    assert [(one["status"], one["fault"]) for one in await local.attempts(1)] == [("200", "drop")]


async def test_what_is_held_goes_out_when_it_is_released_in_another_order_if_so_told(local):
    await local.order(where="delivery", what="hold")
    ids = [await expired(local, str(number)) for number in range(5)]
    await local.until(held=5)
    assert local.letterbox.attempts == 0

    assert (await local.control("POST", "/release", {"shuffle": True}))["released"] == 5

    await local.until(held=0, delivered=5)
    came = [event["data"]["object"]["id"] for event in local.letterbox.events]
    assert sorted(came) == sorted(ids)
    assert came != ids


async def test_a_delivery_signed_wrong_or_long_ago_is_refused_and_later_taken(local):
    for what in ("sign_wrong", "sign_stale"):
        await local.order(where="delivery", what=what, times=1)
    await expired(local)

    await local.until(delivered=1)

    assert local.letterbox.refused == ["no signature of ours", "signed 600 seconds ago"]
    assert [one["fault"] for one in await local.attempts(3)] == ["sign_wrong", "sign_stale", ""]


async def test_what_is_forged_or_changed_is_signed_all_the_same(local):
    whats = ("forge_livemode", "change_amount", "change_currency")
    for what in whats:
        await local.order(where="delivery", what=what, times=1)
    for number in range(4):
        await expired(local, str(number))
        await local.until(delivered=number + 1)

    told = [(event["livemode"], event["data"]["object"]) for event in local.letterbox.events]

    seen = [(live, thing["amount_total"], thing["currency"]) for live, thing in told]
    assert seen == [(True, 2500, "eur"), (False, 2501, "eur"), (False, 2500, "usd"), (False, 2500, "eur")]


async def test_a_fault_of_deliveries_meets_only_its_types(local):
    await local.order(where="delivery", what="drop", match={"type": "charge.*"})
    await paid(local)

    await local.until(delivered=4)

    assert sorted(local.letterbox.types) == [
        "checkout.session.completed",
        "payment_intent.created",
        "payment_intent.succeeded",
    ]


@pytest.mark.parametrize(
    "order",
    [
        "nonsense",
        {"where": "elsewhere", "what": "status"},
        {"where": "api", "what": "drop"},
        {"where": "api", "what": "status", "status": 200},
        {"where": "api", "what": "status", "chance": 2},
        {"where": "api", "what": "hang", "seconds": "5"},
        {"where": "api", "what": "status", "when": "during"},
        {"where": "api", "what": "status", "match": {"type": "x"}},
        {"where": "api", "what": "status", "colour": "red"},
        {"where": "delivery", "what": "duplicate", "count": 0},
    ],
)
async def test_an_order_that_can_not_be_meant_is_refused(local, order):
    headers = {"Authorization": "Bearer the token of the tests"}
    body = json.dumps(order)

    answer = await local.http.post("/control/faults", content=body, headers=headers, auth=NOBODY)

    assert answer.status_code == 400
    assert (await local.control("GET"))["faults"] == []


@pytest.mark.parametrize("token", ["x", "the token of the test", "sk_test_sandbox"])
async def test_nobody_orders_faults_without_the_token(local, token):
    headers = {"Authorization": f"Bearer {token}"}

    for method, path in (("GET", ""), ("POST", "/faults"), ("POST", "/clock"), ("GET", "/deliveries")):
        answer = await local.http.request(method, f"/control{path}", headers=headers, auth=NOBODY)
        assert answer.status_code == 401


async def test_an_installation_without_a_token_takes_no_orders(tmp_path, letterbox):
    async with opened_local(tmp_path, letterbox, control_token="") as local:
        assert (await local.http.get("/control", auth=NOBODY)).status_code == 401


async def test_the_clock_that_is_ahead_ends_sessions_dates_answers_and_outlives_a_restart(
    tmp_path, letterbox
):
    async with opened_local(tmp_path, letterbox) as local:
        session = await local.gateway.create_session(request(), "k")
        await local.control("POST", "/clock", {"advance": 25 * 3600})
        assert (await local.gateway.get_session(session.id)).status == "expired"
        event = await letterbox.until("checkout.session.expired")
        assert abs(event["created"] - epoch() - 25 * 3600) < 60
    async with opened_local(tmp_path, letterbox) as local:
        answer = await local.http.get("/v1/events")
        date = parsedate_to_datetime(answer.headers["date"]).timestamp()
        assert abs(date - epoch() - 25 * 3600) < 60
        assert (await local.control("POST", "/clock", {"reset": True}))["ahead"] == 0


async def test_what_waits_goes_out_also_when_the_clock_is_set_back(local):
    local.letterbox.answers = [500, 500]
    await local.control("POST", "/clock", {"advance": 10**6})
    await expired_when_ahead(local)
    await local.attempts(2)

    await local.control("POST", "/clock", {"reset": True})

    await local.until(delivered=1)


async def expired_when_ahead(local) -> None:
    session = await local.gateway.create_session(request(expires_at=epoch() + 10**6 + 3600), "k")
    await local.gateway.expire_session(session.id)
