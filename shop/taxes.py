"""Taxes: whether prices contain them, and how high they are by country and category.

Rates are thousandths of a percent: 19 % is 19000. Which of them are right is the merchant's to know.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import events
from shop.clock import Instant
from shop.countries import CODES
from shop.errors import Conflict, Refused
from shop.people import Person

sql = queries("taxes")

WHOLE = 100_000
"""A hundred percent."""
STANDARD = ""
"""The category of all that has no rate of its own, and of shipping."""


EU = {
    "AT": 20_000, "BE": 21_000, "BG": 20_000, "HR": 25_000, "CY": 19_000, "CZ": 21_000, "DK": 25_000,
    "EE": 24_000, "FI": 25_500, "FR": 20_000, "DE": 19_000, "GR": 24_000, "HU": 27_000, "IE": 23_000,
    "IT": 22_000, "LV": 21_000, "LT": 21_000, "LU": 17_000, "MT": 18_000, "NL": 21_000, "PL": 23_000,
    "PT": 23_000, "RO": 21_000, "SK": 23_000, "SI": 22_000, "ES": 21_000, "SE": 25_000,
}  # fmt: skip
"""The standard rates of the European Union's countries, a starting point that its merchant has to look up."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How prices are meant: with the tax in them or on top; and where the shop is at home."""

    prices_include_tax: bool
    home_country: str


@dataclass(frozen=True, slots=True)
class TaxRate:
    """The tax in a country on a category, or on all that has no rate of its own."""

    country: str
    category_id: str
    category: str | None
    rate: int
    version: int


def terms(tx: Tx) -> Terms:
    """Return how prices are meant."""
    return tx.one(Terms, sql.terms) or Terms(prices_include_tax=True, home_country="DE")


def agree(tx: Tx, by: Person, wanted: Terms, at: Instant) -> Terms:
    """Change how prices are meant and return how they were. Raises Refused for a country that is none."""
    was = terms(tx)
    if wanted.home_country not in CODES:
        raise Refused("Write the two letters of a country, such as DE.", "home_country")
    if wanted != was:
        tx.run(sql.agree, included=wanted.prices_include_tax, home_country=wanted.home_country)
        _note(tx, by, at, _told(was), _told(wanted))
    return was


def rate(tx: Tx, country: str, category_id: str) -> int:
    """Return the tax in a country on a category, in thousandths of a percent; 0 where none is known."""
    return int(tx.value(sql.rate, country=country, category_id=category_id) or 0)


def rates(tx: Tx) -> list[TaxRate]:
    """Return all rates, by country; each country's standard rate first."""
    return tx.all(TaxRate, sql.rates)


def save(tx: Tx, by: Person, country: str, category_id: str, wanted: int, seen: int, at: Instant) -> None:
    """Set a rate; `seen` is the version of the one it replaces, 0 for none.

    Raises Refused for a country or category that is none, and Conflict where somebody was faster.
    """
    if country not in CODES:
        raise Refused("Write the two letters of a country, such as DE.", "country")
    if category_id and tx.value(sql.category, id=category_id) is None:
        raise Refused("Choose one of the categories.", "category")
    was = tx.one(TaxRate, sql.one, country=country, category_id=category_id)
    if (was.version if was else 0) != seen:
        raise Conflict(
            f"There is a rate for this by now: {percent(was.rate)} %." if was else "It is gone by now."
        )
    tx.run(sql.save, country=country, category_id=category_id, rate=wanted)
    place = f"{country} {category_id or 'standard'}"
    _note(tx, by, at, f"{place} {percent(was.rate)} %" if was else "", f"{place} {percent(wanted)} %")


def drop(tx: Tx, by: Person, country: str, category_id: str, at: Instant) -> TaxRate | None:
    """Take a rate away and return it; what has gone already is nothing to take away."""
    was = tx.one(TaxRate, sql.one, country=country, category_id=category_id)
    if was is not None:
        tx.run(sql.drop, country=country, category_id=category_id)
        _note(tx, by, at, f"{country} {category_id or 'standard'} {percent(was.rate)} %", "")
    return was


def begin(tx: Tx, by: Person, at: Instant) -> int:
    """Put in the standard rates of the European Union where a country has none; return how many."""
    missing = {
        country: rate
        for country, rate in EU.items()
        if tx.one(TaxRate, sql.one, country=country, category_id=STANDARD) is None
    }
    for country, standard in missing.items():
        save(tx, by, country, STANDARD, standard, 0, at)
    return len(missing)


def contained(gross: int, rate: int) -> int:
    """Return the tax that an amount contains, in minor units, half a unit rounded up."""
    return (2 * gross * rate + WHOLE + rate) // (2 * (WHOLE + rate))


def on_top(net: int, rate: int, grain: int = 1) -> int:
    """Return the tax that comes on top of an amount, in minor units, half a `grain` rounded up."""
    return (2 * net * rate + WHOLE * grain) // (2 * WHOLE * grain) * grain


def percent(rate: int) -> str:
    """Return a rate as people write it in percent, such as 19 or 7.5."""
    whole, rest = divmod(rate, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def _told(one: Terms) -> str:
    return f"{'with' if one.prices_include_tax else 'without'} tax, at home in {one.home_country}"


def _note(tx: Tx, by: Person, at: Instant, before: str, after: str) -> None:
    events.record(tx, "settings.changed", "settings:taxes", by=by.actor, at=at, before=before, after=after)
