"""Whatever is in a cart, its sums add up to the last minor unit."""

from hypothesis import given
from hypothesis import strategies as st

from shop.taxes import contained, on_top, percent
from shop.totals import Priced, parted, reckon

AMOUNTS = st.integers(0, 500_000)
RATES = st.sampled_from([0, 2100, 7000, 19_000, 25_500, 100_000])
LINES = st.lists(st.tuples(AMOUNTS, RATES), min_size=1, max_size=8)


@given(LINES, AMOUNTS, AMOUNTS, RATES, st.booleans(), st.sampled_from([1, 10, 100]))
def test_goods_discount_shipping_and_tax_are_the_total(lines, off, shipping, shipping_rate, with_tax, grain):
    lines = [(price * grain, rate) for price, rate in lines]
    priced = [Priced(str(place), price, rate) for place, (price, rate) in enumerate(lines)]
    off, told = off * grain, {"shipping_rate": shipping_rate, "with_tax": with_tax, "grain": grain}

    found = reckon(priced, discount=off, shipping=shipping * grain, **told)

    assert found.total % grain == 0
    assert all(share.discount % grain == 0 for share in found.shares)
    assert found.total == found.subtotal - found.discount + found.shipping + found.tax
    assert found.subtotal == sum(price for price, _ in lines)
    assert found.discount == min(off, found.subtotal)
    assert sum(share.discount for share in found.shares) == found.discount
    taxes = sum(share.tax for share in found.shares) + found.shipping_tax
    assert (found.tax, found.included) == ((0, taxes) if with_tax else (taxes, 0))
    assert all(0 <= one.discount <= line.price for one, line in zip(found.shares, priced, strict=True))


@given(st.lists(AMOUNTS, min_size=1, max_size=12), st.data())
def test_an_amount_is_parted_into_shares_none_above_its_weight(weights, data):
    amount = data.draw(st.integers(0, sum(weights)))

    parts = parted(amount, weights)

    assert sum(parts) == amount
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@given(AMOUNTS, RATES)
def test_what_is_put_on_top_is_contained_afterwards(net, rate):
    gross = net + on_top(net, rate)

    assert abs(contained(gross, rate) - on_top(net, rate)) <= 1


def test_taxes_are_rounded_half_up():
    assert (contained(11_900, 19_000), on_top(10_000, 19_000)) == (1900, 1900)
    assert (contained(100, 19_000), on_top(50, 19_000), on_top(5, 10_000)) == (16, 10, 1)
    assert [percent(rate) for rate in (19_000, 7500, 0, 2125)] == ["19", "7.5", "0", "2.125"]
