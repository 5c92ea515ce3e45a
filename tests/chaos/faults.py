"""Faults of a disk, made inside a running process: by strace, or by the system's limit on files."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal

import pytest

from tests.chaos.processes import Premises

FLUSH, WRITE = "fsync,fdatasync", "pwrite64"
FILES = ("shop.db", "shop.db-wal", "shop.db-shm")


def need_strace() -> None:
    """Skip the test where there is no strace; where CI is set, that is a failure."""
    if shutil.which("strace") is None:
        say = "strace is not here: run tests/chaos/install.sh"
        pytest.fail(say) if os.environ.get("CI") else pytest.skip(say)


@contextlib.asynccontextmanager
async def failing(place: Premises, calls: str, error: str, when: str):
    """Have the shop's `calls` on its books fail with an error, `when` as strace counts them."""
    watched = [argument for name in FILES for argument in ("-P", str(place.folder / name))]
    tracer = await asyncio.create_subprocess_exec(
        *("strace", "-f", "-p", str(place.shop.pid), "-o", str(place.folder / "strace.txt"), *watched),
        *("-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:when={when}"),
        stderr=asyncio.subprocess.PIPE,
    )
    said = await asyncio.wait_for(tracer.stderr.readline(), 10)
    assert b"attached" in said, said.decode()
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            tracer.send_signal(signal.SIGINT)
        await tracer.communicate()


def how_often_it_failed(place: Premises) -> int:
    """Return how many calls have really failed in the last `failing`."""
    return (place.folder / "strace.txt").read_text().count("(INJECTED)")


@contextlib.asynccontextmanager
async def full(place: Premises):
    """Have no file of the shop's process take anything, as on a disk without room."""
    soft, hard = resource.prlimit(place.shop.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(place.shop.pid, resource.RLIMIT_FSIZE, (soft, hard))
