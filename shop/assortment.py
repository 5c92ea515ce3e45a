"""All products as an admin looks through them: newest first, by state, category and a part of name or SKU.

Without a search the list goes on by the product's id, by an index for each choice. A search walks the matches
of the trigram index, newest first, and looks at no more than a bounded number of them for one page: "Show
more" goes on from where the walk stopped, also when nothing on the way was of the state that is looked for.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from db import Tx, queries
from shop import finds
from shop.listing import LAST, Listing

sql = queries("assortment")

PAGE = 50
STEP, WALK = 200, 2000
_NEWEST = 2**62
_POSITION = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """A product in the list: what is counted is counted over the variants that are not archived.

    Prices are in minor units, and None where every variant is archived.
    """

    id: str
    slug: str
    name: str
    state: str
    category_name: str
    picture_id: str | None
    variants: int
    price_from: int | None
    price_to: int | None
    on_hand: int
    available: int


@dataclass(frozen=True, slots=True)
class _Match:
    position: int
    product_id: str
    state: str
    category_id: str


def listing(
    tx: Tx, after: str | None, *, text: str = "", state: str = "", category: str = ""
) -> Listing[Row]:
    """Return a page of products, newest first; empty choices choose everything.

    A product is listed once a page for all its variants that match. With a text shorter than three characters
    the products are those whose SKU begins with it, on one page.
    """
    if text:
        return _found(tx, text, state, category, after)
    ids = _ids(tx, state, category, after or LAST)
    return Listing(_rows(tx, ids[:PAGE]), ids[PAGE - 1] if len(ids) > PAGE else None)


def _ids(tx: Tx, state: str, category: str, after: str) -> list[str]:
    size = PAGE + 1
    if category and state:
        return tx.all(str, sql.of_category_and_state, category=category, state=state, after=after, size=size)
    if category:
        return tx.all(str, sql.of_category, category=category, after=after, size=size)
    if state:
        return tx.all(str, sql.of_state, state=state, after=after, size=size)
    return tx.all(str, sql.newest, after=after, size=size)


def _found(tx: Tx, text: str, state: str, category: str, after: str | None) -> Listing[Row]:
    pattern = finds.pattern(text)
    if pattern is None:
        begun = _fitting(_beginning(tx, text), state, category)
        return Listing(_rows(tx, dict.fromkeys(one.product_id for one in begun)), None)
    before = int(after) if after and _POSITION.fullmatch(after) else _NEWEST
    chosen: dict[str, None] = {}
    for _ in range(WALK // STEP):
        matches = tx.all(_Match, sql.found, pattern=pattern, before=before, size=STEP)
        for match in _fitting(matches, state, category):
            if match.product_id not in chosen and len(chosen) == PAGE:
                return Listing(_rows(tx, chosen), str(before))
            chosen[match.product_id] = None
            before = match.position
        if len(matches) < STEP:
            return Listing(_rows(tx, chosen), None)
        before = matches[-1].position
    return Listing(_rows(tx, chosen), str(before))


def _beginning(tx: Tx, text: str) -> list[_Match]:
    """Return the variants whose SKU begins with a short text, as typed or in capitals."""
    for begin in dict.fromkeys((text, text.upper())):
        found = tx.all(_Match, sql.beginning, begin=begin, end=finds.upto(begin), size=PAGE)
        if found:
            return found
    return []


def _fitting(matches: Iterable[_Match], state: str, category: str) -> Iterator[_Match]:
    return (one for one in matches if state in ("", one.state) and category in ("", one.category_id))


def _rows(tx: Tx, ids: Iterable[str]) -> tuple[Row, ...]:
    return tuple(row for one in ids if (row := tx.one(Row, sql.row, id=one)) is not None)
