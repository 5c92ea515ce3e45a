"""Totals: what goods, a discount, shipping and tax come to, to the last minor unit.

Goods first, the discount off them, the tax on what is left of each line and on shipping: contained in the
prices, or on top. Every share is whole, and the shares of a sum add up to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from shop.taxes import contained, on_top


@dataclass(frozen=True, slots=True)
class Priced:
    """A line to be reckoned: its price in minor units, its tax in thousandths of a percent."""

    sku: str
    price: int
    rate: int


@dataclass(frozen=True, slots=True)
class Share:
    """What falls to a line: its part of the discount, and its tax at a rate."""

    sku: str
    discount: int
    tax: int
    rate: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What all of it comes to; `tax` is on top, `included` is contained in the prices: one of them is 0."""

    subtotal: int
    discount: int
    shipping: int
    tax: int
    included: int
    total: int
    shares: tuple[Share, ...]
    shipping_tax: int
    shipping_rate: int


def reckon(
    lines: Sequence[Priced],
    *,
    discount: int,
    shipping: int,
    shipping_rate: int,
    with_tax: bool,
    grain: int = 1,
) -> Totals:
    """Return what lines come to with a discount on the goods and with shipping.

    `with_tax` says that prices contain their tax; otherwise it comes on top. The discount is no more than the
    goods. All that is charged is a multiple of `grain`, as the prices and the discount are.
    """
    subtotal = sum(line.price for line in lines)
    off = min(discount, subtotal)
    tax_of = contained if with_tax else partial(on_top, grain=grain)
    parts = parted(off, [line.price for line in lines], grain)
    shares = tuple(
        Share(line.sku, part, tax_of(line.price - part, line.rate), line.rate)
        for line, part in zip(lines, parts, strict=True)
    )
    shipping_tax = tax_of(shipping, shipping_rate)
    taxes = sum(share.tax for share in shares) + shipping_tax
    tax, included = (0, taxes) if with_tax else (taxes, 0)
    total = subtotal - off + shipping + tax
    return Totals(subtotal, off, shipping, tax, included, total, shares, shipping_tax, shipping_rate)


def parted(amount: int, weights: Sequence[int], grain: int = 1) -> list[int]:
    """Return an amount parted by weights into whole shares, none above its weight, by largest remainders.

    The amount is at most the sum of the weights. Where they are multiples of `grain`, the shares are so too.
    """
    if grain > 1:
        return [grain * part for part in parted(amount // grain, [weight // grain for weight in weights])]
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    parts = [amount * weight // whole for weight in weights]
    rest = sorted(range(len(weights)), key=lambda place: -(amount * weights[place] % whole))
    for place in rest[: amount - sum(parts)]:
        parts[place] += 1
    return parts
