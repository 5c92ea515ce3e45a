"""The commands that outside programs rely on."""

import json

import pytest
from click.testing import CliRunner

from shop.cli import main


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*words: str, typed: str = "", **told: str):
        return CliRunner().invoke(main, words, input=typed, env=told)

    return run


def test_seeding_is_repeatable_and_its_books_balance(shop):
    assert "The demo is in." in shop("seed").output
    assert "nothing was changed" in shop("seed").output

    verified = shop("verify")
    assert verified.exit_code == 0
    assert "BROKEN" not in verified.output


@pytest.mark.parametrize(("currency", "price"), [("EUR", 4800), ("JPY", 4800), ("KWD", 48000)])
def test_the_demo_is_priced_in_the_shops_currency(shop, currency, price):
    shop("seed", SHOP_CURRENCY=currency)

    lines = shop("export", "products", "--format", "json", SHOP_CURRENCY=currency).output.splitlines()

    assert len(lines) > 90
    vase = next(one for one in map(json.loads, lines) if one["sku"] == "VAS-HARBOUR-TID")
    assert (vase["price"], vase["currency"], vase["options"]) == (price, currency.lower(), {"Glaze": "Tide"})


def test_a_shop_keeps_its_currency_for_life(shop):
    shop("seed", SHOP_CURRENCY="EUR")

    answer = shop("migrate", SHOP_CURRENCY="USD")

    assert answer.exit_code == 2
    assert "one currency for life" in answer.output


def test_the_first_admin_is_added_from_a_script(shop):
    words = ("person", "add", "--email", "Ada@Shop.example", "--role", "admin", "--password-stdin")

    assert "added as admin" in shop(*words, typed="a long enough secret\n").output
    assert "registered" in shop(*words, typed="a long enough secret\n").output
    assert "at least 8 characters" in shop(*words, typed="short\n").output


@pytest.mark.parametrize("book", ["products", "stock", "orders", "movements", "refunds", "attention"])
def test_every_book_can_be_exported_both_ways(shop, book):
    shop("seed")
    for style in ("csv", "json"):
        assert shop("export", book, "--format", style).exit_code == 0


@pytest.mark.parametrize("missing", ["SHOP_SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"])
def test_serving_without_a_secret_is_refused_by_name(shop, missing):
    told = {
        "SHOP_SECRET_KEY": "x" * 32,
        "STRIPE_SECRET_KEY": "sk_test_x",
        "STRIPE_WEBHOOK_SECRET": "whsec_x",
    }
    answer = shop("serve", **(told | {missing: ""}))

    assert answer.exit_code == 2
    assert f"{missing} is not set" in answer.output


def test_a_demo_beside_a_live_key_is_refused(shop):
    answer = shop("demo", "--port", "0", STRIPE_SECRET_KEY="sk_live_x")

    assert answer.exit_code == 2
    assert "live key" in answer.output


def test_verification_prints_a_head_that_proves_later_that_nothing_was_rewritten(shop):
    shop("seed")
    head = shop("verify").output.splitlines()[-1].removeprefix("head of the ledger: ")

    assert shop("verify", "--head", head).exit_code == 0
    other = shop("verify", "--head", head[:-1] + ("0" if head[-1] != "0" else "1"))
    assert (other.exit_code, "is not the one that was noted" in other.output) == (1, True)
    assert shop("verify", "--head", "nonsense").exit_code == 2


def test_verification_says_in_a_sentence_what_is_wrong_with_the_file(shop, tmp_path):
    assert "shop migrate" in shop("verify").output
    assert shop("verify").exit_code == 2
    assert not (tmp_path / "var").exists()
    shop("seed")
    (tmp_path / "var" / "shop.db").write_bytes(b"nothing of the kind" * 1000)

    answer = shop("verify")

    assert answer.exit_code == 1
    assert "BROKEN" in answer.output
    assert isinstance(answer.exception, SystemExit)
