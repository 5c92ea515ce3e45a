"""Shipping: zones of countries that are sent to at the same rates, as the merchant defines them.

Without any zone the shop sends everywhere for nothing, and nobody is asked for a country.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from db import Tx, queries
from shop import events
from shop.clock import Instant, new_id
from shop.countries import CODES, EVERYWHERE
from shop.errors import Conflict, NotFound, Refused
from shop.people import Person

sql = queries("shipping")

MOST_ZONES = 50
MOST_RATES = 10
_CODES = frozenset((*CODES, EVERYWHERE))


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to have goods sent, at its price for these goods in minor units."""

    id: str
    name: str
    days: str
    price: int


@dataclass(frozen=True, slots=True)
class Rate:
    """A way to have goods sent to a zone.

    Offered for goods worth `from_value` or more after the discount, for nothing from `free_from` on.
    """

    id: str
    zone_id: str
    name: str
    days: str
    price: int
    from_value: int
    free_from: int | None
    version: int


@dataclass(frozen=True, slots=True)
class Zone:
    """Countries that are sent to at the same rates; `*` among them is everywhere else."""

    id: str
    name: str
    countries: tuple[str, ...]
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What an admin writes down of a rate."""

    name: str
    days: str
    price: int
    from_value: int
    free_from: int | None


@dataclass(frozen=True, slots=True)
class _Named:
    id: str
    name: str


def is_needed(tx: Tx) -> bool:
    """Tell whether the shop has zones, so that a country has to be known."""
    return tx.value(sql.any_zone) is not None


def countries(tx: Tx) -> tuple[str, ...]:
    """Return the countries that are sent to; none is named where the shop has no zones."""
    named = tuple(tx.all(str, sql.countries))
    return CODES if EVERYWHERE in named else named


def sends_to(tx: Tx, country: str) -> bool:
    """Tell whether goods are sent to a country."""
    return not is_needed(tx) or _zone_of(tx, country) is not None


def offers(tx: Tx, country: str, value: int) -> tuple[Offer, ...]:
    """Return the ways to have goods of a value sent to a country, in the merchant's order."""
    return tuple(
        Offer(rate.id, rate.name, rate.days, _price(rate, value))
        for rate in _rates_to(tx, country)
        if rate.from_value <= value
    )


def free_from(tx: Tx, country: str, value: int) -> int | None:
    """Return the least value above this one from which a way of sending costs nothing, if there is one."""
    rates = _rates_to(tx, country)
    if any(rate.from_value <= value and _price(rate, value) == 0 for rate in rates):
        return None
    bounds = [
        max(rate.from_value, rate.free_from if rate.price and rate.free_from is not None else 0)
        for rate in rates
        if rate.free_from is not None or not rate.price
    ]
    return min((bound for bound in bounds if bound > value), default=None)


def zones(tx: Tx) -> tuple[Zone, ...]:
    """Return the zones with their countries and rates, in the merchant's order."""
    return tuple(_whole(tx, one) for one in tx.all(_Named, sql.zones))


def zone(tx: Tx, zone_id: str) -> Zone:
    """Return a zone. Raises NotFound."""
    found = tx.one(_Named, sql.zone, id=zone_id)
    if found is None:
        raise NotFound("There is no such zone.")
    return _whole(tx, found)


def save_zone(tx: Tx, by: Person, zone_id: str | None, name: str, codes: Iterable[str], at: Instant) -> Zone:
    """Add a zone, or change one. Raises NotFound, and Refused for a country that is none or taken."""
    wanted = tuple(dict.fromkeys(codes))
    _check(tx, zone_id, wanted)
    before = _told(zone(tx, zone_id)) if zone_id else ""
    if zone_id is None:
        if len(zones(tx)) >= MOST_ZONES:
            raise Conflict(f"There can be {MOST_ZONES} zones: change one of them.")
        zone_id = new_id("zone")
        tx.run(sql.add_zone, id=zone_id, name=name)
    tx.run(sql.name_zone, id=zone_id, name=name)
    tx.run(sql.drop_countries, zone_id=zone_id)
    for code in wanted:
        tx.run(sql.add_country, zone_id=zone_id, country=code)
    saved = zone(tx, zone_id)
    _note(tx, by, at, before, _told(saved))
    return saved


def drop_zone(tx: Tx, by: Person, zone_id: str, at: Instant) -> None:
    """Send to these countries no more. Raises NotFound."""
    gone = zone(tx, zone_id)
    for statement in (sql.drop_countries, sql.drop_rates):
        tx.run(statement, zone_id=zone_id)
    tx.run(sql.drop_zone, id=zone_id)
    _note(tx, by, at, _told(gone), "")


def save_rate(
    tx: Tx, by: Person, zone_id: str, rate_id: str | None, terms: Terms, seen: int, at: Instant
) -> None:
    """Add a rate to a zone, or change one.

    Raises NotFound, Refused where it would be free before it is offered, and Conflict where somebody has
    changed it since it was `seen`.
    """
    its_zone = zone(tx, zone_id)
    told = {"name": terms.name, "days": terms.days, "price": terms.price, "from_value": terms.from_value}
    if rate_id is None:
        if len(its_zone.rates) >= MOST_RATES:
            raise Conflict(f"A zone can have {MOST_RATES} rates: change one of them.")
        tx.run(sql.add_rate, id=new_id("rate"), zone_id=zone_id, free_from=terms.free_from, **told)
        _note(tx, by, at, "", _rate_told(terms))
        return
    was = next((one for one in its_zone.rates if one.id == rate_id), None)
    if was is None:
        raise NotFound("There is no such rate.")
    if not tx.run(sql.change_rate, id=rate_id, seen=seen, free_from=terms.free_from, **told):
        raise Conflict(f"Somebody has changed it meanwhile: {_rate_told(was)}.")
    _note(tx, by, at, _rate_told(was), _rate_told(terms))


def drop_rate(tx: Tx, by: Person, zone_id: str, rate_id: str, at: Instant) -> None:
    """Offer a rate no more. Raises NotFound."""
    was = next((one for one in zone(tx, zone_id).rates if one.id == rate_id), None)
    if was is None:
        raise NotFound("There is no such rate.")
    tx.run(sql.drop_rate, id=rate_id)
    _note(tx, by, at, _rate_told(was), "")


def _rates_to(tx: Tx, country: str) -> list[Rate]:
    zone_id = _zone_of(tx, country)
    return tx.all(Rate, sql.rates_of, zone_id=zone_id) if zone_id else []


def _zone_of(tx: Tx, country: str) -> str | None:
    found = tx.value(sql.zone_of, country=country)
    return None if found is None or country not in _CODES else str(found)


def _whole(tx: Tx, one: _Named) -> Zone:
    named = tuple(tx.all(str, sql.countries_of, zone_id=one.id))
    return Zone(one.id, one.name, named, tuple(tx.all(Rate, sql.rates_of, zone_id=one.id)))


def _price(rate: Rate, value: int) -> int:
    return 0 if rate.free_from is not None and value >= rate.free_from else rate.price


def _check(tx: Tx, zone_id: str | None, codes: tuple[str, ...]) -> None:
    if not codes:
        raise Refused("Name at least one country, by its two letters.", "countries")
    for code in codes:
        if code not in _CODES:
            raise Refused(
                f"{code} is no country that can be sent to: write two letters, such as DE.", "countries"
            )
        holder = tx.value(sql.zone_named, country=code)
        if holder not in (None, zone_id):
            raise Refused(f"{code} is in another zone already.", "countries")


def _told(one: Zone) -> str:
    return f"{one.name}: {' '.join(one.countries)}"


def _rate_told(one: Rate | Terms) -> str:
    free = "" if one.free_from is None else f", free from {one.free_from}"
    return f"{one.name} {one.price} from {one.from_value}{free}"


def _note(tx: Tx, by: Person, at: Instant, before: str, after: str) -> None:
    events.record(tx, "settings.changed", "settings:shipping", by=by.actor, at=at, before=before, after=after)
