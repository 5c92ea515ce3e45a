"""What a row of a file means: one variant, or something of its product, or nothing that can be taken.

Each format has a reader that makes these of its rows; everything after it knows no formats.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from shop.errors import Refused
from shop.importing.sheet import Row, Sheet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row can't be taken: where it stands, what stands there, and what is wrong with it."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class Line:
    """A variant as a row tells of it; None is what the row leaves as it is.

    `group` is what rows of one product share in the file; a row with `sku` None only tells of the product.
    """

    row: int
    group: str
    sku: str | None = None
    product_id: str | None = None
    handle: str | None = None
    name: str | None = None
    description: str | None = None
    category: str | None = None
    published: bool | None = None
    options: dict[str, str] | None = None
    price: int | None = None
    on_hand: int | None = None
    archived: bool | None = None


@dataclass(slots=True)
class Found:
    """What the reading of a file gathers beside its lines."""

    refusals: list[Refusal] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    rows: int = 0

    def count(self, what: str, number: int = 1) -> None:
        """Count something the merchant should hear of once, not at every row."""
        self.counts[what] = self.counts.get(what, 0) + number


class Cells:
    """One row's cells by the names of their columns; what can't be taken is gathered, all of it at once."""

    def __init__(self, sheet: Sheet, row: Row, clean: Callable[[str], str]) -> None:
        self._sheet = sheet
        self._cells = row.cells
        self._clean = clean
        self.row = row.number
        self.refusals: list[Refusal] = []
        if row.surplus:
            self.refuse("", "", "This row has more cells than the header: is a quotation mark missing?")

    def text(self, *names: str) -> str:
        """Return what stands in the first of these columns that is there, as it stands there."""
        position = self._sheet.place(names)
        return self._clean(self._cells[position]) if 0 <= position < len(self._cells) else ""

    def take(self, parse: Callable[[str], T], *names: str) -> T | None:
        """Return a cell's value, or None where it is blank or refused."""
        cell = self.text(*names)
        if not cell.strip():
            return None
        try:
            return parse(cell)
        except (Refused, ValueError) as refusal:
            self.refuse(self._title(names), cell, str(refusal))
            return None

    def refuse(self, column: str, value: str, reason: str) -> None:
        """Write down that this row can't be taken."""
        self.refusals.append(Refusal(self.row, column, value[:200], reason))

    def _title(self, names: tuple[str, ...]) -> str:
        position = self._sheet.place(names)
        return self._sheet.header[position].strip() if position >= 0 else names[0]


Meaning = Callable[[Cells, Found], Line | None]


def lines_of(
    sheet: Sheet, means: Meaning, found: Found, clean: Callable[[str], str] = lambda cell: cell
) -> Iterator[Line]:
    """Yield what the rows mean; refused ones are gathered in `found`."""
    for row in sheet.rows():
        found.rows += 1
        cells = Cells(sheet, row, clean)
        line = means(cells, found)
        if cells.refusals:
            found.refusals += cells.refusals
        elif line is not None:
            yield line


def notes_of(counts: Mapping[str, int], sentences: Mapping[str, str]) -> list[str]:
    """Return what was counted, each in a sentence with its number."""
    return [sentences[what].format(number) for what, number in counts.items() if what in sentences]
