"""Finding orders: by part of number, e-mail or name, by product, by what Stripe calls it, by state and day.

Each choice begins at the index that narrows it most and walks there from the newest; what the index does not
know is compared row by row, a bounded number of rows a page. So a page costs the same however much there is.
"""

import heapq
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from db import Statement, Tx, queries
from shop import finds
from shop.clock import Instant
from shop.errors import Refused
from shop.listing import LAST, Listing

sql = queries("order_finds")

PAGE = 50
LOOK = 1000
"""So many orders are looked at for one page; "Show more" goes on from where the walk stopped."""
STEP = 250

PAYMENTS = ("unpaid", "pending", "paid", "partly_refunded", "refunded", "charged_back")
COMMON_PAYMENTS = ("unpaid", "paid")
DISPUTES = ("open", "inquiry", "won", "lost")
NEWEST = 2**62

_AT_STRIPE = re.compile(r"[a-z]{2,6}_\w{3,}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which orders are looked for; what is empty is open.

    `since` and `until` are days in UTC, such as 2026-11-25, both included: of the placing, or of the sale
    where `sold` says so. `paid` asks for orders that money has come for.
    """

    q: str = ""
    skus: tuple[str, ...] = ()
    person_id: str = ""
    state: str = ""
    payment: str = ""
    dispute: str = ""
    since: str = ""
    until: str = ""
    sold: bool = False
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order that an index has led to, with all that a choice compares; `key` is where the walk stands."""

    key: str
    id: str
    person_id: str
    state: str
    payment_state: str
    dispute_state: str
    placed_at: Instant
    sold_at: Instant | None
    captured: int


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order as an admin's lists show it; `units` were bought, amounts are minor units of its currency."""

    id: str
    number: str
    person_id: str
    state: str
    closed_reason: str | None
    payment_state: str
    dispute_state: str
    ship_block: str
    cancel_requested_at: Instant | None
    total: int
    captured: int
    refunded: int
    currency: str
    placed_at: Instant
    sold_at: Instant | None
    units: int
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class LikeVariant:
    """A variant that a search may have meant."""

    sku: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Product:
    """A product by its id and address."""

    id: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class _StripeEvent:
    id: str
    payload: str


Walk = Callable[[str | None, int], list[Candidate]]
"""Return so many candidates after a key, in the order of the list; None is its start."""


def find(tx: Tx, choice: Choice, after: str | None, size: int = PAGE) -> Listing[FoundOrder]:
    """Return a page of the orders that fit, newest first; it may be short, or empty, and still go on.

    Raises Refused for an `after` that no such list has given out.
    """
    found, next_after = _fitting(tx, choice, after, size)
    return Listing(tuple(summary(tx, one.id) for one in found), next_after)


def summary(tx: Tx, order_id: str) -> FoundOrder:
    """Return one order as lists show it."""
    found = tx.one(FoundOrder, sql.found, id=order_id)
    if found is None:
        raise LookupError(order_id)
    return found


def oldest(tx: Tx, state: str, size: int) -> list[str]:
    """Return the ids of the oldest orders in a state."""
    return tx.all(str, sql.oldest_in_state, state=state, size=size)


def variants_like(tx: Tx, text: str, size: int = 6) -> list[LikeVariant]:
    """Return some variants with these words in their name or SKU: the search may have meant a product."""
    pattern = finds.pattern(text)
    return tx.all(LikeVariant, sql.variants_like, pattern=pattern, size=size) if pattern else []


def product(tx: Tx, which: str) -> Product | None:
    """Return a product by its id or by its address."""
    return tx.one(Product, sql.product_named, which=which)


def skus_of(tx: Tx, product_id: str) -> tuple[str, ...]:
    """Return the SKUs of a product's variants."""
    return tuple(tx.all(str, sql.skus_of_product, product_id=product_id))


def sku_named(tx: Tx, text: str) -> str:
    """Return the SKU that somebody has bought under exactly this name, small letters or capitals; or ""."""
    return next((one for one in (text, text.upper()) if tx.value(sql.is_bought, sku=one)), "")


def at_stripe(tx: Tx, name: str) -> list[str]:
    """Return the ids of the orders that this session, payment, refund, charge, dispute or event is about."""
    if not _AT_STRIPE.fullmatch(name):
        return []
    return tx.all(str, sql.named_at_stripe, name=name) or sorted(set(_of_events(tx, name)))


def _of_events(tx: Tx, name: str) -> Iterator[str]:
    for event in tx.all(_StripeEvent, sql.events_named, name=name):
        body: Mapping[str, Any] = json.loads(event.payload)["data"]["object"]
        for known in (body.get("id"), body.get("payment_intent")):
            if isinstance(known, str):
                yield from tx.all(str, sql.named_at_stripe, name=known)


def _fitting(tx: Tx, choice: Choice, after: str | None, size: int) -> tuple[list[Candidate], str | None]:
    walk = _walk(tx, choice)
    found: list[Candidate] = []
    looked, step = 0, size + 1
    while True:
        rows = walk(after, step)
        looked += len(rows)
        found += (row for row in rows if _fits(choice, row) and _has_one_of(tx, choice, row))
        if len(found) > size:
            return found[:size], found[size - 1].key
        if len(rows) < step:
            return found, None
        after = rows[-1].key
        if looked >= LOOK:
            return found, after
        step = STEP


def _fits(choice: Choice, row: Candidate) -> bool:
    day = (row.sold_at if choice.sold else row.placed_at) or ""
    return (
        choice.state in ("", row.state)
        and choice.payment in ("", row.payment_state)
        and choice.dispute in ("", row.dispute_state)
        and choice.person_id in ("", row.person_id)
        and (not choice.sold or bool(day))
        and choice.since <= day[:10]
        and (not choice.until or day[:10] <= choice.until)
        and (not choice.paid or row.captured > 0)
    )


def _has_one_of(tx: Tx, choice: Choice, row: Candidate) -> bool:
    """Tell whether a product that is asked for besides words is in the order."""
    if not (choice.q and choice.skus):
        return True
    return any(tx.value(sql.has_line, order_id=row.id, sku=sku) for sku in choice.skus)


def _walk(tx: Tx, choice: Choice) -> Walk:
    """Return the walk over the index that narrows the choice most."""
    if choice.q:
        return _walk_of_words(tx, choice.q)
    if choice.skus:
        return partial(_of_skus, tx, choice.skus)
    if not choice.person_id and (choice.sold or choice.since or choice.until):
        return partial(_between, tx, choice)
    return partial(_by_id, tx, *_column(choice))


def _column(choice: Choice) -> tuple[Statement, str]:
    """Return the walk by age that has the fewest orders to pass by, and its value."""
    if choice.person_id:
        return sql.of_person, choice.person_id
    if choice.dispute:
        return sql.with_dispute, choice.dispute
    if choice.payment and choice.payment not in COMMON_PAYMENTS:
        return sql.with_rare_payment, choice.payment
    return (sql.in_state, choice.state) if choice.state else (sql.newest, "")


def _walk_of_words(tx: Tx, text: str) -> Walk:
    """Return the walk for what was typed: Stripe's name, a SKU, part of a text, the start of a number."""
    if named := at_stripe(tx, text):
        return partial(_listed, tx, named)
    sku = sku_named(tx, text)
    if sku:
        return partial(_of_skus, tx, (sku,))
    pattern = finds.pattern(text)
    if pattern is None:
        return partial(_by_number, tx, text.upper())
    return partial(_by_words, tx, pattern)


def _by_id(tx: Tx, statement: Statement, value: str, after: str | None, size: int) -> list[Candidate]:
    return tx.all(Candidate, statement, value=value, after=after or LAST, size=size)


def _between(tx: Tx, choice: Choice, after: str | None, size: int) -> list[Candidate]:
    statement = sql.sold_between if choice.sold else sql.placed_between
    # A day with LAST behind it sorts after all the instants of that day.
    at, _, order_id = (after or choice.until + LAST).partition(" ")
    return tx.all(Candidate, statement, since=choice.since, at=at, after=order_id, size=size)


def _of_skus(tx: Tx, skus: Iterable[str], after: str | None, size: int) -> list[Candidate]:
    ways = [tx.all(Candidate, sql.of_sku, value=sku, after=after or LAST, size=size) for sku in skus]
    merged = heapq.merge(*ways, key=lambda row: row.key, reverse=True)
    return list(islice({row.id: row for row in merged}.values(), size))


def _by_words(tx: Tx, pattern: str, after: str | None, size: int) -> list[Candidate]:
    return tx.all(Candidate, sql.by_words, pattern=pattern, after=_row_number(after), size=size)


def _by_number(tx: Tx, beginning: str, after: str | None, size: int) -> list[Candidate]:
    lowest = max(beginning, after or "")
    return tx.all(Candidate, sql.by_number, after=lowest, upto=finds.upto(beginning), size=size)


def _listed(tx: Tx, ids: Iterable[str], _after: str | None, size: int) -> list[Candidate]:
    found = (tx.one(Candidate, sql.candidate, id=one) for one in ids)
    return [one for one in found if one is not None][: size - 1]


def _row_number(after: str | None) -> int:
    if after is None:
        return NEWEST
    if not re.fullmatch(r"[0-9]{1,18}", after, re.ASCII):
        raise Refused("This link goes nowhere: open the list from its start.")
    return int(after)
