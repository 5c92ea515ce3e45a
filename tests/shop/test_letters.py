"""Letters: sent through a real mail server of the tests, kept without one, tried again, given up."""

from dataclasses import replace

import pytest

from shop import accounts, attention, doctor, letters, mail, outbox
from shop.clock import later, now
from shop.config import SettingError, read_settings
from shop.errors import Conflict
from shop.jobs import work_off
from tests.shop.post_office import opened_post_office

BASE = "https://shop.example"


def in_an_hour(tx, at):
    return outbox.due_letters(tx, later(at, minutes=60))


@pytest.fixture
async def office():
    async with opened_post_office() as opened:
        yield opened


@pytest.fixture
def post(world, office):
    """Work off the outbox with mail set up, and return how many letters left."""
    settings = replace(world.settings, smtp_url=office.url, mail_from="Tillroom <shop@shop.example>")
    return lambda: work_off(world.db, None, settings, in_an_hour)


async def write(
    world, to="noa@x.example", subject="Hello", text="Hi,\n\nlook:\nhttps://x.example/a\n", **more
):
    told = {"key": subject, "at": now()} | more
    await world.db.write(letters.write, "test", to, subject, text, **told)
    return (await world.db.read(letters.listing, None, "", "")).items[0]


async def state_of(world, letter) -> tuple[str, str]:
    again = await world.db.read(letters.by_id, letter.id)
    return again.state, again.error


async def test_a_letter_is_sent_as_text_with_the_same_in_html(world, office, post):
    letter = await write(world, text="Hi <you>,\n\nlook:\nhttps://x.example/a?b=1&c=2\n")

    assert await post() == 1

    [got] = office.letters
    assert (got["To"], got["From"]) == ("noa@x.example", "Tillroom <shop@shop.example>")
    assert got["Message-ID"] == f"<{letter.id}@shop.example>"
    assert got["Date"]
    assert "https://x.example/a?b=1&c=2" in got.get_body(("plain",)).get_content()
    html = got.get_body(("html",)).get_content()
    assert "Hi &lt;you&gt;," in html
    assert '<a href="https://x.example/a?b=1&amp;c=2">' in html
    assert await state_of(world, letter) == ("sent", "")


async def test_the_same_is_written_once_and_sent_once(world, office, post):
    await write(world, key="once")
    await write(world, key="once")

    assert [await post(), await post(), len(office.letters)] == [1, 0, 1]


async def test_a_letter_that_was_not_taken_is_tried_again_under_its_own_name(world, office, post):
    office.answers = ["451 come back later"]
    letter = await write(world)

    assert await post() == 0
    assert await state_of(world, letter) == ("failed", "The mail server answered 451: come back later")
    assert await world.db.read(outbox.due_letters, now()) == []
    assert len(await world.db.read(outbox.due_letters, later(now(), seconds=30))) == 1

    assert await post() == 1
    assert office.letters[0]["Message-ID"] == f"<{letter.id}@shop.example>"
    assert await state_of(world, letter) == ("sent", "")


async def test_an_address_that_is_none_waits_for_a_person_at_once(world, office, post):
    office.answers = ["550 no such user"]
    letter = await write(world)

    assert await post() == 0
    [entry] = await world.db.read(attention.entries)
    assert "550: no such user" in entry.text
    await world.db.write(attention.try_task_again, entry.subject, world.ada, now())
    assert await post() == 1
    assert await state_of(world, letter) == ("sent", "")


async def test_a_mail_server_that_is_not_there_is_tried_again(world):
    settings = replace(world.settings, smtp_url="smtp://127.0.0.1:1", mail_from="shop@x.example")
    letter = await write(world)

    assert await work_off(world.db, None, settings, in_an_hour) == 0
    state, error = await state_of(world, letter)
    assert state == "failed"
    assert "can't be reached" in error


async def test_a_mail_server_that_hangs_holds_up_nothing_else(world):
    await write(world)
    await world.db.write(outbox.add, "refund", "ref_1", now())

    assert [task.kind for task in await world.db.read(outbox.due, now())] == ["refund"]
    assert [task.kind for task in await world.db.read(outbox.due_letters, now())] == ["letter"]


async def test_without_mail_a_letter_is_kept(world):
    letter = await write(world)

    assert await work_off(world.db, None, world.settings, in_an_hour) == 1
    assert await state_of(world, letter) == ("kept", "")


@pytest.mark.parametrize(
    ("to", "subject"),
    [("a@x.example\r\nBcc: b@x.example", "Hello"), ("a@x.example, b@x.example", "Hello"), ("@", "Hello")],
)
async def test_nothing_gets_into_a_header_by_an_address(world, office, post, to, subject):
    letter = await write(world, to=to, subject=subject)

    assert await post() == 0
    assert office.letters == []
    assert (await state_of(world, letter))[0] == "failed"


async def test_nothing_gets_into_a_header_by_a_subject(world, office, post):
    await write(world, subject="Hello\r\nBcc: b@x.example")
    await post()

    [got] = office.letters
    assert got["Subject"] == "Hello Bcc: b@x.example"
    assert got["Bcc"] is None


async def test_the_secret_of_a_letter_is_forgotten_once_it_is_sent(world, office, post):
    issued = await world.db.write(accounts.reset, world.ada, world.sam.id, BASE, now())
    [letter] = (await world.db.read(letters.listing, None, "reset", "")).items
    assert issued.address in letter.whole
    assert issued.address not in letter.masked

    await post()

    assert issued.address in office.letters[0].get_body(("plain",)).get_content()
    again = await world.db.read(letters.by_id, letter.id)
    assert again.is_spent
    with pytest.raises(Conflict, match="make a new one"):
        await world.db.write(letters.send_again, letter.id, world.ada, now())


async def test_a_letter_can_be_sent_again(world, office, post):
    letter = await write(world)
    await post()

    await world.db.write(letters.send_again, letter.id, world.ada, now())

    assert await post() == 1
    assert {one["Message-ID"] for one in office.letters} == {f"<{letter.id}@shop.example>"}
    assert len(office.letters) == 2


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("SHOP_SMTP_URL", {"SHOP_SMTP_URL": "mail.example"}),
        ("SHOP_SMTP_URL", {"SHOP_SMTP_URL": "smtp://u:hush@x.example:99999"}),
        ("SHOP_SMTP_URL", {"SHOP_SMTP_URL": "http://u:hush@x.example"}),
        ("SHOP_MAIL_FROM", {"SHOP_SMTP_URL": "smtp://x.example"}),
        ("SHOP_MAIL_FROM", {"SHOP_MAIL_FROM": "nobody"}),
        ("SHOP_MAIL_FROM", {"SHOP_MAIL_FROM": "a@b.example\nBcc: c@d.example"}),
    ],
)
def test_a_wrong_setting_is_named_without_its_password(name, told):
    with pytest.raises(SettingError, match=name) as refusal:
        read_settings(told)
    assert "hush" not in str(refusal.value)


def test_the_mail_server_may_come_from_a_file(tmp_path):
    (tmp_path / "smtp").write_text("smtps://u:p%40ss@mail.example\n")
    told = {"SHOP_SMTP_URL_FILE": str(tmp_path / "smtp"), "SHOP_MAIL_FROM": "Shop <shop@x.example>"}

    assert read_settings(told).smtp_url == "smtps://u:p%40ss@mail.example"


async def test_the_doctor_greets_the_mail_server(office):
    assert await doctor.of_mail(None) == []
    assert await doctor.of_mail(office.url) == []

    [finding] = await doctor.of_mail("smtp://127.0.0.1:1")

    assert finding.name == "mail"
    assert "look at SHOP_SMTP_URL" in finding.sentence


class Listening:
    """Stands for the standard library's connection and notes what is asked of it."""

    said: list

    def __init__(self, host, port, **_):
        self.said.append((host, port))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def __getattr__(self, name):
        return lambda *_, **__: self.said.append(name)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("smtp://u:p@mail.example", [("mail.example", 587), "starttls", "login", "send_message"]),
        ("smtps://u:p@mail.example", [("mail.example", 465), "login", "send_message"]),
        ("smtp://127.0.0.1:25", [("127.0.0.1", 25), "send_message"]),
    ],
)
async def test_a_password_never_crosses_a_network_in_the_clear(monkeypatch, url, wanted):
    said = Listening.said = []
    monkeypatch.setattr(mail.smtplib, "SMTP", Listening)
    monkeypatch.setattr(mail.smtplib, "SMTP_SSL", Listening)
    letter = mail.Envelope("let_1", "a@x.example", "Hi", "Hi", now())
    await mail.send(url, "shop@x.example", letter)

    assert said == wanted
