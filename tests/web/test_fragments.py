"""One file, two users: what htmx is answered stands, to the letter, in the page."""

import re

import pytest

from shop import stock
from tests.web.conftest import HTMX, text_of


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def main_part(text: str) -> str:
    return squeezed(text.split("<hx-partial", maxsplit=1)[0])


def parts(text: str) -> list[str]:
    return [squeezed(part) for part in re.findall(r"<hx-partial[^>]*>(.*?)</hx-partial>", text, re.DOTALL)]


async def test_an_orders_state_and_a_checkouts_progress(sam, world):
    placed = await world.place(world.sam, MUG=1)
    await world.tell("checkout.session.completed", placed.paid())

    for path in (f"/orders/{placed.number}", f"/checkouts/{placed.number}"):
        fragment = await text_of(await sam.get(path, headers=HTMX))
        assert main_part(fragment) in squeezed(await text_of(await sam.get(path)))


@pytest.mark.parametrize(
    ("fragment", "page"),
    [
        ("/admin/stock/MUG", "/admin/stock"),
        ("/admin/stock/MUG/edit", "/admin/stock/MUG/edit"),
    ],
)
async def test_a_row_of_the_stockroom_and_its_form(ada, fragment, page):
    answered = main_part(await text_of(await ada.get(fragment, headers=HTMX)))

    assert answered in squeezed(await text_of(await ada.get(page)))


async def test_a_price_and_its_form(ada, world):
    product = (await world.db.read(stock.row, "MUG")).product_id
    page = await text_of(await ada.get(f"/admin/products/{product}"))
    address = re.search(r'href="(/admin/products/\w+/price\?variant=MUG)&amp;edit=1"', page)[1]

    assert main_part(await text_of(await ada.get(address, headers=HTMX))) in squeezed(page)
    form = main_part(await text_of(await ada.get(f"{address}&edit=1", headers=HTMX)))
    assert form in squeezed(await text_of(await ada.get(f"{address}&edit=1")))


async def test_the_cart_after_a_change(stranger):
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "1"})

    answer = await text_of(await stranger.post("/cart/lines/MUG", {"step": "1"}, htmx=True))

    page = squeezed(await text_of(await stranger.get("/cart")))
    lines, total, badge = main_part(answer), *parts(answer)[:2]
    for piece in (lines, total, badge):
        assert piece in page


async def test_the_product_after_it_was_put_into_the_cart(stranger):
    answer = await text_of(await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "1"}, htmx=True))

    assert main_part(answer) in squeezed(await text_of(await stranger.get("/p/mug")))


@pytest.mark.parametrize("which", ["login", "register"])
async def test_a_form_that_is_refused(stranger, which):
    answer = await stranger.post(f"/{which}", {"email": "x"}, htmx=True)
    plain = await stranger.post(f"/{which}", {"email": "x"})

    assert answer.status_code == plain.status_code == 422
    assert main_part(await text_of(answer)) in squeezed(await text_of(plain))
