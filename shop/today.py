"""Today: what needs doing, how news and letters go, and what was sold; the same cost at any size.

Each count is that of a list, and stops at a hundred. Sales are what was paid on a day, in minor units of the
shop's currency; what was given back later is not taken from them.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import pulse, sales
from shop.clock import Instant, later
from shop.listing import Listing, page_of
from shop.pulse import Pulse

sql = queries("today")

MOST = 100
PERIODS = (30, 90)
"""So many days may be looked back at."""
BEST = 10
PAGE = 50
STILL_MINUTES = 60
"""Where every job has been due for so long, nobody does them."""


@dataclass(frozen=True, slots=True)
class Todo:
    """How much there is to do of each kind, each no further than a hundred."""

    to_pack: int
    to_ship: int
    in_review: int
    disputes: int
    inquiries: int
    refunds_failed: int
    refunds_open: int
    sold_out: int
    low: int
    letters_failed: int
    letters_kept: int


@dataclass(frozen=True, slots=True)
class Day:
    """What was sold on a day, or from a day `until` another; the amount in minor units."""

    day: str
    orders: int = 0
    units: int = 0
    amount: int = 0
    until: str = ""

    @property
    def last(self) -> str:
        """The last day of the period, or the day itself."""
        return self.until or self.day

    @property
    def average(self) -> int:
        """What an order was worth, in minor units, rounded to the nearest; 0 without orders."""
        return (2 * self.amount + self.orders) // (2 * self.orders) if self.orders else 0


@dataclass(frozen=True, slots=True)
class Sales:
    """Every day of a period, the oldest first, its sum, and the sum of the period before it."""

    days: tuple[Day, ...]
    total: Day
    before: Day


@dataclass(frozen=True, slots=True)
class Seller:
    """What a variant sold in the last 30 days, and what is left of it."""

    sku: str
    name: str
    label: str
    units: int
    amount: int
    available: int


@dataclass(frozen=True, slots=True)
class OpenRefund:
    """A refund that Stripe has not answered for good yet."""

    id: str
    number: str
    amount: int
    currency: str
    state: str
    source: str
    reason: str
    updated_at: Instant


@dataclass(frozen=True, slots=True)
class News:
    """Whether Stripe's news come in, in a sentence; `bad` where somebody should look."""

    bad: bool
    text: str
    at: Instant | None


@dataclass(frozen=True, slots=True)
class Today:
    """All that the first page shows; `since` is the first of the days that best sellers are counted of."""

    todo: Todo
    news: News
    sales: Sales
    best: tuple[Seller, ...]
    since: str


def show(tx: Tx, days: int, at: Instant) -> Today:
    """Return what needs doing and what was sold in so many days up to now."""
    since = sales.day_of(at, sales.DAYS - 1)
    return Today(todo(tx), news(pulse.take(tx), at), sold(tx, days, at), best_sellers(tx), since)


def todo(tx: Tx) -> Todo:
    """Return how much there is to do."""

    def in_state(state: str) -> int:
        return int(tx.value(sql.in_state, state=state, most=MOST))

    return Todo(
        to_pack=in_state("confirmed"),
        to_ship=in_state("packed"),
        in_review=in_state("review"),
        disputes=int(tx.value(sql.disputed, state="open", most=MOST)),
        inquiries=int(tx.value(sql.disputed, state="inquiry", most=MOST)),
        refunds_failed=int(tx.value(sql.refunds_failed, most=MOST)),
        refunds_open=int(tx.value(sql.refunds_on_their_way, most=MOST)),
        sold_out=int(tx.value(sql.sold_out, most=MOST)),
        low=int(tx.value(sql.low, most=MOST)),
        letters_failed=int(tx.value(sql.letters, state="failed", most=MOST)),
        letters_kept=int(tx.value(sql.letters, state="kept", most=MOST)),
    )


def news(taken: Pulse, at: Instant) -> News:
    """Say how Stripe's news come in."""
    came = taken.booked.received_at if taken.booked else None
    if taken.turned_away and (came is None or taken.turned_away.at > came):
        return News(
            True, f"the last delivery was turned away: {taken.turned_away.reason},", taken.turned_away.at
        )
    if taken.jobs and all(job.due_at < later(at, minutes=-STILL_MINUTES) for job in taken.jobs):
        return News(True, "the shop's own jobs stand still, last event", came)
    if came is None:
        return News(False, "no event has come yet.", None)
    return News(False, "the last event came", came)


def sold(tx: Tx, days: int, at: Instant) -> Sales:
    """Return what was sold in so many days, today included, and in as many before them."""
    names = [sales.day_of(at, back) for back in reversed(range(2 * days))]
    found = {one.day: one for one in tx.all(Day, sql.sales, since=names[0], until=names[-1])}
    every = [found.get(name, Day(name)) for name in names]
    return Sales(tuple(every[days:]), _sum(every[days:]), _sum(every[:days]))


def best_sellers(tx: Tx) -> tuple[Seller, ...]:
    """Return what sold best in the last 30 days, as it was counted last."""
    return tuple(tx.all(Seller, sql.best_sellers, size=BEST))


def open_refunds(tx: Tx, after: str | None) -> Listing[OpenRefund]:
    """Return a page of the refunds that are on their way, the longest waiting first."""
    time, _, refund_id = (after or "").partition("~")
    rows = tx.all(OpenRefund, sql.open_refunds, time=time, id=refund_id, size=PAGE + 1)
    return page_of(rows, PAGE, lambda row: f"{row.updated_at}~{row.id}")


def _sum(days: list[Day]) -> Day:
    return Day(
        days[0].day,
        sum(day.orders for day in days),
        sum(day.units for day in days),
        sum(day.amount for day in days),
        days[-1].day,
    )
