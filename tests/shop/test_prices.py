"""What a price was before its reduction: the lowest one applied in the 30 days before it."""

import pytest

from shop import catalog, prices, products, stock
from shop.clock import later, now
from shop.prices import Price, Reduction, reduction

BEGIN = "2026-06-01T12:00:00.000Z"


def day(number: int) -> str:
    return later(BEGIN, minutes=number * 24 * 60)


def history(*told: tuple[int, int] | tuple[int, int, bool]) -> list[Price]:
    """Return rows, newest first, from (day, price) and, where it was not for sale, False."""
    rows = [
        Price(seq, one[1], one[2] if len(one) == 3 else True, "shop", "", day(one[0]))
        for seq, one in enumerate(told)
    ]
    return rows[::-1]


@pytest.mark.parametrize(
    ("story", "told", "found"),
    [
        ("never changed", [(0, 1000)], None),
        ("raised", [(0, 1000), (40, 1200)], None),
        ("reduced once", [(0, 1000), (40, 800)], Reduction(1000, day(40))),
        ("on sale for less than 30 days", [(0, 1000), (5, 800)], Reduction(1000, day(5))),
        ("raised shortly before: no bargain", [(0, 1000), (38, 1500), (40, 1100)], None),
        ("raised before, but below all", [(0, 1000), (38, 1500), (40, 900)], Reduction(1000, day(40))),
        ("raised 29 days before", [(0, 1000), (11, 1500), (40, 1100)], None),
        ("raised 30 days before", [(0, 1000), (10, 1500), (40, 1100)], Reduction(1500, day(40))),
        ("reduced again: the last price counts", [(0, 1000), (40, 800), (45, 700)], Reduction(800, day(45))),
        ("reduced again long after", [(0, 1000), (40, 800), (90, 700)], Reduction(800, day(90))),
        ("reduced and raised again", [(0, 1000), (40, 800), (45, 1000)], None),
        ("cheaper for a day in between", [(0, 1000), (35, 600), (36, 1000), (40, 800)], None),
        ("off sale now", [(0, 1000), (40, 800), (41, 800, False)], None),
        (
            "off sale for a while",
            [(0, 1000), (40, 800), (41, 800, False), (50, 800)],
            Reduction(1000, day(40)),
        ),
        ("never sold at the higher price", [(0, 1000, False), (1, 500, False), (2, 500)], None),
        (
            "lowered while off sale",
            [(0, 1000), (40, 1000, False), (41, 800, False), (50, 800)],
            Reduction(1000, day(50)),
        ),
        ("off sale for 30 days before", [(0, 1000), (40, 1000, False), (71, 800)], None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_reduction_is_judged_by_the_30_days_before_it(story, told, found):
    assert reduction(history(*told)) == found


async def changes(world, sku: str) -> list[tuple]:
    listing = await world.db.read(prices.history, sku)
    return [
        (change.was, change.price.price, change.price.applied, change.price.actor) for change in listing.items
    ]


async def set_price(world, sku: str, price: int, at: str) -> None:
    row = await world.db.read(_row, sku)
    told = (world.ada, row.product_id, sku, price)
    await world.db.write(lambda tx: catalog.set_price(tx, *told, currency="eur", at=at))


def _row(tx, sku: str):
    return catalog.price_row(tx, stock.row(tx, sku).product_id, sku)


async def test_every_change_leaves_a_row_with_who_and_when(world):
    await set_price(world, "MUG", 1100, now())

    assert await changes(world, "MUG") == [(1250, 1100, True, "Ada"), (None, 1250, True, "Ada")]


async def test_the_shelf_is_told_of_a_reduction_and_of_its_end(world):
    await set_price(world, "MUG", 1100, later(now(), minutes=1))
    reduced = await world.db.read(_row, "MUG")
    await set_price(world, "MUG", 1300, later(now(), minutes=2))

    assert reduced.prior_price == 1250
    assert (await world.db.read(_row, "MUG")).prior_price is None


async def test_a_price_changed_in_a_draft_is_not_applied(world):
    product = (await world.db.read(_row, "MUG")).product_id
    await world.db.write(products.unpublish, world.ada, product, later(now(), minutes=1))
    await set_price(world, "MUG", 1000, later(now(), minutes=2))
    draft = await world.db.read(_row, "MUG")
    await world.db.write(products.publish, world.ada, product, later(now(), minutes=3))

    assert draft.prior_price is None
    assert (await world.db.read(_row, "MUG")).prior_price == 1250
    applied = [(price, applied) for _, price, applied, _ in await changes(world, "MUG")]
    assert applied == [(1000, True), (1000, False), (1250, False), (1250, True)]


async def test_a_price_that_was_set_beside_its_history_is_found(world):
    def tamper(tx):
        tx._connection.execute("UPDATE variants SET price = 1 WHERE sku = 'MUG'")
        found = prices.off_its_history(tx)
        tx._connection.execute("UPDATE variants SET price = 1250 WHERE sku = 'MUG'")
        return found

    assert await world.db.write(tamper) == "MUG: costs 1, its history ends with 1250, for sale"


async def test_prices_can_not_be_rewritten(world):
    with pytest.raises(Exception, match="append-only"):
        await world.db.write(lambda tx: tx._connection.execute("UPDATE prices SET price = 1"))
