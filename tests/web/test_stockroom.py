"""The stockroom over HTTP: views in the address, steps and counts in place, undo and history."""

import re
from html import unescape

import pytest

from shop import movements, stock
from shop.clock import later, now
from tests.web.conftest import HTMX, text_of

MOVES = "/admin/stock/MUG/movements"
SKUS = re.compile(r'<tr id="stock-row-([^"]+)"')


async def listed(ada, query: str) -> list[str]:
    answer = await ada.get(f"/admin/stock?{query}")
    assert answer.status_code == 200
    return SKUS.findall(await text_of(answer))


async def newest(world, sku="MUG") -> movements.Movement:
    return (await world.db.read(movements.history, sku)).items[0]


def hidden_fields(text: str, action: str) -> tuple[str, dict]:
    """Return where the form to an address leads, and its hidden fields."""
    form = re.search(rf'<form[^>]*action="({re.escape(action)}[^"]*)"(.*?)</form>', text, re.DOTALL)
    found: dict = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[2]):
        found.setdefault(name, []).append(unescape(value))
    return unescape(form[1]), found


@pytest.mark.parametrize(
    ("query", "skus"),
    [
        ("", ["POSTER", "LAMP", "VASE-L", "MUG", "VASE-S"]),
        ("sort=-price", ["LAMP", "VASE-L", "VASE-S", "MUG", "POSTER"]),
        ("state=sold_out", ["POSTER"]),
        ("q=vase&sort=name", ["VASE-S", "VASE-L"]),
        ("category=things&state=in_stock", ["VASE-S"]),
        ("state=held", []),
        ("q=nothing-like-it", []),
        ("state=nonsense&sort=x&after=x", ["POSTER", "LAMP", "VASE-L", "MUG", "VASE-S"]),
    ],
)
async def test_a_view_is_its_address(ada, query, skus):
    assert await listed(ada, query) == skus


async def test_an_empty_view_says_what_to_do_and_a_list_leads_to_its_csv(ada):
    assert "Show all stock" in await text_of(await ada.get("/admin/stock?q=nowhere"))
    page = await text_of(await ada.get("/admin/stock?state=low&q=mug"))
    assert 'href="/admin/stock.csv?q=mug&amp;state=low"' in page


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_step_is_relative_and_can_be_undone(ada, world, htmx):
    for change in ("1", "1", "-1"):
        answer = await ada.post(MOVES, {"change": change, "usual": "correction", "reason": ""}, htmx=htmx)
    page = await text_of(answer if htmx else await ada.get("/admin/stock"))
    assert "Mug (MUG): was 7, now 6." in page
    movement = await newest(world)
    assert movement.reason == "correction"
    way_back = f"{MOVES}/{movement.seq}/reversal"
    assert f'action="{way_back}"' in page

    undone = await ada.post(way_back, htmx=htmx)

    assert undone.status_code == (200 if htmx else 303)
    assert await world.stock("MUG") == (7, 0)
    assert "Taken back: Mug (MUG) was 6, now 7." in await text_of(undone if htmx else await ada.get("/admin"))


async def test_a_typed_number_is_absolute_counted_and_carries_what_was_seen(ada, world):
    row = await text_of(await ada.get("/admin/stock"))
    _, fields = hidden_fields(row.split('id="step-MUG"')[1].split("</form>", 1)[1], MOVES)
    assert fields == {"seen": ["5"], "usual": ["counted"]}

    told = {"on_hand": "9", "seen": "5", "usual": "counted", "reason": ""}
    answer = await ada.post(MOVES, told, htmx=True)

    assert 'value="9"' in await text_of(answer)
    assert (await newest(world)).reason == "counted"
    stale = await ada.post(MOVES, told | {"on_hand": "3"}, htmx=True)
    assert stale.status_code == 409
    text = await text_of(stale)
    assert "It is 9 by now, no longer 5" in text
    assert 'name="on_hand" inputmode="numeric" autocomplete="off" value="9"' in text


async def test_a_chosen_reason_goes_before_the_usual_one(ada, world):
    await ada.post(MOVES, {"change": "1", "usual": "correction", "reason": "returned"})

    assert (await newest(world)).reason == "returned"


async def test_a_step_below_what_is_held_leaves_the_row_and_says_why(ada, world):
    await world.place(world.sam, MUG=5)

    answer = await ada.post(MOVES, {"change": "-1", "usual": "correction"}, htmx=True)

    text = await text_of(answer)
    assert answer.status_code == 409
    assert "5 are held by open orders" in text
    assert 'id="units-MUG-' in text


async def test_the_same_number_again_changes_nothing(ada, world):
    before = await newest(world)

    answer = await ada.post(MOVES, {"on_hand": "5", "seen": "5", "reason": "counted"}, htmx=True)

    assert "it is 5 already" in await text_of(answer)
    assert await newest(world) == before


async def test_a_form_goes_back_to_the_view_it_was_sent_from(ada):
    for came, to in (
        ("http://localhost/admin/stock?state=low", "/admin/stock?state=low"),
        ("http://evil.example/admin/stock", "/admin/stock"),
        ("http://localhost/admin/stock/MUG/edit", "/admin/stock"),
    ):
        answer = await ada.post(MOVES, {"change": "1", "reason": "received"}, headers={"Referer": came})
        assert answer.headers["Location"] == to


async def test_a_movement_is_taken_back_once(ada, world):
    await ada.post(MOVES, {"change": "1", "reason": "received"})
    way_back = f"{MOVES}/{(await newest(world)).seq}/reversal"
    page = await text_of(await ada.get("/admin/stock/MUG"))
    assert f'action="{way_back}"' in page
    await ada.post(way_back)

    again = await ada.post(way_back, htmx=True)

    assert again.status_code == 409
    assert "taken back already" in await text_of(again)
    page = await text_of(await ada.get("/admin/stock/MUG"))
    assert way_back not in page
    assert "takes back movement" in page
    assert (await ada.post(f"{MOVES}/{10**30}/reversal")).status_code == 404


async def test_the_history_tells_where_everything_came_from(ada, world):
    placed = await world.confirmed(world.sam, MUG=2)

    page = await text_of(await ada.get("/admin/stock/MUG"))

    for words in (f"Order {placed.number}", "commit", "-2 → 3", "received", "Ada"):
        assert words in page


async def test_a_long_history_goes_on(ada, world):
    for _ in range(movements.PAGE + 3):
        await world.db.write(stock.adjust, world.ada, "MUG", change=1, reason="received", at=now())
    page = await text_of(await ada.get("/admin/stock/MUG"))
    more = unescape(re.search(r'href="([^"]+after=\d+)">Show more', page)[1])

    rest = await text_of(await ada.get(more))

    assert (page + rest).count('<tr id="stock-movement-') == movements.PAGE + 4
    assert "Show more" not in rest


async def test_the_stock_of_a_past_moment(ada, world):
    await world.db.write(
        stock.adjust, world.ada, "MUG", change=4, reason="received", at=later(now(), minutes=60)
    )
    moment = later(now(), minutes=30)[:16]

    told = await text_of(await ada.get(f"/admin/stock/MUG?at={moment}"))

    assert "<strong>5</strong> on hand" in told
    assert "had never moved" in await text_of(await ada.get("/admin/stock/MUG?at=2001-01-01T00:00"))
    refused = await ada.get("/admin/stock/MUG?at=yesterday")
    assert refused.status_code == 422
    assert "Write a day and a time" in await text_of(refused)


async def test_a_change_on_a_variants_own_page_shows_in_its_history_at_once(ada, world):
    headers = HTMX | {"HX-Current-URL": "http://localhost/admin/stock/MUG"}
    answer = await text_of(await ada.post(MOVES, {"change": "2", "reason": "received"}, headers=headers))
    assert "+2 → 7" in answer
    undone = await ada.post(f"{MOVES}/{(await newest(world)).seq}/reversal", headers=headers)

    assert "-2 → 5" in await text_of(undone)
    elsewhere = await ada.post(MOVES, {"change": "2", "reason": "received"}, htmx=True)
    assert "stock-history" not in await text_of(elsewhere)
