"""Notices: one letter when something is back, in fair order, to proved addresses alone, while they wait."""

import re

import pytest

from shop import letters, limits, notices, outbox, products, stock
from shop.clock import later, now
from shop.errors import Conflict, NotFound, Refused
from shop.jobs import work_off

BASE = "https://shop.example"
MINUTES_A_DAY = 24 * 60


async def ask(world, email="noa@x.example", sku="POSTER", slug="poster", at=None) -> str | None:
    """Ask for a notice and return the token in the letter, if one was written."""
    before = await newest(world)
    await world.db.write(notices.ask, slug, sku, email, BASE, at or now())
    letter = await newest(world)
    return None if letter == before else token_in(letter)


def token_in(letter) -> str:
    return re.search(rf"{BASE}/notices/(\S+)", letter.whole)[1]


async def newest(world):
    found = (await world.db.read(letters.listing, None, "notice", "")).items
    return found[0] if found else None


async def wait(world, email="noa@x.example", **more) -> str:
    token = await ask(world, email, **more)
    await world.db.write(notices.confirm, token, more.get("at") or now())
    return token


async def receive(world, sku: str, count: int) -> None:
    await world.db.write(stock.adjust, world.ada, sku, change=count, reason="received", at=now())


async def told(world, minutes: float = 0) -> list[str]:
    """Run the job and return to whom it wrote, in that order."""
    count = await world.db.write(notices.tell, BASE, later(now(), minutes=minutes))
    found = (await world.db.read(letters.listing, None, "notice", "")).items
    return [letter.recipient for letter in reversed(found[:count])]


async def test_who_asked_and_proved_it_is_written_to_once_when_it_is_back(world):
    await wait(world)
    assert await told(world) == []

    await receive(world, "POSTER", 3)

    assert await told(world) == ["noa@x.example"]
    letter = await newest(world)
    assert letter.subject == "Poster is back"
    assert f"\n{BASE}/p/poster?variant=POSTER\n" in letter.text
    assert await told(world, minutes=MINUTES_A_DAY) == []


async def test_an_address_that_was_not_proved_is_not_written_to(world):
    await ask(world)
    await receive(world, "POSTER", 3)

    assert await told(world) == []


async def test_no_more_are_told_than_there_are_the_oldest_first(world):
    people = [f"p{number}@x.example" for number in range(5)]
    for email in reversed(people):
        await ask(world, email)
    for number, email in enumerate(people):
        token = await ask(world, email)
        await world.db.write(notices.confirm, token, later(now(), seconds=number - 60))

    await receive(world, "POSTER", 2)

    assert await told(world) == people[:2]
    assert await told(world, minutes=60) == []
    await receive(world, "POSTER", 1)
    assert await told(world, minutes=120) == [people[2]]
    assert await told(world, minutes=MINUTES_A_DAY + 180) == people[3:]


async def test_what_is_sold_again_before_the_job_looks_is_not_told(world):
    await wait(world)
    await receive(world, "POSTER", 1)
    await world.place(world.mia, POSTER=1)

    assert await told(world) == []


async def test_what_an_ended_checkout_gives_back_counts_as_back(world):
    placed = await world.place(world.mia, LAMP=1)
    await wait(world, sku="LAMP", slug="lamp")

    await world.tell("checkout.session.expired", placed.expired())

    assert await told(world) == ["noa@x.example"]


async def test_what_is_not_for_sale_is_told_once_it_is(world):
    await wait(world)
    product = (await world.db.read(stock.row, "POSTER")).product_id
    await world.db.write(products.unpublish, world.ada, product, now())
    await receive(world, "POSTER", 1)
    assert await told(world) == []

    await world.db.write(products.publish, world.ada, product, now())

    assert await told(world, minutes=61) == ["noa@x.example"]


async def test_who_proves_it_after_it_came_back_is_written_to_as_well(world):
    token = await ask(world)
    await receive(world, "POSTER", 1)
    await world.db.write(notices.confirm, token, now())
    await world.db.write(notices.confirm, token, now())

    assert await told(world) == ["noa@x.example"]


async def test_asking_again_ends_the_older_link_until_one_is_proved(world):
    first = await ask(world)
    second = await ask(world)
    with pytest.raises(NotFound):
        await world.db.write(notices.confirm, first, now())
    await world.db.write(notices.confirm, second, now())

    assert await ask(world) is None
    assert (await world.db.read(notices.by_token, second, now())).state == "waiting"


async def test_ending_forgets_the_address_with_all_that_it_waits_for(world):
    token = await wait(world)
    placed = await world.place(world.mia, LAMP=1)
    other = await wait(world, sku="LAMP", slug="lamp")

    await world.db.write(notices.end, token, now())

    for one in (token, other):
        with pytest.raises(NotFound):
            await world.db.read(notices.by_token, one, now())
    await receive(world, "POSTER", 1)
    await world.tell("checkout.session.expired", placed.expired())
    assert await told(world) == []


async def test_the_last_letter_has_a_link_that_ends_the_others(world):
    await wait(world)
    await receive(world, "POSTER", 1)
    await told(world)

    ended = await world.db.write(notices.end, token_in(await newest(world)), now())

    assert (ended.state, ended.title) == ("told", "Poster")


@pytest.mark.parametrize(("proved", "days"), [(False, notices.ASKED_DAYS), (True, notices.WAITING_DAYS)])
async def test_nobody_waits_for_ever(world, proved, days):
    token = await (wait if proved else ask)(world)
    await receive(world, "POSTER", 1)
    with pytest.raises(NotFound):
        await world.db.read(notices.by_token, token, later(now(), minutes=days * MINUTES_A_DAY))

    assert await told(world, minutes=days * MINUTES_A_DAY) == []


async def test_one_address_is_not_flooded(world):
    tokens = [await ask(world) for _ in range(limits.NOTICE_OF.most + 2)]

    assert [token is not None for token in tokens] == [True] * limits.NOTICE_OF.most + [False] * 2


async def test_what_can_be_bought_or_is_not_of_this_product_can_not_be_waited_for(world):
    with pytest.raises(Conflict, match="you can buy it now"):
        await ask(world, sku="MUG", slug="mug")
    with pytest.raises(Refused, match="Choose what you wait for"):
        await ask(world, sku="POSTER", slug="mug")
    with pytest.raises(NotFound):
        await ask(world, slug="nothing")


async def test_many_are_told_in_steps(world, monkeypatch):
    monkeypatch.setattr(notices, "MOST_AT_ONCE", 2)
    for number in range(3):
        await wait(world, f"p{number}@x.example")
    await receive(world, "POSTER", 9)

    assert [len(await told(world)), len(await told(world)), len(await told(world, minutes=1))] == [2, 0, 1]


async def test_the_letters_leave_by_the_outbox_and_the_proof_forgets_its_secret(world):
    token = await ask(world)
    await work_off(world.db, None, world.settings, outbox.due_letters)
    assert (await newest(world)).state == "kept"

    await world.db.write(notices.confirm, token, now())

    assert (await newest(world)).is_spent
