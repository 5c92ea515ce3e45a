"""The catalogue: categories, products and their variants, prices and pictures.

A product is what a page shows; a variant (its SKU) is what is sold, priced and counted. A simple product
has one variant without a label.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from db import Tx, queries
from shop import events, prices, stock
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound
from shop.money import format_money
from shop.people import Person
from shop.words import _

sql = queries("catalog")

NEWEST = 12


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the shop, inside another or not."""

    id: str
    slug: str
    name: str
    description: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A product as lists show it; `available` is the sum over its variants."""

    product_id: str
    slug: str
    name: str
    price_from: int
    price_to: int
    picture_id: str | None
    available: int


@dataclass(frozen=True, slots=True)
class Variant:
    """What can be put into a cart; the label is empty where the product has only this one.

    `prior_price` is the lowest price of the 30 days before a reduction, where the shop chooses to show it.
    """

    sku: str
    label: str
    options_json: str
    price: int
    available: int
    picture_id: str | None
    prior_price: int | None = None
    held: int = 0

    @property
    def options(self) -> dict[str, str]:
        """The choices that make this variant, such as {"Glaze": "Tide"}."""
        chosen: dict[str, str] = json.loads(self.options_json)
        return chosen


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a product; its bytes are at `/pictures/<id>`."""

    id: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Product:
    """All that a product page shows."""

    id: str
    slug: str
    name: str
    description: str
    category_slug: str
    category_name: str
    category_id: str
    variants: tuple[Variant, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def price_from(self) -> int:
        """The lowest price of its variants."""
        return min(variant.price for variant in self.variants)

    @property
    def price_to(self) -> int:
        """The highest price of its variants."""
        return max(variant.price for variant in self.variants)

    @property
    def available(self) -> int:
        """Units available over all variants."""
        return sum(variant.available for variant in self.variants)


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A variant with its price in the admin, in minor units; the version tells a stale edit.

    `prior_price` is the lowest one of the 30 days before a reduction, where the price is reduced.
    """

    product_id: str
    sku: str
    name: str
    label: str
    slug: str
    price: int
    version: int
    published: bool
    options_json: str
    archived_at: Instant | None
    prior_price: int | None
    reduced_at: Instant | None
    on_hand: int
    available: int

    @property
    def options(self) -> dict[str, str]:
        """The choices that make this variant."""
        chosen: dict[str, str] = json.loads(self.options_json)
        return chosen

    @property
    def applied(self) -> bool:
        """Whether shoppers are asked this price."""
        return self.published and self.archived_at is None


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A variant to be added: its price in minor units and how many are in the house.

    Its label is made of its options unless it is told.
    """

    sku: str
    price: int
    on_hand: int
    options: dict[str, str] = field(default_factory=dict)
    label: str = ""


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture to be added, of the product or of one of its variants."""

    alt: str
    data: bytes
    sku: str | None = None
    media_type: str = "image/svg+xml"
    width: int = 400
    height: int = 400


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to be added with its variants and pictures, each in the order of its pages."""

    slug: str
    name: str
    description: str
    category_id: str
    variants: tuple[NewVariant, ...]
    pictures: tuple[NewPicture, ...] = ()
    published: bool = True


def stock_state(available: int) -> str:
    """Return how a shopper is told of stock: `out`, `few` or `in`."""
    if available <= 0:
        return "out"
    return "few" if available <= stock.FEW else "in"


def categories(tx: Tx) -> list[Category]:
    """Return the categories in the order the merchant gave them."""
    return tx.all(Category, sql.categories)


def newest(tx: Tx) -> tuple[Card, ...]:
    """Return the products added last."""
    return tuple(tx.all(Card, sql.newest_cards, size=NEWEST))


def cards(tx: Tx, product_ids: Sequence[str]) -> tuple[Card, ...]:
    """Return the cards of these products, in this order; those of whom nothing is sold have none."""
    known = {card.product_id: card for card in tx.all(Card, sql.cards, ids=json.dumps(product_ids))}
    return tuple(known[one] for one in product_ids if one in known)


def category(tx: Tx, slug: str) -> Category:
    """Return a category by its slug. Raises NotFound."""
    found = tx.one(Category, sql.category, slug=slug)
    if found is None:
        raise NotFound(_("There is no such category."))
    return found


def product(tx: Tx, slug: str) -> Product:
    """Return a published product with its variants and pictures. Raises NotFound."""
    found = tx.one(Product, sql.product, slug=slug)
    if found is None:
        raise NotFound(_("There is no such product."))
    return replace(
        found,
        variants=tuple(tx.all(Variant, sql.variants, product_id=found.id)),
        pictures=tuple(tx.all(Picture, sql.pictures, product_id=found.id)),
    )


def moved_to(tx: Tx, slug: str) -> str | None:
    """Return the slug of the published product that was at this one before, however often it has moved."""
    found: str | None = tx.value(sql.moved_to, slug=slug)
    return found


def slug_of(tx: Tx, sku: str) -> str | None:
    """Return the slug of the published product that a SKU belongs to."""
    found: str | None = tx.value(sql.slug_of, sku=sku)
    return found


def is_empty(tx: Tx) -> bool:
    """Tell whether the shop has no product yet."""
    return tx.value(sql.any_product) is None


def add_category(
    tx: Tx, slug: str, name: str, description: str, position: int, parent_id: str | None = None
) -> str:
    """Add a category, inside another or not, and return its id."""
    category_id = new_id("cat")
    tx.run(
        sql.add_category,
        id=category_id,
        slug=slug,
        name=name,
        description=description,
        position=position,
        parent_id=parent_id,
    )
    return category_id


def add_product(tx: Tx, by: Person, new: NewProduct, at: Instant) -> str:
    """Add a product, its first stock being received, and return its id."""
    product_id = new_id("prd")
    tx.run(
        sql.add_product,
        id=product_id,
        slug=new.slug,
        name=new.name,
        description=new.description,
        category_id=new.category_id,
        published=new.published,
        at=at,
    )
    for position, variant in enumerate(new.variants):
        add_variant(tx, by, product_id, variant, position=position, applied=new.published, at=at)
    for position, picture_ in enumerate(new.pictures):
        _add_picture(tx, product_id, picture_, position)
    events.record(tx, "product.added", f"product:{product_id}", by=by.actor, at=at, after=new.name)
    return product_id


def price_row(tx: Tx, product_id: str, sku: str) -> PriceRow:
    """Return one variant's price. Raises NotFound."""
    row = tx.one(PriceRow, sql.price_row, product_id=product_id, sku=sku)
    if row is None:
        raise NotFound(_("There is no such variant."))
    return row


def set_price(
    tx: Tx,
    by: Person,
    product_id: str,
    sku: str,
    price: int,
    *,
    currency: str,
    seen: int | None = None,
    why: str = "",
    at: Instant,
) -> PriceRow:
    """Set a variant's price in minor units, and write its history. This is the only way to change one.

    Raises Conflict when the variant was changed since it was `seen`.
    """
    was = price_row(tx, product_id, sku)
    if seen is not None and seen != was.version:
        raise Conflict(f"The price is {format_money(was.price, currency)} by now: look again.")
    if price != was.price:
        tx.run(sql.set_price, sku=sku, price=price, seen=was.version)
        prices.note(tx, sku, price, applied=was.applied, by=by.actor, at=at, why=why)
        events.record(
            tx,
            "price.changed",
            f"variant:{sku}",
            by=by.actor,
            at=at,
            before=format_money(was.price, currency),
            after=format_money(price, currency),
            why=why,
        )
    return price_row(tx, product_id, sku)


def add_variant(
    tx: Tx, by: Person, product_id: str, new: NewVariant, *, position: int, applied: bool, at: Instant
) -> None:
    """Add a variant with its price and its first stock; `applied` tells whether it is for sale at once."""
    tx.run(
        sql.add_variant,
        sku=new.sku,
        product_id=product_id,
        label=new.label or " / ".join(new.options.values()),
        options=json.dumps(new.options, ensure_ascii=False),
        price=new.price,
        position=position,
    )
    prices.note(tx, new.sku, new.price, applied=applied, by=by.actor, at=at, why="added")
    stock.open_for(tx, new.sku)
    if new.on_hand:
        stock.adjust(tx, by, new.sku, change=new.on_hand, reason="received", at=at)


def _add_picture(tx: Tx, product_id: str, new: NewPicture, position: int) -> None:
    tx.run(
        sql.add_picture,
        id=new_id("pic"),
        product_id=product_id,
        sku=new.sku,
        position=position,
        alt=new.alt,
        media_type=new.media_type,
        width=new.width,
        height=new.height,
        data=new.data,
    )
