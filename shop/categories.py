"""The shelves of the shop as an admin keeps them: added, renamed, put in order, put inside one another."""

from collections.abc import Sequence

from db import Tx, queries
from shop import catalog, events
from shop.catalog import Category
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound, Refused
from shop.listing import moved
from shop.naming import slug_from
from shop.people import Person

sql = queries("categories")

MOST = 500
SHOWN = 50
"""So many stand in the shop's navigation; more can be kept, and chosen for products."""
DEEPEST = 3
"""So many shelves stand inside one another at most: a shopper must find the way back."""
LONGEST_NAME = 80
_TRIES = 50


def listing(tx: Tx) -> tuple[Category, ...]:
    """Return the categories in their order, each before those inside it."""
    return tuple(tx.all(Category, sql.all, most=MOST))


def depths(shelves: Sequence[Category]) -> dict[str, int]:
    """Return by id how many others each category is inside of; they come in their order."""
    found: dict[str, int] = {}
    for one in shelves:
        found[one.id] = found.get(one.parent_id or "", -1) + 1
    return found


def named(tx: Tx, by: Person, name: str, at: Instant) -> str:
    """Return the id of the category of that name, whatever its capitals, and add it if there is none."""
    found: str | None = tx.value(sql.by_name, name=name.strip())
    return found or add(tx, by, name, "", at)


def chosen(tx: Tx, typed: str) -> str:
    """Return the id of the category that is meant by a slug, a name or an id. Raises Refused for none."""
    found: str | None = tx.value(sql.meant, typed=typed) or tx.value(sql.by_name, name=typed.strip())
    if not typed or found is None:
        raise Refused("Choose a category.", "category")
    return found


def add(tx: Tx, by: Person, name: str, description: str, at: Instant) -> str:
    """Add a category behind the others and return its id. Raises Refused for a name that is taken."""
    name = _free_name(tx, name, "")
    position = int(tx.value(sql.last_position)) + 1
    if position >= MOST and len(listing(tx)) >= MOST:
        raise Refused(f"There are {MOST} categories already: nobody would find their way.", "name")
    category_id = catalog.add_category(tx, _free_slug(tx, name), name, description, position)
    events.record(tx, "category.added", f"category:{category_id}", by=by.actor, at=at, after=name)
    return category_id


def describe(
    tx: Tx, by: Person, category_id: str, name: str, description: str, *, seen: str, at: Instant
) -> Category:
    """Change a category's name and description; its address stays.

    Raises Refused for a name that is taken, and Conflict when it has another name than was `seen`.
    """
    was = one(tx, category_id)
    if seen != was.name:
        raise Conflict(f"It is called {was.name} by now: look again.")
    name = _free_name(tx, name, category_id)
    if (name, description) != (was.name, was.description):
        tx.run(sql.describe, id=category_id, name=name, description=description, seen=seen)
        of = f"category:{category_id}"
        events.record(tx, "category.renamed", of, by=by.actor, at=at, before=was.name, after=name)
    return one(tx, category_id)


def place(tx: Tx, by: Person, category_id: str, step: int, at: Instant) -> Category:
    """Move a category by so many places among those that are inside the same one."""
    category = one(tx, category_id)
    shelves = listing(tx)
    ids = [each.id for each in shelves if each.parent_id == category.parent_id]
    ids, before, after = moved(ids, category_id, step)
    _put_in_order(tx, sorted(shelves, key=lambda each: ids.index(each.id) if each.id in ids else 0))
    if after != before:
        of = f"category:{category_id}"
        events.record(tx, "category.moved", of, by=by.actor, at=at, before=before, after=after)
    return category


def put_inside(tx: Tx, by: Person, category_id: str, parent: str, at: Instant) -> Category:
    """Put a category inside the one with an id, behind those that are there; an empty id means inside none.

    Raises Refused where it would be inside itself, or deeper than DEEPEST.
    """
    category = one(tx, category_id)
    target = one(tx, parent) if parent else None
    if category.parent_id == (target.id if target else None):
        return category
    shelves = listing(tx)
    depth, within = depths(shelves), _within(shelves, category_id)
    if target and target.id in within:
        raise Refused(f"{category.name} can not be inside itself.", "parent")
    height = max(depth[each] for each in within) - depth[category_id]
    if target and depth[target.id] + 1 + height >= DEEPEST:
        raise Refused(f"Categories are at most {DEEPEST} deep: choose one further up.", "parent")
    tx.run(sql.put_inside, id=category_id, parent_id=target.id if target else None)
    moved_last = [each for each in listing(tx) if each.id != category_id]
    _put_in_order(tx, [*moved_last, one(tx, category_id)])
    before = next((each.name for each in shelves if each.id == category.parent_id), "")
    told = {"before": before or "none", "after": target.name if target else "none"}
    events.record(tx, "category.put_inside", f"category:{category_id}", by=by.actor, at=at, **told)
    return one(tx, category_id)


def one(tx: Tx, category_id: str) -> Category:
    """Return a category. Raises NotFound."""
    found = tx.one(Category, sql.one, id=category_id)
    if found is None:
        raise NotFound("There is no such category.")
    return found


def _within(shelves: Sequence[Category], category_id: str) -> set[str]:
    """Return a category with all that is inside it."""
    found = {category_id}
    for each in shelves:
        if each.parent_id in found:
            found.add(each.id)
    return found


def _put_in_order(tx: Tx, shelves: Sequence[Category]) -> None:
    """Count through the tree, those inside one another in the order they come in."""
    inside: dict[str | None, list[Category]] = {}
    for each in shelves:
        inside.setdefault(each.parent_id, []).append(each)
    ordered, left = list[str](), list(reversed(inside.get(None, [])))
    while left:
        each = left.pop()
        ordered.append(each.id)
        left += reversed(inside.get(each.id, []))
    for position, category_id in enumerate(ordered):
        tx.run(sql.place, id=category_id, position=position)


def _free_name(tx: Tx, typed: str, category_id: str) -> str:
    name = typed.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Refused(f"Give it a name of at most {LONGEST_NAME} characters.", "name")
    if tx.value(sql.by_name, name=name) not in (None, category_id):
        raise Refused(f"There is a category called {name} already.", "name")
    return name


def _free_slug(tx: Tx, name: str) -> str:
    wanted = slug_from(name, "category")
    for number in range(1, _TRIES):
        slug = wanted if number == 1 else f"{wanted}-{number}"
        if tx.value(sql.by_slug, slug=slug) is None:
            return slug
    return f"{wanted}-{new_id('x')[-8:]}"
