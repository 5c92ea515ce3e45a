"""A file of rows as people's programs write it: bytes become text, and text becomes numbered rows.

Encodings, separators and line ends are found out, never asked for; what had to be assumed is told in a note.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from shop.errors import Refused

LARGEST_FILE = 30 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 500
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}

_FIRST_LINE = re.compile(r'(?:"(?:[^"]|"")*"|[^"\r\n])*')
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SAID = re.compile(r'"?sep=([,;\t])"?\r?\n?', re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_LOOK = 4000


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `number` is what a spreadsheet shows beside it, the header being row 1."""

    number: int
    cells: tuple[str, ...]
    surplus: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's header, its columns by their plain name, and what had to be assumed to read it."""

    header: tuple[str, ...]
    columns: dict[str, int]
    notes: tuple[str, ...]
    text: str
    separator: str
    places: dict[tuple[str, ...], int] = field(default_factory=dict)

    def place(self, names: tuple[str, ...]) -> int:
        """Return where the first of these columns stands, -1 where none is there; asked for in every row."""
        found = self.places.get(names)
        if found is None:
            found = next((self.columns[name] for name in names if name in self.columns), -1)
            self.places[names] = found
        return found

    def rows(self) -> Iterator[Row]:
        """Yield the rows that have anything in them. Raises Refused for a file that can't be read on."""
        width = len(self.header)
        for number, cells in _records(self.text, self.separator):
            if number > MOST_ROWS + 1:
                raise Refused(f"The file has more than {MOST_ROWS} rows: split it.")
            if number > 1 and any(cell.strip() for cell in cells):
                surplus = sum(1 for cell in cells[width:] if cell.strip())
                yield Row(number, tuple(cells[:width]), surplus)


def plain(name: str) -> str:
    """Return a column's name as it is compared: its case and its spaces don't matter."""
    return _SPACES.sub(" ", name.replace("\ufeff", "")).strip().lower()


def read(data: bytes) -> Sheet:
    """Return a file as a sheet. Raises Refused when there is nothing in it that could be a header."""
    text, notes = _decoded(data)
    said = _SAID.match(text)
    if said:
        text = text[said.end() :]
    text = text.lstrip("\r\n")
    separator = said[1] if said else _separator(text)
    header = next((cells for _, cells in _records(text, separator)), [])
    columns: dict[str, int] = {}
    for position, name in enumerate(header):
        if plain(name):
            columns.setdefault(plain(name), position)
    if not columns:
        raise Refused("The file is empty.")
    if len(header) > MOST_COLUMNS:
        raise Refused(f"The first row has more than {MOST_COLUMNS} columns: that is no product list.")
    if separator != ",":
        notes.append(f"Columns are separated by {SEPARATORS[separator]}.")
    return Sheet(tuple(header), columns, tuple(notes), text, separator)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    notes = []
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", errors="replace")
        notes.append("The file is in UTF-16.")
    elif wide := _wide(data[:_LOOK]):
        text = data.decode(wide, errors="replace")
        notes.append("The file looks like UTF-16 and was read as that.")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            # The five bytes that Windows-1252 leaves open become a mark that can be seen.
            text = data.decode("cp1252", errors="replace")
            notes.append(
                "The file is not in UTF-8: it was read as Windows-1252. Look whether accents are right."
            )
    if "\0" in text:
        notes.append("There were NUL characters in the file: they were taken out.")
    return text.removeprefix("\ufeff").replace("\0", ""), notes


def _wide(start: bytes) -> str | None:
    """Tell UTF-16 without its mark by where its zeros stand: every other byte of Western text is one."""
    half = len(start) // 2
    if half and start[1::2].count(0) > half * 0.4 and start[::2].count(0) == 0:
        return "utf-16-le"
    if half and start[::2].count(0) > half * 0.4 and start[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _separator(text: str) -> str:
    first = _FIRST_LINE.match(text)
    bare = _QUOTED.sub("", first[0] if first else "")
    return max(SEPARATORS, key=bare.count)


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    number = 0
    try:
        for number, cells in enumerate(records, start=1):
            yield number, cells
    except csv.Error:
        raise Refused(
            f"The file can't be read from row {number + 1} on: a quotation mark is opened and never closed."
        ) from None
