"""Found by others: maps, feeds and data that machines read, whatever things are called."""

import json
import re
from xml.etree import ElementTree as ET

import html5lib
import pytest

from shop import catalog, products, published
from shop.catalog import NewProduct, NewVariant
from shop.clock import now
from shop.web import found
from tests.web.conftest import Visitor, text_of

SITEMAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOSTILE = "A </script><script>alert(\"1\")</script> & <b>mug</b> ]]> \u2028\x0b'quoted'"


@pytest.fixture
async def hostile(world):
    """A product whose name and text try to end every element they stand in."""

    def add(tx):
        shelf = catalog.categories(tx)[0]
        new = NewProduct("hostile", HOSTILE, HOSTILE * 5, shelf.id, (NewVariant("HOSTILE", 1234, 3),))
        catalog.add_product(tx, world.ada, new, now())

    await world.db.write(add)


async def xml(visitor, path: str) -> ET.Element:
    answer = await visitor.get(path)
    assert answer.status_code == 200
    assert "xml" in answer.content_type
    return ET.fromstring(await text_of(answer))  # noqa: S314 - our own answer


async def locations(visitor, path: str) -> list[str]:
    return [one.text for one in (await xml(visitor, path)).iter(f"{SITEMAPS}loc")]


async def head_of(visitor, path: str) -> dict[str, str]:
    page = await text_of(await visitor.get(path))
    told = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', page))
    canonical = re.search(r'<link rel="canonical" href="([^"]+)"', page)
    return told | ({"canonical": canonical[1]} if canonical else {})


async def data_of(visitor, path: str) -> list[dict]:
    tree = html5lib.parse(await text_of(await visitor.get(path)), namespaceHTMLElements=False)
    scripts = [one for one in tree.iter("script") if one.get("type") == "application/ld+json"]
    assert len(scripts) == 1
    return json.loads(scripts[0].text)["@graph"]


async def test_the_map_names_everything_published_and_nothing_else(world, stranger, monkeypatch):
    monkeypatch.setattr(published, "STEP", 1)
    monkeypatch.setattr(found, "STEPS_OF_A_PART", 2)
    lamp = await world.db.read(catalog.product, "lamp")
    await world.db.write(products.move, world.ada, lamp.id, "archived", now())
    base = world.settings.base_url

    parts = await locations(stranger, "/sitemap.xml")
    named = [place for part in parts for place in await locations(stranger, part.removeprefix(base))]

    assert len(parts) == 3
    wanted = ["/", "/c/things", "/p/poster", "/p/mug", "/p/vase"]
    assert named == [base + path for path in wanted]


@pytest.mark.parametrize("after", ["", "%00", "~", "%ff", "x" * 3000])
async def test_a_part_from_any_key_is_a_map(stranger, after):
    assert isinstance(await locations(stranger, f"/sitemaps/products.xml?after={after}"), list)


async def test_robots_are_kept_from_what_is_personal_and_led_to_the_map(world, stranger):
    text = await text_of(await stranger.get("/robots.txt"))

    for path in ("/admin", "/cart", "/checkouts", "/orders"):
        assert f"Disallow: {path}\n" in text
    assert text.endswith(f"Sitemap: {world.settings.base_url}/sitemap.xml\n")


async def test_the_feed_tells_of_the_newest_first(world, stranger, hostile):
    items = (await xml(stranger, "/feed.xml")).findall("channel/item")

    assert items[0].findtext("title") == HOSTILE.replace("\x0b", "")
    assert items[0].findtext("link") == f"{world.settings.base_url}/p/hostile"
    assert items[0].findtext("description").startswith("From €12.34. A </script>")
    assert items[0].findtext("pubDate").endswith("+0000")
    assert [one.findtext("title") for one in items[1:]] == ["Vase", "Mug", "Lamp", "Poster"]


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/", "/"),
        ("/c/things", "/c/things"),
        ("/c/things?sort=price&q=x", "/c/things"),
        ("/p/vase?Size=Large&utm_source=x", "/p/vase"),
        ("/p/vase?variant=VASE-L", "/p/vase"),
    ],
)
async def test_a_page_has_one_address_whatever_is_filtered_or_chosen(world, stranger, path, canonical):
    told = await head_of(stranger, path)

    assert told["canonical"] == told["og:url"] == world.settings.base_url + canonical
    assert told["description"]
    assert "robots" not in told


@pytest.mark.parametrize(
    "path", ["/cart", "/login", "/register", "/nope", "/c/things?after=x", "/orders", "/account"]
)
async def test_personal_and_passing_pages_ask_not_to_be_found(sam, path):
    told = await head_of(sam, path)

    assert told["robots"] == "noindex"
    assert "canonical" not in told


async def test_a_link_that_is_sent_shows_the_product(world, stranger):
    told = await head_of(stranger, "/p/vase?Size=Large")

    assert (told["og:type"], told["og:title"]) == ("product", "Vase")
    assert told["og:image"].startswith(f"{world.settings.base_url}/pictures/pic_")
    assert (told["product:price:amount"], told["product:price:currency"]) == ("30.00", "EUR")
    path = told["og:image"].removeprefix(world.settings.base_url)
    assert (await stranger.get(path)).status_code == 200


async def test_the_offers_are_those_of_the_page(world, stranger):
    poster, _ = await data_of(stranger, "/p/poster")
    vase, crumbs = await data_of(stranger, "/p/vase")

    assert poster["offers"]["availability"] == "https://schema.org/OutOfStock"
    assert (vase["offers"]["lowPrice"], vase["offers"]["highPrice"]) == ("20.00", "30.00")
    offers = vase["offers"]["offers"]
    assert [one["price"] for one in offers] == ["20.00", "30.00"]
    assert {one["priceCurrency"] for one in offers} == {"EUR"}
    assert offers[1]["url"] == f"{world.settings.base_url}/p/vase?Size=Large"
    assert [one["name"] for one in crumbs["itemListElement"]] == ["Things", "Vase"]


async def test_a_hostile_name_stays_a_name(stranger, hostile):
    source = await text_of(await stranger.get("/p/hostile"))
    thing, _ = await data_of(stranger, "/p/hostile")

    assert thing["name"] == HOSTILE
    assert "<script>alert" not in source
    tree = html5lib.parse(source, namespaceHTMLElements=False)
    assert [one.get("type") for one in tree.iter("script")].count(None) == 3


@pytest.mark.parametrize("path", ["/", "/c/things", "/p/mug", "/p/vase", "/p/poster"])
async def test_pages_are_valid(app, path):
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(await text_of(await Visitor(app).get(path)))

    assert parser.errors == []
