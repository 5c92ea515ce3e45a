"""Money: integers of minor units and a currency code, as people read and type them.

How many decimals a currency has follows Stripe's documentation of zero-decimal and three-decimal
currencies, because what we count must be what Stripe charges.
"""

import re
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency

from shop.words import _, language

ZERO_DECIMALS = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split()  # noqa: SIM905 - reads as a list
)
THREE_DECIMALS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_GRAINS = dict.fromkeys(THREE_DECIMALS, 10) | {"isk": 100, "ugx": 100}
LARGEST = 99_999_999
"""Stripe's largest amount of one charge, in minor units."""
_LEAST = {
    currency: least
    for least, currencies in (
        (30, ("gbp",)),
        (50, ("aud", "brl", "cad", "chf", "eur", "inr", "jpy", "nzd", "sgd", "usd")),
        (100, ("bgn",)),
        (200, ("aed", "myr", "pln", "ron")),
        (250, ("dkk",)),
        (300, ("nok", "sek")),
        (400, ("hkd",)),
        (1000, ("mxn", "thb")),
        (1500, ("czk",)),
        (17_500, ("huf",)),
    )
    for currency in currencies
}

_TYPED = re.compile(r"[0-9]{1,8}(?:[.,]([0-9]{1,3}))?", re.ASCII)


def decimals(currency: str) -> int:
    """Return how many decimals the minor unit of `currency` has: 0, 2 or 3."""
    if currency in ZERO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def least_charge(currency: str) -> int:
    """Return the least amount that Stripe charges at once, in minor units; 0 where it names none.

    From Stripe's page "Supported currencies", minimum and maximum charge amounts.
    """
    return _LEAST.get(currency, 0)


def grain(currency: str) -> int:
    """Return what every amount that Stripe charges is a multiple of, in minor units.

    From Stripe's page "Supported currencies": the last digit of three is 0, and the króna and the Ugandan
    shilling are sent with two decimals that are 00.
    """
    return _GRAINS.get(currency, 1)


def to_the_grain(amount: int, by: int) -> int:
    """Return the multiple of `by` that is nearest to an amount that is not below zero; half of it goes up."""
    return (2 * amount + by) // (2 * by) * by


def format_money(amount: int, currency: str) -> str:
    """Return an amount of minor units as the language spoken here writes it, such as €12.50 or 12,50 €."""
    return _written(amount, currency, language())


@lru_cache(maxsize=4096)
def _written(amount: int, currency: str, locale: str) -> str:
    exact = Decimal(amount).scaleb(-decimals(currency))
    return format_currency(exact, currency.upper(), locale=locale)


def typed_money(amount: int, currency: str) -> str:
    """Return an amount as a person would type it into a form, such as 12.50."""
    places = decimals(currency)
    return f"{Decimal(amount).scaleb(-places):.{places}f}"


def parse_money(text: str, currency: str) -> int:
    """Return the minor units a person meant by `12.50`, `12,50` or `12`.

    Raises ValueError with a sentence for anything else, for more decimals than the currency has, for an
    amount between its grains and for more than Stripe can charge at once.
    """
    typed = text.strip()
    match = _TYPED.fullmatch(typed)
    if match is None:
        raise ValueError(_("Write an amount such as 12.50."))
    places = decimals(currency)
    if len(match.group(1) or "") > places:
        raise ValueError(
            _("{currency} has {count} decimals: write fewer.", currency=currency.upper(), count=places)
        )
    amount = int(Decimal(typed.replace(",", ".")).scaleb(places))
    must_be_chargeable(amount, currency)
    return amount


def must_be_chargeable(amount: int, currency: str) -> None:
    """Raise ValueError with a sentence for an amount that could not be charged."""
    if amount > LARGEST:
        raise ValueError(_("That is more than can be charged at once."))
    by = grain(currency)
    if amount % by:
        steps, nearest = typed_money(by, currency), typed_money(to_the_grain(amount, by), currency)
        raise ValueError(
            _("Cards are charged in steps of {step}: write {nearest}.", step=steps, nearest=nearest)
        )
