"""From any number to what it is made of, the time left to pay, and a book that does not add up."""

import re

import pytest

from db import Tx
from shop import explain, order_finds, orders, reckoning, stock
from shop.clock import now
from shop.order_finds import Choice
from tests.web.conftest import HTMX, text_of


def sums(text: str) -> dict[str, list[str]]:
    """Return the amounts of each sum on a page, its total last."""
    tables = re.findall(r'<table id="explain-sum-(\w+)"(.*?)</table>', text, re.DOTALL)
    return {name: re.findall(r'<td class="number">([^<]*)</td>', table) for name, table in tables}


async def explained(ada, path: str) -> str:
    answer = await ada.get(path)
    assert answer.status_code == 200
    return await text_of(answer)


@pytest.mark.parametrize("number", explain.NUMBERS)
async def test_each_stock_figure_is_one_click_from_its_movements(ada, world, number):
    await world.confirmed(world.sam, MUG=2)
    waiting = await world.place(world.mia, MUG=1)
    address = f"/admin/stock/MUG/explanation?number={number}"
    for page in ("/admin/stock", "/admin/alerts", "/admin/stock/MUG"):
        assert f'href="{address}"' in await text_of(await ada.get(page))

    text = await explained(ada, address)

    amounts = [int(one) for one in sums(text)[number]]
    assert amounts[-1] == sum(amounts[:-1]) == {"on_hand": 3, "held": 1, "available": 2}[number]
    assert "adds up" in text
    assert (f'/admin/orders/{waiting.number}"' in text) == (number == "held")


async def test_a_long_history_comes_in_pages(ada, world):
    for _ in range(explain.PAGE + 5):
        await world.db.write(stock.adjust, world.ada, "MUG", change=1, reason="received", at=now())

    text = await explained(ada, "/admin/stock/MUG/explanation?number=on_hand")
    more = re.search(r'href="([^"]+after=[^"]+)"', text)[1].replace("&amp;", "&")

    assert sums(text)["on_hand"] == ["+60", "60"]
    assert "after=" not in await explained(ada, more)


@pytest.mark.parametrize("path", ["MUG/explanation?number=price", "NOPE/explanation", "%00/explanation"])
async def test_a_number_that_is_none_is_not_found(ada, path):
    assert (await ada.get(f"/admin/stock/{path}")).status_code == 404


async def test_an_orders_numbers_are_made_of_its_rows(ada, world):
    placed = await world.confirmed(world.sam, MUG=2, LAMP=1)
    await world.tell("refund.created", placed.refund(1000))
    await world.tell("refund.created", placed.refund(300, id="re_other", status="failed"))
    address = f"/admin/orders/{placed.number}/explanation"
    page = await text_of(await ada.get(f"/admin/orders/{placed.number}"))
    for number in ("total", "captured", "refunded"):
        assert f'href="{address}#{number}"' in page

    found = sums(await explained(ada, address))

    assert sorted(found["subtotal"]) == ["€105.00", "€25.00", "€80.00"]
    assert found["total"] == ["€105.00", "€0.00", "€0.00", "€0.00", "€105.00"]
    assert found["captured"] == ["€105.00", "€105.00"]
    assert found["refunded"] == ["€10.00", "€10.00"]


async def test_what_is_missing_from_an_approved_payment_shows_as_a_discount(ada, world):
    placed = await world.review(world.sam, more=-250, MUG=1)
    await ada.post(f"/admin/orders/{placed.number}/approval")

    found = sums(await explained(ada, f"/admin/orders/{placed.number}/explanation"))

    assert found["total"] == ["€12.50", "-€2.50", "€0.00", "€0.00", "€10.00"]


async def test_every_event_of_every_object_is_told_with_its_result(ada, world):
    placed = await world.confirmed(world.sam, MUG=2)
    await world.tell("refund.created", placed.refund(9900))
    await world.tell("refund.created", placed.refund(100, id="re_small"))
    await world.tell("charge.dispute.created", placed.dispute("warning_needs_response"))
    await world.tell("radar.early_fraud_warning.created", placed.warning())

    text = await explained(ada, f"/admin/orders/{placed.number}/explanation")

    for thing in (placed.session.id, placed.intent, "re_small", "du_1", "issfr_1"):
        assert f'id="explain-thing-{thing}"' in text
    for kind in ("checkout.session.completed", "refund.created", "charge.dispute.created", "radar."):
        assert kind in text
    assert "processed" in text


async def test_a_free_or_unpaid_order_has_numbers_as_well(ada, world):
    placed = await world.place(world.sam, MUG=1)

    found = sums(await explained(ada, f"/admin/orders/{placed.number}/explanation"))

    assert found["captured"] == ["€0.00", "€0.00"]
    assert (await ada.get("/admin/orders/NOPE2345/explanation")).status_code == 404


async def test_books_that_do_not_add_up_are_told_loudly(ada, world):
    placed = await world.confirmed(world.sam, MUG=1)
    await world.db.write(_spoil, placed.id, 1)
    address = f"/admin/orders/{placed.number}/explanation"

    text = await explained(ada, address)

    assert "This does not add up:" in text
    assert "the books say €12.51, its parts €12.50" in text
    assert "they do not all agree" in text
    await world.db.write(_spoil, placed.id, -1)
    assert "This does not add up:" not in await explained(ada, address)


def _spoil(tx: Tx, order_id: str, by: int) -> None:
    connection = tx._connection
    connection.execute("UPDATE orders SET captured = captured + ? WHERE id = ?", (by, order_id))


async def test_the_sums_and_the_order_are_of_one_transaction(world):
    placed = await world.confirmed(world.sam, MUG=1)

    made = await world.db.read(reckoning.of_order, placed.number)

    assert made.agrees
    assert made.order == await world.order(placed)


@pytest.mark.parametrize("page", ["checkouts", "orders"])
async def test_the_time_left_to_pay_is_told_and_refreshed_calmly(sam, world, page):
    placed = await world.place(world.sam, MUG=1)
    address = f"/{page}/{placed.number}"

    text = await text_of(await sam.get(address))

    assert "held for you for about 30 more minutes, until" in text
    assert f'hx-get="{address}" hx-trigger="every 20s"' in text
    assert "more minutes" in await text_of(await sam.get(address, headers=HTMX))


async def test_a_paid_or_cancelled_order_counts_nothing_down(sam, world):
    paid = await world.confirmed(world.sam, MUG=1)
    unwanted = await world.place(world.sam, MUG=1)
    await world.db.write(orders.cancel, unwanted.number, world.sam, now())

    for placed in (paid, unwanted):
        for page in ("checkouts", "orders"):
            assert "countdown" not in await text_of(await sam.get(f"/{page}/{placed.number}"))


async def test_the_cart_leads_to_the_order_that_waits_for_its_payment(street):
    sam = await street.shopper(street.world.sam)
    await sam.put("MUG")
    assert "cart-held" not in (await sam.http.get("/cart")).text
    await sam.check_out()
    number = (await street.world.db.read(order_finds.find, Choice(), None)).items[0].number

    page = (await sam.http.get("/cart")).text

    assert f'href="/checkouts/{number}"' in page
    assert "more minutes" in page
    await sam.http.post("/logout")
    assert number not in (await sam.http.get("/cart")).text
