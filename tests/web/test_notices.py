"""A letter when something is back: asked for on its page, proved and ended by the link of a letter."""

import re

import pytest

from shop import letters, limits, notices, stock
from shop.app import create_app
from shop.clock import now
from tests.web.conftest import Visitor, text_of
from tests.world import settings_for

NOA = {"sku": "POSTER", "email": "noa@x.example"}


async def link_of(world) -> str:
    [letter, *_] = (await world.db.read(letters.listing, None, "notice", "")).items
    return re.search(r"http://[^/]+(/notices/\S+)", letter.whole)[1]


async def count_of(world) -> int:
    return len((await world.db.read(letters.listing, None, "notice", "")).items)


async def test_only_what_is_sold_out_offers_a_letter(stranger, sam, world):
    assert "/p/poster/notices" in await text_of(await stranger.get("/p/poster"))
    assert "/notices" not in await text_of(await stranger.get("/p/mug"))
    assert f'value="{world.sam.email}"' in await text_of(await sam.get("/p/poster"))


async def test_of_several_variants_the_sold_out_ones_are_offered(stranger, world):
    await world.place(world.mia, **{"VASE-L": 2})
    page = await text_of(await stranger.get("/p/vase?variant=VASE-L"))
    assert 'name="sku" value="VASE-L"' in page

    await world.place(world.sam, **{"VASE-S": 8})
    page = await text_of(await stranger.get("/p/vase?variant=VASE-L"))
    assert '<option value="VASE-L" selected>Large</option>' in page


async def test_a_plain_form_asks_and_the_link_proves_and_ends_it(stranger, world):
    answer = await stranger.post("/p/poster/notices", NOA)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/p/poster")
    assert "Look into your mail" in await text_of(await stranger.get("/p/poster"))
    link = await link_of(world)

    assert "Yes, write to me" in await text_of(await stranger.get(link))
    answer = await stranger.post(f"{link}/confirmation")
    assert (answer.status_code, answer.headers["Location"]) == (303, link)
    assert "in the order in which people asked" in await text_of(await stranger.get(link))

    answer = await stranger.post(f"{link}/end")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/p/poster")
    for gone in (await stranger.get(link), await stranger.post(f"{link}/end")):
        assert gone.status_code == 404
        assert "This link has ended" in await text_of(gone)


async def test_htmx_gets_the_fragments(stranger, world):
    asked = await text_of(await stranger.post("/p/poster/notices", NOA, htmx=True))
    assert asked.startswith('<div id="notices-form"')
    assert "noa@x.example" in asked

    proved = await text_of(await stranger.post(f"{await link_of(world)}/confirmation", htmx=True))
    assert proved.startswith('<div id="notices-notice"')


async def test_looking_at_a_link_changes_nothing(stranger, world):
    await stranger.post("/p/poster/notices", NOA)
    link = await link_of(world)
    for _ in range(2):
        answer = await stranger.get(link)

    assert "Yes, write to me" in await text_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("spoiled", "status", "sentence"),
    [
        ({"email": "noa"}, 422, "Write an e-mail address"),
        ({"email": ""}, 422, "Write your e-mail address."),
        ({"sku": "MUG"}, 422, "Choose what you wait for."),
        ({"sku": "\x00"}, 422, "There are characters in it"),
    ],
)
async def test_what_can_not_be_taken_comes_back_with_a_sentence(stranger, spoiled, status, sentence, htmx):
    answer = await stranger.post("/p/poster/notices", NOA | spoiled, htmx=htmx)
    page = await text_of(answer)

    assert answer.status_code == status
    assert sentence in page
    assert f'value="{(NOA | spoiled)["email"]}"' in page


@pytest.mark.parametrize("htmx", [False, True])
async def test_what_came_back_meanwhile_can_be_bought(stranger, world, htmx):
    await world.db.write(stock.adjust, world.ada, "POSTER", change=1, reason="received", at=now())

    answer = await stranger.post("/p/poster/notices", NOA, htmx=htmx)

    assert answer.status_code == 409
    assert "Poster is available again: you can buy it now." in await text_of(answer)


async def test_the_answer_is_the_same_whether_the_address_is_known_waits_or_is_flooded(stranger, world):
    answers = set()
    for _ in range(limits.NOTICE_OF.most + 1):
        answers.add(await text_of(await stranger.post("/p/poster/notices", NOA, htmx=True)))
    known = NOA | {"email": world.sam.email}
    page = await text_of(await stranger.post("/p/poster/notices", known, htmx=True))
    answers.add(page.replace(world.sam.email, NOA["email"]))
    await world.db.write(notices.confirm, (await link_of(world)).rsplit("/", 1)[1], now())
    page = await text_of(await stranger.post("/p/poster/notices", known, htmx=True))
    answers.add(page.replace(world.sam.email, NOA["email"]))

    assert len(answers) == 1
    assert await count_of(world) == limits.NOTICE_OF.most + 1


async def test_one_place_does_not_ask_for_letters_without_end(tmp_path, world, monkeypatch):
    monkeypatch.setattr(limits, "NOTICE_FROM", limits.Limit("notice-from", 2, 3600, "Too many."))
    application = create_app(settings_for(tmp_path, limits=True))
    async with application.test_app():
        visitor = Visitor(application)
        answers = [await visitor.post("/p/poster/notices", NOA) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
