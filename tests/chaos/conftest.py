"""How often and with which dice: TILLROOM_TIMES multiplies the rounds, TILLROOM_SEED repeats a run."""

import os
import random
from pathlib import Path

import pytest

TIMES = int(os.environ.get("TILLROOM_TIMES", "1"))
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(240 * TIMES))


@pytest.fixture
def dice():
    """Chance that can be repeated: the seed is printed with whatever fails."""
    seed = int(os.environ.get("TILLROOM_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
    print(f"TILLROOM_SEED={seed} repeats this")
    return random.Random(seed)


@pytest.fixture
def rounds():
    """How many rounds for so many in the suite."""
    return lambda number: number * TIMES
