"""No statement of a page or a job costs more in a large shop: every plan is asked for and judged.

The plans are those of a database without statistics, because the shop never runs ANALYZE: so they are the
same in the smallest shop and in the largest, and what is judged here is what is run there.
"""

import re
from pathlib import Path

import pytest

from db import engine, migrate
from db.sqlfile import FOLDER, Queries, queries
from tests.db import plans

ROOT = FOLDER.parents[1]
WHOLE_BOOKS = {
    "verify": ("shop/verify.py", "recomputes the whole books; a command, and the tests' last word"),
    "histories": ("shop/histories.py", "a part of verify: every order's way from its first event"),
    "ledgers": ("shop/ledgers.py", "holds 35 days of money against Stripe's books, once a day, in a job"),
    "doctor": ("shop/doctor.py", "a command that looks once and ends"),
}
"""Files of statements that read everything on purpose: the one module that may use each, and why."""
PROVED = {
    "prices.off_its_history": "a part of verify",
    "sales.orders_sold_otherwise": "a part of verify",
    "sales.next_day": "a part of verify",
    "sales.day_off": "a part of verify",
    "sales.variant_off": "a part of verify",
}
"""Statements of a page's module that only `shop verify` asks for."""
EXCUSED = PROVED | {
    "attention.entries": "orders in review are what waits for a person, sorted with all else that waits",
    "payments.past_deadline": "orders that are open are those of the last half hour",
    "limits.forget": "a job; each row that is too old is met once, and then it is gone",
    "explain.on_hand": "walks one variant's movements; at least every third of an order's changes it",
    "explain.held": "as explain.on_hand",
    "explain.available": "as explain.on_hand",
    "discounts.used_by": "what one person has used of one code",
    "desk.events_with_names": "the events of one order",
    "importing.clear_items": "as importing.moved_product, once",
    "importing.clear_refusals": "as importing.moved_product, once",
    "importing.drop_file": "the pieces of one file, once",
    "importing.moved_product": "looks at every row of the file that is being imported",
    "importing.moved_variant": "as importing.moved_product",
    "importing.parts": "the pieces of one file",
    "importing.product_is": "goes through the rows of a file in steps",
    "order_letters.followed_guest": "walks the orders of guests since one that has just ended unpaid",
    "purchases.sold": "adds up one variant's days of sale, one row each",
    "restocking.readers": "those who run the shop, a handful",
    "sales.changed_sellers": "a job, which goes through the variants in steps",
    "storefinds.word_from": "seeks one word in the order of all words",
    "stocktake.sheet_of_category": "sorts the variants of one product at a time",
}


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    path = tmp_path_factory.mktemp("plans") / "shop.db"
    engine.make_file(path)
    connection = engine.open_writer(path)
    migrate.migrate(connection)
    yield connection
    connection.close()


def statements():
    for path in sorted(FOLDER.glob("*.sql")):
        if path.stem not in WHOLE_BOOKS:
            names = dir(queries(path.stem))
            yield from (getattr(queries(path.stem), name) for name in names)


def test_every_statement_costs_the_same_in_a_large_shop(books):
    found = {one.name: plans.faults(books, one) for one in statements() if one.name not in EXCUSED}
    guilty = [f"{name}: {fault}" for name, faults in found.items() for fault in faults]

    assert guilty == []


def test_no_excuse_outlives_its_statement(books):
    guilty = {one.name for one in statements() if one.name in EXCUSED and plans.faults(books, one)}

    assert guilty == set(EXCUSED)


@pytest.mark.parametrize("feature", WHOLE_BOOKS)
def test_whole_books_are_read_by_commands_and_jobs_only(feature):
    module, _ = WHOLE_BOOKS[feature]
    name = Path(module).stem
    sources = {path.relative_to(ROOT).as_posix(): path.read_text() for path in ROOT.glob("shop/**/*.py")}
    users = {path for path, text in sources.items() if f'queries("{feature}")' in text}
    askers = {path for path, text in sources.items() if re.search(rf"\b{name}\.\w+\b", text)}

    assert users == {module}
    assert not {path for path in askers if path.startswith("shop/web/")}


def test_nothing_gathers_statistics_that_would_change_a_plan():
    paths = [*ROOT.glob("shop/**/*.py"), *ROOT.glob("db/**/*.py"), *ROOT.glob("db/**/*.sql")]
    texts = [path.read_text() for path in paths]

    assert not [text for text in texts if re.search(r"\bANALYZE\b|PRAGMA optimize", text)]


GUILTY = {
    "SELECT id FROM orders": "nothing limits it",
    "SELECT id FROM orders WHERE email = :email LIMIT 10": "may reject all it walks over by email",
    "SELECT id FROM orders WHERE state = :state ORDER BY total LIMIT 10": "temp b-tree for order by",
    "SELECT id FROM orders WHERE state = :state AND total > :least ORDER BY id DESC LIMIT 10": "reject",
    "SELECT id FROM orders ORDER BY id LIMIT 10 OFFSET :skipped": "OFFSET",
    "SELECT COUNT(*) FROM orders WHERE state = :state": "nothing limits it",
    "SELECT COUNT(*) FROM orders LIMIT 1": "adds up",
    "SELECT DISTINCT email FROM orders ORDER BY id LIMIT 5": "adds up",
    "SELECT SUM(quantity) FROM order_lines WHERE sku = :sku": "nothing limits it",
    "SELECT text FROM order_finds WHERE text LIKE :part LIMIT 5": "reject",
    "SELECT m.seq FROM movements m LEFT JOIN people p ON 'person:' || p.id = m.actor WHERE m.order_id = :id":
        "read again for each row",
    "SELECT v.sku FROM variants v WHERE v.product_id = :id AND EXISTS ("
    "SELECT 1 FROM order_lines l WHERE l.name = v.label)": "read again",
    "SELECT l.sku FROM order_lines l, carts c WHERE c.updated_at = l.name AND l.order_id = :id": "read again",
    "SELECT p.id FROM people p JOIN carts c ON c.updated_at = p.name ORDER BY p.id LIMIT 5": "index while",
    "UPDATE variants SET price = :price WHERE price = :was": "nothing limits it",
    "DELETE FROM events WHERE actor = :actor": "nothing limits it",
    "SELECT w.rowid FROM order_words w ORDER BY w.text LIMIT 5": "temp b-tree",
}  # fmt: skip
INNOCENT = [
    "SELECT number FROM orders WHERE id = :id",
    "SELECT id FROM orders WHERE id < :after ORDER BY id DESC LIMIT :size",
    "SELECT id FROM orders WHERE state = :state AND id < :after ORDER BY id DESC LIMIT :size",
    "SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE state = :state LIMIT 100) few",
    "SELECT MAX(id) FROM orders",
    "SELECT SUM(quantity) FROM order_lines WHERE order_id = :id",
    "SELECT name FROM categories ORDER BY position",
    """
    SELECT o.id FROM order_words w JOIN order_finds f ON f.id = w.rowid JOIN orders o ON o.id = f.order_id
    WHERE order_words MATCH :pattern AND w.rowid < :after ORDER BY w.rowid DESC LIMIT :size
    """,
    """
    SELECT id FROM (SELECT id, total FROM orders WHERE id < :after ORDER BY id DESC LIMIT 2000) walked
    WHERE total > :least ORDER BY id DESC LIMIT :size
    """,
]


@pytest.fixture
def read_as(tmp_path):
    def read_as(text):
        (tmp_path / "planted.sql").write_text(f"-- name: planted\n{text}\n")
        return Queries(tmp_path / "planted.sql").planted

    return read_as


@pytest.mark.parametrize(("text", "word"), GUILTY.items(), ids=range(len(GUILTY)))
def test_a_planted_fault_is_found(books, read_as, monkeypatch, text, word):
    monkeypatch.setattr("db.sqlfile._BANNED", {})
    found = " ".join(plans.faults(books, read_as(text)))

    assert word in found


@pytest.mark.parametrize("text", INNOCENT, ids=range(len(INNOCENT)))
def test_what_stays_flat_is_let_pass(books, read_as, text):
    assert plans.faults(books, read_as(text)) == []
