"""The merchant changes the shop's name, colours, logo and texts; shoppers see it at once."""

import io

import pytest
from PIL import Image
from quart.datastructures import FileStorage

from tests.web.conftest import text_of

STYLE = {"name": "The Kiln", "accent": "#1d4e89", "shape": "round", "typeface": "sans", "seen": "1"}
GERMAN = {"Accept-Language": "de"}


def png() -> FileStorage:
    buffer = io.BytesIO()
    Image.new("RGB", (900, 200), "navy").save(buffer, "PNG")
    buffer.seek(0)
    return FileStorage(buffer, "logo.png", "logo", "image/png")


async def upload(ada, **files):
    return await ada.client.post("/admin/looks/logo", files=files, headers={"Sec-Fetch-Site": "same-origin"})


async def press(ada, path, sentence, fields):
    """Send the form of the button "Undo" beside a sentence."""
    page = await text_of(await ada.get(path))
    assert sentence in page
    assert f'action="{path}/undo"' in page
    for name, value in fields.items():
        assert f'name="{name}" value="{value}"' in page
    assert (await ada.post(f"{path}/undo", fields)).status_code == 303


@pytest.mark.parametrize("path", ["/admin/looks", "/admin/looks/pages/about"])
async def test_only_admins_see_these_pages(stranger, sam, ada, path):
    assert (await stranger.get(path)).status_code == 303
    assert (await sam.get(path)).status_code == 404
    assert (await ada.get(path)).status_code == 200


async def test_name_colour_and_texts_are_those_of_the_merchant(ada, stranger):
    said = {"announcement-en": "Open again", "heading-en": "Fired slowly", "heading-de": "Langsam gebrannt"}
    assert (await ada.post("/admin/looks", STYLE | said)).status_code == 303

    page = await text_of(await stranger.get("/"))
    for told in ("<title>The Kiln</title>", "Open again", "<h1>Fired slowly</h1>", 'content="Fired slowly"'):
        assert told in page, told
    assert '<link rel="stylesheet" href="/looks-2.css">' in page
    assert "<h1>Langsam gebrannt</h1>" in await text_of(await stranger.get("/", headers=GERMAN))
    sheet = await stranger.get("/looks-2.css")
    assert "immutable" in sheet.headers["Cache-Control"]
    assert "--round: 1.25rem" in await text_of(sheet)
    assert (await stranger.get("/looks-1.css")).headers["Cache-Control"] == "no-cache"
    assert "<title>The Kiln</title>" in await text_of(await stranger.get("/feed.xml"))


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"accent": "#ffcc00"}, 422, "The nearest one that can"),
        ({"accent": "red"}, 422, "Write a colour such as #8b2e1a."),
        ({"shape": "star"}, 422, "Choose a shape."),
        ({"seen": "7"}, 409, "changed the looks meanwhile"),
    ],
)
async def test_what_can_not_be_is_refused_and_what_was_typed_stays(ada, changes, status, sentence):
    answer = await ada.post("/admin/looks", STYLE | {"heading-en": "Fired slowly"} | changes)
    page = await text_of(answer)

    assert answer.status_code == status
    assert sentence in page
    assert 'value="Fired slowly"' in page


async def test_a_logo_takes_the_place_of_the_name_and_leaves_it_again(ada, stranger):
    assert (await upload(ada, logo=png())).status_code == 303

    page = await text_of(await stranger.get("/"))
    address = page.split('class="logo" src="')[1].split('"')[0]
    assert 'alt="Tillroom"' in page
    assert (await stranger.get(address)).content_type == "image/webp"
    await ada.post("/admin/looks/logo/removal")
    assert 'class="logo"' not in await text_of(await stranger.get("/"))
    assert (await stranger.get("/logos/nothing")).status_code == 404


async def test_a_file_that_is_no_picture_is_refused(ada):
    answer = await upload(ada, logo=FileStorage(io.BytesIO(b"<svg>"), "logo.svg", "logo", "image/svg+xml"))

    assert answer.status_code == 422
    assert "logo.svg is no picture we can show" in await text_of(answer)


async def test_a_page_is_written_linked_and_shown_without_its_markup(ada, stranger):
    text = "We make *mugs*.\n\n- slowly\n\n<script>alert(1)</script> [here](javascript:alert(1))"
    form = {"title": "About", "text": text, "language": "en", "seen": "0"}
    assert (await ada.post("/admin/looks/pages/about", form)).status_code == 303

    assert '<a href="/pages/about">About</a>' in await text_of(await stranger.get("/"))
    page = await text_of(await stranger.get("/pages/about", headers=GERMAN))
    assert '<article class="prose" lang="en">' in page
    assert "<li>slowly</li>" in page
    assert "&lt;script&gt;" in page
    assert 'href="javascript' not in page
    assert (await stranger.get("/pages/terms")).status_code == 404


async def test_half_a_page_is_refused(ada):
    form = {"title": "About", "text": "", "language": "de", "seen": "0"}

    answer = await ada.post("/admin/looks/pages/about", form)

    assert answer.status_code == 422
    assert "A page has both, a title and a text" in await text_of(answer)


async def test_a_change_of_looks_is_taken_back_with_its_logo_and_texts(ada, stranger):
    await ada.post("/admin/looks", STYLE | {"heading-en": "Fired slowly"})
    await upload(ada, logo=png())
    await ada.post("/admin/looks", STYLE | {"name": "Kill", "seen": "3"})

    await press(ada, "/admin/looks", "Undo", {"seen": "4"})
    page = await text_of(await stranger.get("/"))
    assert "<title>The Kiln</title>" in page
    assert "<h1>Fired slowly</h1>" in page
    assert 'class="logo"' in page
    await press(ada, "/admin/looks", "The shop looks as it did before.", {"seen": "5"})
    assert "<title>Kill</title>" in await text_of(await stranger.get("/"))


async def test_a_page_that_was_emptied_comes_back(ada, stranger):
    form = {"title": "About", "text": "We make mugs.", "language": "en", "seen": "0"}
    await ada.post("/admin/looks/pages/about", form)
    await ada.post("/admin/looks/pages/about", form | {"title": "", "text": "", "seen": "1"})

    await press(ada, "/admin/looks/pages/about", "The page is gone.", {"language": "en", "seen": "0"})
    assert "We make mugs." in await text_of(await stranger.get("/pages/about"))


@pytest.mark.parametrize("path", ["/admin/looks", "/admin/looks/pages/about"])
async def test_what_has_changed_since_is_not_taken_back(ada, path):
    answer = await ada.post(f"{path}/undo", {"language": "en", "seen": "1"})
    assert answer.status_code == 409
    assert "There is nothing to take back" in await text_of(answer)
    assert (await ada.post(f"{path}/undo", {"seen": "x"})).status_code == 422


async def test_looks_are_seen_before_they_are_saved(ada, stranger):
    wanted = STYLE | {"heading-en": "Fired slowly"}
    page = await text_of(await ada.post("/admin/looks/preview", wanted))

    assert "A preview: so the first page would look." in page
    assert "<title>The Kiln</title>" in page
    assert "<h1>Fired slowly</h1>" in page
    sheet = page.split('<link rel="stylesheet" href="/admin/looks/preview.css')[1].split('"')[0]
    address = "/admin/looks/preview.css" + sheet.replace("&amp;", "&")
    assert "--round: 1.25rem" in await text_of(await ada.get(address))
    assert (await stranger.get(address)).status_code == 303
    assert "<title>Tillroom</title>" in await text_of(await stranger.get("/"))


@pytest.mark.parametrize("changes", [{"accent": "#ffcc00"}, {"accent": "red"}, {"shape": "star"}])
async def test_what_can_not_be_is_refused_in_a_preview_too(ada, changes):
    wanted = STYLE | changes

    assert (await ada.post("/admin/looks/preview", wanted)).status_code == 422
    assert (await ada.client.get("/admin/looks/preview.css", query_string=wanted)).status_code == 422
