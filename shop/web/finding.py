"""Finding things on the storefront: the search, and categories with filters; all of it in the address."""

from functools import partial
from typing import Any

from quart import Blueprint, Response, request

from db import Tx
from shop import catalog, storefinds
from shop.money import parse_money
from shop.storefinds import Wish
from shop.web import about
from shop.web.context import shop
from shop.web.forms import FormState, read
from shop.web.kept import kept
from shop.web.reply import Part, fragments, page, wants_fragment
from shop.web.view import View, view
from shop.words import _

finding = Blueprint("finding", __name__)

SORTS = ("price", "-price")


@finding.get("/search")
async def search() -> Response:
    """Show what a text finds; the results alone while somebody types."""
    asked = view("/search", {"q": None})
    context = await shop().db.read(_found, asked)
    if wants_fragment():
        return await fragments(Part("finding/results", context))
    return await page("storefront/search.html", **context)


@finding.get("/c/<slug>")
async def category(slug: str) -> Response:
    """Show a page of a category's products."""
    make = partial(_category, slug)
    # Prices that are typed have no end: kept, they would leave no room for what many ask for.
    typed = "from" in request.args or "to" in request.args
    return await (make() if typed else kept(make))


def _found(tx: Tx, asked: View) -> dict[str, Any]:
    """Return what the results show; where nothing is found, what else there is."""
    found = storefinds.search(tx, asked["q"], asked.position)
    newest = () if found.count else catalog.newest(tx)
    return {"asked": asked, "found": found, "shelves": catalog.categories(tx), "newest": newest}


async def _category(slug: str) -> Response:
    asked = view(f"/c/{slug}", {"from": None, "to": None, "stock": ("in",), "sort": SORTS})
    wish, form = _wish(asked, shop().settings.currency)
    shelf = await shop().db.read(storefinds.shelf, slug, wish, asked.position)
    told: dict[str, Any] = {"shelf": shelf, "asked": asked, "wish": wish, "form": form}
    # What follows on a later page is found by the map; its address would not last.
    if not asked.position:
        told["presence"] = about.category(shelf.category, shop().settings)
    return await page("storefront/category.html", 422 if form.errors else 200, **told)


def _wish(asked: View, currency: str) -> tuple[Wish, FormState]:
    """Return what is asked for, and the prices as they were typed with what is wrong with them."""

    def price(otherwise: int) -> Any:
        return lambda typed: parse_money(typed, currency) if typed else otherwise

    everything = Wish()
    values, form = read(asked.chosen, {"from": price(0), "to": price(everything.most)})
    least, most = values.get("from", 0), values.get("to", everything.most)
    if least > most:
        form = FormState(form.values, {"to": _("This is less than the price it begins at.")})
        least, most = 0, everything.most
    return Wish(least, most, asked["stock"] == "in", asked["sort"]), form
