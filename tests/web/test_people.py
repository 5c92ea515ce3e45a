"""Registering, signing in and out, and what ends a session."""

import pytest

from shop import people
from shop.clock import now
from tests.web.conftest import Visitor, text_of
from tests.world import PASSWORD


async def test_a_new_person_is_signed_in_at_once(stranger):
    form = {"name": "Noa", "email": "Noa@Tillroom.example", "password": "nine lives left"}
    answer = await stranger.post("/register", form)

    assert answer.status_code == 303
    assert "noa@tillroom.example" in await text_of(await stranger.get("/account"))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "sam@tillroom.example", "Somebody has registered"),
        ("email", "not an address", "Write an e-mail address"),
        ("password", "short", "Choose at least 8 characters."),
        ("password", "password", "easily guessed"),
        ("name", "  ", "Write your name."),
        ("name", "x" * 101, "Write at most 100 characters."),
    ],
)
async def test_a_registration_that_can_not_be_taken_keeps_what_was_typed(stranger, field, value, sentence):
    form = {"name": "Noa", "email": "noa@x.example", "password": "nine lives left"} | {field: value}
    answer = await stranger.post("/register", form)
    page = await text_of(answer)

    assert answer.status_code == 422
    assert sentence in page
    assert "nine lives left" not in page
    assert form["email"] in page


async def test_a_wrong_password_and_an_unknown_address_read_the_same(stranger):
    pages = []
    for email in ("sam@tillroom.example", "nobody@tillroom.example"):
        answer = await stranger.post("/login", {"email": email, "password": "not the password"})
        assert answer.status_code == 422
        pages.append((await text_of(answer)).replace(email, ""))

    assert pages[0] == pages[1]


async def test_signing_out_ends_the_session_also_for_a_copied_cookie(app, world):
    sam, thief = Visitor(app), Visitor(app)
    await sam.sign_in(world.sam.email)
    thief.client.cookie_jar = sam.client.cookie_jar
    cookies = list(sam.client.cookie_jar)

    await sam.post("/logout")
    for cookie in cookies:
        thief.client.cookie_jar.set_cookie(cookie)

    assert (await thief.get("/account")).status_code == 303


async def test_a_new_password_ends_every_other_session(app, world, sam):
    elsewhere = await Visitor(app).sign_in(world.sam.email)

    form = {"current": PASSWORD, "password": "another long secret"}
    assert (await sam.post("/account/password", form)).status_code == 303

    assert (await sam.get("/account")).status_code == 200
    assert (await elsewhere.get("/account")).status_code == 303


async def test_a_wrong_present_password_changes_nothing(sam):
    form = {"current": "not it", "password": "another long secret"}
    answer = await sam.post("/account/password", form, htmx=True)

    assert answer.status_code == 422
    assert "That is not your password." in await text_of(answer)


async def test_losing_the_role_ends_the_session_at_once(app, world, ada):
    assert (await ada.get("/admin")).status_code == 200
    await world.db.write(people.set_role, world.ada, world.sam.id, "admin", now())

    await world.db.write(people.set_role, world.sam, world.ada.id, "user", now())

    assert (await ada.get("/admin")).status_code == 303


async def test_the_last_admin_stays_one(world):
    with pytest.raises(people.Conflict, match="needs an admin"):
        await world.db.write(people.set_role, world.ada, world.ada.id, "user", now())


async def test_a_guests_cart_comes_along_and_is_merged_and_capped(app, world):
    before = await Visitor(app).sign_in(world.sam.email)
    await before.post("/cart/lines", {"variant": "MUG", "quantity": "4"})
    guest = Visitor(app)
    await guest.post("/cart/lines", {"variant": "MUG", "quantity": "3"})

    await guest.sign_in(world.sam.email)

    page = await text_of(await guest.get("/cart"))
    assert "You wanted 7 of Mug: your cart has the 5 we have." in page
    assert "€62.50" in page


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/orders", "/orders"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
        ("/%0d%0aX: y", "/%0d%0aX: y"),
        ("", "/"),
    ],
)
async def test_signing_in_goes_on_only_to_our_own_pages(app, world, wanted, leads_to):
    form = {"email": world.sam.email, "password": PASSWORD, "next": wanted}
    answer = await Visitor(app).post("/login", form)

    assert answer.status_code == 303
    assert answer.headers["Location"] == leads_to


async def test_too_many_tries_are_refused_for_a_while(tmp_path):
    from shop.app import create_app
    from tests.world import open_world, settings_for

    world = await open_world(settings_for(tmp_path, limits=True))
    async with create_app(world.settings).test_app() as app:
        visitor = Visitor(app)
        form = {"email": world.sam.email, "password": "wrong wrong"}
        statuses = [(await visitor.post("/login", form)).status_code for _ in range(12)]
        last = await visitor.post("/login", form)
    await world.db.close()

    assert statuses == [422] * 10 + [429] * 2
    assert int(last.headers["Retry-After"]) <= 600
