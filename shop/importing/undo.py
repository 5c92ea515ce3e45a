"""Taking a whole import back, from its last row to its first.

Stock gets counter-entries, prices and words are as they were, new products are archived. What somebody has
changed since stays as it is, and its row says so.
"""

import json
from collections.abc import Callable
from dataclasses import replace

from db import Tx, queries
from shop import catalog, events, products, stock
from shop.clock import Instant, later
from shop.errors import Conflict, NotFound, Refused
from shop.importing.apply import STEP, Task, set_price, task
from shop.importing.store import LEASE_SECONDS, Item, read_anew

sql = queries("importing")


def step(tx: Tx, import_id: str, currency: str, at: Instant) -> bool:
    """Take some more rows back; tell whether any are left."""
    doing = task(tx, import_id, currency, at)
    if doing.one.state not in ("undoing", "reverting"):
        return False
    found = tx.all(Item, sql.items_before, id=import_id, done=doing.one.done, size=STEP)
    left_over = sum(_take_back(tx, doing, item) for item in found)
    done = found[-1].seq - 1 if found else 0
    until = later(at, seconds=LEASE_SECONDS)
    tx.run(sql.advance, id=import_id, done=done, until=until, left_over=left_over, state=doing.one.state)
    if done > 0:
        return True
    if doing.one.state == "reverting":
        read_anew(tx, import_id, doing.one.why)
    else:
        tx.run(sql.finish, id=import_id, state="undoing", now="undone", at=at)
        events.record(tx, "import.undone", doing.cause, by=doing.by.actor, at=at, after=doing.one.name)
    return False


def _take_back(tx: Tx, doing: Task, item: Item) -> bool:
    """Take one row back; tell whether something of it had to stay, which its outcome then says."""
    ways: list[Callable[[Tx, Task, Item], str]] = (
        [_stock, _price, _options, _sale] if item.kind == "variant" else [_state, _words]
    )
    if item.state == "unchanged" and not item.moved:
        return False
    kept = []
    for way in ways:
        try:
            kept.append(way(tx, doing, item))
        except (Conflict, Refused, NotFound) as refusal:
            kept.append(str(refusal))
    outcome = " ".join(filter(None, kept))
    if outcome:
        tx.run(sql.note_item, id=doing.one.id, seq=item.seq, moved=item.moved, outcome=outcome)
    return bool(outcome)


def _stock(tx: Tx, doing: Task, item: Item) -> str:
    if not item.moved:
        return ""
    row = stock.row(tx, item.key)
    if row.on_hand - item.moved < row.held:
        return f"Its stock stays at {row.on_hand}: what came with this import has been sold or is held."
    cause = f"undo:{doing.cause}:{item.key}"
    if doing.one.state == "reverting":
        # The same import may be carried out after all and then be taken back as a whole.
        cause += f":{doing.at}"
    note = "an import was taken back"
    change = -item.moved
    stock.adjust(
        tx, doing.by, item.key, change=change, reason="correction", note=note, cause=cause, at=doing.at
    )
    return ""


def _price(tx: Tx, doing: Task, item: Item) -> str:
    if "price" not in item.was:
        return ""
    row = catalog.price_row(tx, item.product_id, item.key)
    if row.price != item.becomes["price"]:
        return "Its price was changed since: it stays."
    set_price(tx, doing, item.product_id, item.key, item.was["price"])
    return ""


def _options(tx: Tx, doing: Task, item: Item) -> str:
    if "options" not in item.was:
        return ""
    row = catalog.price_row(tx, item.product_id, item.key)
    if json.loads(row.options_json) != item.becomes["options"]:
        return "Its options were changed since: they stay."
    products.describe_variant(tx, doing.by, item.product_id, item.key, item.was["options"], at=doing.at)
    return ""


def _sale(tx: Tx, doing: Task, item: Item) -> str:
    """Take a variant off sale that came with the import; a new product goes as a whole."""
    with_product = item.state == "new" and item.seq != item.grp and _came_with(tx, doing, item)
    if (item.state == "new" and not with_product) or "archived" in item.was:
        products.archive_variant(tx, doing.by, item.product_id, item.key, archived=True, at=doing.at)
        _note(tx, doing, f"variant:{item.key}")
    return ""


def _note(tx: Tx, doing: Task, thing: str) -> None:
    """Note that a thing is archived only for its import was taken back: another one may bring it back."""
    tx.run(sql.archived_by_undo, object=thing, at=doing.at)


def _came_with(tx: Tx, doing: Task, item: Item) -> bool:
    return bool(tx.value(sql.state_of, id=doing.one.id, seq=item.grp) == "new")


def _state(tx: Tx, doing: Task, item: Item) -> str:
    if item.state == "new":
        products.archive(tx, doing.by, item.product_id, doing.at)
        _note(tx, doing, f"product:{item.product_id}")
        return ""
    if "published" not in item.was:
        return ""
    now = products.facts(tx, item.product_id).state
    if (now == "published") != item.becomes["published"]:
        return "It was published or taken out of the shop since: it stays so."
    state = "published" if item.was["published"] else "draft"
    products.move(tx, doing.by, item.product_id, state, doing.at)
    return ""


def _words(tx: Tx, doing: Task, item: Item) -> str:
    """Give a product the words back that it had, but those that somebody has changed since."""
    if item.state == "new":
        return ""
    now = products.facts(tx, item.product_id)
    told = now.described
    words = [field for field in ("name", "description") if field in item.was]
    kept: list[str] = [field for field in words if getattr(now, field) != item.becomes[field].strip()]
    told = replace(told, **{field: item.was[field] for field in words if field not in kept})
    if "category" in item.was:
        before = tx.value(sql.category_of_slug, slug=item.was["category"])
        if before is None or not _is_in(tx, now.category_id, item.becomes["category"]):
            kept.append("category")
        else:
            told = replace(told, category_id=before)
    products.describe(tx, doing.by, item.product_id, told, seen=now.version, at=doing.at)
    return f"Changed since, so it stays: {', '.join(kept)}." if kept else ""


def _is_in(tx: Tx, category_id: str, told: str) -> bool:
    return bool(tx.value(sql.category_is, id=category_id, told=told.strip()))
