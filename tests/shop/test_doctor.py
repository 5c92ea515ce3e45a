"""Each thing that can be wrong with an installation is named, and a healthy one is silent."""

import asyncio
import contextlib
from email.utils import formatdate

import pytest
import stripe
from click.testing import CliRunner

from db import engine
from shop import doctor, orders, outbox, payments
from shop.cli import main
from shop.clock import epoch, later, now
from shop.config import proxies
from shop.jobs import work_off
from shop.sandbox.state import API_VERSION
from tests.world import settings_for

GOOD = "whsec_5f4dcc3b5aa765d61d8327deb882cf99"
PUBLIC = {
    "secret_key": "7b2f6c9d0e1a4b8c5d3f",
    "base_url": "https://shop.example",
    "stripe_key": "rk_live_x",
    "webhook_secrets": (GOOD,),
    "stripe_api_base": None,
    "limits": True,
}


def settings(tmp_path, **changes):
    return settings_for(tmp_path, **(PUBLIC | changes))


def names(findings) -> list[str]:
    for finding in findings:
        assert finding.sentence.endswith("."), finding
        assert ": " in finding.sentence, "a finding says what to do"
    return [finding.name for finding in findings]


def test_settings_that_are_right_are_no_finding(tmp_path):
    assert doctor.of_secrets(settings(tmp_path)) == []
    assert doctor.of_addresses(settings(tmp_path)) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"secret_key": ""}, "secret-key"),
        ({"secret_key": "short"}, "secret-key"),
        ({"secret_key": "x" * 32}, "secret-key"),
        ({"stripe_key": ""}, "stripe-key"),
        ({"webhook_secrets": ()}, "webhook-secret"),
        ({"webhook_secrets": ("sk_test_5f4dcc3b5aa765d61d8327",)}, "webhook-secret"),
        ({"webhook_secrets": (GOOD, "whsec_xxxxxxxxxxxxxxxx")}, "webhook-secret"),
        ({"webhook_secrets": ("whsec_your_secret_here",)}, "webhook-secret"),
        ({"webhook_secrets": ("whsec_",)}, "webhook-secret"),
    ],
)
def test_a_secret_of_the_wrong_form_is_named(tmp_path, changes, named):
    assert names(doctor.of_secrets(settings(tmp_path, **changes))) == [named]


LOCAL = {"stripe_key": "sk_test_x", "base_url": "http://127.0.0.1:8000"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"stripe_key": "sk_test_x", "stripe_api_base": "https://api.stripe.com"}, "api-base"),
        ({"stripe_key": "sk_test_x", "stripe_api_base": "https://stripe.example"}, "api-base"),
        ({"stripe_key": "sk_test_x", "stripe_api_base": "http://127.0.0.1:8001"}, "api-base"),
        ({"base_url": "http://shop.example"}, "base-url"),
        ({"base_url": "http://localhost:8000"}, "base-url"),
        (LOCAL | {"limits": False}, "limits"),
    ],
)
def test_addresses_that_contradict_each_other_are_named(tmp_path, changes, named):
    assert names(doctor.of_addresses(settings(tmp_path, **changes))) == [named]


def test_a_proxy_before_the_local_stripe_is_named_unless_it_is_told_to_spare_it(tmp_path):
    local = settings(tmp_path, **LOCAL, stripe_api_base="http://127.0.0.1:8001")
    given = {"http_proxy": "http://proxy.example:3128", "ALL_PROXY": "socks5://proxy.example"}

    assert proxies(given, "127.0.0.1") == ("http_proxy", "ALL_PROXY")
    assert names(doctor.of_addresses(local, proxies(given, "127.0.0.1"))) == ["proxy"]
    assert proxies(given | {"NO_PROXY": "localhost, 127.0.0.1"}, "127.0.0.1") == ()
    assert proxies(given | {"no_proxy": "*"}, "127.0.0.1") == ()
    assert doctor.of_addresses(settings(tmp_path), ("HTTP_PROXY",)) == []
    assert doctor.of_addresses(local) == []


async def test_files_that_others_can_read_are_named(world):
    assert doctor.of_files(world.db.path) == []

    world.db.path.chmod(0o644)

    assert names(doctor.of_files(world.db.path)) == ["permissions"]


def test_a_full_disk_and_a_long_log_are_named():
    plenty = 3 * doctor.LEAST_FREE
    assert doctor.of_disk(plenty, 1) == []
    assert names(doctor.of_disk(plenty, plenty)) == ["disk"]
    assert names(doctor.of_disk(doctor.LEAST_FREE - 1, 1)) == ["disk"]
    assert doctor.of_log(4 * 2**20) == []
    assert names(doctor.of_log(doctor.LARGEST_LOG + 1)) == ["log"]


@pytest.mark.parametrize(("apart", "named"), [(0, []), (29, []), (31, ["clock"]), (-400, ["clock"])])
def test_a_clock_that_differs_is_named(apart, named):
    found = doctor.of_clock(formatdate(epoch() - apart, usegmt=True), epoch())

    assert names(found) == named
    assert ("refused" in "".join(one.sentence for one in found)) == (abs(apart) > 300)


def test_an_answer_without_a_date_says_nothing_of_the_clock():
    assert doctor.of_clock(None, epoch()) == doctor.of_clock("yesterday", epoch()) == []


async def of_books(world, minutes: int = 0) -> list[str]:
    return names(await world.db.read(doctor.of_books, later(now(), minutes=minutes)))


async def test_the_books_of_a_shop_that_works_are_no_finding(world):
    assert await of_books(world) == []
    placed = await world.place(world.sam, MUG=1)
    assert await of_books(world) == []
    await world.tell("checkout.session.completed", placed.paid())
    for _ in range(2):
        await work_off(world.db, None, world.settings, outbox.due_letters)
    assert await of_books(world, minutes=600) == []


async def test_deliveries_signed_with_another_secret_are_named_until_a_good_one_comes(world):
    await world.db.write(payments.reject, "no signature of ours", "0" * 64, now())
    assert await of_books(world) == ["webhook-secret"]

    await asyncio.sleep(0.002)
    await world.tell("checkout.session.expired", (await world.place(world.sam, MUG=1)).expired())
    assert await of_books(world) == []


async def test_deliveries_with_a_wrong_time_are_named(world):
    await world.db.write(payments.reject, "signed 400 seconds ago", "0" * 64, now())

    assert await of_books(world) == ["clock"]


async def test_silence_after_a_payment_page_has_closed_is_named(world):
    await world.place(world.sam, MUG=1)

    assert await of_books(world, minutes=60) == []
    assert await of_books(world, minutes=95) == ["deliveries"]


async def test_an_event_of_another_version_is_named(world):
    event = world.event("payout.paid", {"id": "po_1", "object": "payout"})
    await world.receive(event | {"api_version": "2019-01-01"})

    assert await of_books(world) == ["api-version"]


def test_the_version_compared_with_is_the_librarys():
    assert stripe.api_version == API_VERSION


async def test_work_that_waits_or_was_given_up_is_named(world):
    placed = await world.place(world.sam, MUG=1)
    await world.db.write(orders.ask_to_cancel, await _order(world, placed), by="x", at=now())
    assert await of_books(world, minutes=9) == []
    assert await of_books(world, minutes=11) == ["outbox"]

    connection = engine.open_writer(world.db.path)
    connection.execute("UPDATE outbox SET state = 'dead'")
    connection.close()
    assert await of_books(world, minutes=11) == ["outbox-dead"]


async def _order(world, placed):
    return await world.db.read(orders.by_id, placed.id)


async def test_parked_events_are_named(world):
    placed = await world.place(world.sam, MUG=1)
    await world.tell("checkout.session.completed", placed.paid(), livemode=True)

    assert await of_books(world) == ["parked"]


async def test_a_local_stripe_that_answers_is_no_finding(street):
    assert await doctor.of_stripe(street.world.settings) == []


async def test_a_key_that_stripe_refuses_is_named(street):
    wrong = settings_for(street.world.db.path.parent, stripe_key="sk_test_of_another", stripe_api_base=(
        street.world.settings.stripe_api_base
    ))  # fmt: skip

    assert names(await doctor.of_stripe(wrong)) == ["stripe-key"]


async def test_a_stripe_that_does_not_answer_is_named(tmp_path):
    assert names(await doctor.of_stripe(settings_for(tmp_path, stripe_api_base="http://127.0.0.1:9"))) == [
        "stripe"
    ]


@contextlib.asynccontextmanager
async def answering(status: str, date: str, body: bytes = b"{}"):
    """Serve one answer to everything, with a date of its own; keep what was asked."""
    asked = []

    async def answer(reader, writer):
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        head = (
            f"HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


async def test_the_clock_is_compared_without_showing_the_key(tmp_path):
    empty = b'{"object": "list", "data": [], "has_more": false, "url": "/v1/events"}'
    async with answering("200 OK", formatdate(epoch() - 90, usegmt=True), empty) as (base, asked):
        found = await doctor.of_stripe(settings_for(tmp_path, stripe_api_base=base))

    assert names(found) == ["clock"]
    assert b"sk_test" not in asked[0]
    assert b"authorization" not in asked[0].lower()


@pytest.mark.parametrize(("status", "named"), [("403 Forbidden", "stripe-key"), ("500 Oops", "stripe")])
async def test_a_key_without_its_rights_and_a_stripe_in_trouble_are_told_apart(tmp_path, status, named):
    body = b'{"error": {"type": "invalid_request_error", "message": "No."}}'
    async with answering(status, formatdate(usegmt=True), body) as (base, _):
        assert names(await doctor.of_stripe(settings_for(tmp_path, stripe_api_base=base))) == [named]


async def test_a_database_that_is_not_there_or_damaged_is_named(tmp_path):
    told = settings(tmp_path, stripe_key="")
    assert names(await doctor.examine(told)) == ["stripe-key", "database"]

    (tmp_path / "shop.db").write_bytes(b"nothing of the kind" * 1000)
    (tmp_path / "shop.db").chmod(0o600)
    assert names(await doctor.examine(told)) == ["stripe-key", "database"]


async def test_the_command_is_silent_for_a_healthy_shop_and_exits_with_1_for_another(street):
    told = street.world.settings
    given = {
        "SHOP_SECRET_KEY": PUBLIC["secret_key"], "SHOP_DATABASE_URL": told.database_url,
        "SHOP_BASE_URL": told.base_url, "STRIPE_SECRET_KEY": told.stripe_key, "STRIPE_WEBHOOK_SECRET": GOOD,
        "STRIPE_API_BASE": told.stripe_api_base, "NO_PROXY": "127.0.0.1",
    }  # fmt: skip

    def run(**changes):
        return CliRunner().invoke(main, ["doctor"], env=given | changes)

    healthy = await asyncio.to_thread(run)
    wrong = await asyncio.to_thread(run, SHOP_LIMITS="off")
    impossible = await asyncio.to_thread(run, SHOP_CURRENCY="euros")

    assert (healthy.exit_code, healthy.output) == (0, "Nothing is wrong.\n")
    assert (wrong.exit_code, wrong.output.split(":")[0]) == (1, "limits")
    assert (impossible.exit_code, impossible.output.split(":")[0]) == (1, "settings")
