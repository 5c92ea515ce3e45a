"""Deliveries: to whom, signed with what, how often, and what is kept of each attempt."""

import pytest

from shop.clock import epoch
from shop.stripe_gateway import BadSignature, verify
from tests.sandbox.asking import expired, paid, request
from tests.sandbox.conftest import SECRET, opened_letterbox, opened_local

ENDPOINTS = "/v1/webhook_endpoints"


async def add_endpoint(local, url: str, *types: str, **more: str):
    told = {"url": url, **more} | {f"enabled_events[{at}]": name for at, name in enumerate(types or "*")}
    return await local.http.post(ENDPOINTS, data=told)


async def configured(local) -> dict:
    return (await local.http.get(ENDPOINTS)).json()["data"][-1]


async def test_an_endpoints_secret_is_told_once(local):
    made = (await add_endpoint(local, "http://127.0.0.1:1/x", "charge.refunded")).json()

    read = (await local.http.get(f"{ENDPOINTS}/{made['id']}")).json()

    assert made.pop("secret").startswith("whsec_")
    assert read == made
    assert (read["status"], read["enabled_events"]) == ("enabled", ["charge.refunded"])


async def test_the_settings_endpoint_is_there_from_the_start_and_keeps_its_id(tmp_path, letterbox):
    async with opened_local(tmp_path, letterbox) as local:
        first = await configured(local)
    letterbox.url += "?moved"
    async with opened_local(tmp_path, letterbox) as local:
        again = await configured(local)
        assert len((await local.http.get(ENDPOINTS)).json()["data"]) == 1

    assert again == first | {"url": letterbox.url}


async def test_every_endpoint_gets_the_types_it_wants_signed_with_its_own_secret(local):
    async with opened_letterbox() as other:
        made = (await add_endpoint(local, other.url, "checkout.session.completed")).json()
        other.secrets = [made["secret"]]
        await paid(local)
        await local.until(delivered=5)

        assert other.types == ["checkout.session.completed"]
        assert len(local.letterbox.types) == 4
        assert other.events[0]["pending_webhooks"] == 2


async def test_a_changed_a_disabled_and_a_deleted_endpoint_are_obeyed(local):
    where = f"{ENDPOINTS}/{(await configured(local))['id']}"
    await local.http.post(where, data={"enabled_events[]": "charge.refunded", "metadata[a]": "b"})
    await expired(local, "1")
    await local.http.post(where, data={"enabled_events[]": "*", "disabled": "true"})
    await expired(local, "2")
    assert (await local.http.post(where, data={"disabled": "false"})).json()["status"] == "enabled"
    await expired(local, "3")
    assert (await local.http.delete(where)).json()["deleted"] is True
    await expired(local, "4")

    assert (await local.until(waiting=0))["delivered"] <= 1
    assert (await local.http.get(where)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "nowhere"},
        {"enabled_events[0]": "all of it"},
        {"api_version": "2010-01-01"},
        {"colour": "red"},
    ],
)
async def test_an_endpoint_that_can_not_be_is_refused(local, wrong):
    told = {"url": "http://127.0.0.1:1/x", "enabled_events[0]": "*"} | wrong

    assert (await local.http.post(ENDPOINTS, data=told)).status_code == 400


async def test_during_a_rotation_both_secrets_verify_and_afterwards_the_new_one_alone(local):
    endpoint = (await configured(local))["id"]
    told = await local.control("POST", f"/endpoints/{endpoint}/rotation", {"overlap_seconds": 3600})
    local.letterbox.secrets = [SECRET, told["secret"]]
    await expired(local, "1")
    await local.until(delivered=1)
    await local.control("POST", "/clock", {"advance": 3600})
    await local.control("POST", "/clock", {"advance": 1})
    await expired_by(local, "2")
    await local.until(delivered=2)

    (during, first), (after, second) = ((one, told["Stripe-Signature"]) for one, told in letters(local))

    assert (first.count("v1="), second.count("v1=")) == (2, 1)
    for secret in (SECRET, told["secret"]):
        verify(during, first, [secret], epoch())
    verify(after, second, [told["secret"]], epoch())
    with pytest.raises(BadSignature):
        verify(after, second, [SECRET], epoch())


async def expired_by(local, key: str) -> None:
    at = (await local.control("GET"))["clock"]
    session = await local.gateway.create_session(request(expires_at=at + 3600), key)
    await local.gateway.expire_session(session.id)


def letters(local) -> list[tuple[bytes, dict]]:
    return local.letterbox.letters


async def test_a_rotated_secret_outlives_a_restart_until_the_settings_name_another(tmp_path, letterbox):
    async with opened_local(tmp_path, letterbox) as local:
        endpoint = (await configured(local))["id"]
        told = await local.control("POST", f"/endpoints/{endpoint}/rotation")
    letterbox.secrets = [told["secret"]]
    async with opened_local(tmp_path, letterbox) as local:
        await expired(local)
        await local.until(delivered=1)
    letterbox.secrets = ["whsec_other"]
    async with opened_local(tmp_path, letterbox, endpoints=((letterbox.url, "whsec_other"),)) as local:
        await expired(local, "2")
        await local.until(delivered=2)


async def test_every_attempt_has_the_same_body_and_its_own_signature(tmp_path, letterbox):
    letterbox.answers = [500, 302]
    async with opened_local(tmp_path, letterbox, backoff=(1, 1)) as local:
        await expired(local)
        await local.until(delivered=1)
        statuses = [one["status"] for one in await local.attempts(3)]

    assert statuses == ["500", "302", "200"]
    assert len({body for body, _ in letterbox.letters}) == 1
    assert len({told["Stripe-Signature"] for _, told in letterbox.letters}) == 3


async def test_an_attempt_keeps_how_its_answer_began(local):
    local.letterbox.text = "Thank you. " * 100
    await expired(local)

    (attempt,) = await local.attempts(1)

    assert attempt["answer"] == local.letterbox.text[:200]
    assert attempt["url"] == local.letterbox.url
    assert attempt["milliseconds"] >= 0


async def test_an_endpoint_that_nobody_answers_at_is_named_and_given_up_when_the_table_ends(tmp_path):
    async with opened_letterbox() as gone:
        pass
    async with opened_local(tmp_path, gone) as local:
        await expired(local)

        assert (await local.until(failed=1))["waiting"] == 0
        assert {one["status"] for one in await local.attempts(4)} == {"ConnectError"}


async def test_after_three_days_a_delivery_has_failed_whatever_the_table_says(tmp_path, letterbox):
    letterbox.answers = [500] * 100
    async with opened_local(tmp_path, letterbox, backoff=(3600,) * 1000) as local:
        await expired(local)
        await local.attempts(1)
        for days in range(4):
            await local.control("POST", "/clock", {"advance": 24 * 3600 - 60})
            await local.attempts(min(days + 2, 4))

        assert (await local.until(failed=1))["waiting"] == 0


async def test_pending_webhooks_counts_down_and_the_feed_can_ask_for_what_did_not_arrive(local):
    local.letterbox.answers = [500] * 4
    await expired(local, "lost")
    await local.until(failed=1)
    await expired(local, "found")
    await local.until(delivered=1)

    found = {}
    for success in ("true", "false"):
        page = (await local.http.get("/v1/events", params={"delivery_success": success})).json()
        found[success] = [event["pending_webhooks"] for event in page["data"]]

    assert found == {"true": [0], "false": [1]}


async def test_a_delivery_can_be_made_again_by_its_attempt_and_from_the_page(local):
    await expired(local)
    (attempt,) = await local.attempts(1)

    await local.control("POST", f"/deliveries/{attempt['seq']}/repetition")
    await local.attempts(2)
    await local.http.post(f"/deliveries/{attempt['delivery']}/repetition")
    await local.attempts(3)

    page = (await local.http.get("/deliveries")).text
    assert page.count("checkout.session.expired</h2>") == 1
    assert page.count("<time>") == 3
    assert len(local.letterbox.events) == 3


async def test_a_form_of_another_site_sends_nothing_again(local):
    await expired(local)
    await local.attempts(1)

    answer = await local.http.post("/deliveries/1/repetition", headers={"Origin": "http://evil.example"})

    assert answer.status_code == 403
    assert (await local.http.post("/deliveries/99/repetition")).status_code == 404


async def test_a_restart_keeps_what_waits_and_what_is_held(tmp_path, letterbox):
    letterbox.answers = [500]
    async with opened_local(tmp_path, letterbox, backoff=(2, 2)) as local:
        await local.order(where="delivery", what="hold", times=1)
        await expired(local, "1")
        await local.until(held=1)
        await expired(local, "2")
        await local.attempts(1)
    async with opened_local(tmp_path, letterbox, backoff=(2, 2)) as local:
        assert (await local.until(delivered=1))["held"] == 1
        await local.control("POST", "/release")
        await local.until(delivered=2, held=0)

    assert len(letterbox.events) == 2


async def test_many_deliveries_go_side_by_side_but_not_all_at_once(local, letterbox):
    letterbox.slow_seconds = 0.2
    for number in range(25):
        await paid(local, str(number))
    await local.until(delivered=100)

    assert 1 < letterbox.most_at_once <= 32
