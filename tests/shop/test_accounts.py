"""People as an admin sees to them: found, invited, reset, suspended; the last admin stays."""

import asyncio

import pytest

from db import Tx
from shop import accounts, letters, people
from shop.clock import later, now
from shop.errors import Conflict, NotFound, Refused
from tests.world import CHEAP_HASH, add_shopper

BASE = "https://shop.example"


async def found(world, **asked) -> list[str]:
    told = {"after": None} | asked
    return [one.name for one in (await world.db.read(accounts.listing, **told)).items]


async def invited(world, name="Noa", email="noa@x.example", role="user"):
    return await world.db.write(accounts.invite, world.ada, name, email, role, BASE, now())


def token_of(issued) -> str:
    return issued.address.rsplit("/", 1)[1]


async def test_the_newest_come_first_and_filters_narrow(world):
    await invited(world)
    await world.db.write(accounts.suspend, world.ada, world.mia.id, "", now())

    assert await found(world) == ["Noa", "Mallory", "Mia", "Sam", "Ada"]
    assert await found(world, role="admin") == ["Ada"]
    assert await found(world, standing="invited") == ["Noa"]
    assert await found(world, standing="suspended") == ["Mia"]
    assert await found(world, role="user", standing="active") == ["Mallory", "Sam"]


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("allo", ["Mallory"]),
        ("TILLROOM", ["Mallory", "Mia", "Sam", "Ada"]),
        ("sam tillroom", ["Sam"]),
        ("m", ["Mallory", "Mia"]),
        ('"', []),
        ("nobody", []),
    ],
)
async def test_people_are_found_by_a_part_of_name_or_address(world, part, names):
    assert await found(world, q=part) == names


async def test_a_search_with_filters_goes_on_where_it_stopped_looking(world, monkeypatch):
    monkeypatch.setattr(accounts, "WALK", 2)

    first = await world.db.read(accounts.listing, None, "tillroom", "admin")
    second = await world.db.read(accounts.listing, first.next_after, "tillroom", "admin")

    assert first.items == ()
    assert [one.name for one in second.items] == ["Ada"]
    with pytest.raises(Refused):
        await world.db.read(accounts.listing, "x", "tillroom")


async def test_pages_go_on_from_the_last_person(world, monkeypatch):
    monkeypatch.setattr(accounts, "PAGE", 3)

    first = await world.db.read(accounts.listing, None)
    rest = await found(world, after=first.next_after)

    assert [one.name for one in first.items] + rest == ["Mallory", "Mia", "Sam", "Ada"]


async def test_a_link_works_once_and_ends_every_session(world):
    issued = await invited(world)
    token = token_of(issued)

    person_id = await world.db.write(accounts.accept, "invitation", token, CHEAP_HASH, now())

    person = await world.db.read(accounts.by_id, person_id)
    assert (person.name, person.standing) == ("Noa", "active")
    with pytest.raises(NotFound, match="used or has ended"):
        await world.db.write(accounts.accept, "invitation", token, CHEAP_HASH, now())


async def test_a_link_is_no_link_of_the_other_kind_and_ends_by_itself(world):
    token = token_of(await invited(world))

    with pytest.raises(NotFound):
        await world.db.read(accounts.link, "reset", token, now())
    with pytest.raises(NotFound):
        await world.db.read(accounts.link, "invitation", token, later(now(), minutes=72 * 60 + 1))


async def test_another_invitation_ends_the_older_link_and_its_letter_forgets_it(world):
    first = await invited(world)
    second = await world.db.write(accounts.invite_again, world.ada, first.person.id, BASE, now())

    with pytest.raises(NotFound):
        await world.db.read(accounts.link, "invitation", token_of(first), now())
    assert (await world.db.read(accounts.link, "invitation", token_of(second), now())).name == "Noa"
    newer, older = (await world.db.read(letters.listing, None, "invitation", "")).items
    assert (older.is_spent, newer.is_spent) == (True, False)


async def test_only_the_hash_of_a_token_is_kept_beside_its_letter(world):
    token = token_of(await invited(world))
    await world.db.write(accounts.accept, "invitation", token, CHEAP_HASH, now())

    def everything(tx: Tx) -> str:
        tables = [
            row[0] for row in tx._connection.execute("SELECT name FROM sqlite_schema WHERE type='table'")
        ]
        return str([tx._connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables])

    assert token not in await world.db.read(everything)


async def test_a_suspension_ends_links_and_a_suspended_person_gets_none(world):
    issued = await world.db.write(accounts.reset, world.ada, world.sam.id, BASE, now())
    await world.db.write(accounts.suspend, world.ada, world.sam.id, "left", now())
    await world.db.write(people.end_suspension, world.ada, world.sam.id, now())
    with pytest.raises(NotFound):
        await world.db.read(accounts.link, "reset", token_of(issued), now())

    await world.db.write(accounts.suspend, world.ada, world.sam.id, "", now())
    await world.db.write(accounts.ask_for_reset, world.sam.email, BASE, now())
    with pytest.raises(Conflict, match="end the suspension first"):
        await world.db.write(accounts.reset, world.ada, world.sam.id, BASE, now())
    assert len((await world.db.read(letters.listing, None, "reset", "")).items) == 1


async def test_nobodys_mailbox_is_flooded(world):
    for _ in range(8):
        await world.db.write(accounts.ask_for_reset, world.sam.email, BASE, now())
        await world.db.write(accounts.ask_for_reset, "nobody@x.example", BASE, now())

    written = (await world.db.read(letters.listing, None, "", "")).items
    assert [one.recipient for one in written] == [world.sam.email] * 5


async def test_an_address_can_not_be_taken_twice(world):
    with pytest.raises(Refused, match="already"):
        await invited(world, email=world.sam.email)
    with pytest.raises(Refused, match="already"):
        await world.db.write(accounts.change, world.ada, world.sam.id, "Sam", world.mia.email, now())


async def test_a_new_address_is_told_to_the_old_one(world):
    changed = await world.db.write(
        accounts.change, world.ada, world.sam.id, "Samuel", "sam@new.example", now()
    )

    assert (changed.name, changed.email) == ("Samuel", "sam@new.example")
    assert await found(world, q="new.example") == ["Samuel"]
    [told] = (await world.db.read(letters.listing, None, "email", "")).items
    assert told.recipient == world.sam.email


async def test_two_admins_who_dismiss_each_other_at_once_leave_one(world):
    await world.db.write(people.set_role, world.ada, world.sam.id, "admin", now())

    answers = await asyncio.gather(
        world.db.write(people.set_role, world.ada, world.sam.id, "user", now()),
        world.db.write(people.set_role, world.sam, world.ada.id, "user", now()),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers] == [type(None), Conflict]
    assert await found(world, role="admin") == ["Ada"]


async def test_an_admin_who_can_not_sign_in_is_no_other_admin(world):
    await invited(world, role="admin")
    sam = await world.db.write(add_shopper, "Second")
    await world.db.write(people.set_role, world.ada, sam.id, "admin", now())
    await world.db.write(accounts.suspend, world.ada, sam.id, "", now())

    with pytest.raises(Conflict, match="needs an admin"):
        await world.db.write(accounts.suspend, world.ada, world.ada.id, "", now())
    with pytest.raises(Conflict, match="needs an admin"):
        await world.db.write(people.set_role, world.ada, world.ada.id, "user", now())
