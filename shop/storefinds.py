"""What shoppers find: products by words, one typo forgiven, narrowed down as a shelf is.

It walks an index that triggers keep (`product_words`), from where the page before it ended. Nothing is
ranked by counting: of the newest that have the words, those who have them in the name come before those who
have them elsewhere.
"""

import json
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import islice, product

from db import Tx, queries
from shop import catalog, narrowing
from shop.catalog import Card, Category
from shop.narrowing import COUNTED, LOOKS, AlikeOf, Facet, Looked, Wish

sql = queries("storefinds")

PAGE = 24
CANDIDATES = 5 * PAGE
"""So many of the newest are ranked among themselves."""
NARROWED = 2 * PAGE
"""So many of them where each has to be looked at."""
STEP = CANDIDATES + 1
MOST_WORDS = 8
GUESSES = 8
JOINED = 200
"""So many pages of the index are written in one step of joining its pieces."""
TYPO_LENGTHS = range(3, 16)
"""Shorter words are too like one another, longer ones have too many neighbours."""
_BEGINS = 5
"""From so many letters on, a mistyped word may also be the beginning of one."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[^\W_]+")
_RANKED = re.compile(r"([0-9]{1,18}) ([0-9]{1,3})", re.ASCII)
_ENDLESS = 2**62
EVERYTHING = Wish()


@dataclass(frozen=True, slots=True)
class Found:
    """What a text has found: `shown_for` is the text itself, or what was probably meant by it.

    `count` is of all that fit, at least so many unless it is the `whole`. Only the whole can be put in order.
    """

    text: str
    shown_for: str
    count: int = 0
    whole: bool = True
    facets: tuple[Facet, ...] = ()
    cards: tuple[Card, ...] = ()
    next_after: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A product that was looked at, as a link to it."""

    id: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class _Hit:
    id: int
    product_id: str
    name: str
    price: int


@dataclass(frozen=True, slots=True)
class _Guess:
    guess: str
    word: str


Fetch = Callable[[int], list[_Hit]]


def search(tx: Tx, text: str, after: str | None = None, wish: Wish = EVERYTHING) -> Found:
    """Return a page of the products that have all words of a text, as words or as beginnings of words.

    Where nothing has them, one typo a word is forgiven. The wish's order is heeded where all that fit are
    few enough to be looked at, else the best come first as without it.
    """
    shelves = catalog.categories(tx)
    words = [word.lower() for word in _WORD.findall(text)][:MOST_WORDS]
    if not words:
        return Found(text, text)
    for meant in _meanings(tx, words, shelves):
        for whole_words in (True, False):
            fetch = cache(partial(_fetched, tx, _pattern(meant, shelves, whole_words=whole_words)))
            # Those that have the very words are enough where they are many; then the rest is left out.
            if len(fetch(_ENDLESS)) >= (COUNTED if whole_words else 1):
                shown_for = text if meant == words else " ".join(meant)
                return _found(tx, Found(text, shown_for), meant, fetch, after, wish)
    return Found(text, text)


def seen(tx: Tx, product_ids: Sequence[str]) -> tuple[Seen, ...]:
    """Return what is on sale of these products, in this order."""
    known = {one.id: one for one in tx.all(Seen, sql.seen, ids=json.dumps(product_ids))}
    return tuple(known[one] for one in product_ids if one in known)


def join_pieces(tx: Tx, *, begin: bool) -> bool:
    """Join some of the pieces that the index of words is in; tell whether there may be more to join.

    The first step marks all of them to become one. From SQLite's documentation of FTS5 ("merge"):
    a negative size begins, and a step that changes less than two rows has found nothing to do.
    """
    before = int(tx.value(sql.changes))
    tx.run(sql.join, pages=-JOINED if begin else JOINED)
    return int(tx.value(sql.changes)) - before > 1


def _meanings(tx: Tx, words: Sequence[str], shelves: Sequence[Category]) -> Iterator[Sequence[str]]:
    yield words
    yield from _guesses(tx, words, shelves)


def _fetched(tx: Tx, pattern: str, below: int) -> list[_Hit]:
    return tx.all(_Hit, sql.found, pattern=pattern, after=below, size=STEP)


def _found(tx: Tx, found: Found, words: Sequence[str], fetch: Fetch, after: str | None, wish: Wish) -> Found:
    alike = narrowing.alike_of(tx)
    told_by = cache(lambda other: narrowing.tally(tx, alike, _hits(fetch, _ENDLESS), other))
    first = fetch(_ENDLESS)
    count, whole = len(first), len(first) < STEP
    if not wish.is_plain:
        told = told_by(replace(wish, sort=""))
        count, whole = told.count, told.whole
    wish = wish if whole else replace(wish, sort="")
    cards, next_after = _page(tx, alike, words, fetch, after, wish)
    told_of = narrowing.facets(wish, told_by)
    return replace(found, count=count, whole=whole, facets=told_of, cards=cards, next_after=next_after)


def _hits(fetch: Fetch, below: int) -> Iterator[_Hit]:
    return narrowing.walked(lambda last: fetch(last.id if last else below), STEP)


def _page(
    tx: Tx, alike: AlikeOf, words: Sequence[str], fetch: Fetch, after: str | None, wish: Wish
) -> tuple[tuple[Card, ...], str | None]:
    """Return a page of the newest candidates, ranked, and where to go on: in them, or behind them."""
    place = _RANKED.fullmatch(after or "")
    below, skipped = (int(place[1]), int(place[2])) if place else (_ENDLESS, 0)
    most = NARROWED if not (wish.is_plain or wish.sort) else CANDIDATES
    looks = CANDIDATES + 1 if wish.is_plain else LOOKS
    looked = narrowing.look(alike, _hits(fetch, below), wish, most + 1, looks)
    hits = looked.rows[:most]
    ranked = _by_price(hits, wish.sort) if wish.sort else _best_first(hits, words)
    end = skipped + PAGE
    cards = catalog.cards(tx, [hit.product_id for hit in ranked[skipped:end]])
    return cards, f"{hits[0].id + 1} {end}" if end < len(ranked) else _behind(looked, most)


def _best_first(hits: Iterable[_Hit], words: Iterable[str]) -> list[_Hit]:
    sought = [_folded(word) for word in words]
    return sorted(hits, key=lambda hit: not _begin_in(sought, hit.name))


def _by_price(hits: Iterable[_Hit], sort: str) -> list[_Hit]:
    return sorted(hits, key=lambda hit: (hit.price, hit.product_id), reverse=sort != "price")


def _behind(looked: Looked[_Hit], most: int) -> str | None:
    if len(looked.rows) > most:
        return f"{looked.rows[most - 1].id} 0"
    return None if looked.whole or looked.last is None else f"{looked.last.id} 0"


def _begin_in(words: Iterable[str], name: str) -> bool:
    """Tell whether each word, folded, begins one of a name's."""
    known = _WORD.findall(_folded(name))
    return all(any(one.startswith(word) for one in known) for word in words)


def _pattern(words: Iterable[str], shelves: Sequence[Category], *, whole_words: bool) -> str:
    """Return the full-text question for all words; a word may also begin one of a category's name."""
    return " AND ".join(f"({_anywhere(word, shelves, whole=whole_words)})" for word in words)


def _anywhere(word: str, shelves: Sequence[Category], *, whole: bool) -> str:
    sought = _folded(word)
    fitting = {one.id for one in shelves if len(word) > 1 and _begin_in([sought], one.name)}
    # They stand in the order of the tree: whoever is inside another comes behind it.
    for one in shelves:
        if one.parent_id in fitting:
            fitting.add(one.id)
    places = [f'shelf : "{one.id.replace("_", "")}"' for one in shelves if one.id in fitting]
    # A word has letters and digits alone; quoted, it is no operator either. One letter begins too much.
    begins = f'"{word}"' if whole or len(word) == 1 else f'"{word}" *'
    return " OR ".join([f"{{name text}} : {begins}", *places])


def _words_of(category: Category) -> list[str]:
    return _WORD.findall(_folded(category.name))


def _folded(text: str) -> str:
    """Return a text as the index has it: small letters without accents."""
    if text.isascii():
        return text.lower()
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
    words = _next_words(tx, guesses)
    known = dict[str, str]()
    for guess in guesses:
        place = bisect_left(words, guess)
        if place < len(words) and words[place].startswith(guess):
            known[guess] = words[place]
    for guess in guesses:
        for name in of_shelves:
            if name == guess or (guess not in known and name.startswith(guess)):
                known[guess] = name
    return [_Guess(guess, known[guess]) for guess in guesses if guess in known]


def _next_words(tx: Tx, guesses: Iterable[str]) -> list[str]:
    """Return the words that follow these in the order of all words, themselves included."""
    found: list[str] = []
    for guess in sorted(guesses):
        # Up to the word that followed the one before it there is no other: most guesses need not be sought.
        if found and guess <= found[-1]:
            continue
        word = tx.value(sql.word_from, word=guess)
        if word is None:
            break
        found.append(str(word))
    return found


def _neighbours(word: str, reach: int) -> Iterator[str]:
    """Yield what is one edit away: letters swapped, then one too many, one missing, one wrong.

    No word begins with more than `reach` of its letters, so that the edit is not behind them.
    """
    halves = [(word[:cut], word[cut:]) for cut in range(reach + 1)]
    yield from (left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1)
    yield from (left + right[1:] for left, right in halves if right)
    yield from (left + letter + right for left, right in halves for letter in _LETTERS)
    yield from (left + letter + right[1:] for left, right in halves if right for letter in _LETTERS)
