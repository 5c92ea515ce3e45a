"""What an admin does with an order, by plain forms and by htmx, and what is refused."""

import asyncio
import re

import pytest

from shop import desk, fulfilment, orders
from shop.clock import now
from tests.web.conftest import HTMX, text_of

BOTH = pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
ACTS = ("packing", "shipment", "refunds", "cancellation", "approval", "clearance")


def page_of(placed) -> str:
    return f"/admin/orders/{placed.number}"


async def act(ada, placed, which, form=None, *, htmx=False, status=None):
    """Send a form of the order's page and see that it is answered in its own way."""
    answer = await ada.post(f"{page_of(placed)}/{which}", form, htmx=htmx)
    assert answer.status_code == (status or (200 if htmx else 303)), await text_of(answer)
    if status is None and not htmx:
        assert answer.headers["Location"] == page_of(placed)
    if htmx:
        assert (await text_of(answer)).startswith('<div id="orders-desk"')
    return await text_of(answer)


def buttons(text: str) -> set[str]:
    """Return the acts whose forms are on an order's page."""
    return {which for which in ACTS if re.search(rf'action="/admin/orders/\w+/{which}"', text)}


async def offered(ada, placed) -> set[str]:
    return buttons(await text_of(await ada.get(page_of(placed))))


def intention_in(text: str) -> str:
    return re.search(r'name="intention" value="([^"]+)"', text)[1]


@BOTH
async def test_an_order_is_packed(ada, world, htmx):
    placed = await world.confirmed(world.sam, MUG=1)

    await act(ada, placed, "packing", htmx=htmx)

    assert (await world.order(placed)).state == "packed"


@BOTH
async def test_an_order_is_shipped_and_both_see_the_parcel(ada, sam, world, htmx):
    placed = await world.confirmed(world.sam, MUG=1)

    await act(ada, placed, "shipment", {"carrier": "Post <b>", "tracking": "RR123"}, htmx=htmx)

    assert (await world.order(placed)).state == "shipped"
    for visitor, path in ((ada, page_of(placed)), (sam, f"/orders/{placed.number}")):
        page = await text_of(await visitor.get(path))
        assert "Post &lt;b&gt;" in page
        assert "RR123" in page


async def test_another_parcel_is_added_and_the_same_one_is_noted_once(ada, world):
    placed = await world.confirmed(world.sam, MUG=2)
    for tracking in ("A1", "A1", "A2", ""):
        await act(ada, placed, "shipment", {"carrier": "Post", "tracking": tracking})

    parcels = (await world.db.read(desk.show, placed.number)).parcels

    assert sorted(one.tracking for one in parcels) == ["", "A1", "A2"]


@BOTH
@pytest.mark.parametrize(("restock", "on_hand"), [("1", 5), (None, 3)])
async def test_a_paid_order_is_cancelled_with_its_goods_put_back_or_not(ada, world, htmx, restock, on_hand):
    placed = await world.confirmed(world.sam, MUG=2)
    assert re.search(r'name="restock" value="1" checked', await text_of(await ada.get(page_of(placed))))

    await act(ada, placed, "cancellation", {"restock": restock} if restock else {}, htmx=htmx)

    order = await world.order(placed)
    assert (order.state, order.closed_reason) == ("closed", "cancelled")
    assert await world.stock("MUG") == (on_hand, 0)
    assert await world.refunds_of(placed) == [(2500, "shop", "requested")]


@BOTH
async def test_an_unpaid_order_is_asked_to_be_cancelled(ada, world, htmx):
    placed = await world.place(world.sam, MUG=2)

    await act(ada, placed, "cancellation", htmx=htmx)

    assert (await world.order(placed)).cancel_requested_at is not None
    assert await world.stock("MUG") == (5, 2)
    assert await offered(ada, placed) == set()


@BOTH
@pytest.mark.parametrize(
    ("form", "amount", "on_hand"),
    [
        ({"sum": "3.50"}, 350, 3),
        ({"sum": "3,50"}, 350, 3),
        ({"amount": "350"}, 350, 3),
        ({"line-MUG": "1"}, 1250, 3),
        ({"line-MUG": "1", "restock": "1"}, 1250, 4),
        ({"line-MUG": "2", "restock": "1"}, 2500, 5),
        ({"sum": "1", "line-MUG": "1", "restock": "1"}, 100, 4),
    ],
)
async def test_money_is_given_back_by_an_amount_or_by_lines(ada, world, htmx, form, amount, on_hand):
    placed = await world.confirmed(world.sam, MUG=2)

    await act(ada, placed, "refunds", form, htmx=htmx)

    assert await world.refunds_of(placed) == [(amount, "shop", "requested")]
    assert await world.stock("MUG") == (on_hand, 0)


async def test_a_double_click_is_one_refund_and_two_forms_are_two(ada, world):
    placed = await world.confirmed(world.sam, MUG=2)
    page = await text_of(await ada.get(page_of(placed)))
    for _ in range(2):
        await act(ada, placed, "refunds", {"sum": "1", "intention": intention_in(page)})
    page = await text_of(await ada.get(page_of(placed)))
    assert "asked for already" in page

    await act(ada, placed, "refunds", {"sum": "1", "intention": intention_in(page)})

    assert [amount for amount, *_ in await world.refunds_of(placed)] == [100, 100]


@BOTH
@pytest.mark.parametrize(("more", "total", "given_back"), [(500, 1250, 500), (-250, 1000, None)])
async def test_a_review_is_accepted(ada, world, htmx, more, total, given_back):
    placed = await world.review(world.sam, more=more, MUG=1)

    await act(ada, placed, "approval", htmx=htmx)

    order = await world.order(placed)
    assert (order.state, order.total) == ("confirmed", total)
    assert await world.refunds_of(placed) == ([(given_back, "auto", "requested")] if given_back else [])


@BOTH
async def test_a_fraud_warning_is_cleared_with_a_reason(ada, world, htmx):
    placed = await world.confirmed(world.sam, MUG=1)
    await world.tell("radar.early_fraud_warning.created", placed.warning())
    assert "shipment" not in await offered(ada, placed)
    said = await act(ada, placed, "clearance", {"why": " "}, htmx=htmx, status=422)
    assert "Write why it is fit to ship." in said

    await act(ada, placed, "clearance", {"why": "the shopper called"}, htmx=htmx)

    assert "shipment" in await offered(ada, placed)
    assert "the shopper called" in await text_of(await ada.get(page_of(placed)))


async def failed_refund(world):
    placed = await world.confirmed(world.sam, MUG=2)
    give = fulfilment.Give(500, {}, restock=False)
    await world.db.write(fulfilment.refund, placed.number, world.ada, give, now())
    await world.answer_refund(placed, "failed")
    shown = await world.db.read(orders.show, placed.number)
    return placed, f"/admin/refunds/{shown.refunds[0].id}"


@BOTH
async def test_a_refund_that_failed_is_made_again(ada, world, htmx):
    placed, refund = await failed_refund(world)
    assert f'action="{refund}/repetition"' in await text_of(await ada.get(page_of(placed)))

    answer = await ada.post(f"{refund}/repetition", htmx=htmx)

    assert answer.status_code == (200 if htmx else 303)
    assert [state for *_, state in await world.refunds_of(placed)] == ["failed", "requested"]
    assert f'action="{refund}' not in await text_of(await ada.get(page_of(placed)))
    again = await ada.post(f"{refund}/repetition", htmx=htmx)
    assert again.status_code == 409
    assert "Somebody has seen to this refund already." in await text_of(again)


@BOTH
async def test_a_refund_that_failed_was_given_in_another_way(ada, world, htmx):
    placed, refund = await failed_refund(world)
    refused = await ada.post(f"{refund}/settlement", {"how": ""}, htmx=htmx)
    assert refused.status_code == 422
    assert "Write how the shopper got the money." in await text_of(refused)

    answer = await ada.post(f"{refund}/settlement", {"how": "bank transfer"}, htmx=htmx)

    assert answer.status_code == (200 if htmx else 303)
    page = await text_of(await ada.get(page_of(placed)))
    assert "bank transfer" in page
    assert "Seen to" in page


async def test_what_is_not_there_is_not_found(ada):
    for path in ("orders/NOPE2345/packing", "orders/NOPE2345/refunds", "refunds/ref_x/repetition"):
        assert (await ada.post(f"/admin/{path}", {"sum": "1"})).status_code == 404


SCENES = {
    "open": ("place", {"cancellation"}),
    "processing": ("processing", {"cancellation"}),
    "confirmed": ("confirmed", {"packing", "shipment", "refunds", "cancellation"}),
    "packed": ("packed", {"shipment", "refunds", "cancellation"}),
    "shipped": ("shipped", {"shipment", "refunds"}),
    "review": ("review", {"approval", "refunds", "cancellation"}),
    "closed": ("cancelled", set()),
}


@pytest.mark.parametrize("state", SCENES)
async def test_only_the_acts_that_fit_are_offered_and_each_of_them_succeeds(ada, world, state):
    scene, acts = SCENES[state]
    for which in acts or {""}:
        placed = await getattr(world, scene)(world.sam, **{"VASE-S": 1})
        assert await offered(ada, placed) == acts
        form = {"sum": "1", "why": "looked at"}
        if which:
            await act(ada, placed, which, form)


@pytest.mark.parametrize("state", SCENES)
@BOTH
async def test_an_act_that_does_not_fit_is_refused_with_the_order_as_it_is(ada, world, state, htmx):
    scene, acts = SCENES[state]
    placed = await getattr(world, scene)(world.sam, MUG=1)
    was = (await world.order(placed)).state
    # Cancelling or packing what is so already is harmless, and answered as done.
    done = {"closed": {"cancellation"}, "packed": {"packing"}}.get(state, set())
    for which in set(ACTS) - acts - done:
        form = {"sum": "1", "why": "looked at"}
        assert f"Order {placed.number}" in await act(ada, placed, which, form, htmx=htmx, status=409), which
    assert (await world.order(placed)).state == was


@pytest.mark.parametrize("status", ["needs_response", "warning_needs_response"])
async def test_a_dispute_is_shown_with_its_due_date_and_keeps_the_order_in_the_house(ada, world, status):
    placed = await world.confirmed(world.sam, MUG=1)
    await world.tell("charge.dispute.created", placed.dispute(status))

    page = await text_of(await ada.get(page_of(placed)))

    assert "nothing may be shipped" in page
    assert "by <time" in page
    assert "15 Jan 2027" in page
    assert "shipment" not in buttons(page)
    assert ("refunds" in buttons(page)) == status.startswith("warning")
    assert "nothing may be shipped" in await act(ada, placed, "shipment", htmx=True, status=409)


async def test_refunds_are_looked_at_again_while_one_is_on_its_way(ada, world):
    placed = await world.cancelled(world.sam, MUG=1)
    address = f"{page_of(placed)}/refunds"
    assert f'hx-get="{address}"' in await text_of(await ada.get(page_of(placed)))
    assert "orders-acts" not in await text_of(await ada.get(address, headers=HTMX))
    await world.answer_refund(placed)

    settled = await text_of(await ada.get(address, headers=HTMX))

    assert 'hx-target="#orders-acts"' in settled
    assert settled.startswith('<section id="orders-refunds"')
    assert "hx-trigger" not in settled
    assert "refunded" in settled
    assert (await ada.get(address)).headers["Location"] == page_of(placed)


HUGE, FOREIGN, LONG = "9" * 400, "١٢", "x" * 400
WRONG = [
    ("refunds", {}, "Say how much"),
    ("refunds", {"sum": "0"}, "Say how much"),
    *[("refunds", {"sum": typed}, "Write an amount") for typed in ("-1", "1e3", FOREIGN, HUGE, "NaN")],
    ("refunds", {"sum": "1.234"}, "decimals"),
    ("refunds", {"sum": "99.00"}, "At most €25.00 can be refunded."),
    *[("refunds", {"amount": typed}, "whole number") for typed in ("0", "-5", "1.5", FOREIGN, HUGE)],
    ("refunds", {"amount": "99999999"}, "At most €25.00 can be refunded."),
    *[("refunds", {"line-MUG": typed}, "whole number") for typed in ("-1", "x", FOREIGN, HUGE, "1.0")],
    ("refunds", {"line-MUG": "3"}, "This order has 2 of MUG."),
    ("refunds", {"line-LAMP": "1"}, "This order has 0 of LAMP."),
    ("refunds", {"line-<script>": "1"}, "This order has 0 of &lt;script&gt;."),
    ("refunds", {"sum": "1", "line-LAMP": "1", "restock": "1"}, "only 0 of LAMP"),
    ("refunds", {"sum": "1", "restock": "yes"}, "Tick the box"),
    ("refunds", {"sum": "1", "intention": LONG}, "at most 100 characters"),
    ("cancellation", {"restock": "2"}, "Tick the box"),
    ("shipment", {"carrier": LONG}, "at most 100 characters"),
    ("shipment", {"tracking": "a\x00b"}, "characters in it that can&#39;t be kept"),
    ("clearance", {}, "Write why"),
    ("clearance", {"why": LONG}, "at most 300 characters"),
]


@BOTH
@pytest.mark.parametrize(("which", "form", "sentence"), WRONG, ids=range(len(WRONG)))
async def test_what_can_not_be_taken_comes_back_with_a_sentence(ada, world, which, form, sentence, htmx):
    placed = await world.confirmed(world.sam, MUG=2)
    await world.tell("radar.early_fraud_warning.created", placed.warning())
    if which == "shipment":
        await act(ada, placed, "clearance", {"why": "looked at"})

    assert sentence in await act(ada, placed, which, form, htmx=htmx, status=422)

    assert await world.refunds_of(placed) == []
    assert (await world.order(placed)).state == "confirmed"


async def test_an_admin_ships_refunds_and_cancels_with_money_that_really_moves(street):
    sam, ada = await street.shopper(street.world.sam), await street.shopper(street.world.ada)
    number = await sam.buy("MUG", 3)
    page = f"/admin/orders/{number}"

    await ada.http.post(f"{page}/refunds", data={"line-MUG": "1", "restock": "1", "intention": "one"})
    await ada.until(page, "€12.50 refunded")
    assert await street.world.stock("MUG") == (3, 0)
    await ada.http.post(f"{page}/cancellation", data={"restock": "1"})

    await ada.until(page, "€25.00 refunded")
    order = (await street.world.db.read(orders.show, number)).order
    assert (order.state, order.payment_state, order.refunded) == ("closed", "refunded", 3750)
    assert await street.world.stock("MUG") == (5, 0)


async def test_the_fragment_of_an_order_stands_in_its_page(ada, world):
    placed = await world.confirmed(world.sam, MUG=1)

    fragment = await text_of(await ada.get(page_of(placed), headers=HTMX))
    page = await text_of(await ada.get(page_of(placed)))

    def without_intention(text: str) -> str:
        return re.sub(r'value="[\w-]{40,}"', "", re.sub(r"\s+", " ", text)).strip()

    assert without_intention(fragment.split("<hx-partial")[0]) in without_intention(page)


async def test_of_a_shipment_and_a_cancellation_at_once_exactly_one_wins(ada, sam, world):
    for _ in range(5):
        placed = await world.confirmed(world.sam, **{"VASE-S": 1})

        answers = await asyncio.gather(
            ada.post(f"{page_of(placed)}/shipment", {"carrier": "Post"}),
            sam.post(f"/orders/{placed.number}/cancellation"),
        )

        assert sorted(answer.status_code for answer in answers) == [303, 409]
        shipped = answers[0].status_code == 303
        assert (await world.order(placed)).state == ("shipped" if shipped else "closed")
        assert len(await world.refunds_of(placed)) == (0 if shipped else 1)


async def test_a_click_that_arrives_many_times_at_once_is_one_refund(ada, world):
    placed = await world.confirmed(world.sam, MUG=2)
    form = {"line-MUG": "1", "restock": "1", "intention": "one click"}

    answers = await asyncio.gather(*[ada.post(f"{page_of(placed)}/refunds", form) for _ in range(8)])

    assert {answer.status_code for answer in answers} == {303}
    assert await world.refunds_of(placed) == [(1250, "shop", "requested")]
    assert await world.stock("MUG") == (4, 0)


@pytest.mark.parametrize("name", ["%00", "%F0%9F", "..%2F..", "%3Cscript%3E", "x" * 3000])
async def test_an_address_that_names_nothing_is_no_crash(ada, name):
    for path in (
        f"orders/{name}/refunds",
        f"refunds/{name}/settlement",
        f"attention/events/{name}/booking",
        f"attention/events/{name}/refund",
        f"attention/tasks/{name}/repetition",
    ):
        answer = await ada.post(f"/admin/{path}", {"sum": "1", "how": "so"})
        assert answer.status_code in (404, 409), path
        assert "<script>" not in await text_of(answer)
