"""The tree keeps its rules, and each rule is able to fail."""

import shutil
from pathlib import Path

import pytest

from tests.contracts import rules

ROOT = Path(__file__).parents[2]
LONG = "def f():\n" + "    x = 1\n" * 50

FAULTS = [
    (rules.long_files, "partials/cart/lines.html", "<p></p>\n" * 50),
    (rules.long_functions, "shop/money.py", LONG),
    (rules.long_functions, "shop/web/cart.py", "def f():\n" + "    x = 1\n" * 20),
    (rules.vague_modules, "shop/utils.py", ""),
    (rules.clocks_outside_the_clock, "shop/orders.py", "datetime.now()"),
    (rules.environment_outside_the_settings, "shop/cli.py", "import os\nos.environ\n"),
    (rules.floats_near_money, "shop/money.py", "x = float(1)"),
    (rules.sql_outside_its_files, "shop/orders.py", 'x = "SELECT 1"'),
    (rules.unused_or_unknown_sql, "db/queries/orders.sql", "-- name: forgotten\nSELECT 1\n"),
    (rules.bad_partials, "partials/cart/lines.html", "<ul id='x'></ul>"),
    (rules.bad_partials, "partials/cart/lines.html", '{# needs: x #}\n<ul id="cart-lines"></ul><p></p>'),
    (rules.bad_partials, "partials/cart/nowhere.html", '{# needs: x #}\n<ul id="cart-nowhere"></ul>'),
    (rules.markup_that_the_policy_forbids, "templates/x/y.html", '<p style="color: red">'),
    (rules.markup_that_the_policy_forbids, "templates/x/y.html", '<a hx-trigger="click[ctrlKey]">'),
    (rules.markup_that_the_policy_forbids, "templates/x/y.html", "<script>alert(1)</script>"),
    (rules.markup_that_the_policy_forbids, "templates/x/y.html", '<script type="module">x</script>'),
    (rules.forms_without_a_way, "templates/x/y.html", "<form></form>"),
    (rules.changed_vendored_files, "static/htmx.min.js", "changed"),
    (rules.lock_files_with_addresses, "requirements.txt", "a @ https://x"),
]


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.__name__)
def test_the_tree_keeps(rule):
    assert rule(ROOT) == []


@pytest.mark.parametrize(("rule", "path", "text"), FAULTS, ids=range(len(FAULTS)))
def test_a_planted_fault_is_found(tmp_path, rule, path, text):
    (tmp_path / "static").mkdir()
    shutil.copy(ROOT / "static" / "VENDORED.md", tmp_path / "static")
    planted = tmp_path / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(text)

    assert rule(tmp_path) != []


def test_a_verb_in_an_address_is_found():
    assert rules.verbs_in_addresses(["/orders/<number>/cancel", "/orders"]) == [
        "/orders/<number>/cancel has a verb in it"
    ]
