"""Imports as they are kept: a file in parts, what it would change, how far it has come, what came of it."""

import json
from dataclasses import dataclass
from typing import Any

from db import Tx, queries
from shop import events
from shop.clock import Instant, later, new_id
from shop.errors import Conflict, NotFound, Refused
from shop.importing.sheet import LARGEST_FILE
from shop.listing import LAST, Listing, page_of
from shop.people import Person

sql = queries("importing")

PART = 1024 * 1024
PAGE = 50
WAYS = ("add", "set", "leave")
WORKING = ("reading", "importing", "undoing", "reverting")
LEASE_SECONDS = 30
CLEARED = 2000


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was brought in: its state, what it would change, and how far that has come."""

    id: str
    name: str
    state: str
    actor: str
    at: Instant
    bytes: int
    format: str
    header: str
    notes: str
    why: str
    stock: str
    rows: int
    refused: int
    products_new: int
    products_changed: int
    products_unchanged: int
    variants_new: int
    variants_changed: int
    variants_unchanged: int
    stock_differs: int
    stock_told: int
    items: int
    done: int
    left_over: int
    by_whom: str
    finished_at: Instant | None

    @property
    def told(self) -> list[str]:
        """What was assumed or left out, in sentences."""
        notes: list[str] = json.loads(self.notes)
        return notes

    @property
    def columns(self) -> list[str]:
        """The file's header."""
        header: list[str] = json.loads(self.header)
        return header

    @property
    def is_working(self) -> bool:
        """Whether it is being read, imported or taken back just now."""
        return self.state in WORKING

    @property
    def variants(self) -> int:
        """How many variants it tells of: the rows that would be imported."""
        return self.variants_new + self.variants_changed + self.variants_unchanged

    def moved_stock(self, way: str) -> int:
        """Return how many variants change in nothing but their stock, by this way of taking it."""
        return {"set": self.stock_differs, "add": self.stock_told}.get(way, 0)


@dataclass(frozen=True, slots=True)
class Item:
    """A product or variant of an import: what it was, what it becomes, and what came of it."""

    seq: int
    grp: int
    kind: str
    key: str
    row: int
    state: str
    product_id: str
    seen: int | None
    name: str
    was_json: str
    becomes_json: str
    on_hand: int | None
    stock_was: int | None
    moved: int
    outcome: str

    @property
    def was(self) -> dict[str, Any]:
        """What it was, by field."""
        told: dict[str, Any] = json.loads(self.was_json)
        return told

    @property
    def becomes(self) -> dict[str, Any]:
        """What it becomes, by field."""
        told: dict[str, Any] = json.loads(self.becomes_json)
        return told


@dataclass(frozen=True, slots=True)
class Left:
    """A row that can't be taken, with its cells as they stood in the file."""

    seq: int
    row: int
    column: str
    value: str
    reason: str
    cells: str


def begin(tx: Tx, by: Person, name: str, size: int, at: Instant) -> str:
    """Make room for a file that is about to arrive, and return the import's id."""
    if size > LARGEST_FILE:
        raise Refused(f"A file has at most {LARGEST_FILE // 1024 // 1024} MB: split it.", "file")
    if size == 0:
        raise Refused("Choose a file that has something in it.", "file")
    import_id = new_id("imp")
    until = later(at, minutes=10)
    tx.run(sql.begin, id=import_id, name=name, actor=by.actor, at=at, bytes=size, until=until)
    return import_id


def keep_part(tx: Tx, import_id: str, part: int, data: bytes) -> None:
    """Keep a piece of the file."""
    tx.run(sql.keep_part, id=import_id, part=part, data=data)


def arrived(tx: Tx, import_id: str) -> None:
    """Let the file be read: it is here as a whole."""
    tx.run(sql.release, id=import_id)


def file_of(tx: Tx, import_id: str) -> bytes:
    """Return the file. Raises Refused when it did not arrive as a whole."""
    data = b"".join(tx.all(bytes, sql.parts, id=import_id))
    if len(data) != show(tx, import_id).bytes:
        raise Refused("The file did not arrive as a whole: upload it again.")
    return data


def show(tx: Tx, import_id: str) -> Import:
    """Return an import. Raises NotFound."""
    found = tx.one(Import, sql.one, id=import_id)
    if found is None:
        raise NotFound("There is no such import.")
    return found


def listing(tx: Tx, after: str | None) -> Listing[Import]:
    """Return a page of imports, newest first."""
    found = tx.all(Import, sql.newest, after=after or LAST, size=PAGE + 1)
    return page_of(found, PAGE, lambda one: one.id)


def items(tx: Tx, import_id: str, after: str | None, state: str = "") -> Listing[Item]:
    """Return a page of what an import changes, in the file's order; of one state, or with an outcome."""
    told = {"id": import_id, "after": _number(after), "size": PAGE + 1}
    if state == "told":
        found = tx.all(Item, sql.items_with_outcome, **told)
    elif state:
        found = tx.all(Item, sql.items_of_state, state=state, **told)
    else:
        found = tx.all(Item, sql.items, **told)
    return page_of(found, PAGE, lambda one: str(one.seq))


def refusals(tx: Tx, import_id: str, after: str | None, size: int = PAGE) -> Listing[Left]:
    """Return a page of the rows that can't be taken."""
    found = tx.all(Left, sql.refusals, id=import_id, after=_number(after), size=size + 1)
    return page_of(found, size, lambda one: str(one.seq))


def at_work(tx: Tx, at: Instant) -> list[str]:
    """Return the imports that something is to be done for and that nobody works at."""
    return tx.all(str, sql.at_work, at=at)


def claim(tx: Tx, import_id: str, at: Instant) -> bool:
    """Take an import for this process for a little while; what does not go on is taken over."""
    until = later(at, seconds=LEASE_SECONDS)
    return bool(tx.run(sql.claim, id=import_id, at=at, until=until))


def clear(tx: Tx, import_id: str) -> bool:
    """Throw away some of what an earlier reading has staged; tell whether anything is left."""
    gone = tx.run(sql.clear_items, id=import_id, size=CLEARED)
    gone += tx.run(sql.clear_refusals, id=import_id, size=CLEARED)
    return gone > 0


def renew(tx: Tx, import_id: str, at: Instant) -> None:
    """Keep an import for this process for a little longer."""
    tx.run(sql.renew, id=import_id, until=later(at, seconds=LEASE_SECONDS))


def stage(tx: Tx, import_id: str, batch: str, at: Instant) -> bool:
    """Keep a batch of what reading the file has brought, given as JSON; tell whether it is wanted."""
    until = later(at, seconds=LEASE_SECONDS)
    if not tx.run(sql.note_reading, id=import_id, batch=batch, until=until):
        return False
    tx.run(sql.stage_items, id=import_id, batch=batch)
    tx.run(sql.stage_refusals, id=import_id, batch=batch)
    return True


def give_up(tx: Tx, import_id: str, why: str, at: Instant) -> None:
    """Note that a file can't be read; nothing of it is imported."""
    tx.run(sql.give_up, id=import_id, why=why, at=at)
    tx.run(sql.drop_file, id=import_id)


def order(tx: Tx, by: Person, import_id: str, way: str, at: Instant) -> Import:
    """Have an import carried out; `way` is how its stock is taken: add, set or leave.

    Raises Refused without a way, and Conflict when it is not waiting for that.
    """
    state = show(tx, import_id).state
    if state != "ready":
        raise Conflict(_not_now(state))
    if way not in WAYS:
        raise Refused("Choose what the numbers of stock in the file mean.", "stock")
    if not tx.run(sql.order, id=import_id, stock=way, actor=by.actor):
        raise Conflict(_not_now(show(tx, import_id).state))
    events.record(tx, "import.asked", f"import:{import_id}", by=by.actor, at=at, after=way)
    return show(tx, import_id)


def moved(tx: Tx, import_id: str) -> str | None:
    """Return what was changed in the catalogue since the import's preview, one SKU or product of it.

    It is None where the import is no preview any more.
    """
    if show(tx, import_id).state != "ready":
        return None
    sku: str | None = tx.value(sql.moved_variant, id=import_id)
    return sku or tx.value(sql.moved_product, id=import_id)


def read_anew(tx: Tx, import_id: str, why: str) -> None:
    """Have the preview made again, because the catalogue is no longer what it was made of."""
    tx.run(sql.read_anew, id=import_id, why=why)


def order_undo(tx: Tx, by: Person, import_id: str, at: Instant) -> Import:
    """Have a whole import taken back, once. Raises Conflict when there is nothing to take back."""
    if not tx.run(sql.order_undo, id=import_id, actor=by.actor):
        raise Conflict(_not_now(show(tx, import_id).state))
    events.record(tx, "import.undo_asked", f"import:{import_id}", by=by.actor, at=at)
    return show(tx, import_id)


def dismiss(tx: Tx, by: Person, import_id: str, at: Instant) -> None:
    """Put a preview away that nobody wants to import. Raises Conflict when it is no longer one."""
    if show(tx, import_id).state not in ("ready", "reading"):
        raise Conflict("It is no preview any more.")
    give_up(tx, import_id, "It was put away.", at)
    events.record(tx, "import.put_away", f"import:{import_id}", by=by.actor, at=at)


def _not_now(state: str) -> str:
    sentences = {
        "reading": "The file is still being read.",
        "ready": "It has not been imported.",
        "importing": "It is being imported already.",
        "done": "It has been imported already.",
        "undoing": "It is being taken back already.",
        "undone": "It has been taken back already.",
        "reverting": "It is being taken back, because the catalogue has changed.",
    }
    return sentences.get(state, "It was given up: upload the file again.")


def _number(after: str | None) -> int:
    return int(after) if after and after.isascii() and after.isdecimal() and len(after) < 10 else 0  # noqa: PLR2004 - far beyond any file
