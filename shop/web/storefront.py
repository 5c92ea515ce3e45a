"""The storefront: home, categories, product pages and their pictures."""

from functools import partial

from quart import Blueprint, Response, request

from shop import catalog
from shop.web.context import shop
from shop.web.forms import EMPTY
from shop.web.kept import kept
from shop.web.reply import page

storefront = Blueprint("storefront", __name__)


@storefront.get("/")
async def home() -> Response:
    """Show the categories and what is new."""
    return await kept(_home)


@storefront.get("/c/<slug>")
async def category(slug: str) -> Response:
    """Show a page of a category's products."""
    return await kept(partial(_category, slug))


@storefront.get("/p/<slug>")
async def product(slug: str) -> Response:
    """Show a product with the variant that was asked for."""
    return await kept(partial(_product, slug))


@storefront.get("/pictures/<picture_id>")
async def picture(picture_id: str) -> Response:
    """Send a picture; its id never comes to mean another, so it may be kept for ever."""
    found = await shop().db.read(catalog.picture, picture_id)
    response = Response(found.data, content_type=found.media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    # A picture opened by itself must not be able to run anything.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


async def _home() -> Response:
    cards = await shop().db.read(catalog.newest)
    return await page("storefront/home.html", cards=cards)


async def _category(slug: str) -> Response:
    after = request.args.get("after")
    found = await shop().db.read(catalog.category_page, slug, after)
    return await page("storefront/category.html", category=found.category, listing=found.listing, after=after)


async def _product(slug: str) -> Response:
    found = await shop().db.read(catalog.product, slug)
    variant = found.variant(request.args.get("variant"))
    return await page("storefront/product.html", product=found, variant=variant, form=EMPTY)
