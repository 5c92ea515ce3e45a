"""Who hears of a parcel's arrival notes it: an admin at the desk, or its shopper."""

from shop import parcels
from tests.web.conftest import text_of
from tests.web.test_fulfilment import BOTH, act, page_of


@BOTH
async def test_an_arrival_is_noted_at_the_desk_and_taken_back(ada, sam, world, htmx):
    placed = await world.shipped(world.sam, MUG=1)
    [parcel] = await world.db.read(parcels.of_order, placed.id)

    await act(ada, placed, "delivery", {"parcel": parcel.id}, htmx=htmx)
    assert "It has arrived." in await text_of(await sam.get(f"/orders/{placed.number}"))
    assert "Not arrived after all" in await text_of(await ada.get(page_of(placed)))

    await act(ada, placed, "delivery", {"parcel": parcel.id, "undo": "1"}, htmx=htmx)
    assert "On its way to you." in await text_of(await sam.get(f"/orders/{placed.number}"))


@BOTH
async def test_a_shopper_tells_that_it_has_arrived_once(sam, world, htmx):
    placed = await world.shipped(world.sam, MUG=1)
    here = f"/orders/{placed.number}"

    answer = await sam.post(f"{here}/arrival", htmx=htmx)
    again = await sam.post(f"{here}/arrival", htmx=htmx)

    assert (answer.status_code, again.status_code) == (200 if htmx else 303, 409)
    assert "Nothing of this order is on its way just now." in await text_of(again)
    page = await text_of(await sam.get(here))
    assert "It has arrived." in page
    assert f"{here}/arrival" not in page


async def test_a_parcel_that_is_not_there_is_refused_in_a_sentence(ada, world):
    placed = await world.shipped(world.sam, MUG=1)

    await act(ada, placed, "delivery", {"parcel": "par_none"}, status=409)
    await act(ada, placed, "delivery", {}, status=422)
