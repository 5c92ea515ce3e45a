"""How the local Stripe writes amounts: minor units with as many places as the currency has."""

from decimal import Decimal

from shop.sandbox.state import Fault

# Stripe's page "Supported currencies".
ZERO_DECIMALS = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
THREE_DECIMALS = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
# The same page's minimum charge amounts, in minor units.
LEAST = (
    {"aed": 200, "bgn": 100, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17_500}
    | {"mxn": 1000, "myr": 200, "nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000}
    | dict.fromkeys(("aud", "brl", "cad", "chf", "eur", "inr", "jpy", "nzd", "sgd", "usd"), 50)
)

# The same page: the last digit of three is 0; these two are sent with decimals that are 00.
GRAINS = dict.fromkeys(THREE_DECIMALS, 10) | {"isk": 100, "ugx": 100}


def written(amount: int, currency: str) -> str:
    """Return an amount of minor units as people read it."""
    places = 0 if currency in ZERO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    return f"{Decimal(amount).scaleb(-places):,.{places}f} {currency.upper()}"


def must_fit_the_grain(amount: int, currency: str, param: str) -> None:
    """Raise Fault 400 for an amount between those that a card of the currency can be charged."""
    grain = GRAINS.get(currency, 1)
    if amount % grain:
        raise Fault(400, f"Amounts in {currency.upper()} are multiples of {grain}.", param=param)
