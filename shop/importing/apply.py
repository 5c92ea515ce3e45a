"""Carrying an import out, a step at a time: some products with their variants, each step one transaction.

Every change goes through the function that an admin's click goes through, so that histories, movements and
events are the same. A row that is no longer what the preview showed ends the import with Conflict.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import catalog, categories, events, people, products, stock
from shop.catalog import NewProduct, NewVariant
from shop.clock import Instant, later
from shop.errors import Conflict, Refused
from shop.importing.store import LEASE_SECONDS, Import, Item, show
from shop.people import Person
from shop.products import Description

sql = queries("importing")

STEP = 60
"""Products and variants of one transaction: few enough that a checkout beside it hardly waits."""
REASONS = {"add": "received", "set": "counted"}


class _Command(Person):
    """Whoever runs the command line: nobody the shop knows by name."""

    @property
    def actor(self) -> str:
        """How the ledgers name whoever runs a command."""
        return self.id


COMMAND = _Command("command", "", "command line", "admin", "", None)


@dataclass(frozen=True, slots=True)
class Task:
    """An import that is carried out or taken back: for whom, in which currency, and when."""

    one: Import
    by: Person
    currency: str
    at: Instant

    @property
    def cause(self) -> str:
        """How the ledger of stock names it."""
        return f"import:{self.one.id}"


def task(tx: Tx, import_id: str, currency: str, at: Instant) -> Task:
    """Return an import as it stands, with whoever asked for it."""
    one = show(tx, import_id)
    by = people.find(tx, one.by_whom.removeprefix("person:")) or COMMAND
    return Task(one, by, currency, at)


def step(tx: Tx, import_id: str, currency: str, at: Instant) -> bool:
    """Import some more rows; tell whether any are left. Raises Conflict where the catalogue has moved on."""
    doing = task(tx, import_id, currency, at)
    if doing.one.state != "importing":
        return False
    found = tx.all(Item, sql.items, id=import_id, after=doing.one.done, size=STEP + 1)
    groups = _whole(found)
    left_over = 0
    try:
        for group in groups:
            left_over += _apply(tx, doing, group)
    except Refused as refusal:
        raise Conflict(str(refusal)) from refusal
    done = groups[-1][-1].seq if groups else doing.one.items
    until = later(at, seconds=LEASE_SECONDS)
    tx.run(sql.advance, id=import_id, done=done, until=until, left_over=left_over, state="importing")
    if done >= doing.one.items:
        _finish(tx, doing)
        return False
    return True


def revert(tx: Tx, import_id: str, why: str, at: Instant) -> None:
    """Stop an import whose catalogue has moved on: what it has done so far will be taken back."""
    tx.run(sql.revert, id=import_id, why=why, until=later(at, seconds=LEASE_SECONDS))


def _whole(found: list[Item]) -> list[list[Item]]:
    """Return the items product by product, without a last one that may not be whole."""
    groups: dict[int, list[Item]] = {}
    for item in found:
        groups.setdefault(item.grp, []).append(item)
    if len(found) > STEP and len(groups) > 1:
        groups.popitem()
    return list(groups.values())


def _finish(tx: Tx, doing: Task) -> None:
    tx.run(sql.finish, id=doing.one.id, state="importing", now="done", at=doing.at)
    tx.run(sql.drop_file, id=doing.one.id)
    after = f"{doing.one.variants} rows of {doing.one.name}"
    events.record(tx, "import.done", doing.cause, by=doing.by.actor, at=doing.at, after=after)


def _apply(tx: Tx, doing: Task, group: list[Item]) -> int:
    """Import one product with its variants; return how many rows could not be taken just as they are told."""
    product, variants = group[0], group[1:]
    product_id = product.product_id
    if product.state == "new":
        product_id = _add(tx, doing, product, variants)
        tx.run(sql.product_is, id=doing.one.id, product_id=product_id, first=product.seq, last=group[-1].seq)
    for item in variants:
        _change_variant(tx, doing, product_id, item)
    if product.state == "changed":
        _change_product(tx, doing, product)
    return sum(_take_stock(tx, doing, item) for item in variants)


def _add(tx: Tx, doing: Task, product: Item, variants: list[Item]) -> str:
    told = product.becomes
    handle = "" if tx.value(sql.slug_taken, slug=told["handle"]) else told["handle"]
    new = NewProduct(
        handle,
        told["name"],
        told["description"],
        _category(tx, doing, told["category"]),
        tuple(NewVariant(one.key, one.becomes["price"], 0, one.becomes["options"]) for one in variants),
        published=told["published"],
    )
    return products.add(tx, doing.by, new, doing.at)


def _change_product(tx: Tx, doing: Task, item: Item) -> None:
    told, was = item.becomes, products.facts(tx, item.product_id)
    if was.version != item.seen:
        raise Conflict(f"{was.name} was changed meanwhile.")
    category_id = _category(tx, doing, told["category"]) if "category" in told else was.category_id
    description = told.get("description", was.description)
    now = Description(told.get("name", was.name), description, category_id, was.slug)
    products.describe(tx, doing.by, item.product_id, now, seen=was.version, at=doing.at)
    if "published" in told:
        state = "published" if told["published"] else "draft"
        products.move(tx, doing.by, item.product_id, state, doing.at)


def _change_variant(tx: Tx, doing: Task, product_id: str, item: Item) -> None:
    told = item.becomes
    if item.state == "new":
        if item.product_id:
            new = NewVariant(item.key, told["price"], 0, told["options"])
            products.add_variant(tx, doing.by, product_id, new, doing.at)
        return
    if item.state == "unchanged":
        return
    row = catalog.price_row(tx, product_id, item.key)
    if row.version != item.seen:
        raise Conflict(f"{item.key} was changed meanwhile.")
    if "options" in told:
        products.describe_variant(tx, doing.by, product_id, item.key, told["options"], at=doing.at)
    if "price" in told:
        set_price(tx, doing, product_id, item.key, told["price"])
    if "archived" in told:
        products.archive_variant(tx, doing.by, product_id, item.key, archived=False, at=doing.at)


def set_price(tx: Tx, doing: Task, product_id: str, sku: str, price: int) -> None:
    """Set a price as this import asks for it; its history says so."""
    catalog.set_price(
        tx, doing.by, product_id, sku, price, currency=doing.currency, why=doing.cause, at=doing.at
    )


def _take_stock(tx: Tx, doing: Task, item: Item) -> int:
    """Take a variant's stock by the way that was chosen, held against what is there now."""
    if item.on_hand is None or doing.one.stock == "leave":
        return 0
    row = stock.row(tx, item.key)
    outcome = ""
    if doing.one.stock == "add":
        change = min(item.on_hand, stock.MOST - row.on_hand)
    else:
        change = max(item.on_hand, row.held) - row.on_hand
        if item.on_hand < row.held:
            outcome = f"{row.held} are held by open orders: set to {row.held}, not to {item.on_hand}."
    if change:
        reason = REASONS[doing.one.stock]
        stock.adjust(tx, doing.by, item.key, change=change, reason=reason, cause=doing.cause, at=doing.at)
    if change or outcome:
        tx.run(sql.note_item, id=doing.one.id, seq=item.seq, moved=change, outcome=outcome)
    return bool(outcome)


def _category(tx: Tx, doing: Task, told: str) -> str:
    found: str | None = tx.value(sql.category_of_slug, slug=told.strip().lower())
    return found or categories.named(tx, doing.by, told, doing.at)
