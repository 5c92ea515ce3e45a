"""Finding things on the storefront: the search, and categories with filters; all of it in the address."""

from dataclasses import replace
from functools import partial
from typing import Any

from quart import Blueprint, Response, request

from db import Tx
from shop import catalog, narrowing, shelves, storefinds
from shop.money import parse_money
from shop.narrowing import TAKEN, Pair, Wish
from shop.web import about
from shop.web.context import shop
from shop.web.forms import FormState, read
from shop.web.kept import kept
from shop.web.recent import recent
from shop.web.reply import Part, fragments, page, wants_fragment
from shop.web.view import LONGEST, View, view
from shop.words import _

finding = Blueprint("finding", __name__)

SORTS = ("price", "-price")
FILTERS: dict[str, tuple[str, ...] | None] = {"from": None, "to": None, "stock": ("in",)}


@finding.get("/search")
async def search() -> Response:
    """Show what a text finds; the results alone while somebody types."""
    asked = view("/search", {"q": None} | FILTERS | {"sort": SORTS})
    wish, form = _wish(asked, shop().settings.currency)
    context = await shop().db.read(_found, asked, wish)
    if wants_fragment():
        return await fragments(Part("finding/results", context | {"form": form}))
    seen = () if context["found"].count else await recent()
    return await page("storefront/search.html", 422 if form.errors else 200, form=form, seen=seen, **context)


@finding.get("/c/<slug>")
async def category(slug: str) -> Response:
    """Show a page of a category's products."""
    make = partial(_category, slug)
    # Typed prices and options have no end: kept, they would leave no room for what many ask for.
    endless = request.args.keys() - {"stock", "sort", "after"}
    return await (make() if endless else kept(make))


def _found(tx: Tx, asked: View, wish: Wish) -> dict[str, Any]:
    """Return what the results show; where nothing is found, what else there is."""
    found = storefinds.search(tx, asked["q"], asked.position, wish)
    newest = () if found.count or not wish.is_plain else catalog.newest(tx)
    known = {facet.name for facet in found.facets}
    wish = replace(wish, options=tuple(pair for pair in wish.options if pair[0] in known))
    told = {"asked": _narrowed(asked, wish), "found": found, "wish": wish, "facets": found.facets}
    return told | {"shelves": catalog.categories(tx), "newest": newest}


async def _category(slug: str) -> Response:
    asked = view(f"/c/{slug}", FILTERS | {"sort": SORTS})
    wish, form = _wish(asked, shop().settings.currency)
    shelf = await shop().db.read(shelves.shelf, slug, wish, asked.position)
    asked = _narrowed(asked, shelf.wish)
    told: dict[str, Any] = {"shelf": shelf, "asked": asked, "wish": shelf.wish, "form": form}
    # What follows on a later page is found by the map; its address would not last.
    if not asked.position and not asked.pairs:
        told["presence"] = about.category(shelf.category, shop().settings)
    return await page("storefront/category.html", 422 if form.errors else 200, facets=shelf.facets, **told)


def _narrowed(asked: View, wish: Wish) -> View:
    """Return the view with the options that there are."""
    return replace(asked, pairs=tuple((narrowing.field_of(name), value) for name, value in wish.options))


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
    return Wish(least, most, asked["stock"] == "in", asked["sort"], _options()), form


def _options() -> tuple[Pair, ...]:
    """Return the options that the address names, whether there are such or not."""
    pairs = []
    for name, value in request.args.items(multi=True):
        option = name.removeprefix("option-")
        if (name not in TAKEN or option != name) and 0 < len(value) <= LONGEST and len(option) <= LONGEST:
            pairs.append((option if option in TAKEN else name, value))
    return tuple(dict.fromkeys(pairs))[: narrowing.MOST_CHOSEN]
