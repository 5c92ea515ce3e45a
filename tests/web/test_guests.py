"""Buying without an account: whose order it is then, the link of its letter, and taking it to an account."""

import re

import pytest

from shop import buyers, letters, order_finds, order_letters, order_links, orders
from shop.clock import now
from shop.jobs import work_off
from shop.order_finds import Choice
from shop.people import GUEST
from tests.shop.test_order_letters import in_an_hour

GINA = "gina@tillroom.example"


async def newest(street):
    found = (await street.world.db.read(order_finds.find, Choice(), None)).items
    return (await street.world.db.read(orders.show, found[0].number)).order


async def link_of(street, number: str) -> str:
    """Return the path that the newest letter about an order leads to, once it is written."""
    world = street.world
    for _ in range(2):
        await work_off(world.db, None, world.settings, in_an_hour)
    told = (await world.db.read(letters.listing, None, "order", "")).items
    whole = next(one.whole for one in told if number in one.subject)
    return re.search(r"(/o/\S+)", whole)[1]


async def guest_order(street, *, paid: bool = True):
    """Have Gina buy a mug without an account; return her browser and the order."""
    gina = street.stranger()
    if paid:
        await gina.buy("MUG", email=GINA)
    else:
        await gina.put("MUG")
        await gina.check_out(GINA)
    return gina, await newest(street)


@pytest.mark.parametrize(("typed", "says"), [("", "Write your e-mail address."), ("gina", "Write an e-mail")])
async def test_a_guest_is_asked_for_an_address_beside_its_field_and_loses_nothing(street, typed, says):
    gina = street.stranger()
    await gina.put("MUG", 2)

    answer = await gina.check_out(typed)

    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert re.search(rf'id="error-guest-email">{says}', answer.text)
    assert "Mug" in answer.text
    assert "hx-sse:connect" not in answer.text


async def test_a_guest_buys_and_sees_the_order_without_signing_in(street):
    gina, order = await guest_order(street)

    page = (await gina.http.get(f"/orders/{order.number}")).text

    assert (order.person_id, order.email, order.state) == (GUEST, GINA, "confirmed")
    assert "Paid. We are getting your order ready." in page
    assert "Follow it first to add the order to an account" in page
    assert await street.world.stock("MUG") == (4, 0)


async def test_the_address_of_a_guest_is_there_again_next_time(street):
    gina, _ = await guest_order(street)
    await gina.put("MUG")

    assert f'value="{GINA}"' in (await gina.http.get("/cart")).text


async def test_the_address_of_somebody_signed_in_is_theirs_whatever_is_sent(street):
    sam = await street.shopper(street.world.sam)
    await sam.put("MUG")
    await sam.check_out(GINA)

    assert (await newest(street)).email == street.world.sam.email


async def test_another_address_makes_another_order_and_gives_up_the_older(street):
    gina, mistyped = await guest_order(street, paid=False)

    await gina.check_out("gina@right.example")

    assert (await newest(street)).email == "gina@right.example"
    assert (await street.world.db.read(orders.by_id, mistyped.id)).state == "closed"
    assert await street.world.stock("MUG") == (5, 1)


@pytest.mark.parametrize("who", ["stranger", "mallory", "ada"])
async def test_a_guests_order_is_not_there_for_anybody_else(street, who):
    _, order = await guest_order(street)
    other = street.stranger() if who == "stranger" else await street.shopper(getattr(street.world, who))

    for method, address in every_address(order.number):
        answer = await other.http.request(method, address)
        assert answer.status_code == 404, (method, address)
        assert GINA not in answer.text
    assert (await newest(street)).state == "confirmed"


def every_address(number: str) -> list[tuple[str, str]]:
    acts = ("cancellation", "arrival", "ownership", "invoice", "reorder")
    return [
        ("GET", f"/orders/{number}"),
        ("GET", f"/orders/{number}/receipt"),
        ("GET", f"/checkouts/{number}"),
        ("GET", f"/live?topic=order:{number}"),
        ("POST", f"/checkouts/{number}/end"),
        *(("POST", f"/orders/{number}/{act}") for act in acts),
    ]


async def test_every_address_that_names_an_order_was_tried(app):
    told = {re.sub(r"NUMBER", "<number>", path) for _, path in every_address("NUMBER")}
    open_ones = {rule.rule for rule in app.url_map.iter_rules() if "<number>" in rule.rule}

    assert {path for path in open_ones if not path.startswith("/admin")} <= told


@pytest.mark.parametrize("who", ["stranger", "mallory", "gina"])
async def test_a_persons_order_is_not_there_for_a_guest_or_another_person(street, who):
    sam = await street.shopper(street.world.sam)
    number = await sam.buy("MUG")
    other = street.stranger()
    if who == "mallory":
        other = await street.shopper(street.world.mallory)
    if who == "gina":
        other, _ = await guest_order(street)

    for method, address in every_address(number):
        assert (await other.http.request(method, address)).status_code == 404, (method, address)
    assert (await street.world.db.read(orders.show, number)).order.state == "confirmed"


async def test_one_guests_key_does_not_open_another_guests_order(street):
    _, first = await guest_order(street)
    gina, second = await guest_order(street)

    assert (await gina.http.get(f"/orders/{second.number}")).status_code == 200
    assert (await gina.http.get(f"/orders/{first.number}")).status_code == 404


async def test_the_link_of_a_letter_opens_its_order_in_any_browser_and_no_other(street):
    _, order = await guest_order(street)
    other = street.stranger()

    answer = await other.http.get(await link_of(street, order.number))

    assert (answer.status_code, answer.headers["location"]) == (303, f"/orders/{order.number}")
    assert answer.headers["referrer-policy"] == "no-referrer"
    page = await other.http.get(f"/orders/{order.number}")
    assert "Create an account to keep all your orders in one place" in page.text
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex")
    assert (await other.http.post(f"/orders/{order.number}/cancellation")).status_code == 303
    await other.until(f"/orders/{order.number}", "Refunded")


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "a" * 5000])
async def test_a_link_that_leads_nowhere_says_what_to_do(stranger, token):
    answer = await stranger.get(f"/o/{token}")

    assert answer.status_code == 404
    text = await answer.get_data(as_text=True)
    assert "Is it whole, as it stands in the letter?" in text
    assert "Send me the link" in text
    assert "Set-Cookie" not in answer.headers


async def test_the_token_is_in_its_letter_and_nowhere_else(street, caplog):
    caplog.set_level("DEBUG")
    _, order = await guest_order(street)
    path = await link_of(street, order.number)
    token = path.removeprefix("/o/")
    other = street.stranger()

    pages = [await other.http.get(path)]
    pages += [await other.http.get(one) for one in (f"/orders/{order.number}", f"/checkouts/{order.number}")]

    assert all(token not in page.text + str(page.headers) for page in pages)
    logged = [one.getMessage() for one in caplog.records if one.name.startswith(("shop", "quart", "uvicorn"))]
    assert not [line for line in logged if token in line]
    stored = await street.world.db.read(lambda tx: tx.all(str, order_links.sql.number_of, hash=token))
    assert stored == []


async def test_who_came_by_the_letter_takes_the_order_to_their_account(street):
    _, order = await guest_order(street)
    sam = await street.shopper(street.world.sam)
    await sam.http.get(await link_of(street, order.number))
    assert "Add to my account" in (await sam.http.get(f"/orders/{order.number}")).text

    for _ in range(2):
        assert (await sam.http.post(f"/orders/{order.number}/ownership")).status_code == 303

    page = (await sam.http.get(f"/orders/{order.number}")).text
    assert "Added to an account" in page
    assert "Add to my account" not in page
    assert order.number in (await sam.http.get("/orders")).text
    found = await street.world.db.read(order_finds.find, Choice(q="Sam"), None)
    assert [one.number for one in found.items] == [order.number]


async def test_who_only_placed_an_order_opens_its_letter_before_claiming_it(street):
    gina, order = await guest_order(street)
    await gina.sign_in(street.world.sam.email)

    answer = await gina.http.post(f"/orders/{order.number}/ownership")

    assert answer.status_code == 409
    assert "Open the link in our letter first" in answer.text
    assert (await newest(street)).person_id == GUEST


async def test_a_claimed_order_is_closed_to_the_browser_that_placed_it_and_open_by_its_letter(street):
    gina, order = await guest_order(street)
    sam, other = await street.shopper(street.world.sam), street.stranger()
    path = await link_of(street, order.number)
    await sam.http.get(path)
    await sam.http.post(f"/orders/{order.number}/ownership")

    assert (await gina.http.get(f"/orders/{order.number}")).status_code == 404
    assert (await other.http.get(path)).status_code == 303
    assert (await other.http.get(f"/orders/{order.number}")).status_code == 200


async def test_an_order_is_claimed_once(street):
    _, order = await guest_order(street)
    path = await link_of(street, order.number)
    sam, mia = await street.shopper(street.world.sam), await street.shopper(street.world.mia)
    await sam.http.get(path)
    await mia.http.get(path)
    await sam.http.post(f"/orders/{order.number}/ownership")

    answer = await mia.http.post(f"/orders/{order.number}/ownership")

    assert answer.status_code == 409
    assert "belongs to an account already" in answer.text
    assert (await newest(street)).person_id == street.world.sam.id


async def test_claiming_without_an_account_leads_to_sign_in_and_back(street):
    _, order = await guest_order(street)
    other = street.stranger()
    await other.http.get(await link_of(street, order.number))

    answer = await other.http.post(f"/orders/{order.number}/ownership")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next=/orders/{order.number}")
    assert f'value="{GINA}"' in (await other.http.get("/register")).text


async def test_the_link_is_sent_again_to_its_own_address_alone(street):
    _, order = await guest_order(street)
    other = street.stranger()
    first = await link_of(street, order.number)
    answers = [
        await other.http.post("/o", data={"email": email, "number": number})
        for email, number in ((GINA, f" {order.number.lower()} "), ("m@x.example", order.number), (GINA, "X"))
    ]

    assert [one.status_code for one in answers] == [200] * 3
    assert all("If there is such an order" in one.text for one in answers)
    path = await link_of(street, order.number)
    assert path != first
    told = (await street.world.db.read(letters.listing, None, "order", "")).items
    assert [(one.recipient, one.subject) for one in told][:-1] == [(GINA, f"Order {order.number}: your link")]
    assert (await other.http.get(path)).status_code == 303


async def test_a_letter_whose_link_is_forgotten_gets_another_when_it_is_sent_again(street):
    _, order = await guest_order(street)
    first = await link_of(street, order.number)
    world = street.world
    letter = (await world.db.read(letters.listing, None, "order", "")).items[0]
    await world.db.write(letters.sent, letter.id, now())

    again = await world.db.write(order_letters.send_again, letter.id, world.ada, now())

    assert again.state == "waiting"
    assert first not in again.whole
    assert await world.db.read(order_links.number_of, again.secret) == order.number


async def test_the_list_of_orders_wants_a_sign_in_which_names_the_way_for_guests(stranger):
    answer = await stranger.get("/orders")

    assert answer.headers["Location"] == "/login?next=/orders"
    assert 'href="/o"' in await (await stranger.get("/login")).get_data(as_text=True)
    assert (await stranger.post("/o", {"email": "x", "number": "<b>"})).status_code == 422


async def test_nobody_is_the_guest(street):
    _, order = await guest_order(street)
    ada = await street.shopper(street.world.ada)

    assert (await ada.http.get("/admin/people/guest")).status_code == 404
    for act in ("role", "suspension", "sessions/end", "reset", "invitation"):
        answer = await ada.http.post(f"/admin/people/guest/{act}", data={"role": "admin", "why": "x"})
        assert answer.status_code == 404, act
    for page in ("/admin/people?q=gu", "/admin/people?q=guest", "/admin/search?q=guest", "/admin/people"):
        assert "/admin/people/guest" not in (await ada.http.get(page)).text, page
    desk = (await ada.http.get(f"/admin/orders/{order.number}")).text
    assert "A guest, without an account" in desk
    assert "/admin/people/guest" not in desk


async def test_the_desk_shows_other_orders_of_the_same_guest_alone(street):
    await street.stranger().buy("MUG", email="other.gina@tillroom.example")
    _, first = await guest_order(street)
    _, second = await guest_order(street)
    ada = await street.shopper(street.world.ada)

    desk = (await ada.http.get(f"/admin/orders/{second.number}")).text

    others = re.search(r'id="orders-others".*?</section>', desk, re.DOTALL)[0]
    assert re.findall(r'/admin/orders/(\w+)"', others) == [first.number]


async def test_who_is_signed_out_goes_on_to_their_order_once_they_sign_in(stranger, world):
    placed = await world.confirmed(world.sam, MUG=1)

    page = await (await stranger.get(f"/orders/{placed.number}")).get_data(as_text=True)

    assert f'href="/login?next=/orders/{placed.number}"' in page


async def test_what_guests_have_done_is_found_among_all_that_was_done(ada, world):
    placed = await world.confirmed(buyers.guest(GINA), MUG=1)
    await world.confirmed(world.sam, MUG=1)

    page = await (await ada.get("/admin/activity?person=guest")).get_data(as_text=True)

    assert placed.number in page
    assert "/admin/people/guest" not in page
    assert "Sam" not in page
