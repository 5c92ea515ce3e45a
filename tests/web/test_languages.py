"""A visitor is spoken to in the language they choose, and it is remembered; the admin's pages are English."""

import pytest

from shop import letters, orders
from shop.clock import now
from shop.order_letters import write
from tests.web.conftest import Visitor, text_of

GERMAN = {"Accept-Language": "de-CH, de;q=0.9, en;q=0.5"}


async def test_a_browser_is_answered_in_the_first_of_its_languages_that_we_have(stranger):
    answer = await stranger.get("/cart", headers=GERMAN)

    assert '<html lang="de">' in await text_of(answer)
    assert answer.headers["Content-Language"] == "de"
    assert "Accept-Language" in answer.headers["Vary"]
    assert '<html lang="en">' in await text_of(await stranger.get("/cart", headers={"Accept-Language": "fr"}))


async def test_what_is_chosen_is_remembered_and_goes_before_what_the_browser_asks_for(stranger):
    answer = await stranger.post("/language", {"language": "de", "next": "/c/things"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/c/things")
    page = await text_of(await stranger.get("/cart", headers={"Accept-Language": "en"}))
    assert "Ihr Warenkorb ist leer." in page
    assert 'value="de" lang="de" aria-current="true"' in page


async def test_a_language_we_do_not_have_is_refused_with_a_sentence(stranger):
    answer = await stranger.post("/language", {"language": "xx", "next": "//evil.example"})

    assert answer.status_code == 422
    assert "Choose one of the languages we have." in await text_of(answer)


async def test_pages_that_are_kept_for_strangers_do_not_mix_languages(app):
    for _ in range(2):
        english = await text_of(await Visitor(app).get("/c/things"))
        german = await text_of(await Visitor(app).get("/c/things", headers=GERMAN))
        assert "In stock" in english
        assert "Vorrätig" in german
        assert "9,00\N{NO-BREAK SPACE}€" in german


async def test_the_choice_of_a_person_comes_along_to_another_browser(app, sam, world):
    await sam.post("/language", {"language": "de"})

    elsewhere = await Visitor(app).sign_in(world.sam.email)

    assert "Ihre Bestellungen" in await text_of(await elsewhere.get("/orders"))


@pytest.mark.parametrize("path", ["/admin", "/admin/orders", "/admin/stock"])
async def test_the_admins_pages_are_english(ada, path):
    await ada.post("/language", {"language": "de"})

    page = await text_of(await ada.get(path))

    assert '<html lang="en">' in page
    assert "Waren" not in page


async def test_refusals_come_in_the_visitors_language_too(stranger):
    missing = await text_of(await stranger.get("/p/nothing", headers=GERMAN))
    wrong = await text_of(await stranger.post("/login", {"email": "a@b.example"}, headers=GERMAN))

    assert "Dieses Produkt gibt es nicht." in missing
    assert "Geben Sie Ihr Passwort ein." in wrong


async def test_a_letter_about_an_order_is_written_in_the_language_it_was_placed_in(sam, world):
    await sam.post("/language", {"language": "de"})
    await sam.post("/cart/lines", {"variant": "MUG", "quantity": "1"})
    await sam.post("/checkouts")
    found = (await world.db.read(orders.listing_of, world.sam.id, None)).items[0]

    await world.db.write(write, "confirmed", found.id, world.settings.base_url, now())

    letter = (await world.db.read(letters.listing, None, "order", "")).items[0]
    assert letter.subject == f"Bestellung {found.number} ist bezahlt"
    assert "vielen Dank!" in letter.text
