"""The demo's catalogue, read from a file that people can edit."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import db

FILE = Path(db.__file__).parent / "seeds" / "demo.toml"


@dataclass(frozen=True, slots=True)
class DemoCategory:
    """A shelf of the demo shop, inside the one of a slug or inside none."""

    slug: str
    name: str
    description: str
    inside: str = ""


@dataclass(frozen=True, slots=True)
class DemoVariant:
    """A variant; the price is in main units of no particular currency."""

    sku: str
    price: str
    on_hand: int
    options: dict[str, str]


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """A product; `kind` is what `pictures.draw` draws."""

    slug: str
    name: str
    category: str
    description: str
    kind: str
    variants: tuple[DemoVariant, ...]


@dataclass(frozen=True, slots=True)
class DemoCatalogue:
    """All of it, in the order it is to be shown."""

    categories: tuple[DemoCategory, ...]
    products: tuple[DemoProduct, ...]


def load() -> DemoCatalogue:
    """Return the demo's catalogue."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return DemoCatalogue(
        tuple(DemoCategory(**one) for one in data["category"]),
        tuple(_product(one) for one in data["product"]),
    )


def price_in(decimals: int, price: str) -> int:
    """Return a demo price in minor units; without decimals, 24.00 becomes 2400, as in yen."""
    return int(Decimal(price).scaleb(3 if decimals == 3 else 2))  # noqa: PLR2004 - dinars have three


def _product(data: dict[str, Any]) -> DemoProduct:
    stem, price = data["sku"], data["price"]
    variants = tuple(
        DemoVariant(
            f"{stem}-{one['sku']}" if one["sku"] else stem,
            one.get("price", price),
            one["on_hand"],
            one.get("options", {}),
        )
        for one in data.get("variant", [{"sku": "", "on_hand": data.get("on_hand", 0)}])
    )
    told = {name: data[name] for name in ("slug", "name", "category", "description", "kind")}
    return DemoProduct(**told, variants=variants)
