"""An import in words: what each row changes from what to what, as an admin reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shop.importing.store import Import, Item
from shop.money import format_money

FORMATS = {"own": "our own format", "shopify": "Shopify's export", "woocommerce": "WooCommerce's export"}
STATES = {
    "reading": "being read",
    "ready": "waits for you",
    "importing": "being imported",
    "done": "imported",
    "undoing": "being taken back",
    "undone": "taken back",
    "reverting": "being taken back",
    "given_up": "given up",
}
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a row, before and after; `was` is empty for what is new."""

    field: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table of changes: an item and its changes in words."""

    item: Item
    changes: tuple[Change, ...]


def lines(items: Iterable[Item], currency: str) -> list[Line]:
    """Return items with their changes in words."""
    return [Line(item, tuple(_changes(item, currency))) for item in items]


def done(one: Import) -> str:
    """Return how far a piece of work has come, in words."""
    if one.state == "reading":
        return f"{min(one.items, one.rows)} of {one.rows} rows" if one.rows else "The file is being opened."
    done, of = one.done, one.items
    if one.state in ("undoing", "reverting"):
        return f"{of - done} of {of} entries"
    return f"{done} of {of} entries"


def _changes(item: Item, currency: str) -> Iterable[Change]:
    was, becomes = item.was, item.becomes
    for field, now in becomes.items():
        if field == "handle" or (item.state == "new" and now in ("", {})):
            continue
        before = _word(field, was[field], currency) if field in was else ""
        yield Change(field, before, _word(field, now, currency))


def _word(field: str, value: Any, currency: str) -> str:
    if field == "price":
        return format_money(value, currency)
    if field == "options":
        return ", ".join(f"{name}: {told}" for name, told in value.items()) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
