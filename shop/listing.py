"""Lists in pages: every list goes on from the last key it showed, so its cost does not grow with depth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

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
