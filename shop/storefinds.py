"""What shoppers find: products by words, one typo forgiven, and a category's products, filtered and sorted.

Everything walks an index that triggers keep (`product_finds`, `product_words`), from where the page before it
ended. Nothing is ranked by counting: who has the words in the name comes before who has them elsewhere, the
newest first.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from db import Tx, queries
from shop import catalog
from shop.catalog import Card, Category
from shop.listing import LAST, Listing

sql = queries("storefinds")

PAGE = 24
COUNTED = 100
"""So far things are counted; beyond it they are many."""
STEP = 250
LOOKS = 2000
"""So many rows are looked at for one page at most, where no index holds order and price together."""
MOST_WORDS = 8
GUESSES = 8
TYPO_LENGTHS = range(3, 16)
"""Shorter words are too like one another, longer ones have too many neighbours."""
_BEGINS = 5
"""From so many letters on, a mistyped word may also be the beginning of one."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[^\W_]+")
_NAMED = re.compile(r"([nt])([0-9]{1,18})", re.ASCII)
_PRICED = re.compile(r"([0-9]{1,12}) (\S{1,60})", re.ASCII)
_ENDLESS = 2**62


@dataclass(frozen=True, slots=True)
class Found:
    """What a text has found: `shown_for` is the text itself, or what was probably meant by it.

    `count` stops at COUNTED.
    """

    text: str
    shown_for: str
    count: int = 0
    cards: tuple[Card, ...] = ()
    next_after: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a category is asked for: its lowest price from `least` to `most`, in minor units.

    `sort` is empty for the newest first, `price` for the cheapest, `-price` for the dearest.
    """

    least: int = 0
    most: int = _ENDLESS
    in_stock: bool = False
    sort: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether a price is asked for."""
        return self.least > 0 or self.most < _ENDLESS


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category and one page of its products; `count` is of all that fit, and stops at COUNTED."""

    category: Category
    count: int
    listing: Listing[Card]


@dataclass(frozen=True, slots=True)
class _Hit:
    id: int
    product_id: str


@dataclass(frozen=True, slots=True)
class _Row:
    product_id: str
    price: int


@dataclass(frozen=True, slots=True)
class _Guess:
    guess: str
    word: str | None


def search(tx: Tx, text: str, after: str | None = None) -> Found:
    """Return a page of the products that have all words of a text, as words or as beginnings of words.

    Where nothing has them, one typo a word is forgiven.
    """
    shelves = catalog.categories(tx)
    words = [word.lower() for word in _WORD.findall(text)][:MOST_WORDS]
    if not words:
        return Found(text, text)
    count = _count(tx, words, shelves)
    if count:
        return Found(text, text, count, *_page(tx, words, shelves, after))
    for guess in _guesses(tx, words, shelves):
        if count := _count(tx, guess, shelves):
            return Found(text, " ".join(guess), count, *_page(tx, guess, shelves, after))
    return Found(text, text)


def shelf(tx: Tx, slug: str, wish: Wish, after: str | None = None, size: int = PAGE) -> Shelf:
    """Return a page of a category's products as they are asked for. Raises NotFound."""
    category = catalog.category(tx, slug)
    counted = tx.value(
        sql.count_in_stock if wish.in_stock else sql.count,
        category_id=category.id,
        least=wish.least,
        most=wish.most,
        limit=COUNTED,
    )
    if wish.sort:
        rows, next_after = _by_price(tx, category.id, wish, after, size)
    elif wish.is_narrow and counted < COUNTED:
        rows, next_after = _few(tx, category.id, wish, after, size)
    else:
        rows, next_after = _newest(tx, category.id, wish, after, size)
    cards = _cards(tx, [row.product_id for row in rows])
    return Shelf(category, counted, Listing(cards, next_after))


def _count(tx: Tx, words: Sequence[str], shelves: Iterable[Category]) -> int:
    return int(tx.value(sql.found_count, pattern=_pattern(words, shelves), most=COUNTED))


def _page(
    tx: Tx, words: Sequence[str], shelves: Iterable[Category], after: str | None
) -> tuple[tuple[Card, ...], str | None]:
    """Return those with all words in the name, then the others, and where to go on."""
    place = _NAMED.fullmatch(after or "")
    of_names, below = (place[1] == "n", int(place[2])) if place else (True, _ENDLESS)
    names = "name : (" + " AND ".join(_begins(word) for word in words) + ")"
    hits: list[tuple[str, _Hit]] = []
    if of_names:
        found = tx.all(_Hit, sql.found, pattern=names, after=below, size=PAGE + 1)
        hits, below = [("n", hit) for hit in found], _ENDLESS
    if len(hits) <= PAGE:
        others = f"({_pattern(words, shelves)}) NOT ({names})"
        found = tx.all(_Hit, sql.found, pattern=others, after=below, size=PAGE + 1 - len(hits))
        hits += [("t", hit) for hit in found]
    shown = hits[:PAGE]
    next_after = f"{shown[-1][0]}{shown[-1][1].id}" if len(hits) > PAGE else None
    return _cards(tx, [hit.product_id for _, hit in shown]), next_after


def _pattern(words: Iterable[str], shelves: Iterable[Category]) -> str:
    """Return the full-text question for all words; a word may also begin one of a category's name."""
    return " AND ".join(f"({_anywhere(word, shelves)})" for word in words)


def _anywhere(word: str, shelves: Iterable[Category]) -> str:
    folded = _folded(word)
    fitting = [one for one in shelves if any(name.startswith(folded) for name in _words_of(one))]
    places = [f'shelf : "{one.id.replace("_", "")}"' for one in fitting]
    return " OR ".join([f"{{name text}} : {_begins(word)}", *places])


def _begins(word: str) -> str:
    # A word has letters and digits alone; quoted, it is no operator of FTS5 either.
    return f'"{word}" *'


def _words_of(category: Category) -> list[str]:
    return _WORD.findall(_folded(category.name))


def _folded(text: str) -> str:
    """Return a text as the index has it: small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(one for one in parts if not unicodedata.combining(one))


def _guesses(tx: Tx, words: Sequence[str], shelves: Sequence[Category]) -> Iterator[Sequence[str]]:
    """Yield what was probably meant: unknown words replaced by known ones that are one typo away."""
    of_shelves = {name for one in shelves for name in _words_of(one)}
    choices = [_meant(tx, _folded(word), of_shelves) for word in words]
    yield from islice(product(*choices), GUESSES)


def _meant(tx: Tx, word: str, of_shelves: set[str]) -> list[str]:
    """Return a word itself where some word begins with it, else the words it may have been meant for."""
    if _known(tx, [word], of_shelves, least=0):
        return [word]
    if len(word) not in TYPO_LENGTHS or not word.isalpha():
        return []
    return _known(tx, list(dict.fromkeys(_neighbours(word))), of_shelves, least=_BEGINS)[:GUESSES]


def _known(tx: Tx, guesses: list[str], of_shelves: set[str], *, least: int) -> list[str]:
    """Return the guesses that are words, then the words that begin with one of at least so many letters."""
    rows = tx.all(_Guess, sql.words_from, words=json.dumps(guesses))
    whole = [row.guess for row in rows if row.word == row.guess or row.guess in of_shelves]
    begun = [
        word
        for row in rows
        for word in (row.word or "", *sorted(of_shelves))
        if len(row.guess) >= least and word.startswith(row.guess)
    ]
    return list(dict.fromkeys([*whole, *begun]))


def _neighbours(word: str) -> Iterator[str]:
    """Yield what is one edit away: letters swapped, then one too many, one missing, one wrong."""
    halves = [(word[:cut], word[cut:]) for cut in range(len(word) + 1)]
    yield from (left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1)
    yield from (left + right[1:] for left, right in halves if right)
    yield from (left + letter + right for left, right in halves for letter in _LETTERS)
    yield from (left + letter + right[1:] for left, right in halves if right for letter in _LETTERS)


def _by_price(
    tx: Tx, category_id: str, wish: Wish, after: str | None, size: int
) -> tuple[list[_Row], str | None]:
    place = _PRICED.fullmatch(after or "")
    if wish.sort == "price":
        statement = sql.cheapest_in_stock if wish.in_stock else sql.cheapest
        key = (int(place[1]), place[2]) if place else (wish.least, "")
    else:
        statement = sql.dearest_in_stock if wish.in_stock else sql.dearest
        key = (int(place[1]), place[2]) if place else (wish.most, LAST)
    found = tx.all(_Row, statement, category_id=category_id, price=key[0], product_id=key[1], size=size + 1)
    rows = [row for row in found if wish.least <= row.price <= wish.most]
    shown = rows[:size]
    return shown, f"{shown[-1].price} {shown[-1].product_id}" if len(rows) > size else None


def _few(tx: Tx, category_id: str, wish: Wish, after: str | None, size: int) -> tuple[list[_Row], str | None]:
    """Return the newest of what is so little that all of it can be looked at."""
    statement = sql.cheapest_in_stock if wish.in_stock else sql.cheapest
    found = tx.all(_Row, statement, category_id=category_id, price=wish.least, product_id="", size=COUNTED)
    fitting = (row for row in found if row.price <= wish.most and row.product_id < (after or LAST))
    rows = sorted(fitting, key=lambda row: row.product_id, reverse=True)
    return rows[:size], rows[size - 1].product_id if len(rows) > size else None


def _newest(
    tx: Tx, category_id: str, wish: Wish, after: str | None, size: int
) -> tuple[list[_Row], str | None]:
    """Walk from the newest on; at most LOOKS rows are looked at, and the next page goes on from there."""
    statement = sql.newest_in_stock if wish.in_stock else sql.newest
    step = STEP if wish.is_narrow else size + 1
    place, kept = after or LAST, list[_Row]()
    for _ in range(0, LOOKS, step):
        rows = tx.all(_Row, statement, category_id=category_id, after=place, size=step)
        kept += [row for row in rows if wish.least <= row.price <= wish.most]
        if len(kept) > size:
            return kept[:size], kept[size - 1].product_id
        if len(rows) < step:
            return kept, None
        place = rows[-1].product_id
    return kept, place


def _cards(tx: Tx, product_ids: Sequence[str]) -> tuple[Card, ...]:
    known = {card.product_id: card for card in tx.all(Card, sql.cards, ids=json.dumps(product_ids))}
    return tuple(known[one] for one in product_ids if one in known)
