"""Every webhook of a day is lost: the shop finds out by itself; nothing changes when they come after all."""

from shop import jobs, orders, outbox, payments
from shop.clock import later, now

DEBIT_ARRIVES, DEBIT_FAILS = "AT321904300235473204", "AT481904300235473205"
PENDING_REFUND = "4000000000007726"
PAYS = "4242424242424242"
OPEN = ("confirmed", None, "paid")
# What happened at Stripe: the card, what came after the payment, and where the order must stand.
STORIES = {
    "paid": (PAYS, [], OPEN),
    "debit arrives": (DEBIT_ARRIVES, [], OPEN),
    "debit fails": (DEBIT_FAILS, [], ("closed", "payment_failed", "unpaid")),
    "declined": ("4000000000000002", [], ("closed", "expired", "unpaid")),
    "refunded": (PAYS, [{"do": "refund"}], ("closed", "refunded", "refunded")),
    "refunded in part": (PAYS, [{"do": "refund", "amount": 100}], ("confirmed", None, "partly_refunded")),
    "refund fails": (PAYS, [{"do": "refund"}, {"do": "fail_refund"}], ("closed", "refunded", "paid")),
    "refund is pending": (PENDING_REFUND, [{"do": "refund"}], ("closed", "refunded", "refunded")),
    "disputed": (PAYS, [{"do": "dispute"}], OPEN),
    "dispute won": (PAYS, [{"do": "dispute"}, {"do": "close_dispute", "outcome": "won"}], OPEN),
    "dispute lost": (
        PAYS,
        [{"do": "dispute"}, {"do": "close_dispute", "outcome": "lost"}],
        ("closed", "charged_back", "charged_back"),
    ),
    "inquiry": (PAYS, [{"do": "inquiry"}, {"do": "close_dispute", "outcome": "warning_closed"}], OPEN),
    "fraud warning": (PAYS, [{"do": "fraud_warning"}], OPEN),
}
# Without the feed nobody can tell the shop of disputes that it never heard of, nor that a debit has failed:
# the session looks the same before and after.
ONLY_IN_THE_FEED = {"debit fails", "refund fails", "dispute lost"}
BOOKKEEPING = ("stripe_events", "jobs")


async def test_after_a_deaf_day_the_reconciler_puts_every_order_right(deaf):
    expected = await _a_day(deaf)

    report = await jobs.reconcile(deaf.world.db, deaf.local.gateway, deaf.settings)

    assert report.differences == 0
    assert await _states(deaf, expected) == expected
    before = deaf.tables(*BOOKKEEPING)
    # Only what the reconciler itself has brought about at Stripe since is new, and says nothing new.
    assert await _deliver_all(deaf) == {"duplicate", "processed"}
    assert deaf.tables(*BOOKKEEPING) == before


async def test_after_a_deaf_month_reading_everything_but_the_feed_does_what_it_can(deaf):
    expected = await _a_day(deaf, ONLY_IN_THE_FEED)

    await jobs.read_sessions(deaf.world.db, deaf.local.gateway, later(now(), minutes=60 * 24 * 400))
    await jobs.read_debits(deaf.world.db, deaf.local.gateway)
    await jobs.read_ledgers(deaf.world.db, deaf.local.gateway)
    await jobs.work_off(deaf.world.db, deaf.local.gateway, deaf.settings, outbox.waiting)

    assert await _states(deaf, expected) == expected
    await _deliver_all(deaf)
    assert await _states(deaf, expected) == expected


async def _a_day(deaf, without: set[str] = frozenset()) -> dict[str, tuple]:
    """Have every story happen, unheard, and return where each order must stand."""
    expected = {}
    for name in STORIES.keys() - without:
        card, later_on, ends = STORIES[name]
        number, session = await deaf.check_out(deaf.world.sam)
        told = await deaf.local.happen("pay", session=session, card=card)
        for act in later_on:
            await deaf.local.happen(payment_intent=told["payment_intent"], **act)
        expected[number] = ends
    number, session = await deaf.check_out(deaf.world.mia)
    await deaf.world.db.write(orders.cancel, number, deaf.world.mia, now())
    await deaf.local.happen("pay", session=session)
    expected[number] = ("closed", "cancelled", "refunded")
    await deaf.local.control("POST", "/clock", {"advance": 86400})
    return expected


async def _states(deaf, of: dict[str, tuple]) -> dict[str, tuple]:
    return {number: await deaf.state_of(number) for number in of}


async def _deliver_all(deaf) -> set[str]:
    """Deliver, late and out of order, every event there is; return what became of them."""
    events = await deaf.local.gateway.list_events(sorted(payments.EVENTS), created_gte=0)
    return {(await deaf.world.receive(event)).result for event in reversed(events)}
