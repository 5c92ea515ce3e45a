"""Orders that the books have lost, taken up again from what their session says; Stripe is not asked here."""

from dataclasses import replace

import pytest

from shop import adoption, cart, orders, people
from shop.clock import epoch, later, new_id, new_number, now
from shop.people import GUEST
from shop.stripe_gateway import Item, Session
from tests.world import CHEAP_HASH, World

TWO_MUGS = [Item("MUG", 2, 1250, "Mug")]


async def lost(world: World, **changes: object) -> Session:
    """Return a paid session of an order that is in no book."""
    from shop import instance

    metadata = {
        "shop": await world.db.read(instance.name),
        "order": new_number(),
        "attempt": new_id("pay"),
        "person": world.sam.id,
        "cart": new_id("cart"),
    }
    session = Session(
        id="cs_test_lost",
        status="complete",
        payment_status="paid",
        mode="payment",
        amount_total=2500,
        currency="eur",
        payment_intent="pi_lost",
        url=None,
        expires_at=epoch() + 600,
        livemode=False,
        metadata=metadata | changes.pop("metadata", {}),
        email=world.sam.email,
    )
    return replace(session, **changes)


async def take_up(world: World, session: Session, items: list[Item] = TWO_MUGS) -> bool:
    """Take up an order as `adopt` does once Stripe has answered."""
    taken = await world.db.write(adoption._take_up, world.settings, session, items, CHEAP_HASH, now())
    if taken:
        await world.db.write(adoption._book, world.settings, session, now())
    return taken


async def found(world: World, session: Session) -> orders.OrderPage:
    return await world.db.read(orders.show, session.metadata["order"])


async def test_a_lost_order_is_there_again_with_its_lines_its_stock_and_its_money(world):
    session = await lost(world)

    assert await take_up(world, session)

    page = await found(world, session)
    assert (page.order.person_id, page.order.state, page.order.captured) == (world.sam.id, "confirmed", 2500)
    assert [(line.title, line.quantity, line.unit_price) for line in page.lines] == [("Mug", 2, 1250)]
    assert page.steps[0].name == "Placed"
    assert await world.stock("MUG") == (3, 0)


async def test_it_is_taken_up_once(world):
    session = await lost(world)

    assert [await take_up(world, session), await take_up(world, session)] == [True, True]

    assert (await found(world, session)).refunds == ()
    assert await world.stock("MUG") == (3, 0)


async def test_its_goods_have_gone_and_its_money_goes_back(world):
    session = await lost(world, amount_total=8000)
    await world.confirmed(world.mia, LAMP=1)

    assert await take_up(world, session, [Item("LAMP", 1, 8000, "Lamp")])

    page = await found(world, session)
    assert (page.order.closed_reason, page.headline[:31]) == ("oversold", "Closed: the items were gone whe")
    assert [(refund.amount, refund.source) for refund in page.refunds] == [(8000, "auto")]
    assert await world.stock("LAMP") == (0, 0)


async def test_what_was_parked_about_it_is_booked_with_it(world):
    session = await lost(world)
    body = {"id": session.id, "object": "checkout.session", "status": "complete", "payment_status": "paid"}
    rest = {"mode": "payment", "amount_total": 2500, "currency": "eur", "payment_intent": "pi_lost"}
    more = {"url": None, "expires_at": session.expires_at, "metadata": dict(session.metadata)}
    assert await world.tell("checkout.session.completed", body | rest | more) == "parked"
    assert await world.waiting() == ["event"]

    await take_up(world, session)

    assert await world.waiting() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata": {"shop": "shop_of_somebody_else"}},
        {"metadata": {"order": "../../admin"}},
        {"metadata": {"order": ""}},
        {"currency": "usd"},
        {"metadata": {"person": "per_gone"}, "email": None},
    ],
    ids=["another shop's", "no number", "without a number", "another currency", "nobody's"],
)
async def test_what_can_not_be_an_order_of_ours_is_left_to_a_person(world, changes):
    assert not await take_up(world, await lost(world, **changes))
    assert await world.stock("MUG") == (5, 0)


@pytest.mark.parametrize("items", [[], [Item("", 1, 1250, "?")], [*TWO_MUGS, Item("GONE", 1, 1, "Gone")]])
async def test_an_order_of_things_that_are_not_known_is_left_to_a_person(world, items):
    session = await lost(world)

    assert not await take_up(world, session, items)


async def test_somebody_who_registered_after_the_backup_is_there_again_without_a_password(world):
    session = await lost(world, metadata={"person": "per_lost"}, email="new@shop.example")

    assert await take_up(world, session)

    person = await world.db.read(people.find_by_email, "new@shop.example")
    assert (await found(world, session)).order.person_id == person.id


async def test_somebody_who_has_registered_again_gets_the_order(world):
    session = await lost(world, metadata={"person": "per_lost"}, email=world.mia.email)

    assert await take_up(world, session)

    assert (await found(world, session)).order.person_id == world.mia.id


async def test_a_cart_that_is_being_paid_is_left_alone(world):
    placed = await world.place(world.sam, MUG=1)
    session = await lost(world, metadata={"cart": placed.cart_id})

    assert await take_up(world, session)

    assert (await world.order(placed)).state == "open"
    assert (await world.db.read(cart.show, placed.cart_id)).lines != ()


async def test_an_unpaid_session_of_a_lost_order_is_ignored(world):
    placed = await world.place(world.sam, MUG=1)
    gone = placed.body(id="cs_test_gone", metadata={**placed.session.metadata, "attempt": "pay_gone"})

    assert await world.tell("checkout.session.expired", gone | {"status": "expired"}) == "ignored"


async def test_an_adopted_order_may_be_paid_late_like_any_other(world):
    session = await lost(world, payment_status="unpaid", expires_at=epoch())
    assert await take_up(world, session)
    assert (await found(world, session)).order.state == "processing"

    await take_up(world, replace(session, payment_status="paid"))

    order = (await found(world, session)).order
    assert order.state == "confirmed"
    assert order.placed_at < later(now(), minutes=1)


async def test_a_lost_order_of_a_guest_is_a_guests_again_under_its_own_address(world):
    session = await lost(world, metadata={"person": GUEST, "language": "de"}, email="gina@x.example")

    assert await take_up(world, session)

    order = (await found(world, session)).order
    assert (order.person_id, order.email, order.language) == (GUEST, "gina@x.example", "de")


async def test_a_lost_order_has_its_way_its_code_and_its_lines_discounts_again(world):
    session = await lost(
        world, metadata={"way": "Post", "code": "TEN"}, amount_total=4540, discount=450, shipping=490
    )

    assert await take_up(world, session, [*TWO_MUGS, Item("VASE-S", 1, 2000, "Vase")])

    page = await found(world, session)
    assert (page.order.shipping_name, page.order.discount_code, page.order.state) == (
        "Post",
        "TEN",
        "confirmed",
    )
    assert [line.discount for line in page.lines] == [250, 200]
