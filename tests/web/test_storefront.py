"""What a shopper sees and puts into the cart."""

import pytest

from shop import catalog, products
from shop.clock import now
from tests.web.conftest import text_of


async def test_the_home_page_shows_what_is_new_with_its_stock(stranger):
    page = await text_of(await stranger.get("/"))

    for words in ("Mug", "€12.50", "Only 5 left", "Lamp", "Only 1 left", "Poster", "Sold out"):
        assert words in page


async def test_a_category_goes_on_from_a_key_without_a_gap(world, stranger):
    for number in range(30):
        await world.add_things(f"CUP{number:02d}", 9)

    first = await text_of(await stranger.get("/c/things"))
    after = first.split("?after=")[1].split('"')[0]
    second = await text_of(await stranger.get(f"/c/things?after={after}"))

    seen = [page.count('class="card"') for page in (first, second)]
    assert seen == [24, 10]


@pytest.mark.parametrize("path", ["/c/nowhere", "/p/nothing", "/pictures/none", "/nope", "/p/" + "x" * 5000])
async def test_what_is_not_there_is_said_so(stranger, path):
    answer = await stranger.get(path)

    assert answer.status_code == 404
    assert "To the shop" in await text_of(answer)


async def test_a_variant_can_be_chosen_by_its_address(stranger):
    page = await text_of(await stranger.get("/p/vase?variant=VASE-L"))

    assert 'value="Large" checked' in page
    assert 'name="variant" value="VASE-L"' in page


async def test_adding_to_the_cart_answers_a_plain_form_with_the_cart(stranger):
    answer = await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "2"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")
    page = await text_of(await stranger.get("/cart"))
    assert "€25.00" in page
    assert "Mug is in your cart." in page


async def test_adding_to_the_cart_answers_htmx_with_what_changed(stranger):
    answer = await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "2"}, htmx=True)
    text = await text_of(answer)

    assert answer.status_code == 200
    assert '<form id="catalog-buy"' in text
    assert '<hx-partial hx-target="#cart-badge" hx-swap="outerHTML"><a id="cart-badge"' in text
    assert "<html" not in text


async def test_more_than_there_is_is_capped_and_said(stranger):
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "9"})

    assert "5 is all we have" in await text_of(await stranger.get("/cart"))


@pytest.mark.parametrize("htmx", [True, False])
async def test_what_is_sold_out_can_not_be_put_in(stranger, htmx):
    answer = await stranger.post("/cart/lines", {"variant": "POSTER", "quantity": "1"}, htmx=htmx)

    assert answer.status_code == 409
    assert "Poster is sold out." in await text_of(answer)


@pytest.mark.parametrize(
    "quantity", ["0", "-1", "1.5", "1e3", "٣", "１２", "1_0", "", "x", "9" * 400, "\x00"]
)
async def test_a_quantity_that_is_no_quantity_is_refused_beside_its_field(stranger, quantity):
    answer = await stranger.post("/cart/lines", {"variant": "MUG", "quantity": quantity})

    assert answer.status_code == 422
    assert "Write a whole number from 1 to 99." in await text_of(answer)


async def test_lines_are_stepped_set_and_removed(stranger):
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "1"})
    for form, total in (({"step": "1"}, "€25.00"), ({"quantity": "4"}, "€50.00"), ({"step": "-1"}, "€37.50")):
        answer = await stranger.post("/cart/lines/MUG", form, htmx=True)
        assert total in await text_of(answer)

    answer = await stranger.post("/cart/lines/MUG", {"quantity": "0"}, htmx=True)

    assert "Your cart is empty." in await text_of(answer)


async def test_a_picture_may_be_kept_for_ever_and_can_run_nothing(world, stranger):
    page = await text_of(await stranger.get("/p/mug"))
    address = "/pictures/" + page.split("/pictures/")[1].split('"')[0]

    answer = await stranger.get(address)

    assert answer.content_type == "image/svg+xml"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_a_page_that_strangers_share_is_made_anew_after_any_change(app, world):
    async def page() -> str:
        return await text_of(await app.test_client().get("/p/mug"))

    before = await page()
    assert await page() == before
    await world.place(world.sam, MUG=2)

    assert "Only 5 left" in before
    assert "Only 3 left" in await page()


async def test_nobody_is_shown_the_page_of_somebody_with_a_cart(app, stranger):
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "1"})
    await stranger.get("/p/mug")

    assert "is in your cart" not in await text_of(await app.test_client().get("/p/mug"))


async def test_what_is_taken_out_can_be_put_back_as_it_was(stranger):
    await stranger.post("/cart/lines", {"variant": "VASE-S", "quantity": "3"})
    for form in ({"quantity": "0"}, {"quantity": "1"}, {"step": "-1"}):
        before = "1" if "step" in form else "3"
        text = await text_of(await stranger.post("/cart/lines/VASE-S", form, htmx=True))
        if form != {"quantity": "1"}:
            assert "Vase (Small) is no longer in your cart." in text
            assert f'name="quantity" value="{before}"' in text
            await stranger.post("/cart/lines/VASE-S", {"quantity": "3"})
    page = await text_of(await stranger.get("/cart"))
    assert "Vase (Small) is in your cart again." in page
    assert 'name="quantity" type="number" inputmode="numeric" min="0" max="99" value="3"' in page


async def test_undo_puts_back_no_more_than_there_is(world, stranger):
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "4"})
    await stranger.post("/cart/lines/MUG", {"quantity": "0"})
    assert "Undo" in await text_of(await stranger.get("/cart"))
    await world.place(world.sam, MUG=3)

    aimed = {"HX-Target": "div#flash"}
    text = await text_of(await stranger.post("/cart/lines/MUG", {"quantity": "4"}, htmx=True, headers=aimed))

    assert "2 is all we have of it." in text
    assert '<hx-partial hx-target="#cart-lines"' in text


async def test_a_line_says_what_has_become_of_its_price_until_it_is_changed(world, stranger):
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "3"})
    mug = await world.db.read(catalog.product, "mug")
    await world.db.write(catalog.set_price, world.ada, mug.id, "MUG", 1400, currency="eur", at=now())
    for _ in range(2):
        assert "Was €12.50, now €14.00." in await text_of(await stranger.get("/cart"))

    await stranger.post("/cart/lines/MUG", {"step": "1"})

    assert "Was " not in await text_of(await stranger.get("/cart"))


async def test_a_line_still_says_so_after_a_sign_in(world, stranger, sam):
    await sam.post("/cart/lines", {"variant": "LAMP", "quantity": "1"})
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "3"})
    mug = await world.db.read(catalog.product, "mug")
    await world.db.write(catalog.set_price, world.ada, mug.id, "MUG", 1400, currency="eur", at=now())

    await stranger.sign_in(world.sam.email)

    page = await text_of(await stranger.get("/cart"))
    assert "Was €12.50, now €14.00." in page
    assert "Lamp" in page


async def test_a_line_says_what_has_become_of_its_stock(world, stranger):
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "4"})
    await stranger.post("/cart/lines", {"variant": "LAMP", "quantity": "1"})
    await stranger.post("/cart/lines", {"variant": "VASE-S", "quantity": "1"})
    await world.place(world.sam, MUG=3, LAMP=1)
    vase = await world.db.read(catalog.product, "vase")
    await world.db.write(products.unpublish, world.ada, vase.id, now())

    page = await text_of(await stranger.get("/cart"))

    assert "Only 2 left of your 4: lower the quantity." in page
    assert "Sold out meanwhile: remove it to go on." in page
    assert "Not sold any more: remove it to go on." in page


async def test_what_was_looked_at_last_is_remembered_of_whom_has_a_cart_and_of_no_stranger(stranger):
    looked = await stranger.get("/p/mug")
    assert "Set-Cookie" not in looked.headers
    assert "Looked at last" not in await text_of(await stranger.get("/p/lamp"))
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "1"})
    for slug in ("mug", "lamp", "vase", "mug"):
        page = await text_of(await stranger.get(f"/p/{slug}"))

    seen = page.split('id="finding-seen"')[1]
    assert [name for name in ("Vase", "Lamp", "Mug") if f">{name}</a>" in seen] == ["Vase", "Lamp"]
    assert "Looked at last" not in await text_of(await stranger.get("/cart"))
    await stranger.post("/cart/lines/MUG", {"quantity": "0"})
    for path in ("/cart", "/search", "/search?q=xyzzy"):
        assert '<a class="chip" href="/p/mug">Mug</a>' in await text_of(await stranger.get(path)), path


async def test_what_is_taken_off_sale_is_not_looked_at_last(world, stranger):
    await stranger.post("/cart/lines", {"variant": "MUG", "quantity": "1"})
    await stranger.get("/p/lamp")
    lamp = await world.db.read(catalog.product, "lamp")
    await world.db.write(products.unpublish, world.ada, lamp.id, now())

    assert ">Lamp</a>" not in await text_of(await stranger.get("/p/mug"))
