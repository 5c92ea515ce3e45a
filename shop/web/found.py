"""Found by others: the map of the shop for search engines, what they may read, and a feed of what is new.

The map is an index with parts of ten thousand products; both are walked in short reads by key and sent
while they are read, so that their length costs neither memory nor a long snapshot.
"""

import re
from collections.abc import AsyncIterator
from email.utils import format_datetime

from markupsafe import Markup
from quart import Blueprint, Response, request, stream_with_context

from shop import catalog, published
from shop.clock import moment
from shop.money import format_money
from shop.published import News
from shop.web.about import shortened
from shop.web.context import frame, shop

found_pages = Blueprint("found", __name__)

STEPS_OF_A_PART = 10
CLOSED = (
    "/admin",
    "/cart",
    "/checkouts",
    "/orders",
    "/o/",
    "/account",
    "/login",
    "/register",
    "/search",
    "/live",
)

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML has no way of writing down."""


@found_pages.get("/robots.txt")
async def robots() -> Response:
    """Say what search engines may read: not what belongs to one person, nor what only filters."""
    rules = "".join(f"Disallow: {path}\n" for path in CLOSED)
    text = f"User-agent: *\n{rules}\nSitemap: {shop().settings.base_url}/sitemap.xml\n"
    return _for_an_hour(Response(text, content_type="text/plain; charset=utf-8"))


@found_pages.get("/sitemap.xml")
async def sitemap() -> Response:
    """Name the parts of the map."""
    return _xml(stream_with_context(_index)())


@found_pages.get("/sitemaps/shelves.xml")
async def shelves() -> Response:
    """Name the first page and the categories."""
    found = await shop().db.read(catalog.categories)
    return _xml(_urls(["/", *(f"/c/{one.slug}" for one in found)]))


@found_pages.get("/sitemaps/products.xml")
async def products() -> Response:
    """Name the published products that follow a key."""
    return _xml(stream_with_context(_part)(request.args.get("after", "")))


@found_pages.get("/feed.xml")
async def feed() -> Response:
    """Tell of the newest products as RSS."""
    items = await shop().db.read(published.newest)
    base = shop().settings.base_url
    head = Markup(
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>{}</title><link>{}/</link>'
        "<description>What is new in the shop.</description><language>en</language>"
        '<atom:link href="{}/feed.xml" rel="self" type="application/rss+xml"/>\n'
    ).format((await frame()).looks.name, base, base)
    body = "".join(_item(one) for one in items)
    return _xml(f"{_HEAD}{head}{body}</channel></rss>\n", "application/rss+xml")


def _item(one: News) -> Markup:
    address = f"{shop().settings.base_url}/p/{one.slug}"
    price = format_money(one.price_from, shop().settings.currency)
    return Markup(
        '<item><title>{}</title><link>{}</link><guid isPermaLink="false">{}</guid>'
        "<pubDate>{}</pubDate><description>{}</description></item>\n"
    ).format(
        legal(one.name),
        address,
        one.id,
        format_datetime(moment(one.created_at)),
        legal(f"From {price}. {shortened(one.description)}"),
    )


async def _index() -> AsyncIterator[str]:
    parts = f"{shop().settings.base_url}/sitemaps"
    yield f'{_HEAD}<sitemapindex xmlns="{_SITEMAPS}">\n<sitemap><loc>{parts}/shelves.xml</loc></sitemap>\n'
    after: str | None = ""
    while after is not None:
        yield Markup("<sitemap><loc>{}/products.xml?after={}</loc></sitemap>\n").format(parts, after)
        after = await _after_a_part(after)
    yield "</sitemapindex>\n"


async def _after_a_part(after: str) -> str | None:
    for _ in range(STEPS_OF_A_PART):
        listing = await shop().db.read(published.addresses, after)
        if listing.next_after is None:
            return None
        after = listing.next_after
    return after


async def _part(after: str) -> AsyncIterator[str]:
    yield f'{_HEAD}<urlset xmlns="{_SITEMAPS}">\n'
    for _ in range(STEPS_OF_A_PART):
        listing = await shop().db.read(published.addresses, after)
        yield _locations([f"/p/{one.slug}" for one in listing.items])
        if listing.next_after is None:
            break
        after = listing.next_after
    yield "</urlset>\n"


def _urls(paths: list[str]) -> str:
    return f'{_HEAD}<urlset xmlns="{_SITEMAPS}">\n{_locations(paths)}</urlset>\n'


def _locations(paths: list[str]) -> str:
    base = shop().settings.base_url
    return "".join(Markup("<url><loc>{}{}</loc></url>\n").format(base, path) for path in paths)


def legal(text: str) -> str:
    """Return a text without the characters that XML can't hold."""
    return _ILLEGAL.sub("", text)


def _xml(body: str | AsyncIterator[str], media_type: str = "application/xml") -> Response:
    return _for_an_hour(Response(body, content_type=f"{media_type}; charset=utf-8"))


def _for_an_hour(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
