"""A large shop, made in minutes, whose books are whole: `shop verify` holds on it.

Rows are written in bulk into the schema as it was before the merchant's day, and then the newer migrations
run over them: so whatever those keep beside (words to search, sales by day, prices) they fill in themselves.
Seeded, and kept in a temporary folder under a key of everything it is made from.

`python -m tests.bench.world [VARIANTS ORDERS MOVEMENTS PEOPLE]` makes one, verifies it and says how long
that took.
"""

import hashlib
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from db import engine, migrate
from shop import verify
from shop.clock import epoch, from_epoch
from tests.bench import later
from tests.bench.bulk import Bulk, Stockroom, id_at
from tests.bench.trade import Trade
from tests.world import CHEAP_HASH, SVG

SCHEMA = 4
"""The last migration before the merchant's day."""
DAY = 86_400
YEARS_BACK = 2 * 365 * DAY
FIRST = (
    "Ada",
    "Mia",
    "Sam",
    "Noor",
    "Jonas",
    "Lena",
    "Yusuf",
    "Clara",
    "Ivo",
    "Greta",
    "Tom",
    "Ines",
    "Paul",
)
LAST = (
    "Berg",
    "Lind",
    "Okafor",
    "Moreau",
    "Silva",
    "Novak",
    "Haas",
    "Kaya",
    "Rossi",
    "Weber",
    "Sato",
    "Dahl",
)
STUFF = ("Oak", "Linen", "Clay", "Brass", "Wool", "Glass", "Slate", "Cork", "Felt", "Birch", "Jute", "Copper")
THINGS = ("Lamp", "Bowl", "Shirt", "Vase", "Chair", "Rug", "Mug", "Tray", "Scarf", "Clock", "Basket", "Frame")
SIZES = ("XS", "S", "M", "L", "XL", "XXL")
CATEGORIES = 24


@dataclass(frozen=True)
class Size:
    """How much there is of everything."""

    variants: int
    orders: int
    movements: int
    people: int


SMALL = Size(1_000, 1_000, 10_000, 200)
BIG = Size(100_000, 100_000, 1_000_000, 20_000)


def world_of(size: Size, seed: int = 1) -> Path:
    """Return the database of a shop of this size; made once a day, and again when its makers change."""
    folder = Path(tempfile.gettempdir()) / f"tillroom-worlds-{_key(seed)}"
    folder.mkdir(exist_ok=True)
    path = folder / f"{size.variants}-{size.orders}-{size.movements}-{size.people}.db"
    if not path.exists():
        # Nobody asks for those of former makers again, and they are large.
        for former in folder.parent.glob("tillroom-worlds-*"):
            if former != folder:
                shutil.rmtree(former, ignore_errors=True)
        half = path.with_suffix(".half")
        for leftover in folder.glob(f"{half.name}*"):
            leftover.unlink()
        make(half, size, seed)
        half.rename(path)
    return path


def copy_of(size: Size, folder: Path, seed: int = 1) -> Path:
    """Return a copy, for whoever runs a shop on it."""
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(world_of(size, seed), folder / "shop.db"))


def _key(seed: int) -> str:
    makers = [*sorted(Path(__file__).parent.glob("*.py")), *sorted(migrate.FOLDER.glob("*.sql"))]
    told = b"".join(path.read_bytes() for path in makers)
    return hashlib.sha256(told + f"{seed} {epoch() // DAY} {engine.version()}".encode()).hexdigest()[:12]


def make(path: Path, size: Size, seed: int) -> None:
    """Write a shop of this size into a new file."""
    engine.make_file(path)
    connection = engine.open_writer(path)
    for setting in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -600000"):
        connection.execute(f"PRAGMA {setting}")
    _migrate(connection, SCHEMA)
    with _unwatched(connection):
        _fill(connection, size, random.Random(seed), epoch())
    migrate.migrate(connection)
    later.fill(connection)
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    assert broken is None, broken
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _migrate(connection: engine.Connection, last: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        for path in sorted(migrate.FOLDER.glob("*.sql"))[:last]:
            shutil.copy(path, name)
        migrate.migrate(connection, Path(name))


class _unwatched:  # noqa: N801 - used like a function
    """Take indexes and triggers away while rows come in bulk, and put them back as they were."""

    def __init__(self, connection: engine.Connection) -> None:
        self.run = connection.execute

    def __enter__(self) -> None:
        told = (
            "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        )
        self.taken = self.run(told).fetchall()
        for kind, name, _ in self.taken:
            self.run(f"DROP {kind} {name}")
        self.run("BEGIN")

    def __exit__(self, *_: object) -> None:
        for _, _, text in self.taken:
            self.run(text)
        self.run("COMMIT")


def _fill(connection: engine.Connection, size: Size, dice: random.Random, now: int) -> None:
    bulk = Bulk(connection)
    bulk.add("shop", 1, "big", "eur", from_epoch(now - 2 * YEARS_BACK))
    folk = _people(bulk, size, dice, now)
    stockroom = Stockroom(bulk)
    things = _things(bulk, size, dice, now, stockroom)
    trade = Trade(bulk, stockroom, things, folk, dice)
    trade.run(size.orders, size.movements - 2 * size.variants, now - YEARS_BACK, now)
    _count(stockroom, dice, now)
    stockroom.close()
    bulk.flush()


def _people(bulk: Bulk, size: Size, dice: random.Random, now: int) -> list[tuple[str, str]]:
    """Add everybody, Ada first, and return the shoppers' ids and addresses."""
    begun = now - 2 * YEARS_BACK
    folk = []
    for number in range(size.people):
        at = begun + number * YEARS_BACK // size.people
        person = id_at("per", at, number)
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
        email = f"{name.lower().replace(' ', '.')}.{number}@example.org"
        if number == 0:
            name, email = "Ada", "ada@tillroom.example"
        role = "admin" if number < 3 else "user"
        gone = from_epoch(now) if number % 50 == 49 else None
        bulk.add("people", person, email, name, role, CHEAP_HASH, from_epoch(at), gone)
        bulk.event(from_epoch(at), f"person:{person}", "person.added", f"person:{person}", "", role)
        if number >= 3:
            folk.append((person, email))
    return folk


def _things(bulk: Bulk, size: Size, dice: random.Random, now: int, stockroom: Stockroom) -> list[tuple]:
    """Add categories, products and variants; return what an order line says of each variant."""
    begun = now - 2 * YEARS_BACK
    shelves = [id_at("cat", begun, number) for number in range(CATEGORIES)]
    for number, shelf in enumerate(shelves):
        name = f"{STUFF[number % 12]} {'things' if number < 12 else 'goods'}"
        bulk.add("categories", shelf, name.lower().replace(" ", "-"), name, "All of it.", number)
    things, product = [], 0
    while len(things) < size.variants:
        product += 1
        at = begun + len(things) * YEARS_BACK // size.variants
        many = min(dice.choice((1, 2, 4, 6)), size.variants - len(things))
        things += _product(bulk, product, at, dice.choice(shelves), many, dice)
    ada = f"person:{id_at('per', begun, 0)}"
    for variant, (sku, *_) in enumerate(things):
        stockroom.open(sku)
        at = from_epoch(begun + YEARS_BACK * (variant + 1) // size.variants)
        stockroom.adjust(variant, dice.randrange(20, 60), "received", ada, at)
    return things


def _product(bulk: Bulk, number: int, at: int, shelf: str, many: int, dice: random.Random) -> list[tuple]:
    product, when = id_at("prd", at, number), from_epoch(at)
    name = f"{dice.choice(STUFF)} {dice.choice(THINGS)} {number}"
    slug, published = name.lower().replace(" ", "-"), 0 if number % 20 == 0 else 1
    bulk.add("products", product, slug, name, f"{name} is made to last.", shelf, published, when)
    bulk.event(when, "shop", "product.added", f"product:{product}", "", name)
    price, added = dice.randrange(300, 20_000, 10), []
    for position in range(many):
        label = SIZES[position] if many > 1 else ""
        sku = f"{name[:3].upper()}-{number:06d}" + (f"-{label}" if label else "")
        options = f'{{"Size": "{label}"}}' if label else "{}"
        bulk.add("variants", sku, product, label, options, price + 50 * position, position, 1)
        added.append((sku, slug, name, label, price + 50 * position))
    picture = (id_at("pic", at, number), product, None, 0, name, "image/svg+xml", 400, 400, SVG)
    bulk.add("pictures", *picture)
    return added


def _count(stockroom: Stockroom, dice: random.Random, now: int) -> None:
    """Count every shelf: some are empty, some nearly so, most are full."""
    for variant in range(len(stockroom.skus)):
        drawn = dice.random()
        left = 0 if drawn < 0.03 else dice.randrange(1, 6) if drawn < 0.08 else dice.randrange(6, 300)
        stockroom.adjust(variant, left + stockroom.held[variant], "counted", "shop", from_epoch(now), to=True)


def main(size: Size) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "shop.db"
        begun = time.perf_counter()
        make(path, size, 1)
        made = time.perf_counter()
        report = verify.of_file(f"sqlite:///{path}")
        told = f"{size}: made in {made - begun:.1f} s, {path.stat().st_size // 2**20} MB"
        print(f"{told}, verified in {time.perf_counter() - made:.1f} s: {report.movements} movements")
        for check in report.checks:
            assert check.broken is None, check


if __name__ == "__main__":
    main(Size(*(int(one) for one in sys.argv[1:5])) if len(sys.argv) > 4 else BIG)
