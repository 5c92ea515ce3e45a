"""The order list and the board, several orders at once, what is printed, notes, purchases and files."""

import asyncio
import csv
import io
import re
import sys

import pytest

from shop import fulfilment, parcels
from shop.clock import now
from tests.web.conftest import HTMX, text_of

PAGES = (
    "orders",
    "orders?look=board",
    "orders.csv",
    "purchases",
    "purchases.csv",
    "orders/shipment?number=X",
)
MANY = "&".join(f"number=N{one}" for one in range(101))


async def page(ada, path, status=200) -> str:
    answer = await ada.get(f"/admin/{path}")
    assert answer.status_code == status, await text_of(answer)
    return await text_of(answer)


async def numbers_in(ada, path) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/admin/orders/(\w+)"', await page(ada, path))


def ticked_in(text) -> list[str]:
    return re.findall(r'name="number" value="(\w+)"[^>]* checked', text)


def query(*placed) -> str:
    return "&".join(f"number={one.number}" for one in placed)


async def send(ada, act, told, **more):
    """Post a form in which a name may stand several times."""
    pairs = [
        (name, one) for name, some in told.items() for one in (some if isinstance(some, list) else [some])
    ]
    return await ada.post(f"/admin/orders/{act}", pairs, **more)


async def state_of(world, *placed) -> list[str]:
    return [(await world.order(one)).state for one in placed]


@pytest.fixture
async def three(world):
    return [await world.confirmed(world.sam, **{"VASE-S": 1}) for _ in range(3)]


@pytest.mark.parametrize("path", PAGES)
async def test_none_of_it_is_there_for_shoppers_and_strangers(sam, stranger, path):
    assert (await sam.get(f"/admin/{path}")).status_code == 404
    assert (await stranger.get(f"/admin/{path}")).status_code == 303


async def test_an_order_is_found_by_part_of_an_e_mail_a_payment_and_a_product(ada, world, three):
    other = await world.confirmed(world.mia, MUG=1)

    assert await numbers_in(ada, "orders?q=mia%40till") == [other.number]
    assert await numbers_in(ada, f"orders?q={other.intent}") == [other.number]
    assert await numbers_in(ada, "orders?q=mug") == [other.number]
    assert len(await numbers_in(ada, "orders?q=sam&state=confirmed")) == 3
    assert "Show all orders" in await page(ada, "orders?q=nobody")
    assert "beginning of a number" in await page(ada, "orders?q=%C3%A4")


async def test_a_search_for_words_of_a_product_offers_its_variants(ada, three):
    found = await page(ada, "orders?q=vase")

    assert "/admin/orders?sku=VASE-S" in found
    assert len(await numbers_in(ada, "orders?sku=VASE-S")) == 3


async def test_orders_are_filtered_by_person_dispute_and_day(ada, world, three):
    await world.tell("charge.dispute.created", three[0].dispute("needs_response"))

    assert await numbers_in(ada, "orders?dispute=open") == [three[0].number]
    for who in (world.sam.id, world.sam.email):
        assert len(await numbers_in(ada, f"orders?person={who}")) == 3
    assert "person: sam@tillroom.example" in await page(ada, f"orders?person={world.sam.id}")
    assert await numbers_in(ada, "orders?from=2000-01-01&to=2000-01-02") == []
    assert len(await numbers_in(ada, "orders?from=2000-01-01&payment=paid")) == 3


async def test_the_orders_of_a_day_are_those_sold_on_it(ada, world, three):
    await world.place(world.mia, MUG=1)
    today = now()[:10]

    assert await numbers_in(ada, f"orders?sold={today}") == [one.number for one in reversed(three)]
    assert len(await numbers_in(ada, f"orders?by=sold&from={today}&state=confirmed")) == 3
    assert len(await numbers_in(ada, f"orders?from={today}&to={today}")) == 4
    assert await numbers_in(ada, "orders?sold=2000-01-01") == []
    assert "sold: " not in await page(ada, "orders?sold=2000-02-31")


async def test_the_board_shows_open_orders_by_state_the_longest_waiting_first(ada, world, three):
    packed, paying = await world.packed(world.mia, MUG=1), await world.place(world.mia, MUG=1)
    await world.shipped(world.mia, MUG=1)

    board = await page(ada, "orders?look=board")

    to_pack, in_house, being_paid = (
        board.split(f'id="orders-column-{state}"')[1].split("</section>")[0]
        for state in ("confirmed", "packed", "open")
    )
    assert [to_pack.index(one.number) for one in three] == sorted(to_pack.index(one.number) for one in three)
    assert packed.number in in_house
    assert paying.number in being_paid
    assert "checkbox" not in being_paid


async def test_all_boxes_can_be_ticked_by_a_link(ada, three):
    for look in ("state=confirmed", "look=board"):
        assert len(ticked_in(await page(ada, f"orders?{look}&ticked=all"))) == 3
        assert ticked_in(await page(ada, f"orders?{look}")) == []


@pytest.mark.parametrize("htmx", [False, True])
async def test_three_orders_are_shipped_at_once(ada, world, three, htmx):
    form = await page(ada, f"orders/shipment?{query(*three)}&back=/admin/orders%3Fstate%3Dconfirmed")
    assert "Ship 3 orders" in form
    told = {
        "number": [one.number for one in three],
        "carrier": "Post",
        "back": "/admin/orders?state=confirmed",
    }
    told |= {f"tracking-{one.number}": f"T{place}" for place, one in enumerate(three)}

    for sentence in ("3 orders are on their way.", "Shipped already."):
        answer = await send(ada, "shipment", told, htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)
        if htmx:
            assert sentence in await text_of(answer)

    assert await state_of(world, *three) == ["shipped"] * 3
    assert [len(await world.db.read(parcels.of_order, one.id)) for one in three] == [1, 1, 1]


@pytest.mark.parametrize("htmx", [False, True])
async def test_when_one_can_not_go_none_goes_and_the_reason_stands_beside_it(ada, world, three, htmx):
    await world.tell("radar.early_fraud_warning.created", three[1].warning())
    told = {"number": [one.number for one in three], "carrier": "Hand <b>"}
    told |= {f"tracking-{three[0].number}": "KEPT-1"}

    answer = await send(ada, "shipment", told, htmx=htmx)
    text = await text_of(answer)

    assert answer.status_code == 409
    assert "Nothing was done: 1 order refuses." in text
    assert "warns of fraud" in text
    assert 'value="KEPT-1"' in text
    assert "Hand &lt;b&gt;" in text
    assert ticked_in(text) == [three[0].number, three[2].number]
    assert await state_of(world, *three) == ["confirmed"] * 3


async def test_packing_several_leads_back_to_where_one_was(ada, world, three):
    numbers = [one.number for one in three]
    told = {"number": numbers, "back": "/admin/orders?look=board"}

    answer = await send(ada, "packing", told)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/orders?look=board")
    assert "3 orders are packed." in await page(ada, "orders?look=board")

    waiting = await world.place(world.mia, MUG=1)
    answer = await send(ada, "packing", {"number": [*numbers, waiting.number], "back": "//evil"})
    assert answer.status_code == 409
    assert "An order that is open can&#39;t be packed." in await text_of(answer)
    assert "evil" not in await text_of(answer)


async def test_ten_clicks_at_once_are_one_shipment(ada, world, three):
    told = {"number": [one.number for one in three], "carrier": "Post"}

    answers = await asyncio.gather(*[send(ada, "shipment", told) for _ in range(10)])

    assert {answer.status_code for answer in answers} == {303}
    assert [len(await world.db.read(parcels.of_order, one.id)) for one in three] == [1, 1, 1]


@pytest.mark.parametrize("path", ["shipment", "pick-list", "packing-slips"])
@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        ("", 422, "Choose at least one order"),
        ("number=", 422, "Choose at least one order"),
        (MANY, 422, "At most 100 orders"),
        ("number=NOBODY", 404, "There is no order NOBODY."),
        ("number=%3Cb%3E%00&number=%F0%9F", 404, "There is no order &lt;b&gt;"),
    ],
)
async def test_what_can_not_be_chosen_is_answered_with_a_sentence(ada, path, asked, status, sentence):
    assert sentence in await page(ada, f"orders/{path}?{asked}", status)


@pytest.mark.parametrize("wrong", ["x" * 101, "a\x00b", "\x1f"])
async def test_a_tracking_number_that_can_not_be_kept_comes_back(ada, world, three, wrong):
    for field in ("carrier", f"tracking-{three[0].number}"):
        told = {"number": [one.number for one in three], field: f"z{wrong}z"}
        answer = await send(ada, "shipment", told)
        assert answer.status_code == 422
        assert 'class="error"' in await text_of(answer)
    assert await state_of(world, *three) == ["confirmed"] * 3


async def test_the_pick_list_and_the_slips_say_what_goes_where(ada, world, three):
    other = await world.place(world.mia, MUG=1)

    picks = await page(ada, f"orders/pick-list?{query(*three, other)}")
    slips = await page(ada, f"orders/packing-slips?{query(*three, other)}")
    priced = await page(ada, f"orders/packing-slips?prices=1&{query(*three)}")

    assert "3 items for 3 orders" in picks
    assert "Left out" in picks
    assert re.search(r"<strong>3</strong></td>\s*<td>Vase <strong>Small</strong></td>", picks)
    assert slips.count('class="slip"') == 3
    assert "€20.00" not in slips
    assert priced.count("€20.00") == 3
    assert "None of these" in await page(ada, f"orders/packing-slips?{query(other)}")


@pytest.mark.parametrize("htmx", [False, True])
async def test_a_note_is_on_the_order_and_in_its_history_and_not_for_the_shopper(ada, sam, world, htmx):
    placed = await world.confirmed(world.sam, MUG=1)
    here = f"/admin/orders/{placed.number}"
    told = {"text": "Wrap <it>\r\nCall first", "intention": "one click"}

    for _ in range(2):
        answer = await ada.post(f"{here}/notes", told, htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)

    text = await page(ada, f"orders/{placed.number}")
    assert text.count("Wrap &lt;it&gt;\nCall first") == 2
    assert text.count('class="note-text"') == 1
    assert "Wrap" not in await text_of(await sam.get(f"/orders/{placed.number}"))


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 1001, "a\x00b"])
async def test_a_note_that_is_none_is_refused_and_nothing_typed_is_lost(ada, world, text):
    placed = await world.confirmed(world.sam, MUG=1)

    answer = await ada.post(f"/admin/orders/{placed.number}/notes", {"text": text}, htmx=True)

    assert answer.status_code == 422
    assert 'id="error-note-text"' in await text_of(answer)
    assert (await ada.post("/admin/orders/NOBODY/notes", {"text": "x"})).status_code == 404


async def test_an_order_leads_to_its_person_and_to_their_other_orders(ada, world, three):
    text = await page(ada, f"orders/{three[0].number}")

    assert f'href="/admin/people/{world.sam.id}"' in text
    assert three[1].number in text
    assert "/admin/purchases?person=sam%40tillroom.example" in text


async def test_purchases_are_listed_by_person_and_by_product(ada, world, three):
    await world.confirmed(world.mia, MUG=2)

    assert len(await numbers_in(ada, "purchases")) == 4
    assert len(await numbers_in(ada, f"purchases?person={world.sam.id}")) == 3
    assert len(await numbers_in(ada, "purchases?product=vase")) == 3
    of_mugs = await page(ada, "purchases?sku=MUG")
    assert "€25.00" in of_mugs
    assert "Sold in all" in await page(ada, "purchases?q=mug")
    assert "/admin/purchases?sku=VASE-S" in await page(ada, "purchases?q=vase")
    assert "Sold in all: 2 units for €25.00" in of_mugs
    today = now()[:10]
    assert len(await numbers_in(ada, f"purchases?from={today}&to={today}&sku=MUG")) == 1
    assert await numbers_in(ada, "purchases?to=2000-01-01") == []
    assert "Show all purchases" in await page(ada, "purchases?product=nothing")
    assert "Nothing was bought" in await page(ada, "purchases?person=nobody")


async def test_a_shop_without_orders_says_so(ada):
    assert "There is no order yet" in await page(ada, "orders")
    assert "Nothing has been bought yet" in await page(ada, "purchases")
    assert (await page(ada, "orders?look=board")).count("None.") == 5
    assert await page(ada, "purchases.csv") == (await page(ada, "purchases.csv?sku=MUG"))


async def rows_of(ada, path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(await page(ada, path), newline="")))


async def test_the_filtered_list_is_a_file(ada, world, three, monkeypatch):
    monkeypatch.setattr(sys.modules["shop.web.admin.orders"], "FILE_PAGE", 2)
    await world.confirmed(world.mia, MUG=2)

    everything = await rows_of(ada, "orders.csv")
    of_sam = await rows_of(ada, "orders.csv?q=sam&state=confirmed")

    assert len(everything) == 4
    assert [row["number"] for row in of_sam] == [one.number for one in reversed(three)]
    assert (
        of_sam[0] | {"email": world.sam.email, "total": "20.00", "currency": "eur", "units": "1"} == of_sam[0]
    )
    assert "/admin/orders.csv?q=sam&amp;state=confirmed" in await page(ada, "orders?q=sam&state=confirmed")


async def test_purchases_are_a_file_with_formulas_defused(ada, world, monkeypatch):
    monkeypatch.setattr(sys.modules["shop.web.admin.purchases"], "FILE_PAGE", 1)
    await world.add_things("=1+1", 9)
    for _ in range(3):
        await world.confirmed(world.sam, **{"=1+1": 2})

    rows = await rows_of(ada, "purchases.csv")

    assert [(row["sku"], row["quantity"], row["line_total"]) for row in rows] == [("'=1+1", "2", "10.00")] * 3


NAMES = ["q", "state", "payment", "dispute", "person", "sku", "product"]
NAMES += ["sold", "from", "to", "by", "after", "look"]
HOSTILE = [
    "%00",
    "%F0%9F",
    "'\"><script>",
    "x" * 3000,
    "-1",
    "1e9",
    "%D9%A1",
    "%22%22%22%22",
    "*",
    "a OR b",
    "NOT x y z",
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("path", ["orders", "orders.csv", "purchases", "purchases.csv"])
async def test_no_address_of_a_list_makes_it_fall_over(ada, three, path, value):
    for name in NAMES:
        answer = await ada.get(f"/admin/{path}?{name}={value}")
        assert answer.status_code == 200, name
        assert '<script>"' not in await text_of(answer)
    broken = await ada.get(f"/admin/{path}?q=sam&after={value}", headers=HTMX)
    assert broken.status_code in (200, 422)


async def test_a_long_list_goes_on_where_it_stopped(ada, world, monkeypatch):
    monkeypatch.setattr("shop.order_finds.find.__defaults__", (2,))
    placed = [await world.place(world.sam, **{"VASE-S": 1}) for _ in range(3)]

    first = await page(ada, "orders?state=open")
    more = re.search(r'href="(/admin/orders\?state=open&amp;after=[^"]+)">Show more', first)[1]

    assert placed[0].number not in first
    assert placed[0].number in await page(ada, more.removeprefix("/admin/").replace("&amp;", "&"))


async def test_a_parcel_is_offered_the_carrier_of_the_last_one(ada, world, three):
    await world.db.write(fulfilment.ship, three[0].number, world.ada, "Rider", "1", now())

    assert 'value="Rider"' in await page(ada, f"orders/shipment?{query(*three[1:])}")
    assert 'value="Rider"' in await page(ada, f"orders/{three[1].number}")
