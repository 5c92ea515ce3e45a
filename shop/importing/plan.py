"""The plan of an import: what each product and variant of a file would become, held against the catalogue.

Variants are known by their SKU, whatever its capitals. Nothing is written here: a plan is rows that say what
was seen and what would be changed, and refusals that say why a row can't be taken.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from shop.errors import Refused
from shop.importing import fields
from shop.importing.catalogue import Catalogue, KnownProduct, KnownVariant, look, owners
from shop.importing.lines import Found, Line, Refusal
from shop.naming import checked_sku
from shop.products import MOST_VARIANTS

BATCH = 250
MOST_CATEGORIES = 500
LONGEST_CATEGORY = 80
FACTS = ("name", "description", "category", "published")
NO_CATEGORY = "Other"


@dataclass(slots=True)
class Item:
    """One product or variant of a plan; `was` and `becomes` have the fields that change, all if it is new."""

    seq: int
    grp: int
    kind: str
    key: str
    row: int
    state: str
    product_id: str
    seen: int | None
    name: str
    was: dict[str, Any]
    becomes: dict[str, Any]
    on_hand: int | None = None
    stock_was: int | None = None

    def told(self) -> dict[str, Any]:
        """Return it as it is stored."""
        told = {name: getattr(self, name) for name in self.__slots__}
        told["was"] = json.dumps(self.was, ensure_ascii=False)
        told["becomes"] = json.dumps(self.becomes, ensure_ascii=False)
        return told


@dataclass(slots=True)
class Counts:
    """How many products and variants a plan has in each state."""

    products_new: int = 0
    products_changed: int = 0
    products_unchanged: int = 0
    variants_new: int = 0
    variants_changed: int = 0
    variants_unchanged: int = 0
    stock_differs: int = 0
    stock_told: int = 0
    items: int = 0

    def count(self, item: Item) -> None:
        """Count an item."""
        name = f"{item.kind}s_{item.state}"
        setattr(self, name, getattr(self, name) + 1)
        self.items += 1
        if item.kind == "variant" and item.state != "new" and item.on_hand is not None:
            # Of those that would otherwise stay as they are: what the way of taking stock decides.
            self.stock_differs += item.state == "unchanged" and item.on_hand != item.stock_was
            self.stock_told += item.state == "unchanged" and item.on_hand != 0


@dataclass(slots=True)
class Plan:
    """A plan while it is made: what was met before, what is refused, what was counted."""

    found: Found
    counts: Counts = field(default_factory=Counts)
    skus: dict[str, int] = field(default_factory=dict)
    categories: set[str] = field(default_factory=set)
    new_categories: dict[str, str] = field(default_factory=dict)

    def refuse(self, line: Line, column: str, value: object, reason: str) -> None:
        """Write down why a line can't be taken."""
        self.found.refusals.append(Refusal(line.row, column, str(value or "")[:200], reason))


def batches(lines: Iterable[Line], ask: Callable[..., Any]) -> Iterator[list[list[Line]]]:
    """Yield the products of a file, each a list of its lines, some at a time and none of them cut.

    Lines that the file keeps apart stand together where they belong to one product of ours.
    """
    told: dict[str, list[Line]] = {}
    for line in lines:
        told.setdefault(line.group, []).append(line)
    products: dict[str, list[Line]] = {}
    for groups in _some(list(told.values())):
        for key, group in zip(ask(owners, groups), groups, strict=True):
            products.setdefault(key, []).extend(group)
    yield from _some(list(products.values()))


def _some(groups: list[list[Line]]) -> Iterator[list[list[Line]]]:
    some: list[list[Line]] = []
    size = 0
    for group in groups:
        some.append(group)
        size += len(group)
        if size >= BATCH:
            yield some
            some, size = [], 0
    if some:
        yield some


def planned(plan: Plan, groups: list[list[Line]], ask: Callable[..., Any]) -> list[Item]:
    """Return what some products of a file would become; `ask` runs a function on a short snapshot."""
    known: Catalogue = ask(look, [line for group in groups for line in group])
    plan.categories = known.categories
    items: list[Item] = []
    for group in groups:
        items += _of_product(plan, group, known)
    return items


def _of_product(plan: Plan, group: list[Line], known: Catalogue) -> list[Item]:
    target = known.product_of(group)
    taken = [line for line in group if _is_sound(plan, line, target, known)]
    taken = _within_options(plan, taken, target, known)
    taken, facts = _facts(plan, taken)
    variants = [line for line in taken if line.sku is not None]
    if not variants or not _may_be_added(plan, variants, target, facts):
        return []
    number = plan.counts.items + 1
    product = _product_item(plan, number, group[0], target, facts)
    items = [product, *_variant_items(number, variants, product, known)]
    for item in items:
        plan.counts.count(item)
    return items


def _is_sound(plan: Plan, line: Line, target: KnownProduct | None, known: Catalogue) -> bool:
    """Tell whether a line's SKU may stand where it stands; refuse it otherwise."""
    if line.category is not None and not _is_category(plan, line, line.category):
        return False
    if line.sku is None:
        return True
    variant = known.variant(line.sku)
    if variant is not None:
        line.sku = variant.sku
        if target is None or variant.product_id != target.id:
            other = known.products.get(variant.product_id)
            plan.refuse(line, "sku", line.sku, f"This SKU belongs to {other.name if other else 'another'}.")
            return False
    elif not _is_new_sku(plan, line):
        return False
    met = line.sku if variant else line.sku.lower()
    before = plan.skus.setdefault(met, line.row)
    if before != line.row:
        plan.refuse(line, "sku", line.sku, f"Row {before} has the same SKU.")
    return before == line.row


def _is_new_sku(plan: Plan, line: Line) -> bool:
    try:
        checked_sku(line.sku or "")
    except Refused as refusal:
        plan.refuse(line, "sku", line.sku, str(refusal))
        return False
    if line.price is None:
        plan.refuse(line, "price", "", f"{line.sku} is new here: it needs a price.")
        return False
    return True


def _is_category(plan: Plan, line: Line, category: str) -> bool:
    name = category.strip().lower()
    if name in plan.categories or name in plan.new_categories:
        return True
    if len(name) > LONGEST_CATEGORY:
        plan.refuse(line, "category", category, f"A category has at most {LONGEST_CATEGORY} characters.")
    elif len(plan.new_categories) + len(plan.categories) / 2 >= MOST_CATEGORIES:
        plan.refuse(line, "category", category, f"There can't be more than {MOST_CATEGORIES} categories.")
    else:
        plan.new_categories[name] = category.strip()
        return True
    return False


def _within_options(
    plan: Plan, lines: list[Line], target: KnownProduct | None, known: Catalogue
) -> list[Line]:
    """Return the lines whose label no other variant has: shoppers could not tell them apart."""
    there = known.siblings.get(target.id, {}) if target else {}
    labels = {one.label: sku for sku, one in there.items() if one.archived_at is None}
    number = len(there)
    kept = []
    for line in lines:
        sibling = there.get(line.sku or "")
        number += line.sku is not None and sibling is None
        same = sibling is not None and line.options in (None, json.loads(sibling.options_json))
        label = sibling.label if sibling and same else " / ".join((line.options or {}).values())
        if (
            line.sku is not None
            and labels.get(label, line.sku) != line.sku
            and not (same and sibling and sibling.archived_at and not line.archived)
        ):
            words = f"called {label}" if label else "without options"
            plan.refuse(line, "options", label, f"{labels[label]} of the same product is {words} already.")
        elif number > MOST_VARIANTS and sibling is None:
            plan.refuse(line, "sku", line.sku, f"A product has at most {MOST_VARIANTS} variants.")
        else:
            if line.sku is not None and not (same and sibling and sibling.archived_at):
                labels[label] = line.sku
            kept.append(line)
    return kept


def _facts(plan: Plan, lines: list[Line]) -> tuple[list[Line], dict[str, Any]]:
    """Return what the lines tell of their product; a line that contradicts an earlier one is refused."""
    facts: dict[str, Any] = {}
    origins: dict[str, int] = {}
    kept = []
    for line in lines:
        told = {name: getattr(line, name) for name in (*FACTS, "handle") if getattr(line, name) is not None}
        odd = next((name for name, value in told.items() if facts.get(name, value) != value), None)
        if odd is None:
            for name, value in told.items():
                facts.setdefault(name, value)
                origins.setdefault(name, line.row)
            kept.append(line)
        else:
            plan.refuse(line, odd, told[odd], f"Row {origins[odd]} tells another {odd} of the same product.")
    return kept, facts


def _may_be_added(plan: Plan, lines: list[Line], target: KnownProduct | None, facts: dict[str, Any]) -> bool:
    if target is not None or str(facts.get("name", "")).strip():
        return True
    for line in lines:
        plan.refuse(
            line, "name", "", f"{line.sku} is new here, and no row that can be taken names its product."
        )
    return False


def _product_item(
    plan: Plan, number: int, first: Line, target: KnownProduct | None, facts: dict[str, Any]
) -> Item:
    if target is None:
        becomes = {
            "handle": fields.handle(facts["handle"]) if facts.get("handle") else "",
            "name": facts["name"],
            "description": facts.get("description") or "",
            "category": facts.get("category") or NO_CATEGORY,
            "published": facts.get("published", True),
        }
        return Item(number, number, "product", "", first.row, "new", "", None, facts["name"], {}, becomes)
    if target.archived and target.taken_back:
        facts = {"published": True, **facts}
    elif target.archived and not facts.get("published"):
        plan.found.count("archived")
    told = {name: facts[name] for name in FACTS if name in facts and not target.has(name, facts[name])}
    was = {name: getattr(target, name) for name in told}
    state = "changed" if told else "unchanged"
    return Item(
        number,
        number,
        "product",
        target.id,
        first.row,
        state,
        target.id,
        target.version,
        target.name,
        was,
        told,
    )


def _variant_items(number: int, lines: list[Line], product: Item, known: Catalogue) -> Iterator[Item]:
    for seq, line in enumerate(lines, start=number + 1):
        sku = line.sku or ""
        variant = known.variant(sku)
        item = Item(
            seq, number, "variant", sku, line.row, "new", product.product_id, None, product.name, {}, {}
        )
        item.on_hand = line.on_hand
        if variant is None:
            item.becomes = {"price": line.price, "options": line.options or {}}
        else:
            _compare(item, line, variant)
        yield item


def _compare(item: Item, line: Line, variant: KnownVariant) -> None:
    item.seen, item.stock_was = variant.version, variant.on_hand
    if line.price is not None and line.price != variant.price:
        item.was["price"], item.becomes["price"] = variant.price, line.price
    if line.options is not None and line.options != variant.options:
        item.was["options"], item.becomes["options"] = variant.options, line.options
    wanted = line.archived is False or (variant.taken_back and line.archived is None)
    if variant.archived_at is not None and wanted:
        item.was["archived"], item.becomes["archived"] = True, False
    item.state = "changed" if item.becomes else "unchanged"


def groups_of(items: list[Item]) -> Iterator[list[Item]]:
    """Yield the items product by product."""
    for _, group in groupby(items, key=lambda item: item.grp):
        yield list(group)
