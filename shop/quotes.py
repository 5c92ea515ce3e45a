"""Quotes: what a cart comes to, with what has been chosen for it: where to, how, and with which code.

What a shopper is shown before paying and what their order is placed with are this one reckoning.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import cart, discounts, shipping, taxes
from shop.cart import Cart
from shop.clock import Instant
from shop.countries import country_name
from shop.discounts import Discount
from shop.errors import Refused
from shop.money import grain, least_charge
from shop.shipping import Offer
from shop.totals import Priced, Totals, reckon
from shop.words import _

sql = queries("quotes")


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for a cart; empty is what the shop would choose."""

    country: str
    shipping_rate_id: str
    discount_code: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What a cart comes to.

    `offers` are the ways to have it sent, `offer` the chosen one; both are empty where the shop asks for no
    country. `refusal` says why the code gives nothing, `free_for` how much more in goods would let a way cost
    nothing, `least` what has to be paid at once at least, where less than that is left to pay.
    """

    cart: Cart
    totals: Totals
    country: str
    countries: tuple[str, ...]
    offers: tuple[Offer, ...]
    offer: Offer | None
    code: str
    discount: Discount | None
    refusal: str
    free_for: int | None
    least: int | None

    @property
    def is_sent(self) -> bool:
        """Whether goods are sent where this cart is to go, or the shop asks for no country."""
        return not self.countries or self.offer is not None

    @property
    def can_check_out(self) -> bool:
        """Whether an order could be placed now."""
        return self.cart.can_check_out and self.is_sent and self.least is None

    @property
    def rates(self) -> tuple[int, ...]:
        """The tax rates in it, in thousandths of a percent, each once."""
        found = {share.rate for share in self.totals.shares if share.tax}
        found |= {self.totals.shipping_rate} if self.totals.shipping_tax else set()
        return tuple(sorted(found))


def of(tx: Tx, cart_id: str | None, currency: str, at: Instant, email: str | None = None) -> Quote:
    """Return what a cart comes to now, for somebody whose address may not be known yet."""
    shown = cart.show(tx, cart_id)
    chosen = _choices(tx, cart_id)
    terms = taxes.terms(tx)
    countries = shipping.countries(tx)
    country = _country(chosen.country, terms.home_country, countries)
    found, refusal = _discount(tx, shown, chosen.discount_code, currency, at, email)
    by = grain(currency)
    off = discounts.worth(found, shown.total, by) if found else 0
    value = shown.total - off
    offers = shipping.offers(tx, country, value) if countries else ()
    offer = next((one for one in offers if one.id == chosen.shipping_rate_id), next(iter(offers), None))
    totals = reckon(
        _priced(tx, shown, country),
        discount=off,
        shipping=offer.price if offer else 0,
        shipping_rate=taxes.rate(tx, country, taxes.STANDARD),
        with_tax=terms.prices_include_tax,
        grain=by,
    )
    free = shipping.free_from(tx, country, value) if offer else None
    goods = None if free is None else discounts.goods_for(found, free, by)
    free_for = None if goods is None else goods - shown.total
    code = discounts.clean(chosen.discount_code)
    least = least_charge(currency) if 0 < totals.total < least_charge(currency) else None
    return Quote(shown, totals, country, countries, offers, offer, code, found, refusal, free_for, least)


def send_to(tx: Tx, cart_id: str, country: str, rate_id: str) -> None:
    """Choose where a cart goes and how. Raises Refused for a country that is not sent to."""
    if not shipping.sends_to(tx, country):
        raise Refused(
            _("We don't send to {country}: choose another one.", country=country_name(country)), "country"
        )
    tx.run(sql.send_to, id=cart_id, country=country, rate_id=rate_id)


def use_code(
    tx: Tx, cart_id: str, code: str, currency: str, at: Instant, email: str | None = None
) -> Discount | None:
    """Use a code for a cart; an empty one takes it off. Raises Refused, saying why it gives nothing."""
    found = None
    if code:
        value = cart.show(tx, cart_id).total
        found = discounts.find(tx, code, email=email, value=value, currency=currency, at=at, cart_id=cart_id)
    tx.run(sql.use_code, id=cart_id, code=found.code if found else "")
    return found


def _choices(tx: Tx, cart_id: str | None) -> Choices:
    found = tx.one(Choices, sql.choices, id=cart_id) if cart_id else None
    return found or Choices("", "", "")


def _country(chosen: str, home: str, countries: tuple[str, ...]) -> str:
    if not countries:
        return home
    return next((one for one in (chosen, home) if one in countries), countries[0])


def _discount(
    tx: Tx, shown: Cart, code: str, currency: str, at: Instant, email: str | None
) -> tuple[Discount | None, str]:
    if not code:
        return None, ""
    try:
        return discounts.find(
            tx, code, email=email, value=shown.total, currency=currency, at=at, cart_id=shown.id
        ), ""
    except Refused as refusal:
        return None, str(refusal)


def _priced(tx: Tx, shown: Cart, country: str) -> list[Priced]:
    rates: dict[str, int] = {}
    for category in {line.category_id for line in shown.lines}:
        rates[category] = taxes.rate(tx, country, category)
    return [Priced(line.sku, line.total, rates[line.category_id]) for line in shown.lines]
