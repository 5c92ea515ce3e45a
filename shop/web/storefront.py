"""The storefront: home, product pages and their pictures; what is searched and sorted is in `finding`."""

from functools import partial

from quart import Blueprint, Response, request

from shop import catalog, pictures
from shop.errors import NotFound
from shop.web.context import shop
from shop.web.forms import EMPTY
from shop.web.kept import kept
from shop.web.reply import page

storefront = Blueprint("storefront", __name__)


@storefront.get("/")
async def home() -> Response:
    """Show the categories and what is new."""
    return await kept(_home)


@storefront.get("/p/<slug>")
async def product(slug: str) -> Response:
    """Show a product with the variant that was asked for."""
    return await kept(partial(_product, slug))


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
    return await page("storefront/home.html", cards=cards)


async def _product(slug: str) -> Response:
    try:
        found = await shop().db.read(catalog.product, slug)
    except NotFound:
        return await _moved(slug)
    variant = found.variant(request.args.get("variant"))
    return await page("storefront/product.html", product=found, variant=variant, form=EMPTY)


async def _moved(slug: str) -> Response:
    """Lead from an address that a product had to the one it has. Raises NotFound."""
    now_at = await shop().db.read(catalog.moved_to, slug)
    if now_at is None:
        raise NotFound("There is no such product.")
    query = request.query_string.decode("ascii", "ignore")
    return Response("", 301, {"Location": f"/p/{now_at}?{query}" if query else f"/p/{now_at}"})
