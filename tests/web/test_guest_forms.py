"""The forms of who has no account: whatever is typed is answered, and nobody's mailbox is filled."""

import pytest

from shop import letters, orders
from shop.buyers import guest
from shop.jobs import work_off
from tests.shop.test_order_letters import in_an_hour
from tests.web.conftest import text_of
from tests.web.test_guards import HOSTILE

GINA = "gina@tillroom.example"


async def asked_for(world) -> list[letters.Letter]:
    """Return the letters that somebody had sent with the link of an order."""
    told = (await world.db.read(letters.listing, None, "order", "")).items
    return [letter for letter in told if letter.subject.endswith(": your link")]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize(("path", "field"), [("/checkouts", "email"), ("/o", "email"), ("/o", "number")])
async def test_whatever_is_typed_is_refused_beside_its_field(stranger, path, field, value):
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "1"})
    typed = {"email": GINA, "number": "ABCD2345", field: value.encode("utf-8", "replace").decode()}

    answer = await stranger.post(path, typed)

    # A number of digits, or in Arabic ones, that is no order's is looked for like any other.
    assert answer.status_code in ({422, 200} if field == "number" else {422})
    if answer.status_code == 422:
        assert 'class="error"' in await text_of(answer)


async def test_a_link_is_written_five_times_an_hour_and_the_answer_stays_the_same(stranger, world):
    placed = await world.confirmed(guest(GINA), MUG=1)
    said = set()
    for _ in range(7):
        answer = await stranger.post("/o", {"email": GINA, "number": placed.number}, htmx=True)
        said.add((answer.status_code, await text_of(answer)))

    assert len(said) == 1
    assert [letter.recipient for letter in await asked_for(world)] == [GINA] * 5


async def test_the_link_of_a_persons_order_is_sent_to_their_address_alone(stranger, world):
    placed = await world.confirmed(world.sam, MUG=1)
    for email in (GINA, world.sam.email):
        await stranger.post("/o", {"email": email, "number": placed.number})

    assert [letter.recipient for letter in await asked_for(world)] == [world.sam.email]


async def test_by_the_link_in_their_letter_a_person_cancels_without_signing_in(stranger, world):
    placed = await world.confirmed(world.sam, MUG=1)
    for _ in range(2):
        await work_off(world.db, None, world.settings, in_an_hour)
    [letter] = (await world.db.read(letters.listing, None, "order", "")).items
    await stranger.get(f"/o/{letter.secret}")

    page = await text_of(await stranger.get(f"/orders/{placed.number}"))
    await stranger.post(f"/orders/{placed.number}/cancellation")

    assert "Keep this order" not in page
    assert (await world.db.read(orders.by_id, placed.id)).state == "closed"
