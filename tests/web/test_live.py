"""Pages that change by themselves, over a real server: what a stream says, to whom, and when it ends."""

import asyncio
import contextlib
import re
import time

import httpx
import pytest

from shop import catalog, live, people, products, stock
from shop.clock import now
from tests.street import opened_street

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


class Reader:
    """Reads the messages of one stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.lines = answer.aiter_lines()
        self.id = ""

    async def message(self, seconds: float = 1) -> str:
        """Return the next message's data; it must come within the time."""
        async with asyncio.timeout(seconds):
            said = []
            async for line in self.lines:
                if line.startswith("id: "):
                    self.id = line[4:]
                elif line.startswith("data:"):
                    said.append(line[5:].strip())
                elif not line and said:
                    return "\n".join(said)
        raise AssertionError("the stream has ended")

    async def silent(self, seconds: float = 0.6) -> None:
        with pytest.raises(TimeoutError):
            await self.message(seconds)


@contextlib.asynccontextmanager
async def listening(visitor, address: str, **headers: str):
    async with visitor.http.stream("GET", address, headers={"HX-Request": "true"} | headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        yield Reader(answer)


async def live_address(visitor, page: str) -> str:
    text = (await visitor.http.get(page)).text
    return re.search(r'hx-sse:connect="([^"]+)"', text)[1].replace("&amp;", "&")


async def receive(world, sku: str, change: int) -> None:
    await world.db.write(stock.adjust, world.ada, sku, change=change, reason="counted", at=now())


async def set_price(world, sku: str, price: int) -> None:
    row = await world.db.read(stock.row, sku)
    await world.db.write(catalog.set_price, world.ada, row.product_id, sku, price, currency="eur", at=now())


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


async def test_a_product_page_names_its_stream_and_the_stream_sends_the_pages_own_partials(street):
    visitor = street.stranger()
    page = (await visitor.http.get("/p/vase")).text
    assert "hx-sse.min.js" in page

    async with listening(visitor, await live_address(visitor, "/p/vase")) as stream:
        assert stream.answer.headers["cache-control"] == "no-store"
        assert stream.answer.headers["content-type"].startswith("text/event-stream")
        said = await stream.message()

    parts = re.findall(
        r'<hx-partial hx-target="[^"]+" hx-swap="outerMorph">(.*?)</hx-partial>', said, re.DOTALL
    )
    assert len(parts) == 10
    shown = [part for part in parts if re.search(r' id="[^"]+"', part)[0] in page]
    assert len(shown) == 8
    for part in shown:
        assert squeezed(part) in squeezed(page)


async def test_stock_and_price_come_within_a_second_of_the_commit_and_nothing_else_does(street):
    visitor = street.stranger()
    async with listening(visitor, await live_address(visitor, "/p/vase")) as stream:
        await stream.message()

        await receive(street.world, "VASE-L", -1)
        said = await stream.message()
        assert "Only 1 left" in said
        assert "VASE-S" not in said
        await set_price(street.world, "VASE-S", 2100)
        assert "€21.00" in await stream.message()
        await street.world.add_things("BRICK", 5)
        await stream.silent()


async def test_sold_out_takes_the_button_away_and_new_stock_brings_it_back(street):
    visitor = street.stranger()
    async with listening(visitor, await live_address(visitor, "/p/lamp")) as stream:
        assert "add-to-cart" in await stream.message()

        await receive(street.world, "LAMP", -1)
        said = await stream.message()
        assert "Sold out" in said
        assert "Everything of this has been sold" in said
        await receive(street.world, "LAMP", 4)
        assert "add-to-cart" in await stream.message()


async def test_a_category_page_is_told_of_the_cards_it_shows(street):
    visitor = street.stranger()
    page = squeezed((await visitor.http.get("/c/things")).text)
    address = await live_address(visitor, "/c/things")
    assert "&cards=vase,mug,lamp,poster" in address

    async with listening(visitor, address) as stream:
        cards = re.findall(r"<hx-partial[^>]*>(.*?)</hx-partial>", await stream.message(), re.DOTALL)
        assert [squeezed(card) in page for card in cards] == [True] * 4
        await receive(street.world, "MUG", -5)
        said = await stream.message()
    assert "catalog-card-mug" in said
    assert "Sold out" in said
    assert "vase" not in said


async def test_what_is_taken_off_sale_is_told_on_its_page_and_on_its_cards(street):
    visitor, world = street.stranger(), street.world
    lamp = await world.db.read(catalog.product, "lamp")
    address = await live_address(visitor, "/p/lamp")
    async with (
        listening(visitor, address) as own,
        listening(visitor, await live_address(visitor, "/")) as home,
        listening(visitor, await live_address(visitor, "/p/vase")) as other,
    ):
        for stream in (own, home, other):
            await stream.message()
        await world.db.write(products.unpublish, world.ada, lamp.id, now())
        said = await own.message()
        assert "This is not sold any more." in said
        assert 'type="submit" disabled' in said
        for stream in (home, other):
            assert "Not sold any more" in await stream.message()
    assert (await visitor.http.get(address)).status_code == 404


async def test_nobody_learns_of_what_is_not_on_sale_by_asking_for_its_card(street):
    visitor, world = street.stranger(), street.world
    lamp = await world.db.read(catalog.product, "lamp")
    await world.db.write(products.unpublish, world.ada, lamp.id, now())
    async with listening(visitor, "/live?topic=cards:lamp,mug") as stream:
        said = await stream.message()
    assert "catalog-card-mug" in said
    assert "Lamp" not in said


async def test_the_home_page_is_told_of_stock_and_prices(street):
    visitor = street.stranger()
    async with listening(visitor, await live_address(visitor, "/")) as stream:
        await stream.message()
        await receive(street.world, "MUG", -3)
        assert "Only 2 left" in await stream.message()
        await set_price(street.world, "MUG", 1499)
        assert "€14.99" in await stream.message()


async def test_nothing_is_told_before_the_commit(street):
    visitor = street.stranger()
    world = street.world
    async with listening(visitor, await live_address(visitor, "/p/mug")) as stream:
        await stream.message()

        def refused(tx):
            stock.adjust(tx, world.ada, "MUG", change=-1, reason="counted", at=now())
            time.sleep(0.5)
            raise RuntimeError("changed its mind")

        with pytest.raises(RuntimeError):
            await world.db.write(refused)
        await stream.silent()


async def test_who_comes_back_is_sent_what_was_missed_or_nothing(street):
    visitor = street.stranger()
    address = await live_address(visitor, "/p/mug")
    async with listening(visitor, address) as stream:
        await stream.message()
        seen = stream.id
    async with listening(visitor, address, **{"Last-Event-ID": seen}) as stream:
        await stream.silent()

    await receive(street.world, "MUG", -2)

    async with listening(visitor, address, **{"Last-Event-ID": seen}) as stream:
        assert "Only 3 left" in await stream.message()
        assert stream.id not in ("", seen)


async def test_after_more_news_than_are_read_everything_is_looked_at(street, monkeypatch):
    monkeypatch.setattr(live, "MOST_NEWS", 2)
    visitor = street.stranger()
    async with listening(visitor, await live_address(visitor, "/p/mug")) as stream:
        await stream.message()

        def many(tx):
            for sku in ("MUG", "VASE-S", "VASE-L"):
                stock.adjust(tx, street.world.ada, sku, change=-1, reason="counted", at=now())

        await street.world.db.write(many)
        assert "Only 4 left" in await stream.message()


async def test_several_topics_in_one_stream(street):
    sam = await street.shopper(street.world.sam)
    await sam.put("MUG")
    mug = (await live_address(sam, "/p/mug")).partition("?")[2]
    async with listening(sam, f"/live?{mug}&topic=cart") as stream:
        said = await stream.message()
    assert "catalog-offer-MUG" in said
    assert "cart-lines" in said


async def test_a_cart_follows_its_other_tab_and_the_stock(street):
    sam = await street.shopper(street.world.sam)
    await sam.put("MUG")
    async with listening(sam, await live_address(sam, "/cart")) as stream:
        await stream.message()

        await sam.put("MUG", 2)
        said = await stream.message()
        assert "€37.50" in said
        assert "cart-badge" in said
        await receive(street.world, "MUG", -4)
        assert "Only 1 left of your 3: lower the quantity." in await stream.message()


async def test_an_order_follows_what_becomes_of_it(street):
    sam = await street.shopper(street.world.sam)
    placed = await street.world.place(street.world.sam, MUG=1)
    page = (await sam.http.get(f"/orders/{placed.number}")).text
    async with listening(sam, await live_address(sam, f"/orders/{placed.number}")) as stream:
        said = await stream.message()
        assert squeezed(re.search(r"<hx-partial[^>]*>(.*?)</hx-partial>", said, re.DOTALL)[1]) in squeezed(
            page
        )

        await street.world.tell("checkout.session.completed", placed.paid())
        assert "Paid" in await stream.message()


async def test_anothers_order_is_not_there_and_neither_is_a_strangers(street):
    placed = await street.world.place(street.world.sam, MUG=1)
    mallory = await street.shopper(street.world.mallory)
    for visitor in (mallory, street.stranger()):
        answer = await visitor.http.get(f"/live?topic=order:{placed.number}")
        assert answer.status_code == 404


async def test_a_stream_of_ones_own_ends_with_the_session(street):
    sam = await street.shopper(street.world.sam)
    placed = await street.world.place(street.world.sam, MUG=1)
    async with listening(sam, f"/live?topic=order:{placed.number}") as stream:
        await stream.message()
        await street.world.db.write(people.end_sessions, street.world.sam.id)
        with pytest.raises(AssertionError, match="the stream has ended"):
            await stream.message()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("topic=", 422),
        ("topic=weather:today", 422),
        ("topic=product:nothing", 404),
        ("topic=product", 404),
        ("topic=category:%00", 404),
        ("topic=order:", 404),
        ("&".join(f"topic=product:{number}" for number in range(11)), 422),
    ],
)
async def test_what_is_no_topic_is_refused_with_a_sentence(stranger, query, status):
    answer = await stranger.get(f"/live?{query}")
    assert answer.status_code == status


async def test_too_many_cards_are_refused(street):
    visitor = street.stranger()
    address = await live_address(visitor, "/c/things")
    answer = await visitor.http.get(address + ",mug" * 60)
    assert answer.status_code == 422


async def test_a_head_is_answered_and_holds_nothing(street):
    visitor = street.stranger()
    answer = await visitor.http.head(await live_address(visitor, "/p/mug"))
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_an_address_has_its_share_of_streams_and_those_who_leave_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr("shop.web.live.MOST_FROM", 1)
    async with opened_street(tmp_path, limits=True) as street:
        visitor = street.stranger()
        address = await live_address(visitor, "/p/mug")
        async with listening(visitor, address) as stream:
            await stream.message()
            refused = await visitor.http.get(address)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "20")
            # htmx asks again only where it was answered with a stream.
            assert (await visitor.http.get(address, headers=HTMX)).text == "retry: 20000\ndata:\n\n"
        await asyncio.sleep(0.2)
        async with listening(visitor, address) as stream:
            await stream.message()


async def test_a_stream_that_says_nothing_shows_that_it_lives(street, monkeypatch):
    monkeypatch.setattr("shop.web.live.HEARTBEAT_SECONDS", 0.1)
    visitor = street.stranger()
    async with listening(visitor, await live_address(visitor, "/p/mug")) as stream:
        await stream.message()
        async with asyncio.timeout(1):
            assert await anext(stream.lines) == ": still here"
