"""The write-ahead log, looked at from outside: commits that were written to it and no longer count.

SQLite reads a log up to the first frame whose checksum fails and takes the rest for a torn write, without
a word. After damage that loses transactions which were answered long ago. The formats are those of
sqlite.org/fileformat2.html (section 4) and sqlite.org/walformat.html.
"""

import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HEADER = struct.Struct(">4s5L")  # magic, version, page size, checkpoint, two salts
SUMS = struct.Struct(">2L")
FRAME = struct.Struct(">2L8s2L")  # page, pages of the database after a commit, salts, two sums
HEADER_BYTES, FRAME_BYTES, INDEX_BYTES = 32, 24, 48
BIG_ENDIAN = b"\x37\x7f\x06\x83"
PATIENCE_SECONDS, TRIES = 0.05, 20
"""How long a commit under way may take until it counts: it is written, then flushed, then announced."""


@dataclass(frozen=True, slots=True)
class Index:
    """What every connection goes by: how many frames count, and which salts they carry."""

    frames: int
    salts: bytes


def fault(database: Path) -> str | None:
    """Return in a sentence what is wrong with the log beside a database, None where nothing is.

    A connection has to be open meanwhile, because it makes the index that tells which frames count.
    """
    log, shared = (database.with_name(f"{database.name}-{end}") for end in ("wal", "shm"))
    if not log.exists() or not log.stat().st_size or not shared.exists():
        return None
    if not _header_is_sound(log):
        return "the write-ahead log has a damaged header: what it held is not in the books"
    index = _index(shared)
    page, last = _last_commit(log, index)
    for _ in range(TRIES):
        if last <= index.frames:
            return None
        time.sleep(PATIENCE_SECONDS)
        now = _index(shared)
        if now.salts != index.salts:
            return None
        index = now
    return (
        f"the write-ahead log breaks off after frame {index.frames}, though frame {last} (page {page}) "
        "is a commit: what came after the break is not in the books"
    )


def _header_is_sound(log: Path) -> bool:
    with log.open("rb") as file:
        raw = file.read(HEADER_BYTES)
    if len(raw) < HEADER_BYTES:
        return False
    order = ">" if raw[:4] == BIG_ENDIAN else "<"
    first = second = 0
    words = struct.unpack(f"{order}6L", raw[: HEADER.size])
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return (first, second) == SUMS.unpack(raw[HEADER.size :])


def _index(shared: Path) -> Index:
    with shared.open("rb") as file:
        raw = file.read(INDEX_BYTES)
    # The index is in the machine's own order of bytes: it never leaves the machine.
    return (
        Index(struct.unpack_from("=L", raw, 16)[0], raw[32:40]) if len(raw) == INDEX_BYTES else Index(0, b"")
    )


def _last_commit(log: Path, index: Index) -> tuple[int, int]:
    commits = (
        (page, number) for number, page, after, salts in _frames(log) if after and salts == index.salts
    )
    return max(commits, key=lambda found: found[1], default=(0, 0))


def _frames(log: Path) -> Iterator[tuple[int, int, int, bytes]]:
    with log.open("rb") as file:
        page_bytes = HEADER.unpack(file.read(HEADER.size))[2]
        number = 0
        while True:
            file.seek(HEADER_BYTES + number * (FRAME_BYTES + page_bytes))
            raw = file.read(FRAME_BYTES)
            if len(raw) < FRAME_BYTES:
                return
            number += 1
            page, after, salts, _, _ = FRAME.unpack(raw)
            yield number, page, after, salts
