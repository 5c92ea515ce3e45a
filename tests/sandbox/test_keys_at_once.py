"""Processes that start at once end with the same keys."""

import subprocess
import sys

DRAW = """
import sys
from pathlib import Path
from shop.sandbox import local_keys
sys.stdin.read(1)
print(local_keys(Path(sys.argv[1])))
"""


def test_processes_that_draw_keys_at_once_end_with_the_same(tmp_path):
    for turn in range(3):
        where = str(tmp_path / str(turn) / "keys.json")
        started = [
            subprocess.Popen([sys.executable, "-c", DRAW, where], stdin=-1, stdout=-1, text=True)
            for _ in range(4)
        ]
        for one in started:
            one.stdin.write("x")
            one.stdin.flush()
        drawn = {one.communicate()[0] for one in started}

        assert len(drawn) == 1
        assert "sk_test_" in drawn.pop()
        assert [path.name for path in (tmp_path / str(turn)).iterdir()] == ["keys.json"]
