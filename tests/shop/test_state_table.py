"""Every event on every state: what becomes of Sam's order of two mugs, cell by cell.

A column that a row does not name stands for "recorded, no change". A cell lists all that differs afterwards:
state, payment state, sums captured/refunded, dispute, shipping block, stock on hand/held, refunds, what waits
for a person, what the outbox is asked for. The same table stands in the page on payments; where the shop
differs from it on purpose, a comment says why.
"""

import itertools
from collections import Counter

import pytest

from shop import orders, outbox, stock
from shop.clock import now
from shop.errors import Conflict
from shop.order_states import STATES, STEPS
from tests.shop.situations import COLUMNS, DONE, ROWS
from tests.world import Placed, World

GROUPS = {
    "never paid": "open, processing, expired, payment failed, called off, review unpaid",
    "in the house": "confirmed, packed",
    "unpaid and closed": "expired, payment failed",
    "paid and closed": "cancelled, refunded, charged back, oversold",
    "closed": "expired, payment failed, called off, cancelled, refunded, charged back, oversold",
}
BOUGHT = "confirmed, money paid, sums 2500/0, stock 3/0"
GIVEN_BACK = "money paid, sums 2500/0, refund 2500 auto requested, asks refund"
CANCELLED = "closed cancelled, refund 2500 shop requested, asks refund"
RESTOCKED = "closed cancelled, stock 5/0, refund 2500 shop requested, asks refund"
NOT_NOW = "refused: An order that is {} can't be {}."
BEING_PREPARED = "refused: This order is already being prepared: it can't be cancelled any more."
LOOKED_AT = "refused: We are looking at your payment and will write to you: answer then to cancel it."
ON_ITS_WAY = "refused: This order is on its way: refund it instead."

PAYMENTS: dict[str, dict[str, str]] = {
    "paid": {
        "open, processing, unpaid and closed": BOUGHT,
        # Nobody wants a cancelled order any more.
        "called off": GIVEN_BACK,
        "review unpaid": "money paid, sums 2500/0",
    },
    "bank paid": {
        "open, processing, unpaid and closed": BOUGHT,
        "called off": GIVEN_BACK,
        "review unpaid": "money paid, sums 2500/0",
    },
    "paid by another session": {
        "open": f"{BOUGHT}, asks expire",
        "processing, unpaid and closed": BOUGHT,
        "in the house, shipped, cancelled, charged back, oversold": (
            "sums 5000/0, refund 2500 auto requested, asks refund"
        ),
        "called off": GIVEN_BACK,
        "refunded": "money paid, sums 5000/2500, refund 2500 auto requested, asks refund",
        "review": "sums 5500/0",
        "review unpaid": "money paid, sums 2500/0",
    },
    "wrong amount": {
        "open, processing": "review, money paid, sums 2000/0, waits review",
        "unpaid and closed, called off": "money paid, sums 2000/0, refund 2000 auto requested, asks refund",
        "review unpaid": "money paid, sums 2000/0",
    },
    "wrong currency": {
        # Money of another currency is in no sum of the order, and goes back as what it came.
        "open": "review, waits review",
        "processing": "review, money unpaid, waits review",
        "unpaid and closed, called off": "refund 2500 auto requested, asks refund",
    },
    # The page records this on a paid order and alerts; the shop gives it back at once, as any second payment:
    # no cent is left to somebody's memory.
    "wrong amount by another session": {
        "open": "review, money paid, sums 2000/0, waits review, asks expire",
        "processing": "review, money paid, sums 2000/0, waits review",
        "in the house, shipped, cancelled, charged back, oversold": (
            "sums 4500/0, refund 2000 auto requested, asks refund"
        ),
        "unpaid and closed, called off": "money paid, sums 2000/0, refund 2000 auto requested, asks refund",
        "refunded": "money partly_refunded, sums 4500/2500, refund 2000 auto requested, asks refund",
        "review": "sums 5000/0",
        "review unpaid": "money paid, sums 2000/0",
    },
    "complete but unpaid": {"open": "processing, money pending"},
    # On a paid order the page alerts; here it is recorded. The comparison of ledgers sees if money has gone.
    "bank did not pay": {
        "open": "closed payment_failed, stock 5/0",
        "processing": "closed payment_failed, money unpaid, stock 5/0",
        # Not in the page: without money there is nothing left to look at.
        "review unpaid": "closed payment_failed, stock 5/0, no waits review",
    },
    # In processing the page alerts: Stripe never expires a completed session, and nothing would be to do.
    "session expired": {"open": "closed expired, stock 5/0"},
    "another session expired": {},
    "card declined": {},
    "deadline": {"open": "asks expire"},
}
PEOPLE: dict[str, dict[str, str]] = {
    "shopper cancels": {
        "open": "flag cancel, asks expire",
        "processing": "flag cancel",
        "confirmed": RESTOCKED,
        "packed, shipped": BEING_PREPARED,
        # The page flags it for the admin; here the shopper is asked to answer the letter about the payment.
        "review, review unpaid": LOOKED_AT,
    },
    "admin cancels": {
        "open": "flag cancel, asks expire",
        "processing": "flag cancel",
        "in the house": RESTOCKED,
        "shipped": ON_ITS_WAY,
        "review": "closed cancelled, stock 5/0, refund 3000 shop requested, no waits review, asks refund",
        "review unpaid": "closed cancelled, stock 5/0, no waits review",
    },
    "admin cancels and keeps": {
        "open": "flag cancel, asks expire",
        "processing": "flag cancel",
        # The holds stay committed: what is not on the shelf is not for sale.
        "in the house": CANCELLED,
        "shipped": ON_ITS_WAY,
        # What was only held was never off the shelf, so there is nothing to choose.
        "review": "closed cancelled, stock 5/0, refund 3000 shop requested, no waits review, asks refund",
        "review unpaid": "closed cancelled, stock 5/0, no waits review",
    },
    "approve": {
        "open, processing, in the house, shipped, closed": "refused: This order is not in review any more.",
        "review": "confirmed, stock 3/0, refund 500 auto requested, no waits review, asks refund",
        "review unpaid": (
            "refused: No money in this order's currency has arrived: it can only be cancelled."
        ),
    },
    "pack": {
        "confirmed": "packed",
        **{state: NOT_NOW.format(state, "packed") for state in ("open", "processing", "shipped", "review")},
        "closed": NOT_NOW.format("closed", "packed"),
        "review unpaid": NOT_NOW.format("review", "packed"),
    },
    "ship": {
        "in the house": "shipped",
        **{state: NOT_NOW.format(state, "shipped") for state in ("open", "processing", "review")},
        "closed": NOT_NOW.format("closed", "shipped"),
        "review unpaid": NOT_NOW.format("review", "shipped"),
    },
}
MONEY_BACK: dict[str, dict[str, str]] = {
    "part refunded at Stripe": {
        # Its payment is not known: the news waits for it.
        "never paid": "ignored",
        "in the house, shipped, cancelled, oversold": (
            "money partly_refunded, sums 2500/500, refund 500 external succeeded"
        ),
        # More than was paid: it may fit once an earlier refund is said to have failed.
        "refunded": "parked, waits event",
        "charged back": "sums 2500/500, refund 500 external succeeded",
        "review": "sums 3000/500, refund 500 external succeeded",
    },
    "all refunded at Stripe": {
        "never paid": "ignored",
        "in the house": (
            "closed refunded, money refunded, sums 2500/2500, stock 5/0, refund 2500 external succeeded"
        ),
        "shipped, cancelled, oversold": "money refunded, sums 2500/2500, refund 2500 external succeeded",
        "refunded": "parked, waits event",
        "charged back": "sums 2500/2500, refund 2500 external succeeded",
        "review": (
            "closed refunded, money refunded, sums 3000/3000, stock 5/0, refund 3000 external succeeded, "
            "no waits review"
        ),
    },
    "part comes back": {
        "never paid": "ignored",
        "in the house, shipped, cancelled, charged back, oversold, review": (
            "refund 500 external canceled, waits refund"
        ),
        "refunded": "refund 500 external canceled, waits refund",
    },
    "all comes back": {
        "never paid": "ignored",
        "in the house": "closed refunded, stock 5/0, refund 2500 external failed, waits refund",
        "shipped, cancelled, charged back, oversold": "refund 2500 external failed, waits refund",
        "refunded": "refund 2500 external failed, waits refund",
        "review": ("closed refunded, stock 5/0, refund 3000 external failed, waits refund, no waits review"),
    },
}
BANKS: dict[str, dict[str, str]] = {
    "dispute opened": {
        "never paid": "ignored",
        "in the house, shipped, cancelled, refunded, oversold, review": (
            "dispute open, block open, waits dispute"
        ),
        # Another dispute of the same payment; when it is decided, the lost one counts again.
        "charged back": "money paid, dispute open, block open, waits dispute",
    },
    "dispute answered": {
        "never paid": "ignored",
        "in the house, shipped, cancelled, refunded, oversold, review": "dispute open, block open",
        "charged back": "money paid, dispute open, block open",
    },
    "inquiry": {
        "never paid": "ignored",
        "in the house, shipped, cancelled, refunded, oversold, review": (
            "dispute inquiry, block inquiry, waits dispute"
        ),
        "charged back": "waits dispute",
    },
    "inquiry closed": {"never paid": "ignored"},
    "dispute prevented": {"never paid": "ignored"},
    "dispute won": {
        "never paid": "ignored",
        "in the house, shipped, cancelled, refunded, oversold, review": "dispute won",
    },
    "dispute lost": {
        "never paid": "ignored",
        "in the house": "closed charged_back, money charged_back, dispute lost, stock 5/0",
        "shipped, cancelled, refunded, oversold": "money charged_back, dispute lost",
        "review": "closed charged_back, money charged_back, dispute lost, stock 5/0, no waits review",
    },
    "fraud warning": {
        "never paid": "ignored",
        "in the house": "block fraud_warning, waits fraud",
        # Also on a closed order, where the page does nothing: it blocks what nobody can ship.
        "shipped, paid and closed, review": "block fraud_warning",
    },
}
CELLS = PAYMENTS | PEOPLE | MONEY_BACK | BANKS


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("row", ROWS)
async def test_what_happens_to_an_order_is_what_its_cell_says(world, row, column):
    placed = await COLUMNS[column](world)
    before = await seen(world, placed)
    try:
        result = await ROWS[row](world, placed)
    except Conflict as refusal:
        result = f"refused: {refusal}"

    assert in_words(before, await seen(world, placed), result) == cell(row, column)


def test_every_cell_names_a_row_and_a_column_that_there_is():
    named = {column for cells in CELLS.values() for key in cells for column in columns(key)}
    assert set(CELLS) == set(ROWS)
    assert named <= set(COLUMNS)


@pytest.mark.parametrize(("old", "new"), [*itertools.product(STATES, STATES)])
async def test_an_order_goes_only_where_the_steps_let_it_and_its_stock_goes_along(world, old, new):
    placed = await COLUMNS["expired" if old == "closed" else old](world)
    order, before = await world.order(placed), await world.stock("MUG")
    if (old, new) not in STEPS:
        with pytest.raises(Conflict, match=f"An order that is {old} can't become {new}."):
            await world.db.write(moved, order, new)
        return

    with pytest.raises(Undone) as told:
        await world.db.write(moved, order, new)

    on_hand, held = CHANGES[STEPS[old, new].stock]
    assert told.value.args == (new, before[0] + on_hand, before[1] + held)


CHANGES = {"none": (0, 0), "commit": (-2, -2), "release": (0, -2), "restock": (2, 0), "retake": (-2, 0)}


class Undone(Exception):
    """Ends a transaction after it has been looked at: a step by itself leaves the money behind."""


def moved(tx, order: orders.Order, new: str) -> None:
    reason = "cancelled" if new == "closed" else None
    after = orders.move(tx, order, new, by="shop", at=now(), why="a test", reason=reason)
    row = stock.row(tx, "MUG")
    raise Undone(after.state, row.on_hand, row.held)


async def seen(world: World, placed: Placed) -> dict[str, object]:
    """Return all that an event may change, each part in the words of the table."""
    order = await world.order(placed)
    return {
        "": f"{order.state} {order.closed_reason or ''}".strip(),
        "money": order.payment_state,
        "sums": f"{order.captured}/{order.refunded}",
        "dispute": order.dispute_state,
        "block": order.ship_block or "none",
        "stock": "{}/{}".format(*await world.stock("MUG")),
        "flag": "cancel" if order.cancel_requested_at else "none",
        "refund": ["{} {} {}".format(*refund) for refund in await world.refunds_of(placed)],
        "waits": sorted(await world.waiting()),
        "asks": [task.kind for task in await world.db.read(outbox.waiting, now())],
    }


def in_words(before: dict[str, object], after: dict[str, object], result: str) -> str:
    """Say what differs, in the order of `seen`; a dash where the event was recorded and changed nothing."""
    told = [] if result == DONE else [result]
    for name, value in after.items():
        if isinstance(value, list):
            told += [f"{name} {one}" for one in added(before[name], value)]
            told += [f"no {name} {one}" for one in added(value, before[name])]
        elif value != before[name]:
            told.append(f"{name} {value}".strip())
    return ", ".join(told) or "–"


def added(before: list[str], after: list[str]) -> list[str]:
    return list((Counter(after) - Counter(before)).elements())


def columns(key: str) -> list[str]:
    """Return the columns that a key names, one by one or by a group."""
    names = key.split(", ")
    return [column for name in names for column in GROUPS.get(name, name).split(", ")]


def cell(row: str, column: str) -> str:
    told = [text for key, text in CELLS[row].items() if column in columns(key)]
    assert len(told) <= 1, f"{row}, {column} is told twice"
    return told[0] if told else "–"
