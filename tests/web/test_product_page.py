"""A product's page: what is chosen decides price, picture and stock, and all of it is told truthfully."""

import re

import pytest

from shop import catalog, products, showcase
from shop.catalog import NewPicture, NewProduct, NewVariant
from shop.clock import later, now
from tests.web.conftest import HTMX, Visitor, text_of
from tests.world import SVG

SHIRT = {
    "SHIRT-S-R": ("Small", "Red", 5),
    "SHIRT-S-B": ("Small", "Blue", 9),
    "SHIRT-L-R": ("Large", "Red", 0),
}


@pytest.fixture
async def shirt(world):
    """A shirt in three of four combinations, the large red one sold out."""
    variants = tuple(
        NewVariant(sku, 2000 + 100 * number, on_hand, {"Size": size, "Colour": colour})
        for number, (sku, (size, colour, on_hand)) in enumerate(SHIRT.items())
    )
    pictures = (NewPicture("Shirt", SVG), NewPicture("Shirt, blue", SVG, "SHIRT-S-B"))
    await added(world, "shirt", "Shirt", variants, pictures)


async def added(world, slug, name, variants, pictures=()) -> None:
    def add(tx):
        shelf = catalog.categories(tx)[0]
        new = NewProduct(slug, name, "Worn.", shelf.id, variants, pictures)
        catalog.add_product(tx, world.ada, new, now())

    await world.db.write(add)


def checked(page: str) -> list[str]:
    return re.findall(r'value="([^"]+)" checked', page)


def sent(page: str) -> str:
    return re.search(r'type="hidden" name="variant" value="([^"]+)"', page)[1]


async def shown(visitor, query: str) -> str:
    return await text_of(await visitor.get(f"/p/shirt?{query}"))


async def test_each_option_is_a_choice_and_the_address_holds_what_is_chosen(stranger, shirt):
    page = await shown(stranger, "Size=Small&Colour=Blue")

    assert checked(page) == ["Small", "Blue"]
    assert sent(page) == "SHIRT-S-B"
    for words in (
        "<legend>Size</legend>",
        "<legend>Colour</legend>",
        "€21.00",
        "In stock",
        'alt="Shirt, blue"',
    ):
        assert words in page


async def test_a_value_alone_leads_to_a_combination_that_is_there(stranger, shirt):
    assert checked(await shown(stranger, "Colour=Blue")) == ["Small", "Blue"]
    assert checked(await shown(stranger, "Size=Large")) == ["Large", "Red"]


async def test_what_is_not_made_or_sold_out_is_told_in_words(stranger, shirt):
    missing = await shown(stranger, "Size=Large&Colour=Blue")
    sold_out = await shown(stranger, "Size=Large&Colour=Red")

    assert "Large / Blue is not made: choose another combination." in missing
    assert 'id="add-to-cart"' not in missing
    assert re.search(r"<button[^>]* disabled>Sold out</button>", sold_out)
    assert '<span class="option-note">not made</span>' in sold_out
    assert '<span id="catalog-note-SHIRT-S-R" class="option-note">only 5 left</span>' in sold_out


@pytest.mark.parametrize(
    "query", ["Size=%00", "Size=", "Size=" + "x" * 5000, "Size[]=1", "variant=%ff", "Size=a&Size=b"]
)
async def test_an_address_that_chooses_nothing_we_have_shows_what_there_is(stranger, shirt, query):
    assert checked(await shown(stranger, query)) == ["Small", "Red"]


async def test_a_choice_swaps_the_box_the_gallery_and_the_address(stranger, shirt):
    query = "Size=Small&Colour=Blue&variant=SHIRT-S-R&quantity=3"
    answer = await stranger.get(f"/p/shirt?{query}", headers=HTMX)
    text = await text_of(answer)

    assert answer.headers["HX-Replace-Url"] == "/p/shirt?Size=Small&Colour=Blue"
    assert text.lstrip().startswith('<form id="catalog-buy"')
    assert 'hx-target="#catalog-gallery"' in text
    assert (sent(text), checked(text)) == ("SHIRT-S-B", ["Small", "Blue"])
    assert 'value="3"' in text


async def test_a_fragment_is_never_kept_for_a_page_nor_a_page_for_a_fragment(app, stranger, shirt):
    path = "/p/shirt?Size=Small&Colour=Blue"
    for _ in range(2):
        assert "<html" in await text_of(await stranger.get(path))
        assert "<html" not in await text_of(await stranger.get(path, headers=HTMX))


async def test_a_form_without_script_is_led_to_the_address_of_its_choice(stranger, shirt):
    answer = await stranger.get("/p/shirt?variant=SHIRT-S-R&Size=Large&Colour=Red&quantity=1")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/p/shirt?Size=Large&Colour=Red")


async def test_what_was_chosen_since_the_page_came_is_what_is_bought(stranger, shirt):
    form = {"variant": "SHIRT-S-R", "Size": "Small", "Colour": "Blue", "quantity": "2"}
    answer = await stranger.post("/cart/lines", form)

    assert answer.status_code == 303
    assert "€42.00" in await text_of(await stranger.get("/cart"))


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("size", "colour", "status", "sentence"),
    [
        ("Large", "Blue", 422, "Large / Blue is not made"),
        ("Huge", "Red", 422, "Choose one of these for Size."),
        ("Large", "Red", 409, "Shirt is sold out."),
    ],
)
async def test_a_combination_that_can_not_be_had_is_refused(
    stranger, shirt, htmx, size, colour, status, sentence
):
    form = {"variant": "SHIRT-S-R", "Size": size, "Colour": colour, "quantity": "2"}
    answer = await stranger.post("/cart/lines", form, htmx=htmx)

    assert answer.status_code == status
    text = await text_of(answer)
    assert sentence in text
    assert re.search(r'<input[^>]* name="quantity"[^>]* value="2"', text)


async def test_variants_that_options_do_not_tell_apart_are_chosen_by_their_names(world, stranger):
    both = (NewVariant("ODD-1", 900, 2, label="One"), NewVariant("ODD-2", 900, 2, {"Size": "Big"}))
    await added(world, "odd", "Odd", both)

    page = await text_of(await stranger.get("/p/odd?variant=ODD-2"))

    assert checked(page) == ["ODD-2"]
    assert 'type="hidden" name="variant"' not in page
    assert "One</span>" in page


async def test_an_option_may_be_called_like_a_field_of_ours(world, stranger):
    both = tuple(NewVariant(f"PAD-{n}", 900, 9, {"quantity": n, "variant": "x"}) for n in ("10", "20"))
    await added(world, "pad", "Pad", both)

    page = await text_of(await stranger.get("/p/pad?option-quantity=20"))

    assert sent(page) == "PAD-20"
    await stranger.post("/cart/lines", {"variant": "PAD-10", "option-quantity": "20", "quantity": "1"})
    assert "/cart/lines/PAD-20" in await text_of(await stranger.get("/cart"))


async def test_the_last_ones_in_others_hands_come_back_in_so_many_minutes(world, app, stranger):
    placed = await world.place(world.sam, LAMP=1)
    until = (await world.order(placed)).hold_until

    first = await text_of(await stranger.get("/p/lamp"))
    found = await world.db.read(showcase.show, "lamp", {}, None, later(until, minutes=-11.5))

    assert re.search(r"Held by others, back in about (29|30) min unless they pay\.", first)
    assert found.held == "Held by others, back in about 12 min unless they pay."
    assert not found.can_buy
    own = await world.db.read(showcase.show, "lamp", {}, placed.cart_id, now())
    assert "held for you" in own.held
    assert own.can_buy


async def test_a_page_that_tells_the_minutes_is_not_kept(world, app):
    await world.place(world.sam, LAMP=1)
    answer = await app.test_client().get("/p/lamp")

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert not app.extensions["shop"].shelf.find(world.db.state(), "/p/lamp?")


async def test_units_whose_payment_is_on_its_way_are_held_without_an_end(world, stranger):
    await world.processing(world.sam, LAMP=1)

    assert "Held by others, whose payment is on its way." in await text_of(await stranger.get("/p/lamp"))


async def test_pictures_are_links_that_need_no_script(stranger, shirt):
    page = await shown(stranger, "Size=Small&Colour=Red")
    thumb = re.findall(r'href="(/p/shirt\?[^"]*picture=[^"]*)"', page)[1].replace("&amp;", "&")

    chosen = await text_of(await stranger.get(thumb))
    swapped = await text_of(await stranger.get(thumb, headers=HTMX | {"HX-Target": "div#catalog-gallery"}))

    assert 'href="/pictures/' in page
    assert re.search(r'class="enlarge".*?alt="Shirt, blue"', chosen, re.DOTALL)
    assert checked(chosen) == ["Small", "Red"]
    assert swapped.lstrip().startswith('<div id="catalog-gallery"')
    assert "catalog-buy" not in swapped


async def test_related_products_are_others_of_the_same_category(world, stranger, shirt):
    page = await text_of(await stranger.get("/p/poster"))

    related = page.split("More Things")[1]
    assert re.findall(r'class="card">\s*<a href="/p/(\w+)"', related) == ["shirt", "vase", "mug", "lamp"]


async def test_a_product_off_sale_is_gone_from_its_page_and_from_the_others(world, app, shirt):
    found = await world.db.read(catalog.product, "mug")
    await world.db.write(products.move, world.ada, found.id, "archived", now())
    visitor = Visitor(app)

    assert (await visitor.get("/p/mug")).status_code == 404
    assert (await visitor.get("/p/mug", headers=HTMX)).status_code == 404
    assert "/p/mug" not in await text_of(await visitor.get("/p/poster"))


async def test_a_former_address_leads_a_choice_to_the_new_one(world, app, ada):
    found = await world.db.read(catalog.product, "vase")
    form = {"name": "Vase", "slug": "tall-vase", "category": "things", "description": "", "seen": "1"}
    moved = await ada.post(f"/admin/products/{found.id}", form)
    assert moved.status_code == 303, await text_of(moved)

    for headers in (HTMX, {}):
        answer = await Visitor(app).get("/p/vase?Size=Large", headers=headers)
        assert (answer.status_code, answer.headers["Location"]) == (301, "/p/tall-vase?Size=Large")
