"""A whole simulation, small enough for every day."""

import re
import sys
from pathlib import Path

import pytest

from shop.simulate.children import Child, ChildError, child_environment, free_port, must

ROOT = Path(__file__).parents[2]


async def run(folder: Path, *words: str):
    import asyncio
    import os

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shop", "simulate", *words),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_small_crowd_and_a_crash_leave_books_that_hold_and_a_report(tmp_path):
    status, said = await run(tmp_path, "--seed", "35", "--shoppers", "6", "--minutes", "0.12")

    assert (status, said.count("FOUND")) == (0, 0), said
    assert re.search(r"kill -9 of the shop +1$", said, re.MULTILINE)
    # This seed sells before it kills: a run without a sale would prove nothing.
    assert int(re.search(r"orders said to be paid +(\d+)", said)[1]) > 0
    page = (tmp_path / "simulation-35.html").read_text()
    assert "Every invariant held" in page
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="', page)
    assert [one.name for one in tmp_path.iterdir()] == ["simulation-35.html"]


async def test_a_child_that_does_not_serve_is_named_with_its_log(tmp_path):
    child = Child("shop", ("serve",), "http://127.0.0.1:9/", child_environment({}, {}), tmp_path)

    with pytest.raises(ChildError, match=r"shop does not serve; see .*shop\.log"):
        await child.start()

    assert "SHOP_SECRET_KEY is not set" in child.log.read_text()


async def test_a_command_that_fails_says_why(tmp_path):
    told = child_environment({}, {"SHOP_CURRENCY": "euros"})

    with pytest.raises(ChildError, match="SHOP_CURRENCY should be an ISO code"):
        await must("verify", environment=told, folder=tmp_path)


def test_a_child_inherits_no_settings_of_another_shop():
    given = {"SHOP_DATABASE_URL": "sqlite:///real.db", "STRIPE_SECRET_KEY": "sk_live_x", "HOME": "/home/ada"}

    told = child_environment(given, {"SHOP_LIMITS": "off"})

    assert {name for name in told if name.startswith(("SHOP", "STRIPE"))} == {"SHOP_LIMITS"}
    assert told["HOME"] == "/home/ada"
    assert free_port() > 0
