"""The catalogue as an import sees it: what a few products of a file already are, read in one short look."""

import json
from dataclasses import dataclass, field

from db import Tx, queries
from shop.importing.lines import Line

sql = queries("importing")


@dataclass(frozen=True, slots=True)
class KnownVariant:
    """A variant that is here: its price in minor units and how many are on hand.

    It is `taken_back` when it is archived because an import was undone.
    """

    sku: str
    product_id: str
    price: int
    options_json: str
    version: int
    archived_at: str | None
    on_hand: int
    taken_back: bool

    @property
    def options(self) -> dict[str, str]:
        """What makes this variant."""
        told: dict[str, str] = json.loads(self.options_json)
        return told


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """A product that is here; `taken_back` as its variants are."""

    id: str
    handle: str
    name: str
    description: str
    category: str
    category_name: str
    published: bool
    archived: bool
    taken_back: bool
    version: int

    def has(self, fact: str, value: object) -> bool:
        """Tell whether the product already is what a file says; a category is told by slug or by name."""
        if fact == "category":
            return str(value).strip().lower() in (self.category, self.category_name.lower())
        if fact == "name":
            return str(value).strip() == self.name.strip()
        return bool(getattr(self, fact) == value)


@dataclass(frozen=True, slots=True)
class Sibling:
    """A variant of a product that a file tells of."""

    sku: str
    product_id: str
    label: str
    options_json: str
    archived_at: str | None


@dataclass(frozen=True, slots=True)
class _Name:
    slug: str
    product_id: str


@dataclass(frozen=True, slots=True)
class _Shelf:
    slug: str
    name: str


@dataclass(slots=True)
class Catalogue:
    """What is here of some products and SKUs."""

    variants: dict[str, KnownVariant] = field(default_factory=dict)
    any_case: dict[str, KnownVariant] = field(default_factory=dict)
    products: dict[str, KnownProduct] = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)
    siblings: dict[str, dict[str, Sibling]] = field(default_factory=dict)
    categories: set[str] = field(default_factory=set)

    def variant(self, sku: str) -> KnownVariant | None:
        """Return the variant of that SKU: exactly, else whatever its capitals."""
        return self.variants.get(sku) or self.any_case.get(sku.lower())

    def product_of(self, lines: list[Line]) -> KnownProduct | None:
        """Return which product of ours some lines of one product mean: by its id, a SKU, or its address."""
        for line in lines:
            if line.product_id in self.products:
                return self.products[line.product_id]
        for line in lines:
            variant = self.variant(line.sku) if line.sku else None
            if variant is not None:
                return self.products.get(variant.product_id)
        for line in lines:
            if line.handle in self.slugs:
                return self.products.get(self.slugs[line.handle])
        return None


def owners(tx: Tx, groups: list[list[Line]]) -> list[str]:
    """Return whose each group of lines is: the id of a product of ours, else what the file calls it."""
    lines = [line for group in groups for line in group]
    found = _named(tx, lines)
    ids = _array({line.product_id for line in lines if line.product_id})
    known = set(tx.all(str, sql.known_ids, ids=ids))
    return [_owner(found, known, group) for group in groups]


def _owner(found: Catalogue, known: set[str], group: list[Line]) -> str:
    ids = [line.product_id for line in group if line.product_id in known]
    variants = [found.variant(line.sku) for line in group if line.sku]
    ids += [variant.product_id for variant in variants if variant is not None]
    handles = [line.handle for line in group if line.handle]
    ids += [found.slugs[handle] for handle in handles if handle in found.slugs]
    named = [f"handle {handle}" for handle in handles]
    return next(filter(None, [*ids, *named]), group[0].group)


def look(tx: Tx, lines: list[Line]) -> Catalogue:
    """Return what is here of these lines."""
    found = _named(tx, lines)
    ids = {variant.product_id for variant in found.variants.values()} | set(found.slugs.values())
    told = _array(ids | {line.product_id for line in lines if line.product_id})
    for product in tx.all(KnownProduct, sql.known_products, ids=told):
        found.products[product.id] = product
    for sibling in tx.all(Sibling, sql.known_siblings, ids=told):
        found.siblings.setdefault(sibling.product_id, {})[sibling.sku] = sibling
    for shelf in tx.all(_Shelf, sql.known_categories):
        found.categories |= {shelf.slug, shelf.name.lower()}
    return found


def _named(tx: Tx, lines: list[Line]) -> Catalogue:
    """Return the variants and the addresses of ours that lines name."""
    found = Catalogue()
    skus = _array({line.sku for line in lines if line.sku})
    for variant in tx.all(KnownVariant, sql.known_variants, skus=skus):
        found.variants[variant.sku] = variant
        found.any_case[variant.sku.lower()] = variant
    handles = _array({line.handle for line in lines if line.handle})
    for name in tx.all(_Name, sql.known_slugs, handles=handles):
        found.slugs.setdefault(name.slug, name.product_id)
    return found


def _array(texts: set[str]) -> str:
    return json.dumps(sorted(texts))
