"""What shoppers find: products by words, one typo forgiven, and a category's products, filtered and sorted.

Everything walks an index that triggers keep (`product_finds`, `product_words`), from where the page before it
ended. Nothing is ranked by counting: of the newest that have the words, those who have them in the name come
before those who have them elsewhere.
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
CANDIDATES = 8 * PAGE
"""So many of the newest are ranked among themselves."""
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
_RANKED = re.compile(r"([0-9]{1,18}) ([0-9]{1,3})", re.ASCII)
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
    name: str


@dataclass(frozen=True, slots=True)
class _Row:
    product_id: str
    price: int


@dataclass(frozen=True, slots=True)
class _Guess:
    guess: str
    word: str


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
    """Return a page of the newest candidates, ranked, and where to go on: in them, or behind them."""
    place = _RANKED.fullmatch(after or "")
    below, skipped = (int(place[1]), int(place[2])) if place else (_ENDLESS, 0)
    pattern = _pattern(words, shelves)
    hits = tx.all(_Hit, sql.found, pattern=pattern, after=below, size=CANDIDATES + 1)
    ranked = sorted(hits[:CANDIDATES], key=lambda hit: not _begin_in(words, hit.name))
    end = skipped + PAGE
    cards = _cards(tx, [hit.product_id for hit in ranked[skipped:end]])
    if end < len(ranked):
        return cards, f"{hits[0].id + 1} {end}"
    return cards, f"{hits[CANDIDATES - 1].id} 0" if len(hits) > CANDIDATES else None


def _begin_in(words: Iterable[str], name: str) -> bool:
    """Tell whether each word begins one of a name's."""
    known = _WORD.findall(_folded(name))
    return all(any(one.startswith(_folded(word)) for one in known) for word in words)


def _pattern(words: Iterable[str], shelves: Iterable[Category]) -> str:
    """Return the full-text question for all words; a word may also begin one of a category's name."""
    return " AND ".join(f"({_anywhere(word, shelves)})" for word in words)


def _anywhere(word: str, shelves: Iterable[Category]) -> str:
    fitting = [one for one in shelves if len(word) > 1 and _begin_in([word], one.name)]
    places = [f'shelf : "{one.id.replace("_", "")}"' for one in fitting]
    # A word has letters and digits alone; quoted, it is no operator either. One letter begins too much.
    begins = f'"{word}" *' if len(word) > 1 else f'"{word}"'
    return " OR ".join([f"{{name text}} : {begins}", *places])


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
    beginnings = [word[:end] for end in range(1, len(word) + 1)]
    reach = max((len(one.guess) for one in _sought(tx, beginnings, of_shelves)), default=0)
    if reach == len(word):
        return [word]
    if len(word) not in TYPO_LENGTHS or not word.isalpha():
        return []
    found = _sought(tx, list(dict.fromkeys(_neighbours(word, reach))), of_shelves)
    whole = [one.guess for one in found if one.word == one.guess]
    begun = [one.word for one in found if len(one.guess) >= _BEGINS]
    return list(dict.fromkeys([*whole, *begun]))[:GUESSES]


def _sought(tx: Tx, guesses: list[str], of_shelves: set[str]) -> list[_Guess]:
    """Return the guesses that are words or begin one, each with that word: itself if it is one."""
    rows = tx.all(_Guess, sql.words_from, words=json.dumps(guesses))
    known = {row.guess: row.word for row in rows if row.word.startswith(row.guess)}
    for guess in guesses:
        for name in of_shelves:
            if name == guess or (guess not in known and name.startswith(guess)):
                known[guess] = name
    return [_Guess(guess, known[guess]) for guess in guesses if guess in known]


def _neighbours(word: str, reach: int) -> Iterator[str]:
    """Yield what is one edit away: letters swapped, then one too many, one missing, one wrong.

    No word begins with more than `reach` of its letters, so that the edit is not behind them.
    """
    halves = [(word[:cut], word[cut:]) for cut in range(reach + 1)]
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
