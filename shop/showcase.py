"""A product as its page shows it: what there is to choose, what the choice leads to, and who holds it.

Each option is a choice of its own. A combination that nobody makes can be chosen as well, and is told in
words: a choice that vanished under the hand would say less.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from db import Tx, queries
from shop import cart, catalog
from shop.cart import Added
from shop.catalog import Card, Picture, Product, Variant
from shop.clock import Instant
from shop.countdown import back_in
from shop.errors import NotFound, Refused
from shop.listing import LAST
from shop.words import _

sql = queries("showcase")

RELATED = 4
TAKEN = frozenset({"variant", "quantity", "picture", "action", "method", "target"})
"""Names of fields that mean something else already: an option of that name gets another field."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of an option, and the variant that it makes with what else is chosen, if it is made."""

    value: str
    label: str
    chosen: bool
    variant: Variant | None


@dataclass(frozen=True, slots=True)
class Group:
    """An option with its values, as a group of radio buttons."""

    name: str
    field: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Showcase:
    """All that a product's page shows; without a variant, what was chosen is not made.

    `held` says who holds the last ones, in a sentence that grows old with the minute.
    """

    product: Product
    groups: tuple[Group, ...]
    variant: Variant | None
    chosen: Mapping[str, str]
    picture: Picture | None
    held: str = ""
    own: bool = False

    @property
    def can_buy(self) -> bool:
        """Whether the chosen variant can be put into this cart."""
        return self.variant is not None and (self.variant.available > 0 or self.own)

    @property
    def priced(self) -> bool:
        """Whether the choice decides the price."""
        return self.product.price_from != self.product.price_to

    @property
    def missing(self) -> str:
        """What to say of a combination that is not made."""
        return not_made(self.chosen)

    def at(self, **more: str) -> str:
        """Return the address of what is chosen, with whatever else is to stand in it."""
        told = {field_of(name): value for name, value in self.chosen.items()} | more
        return f"/p/{self.product.slug}" + (f"?{urlencode(told)}" if told else "")


@dataclass(frozen=True, slots=True)
class Holder:
    """An order that holds units until an instant, and the cart it came from."""

    hold_until: Instant | None
    cart_id: str


def show(tx: Tx, slug: str, asked: Mapping[str, str], cart_id: str | None, at: Instant) -> Showcase:
    """Return a product with what was asked for chosen, as this cart may buy it. Raises NotFound."""
    product = catalog.product(tx, slug)
    chosen, variant = _choose(product, asked)
    held, own = _holders(tx, variant, cart_id, at) if variant else ("", False)
    picture = _picture(product, variant, asked.get("picture"))
    return Showcase(product, _groups(product, chosen, variant), variant, chosen, picture, held, own)


def of_sku(tx: Tx, sku: str, asked: Mapping[str, str], cart_id: str | None, at: Instant) -> Showcase:
    """Return the product of a SKU with it chosen, unless options were asked for. Raises NotFound."""
    slug = catalog.slug_of(tx, sku)
    if slug is None:
        raise NotFound(_("There is no such variant: go back and choose again."))
    return show(tx, slug, {**asked, "variant": sku}, cart_id, at)


def related(tx: Tx, product: Product) -> tuple[Card, ...]:
    """Return a few other products of its category: those added just before it, then the newest ones."""
    before = _neighbours(tx, product, product.id, RELATED)
    newest = _neighbours(tx, product, LAST, RELATED + 1) if len(before) < RELATED else []
    cards = {card.product_id: card for card in (*before, *newest) if card.product_id != product.id}
    return tuple(cards.values())[:RELATED]


def put(tx: Tx, cart_id: str, sku: str, asked: Mapping[str, str], quantity: int, at: Instant) -> Added:
    """Put units into a cart: of the SKU, or of what the options beside it say where they say otherwise.

    A browser without script sends the SKU of the page and the options that were changed on it since.
    Raises Refused for a combination that is not made, and what the cart raises.
    """
    return cart.put(tx, cart_id, _meant(tx, sku, asked), quantity, at)


def address_of(product: Product, variant: Variant) -> str:
    """Return the path that shows a variant."""
    if len(product.variants) == 1:
        return f"/p/{product.slug}"
    options = variant.options
    told = {field_of(name): options[name] for name in _names(product)} or {"variant": variant.sku}
    return f"/p/{product.slug}?{urlencode(told)}"


def field_of(name: str) -> str:
    """Return the field, in forms and addresses, that chooses a value of an option."""
    return f"option-{name}" if name in TAKEN else name


def not_made(chosen: Mapping[str, str]) -> str:
    """Say that a combination of options is not made."""
    return _("{choice} is not made: choose another combination.", choice=" / ".join(chosen.values()))


def _neighbours(tx: Tx, product: Product, before: str, size: int) -> list[Card]:
    return tx.all(Card, sql.neighbours, category_id=product.category_id, before=before, size=size)


def _names(product: Product) -> tuple[str, ...]:
    """Return the options that tell a product's variants apart; none where they don't."""
    made = [one.options for one in product.variants]
    names = tuple(made[0])
    regular = all(set(options) == set(names) for options in made)
    different = len({tuple(sorted(options.items())) for options in made}) == len(made)
    return names if len(made) > 1 and regular and different else ()


def _values(product: Product, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.options[name] for one in product.variants))


def _choose(product: Product, asked: Mapping[str, str]) -> tuple[dict[str, str], Variant | None]:
    names = _names(product)
    typed = {name: asked.get(field_of(name), "") for name in names}
    known = {name: value for name, value in typed.items() if value in _values(product, name)}
    fitting = [one for one in product.variants if known.items() <= one.options.items()]
    start = _first(fitting or product.variants, asked.get("variant"))
    if not names:
        return {}, start
    chosen = {name: known.get(name, start.options[name]) for name in names}
    return chosen, _made(product, chosen)


def _first(variants: tuple[Variant, ...] | list[Variant], sku: str | None) -> Variant:
    named = [one for one in variants if one.sku == sku]
    return next((one for one in (*named, *variants) if one in named or one.available > 0), variants[0])


def _made(product: Product, chosen: Mapping[str, str]) -> Variant | None:
    return next((one for one in product.variants if one.options == chosen), None)


def _groups(product: Product, chosen: dict[str, str], variant: Variant | None) -> tuple[Group, ...]:
    if len(product.variants) == 1:
        return ()
    if not chosen:
        each = (Choice(one.sku, one.label or one.sku, one == variant, one) for one in product.variants)
        return (Group(_("Choose"), "variant", tuple(each)),)
    made = {tuple(one.options[name] for name in chosen): one for one in product.variants}
    groups = []
    for name, wanted in chosen.items():
        ways = {value: chosen | {name: value} for value in _values(product, name)}
        choices = (
            Choice(value, value, value == wanted, made.get(tuple(way.values())))
            for value, way in ways.items()
        )
        groups.append(Group(name, field_of(name), tuple(choices)))
    return tuple(groups)


def _picture(product: Product, variant: Variant | None, asked: str | None) -> Picture | None:
    """Return the picture that was asked for, else the variant's own, else the first."""
    known = {one.id: one for one in product.pictures}
    own = variant.picture_id if variant else None
    return known.get(asked or "") or known.get(own or "") or next(iter(product.pictures), None)


def _holders(tx: Tx, variant: Variant, cart_id: str | None, at: Instant) -> tuple[str, bool]:
    """Say who holds the last units of a variant, and whether it is this cart's own order."""
    if variant.available > 0 or not variant.held:
        return "", False
    holders = tx.all(Holder, sql.holders, sku=variant.sku)
    if any(one.cart_id == cart_id for one in holders):
        return _("The last ones are held for you: your order waits to be paid."), True
    until = min((one.hold_until for one in holders if one.hold_until), default=None)
    if until is None:
        return _("Held by others, whose payment is on its way."), False
    return _("Held by others, back {when} unless they pay.", when=back_in(until, at)), False


def _meant(tx: Tx, sku: str, asked: Mapping[str, str]) -> str:
    slug = catalog.slug_of(tx, sku) if asked.keys() - {"variant", "quantity"} else None
    if slug is None:
        return sku
    product = catalog.product(tx, slug)
    start = next((one.options for one in product.variants if one.sku == sku), {})
    chosen = {}
    for name in _names(product):
        chosen[name] = asked.get(field_of(name), start.get(name, ""))
        if chosen[name] not in _values(product, name):
            raise Refused(_("Choose one of these for {name}.", name=name), field_of(name))
    if not chosen:
        return sku
    variant = _made(product, chosen)
    if variant is None:
        raise Refused(not_made(chosen), "variant")
    return variant.sku
