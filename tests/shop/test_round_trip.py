"""An export imported again changes nothing, whatever things are called."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import Database
from shop import categories, export, instance, people, products
from shop.catalog import NewProduct, NewVariant
from shop.clock import now
from shop.importing import console, own, reading
from shop.people import Person
from tests.world import CHEAP_HASH

# Whatever the shop's own forms let through: several lines and tabs, but no control characters.
LETTERS = st.characters(blacklist_categories=("Cs", "Cc"), whitelist_characters="\n\t")
BEGINNINGS = st.sampled_from(
    ["", "=", "+", "-", "@", "'", "'=", "''", '"', ",", ";", "\ufeff", "sep=;", "0x", " "]
)
TEXTS = st.builds("{}{}".format, BEGINNINGS, st.text(LETTERS, max_size=30))
NAMES = TEXTS.map(lambda text: text.strip()).filter(bool)
OPTIONS = st.dictionaries(NAMES, NAMES, max_size=3)
SKUS = st.from_regex(r"[=+@A-Za-z0-9_.:*-][A-Za-z0-9_.:*=+@-]{0,20}", fullmatch=True)


@st.composite
def shelves(draw):
    """Draw a few products, each with its variants; no SKU and no label stands there twice."""
    skus = draw(st.lists(SKUS, min_size=1, max_size=6, unique_by=str.lower))
    drawn = []
    while skus:
        taken, skus = skus[: draw(st.integers(1, 3))], skus[1:]
        taken = [sku for sku in taken if sku not in {one for _, _, some, _ in drawn for one, *_ in some}]
        told = draw(
            st.lists(
                OPTIONS,
                min_size=len(taken),
                max_size=len(taken),
                unique_by=lambda one: " / ".join(one.values()),
            )
        )
        variants = [
            (sku, draw(st.integers(0, 10**6)), draw(st.integers(0, 50)), some)
            for sku, some in zip(taken, told, strict=True)
        ]
        drawn.append((draw(NAMES), draw(TEXTS), variants, draw(st.booleans())))
    return [one for one in drawn if one[2]]


@pytest.fixture
async def books(tmp_path):
    db = await Database.open(f"sqlite:///{tmp_path}/books.db")
    await db.write(instance.establish, "eur", now())
    yield db
    await db.close()


def plant(tx, drawn) -> Person:
    ada = people.find_by_email(tx, "ada@x.example") or people.register(
        tx, "ada@x.example", "Ada", CHEAP_HASH, now(), role="admin"
    )
    shelf = categories.named(tx, ada, "Shelf", now())
    for name, description, variants, published in drawn:
        told = tuple(NewVariant(sku, price, on_hand, options) for sku, price, on_hand, options in variants)
        products.add(tx, ada, NewProduct("", name, description, shelf, told, published=published), now())
    return ada


class Backwards(Exception):
    """Ends a transaction so that nothing of it stays."""


def exported(tx) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(own.COLUMNS)
    for _, row in export.products(tx, "", "eur"):
        writer.writerow([export.cell(value) for value in row.values()])
    return out.getvalue().encode()


def changes(tx, drawn) -> None:
    """Plant, export, plan the export, and leave nothing behind; the plan must have no change in it."""
    plant(tx, drawn)
    batches = list(reading.batches(exported(tx), "eur", lambda function, *told: function(tx, *told)))
    odd = [item for batch in batches for item in batch.get("items", []) if item["state"] != "unchanged"]
    refused = [one for batch in batches for one in batch.get("refusals", [])]
    assert (odd, refused) == ([], [])
    assert batches[-1]["counts"]["stock_differs"] == 0
    raise Backwards


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=shelves())
async def test_an_export_imported_again_changes_nothing(books, drawn):
    with pytest.raises(Backwards):
        await books.write(changes, drawn)


@given(cell=st.text(st.characters(blacklist_categories=("Cs",)), max_size=20))
def test_a_cell_that_was_defused_reads_as_before_and_begins_as_no_formula(cell):
    from shop.importing.fields import guarded, unguarded

    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


def nothing_here(function, told):
    from shop.importing.catalogue import Catalogue, owners

    return [group[0].group for group in told] if function is owners else Catalogue()


@settings(max_examples=200, deadline=None)
@given(data=st.one_of(st.binary(max_size=400), st.text(max_size=300).map(str.encode)))
@pytest.mark.parametrize(
    "header", [b"", b"sku,name,price,on_hand\n", b"Handle;Title;Variant Price\n", b"Type\tSKU\tParent\n"]
)
def test_no_file_breaks_the_reading(data, header):
    from shop.errors import Refused

    try:
        batches = list(reading.batches(header + data, "eur", nothing_here))
    except Refused:
        return
    assert "counts" in batches[-1]


async def test_the_exports_of_the_command_line_go_round_as_well(world, tmp_path):
    await world.db.write(
        plant, [("=cmd()", '\'tis\r\n a "quoted" one', [("X-1", 100, 3, {"-a": "+b"})], True)]
    )
    out = io.StringIO()
    await export.write(world.db, "products", "eur", "csv", out)

    report = console.planned(out.getvalue().encode(), world.settings.database_url, "eur")

    assert list(report.lines("set")) == [
        "products: 0 new, 0 changed, 5 unchanged",
        "variants: 0 new, 0 changed, 6 unchanged",
        "rows: 6, refused: 0",
    ]
