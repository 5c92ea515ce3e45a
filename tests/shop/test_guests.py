"""Guests in the books: whose an order is, what it is written of in which language, and how it is claimed."""

import pytest

from shop import buyers, events, order_links, orders, people
from shop.buyers import NO_KEYS, PLACED, PROVED
from shop.clock import now
from shop.errors import Conflict, NotFound
from shop.people import GUEST
from shop.words import speaking
from tests.shop.situations import EXPIRED
from tests.shop.test_order_letters import written

GINA, OTTO = buyers.guest("gina@x.example"), buyers.guest("otto@x.example")


@pytest.mark.parametrize(
    ("owner", "person", "keys", "is_open"),
    [
        (GUEST, None, {}, False),
        (GUEST, "sam", {}, False),
        (GUEST, None, {"N": PLACED}, True),
        (GUEST, "sam", {"N": PLACED}, True),
        (GUEST, None, {"M": PROVED}, False),
        ("sam", None, {"N": PLACED}, False),
        ("sam", "mia", {"N": PLACED}, False),
        ("sam", "mia", {"N": PROVED}, True),
        ("sam", "sam", {}, True),
        ("sam", "mia", {}, False),
    ],
)
def test_an_order_is_open_to_its_owner_and_to_its_keys(owner, person, keys, is_open):
    assert buyers.opens(person, keys, owner, "N") is is_open


async def test_a_guest_cancels_by_key_and_is_named_as_a_guest(world):
    placed = await world.confirmed(GINA, MUG=2)
    with pytest.raises(NotFound):
        await world.db.write(orders.cancel, placed.number, None, now(), NO_KEYS)

    page = await world.db.write(orders.cancel, placed.number, None, now(), {placed.number: PLACED})

    assert page.order.state == "closed"
    told = await world.db.read(events.of, f"order:{placed.id}")
    assert next(one.actor for one in told if one.kind == "order.cancelled") == GUEST


async def test_the_letter_of_a_guests_ended_order_is_written_though_another_guest_came(world):
    placed = await world.place(GINA, MUG=1)
    await world.tell(EXPIRED, placed.expired())
    await world.place(OTTO, MUG=1)

    assert [letter.recipient for letter in await written(world)] == [GINA.email]


async def test_an_order_that_the_same_guest_has_replaced_is_not_written_of(world):
    placed = await world.place(GINA, MUG=1)
    await world.tell(EXPIRED, placed.expired())
    await world.place(GINA, MUG=2)

    assert await written(world) == []


async def test_letters_speak_the_language_the_order_was_placed_in(world):
    with speaking("de"):
        german = buyers.guest("gerd@x.example")
    await world.confirmed(german, MUG=1)

    [letter] = await written(world)

    assert "Ihre Bestellung" in letter.text
    assert "/o/" in letter.text


async def test_a_claim_is_recorded_with_who_made_it(world):
    placed = await world.confirmed(GINA, MUG=1)
    keys = {placed.number: PROVED}

    page = await world.db.write(order_links.claim, placed.number, world.sam, keys, now())

    assert page.order.person_id == world.sam.id
    assert page.order.email == GINA.email
    assert "Added to an account" in [step.name for step in page.steps]
    found = await world.db.read(orders.listing_of, world.sam.id, None)
    assert [one.number for one in found.items] == [placed.number]
    with pytest.raises(Conflict, match="belongs to an account"):
        await world.db.write(order_links.claim, placed.number, world.mia, keys, now())


async def test_an_account_is_not_had_by_knowing_a_number(world):
    placed = await world.confirmed(GINA, MUG=1)
    with pytest.raises(NotFound):
        await world.db.write(order_links.claim, placed.number, world.sam, NO_KEYS, now())
    with pytest.raises(Conflict, match="Open the link"):
        await world.db.write(order_links.claim, placed.number, world.sam, {placed.number: PLACED}, now())


async def test_nobody_acts_on_the_guest_as_on_a_person(world):
    for act in (people.suspend, people.end_suspension, people.set_role):
        more = {people.suspend: ("why",), people.set_role: ("admin",)}.get(act, ())
        with pytest.raises(NotFound):
            await world.db.write(act, world.ada, GUEST, *more, now())
