"""Products as an admin keeps them: added, described, put on sale and off it, with their variants.

A product is a draft, published or archived. Only a published one can be seen and bought; what is archived
keeps its stock, its history and its orders. A published product has at least one variant for sale.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from db import Tx, queries
from shop import catalog, events, prices
from shop.catalog import NewProduct, NewVariant, PriceRow
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound, Refused
from shop.listing import moved
from shop.naming import checked_sku, checked_slug, sku_from, slug_from
from shop.people import Person

sql = queries("products")

STATES = ("draft", "published", "archived")
MOST_VARIANTS = 100
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 10_000
_TRIES = 50


@dataclass(frozen=True, slots=True)
class Facts:
    """What a product is, without its variants; the version tells a stale edit of its words."""

    id: str
    slug: str
    name: str
    description: str
    category_id: str
    category_slug: str
    category_name: str
    state: str
    version: int
    created_at: Instant

    @property
    def described(self) -> "Description":
        """What can be edited of it."""
        return Description(self.name, self.description, self.category_id, self.slug)


@dataclass(frozen=True, slots=True)
class Description:
    """What can be edited of a product; an empty slug is made from the name."""

    name: str
    description: str
    category_id: str
    slug: str


def facts(tx: Tx, product_id: str) -> Facts:
    """Return what a product is. Raises NotFound."""
    found = tx.one(Facts, sql.facts, id=product_id)
    if found is None:
        raise NotFound("There is no such product.")
    return found


def variants(tx: Tx, product_id: str) -> tuple[PriceRow, ...]:
    """Return a product's variants in their order, archived ones included."""
    return tuple(tx.all(PriceRow, sql.variants, product_id=product_id, most=2 * MOST_VARIANTS))


def add(tx: Tx, by: Person, new: NewProduct, at: Instant) -> str:
    """Add a product with its variants and return its id.

    Slug and SKUs that are empty are made from the names. Raises Refused naming the field: `name`, `category`,
    `slug`, or `sku-0`, `sku-1`… for a variant's SKU.
    """
    name = _named(new.name)
    _check_category(tx, new.category_id)
    if not 1 <= len(new.variants) <= MOST_VARIANTS:
        raise Refused(f"A product has from 1 to {MOST_VARIANTS} variants.", "sku")
    slug = _free_slug(tx, checked_slug(new.slug)) if new.slug.strip() else slug_for(tx, name)
    whole = replace(new, name=name, slug=slug, variants=_with_skus(tx, name, new.variants))
    return catalog.add_product(tx, by, whole, at)


def describe(
    tx: Tx, by: Person, product_id: str, told: Description, *, seen: int | None, at: Instant
) -> Facts:
    """Change what can be edited of a product; an old slug leads to the new one from then on.

    Raises Refused naming the field, and Conflict when the product was changed since it was `seen`.
    """
    was = facts(tx, product_id)
    if seen is not None and seen != was.version:
        raise Conflict(
            "Somebody has changed this product meanwhile: what it is now stands beside your words."
        )
    _check_category(tx, told.category_id)
    slug = checked_slug(told.slug) if told.slug.strip() else was.slug
    if slug != was.slug:
        _free_slug(tx, slug)
    now = replace(told, name=_named(told.name), slug=slug)
    if now == was.described:
        return was
    tx.run(
        sql.describe,
        id=product_id,
        name=now.name,
        description=now.description,
        category_id=now.category_id,
        slug=slug,
        seen=was.version,
    )
    if slug != was.slug:
        tx.run(sql.remember_slug, slug=was.slug, product_id=product_id)
        tx.run(sql.forget_slug, slug=slug, product_id=product_id)
    new = facts(tx, product_id)
    _tell_differences(tx, by, was, new, at)
    return new


def publish(tx: Tx, by: Person, product_id: str, at: Instant) -> Facts:
    """Show a product in the shop. Raises Conflict while it has nothing to sell."""
    return move(tx, by, product_id, "published", at)


def unpublish(tx: Tx, by: Person, product_id: str, at: Instant) -> Facts:
    """Take a product out of the shop, to be worked on."""
    return move(tx, by, product_id, "draft", at)


def archive(tx: Tx, by: Person, product_id: str, at: Instant) -> Facts:
    """Take a product out of the shop and out of the way; its stock and history stay."""
    return move(tx, by, product_id, "archived", at)


def move(tx: Tx, by: Person, product_id: str, state: str, at: Instant) -> Facts:
    """Bring a product to a state; prices begin or end to be applied with it.

    Raises Refused for a state there is not, and Conflict for publishing what has nothing to sell.
    """
    was = facts(tx, product_id)
    if state not in STATES:
        raise Refused("Choose draft, published or archived.", "state")
    if state == was.state:
        return was
    rows = [row for row in variants(tx, product_id) if row.archived_at is None]
    if state == "published" and not rows:
        raise Conflict("It has no variant to sell: add one, or bring one back.")
    archived_at = at if state == "archived" else None
    tx.run(sql.move, id=product_id, published=state == "published", archived_at=archived_at)
    if "published" in (state, was.state):
        for row in rows:
            _note_sale(tx, by, row, applied=state == "published", at=at)
    events.record(
        tx, f"product.{state}", f"product:{product_id}", by=by.actor, at=at, before=was.state, after=state
    )
    return facts(tx, product_id)


def slug_for(tx: Tx, name: str) -> str:
    """Return a slug for a name that no product has."""
    return _first_free(slug_from(name), lambda slug: tx.value(sql.slug_owner, slug=slug) is not None)


def sku_for(tx: Tx, *texts: str) -> str:
    """Return a SKU for a name and the values of its options that no variant has."""
    return _first_free(sku_from(*texts), lambda sku: tx.value(sql.sku_taken, sku=sku) is not None)


def add_variant(tx: Tx, by: Person, product_id: str, new: NewVariant, at: Instant) -> str:
    """Add a variant behind the product's others and return its SKU, made from the names if it is empty.

    Raises Refused for a SKU or a label that is taken.
    """
    product = facts(tx, product_id)
    there = variants(tx, product_id)
    if len(there) >= MOST_VARIANTS:
        raise Refused(f"A product has at most {MOST_VARIANTS} variants.", "sku")
    label = new.label or " / ".join(new.options.values())
    _check_label(_labels(there), label)
    sku = new.sku.strip() or sku_for(tx, product.name, label)
    _check_sku(tx, sku, "sku")
    position = len(there)
    whole = replace(new, sku=sku, label=label)
    published = product.state == "published"
    catalog.add_variant(tx, by, product_id, whole, position=position, applied=published, at=at)
    events.record(tx, "variant.added", f"variant:{sku}", by=by.actor, at=at, after=label or product.name)
    return sku


def describe_variant(
    tx: Tx,
    by: Person,
    product_id: str,
    sku: str,
    options: Mapping[str, str],
    label: str = "",
    *,
    seen: int | None = None,
    at: Instant,
) -> PriceRow:
    """Change a variant's options and label, which is made of the options unless it is told.

    Raises Refused for a label another variant has, and Conflict when it was changed since it was `seen`.
    """
    was = catalog.price_row(tx, product_id, sku)
    if seen is not None and seen != was.version:
        raise Conflict("Somebody has changed this variant meanwhile: look again.")
    label = label or " / ".join(options.values())
    _check_label(_labels(variants(tx, product_id), sku), label)
    told = json.dumps(dict(options), ensure_ascii=False)
    if (label, told) != (was.label, was.options_json):
        tx.run(sql.describe_variant, sku=sku, label=label, options=told, seen=was.version)
        of = f"variant:{sku}"
        events.record(tx, "variant.renamed", of, by=by.actor, at=at, before=was.label, after=label)
    return catalog.price_row(tx, product_id, sku)


def archive_variant(
    tx: Tx, by: Person, product_id: str, sku: str, *, archived: bool, at: Instant
) -> PriceRow:
    """Take a variant off sale, or bring it back. Raises Conflict for the last one of a published product."""
    was = catalog.price_row(tx, product_id, sku)
    if archived == (was.archived_at is not None):
        return was
    rows = variants(tx, product_id)
    if archived and was.published and sum(row.archived_at is None for row in rows) == 1:
        raise Conflict("It is the last one for sale: archive the product, or make it a draft first.")
    if not archived:
        _check_label(_labels(rows), was.label)
    tx.run(sql.archive_variant, sku=sku, at=at if archived else None)
    if was.published:
        _note_sale(tx, by, was, applied=not archived, at=at)
    kind = "variant.archived" if archived else "variant.returned"
    events.record(tx, kind, f"variant:{sku}", by=by.actor, at=at, after=was.label or was.name)
    return catalog.price_row(tx, product_id, sku)


def place_variant(tx: Tx, by: Person, product_id: str, sku: str, step: int, at: Instant) -> None:
    """Move a variant by so many places among its product's."""
    skus = [row.sku for row in variants(tx, product_id)]
    if sku not in skus:
        raise NotFound("There is no such variant.")
    skus, before, after = moved(skus, sku, step)
    for position, one in enumerate(skus):
        tx.run(sql.place_variant, sku=one, position=position)
    if after != before:
        of = f"variant:{sku}"
        events.record(tx, "variant.moved", of, by=by.actor, at=at, before=before, after=after)


def _note_sale(tx: Tx, by: Person, row: PriceRow, *, applied: bool, at: Instant) -> None:
    why = "on sale" if applied else "off sale"
    prices.note(tx, row.sku, row.price, applied=applied, by=by.actor, at=at, why=why)


def _tell_differences(tx: Tx, by: Person, was: Facts, now: Facts, at: Instant) -> None:
    of = f"product:{now.id}"
    for kind, before, after in (
        ("product.renamed", was.name, now.name),
        ("product.moved", was.category_name, now.category_name),
        ("product.address", was.slug, now.slug),
        ("product.described", was.description, now.description),
    ):
        if before != after:
            events.record(tx, kind, of, by=by.actor, at=at, before=before, after=after)


def _with_skus(tx: Tx, name: str, wanted: tuple[NewVariant, ...]) -> tuple[NewVariant, ...]:
    taken: set[str] = set()
    found: list[NewVariant] = []
    for index, one in enumerate(wanted):
        label = one.label or " / ".join(one.options.values())
        sku = one.sku.strip() or _first_free(
            sku_from(name, *(one.options.values() or [one.label])),
            lambda sku: sku in taken or tx.value(sql.sku_taken, sku=sku) is not None,
        )
        if sku in taken:
            raise Refused(f"{sku} stands here twice: each variant has a SKU of its own.", f"sku-{index}")
        _check_sku(tx, sku, f"sku-{index}")
        _check_label({other.label for other in found}, label)
        taken.add(sku)
        found.append(replace(one, sku=sku, label=label))
    return tuple(found)


def _check_sku(tx: Tx, sku: str, field: str) -> None:
    try:
        checked_sku(sku)
    except Refused as refusal:
        raise Refused(str(refusal), field) from None
    if tx.value(sql.sku_taken, sku=sku) is not None:
        raise Refused(f"{sku} is the SKU of another variant already.", field)


def _labels(rows: tuple[PriceRow, ...], but: str = "") -> set[str]:
    return {row.label for row in rows if row.archived_at is None and row.sku != but}


def _check_label(taken: set[str], label: str) -> None:
    if label in taken:
        called = f"called {label}" if label else "without a label"
        raise Refused(f"Another variant is {called}: a shopper could not tell them apart.", "label")


def _check_category(tx: Tx, category_id: str) -> None:
    if tx.value(sql.category_exists, id=category_id) is None:
        raise Refused("Choose a category.", "category")


def _named(typed: str) -> str:
    name = typed.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Refused(f"Give it a name of at most {LONGEST_NAME} characters.", "name")
    return name


def _free_slug(tx: Tx, slug: str) -> str:
    if tx.value(sql.slug_owner, slug=slug) is not None:
        raise Refused(f"Another product is at /p/{slug} already.", "slug")
    return slug


def _first_free(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """Return the name, else the name with a number behind it, else with something nobody has."""
    for number in range(1, _TRIES):
        name = wanted if number == 1 else f"{wanted}-{number}"
        if not is_taken(name):
            return name
    return f"{wanted}-{new_id('x')[-8:]}"
