"""The letters page: without mail everything is read here, with mail a link is its recipient's alone."""

import asyncio
import re
from dataclasses import replace

import pytest

from shop import accounts, letters
from shop.app import create_app
from shop.clock import now
from tests.shop.post_office import opened_post_office
from tests.web.conftest import Visitor, text_of

LINK = re.compile(r'href="[^"]*(/resets/[\w-]+)"')


async def newest(world):
    return (await world.db.read(letters.listing, None, "", "")).items[0]


@pytest.fixture
async def mailing(world):
    """Ada at a shop with a mail server of the tests."""
    async with opened_post_office() as office:
        settings = replace(world.settings, smtp_url=office.url, mail_from="shop@shop.example")
        async with create_app(settings).test_app() as app:
            yield office, await Visitor(app).sign_in(world.ada.email)


async def test_without_mail_a_letter_is_read_and_its_link_followed(ada, stranger, world):
    await stranger.post("/resets", {"email": world.sam.email})
    page = await text_of(await ada.get("/admin/letters"))
    assert "No mail is set up" in page
    assert world.sam.email in page

    letter = await text_of(await ada.get(f"/admin/letters/{(await newest(world)).id}"))
    link = LINK.search(letter)[1]

    assert (await stranger.get(link)).status_code == 200


async def test_with_mail_a_link_is_for_its_recipient_alone(mailing, world):
    office, ada = mailing
    answer = await ada.post(f"/admin/people/{world.sam.id}/reset")
    letter = await newest(world)
    page = await text_of(await ada.get(answer.headers["Location"]))
    assert "is on its way" in page
    assert "link-once" not in page

    shown = await text_of(await ada.get(f"/admin/letters/{letter.id}"))

    assert LINK.search(shown) is None
    assert letter.secret not in shown
    for _ in range(100):
        if office.letters:
            break
        await asyncio.sleep(0.05)
    assert letter.secret in office.letters[0].get_body(("plain",)).get_content()


async def test_a_letter_whose_link_is_forgotten_is_not_sent_again(mailing, world):
    _, ada = mailing
    await world.db.write(accounts.reset, world.ada, world.sam.id, "https://x.example", now())
    letter = await newest(world)
    await world.db.write(letters.sent, letter.id, now())

    answer = await ada.post(f"/admin/letters/{letter.id}/repetition")

    assert answer.status_code == 409
    assert "make a new one" in await text_of(answer)


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_letter_is_sent_again(mailing, world, htmx):
    _, ada = mailing
    await world.db.write(letters.write, "test", "a@x.example", "Hi", "Hi\n", key="k", at=now())
    letter = await newest(world)

    answer = await ada.post(f"/admin/letters/{letter.id}/repetition", htmx=htmx)

    assert answer.status_code == (200 if htmx else 303)


async def test_letters_are_narrowed_by_kind_and_state(ada, world):
    assert "There is no such letter." in await text_of(await ada.get("/admin/letters"))
    await world.db.write(accounts.reset, world.ada, world.sam.id, "https://x.example", now())
    await world.db.write(letters.keep, (await newest(world)).id)

    for query, there in (("kind=reset", True), ("kind=invitation", False), ("kind=reset&state=kept", True)):
        page = await text_of(await ada.get(f"/admin/letters?{query}"))
        assert (world.sam.email in page) is there
    assert world.sam.email not in await text_of(await ada.get("/admin/letters?state=failed"))
    assert (await ada.get("/admin/letters/let_none")).status_code == 404
    assert (await ada.post("/admin/letters/let_none/repetition")).status_code == 404
