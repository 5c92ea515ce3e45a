"""The one search box of the admin: everything by a part of its name, and the way to each page and act."""

from dataclasses import dataclass

from quart import Blueprint, Response

from shop import search
from shop.web.context import shop
from shop.web.reply import Part, fragments, page, wants_fragment
from shop.web.view import view

admin_search = Blueprint("search", __name__)

MOST_PLACES = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A page or an act with its address, and other words that somebody may look for it by."""

    name: str
    to: str
    words: str = ""


PLACES = (
    Place("Today", "/admin", "dashboard sales chart home"),
    Place("What waits for a person", "/admin/attention", "attention todo problems"),
    Place("Orders", "/admin/orders"),
    Place("Orders to pack", "/admin/orders?state=confirmed", "fulfil pick"),
    Place("Orders to ship", "/admin/orders?state=packed", "send parcel"),
    Place("Purchase history", "/admin/purchases", "bought export"),
    Place("Stock", "/admin/stock", "inventory count correct"),
    Place("Restocking alerts", "/admin/alerts", "low sold out threshold reorder"),
    Place("Receive goods", "/admin/receiving", "delivery purchase incoming"),
    Place("Take stock", "/admin/stocktakes", "stocktake count inventory"),
    Place("Suppliers", "/admin/suppliers", "vendor purchase"),
    Place("Products", "/admin/products", "catalogue price variants"),
    Place("Add a product", "/admin/products/fresh", "new create item"),
    Place("Categories", "/admin/categories", "shelves add"),
    Place("Import a file", "/admin/imports", "csv upload shopify woocommerce"),
    Place("People", "/admin/people", "customers shoppers admins team"),
    Place("Invite an admin", "/admin/people", "team add colleague"),
    Place("What was done, by whom", "/admin/activity", "activity log audit history"),
    Place("Letters", "/admin/letters", "mail e-mail sent failed"),
    Place("Payments and webhooks", "/admin/health", "stripe health"),
    Place("Settings", "/admin/settings", "currency threshold options"),
    Place("Keys", "/admin/keys", "keyboard shortcuts help"),
    Place("Your account", "/account", "password sign"),
)


@admin_search.get("/search")
async def show() -> Response:
    """Show what a text finds: a page, or the panel under the box while somebody types."""
    text = view("/admin/search", {"q": None})["q"]
    found = await shop().db.read(search.find, text) if text else None
    context = {"q": text, "found": found, "places": places(text)}
    if wants_fragment():
        return await fragments(Part("search/panel", context))
    return await page("admin/search.html", **context)


def places(text: str) -> list[Place]:
    """Return the pages and acts in whose words each of the text's words begins one."""
    typed = text.lower().split()

    def fits(place: Place) -> bool:
        words = f"{place.name} {place.words}".lower().split()
        return all(any(word.startswith(one) for word in words) for one in typed)

    return [place for place in PLACES if typed and fits(place)][:MOST_PLACES]
