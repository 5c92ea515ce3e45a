"""Pictures of products: uploaded over HTTP, made small, put in order, taken away and brought back."""

import io
import re

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from shop import pictures
from tests.shop.test_imaging import HOSTILE, saved
from tests.web.conftest import HTMX, text_of
from tests.web.test_products import product_of


@pytest.fixture
async def mug(world) -> str:
    return await product_of(world, "MUG")


async def upload(visitor, product: str, *files: tuple[str, bytes], htmx: bool = False):
    sent = Files(FileStorage(io.BytesIO(data), filename=name) for name, data in files)
    headers = {"Sec-Fetch-Site": "same-origin"} | (HTMX if htmx else {})
    to = f"/admin/products/{product}/pictures"
    return await visitor.client.post(to, files=sent, headers=headers)


class Files(list):
    """Several files under one name, as the test client's form wants to be asked for them."""

    def items(self):
        return [("pictures", one) for one in self]


async def there(world, product: str) -> list[str]:
    return [one.id for one in await world.db.read(pictures.of_product, product)]


async def test_several_pictures_come_at_once_and_are_served_small(ada, stranger, world, mug):
    answer = await upload(
        ada, mug, ("a.jpg", saved("JPEG", (2000, 1000))), ("b.png", saved("PNG", (500, 500)))
    )
    assert answer.status_code == 303
    _, wide, square = await there(world, mug)

    for path, width in ((f"{wide}/320", 320), (f"{wide}/321", 640), (wide, 1280), (f"{square}/640", 500)):
        got = await stranger.get(f"/pictures/{path}")
        assert got.headers["Content-Type"] == "image/webp"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in got.headers["Cache-Control"]
        assert "sandbox" in got.headers["Content-Security-Policy"]
        assert Image.open(io.BytesIO(await got.get_data(as_text=False))).width == width


async def test_an_older_picture_is_served_in_every_width(stranger, world, mug):
    (old,) = await there(world, mug)

    assert (await stranger.get(f"/pictures/{old}/320")).headers["Content-Type"].startswith("image/svg+xml")
    assert (await stranger.get("/pictures/pic_none/320")).status_code == 404


@pytest.mark.parametrize("what", HOSTILE)
async def test_what_is_no_picture_is_refused_beside_the_field(ada, world, mug, what):
    answer = await upload(ada, mug, ("photo.png", HOSTILE[what][0]), htmx=True)

    page = await text_of(answer)
    assert answer.status_code == 422
    assert "photo.png" in re.search(r'id="pictures-error"[^>]*>([^<]*)<', page)[1]
    assert len(await there(world, mug)) == 1


async def test_the_good_ones_are_kept_and_the_others_named(ada, world, mug):
    answer = await upload(ada, mug, ("good.jpg", saved("JPEG")), ("bad.heic", b"ftypheic"))

    page = await text_of(answer)
    assert answer.status_code == 422
    assert "1 picture added." in page
    assert "bad.heic is no picture we can show" in page
    assert len(await there(world, mug)) == 2


async def test_more_than_the_total_is_refused_before_it_is_read(ada, mug):
    told = {"Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=x"}
    to = f"/admin/products/{mug}/pictures"
    answer = await ada.client.post(to, data=bytes(41 * 1024 * 1024), headers=told)

    assert answer.status_code == 413
    assert "too much to send at once" in await text_of(answer)


async def test_the_room_for_files_is_no_room_for_other_forms(ada, world):
    answer = await ada.post("/admin/categories", {"name": "x" * 100_000})

    assert answer.status_code == 413


async def test_nothing_chosen_is_said(ada, mug):
    answer = await ada.post(f"/admin/products/{mug}/pictures", {}, htmx=True)

    assert answer.status_code == 422
    assert "Choose a picture first." in await text_of(answer)


async def test_a_picture_is_described_assigned_and_put_in_order(ada, stranger, world):
    vase = await product_of(world, "VASE-S")
    await upload(ada, vase, ("a.jpg", saved("JPEG")))
    first, second = await there(world, vase)
    here = f"/admin/products/{vase}/pictures/{second}"

    assert (await ada.post(here, {"alt": "From above", "sku": "VASE-L"}, htmx=True)).status_code == 200
    assert (await ada.post(here, {"alt": "x", "sku": "MUG"})).status_code == 422
    assert (await ada.post(f"{here}/position", {"step": "-1"})).status_code == 303
    assert await there(world, vase) == [second, first]
    page = await text_of(await stranger.get("/p/vase"))
    assert page.index("From above") < page.index(first)
    assert f"/pictures/{second}/640 640w" in page


async def test_a_picture_is_taken_away_and_brought_back(ada, stranger, world, mug):
    (old,) = await there(world, mug)
    here = f"/admin/products/{mug}/pictures/{old}"
    gone = await text_of(await ada.post(f"{here}/removal", htmx=True))

    assert f'action="{here}/return"' in gone
    assert (await stranger.get(f"/pictures/{old}")).status_code == 404
    assert old not in await text_of(await stranger.get("/p/mug"))
    assert (await ada.post(f"{here}/removal")).status_code == 409
    assert (await ada.post(f"{here}/return")).status_code == 303
    assert (await stranger.get(f"/pictures/{old}")).status_code == 200


async def test_only_admins_send_pictures(sam, stranger, world, mug):
    assert (await upload(sam, mug, ("a.jpg", saved("JPEG")))).status_code == 404
    assert (await upload(stranger, mug, ("a.jpg", saved("JPEG")))).status_code == 303
    assert len(await there(world, mug)) == 1
