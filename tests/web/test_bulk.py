"""Changes of many rows over HTTP: preview, all or nothing, undo."""

import re
from urllib.parse import urlencode

import pytest

from shop import bulk, inventory, stock
from shop.clock import now
from shop.inventory import Wish
from tests.web.conftest import text_of
from tests.web.test_stockroom import hidden_fields

RAISE = "action=price_percent&value=5&reason=correction&note="


async def previewed(ada, query: str) -> str:
    answer = await ada.get(f"/admin/stock/changes?{query}")
    assert answer.status_code == 200, await text_of(answer)
    return await text_of(answer)


async def confirmed(ada, text: str):
    address, fields = hidden_fields(text, "/admin/stock/batches")
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    return await ada.client.post(address, data=urlencode(fields, doseq=True), headers=headers)


async def prices(world) -> dict[str, int]:
    return {row.sku: row.price for row in (await world.db.read(inventory.find, Wish())).items}


async def test_thirty_prices_are_raised_after_they_were_seen_and_lowered_again(ada, world):
    for number in range(25):
        await world.add_things(f"PEN-{number}", 1, 1000)
    before = await prices(world)
    text = await previewed(ada, f"rows=all&{RAISE}")
    assert "Change 30 rows" in text
    assert "half up" in text
    assert await prices(world) == before

    answer = await confirmed(ada, text)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/stock")
    assert (await prices(world))["PEN-7"] == 1050
    page = await text_of(await ada.get("/admin/stock"))
    assert "30 rows changed. Price: +5 %." in page
    way_back = re.search(r'action="(/admin/stock/batches/[^"]+/reversal)"', page)[1]
    answer = await ada.post(way_back, htmx=True, headers={"Referer": "http://localhost/admin/stock?q=pen"})
    assert answer.headers["HX-Redirect"] == "/admin/stock?q=pen"
    assert await prices(world) == before
    assert (await ada.post(way_back)).status_code == 409


async def test_ticked_rows_and_no_others(ada, world):
    text = await previewed(
        ada, "rows=ticked&sku=MUG&sku=LAMP&action=stock_more&value=20&reason=received&note=kiln"
    )
    assert "Change 2 rows" in text

    await confirmed(ada, text)

    assert [await world.on_hand(sku) for sku in ("MUG", "LAMP", "POSTER")] == [25, 21, 0]
    history = await text_of(await ada.get("/admin/stock/MUG"))
    batch = re.search(r'href="(/admin/stock/batches/[^"]+)"', history)[1]
    page = await text_of(await ada.get(batch))
    for words in ("Stock: add 20 (received)", "MUG", "LAMP", "Undo all of it"):
        assert words in page
    assert batch in await text_of(await ada.get("/admin/stock/batches"))


async def test_all_that_match_are_those_of_the_view(ada, world):
    text = await previewed(ada, f"rows=all&q=vase&state=low&{RAISE}")
    assert "Change 1 row<" in text

    answer = await confirmed(ada, text)

    assert answer.headers["Location"] == "/admin/stock?q=vase&state=low"
    changed = await prices(world)
    assert (changed["VASE-L"], changed["VASE-S"]) == (3150, 2000)


async def test_a_row_that_moved_meanwhile_brings_a_fresh_preview(ada, world):
    text = await previewed(ada, "rows=all&action=stock_less&value=1&reason=damaged&q=mug")
    await world.db.write(stock.adjust, world.ada, "MUG", change=4, reason="received", at=now())

    answer = await confirmed(ada, text)

    fresh = await text_of(answer)
    assert answer.status_code == 409
    assert "Nothing was changed: look again" in fresh
    assert await world.on_hand("MUG") == 9
    await confirmed(ada, fresh)
    assert await world.on_hand("MUG") == 8


async def test_what_can_not_change_is_told_in_its_row_and_left_out_on_purpose(ada, world):
    await world.place(world.sam, MUG=3)
    text = await previewed(ada, "rows=ticked&sku=MUG&sku=VASE-S&action=stock_is&value=1&reason=counted")
    for words in ("1 row would change, 1 can’t", "3 are held by open orders", "Leave 1 out and change 1 row"):
        assert words in text

    await confirmed(ada, text)

    assert (await world.on_hand("MUG"), await world.on_hand("VASE-S")) == (5, 1)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (f"rows=ticked&{RAISE}", "Choose at least one row."),
        (f"rows=all&q=nowhere&{RAISE}", "Nothing matches."),
        ("rows=all&action=nonsense&value=1", "Choose what to change."),
        ("rows=all&action=price_is&value=abc", "Write an amount such as"),
        ("rows=all&action=price_is&value=", "Write by how much"),
        ("rows=all&action=stock_is&value=-1&reason=counted", "Write a whole number"),
        ("rows=all&action=stock_is&value=1", "Choose a reason."),
        ("rows=all&action=stock_is&value=1&reason=stolen", "Choose a reason."),
        ("", "Choose what to change."),
    ],
)
async def test_a_change_that_is_none_comes_back_with_a_sentence(ada, query, sentence):
    for answer in (
        await ada.get(f"/admin/stock/changes?{query}"),
        await ada.post(f"/admin/stock/batches?{query}", dict(re.findall(r"(\w+)=([^&]*)", query))),
    ):
        assert answer.status_code == 422
        assert sentence in await text_of(answer)


async def test_too_many_are_not_changed_at_once(ada, world, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)

    text = await previewed(ada, f"rows=all&{RAISE}")

    assert "narrow the filter" in text
    assert "Change 2 rows" not in text


async def test_a_batch_that_is_none_is_not_found_and_the_list_of_none_says_what_to_do(ada):
    assert (await ada.get("/admin/stock/batches/bat_x")).status_code == 404
    assert (await ada.post("/admin/stock/batches/bat_x/reversal")).status_code == 404
    assert "tick rows in the stockroom" in await text_of(await ada.get("/admin/stock/batches"))


ODD = [
    "",
    "\x00",
    "9" * 40,
    "-1",
    "1e9",
    "٣",
    "%",
    '"',
    "' OR 1=1 --",
    "{{ 7 }}",
    "x" * 5000,
    "MUG 1",
    "1 MUG",
]


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
async def test_nothing_that_is_asked_for_can_make_the_stockroom_fail(ada, value):
    fine = {"rows": "all", "action": "stock_more", "value": "1", "reason": "received", "note": ""}
    for field in ("q", "state", "category", "supplier", "shelf", "sort", "after", "at"):
        for path in ("/admin/stock", "/admin/stock/MUG", "/admin/stock/batches", "/admin/stock/changes"):
            answer = await ada.get(f"{path}?{urlencode({**fine, field: value})}")
            assert answer.status_code < 500, (path, field)
    for field in (*fine, "sku", "seal", "leave_out"):
        told = {**fine, "rows": "ticked", "sku": "MUG", field: value}
        for answer in (
            await ada.get(f"/admin/stock/changes?{urlencode(told)}"),
            await ada.post("/admin/stock/batches", told),
        ):
            assert answer.status_code in (200, 409, 422), field
