"""Admins see to people: the list, one person's desk, links, and what ends a session at once."""

import asyncio
import logging
import re
from dataclasses import replace

import pytest

from shop import accounts, people
from shop.app import create_app
from shop.clock import now
from tests.web.conftest import HTMX, Visitor, text_of
from tests.world import PASSWORD

NOA = {"name": "Noa", "email": "noa@x.example", "role": "user"}
NEW = "nine lives left"


def desk_of(person) -> str:
    return f"/admin/people/{person.id}"


async def link_on(visitor, path) -> str:
    return re.search(r'id="link-once" value="[^"]*?(/\w+/[\w-]+)"', await text_of(await visitor.get(path)))[1]


async def test_people_are_listed_found_and_narrowed(ada):
    page = await text_of(await ada.get("/admin/people?q=allo"))
    assert "Mallory" in page
    assert "sam@" not in page
    assert "Ada" in await text_of(await ada.get("/admin/people?role=admin&state=active"))
    assert "Nobody here is like that." in await text_of(await ada.get("/admin/people?state=suspended"))
    assert (await ada.get("/admin/people?q=tillroom&after=x")).status_code == 422


@pytest.mark.parametrize("path", ["/admin/people", "/admin/people/x", "/admin/activity", "/admin/letters"])
async def test_only_admins_see_these_pages(stranger, sam, path):
    assert (await stranger.get(path)).status_code == 303
    assert (await sam.get(path)).status_code == 404


async def test_an_invited_person_chooses_a_password_and_is_in(ada, stranger):
    answer = await ada.post("/admin/people", NOA)
    assert answer.status_code == 303
    desk = answer.headers["Location"]
    link = await link_on(ada, desk)
    assert "link-once" not in await text_of(await ada.get(desk))

    form = await stranger.get(link)
    assert "Welcome, Noa" in await text_of(form)
    answer = await stranger.post(link, {"password": NEW})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert "noa@x.example" in await text_of(await stranger.get("/account"))
    assert (await stranger.get(link)).status_code == 404
    assert (await stranger.post(link, {"password": NEW})).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "sam@tillroom.example", "Somebody has this e-mail address already."),
        ("email", "x", "Write an e-mail address"),
        ("name", " ", "Write their name."),
        ("role", "owner", "Choose a role"),
    ],
)
async def test_a_person_who_can_not_be_added_is_told_beside_the_field(ada, field, value, sentence):
    answer = await ada.post("/admin/people", NOA | {field: value})

    assert answer.status_code == 422
    assert sentence in await text_of(answer)


async def test_a_link_is_never_kept_indexed_or_told_to_the_next_page(ada, stranger, caplog):
    caplog.set_level(logging.DEBUG)
    desk = (await ada.post("/admin/people", NOA)).headers["Location"]
    link = await link_on(ada, desk)

    answer = await stranger.get(link)
    await stranger.post(link, {"password": "short"})
    await stranger.post(link, {"password": NEW})

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert link.rsplit("/", 1)[1] not in caplog.text
    assert NEW not in caplog.text


@pytest.mark.parametrize("password", ["", "short", "noa@x.example", "x" * 129])
async def test_a_password_that_can_not_be_taken_leaves_the_link_alive(ada, stranger, password):
    link = await link_on(ada, (await ada.post("/admin/people", NOA)).headers["Location"])

    assert (await stranger.post(link, {"password": password}, htmx=True)).status_code == 422
    assert (await stranger.get(link)).status_code == 200


async def test_a_reset_ends_every_session_of_the_person(ada, sam, stranger, world):
    answer = await ada.post(f"{desk_of(world.sam)}/reset")
    assert answer.status_code == 303
    link = await link_on(ada, desk_of(world.sam))

    await stranger.post(link, {"password": NEW})

    assert (await sam.get("/account")).status_code == 303
    assert (await stranger.get("/account")).status_code == 200
    assert await stranger.sign_in(world.sam.email, NEW)


async def test_who_is_suspended_is_signed_out_at_once_and_can_not_sign_in(ada, sam, stranger, world):
    assert (await sam.get("/account")).status_code == 200

    answer = await ada.post(f"{desk_of(world.sam)}/suspension", {"why": "left"})
    assert answer.status_code == 303

    assert (await sam.get("/account")).headers["Location"] == "/login?next=/account"
    told = {"email": world.sam.email, "password": PASSWORD}
    assert (await stranger.post("/login", told)).status_code == 422
    page = await text_of(await ada.get(desk_of(world.sam)))
    assert "signed out everywhere" in page
    assert f'action="{desk_of(world.sam)}/suspension/end"' in page
    await ada.post(f"{desk_of(world.sam)}/suspension/end")
    assert (await stranger.post("/login", told)).status_code == 303


async def test_a_role_is_changed_in_place_and_taken_back(ada, world):
    answer = await ada.post(f"{desk_of(world.sam)}/role", {"role": "admin"}, htmx=True)
    page = await text_of(answer)
    assert page.startswith('<div id="people-desk"')
    assert 'name="role" value="user"' in page
    assert "Undo" in page

    headers = {"HX-Target": "div#flash"}
    undone = await ada.post(f"{desk_of(world.sam)}/role", {"role": "user"}, htmx=True, headers=headers)

    assert (await text_of(undone)).startswith("<hx-partial")
    assert (await world.db.read(people.find, world.sam.id)).role == "user"


@pytest.mark.parametrize("htmx", [True, False])
async def test_the_last_admin_is_neither_demoted_nor_suspended(ada, world, htmx):
    for act, told in (("role", {"role": "user"}), ("suspension", {})):
        answer = await ada.post(f"{desk_of(world.ada)}/{act}", told, htmx=htmx)
        assert answer.status_code == 409
        assert "The shop needs an admin" in await text_of(answer)
    assert (await ada.get("/admin")).status_code == 200


async def test_an_admin_who_steps_down_is_asked_and_then_signed_out(ada, world):
    await world.db.write(people.set_role, world.ada, world.sam.id, "admin", now())
    assert "Make yourself" in await text_of(await ada.get(f"{desk_of(world.ada)}/role"))
    assert "Suspend yourself" in await text_of(await ada.get(f"{desk_of(world.ada)}/suspension"))

    answer = await ada.post(f"{desk_of(world.ada)}/role", {"role": "user"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert (await ada.get("/admin")).status_code == 303


async def test_of_two_admins_who_dismiss_each_other_at_once_one_stays(app, ada, world):
    await world.db.write(people.set_role, world.ada, world.sam.id, "admin", now())
    sam = await Visitor(app).sign_in(world.sam.email)

    answers = await asyncio.gather(
        ada.post(f"{desk_of(world.sam)}/role", {"role": "user"}),
        sam.post(f"{desk_of(world.ada)}/suspension"),
    )

    # Who came second is refused, or has no right to ask any more.
    assert 303 in {answer.status_code for answer in answers}
    listing = await world.db.read(accounts.listing, None, "", "admin", "active")
    assert len(listing.items) == 1


@pytest.mark.parametrize("role", ["", "owner", "ADMIN", "\x00", "x" * 5000])
async def test_a_role_that_is_none_is_refused(ada, world, role):
    answer = await ada.post(f"{desk_of(world.sam)}/role", {"role": role})

    assert answer.status_code == 422
    assert "Choose a role" in await text_of(answer)


async def test_a_newer_name_wins_and_is_shown(ada, world):
    told = {"name": "Samuel", "email": world.sam.email, "seen_name": "Sam", "seen_email": world.sam.email}
    assert (await ada.post(f"{desk_of(world.sam)}/details", told)).status_code == 303

    answer = await ada.post(f"{desk_of(world.sam)}/details", told | {"name": "Sammy"})

    assert answer.status_code == 409
    assert "it is Samuel" in await text_of(answer)


async def test_an_address_that_is_taken_is_told_and_nothing_typed_is_lost(ada, world):
    told = {"name": "Samuel", "email": world.mia.email}
    answer = await ada.post(f"{desk_of(world.sam)}/details", told, htmx=True)
    page = await text_of(answer)

    assert answer.status_code == 422
    assert "already" in page
    assert 'value="Samuel"' in page


async def test_a_persons_desk_shows_sessions_orders_and_activity(ada, sam, world):
    placed = await world.place(world.sam, MUG=1)
    page = await text_of(await ada.get(desk_of(world.sam)))

    for words in ("1 session", placed.number, f"/admin/purchases?person={world.sam.id}", "order placed"):
        assert words in page
    await ada.post(f"{desk_of(world.sam)}/sessions/end")
    assert "1 session has ended." in await text_of(await ada.get(desk_of(world.sam)))
    assert (await sam.get("/account")).status_code == 303


@pytest.mark.parametrize(
    "act", ["role", "suspension", "suspension/end", "sessions/end", "reset", "invitation"]
)
async def test_nobody_is_nobody(ada, act):
    assert (await ada.post(f"/admin/people/per_nobody/{act}", {"role": "user"})).status_code == 404


async def test_asking_for_a_new_password_reads_the_same_for_everybody(stranger, world):
    pages = []
    for email in (world.sam.email, "nobody@x.example"):
        answer = await stranger.post("/resets", {"email": email})
        assert answer.status_code == 200
        pages.append((await text_of(answer)).replace(email, ""))

    assert pages[0] == pages[1]
    assert (await stranger.post("/resets", {"email": "x"})).status_code == 422
    assert 'href="/resets"' in await text_of(await stranger.get("/login"))


async def test_letters_are_asked_for_a_few_times_only(world):
    async with create_app(replace(world.settings, limits=True)).test_app() as app:
        visitor = Visitor(app)
        answers = [await visitor.post("/resets", {"email": f"a{n}@x.example"}) for n in range(21)]

    assert [answer.status_code for answer in answers] == [200] * 20 + [429]


async def test_a_fragment_of_the_desk_is_the_desk(ada, world):
    assert (await text_of(await ada.get(desk_of(world.sam), headers=HTMX))).startswith(
        '<div id="people-desk"'
    )


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%00", "%ff%fe", "..%2f", "%F0%9F%92%A9", "%0d%0aX:%20y"])
async def test_a_token_that_is_none_is_an_ended_link(stranger, token):
    for path in (f"/resets/{token}", f"/invitations/{token}"):
        for answer in (await stranger.get(path), await stranger.post(path, {"password": NEW})):
            assert answer.status_code == 404
            assert "<h1" in await text_of(answer)


@pytest.mark.parametrize(
    "email", ["", "\x00", "a@b", "x" * 9999, "a@x.example\r\nBcc: b@x.example", "١@x.example,"]
)
async def test_an_address_that_is_none_is_told_beside_its_field(stranger, email):
    answer = await stranger.post("/resets", {"email": email}, htmx=True)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in await text_of(answer)
