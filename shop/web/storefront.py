"""The storefront: home and pictures; categories are in `finding`, products in `product`."""

from quart import Blueprint, Response

from shop import catalog, pictures
from shop.web import about
from shop.web.context import frame, shop
from shop.web.kept import kept
from shop.web.reply import page

storefront = Blueprint("storefront", __name__)


@storefront.get("/")
async def home() -> Response:
    """Show the categories and what is new."""
    return await kept(_home)


@storefront.get("/pictures/<picture_id>")
async def picture(picture_id: str) -> Response:
    """Send a picture; its id never comes to mean another, so it may be kept for ever."""
    return await _picture(picture_id, None)


@storefront.get("/pictures/<picture_id>/<int:width>")
async def picture_in_width(picture_id: str, width: int) -> Response:
    """Send a picture as wide as it is kept, at least so wide where there is one."""
    return await _picture(picture_id, min(width, 10_000))


async def _picture(picture_id: str, width: int | None) -> Response:
    found = await shop().db.read(pictures.data, picture_id, width)
    response = Response(found.data, content_type=found.media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    # A picture opened by itself must not be able to run anything.
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


async def _home() -> Response:
    cards = await shop().db.read(catalog.newest)
    return await page(
        "storefront/home.html", cards=cards, presence=about.home(shop().settings, (await frame()).looks.texts)
    )
