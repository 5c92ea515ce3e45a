"""Lists in pages: every list goes on from the last key it showed, so its cost does not grow with depth."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)

LAST = "~"
"""A key that sorts behind every id: where a newest-first list begins."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One page of a list in key order; `next_after` is the key to go on from, None at the end."""

    items: tuple[T, ...]
    next_after: str | None


def page_of(rows: Sequence[T], size: int, key: Callable[[T], str]) -> Listing[T]:
    """Make a page from up to `size` + 1 rows: the one too many only tells that more follow."""
    items = tuple(rows[:size])
    return Listing(items, key(items[-1]) if len(rows) > size else None)


def number_of(after: str | None, otherwise: int) -> int:
    """Return the number that a list goes on from; what can't be one, or is none of ours, is `otherwise`.

    At most 18 digits, so that it fits into a column; only ASCII's, for Python itself would take many more.
    """
    return int(after) if after and _NUMBER.fullmatch(after) else otherwise


def moved(items: Sequence[T], one: T, step: int) -> tuple[list[T], int, int]:
    """Return the items with `one` moved by so many places, and its place before and after it, from 1.

    It stops at either end. Raises ValueError when it is not among them.
    """
    before = items.index(one)
    after = min(max(before + step, 0), len(items) - 1)
    others = [*items[:before], *items[before + 1 :]]
    return [*others[:after], one, *others[after:]], before + 1, after + 1
