"""What the demo's checkout costs: where it sends to, its taxes, and codes to try.

At home the standard way is free, so that a first order costs what its goods cost.
"""

from db import Tx
from shop import discounts, shipping, taxes
from shop.clock import Instant, later
from shop.demo.catalogue import price_in
from shop.money import decimals
from shop.people import Person

HOME = ("DE",)
UNION = tuple(code for code in sorted(taxes.EU) if code not in HOME)
ZONES = (
    ("Germany", HOME, (("Standard", "2 to 3 days", "0.00", ""), ("Express", "next day", "9.90", ""))),
    ("European Union", UNION, (("Standard", "4 to 7 days", "12.00", "150.00"),)),
    ("Everywhere else", ("*",), (("Standard", "2 to 3 weeks", "25.00", ""),)),
)
"""Each way with its days, its price, and from which value it costs nothing."""
REDUCED = ("prints", 7000)
DAY = 24 * 60


def plant(tx: Tx, ada: Person, shelves: dict[str, str], currency: str, at: Instant) -> None:
    """Define zones with rates, taxes, and codes; `shelves` are the categories' ids by their slugs."""
    places = decimals(currency)
    for name, codes, rates in ZONES:
        zone = shipping.save_zone(tx, ada, None, name, codes, at)
        for way, days, cost, free in rates:
            terms = shipping.Terms(
                way, days, price_in(places, cost), 0, price_in(places, free) if free else None
            )
            shipping.save_rate(tx, ada, zone.id, None, terms, 0, at)
    taxes.begin(tx, ada, at)
    slug, reduced = REDUCED
    if slug in shelves:
        taxes.save(tx, ada, "DE", shelves[slug], reduced, 0, at)
    ten = price_in(places, "10.00")
    for code in (
        discounts.Terms("WELCOME10", "percent", 1000, most_a_person=1),
        discounts.Terms("TENOFF", "amount", ten, least=5 * ten),
        discounts.Terms("SPRING", "percent", 2000, ends_at=later(at, minutes=-DAY)),
    ):
        discounts.save(tx, ada, None, code, 0, at)
