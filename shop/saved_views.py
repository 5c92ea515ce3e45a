"""Saved views: what is looked at in a list, under a name, shared by everybody who runs the shop."""

from dataclasses import dataclass

from db import Tx, queries
from shop import events
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound
from shop.people import Person

sql = queries("saved_views")

MOST = 20
"""So many fit over one list."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list's path and what is chosen of it, as the address says it after the question mark."""

    id: str
    path: str
    query: str
    name: str

    @property
    def here(self) -> str:
        """The address."""
        return f"{self.path}?{self.query}"


def of_path(tx: Tx, path: str) -> tuple[SavedView, ...]:
    """Return what is saved of one list, by name."""
    return tuple(tx.all(SavedView, sql.of_path, path=path, most=MOST))


def every(tx: Tx) -> tuple[SavedView, ...]:
    """Return what is saved of all lists, list by list, as far as it fits over a page."""
    return tuple(tx.all(SavedView, sql.every, most=MOST))


def keep(tx: Tx, by: Person, path: str, query: str, name: str, at: Instant) -> SavedView:
    """Save a view; saving the same again changes nothing.

    Raises Conflict where another view of this list has the name, and where the list has enough of them.
    """
    named = tx.one(SavedView, sql.named, path=path, name=name)
    if named is not None and named.query == query:
        return named
    if named is not None:
        raise Conflict(f"“{name}” is saved already, and shows something else: choose another name.")
    if len(of_path(tx, path)) >= MOST:
        raise Conflict(f"There are {MOST} saved filters here already: remove one first.")
    saved = SavedView(new_id("view"), path, query, name)
    tx.run(sql.add, id=saved.id, path=path, query=query, name=name, actor=by.actor, at=at)
    events.record(tx, "view.saved", f"view:{saved.id}", by=by.actor, at=at, after=name, why=saved.here)
    return saved


def forget(tx: Tx, by: Person, view_id: str, at: Instant) -> SavedView:
    """Take a saved view away and return what it was. Raises NotFound when it is gone."""
    saved = tx.one(SavedView, sql.by_id, id=view_id)
    if saved is None:
        raise NotFound("There is no such saved filter any more.")
    tx.run(sql.forget, id=view_id)
    events.record(
        tx, "view.removed", f"view:{view_id}", by=by.actor, at=at, before=saved.name, why=saved.here
    )
    return saved
