"""Money as people type and read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from shop.money import LARGEST, decimals, format_money, grain, parse_money, to_the_grain, typed_money

CURRENCIES = any_.sampled_from(["eur", "usd", "jpy", "kwd", "chf"])


@given(any_.integers(0, LARGEST), CURRENCIES)
def test_what_is_typed_back_is_the_same_amount(amount, currency):
    amount -= amount % grain(currency)

    assert parse_money(typed_money(amount, currency), currency) == amount


@given(any_.text(max_size=20), CURRENCIES)
def test_any_text_is_an_amount_or_a_sentence(text, currency):
    read = outcome(text, currency)

    assert read.endswith(".") if isinstance(read, str) else 0 <= read <= LARGEST


def outcome(text: str, currency: str) -> int | str:
    try:
        return parse_money(text, currency)
    except ValueError as refusal:
        return str(refusal)


@pytest.mark.parametrize(
    ("typed", "currency", "sentence"),
    [
        ("12.345", "kwd", "Cards are charged in steps of 0.010: write 12.350."),
        ("1250.40", "isk", "Cards are charged in steps of 1.00: write 1250.00."),
        ("7.50", "ugx", "Cards are charged in steps of 1.00: write 8.00."),
    ],
)
def test_what_stripe_could_not_charge_is_refused_with_the_nearest(typed, currency, sentence):
    assert outcome(typed, currency) == sentence


@given(any_.integers(0, LARGEST), any_.sampled_from([1, 10, 100]))
def test_an_amount_is_rounded_to_the_nearest_step_half_of_it_up(amount, by):
    found = to_the_grain(amount, by)

    assert found % by == 0
    assert -by <= 2 * (amount - found) < by


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [(1250, "eur", "€12.50"), (1250, "jpy", "¥1,250"), (1250, "kwd", "KWD1.250"), (0, "usd", "$0.00")],
)
def test_an_amount_is_shown_with_the_decimals_of_its_currency(amount, currency, shown):
    assert format_money(amount, currency) == shown


def test_how_many_decimals_a_currency_has():
    assert [decimals(one) for one in ("jpy", "eur", "kwd")] == [0, 2, 3]
