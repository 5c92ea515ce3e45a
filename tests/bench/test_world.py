"""A shop that is made in bulk is one that could have been: its books are whole, in every size."""

import pytest

from shop import verify
from tests.bench.world import Size, make


@pytest.mark.parametrize("size", [Size(300, 400, 4_000, 60), Size(90, 700, 3_000, 30)], ids=["wide", "busy"])
def test_a_shop_made_in_bulk_has_whole_books(tmp_path, size):
    path = tmp_path / "shop.db"
    make(path, size, 1)

    report = verify.of_file(f"sqlite:///{path}")

    assert [check for check in report.checks if check.broken] == []
    assert report.orders == size.orders
    assert report.movements == pytest.approx(size.movements, rel=0.2)
