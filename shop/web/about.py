"""What a page says of itself to those who find it for others: search engines, and whoever is sent a link.

A page that says nothing asks not to be found. Addresses are those of the settings, never of the request,
so that a page kept for strangers is the same whatever name it was asked under; a canonical one leaves out
what only filters or chooses.
"""

import json
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from shop import showcase
from shop.catalog import Category, Picture, Product, Variant
from shop.config import Settings
from shop.looks import Page, Texts
from shop.money import typed_money
from shop.showcase import Showcase
from shop.words import _

LONGEST = 160
"""Search engines show about so many characters of a description."""

_SAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@dataclass(frozen=True, slots=True)
class About:
    """A page in the words of others: its lasting address, what it is called, what is on it."""

    address: str
    title: str
    description: str
    kind: str = "website"
    base: str = ""
    picture: Picture | None = None
    data: Markup | None = None
    price: str = ""


def home(settings: Settings, said: Texts) -> About:
    """Tell of the first page in the merchant's words, or in those of a shop that has none yet."""
    text = said.sentence or _("Things made by hand, in small numbers. What you see in stock is there.")
    return About(
        f"{settings.base_url}/", said.heading or _("Things made by hand"), text, base=settings.base_url
    )


def page(found: Page, settings: Settings) -> About:
    """Tell of one of the shop's own pages."""
    address = f"{settings.base_url}/pages/{found.slug}"
    return About(address, found.title, shortened(found.text) or found.title, base=settings.base_url)


def category(found: Category, settings: Settings) -> About:
    """Tell of a category's first page, whatever is filtered on it."""
    address = f"{settings.base_url}/c/{found.slug}"
    return About(address, found.name, shortened(found.description), base=settings.base_url)


def product(shown: Showcase, settings: Settings) -> About:
    """Tell of a product: the picture of what is chosen, and all that is offered."""
    of, variant = shown.product, shown.variant
    return About(
        f"{settings.base_url}/p/{of.slug}",
        of.name,
        shortened(of.description) or of.name,
        "product",
        settings.base_url,
        shown.picture,
        _data([_thing(of, settings), _crumbs(of, settings)]),
        typed_money(variant.price if variant else of.price_from, settings.currency),
    )


def shortened(text: str) -> str:
    """Return the beginning of a text in one line, ended between words."""
    line = " ".join(text.split())
    if len(line) <= LONGEST:
        return line
    return line[: LONGEST - 1].rsplit(" ", 1)[0] + "…"


def _data(graph: list[dict[str, Any]]) -> Markup:
    """Return data for a script element; nothing in it can end the element or begin another."""
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    return Markup(text.translate(_SAFE))  # noqa: S704 - what means something to HTML has just been replaced


def _thing(of: Product, settings: Settings) -> dict[str, Any]:
    return {
        "@type": "Product",
        "name": of.name,
        "description": of.description,
        "url": f"{settings.base_url}/p/{of.slug}",
        "category": of.category_name,
        "image": [f"{settings.base_url}/pictures/{one.id}" for one in of.pictures],
        "offers": _offers(of, settings),
    }


def _offers(of: Product, settings: Settings) -> dict[str, Any]:
    offers = [_offer(of, one, settings) for one in of.variants]
    if len(offers) == 1:
        return offers[0]
    return {
        "@type": "AggregateOffer",
        "lowPrice": typed_money(of.price_from, settings.currency),
        "highPrice": typed_money(of.price_to, settings.currency),
        "priceCurrency": settings.currency.upper(),
        "availability": _availability(of.available),
        "offerCount": len(offers),
        "offers": offers,
    }


def _offer(of: Product, variant: Variant, settings: Settings) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "sku": variant.sku,
        "name": variant.label or of.name,
        "url": settings.base_url + showcase.address_of(of, variant),
        "price": typed_money(variant.price, settings.currency),
        "priceCurrency": settings.currency.upper(),
        "availability": _availability(variant.available),
    }


def _availability(units: int) -> str:
    return "https://schema.org/InStock" if units > 0 else "https://schema.org/OutOfStock"


def _crumbs(of: Product, settings: Settings) -> dict[str, Any]:
    places = ((of.category_name, f"/c/{of.category_slug}"), (of.name, f"/p/{of.slug}"))
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": settings.base_url + path}
        for number, (name, path) in enumerate(places, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
