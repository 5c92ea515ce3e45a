"""What is written down agrees with what is there: README, settings, commands, addresses, states."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from shop.app import create_app
from shop.cli import main
from shop.config import SettingError, Settings, read_settings
from shop.order_states import CLOSED_REASONS, STATES, STEPS
from tests.contracts.rules import files, verbs_in_addresses
from tests.world import settings_for

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SETTINGS = [one.metadata["name"] for one in fields(Settings)]


def test_every_setting_stands_in_the_readme_and_in_the_example_and_the_reverse():
    example = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    table = re.findall(r"^\| `((?:SHOP|STRIPE)_[A-Z_]+)` \|", README, re.MULTILINE)

    assert sorted(example) == sorted(SETTINGS)
    assert sorted(table) == sorted(SETTINGS)


def test_every_command_stands_in_the_readme_and_the_reverse():
    table = set(re.findall(r"^\| `shop ([a-z]+)", README, re.MULTILINE))

    assert table == set(main.commands)


def test_every_state_of_an_order_stands_in_the_readme():
    for word in (*STATES, *CLOSED_REASONS):
        assert f"`{word}`" in README
    arrows = set(re.findall(r"^ +(\w+) --> (\w+)", README, re.MULTILINE))
    assert arrows == set(STEPS)


@pytest.fixture
def routes(tmp_path):
    return create_app(settings_for(tmp_path)).url_map


def test_no_address_has_a_verb(routes):
    assert verbs_in_addresses([rule.rule for rule in routes.iter_rules()]) == []


def test_every_link_and_form_leads_to_a_route(routes):
    known = routes.bind("x")
    for path in files(ROOT, "templates/**/*.html", "partials/**/*.html"):
        if "sandbox" in path.parts:
            continue
        text = path.read_text()
        for name, address in re.findall(r'\b(href|action|hx-get|hx-post)="(/[^"]*)"', text):
            sample = re.sub(r"\{\{.*?\}\}", "x", address).split("?")[0].split("&")[0].split("#")[0]
            sample = "/x".join(re.split(r"\{%.*%\}", sample))
            asks = name in ("href", "hx-get") or f'method="get" action="{address}"' in text
            method = "GET" if asks else "POST"
            assert known.test(sample, method), (path.name, address)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOP_CURRENCY", "euros"),
        ("SHOP_BASE_URL", "shop.example"),
        ("SHOP_LIMITS", "yes"),
        ("SHOP_CHECKOUT_MINUTES", "4"),
        ("STRIPE_API_BASE", "http://stripe.example"),
        ("STRIPE_SECRET_KEY", "pk_test_x"),
        ("STRIPE_SECRET_KEY_FILE", "/nowhere/at/all"),
    ],
)
def test_a_setting_that_can_not_be_right_is_named(name, value):
    with pytest.raises(SettingError, match=name.removesuffix("_FILE")):
        read_settings({name: value})


def test_limits_are_lifted_on_loopback_only():
    with pytest.raises(SettingError, match="SHOP_LIMITS"):
        read_settings({"SHOP_LIMITS": "off", "SHOP_BASE_URL": "https://shop.example"})
    assert not read_settings({"SHOP_LIMITS": "off"}).limits


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("sk_test_from_a_file\n")

    told = read_settings({"STRIPE_SECRET_KEY_FILE": str(tmp_path / "key")})

    assert told.stripe_key == "sk_test_from_a_file"


def test_serving_needs_its_secrets():
    for missing in ("SHOP_SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"):
        told = {
            "SHOP_SECRET_KEY": "x" * 32,
            "STRIPE_SECRET_KEY": "sk_test_x",
            "STRIPE_WEBHOOK_SECRET": "whsec_x",
        }
        del told[missing]
        with pytest.raises(SettingError, match=missing):
            read_settings(told).require_for_serving()
