"""Finding orders by anything, page by page, with a bounded look at what no index knows."""

import json

import pytest

from shop import order_finds
from shop.clock import epoch
from shop.errors import Refused
from shop.order_finds import Choice
from tests.world import add_shopper


async def numbers(world, after=None, size=50, **choice) -> list[str]:
    listing = await world.db.read(order_finds.find, Choice(**choice), after, size)
    return [one.number for one in listing.items]


async def every_number(world, size, **choice) -> list[str]:
    """Follow "Show more" to the end."""
    found, after = [], None
    while True:
        listing = await world.db.read(order_finds.find, Choice(**choice), after, size)
        found += [one.number for one in listing.items]
        after = listing.next_after
        if after is None:
            return found


@pytest.fixture
async def shelf(world):
    """Some orders of Sam and Mia, oldest first."""
    return [
        await world.confirmed(world.sam, MUG=1),
        await world.place(world.mia, MUG=1),
        await world.packed(world.sam, **{"VASE-S": 2}),
        await world.shipped(world.mia, LAMP=1),
        await world.review(world.sam, **{"VASE-S": 1}),
        await world.cancelled(world.mia, **{"VASE-L": 1}),
    ]


WAYS = [
    ({}, [5, 4, 3, 2, 1, 0]),
    ({"state": "confirmed"}, [0]),
    ({"state": "packed", "payment": "paid"}, [2]),
    ({"payment": "unpaid"}, [1]),
    ({"q": "sam@till"}, [4, 2, 0]),
    ({"q": "MIA"}, [5, 3, 1]),
    ({"q": "mia", "state": "shipped"}, [3]),
    ({"q": "VASE-S"}, [4, 2]),
    ({"q": "vase-s"}, [4, 2]),
    ({"q": "VASE"}, []),
    ({"q": "sam", "skus": ("VASE-S", "VASE-L")}, [4, 2]),
    ({"skus": ("VASE-L", "VASE-S")}, [5, 4, 2]),
    ({"skus": ("NOTHING",)}, []),
    ({"q": "nobody at all"}, []),
    ({"since": "2000-01-01"}, [5, 4, 3, 2, 1, 0]),
    ({"until": "2000-01-01"}, []),
    ({"since": "2000-01-01", "until": "2999-12-31", "state": "review"}, [4]),
    ({"paid": True}, [5, 4, 3, 2, 0]),
]


@pytest.mark.parametrize(("choice", "expected"), WAYS, ids=range(len(WAYS)))
async def test_a_choice_finds_what_fits_newest_first_also_in_pages_of_one(world, shelf, choice, expected):
    wanted = [shelf[place].number for place in expected]

    assert await numbers(world, **choice) == wanted
    assert await every_number(world, 1, **choice) == wanted


async def test_an_order_is_found_by_part_and_by_the_beginning_of_its_number(world, shelf):
    number = shelf[2].number

    assert number in await numbers(world, q=number[2:6].lower())
    assert number in await numbers(world, q=number[:2].lower())
    assert number in await every_number(world, 1, q=number[:1])
    assert await numbers(world, q=number) == [number]


async def test_a_person_has_their_orders_and_nobody_has_none(world, shelf):
    assert len(await numbers(world, person_id=world.mia.id)) == 3
    assert await numbers(world, person_id="nobody") == []
    assert len(await numbers(world, person_id=world.mia.id, since="2000-01-01", state="open")) == 1


async def test_an_order_is_found_by_all_that_stripe_calls_it(world, shelf):
    one = shelf[0]
    charged = {"charge": "ch_of_the_first"}
    await world.tell("refund.created", one.refund(500, id="re_half", **charged))
    await world.tell("charge.dispute.created", one.dispute("warning_needs_response", id="du_first"))
    event = f"evt_{world.events:06d}"

    for name in (one.session.id, one.intent, "re_half", "du_first", "ch_of_the_first", event):
        assert await numbers(world, q=name) == [one.number], name
    assert await numbers(world, q="pi_unknown_to_all") == []


async def test_an_event_that_says_nothing_of_an_order_leads_nowhere(world, shelf):
    event = world.event("customer.created", {"id": "cus_1"}) | {"created": epoch()}
    await world.receive(json.loads(json.dumps(event)))

    assert await numbers(world, q=event["id"]) == []


async def test_disputes_and_rare_payments_are_found_by_their_own_index(world, shelf):
    await world.tell("refund.created", shelf[0].refund(500))
    await world.tell("charge.dispute.created", shelf[2].dispute("needs_response"))

    assert await every_number(world, 1, payment="partly_refunded") == [shelf[0].number]
    assert await every_number(world, 1, dispute="open") == [shelf[2].number]
    assert await numbers(world, dispute="open", state="shipped") == []


async def test_a_look_is_bounded_and_goes_on_from_where_it_stopped(world, shelf, monkeypatch):
    monkeypatch.setattr(order_finds, "LOOK", 2)
    monkeypatch.setattr(order_finds, "STEP", 2)
    rare = Choice(payment="unpaid", person_id=world.mia.id)

    first = await world.db.read(order_finds.find, rare, None, 1)

    assert (first.items, first.next_after is None) == ((), False)
    assert await every_number(world, 1, payment="unpaid", person_id=world.mia.id) == [shelf[1].number]


@pytest.mark.parametrize("after", ["x", "-1", "1e3", "9" * 40, "١"])
async def test_a_key_that_no_list_has_given_out_is_refused_or_harmless(world, shelf, after):
    with pytest.raises(Refused, match="goes nowhere"):
        await world.db.read(order_finds.find, Choice(q="sam"), after)
    for choice in (Choice(), Choice(since="2000-01-01"), Choice(q="A"), Choice(skus=("MUG",))):
        await world.db.read(order_finds.find, choice, after)


async def test_variants_that_a_search_may_have_meant_are_named(world):
    assert [one.sku for one in await world.db.read(order_finds.variants_like, "vase")] == ["VASE-L", "VASE-S"]
    assert await world.db.read(order_finds.variants_like, "va") == []


async def test_many_people_with_like_names_are_found_in_pages(world):
    for name in ("Annabel", "Hannah", "Joanna"):
        await world.place(await world.db.write(add_shopper, name), **{"VASE-S": 1})

    assert len(await every_number(world, 1, q="anna")) == 3
