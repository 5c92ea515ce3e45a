"""`shop import`: what it prints, when it imports, and with which status it ends."""

import csv
import io

import pytest
from click.testing import CliRunner

from shop.cli import main

SHOPIFY = (
    "Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price\n"
    "top,Varsity Top,Tops,Size,Small,,1,60.00\ntop,,,,Large,TOP-L,2,65.00\n"
    "cap,Cap,Hats,Title,Default Title,,3,9.50\n"
)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "goods.csv").write_text(SHOPIFY)

    def run(*words: str):
        return CliRunner().invoke(main, words)

    return run


def products_of(shop) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(shop("export", "products").stdout)))


def test_a_dry_run_tells_everything_and_writes_nothing(shop):
    answer = shop("import", "goods.csv", "--dry-run", "--stock", "set")

    assert answer.exit_code == 0
    assert answer.stdout.splitlines() == [
        "products: 2 new, 0 changed, 0 unchanged",
        "variants: 3 new, 0 changed, 0 unchanged",
        "rows: 3, refused: 0",
    ]
    assert products_of(shop) == []


@pytest.mark.parametrize(
    ("way", "units"), [("set", ["3", "2", "1"]), ("add", ["3", "2", "1"]), ("leave", ["0"] * 3)]
)
def test_a_file_is_imported_and_changes_nothing_the_second_time(shop, way, units):
    assert shop("import", "goods.csv", "--stock", way).exit_code == 0

    rows = products_of(shop)
    assert [(row["sku"], row["price"], row["category"]) for row in rows] == [
        ("CAP", "950", "hats"),
        ("TOP-L", "6500", "tops"),
        ("TOP-SMALL", "6000", "tops"),
    ]
    assert [row["on_hand"] for row in rows] == units
    again = shop("import", "goods.csv", "--stock", "leave").stdout
    assert "products: 0 new, 0 changed, 2 unchanged\nvariants: 0 new, 0 changed, 3 unchanged" in again
    assert "BROKEN" not in shop("verify").output


def test_stock_alone_makes_a_variant_changed(shop):
    shop("import", "goods.csv", "--stock", "set")

    added = shop("import", "goods.csv", "--stock", "add", "--dry-run").stdout
    assert "variants: 0 new, 3 changed, 0 unchanged" in added
    assert "variants: 0 new, 0 changed, 3 unchanged" in shop("import", "goods.csv", "--stock", "set").stdout


def test_one_refused_row_keeps_all_of_them_out(shop, tmp_path):
    (tmp_path / "bad.csv").write_text(SHOPIFY + "mug,Mug,,,,MUG,1,cheap\n")

    answer = shop("import", "bad.csv", "--stock", "set")

    assert answer.exit_code == 1
    assert (
        "rows: 4, refused: 1\nrow 5, Variant Price, 'cheap': This is no price: write it like 12.50."
        in answer.stdout
    )
    assert "Nothing was imported" in answer.stderr
    assert products_of(shop) == []


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_a_file_that_is_no_product_list_is_refused_in_a_sentence(shop, tmp_path, text):
    (tmp_path / "odd.csv").write_text(text)

    answer = shop("import", "odd.csv")

    assert answer.exit_code == 2
    assert answer.stderr.count("\n") == 1


def test_an_export_goes_back_in_unchanged_after_a_purchase_elsewhere(shop, tmp_path):
    shop("import", "goods.csv", "--stock", "set")
    (tmp_path / "out.csv").write_text(shop("export", "products").stdout)

    assert "variants: 0 new, 0 changed, 3 unchanged" in shop("import", "out.csv", "--stock", "set").stdout
    assert shop("export", "products").stdout == (tmp_path / "out.csv").read_bytes().decode()
