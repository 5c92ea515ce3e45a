"""The one search box: everything is found by a part of its name, and nothing hostile hurts it."""

import re

import pytest

from shop import fulfilment, products
from shop.clock import now
from tests.web.conftest import HTMX, text_of


async def found(visitor, text: str, **headers) -> str:
    answer = await visitor.get("/admin/search", query_string={"q": text}, **headers)
    assert answer.status_code == 200
    return await text_of(answer)


async def test_an_order_is_found_by_its_number_and_by_a_part_of_the_e_mail_address(ada, world):
    placed = await world.confirmed(world.sam, MUG=1)
    link = f'href="/admin/orders/{placed.number}"'

    assert "Exactly this" in await found(ada, placed.number.lower())
    for part in (placed.number[2:6], "sam@till", "Sam", placed.number[:2]):
        assert link in await found(ada, part)


async def test_a_variant_is_found_by_its_sku_and_by_a_part_of_its_name(ada):
    for part in ("vase-s", "VAS", "ase", "smal", "VA"):
        assert 'href="/admin/stock/VASE-S"' in await found(ada, part)
    assert "Exactly this" in await found(ada, "VASE-S")


async def test_a_person_is_found_by_name_and_address(ada, world):
    for part in ("mallory", "allory@tillroom", "Mal", "ma"):
        assert f'href="/admin/people/{world.mallory.id}"' in await found(ada, part)


async def test_an_order_is_found_by_every_name_that_stripe_has_for_a_part_of_it(ada, world):
    placed = await world.confirmed(world.sam, MUG=1)
    link = f'href="/admin/orders/{placed.number}"'
    give = fulfilment.Give(500, {}, restock=False)
    await world.db.write(fulfilment.refund, placed.number, world.ada, give, now())
    await world.answer_refund(placed)
    await world.tell("charge.dispute.created", placed.dispute("needs_response", id="du_1234"))
    refund = (await world.db.read(fulfilment.refunds.of_order, placed.id))[0].id.replace("ref_", "re_")

    for name in (placed.session.id, placed.intent, refund, "du_1234", "evt_000001"):
        assert link in await found(ada, name), name


async def test_a_charge_is_found_by_the_event_that_told_of_it(ada, world):
    placed = await world.confirmed(world.sam, MUG=1)
    charge = {"id": "ch_9876", "object": "charge", "payment_intent": placed.intent, "amount_refunded": 0}
    await world.tell("charge.refunded", charge | {"refunds": {"data": []}})

    assert f'href="/admin/orders/{placed.number}"' in await found(ada, "ch_9876")


async def test_pages_and_acts_are_found_by_what_they_are_for(ada):
    assert 'href="/admin/imports"' in await found(ada, "import")
    assert 'href="/admin/health"' in await found(ada, "webhook")


async def test_while_somebody_types_only_the_panel_comes(ada):
    panel = await found(ada, "vase", headers=HTMX)

    assert panel.startswith('<div id="search-panel"')
    assert "VASE-L" in panel
    assert "<html" not in panel
    assert "search-hits" not in await found(ada, "", headers=HTMX)


async def test_what_is_too_much_stands_in_the_list(ada, world):
    for number in range(9):
        await world.db.write(_add_shopper, f"Crowd{number}")

    page = await found(ada, "crowd")
    assert 'href="/admin/people?q=crowd"' in page
    assert page.count('href="/admin/people/') == 8


def _add_shopper(tx, name):
    from tests.world import add_shopper

    add_shopper(tx, name)


HOSTILE = (
    *('"', '"""', "*", "mug*", "NEAR(mug vase)", "mug AND", "OR", "NOT mug", "-mug", "text:mug", "^mug", "("),
    *(
        "%",
        "_",
        "'; DROP TABLE orders; --",
        "x" * 10_000,
        "é" * 3,
        "\u202e",
        "\x00abc",
        "日本語",
        "pi_",
        "evt_%",
    ),
    *("<script>alert(1)</script>", "{{ 7 * 7 }}"),
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_whatever_is_typed_is_looked_for_and_nothing_else(ada, text):
    page = await found(ada, text)

    assert "<script>alert" not in page
    assert "49" not in page
    assert await found(ada, text, headers=HTMX)


async def test_nobody_but_an_admin_searches(sam, stranger):
    assert (await sam.get("/admin/search?q=mug")).status_code == 404
    assert (await stranger.get("/admin/search?q=mug")).status_code == 303


async def test_every_page_and_act_that_is_named_is_there(ada):
    from shop.web.admin.search import PLACES

    for place in PLACES:
        assert (await ada.get(place.to)).status_code == 200, place.to


async def test_what_is_archived_says_so(ada, world):
    page = await found(ada, "vase-s")
    (product,) = set(re.findall(r'href="/admin/products/(\w+)" aria-label="The product Vase', page))
    await world.db.write(products.archive, world.ada, product, now())

    assert "VASE-S, archived" in await found(ada, "vase-s")
