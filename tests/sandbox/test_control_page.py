"""The control desk as a page: who may use it, and that each of its forms does what it says."""

import re

import pytest

from shop.sandbox import local_keys
from tests.sandbox.asking import expired
from tests.sandbox.conftest import NOBODY, TOKEN

PAGE = "/control/page"


async def enter(local, token: str = TOKEN):
    return await local.http.post(f"{PAGE}/token", data={"token": token}, auth=NOBODY)


async def send(local, form: str, **fields: str):
    return await local.http.post(f"{PAGE}/{form}", data=fields)


async def test_the_page_asks_for_the_token_and_then_remembers_it(local):
    assert (await local.http.get(PAGE)).status_code == 401
    assert (await enter(local, "wrong")).status_code == 401

    cookie = (await enter(local)).headers["set-cookie"]

    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert TOKEN not in cookie
    assert "everything works" in (await local.http.get(PAGE)).text


async def test_no_form_does_anything_for_a_stranger_or_from_another_site(local):
    for form in ("faults", "clearance", "clock", "seed", "release", "rotation"):
        assert (await send(local, form, seed="5")).status_code == 401
    await enter(local)

    answer = await local.http.post(
        f"{PAGE}/seed", data={"seed": "5"}, headers={"Origin": "http://evil.example"}
    )

    assert answer.status_code == 403
    assert (await local.control("GET"))["seed"] == 0


async def test_a_fault_is_ordered_and_cleared(local):
    await enter(local)
    told = {"fault": "api status", "when": "after", "status": "503", "path": "/v1/events", "percent": "50"}

    assert (await send(local, "faults", **told)).status_code == 303

    (fault,) = (await local.control("GET"))["faults"]
    assert (fault["status"], fault["when"], fault["chance"]) == (503, "after", 0.5)
    assert fault["match"] == {"path": "/v1/events"}
    assert "api · status · after · 503" in (await local.http.get(PAGE)).text
    await send(local, "clearance")
    assert (await local.control("GET"))["faults"] == []


async def test_the_clock_the_seed_and_what_is_held_have_their_forms(local):
    await enter(local)
    await local.order(where="delivery", what="hold")
    await expired(local)
    await local.until(held=1)

    for form, fields in (
        ("clock", {"advance": "60"}),
        ("seed", {"seed": "5"}),
        ("release", {"shuffle": "on"}),
    ):
        assert (await send(local, form, **fields)).status_code == 303

    told = await local.until(held=0, delivered=1)
    assert (told["ahead"], told["seed"]) == (60, 5)
    await send(local, "clock")
    assert (await local.control("GET"))["ahead"] == 0


async def test_a_new_secret_is_shown_once_and_signs(local):
    await enter(local)
    endpoint = (await local.http.get("/v1/webhook_endpoints")).json()["data"][0]["id"]

    page = (await send(local, "rotation", endpoint=endpoint, overlap="0")).text

    local.letterbox.secrets = re.findall(r"whsec_\w+", page)
    assert "whsec_" not in (await local.http.get(PAGE)).text
    await expired(local)
    await local.until(delivered=1)


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("faults", {"fault": "api nothing"}),
        ("faults", {"fault": "api status", "status": "many"}),
        ("seed", {"seed": "x"}),
        ("rotation", {"endpoint": "we_x", "overlap": "5"}),
        ("nothing", {}),
    ],
)
async def test_a_form_that_can_not_be_meant_is_answered_with_a_sentence(local, form, fields):
    await enter(local)

    answer = await send(local, form, **fields)

    assert answer.status_code in (400, 404)
    assert 'role="alert"' in answer.text


def test_keys_of_an_earlier_version_are_completed_alike_by_all(tmp_path):
    told = '{"secret_key": "sk_test_a", "webhook_secret": "whsec_b"}'
    for name in ("one", "two"):
        (tmp_path / name).write_text(told)

    one, two = local_keys(tmp_path / "one"), local_keys(tmp_path / "two")

    assert one == two == local_keys(tmp_path / "one")
    assert (one.secret_key, one.webhook_secret, len(one.control_token)) == ("sk_test_a", "whsec_b", 64)
    assert (tmp_path / "one").stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_file_of_keys_is_named(tmp_path):
    (tmp_path / "keys").write_text("[]")

    with pytest.raises(ValueError, match="move it away"):
        local_keys(tmp_path / "keys")
