"""A merchant's looks: colours that can be read, texts in two languages, and nobody's change lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop import colours, looks
from shop.clock import now
from shop.errors import Conflict, Refused
from shop.looks import Page, Style, Texts

HEX = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
BLUE = Style("Kiln", "#1d4e89", "round", "sans")


async def change(world, style=BLUE, seen=1, **said):
    return await world.db.write(looks.change, world.ada, style, said, seen, now())


def test_contrast_is_that_of_the_standard():
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(HEX)
def test_a_colour_comes_back_from_its_lightness_chroma_and_hue(colour):
    back = colours.hexed(colours.of(colour))

    parts = [(int(colour[at : at + 2], 16), int(back[at : at + 2], 16)) for at in (1, 3, 5)]
    assert all(abs(one - other) <= 1 for one, other in parts)


@given(HEX)
def test_the_nearest_colour_can_be_read_on_every_ground_in_light_and_dark(colour):
    found = colours.readable(colour)

    assert colours.weakest(found) >= colours.TEXT
    dark = colours.in_the_dark(found)
    assert (
        min(colours.contrast(dark, ground) for ground in (*colours.DARK_PAPERS, colours.ON_DARK))
        >= colours.TEXT
    )


async def test_a_colour_that_could_not_be_read_is_refused_with_one_that_can(world):
    with pytest.raises(Refused, match="The nearest one that can: #") as refusal:
        await change(world, Style("", "#ffcc00", "soft", "serif"))

    nearest = str(refusal.value).rstrip(".").rsplit(" ", 1)[1]
    await change(world, Style("", nearest, "soft", "serif"))


async def test_the_style_becomes_a_sheet_of_its_own_version(world):
    await change(world)

    sheet = await world.db.read(looks.sheet)
    shown = await world.db.read(looks.show, "en")
    assert "--round: 1.25rem;" in sheet
    assert "--serif: var(--sans);" in sheet
    assert "--accent: light-dark(oklch(0.4" in sheet
    assert (shown.name, shown.version) == ("Kiln", 2)


async def test_what_is_not_said_in_german_is_said_in_english(world):
    await change(world, en=Texts(heading="Hello", footer="Bye"), de=Texts(heading="Hallo"))

    assert (await world.db.read(looks.show, "de")).texts == Texts(heading="Hallo", footer="Bye")
    assert (await world.db.read(looks.show, "en")).texts.heading == "Hello"


async def test_of_two_changes_at_once_one_is_told_of_the_other(world):
    await change(world)

    with pytest.raises(Conflict, match="changed the looks meanwhile"):
        await change(world)


async def test_a_page_is_there_once_it_is_written_and_gone_when_it_is_empty(world):
    async def write(text, seen, title="About"):
        wanted = Page("about", "en", title if text else "", text, seen)
        await world.db.write(looks.write_page, world.ada, wanted, now())

    assert (await world.db.read(looks.show, "de")).pages == ()
    await write("We make mugs.", 0)
    assert [one.title for one in (await world.db.read(looks.show, "de")).pages] == ["About"]
    with pytest.raises(Conflict, match="written this page meanwhile"):
        await write("Others too.", 0)
    await write("", 1)
    assert await world.db.read(looks.page, "about", "en") is None


async def test_only_the_looks_that_were_seen_are_taken_back(world):
    await change(world)
    await change(world, Style("", "", "soft", "serif"), seen=2)

    with pytest.raises(Conflict, match="changed the looks meanwhile"):
        await world.db.write(looks.take_back, world.ada, 2, now())
    await world.db.write(looks.take_back, world.ada, 3, now())
    assert await world.db.read(looks.style) == (BLUE, 4)
