"""What has left the house arrives, parcel by parcel, and that can be taken back."""

import pytest

from shop import fulfilment, orders, parcels
from shop.clock import now
from shop.errors import Conflict
from tests.world import Placed, World


async def ship(world: World, placed: Placed, tracking: str = "P1") -> None:
    await world.db.write(fulfilment.ship, placed.number, world.ada, "Post", tracking, now())


async def told(world: World, placed: Placed) -> list[tuple[str, str]]:
    """Return the timeline's words from the first parcel on."""
    steps = [(one.name, one.text) for one in (await world.db.read(orders.show, placed.number)).steps]
    return steps[[name for name, _ in steps].index("Shipped") :]


async def test_an_order_has_arrived_with_the_last_of_its_parcels(world):
    placed = await world.confirmed(world.sam, MUG=1)
    await ship(world, placed, "P1")
    await ship(world, placed, "P2")
    first, second = await world.db.read(parcels.of_order, placed.id)
    assert (await world.db.read(orders.show, placed.number)).headline == "On its way to you."

    for parcel in (first, first, second):
        await world.db.write(fulfilment.deliver, placed.number, world.ada, parcel.id, now())

    page = await world.db.read(orders.show, placed.number)
    assert (page.headline, page.on_its_way, page.order.state) == ("It has arrived.", False, "shipped")
    assert await told(world, placed) == [
        ("Shipped", ""),
        ("Parcel", "Post P1"),
        ("Parcel", "Post P2"),
        ("Delivered", "Post P1"),
        ("Delivered", "Post P2"),
    ]


async def test_an_arrival_can_be_taken_back(world):
    placed = await world.confirmed(world.sam, MUG=1)
    await ship(world, placed)
    [parcel] = await world.db.read(parcels.of_order, placed.id)
    await world.db.write(fulfilment.deliver, placed.number, world.ada, parcel.id, now())

    for _ in range(2):
        await world.db.write(fulfilment.undeliver, placed.number, world.ada, parcel.id, now())

    assert (await world.db.read(orders.show, placed.number)).headline == "On its way to you."
    assert (await told(world, placed))[-1] == ("Not delivered yet", "Post P1")


async def test_a_parcel_of_another_order_can_not_arrive_here(world):
    placed, other = await world.confirmed(world.sam, MUG=1), await world.confirmed(world.mia, MUG=1)
    await ship(world, placed)
    [parcel] = await world.db.read(parcels.of_order, placed.id)

    with pytest.raises(Conflict, match="no such parcel"):
        await world.db.write(fulfilment.deliver, other.number, world.ada, parcel.id, now())
