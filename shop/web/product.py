"""The product page: what is chosen stands in its address, and what is chosen next swaps in place."""

from functools import partial

from quart import Blueprint, Response, redirect, request

from db import Tx
from shop import catalog, shelves, showcase
from shop.catalog import Card, Category
from shop.clock import Instant, now
from shop.errors import NotFound
from shop.showcase import Showcase
from shop.web import about
from shop.web.context import cart_id, shop
from shop.web.forms import EMPTY, FormState
from shop.web.kept import kept, passing
from shop.web.recent import recent, remember
from shop.web.reply import AnyResponse, Part, fragments, page, wants_fragment
from shop.words import _

product_pages = Blueprint("product", __name__)

_LONGEST_QUANTITY = 9


@product_pages.get("/p/<slug>")
async def product(slug: str) -> AnyResponse:
    """Show a product with what was chosen of it."""
    try:
        if wants_fragment():
            return await _chosen(slug)
        if "quantity" in request.args:
            return await _asked_by_form(slug)
        return await kept(partial(_product, slug))
    except NotFound:
        return await _moved(slug)


async def _product(slug: str) -> Response:
    shown, related, trail = await shop().db.read(_whole, slug, request.args, cart_id(), now())
    told = {"presence": about.product(shown, shop().settings), "trail": trail}
    told |= {"seen": await recent(shown.product.id)}
    remember(shown.product.id)
    made = await page("storefront/product.html", shown=shown, form=EMPTY, related=related, **told)
    return passing(made) if shown.held else made


async def _chosen(slug: str) -> Response:
    """Answer htmx with the box to buy from and the gallery, or with the gallery alone."""
    shown = await shop().db.read(showcase.show, slug, request.args, cart_id(), now())
    gallery = Part("catalog/gallery", {"shown": shown})
    if request.headers.get("HX-Target", "").endswith("#catalog-gallery"):
        return await fragments(gallery)
    typed = FormState({"quantity": request.args.get("quantity", "1")[:_LONGEST_QUANTITY]})
    answer = await fragments(Part("catalog/buy", {"shown": shown, "form": typed}), gallery)
    answer.headers["HX-Replace-Url"] = shown.at()
    return answer


async def _asked_by_form(slug: str) -> AnyResponse:
    """Lead a form without script to the address of what it has chosen."""
    shown = await shop().db.read(showcase.show, slug, request.args, cart_id(), now())
    return redirect(shown.at(), 303)


async def _moved(slug: str) -> Response:
    """Lead from an address that a product had to the one it has. Raises NotFound."""
    now_at = await shop().db.read(catalog.moved_to, slug)
    if now_at is None:
        raise NotFound(_("There is no such product."))
    query = request.query_string.decode("ascii", "ignore")
    return Response("", 301, {"Location": f"/p/{now_at}?{query}" if query else f"/p/{now_at}"})


def _whole(
    tx: Tx, slug: str, asked: dict[str, str], cart: str | None, at: Instant
) -> tuple[Showcase, tuple[Card, ...], tuple[Category, ...]]:
    shown = showcase.show(tx, slug, asked, cart, at)
    return shown, showcase.related(tx, shown.product), shelves.above(tx, shown.product.category_id)
