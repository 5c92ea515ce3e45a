"""Every number of the stockroom can be explained down to the movements that make it."""

import pytest

from shop import explain, stock
from shop.clock import now
from shop.errors import NotFound
from tests.shop.test_chain import book

__all__ = ["book"]


async def test_the_kinds_add_up_to_the_figures(book):
    for sku in ("MUG", "LAMP", "POSTER"):
        there = await book.db.read(explain.figures, sku)
        shares = await book.db.read(explain.shares, sku)

        assert sum(one.on_hand for one in shares) == there.on_hand
        assert sum(one.held for one in shares) == there.held
        assert sum(one.available for one in shares) == there.available == there.on_hand - there.held


async def test_a_long_history_is_added_up_from_a_balance_brought_forward(world, monkeypatch):
    monkeypatch.setattr(explain, "NEWEST_SHARES", 3)
    mugs = await world.db.read(explain.shares, "MUG")
    assert await world.db.read(explain.brought_forward, "MUG", mugs) is None
    for _ in range(3):
        await world.confirmed(world.mia, MUG=1)

    there = await world.db.read(explain.figures, "MUG")
    shares = await world.db.read(explain.shares, "MUG")
    before = await world.db.read(explain.brought_forward, "MUG", shares)

    assert sum(one.count for one in shares) == 3
    for number in explain.NUMBERS:
        added = sum(getattr(one, number) for one in shares)
        assert getattr(before, number) + added == getattr(there, number)


@pytest.mark.parametrize("number", explain.NUMBERS)
async def test_the_newest_balance_is_the_number_and_each_follows_the_one_below(book, number):
    await book.place(book.mia, MUG=2)
    entries = (await book.db.read(explain.entries, "MUG", number)).items

    assert entries[0].balance == getattr(await book.db.read(explain.figures, "MUG"), number)
    assert [one.balance - one.change for one in entries] == [one.balance for one in entries[1:]] + [0]
    assert all(one.change for one in entries)


async def test_an_entry_says_who_why_and_for_which_order(book):
    placed = await book.place(book.mia, MUG=2)
    held = (await book.db.read(explain.entries, "MUG", "held")).items[0]
    counted = (await book.db.read(explain.entries, "MUG", "on_hand")).items[0]

    assert (held.kind, held.change, held.order_number, held.actor) == ("hold", 2, placed.number, "Mia")
    assert (counted.kind, counted.change, counted.note, counted.actor) == ("adjust", 3, "Grüße", "Ada")


async def test_open_holds_are_named_with_their_orders_and_add_up(world):
    placed = [await world.place(who, MUG=units) for who, units in ((world.sam, 1), (world.mia, 3))]
    await world.tell("checkout.session.expired", (await world.place(world.ada, MUG=1)).expired())

    found = (await world.db.read(explain.holds, "MUG")).items

    assert [(one.number, one.quantity) for one in found] == [(placed[1].number, 3), (placed[0].number, 1)]
    assert sum(one.quantity for one in found) == (await world.db.read(explain.figures, "MUG")).held


async def test_long_histories_come_in_pages(world):
    def count(tx):
        for _ in range(explain.PAGE + 5):
            stock.adjust(tx, world.ada, "MUG", change=1, reason="counted", at=now())

    await world.db.write(count)
    first = await world.db.read(explain.entries, "MUG", "on_hand")
    second = await world.db.read(explain.entries, "MUG", "on_hand", first.next_after)

    assert (len(first.items), len(second.items), second.next_after) == (explain.PAGE, 6, None)
    assert first.items[-1].balance - first.items[-1].change == second.items[0].balance


@pytest.mark.parametrize(("sku", "number"), [("NOTHING", "held"), ("MUG", "price")])
async def test_what_is_not_there_can_not_be_explained(world, sku, number):
    with pytest.raises(NotFound):
        await world.db.read(explain.entries, sku, number)


async def test_a_page_that_nobody_was_given_begins_at_the_newest(world):
    assert (await world.db.read(explain.entries, "MUG", "on_hand", "x; DROP")).items[0].balance == 5
