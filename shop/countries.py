"""Countries: ISO 3166 codes that Stripe's payment page can ask an address for, and their names.

The list is that of `shipping_address_collection.allowed_countries` in Stripe's API, without `ZZ`.
"""

from functools import cache

from babel import Locale

from shop.words import language

_LIST = (
    "AC AD AE AF AG AI AL AM AO AQ AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
    "BV BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CV CW CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET "
    "FI FJ FK FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HN HR HT HU ID IE IL IM "
    "IN IO IQ IS IT JE JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD "
    "ME MF MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NU NZ OM PA PE PF "
    "PG PH PK PL PM PN PR PS PT PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST "
    "SV SX SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VN VU WF WS "
    "XK YE YT ZA ZM ZW"
)
CODES = tuple(_LIST.split())
EVERYWHERE = "*"
"""Stands for every country that no zone names."""


def country_name(code: str) -> str:
    """Return a country's name in the language spoken here; a code that is none stays itself."""
    return _names(language()).get(code, code)


def by_name(codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return codes with their names in the language spoken here, in the order of the names."""
    return tuple(sorted(((code, country_name(code)) for code in codes), key=lambda one: one[1].casefold()))


@cache
def _names(locale: str) -> dict[str, str]:
    return {code: str(name) for code, name in Locale.parse(locale).territories.items()}
