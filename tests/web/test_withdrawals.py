"""Anybody may withdraw from a contract, in two steps, and has it in writing with the day and the time."""

import pytest

from shop import attention, letters, withdrawals
from shop.clock import now
from tests.web.conftest import text_of

TOLD = {"name": "Sam", "order": "ABCD2345", "email": "sam@x.example", "note": "the mug"}


@pytest.fixture
async def offered(world):
    await world.db.write(withdrawals.offer, world.ada, True, now())
    return world


async def test_a_shop_that_does_not_offer_it_has_no_such_page(stranger):
    assert (await stranger.get("/withdrawal")).status_code == 404
    assert (await stranger.post("/withdrawal/confirmation", TOLD)).status_code == 404
    assert "Withdraw from a contract" not in await text_of(await stranger.get("/"))


async def test_it_is_found_on_every_page_shown_once_more_and_then_declared(offered, stranger):
    assert '<a href="/withdrawal">Withdraw from a contract</a>' in await text_of(
        await stranger.get("/c/things")
    )

    second = await text_of(await stranger.post("/withdrawal", TOLD))
    assert "Confirm withdrawal" in second
    assert "the mug" in second
    assert (await offered.db.read(withdrawals.listing, None)).items == ()
    receipt = await text_of(await stranger.post("/withdrawal/confirmation", TOLD))

    assert "Your withdrawal has been received" in receipt
    assert '<time datetime="' in receipt
    letter = (await offered.db.read(letters.listing, None, "withdrawal", "")).items[0]
    assert letter.recipient == "sam@x.example"
    for told in ("Received: 20", "Order: ABCD2345", "Note: the mug"):
        assert told in letter.text, told


async def test_what_is_missing_is_said_beside_its_field(offered, stranger):
    answer = await stranger.post("/withdrawal", TOLD | {"order": "", "email": "nowhere"})
    page = await text_of(answer)

    assert answer.status_code == 422
    assert "Write the number of your order." in page
    assert 'value="nowhere"' in page


async def test_it_is_taken_whether_or_not_the_order_is_known_and_says_so_to_nobody(offered, stranger):
    placed = await offered.shipped(offered.sam, MUG=1)
    mine = TOLD | {"order": placed.number.lower(), "email": offered.sam.email}

    known = await text_of(await stranger.post("/withdrawal/confirmation", mine))
    other = await text_of(await stranger.post("/withdrawal/confirmation", mine | {"email": "eve@x.example"}))

    assert known.count("Your withdrawal has been received") == other.count(
        "Your withdrawal has been received"
    )
    found = (await offered.db.read(withdrawals.listing, None)).items
    assert [one.known for one in found] == ["", placed.number]


async def test_it_waits_for_a_person_until_somebody_has_seen_to_it(offered, stranger, ada):
    await stranger.post("/withdrawal/confirmation", TOLD)
    found = (await offered.db.read(withdrawals.listing, None)).items[0]
    assert [one.kind for one in await offered.db.read(attention.entries)] == ["withdrawal"]
    assert "See to it" in await text_of(await ada.get("/admin/attention"))

    await ada.post(f"/admin/withdrawals/{found.id}", {"note": "refunded in full"})
    again = await ada.post(f"/admin/withdrawals/{found.id}", {"note": "me too"})

    assert await offered.db.read(attention.entries) == ()
    assert again.status_code == 409
    assert "refunded in full" in await text_of(again)


async def test_the_merchant_offers_it_or_not(ada, world):
    await ada.post("/admin/withdrawals", {"offered": "1"})
    assert await world.db.read(withdrawals.is_offered)

    await ada.post("/admin/withdrawals", {})
    assert not await world.db.read(withdrawals.is_offered)


async def test_german_shoppers_are_told_in_german(offered, stranger):
    page = await text_of(await stranger.post("/withdrawal", TOLD, headers={"Accept-Language": "de"}))

    assert "Widerruf bestätigen" in page
