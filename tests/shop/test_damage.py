"""A damaged file: verification says so in a sentence, whatever byte was hit, and never fails on it."""

import random
import shutil

import pytest

from db import WrongSchema, engine
from shop import verify
from tests.shop.test_chain import book

__all__ = ["book"]
FLIPS = 400


@pytest.fixture
async def file(book, tmp_path):
    """The books as one closed file, with everything of the log in it."""
    (tmp_path / "copy").mkdir()
    path = tmp_path / "copy" / "shop.db"
    connection = engine.open_writer(book.db.path)
    connection.execute("VACUUM INTO ?", (str(path),))
    connection.close()
    return path


def url(path) -> str:
    return f"sqlite:///{path}"


def ledger(path) -> list[tuple] | None:
    """Return the movements as bytes, None where they can't be read."""
    try:
        connection = engine.open_snapshot(path)
        connection.text_factory = bytes
        try:
            return connection.execute("SELECT * FROM movements NOT INDEXED ORDER BY rowid").fetchall()
        finally:
            connection.close()
    except (engine.Error, verify.DatabaseError):
        return None


def offsets(raw: bytes, rows: list[tuple], chance: random.Random) -> list[int]:
    """Return places anywhere, and as many near the movements' hashes."""
    near = [raw.index(chance.choice(rows)[-1]) + chance.randint(-300, 80) for _ in range(FLIPS // 2)]
    return near + [chance.randrange(len(raw)) for _ in range(FLIPS // 2)]


def outcome(path) -> list[str]:
    """Return what `shop verify` would name."""
    try:
        return [check.broken for check in verify.of_file(url(path)).checks if check.broken is not None]
    except WrongSchema as fault:
        return [str(fault)]


async def test_any_flipped_byte_that_changes_the_ledger_is_found(file):
    assert outcome(file) == []
    raw, before = file.read_bytes(), ledger(file)
    chance, missed, hit = random.Random(20261125), [], 0
    for place in offsets(raw, before, chance):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << chance.randrange(8)
        file.write_bytes(flipped)
        found = outcome(file)
        assert all(found)
        if ledger(file) != before:
            hit += 1
            missed += [] if found else [place]
    assert missed == []
    assert hit > FLIPS // 4


@pytest.mark.parametrize("length", [0, 10, 4096, 20_000])
async def test_a_file_that_was_cut_short_is_found(file, length):
    file.write_bytes(file.read_bytes()[:length])

    assert outcome(file) != []


async def test_a_page_full_of_zeros_is_found_wherever_it_is(file):
    raw = file.read_bytes()
    for page in range(0, len(raw), 4096):
        if any(raw[page : page + 4096]):
            file.write_bytes(raw[:page] + bytes(4096) + raw[page + 4096 :])
            assert outcome(file) != [], page // 4096 + 1


async def test_text_that_is_no_text_is_named_with_its_row(file):
    raw = file.read_bytes()
    assert raw.count("Grüße".encode()) == 1
    file.write_bytes(raw.replace("Grüße".encode(), b"Gr\xff\xffe\xff\xff"))

    seq = next(row[0] for row in ledger(file) if b"\xff" in row[8])
    assert any(f"movement {seq} " in one for one in outcome(file))


def copy_as_after_a_crash(book, folder):
    """Copy the file and its log as kill -9 would leave them."""
    folder.mkdir()
    for end in ("", "-wal"):
        shutil.copy(f"{book.db.path}{end}", folder / f"shop.db{end}")
    return folder / "shop.db"


async def test_a_log_that_is_whole_is_no_finding(book, tmp_path):
    path = copy_as_after_a_crash(book, tmp_path / "whole")

    assert path.with_name("shop.db-wal").stat().st_size > 20 * 4096
    assert outcome(path) == []
    assert verify.of_file(url(path)).head == (await book.db.read(verify.run)).head


@pytest.mark.parametrize("place", [0, 20, 40, 4096, 40_000, 80_000])
async def test_a_damaged_log_is_found_though_sqlite_passes_over_it(book, tmp_path, place):
    path = copy_as_after_a_crash(book, tmp_path / "hit")
    log = path.with_name("shop.db-wal")
    raw = bytearray(log.read_bytes())
    raw[place] ^= 1
    log.write_bytes(raw)

    assert outcome(path) != []


async def test_looking_changes_nothing_and_works_beside_a_writer(book):
    before = book.db.path.read_bytes()
    writer = engine.open_writer(book.db.path)
    writer.execute("BEGIN IMMEDIATE")
    assert outcome(book.db.path) == []
    writer.execute("ROLLBACK")
    writer.close()
    assert book.db.path.read_bytes() == before


async def test_no_database_and_an_older_one_are_not_verified_but_named(tmp_path, file):
    with pytest.raises(WrongSchema, match="no database at"):
        verify.of_file(url(tmp_path / "nowhere.db"))
    connection = engine.open_writer(file)
    connection.execute("DELETE FROM schema_migrations WHERE number > 2")
    connection.close()
    with pytest.raises(WrongSchema, match="shop migrate"):
        verify.of_file(url(file))
