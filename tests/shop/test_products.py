"""Products kept by an admin: added, described, put on sale and off it."""

import pytest

from shop import buyers, cart, catalog, categories, checkout, events, products, stock
from shop.catalog import NewProduct, NewVariant
from shop.clock import new_id, now
from shop.errors import Conflict, NotFound, OutOfStock, Refused
from shop.products import Description


async def shelf(world) -> str:
    return await world.db.read(categories.chosen, "things")


async def new(world, name="Bowl", slug="", **more) -> str:
    variants = more.pop("variants", (NewVariant("", 900, 3),))
    product = NewProduct(slug, name, "", await shelf(world), variants, **more)
    return await world.db.write(products.add, world.ada, product, now())


async def product_of(world, sku: str) -> str:
    return (await world.db.read(stock.row, sku)).product_id


async def told(world, product_id: str) -> list[str]:
    return [event.kind for event in await world.db.read(events.of, f"product:{product_id}")]


async def test_a_product_gets_its_address_and_sku_from_its_name(world):
    await new(world, "Blaue Schüssel")
    await new(world, "Blaue Schüssel")

    found = await world.db.read(catalog.product, "blaue-schussel-2")
    assert [one.sku for one in found.variants] == ["BLAUE-SCHUSSEL-2"]
    assert await world.stock("BLAUE-SCHUSSEL") == (3, 0)


async def test_a_draft_is_not_in_the_shop_until_it_is_published(world):
    bowl = await new(world, published=False)
    with pytest.raises(NotFound):
        await world.db.read(catalog.product, "bowl")

    await world.db.write(products.publish, world.ada, bowl, now())

    assert (await world.db.read(catalog.product, "bowl")).name == "Bowl"
    assert await told(world, bowl) == ["product.added", "product.published"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"slug": "mug"}, "slug"),
        ({"variants": ()}, "sku"),
        ({"variants": (NewVariant("MUG", 1, 0),)}, "sku-0"),
        ({"variants": (NewVariant("A B", 1, 0),)}, "sku-0"),
        ({"variants": (NewVariant("A", 1, 0), NewVariant("B", 1, 0))}, "label"),
        ({"variants": (NewVariant("A", 1, 0, label="x"), NewVariant("A", 1, 0, label="y"))}, "sku-1"),
    ],
)
async def test_what_can_not_be_a_product_is_refused_beside_its_field(world, change, field):
    with pytest.raises(Refused) as refused:
        await new(world, **change)

    assert refused.value.field == field


async def test_a_category_is_found_by_its_name_or_made(world):
    found = await world.db.write(categories.named, world.ada, "THINGS", now())
    made = await world.db.write(categories.named, world.ada, "Mugs & Cups", now())

    assert found == await shelf(world)
    assert (await world.db.read(categories.one, made)).slug == "mugs-cups"


async def test_who_changes_an_older_product_is_told(world):
    mug = await product_of(world, "MUG")
    first = Description("Cup", "", await shelf(world), "")
    await world.db.write(lambda tx: products.describe(tx, world.ada, mug, first, seen=1, at=now()))

    second = Description("Beaker", "", await shelf(world), "")
    with pytest.raises(Conflict):
        await world.db.write(lambda tx: products.describe(tx, world.ada, mug, second, seen=1, at=now()))
    assert (await world.db.read(products.facts, mug)).name == "Cup"
    assert await told(world, mug) == ["product.added", "product.renamed", "product.described"]


async def move_to(world, product_id: str, slug: str) -> None:
    facts = await world.db.read(products.facts, product_id)
    wanted = Description(facts.name, facts.description, facts.category_id, slug)
    await world.db.write(lambda tx: products.describe(tx, world.ada, product_id, wanted, seen=None, at=now()))


async def test_every_address_a_product_had_leads_to_the_one_it_has(world):
    mug = await product_of(world, "MUG")
    for slug in ("cup", "beaker", "mug"):
        await move_to(world, mug, slug)

    assert await world.db.read(catalog.moved_to, "cup") == "mug"
    assert await world.db.read(catalog.moved_to, "beaker") == "mug"
    assert await world.db.read(catalog.moved_to, "mug") is None


async def test_a_former_address_goes_to_the_product_that_takes_it(world):
    mug = await product_of(world, "MUG")
    await move_to(world, mug, "cup")
    other = await new(world, "Other", "mug")
    assert (await world.db.read(catalog.product, "mug")).name == "Other"

    await move_to(world, other, "another")
    assert await world.db.read(catalog.moved_to, "mug") == "another"


async def test_what_is_archived_can_not_be_bought_and_keeps_its_stock(world):
    placed = await world.confirmed(world.sam, MUG=1)
    cart_id = new_id("cart")
    await world.db.write(cart.put, cart_id, "MUG", 1, now())
    await world.db.write(products.archive, world.ada, await product_of(world, "MUG"), now())

    line = (await world.db.read(cart.show, cart_id)).lines[0]
    assert (line.for_sale, line.short) == (False, True)
    for act in (
        lambda tx: cart.put(tx, cart_id, "MUG", 1, now()),
        lambda tx: checkout.begin(tx, world.settings, buyers.account(world.sam), cart_id, now()),
    ):
        with pytest.raises(OutOfStock, match="Mug is not sold any more."):
            await world.db.write(act)
    assert (await world.order(placed)).state == "confirmed"
    assert await world.stock("MUG") == (4, 0)


async def test_an_order_that_is_being_paid_outlives_its_product(world):
    placed = await world.place(world.sam, MUG=2)
    await world.db.write(products.archive, world.ada, await product_of(world, "MUG"), now())
    again = await world.db.write(
        checkout.begin, world.settings, buyers.account(world.sam), placed.cart_id, now()
    )
    await world.tell("checkout.session.completed", placed.paid())

    assert again.order.id == placed.id
    assert (await world.order(placed)).state == "confirmed"
    assert await world.stock("MUG") == (3, 0)


async def test_the_last_variant_for_sale_stays(world):
    vase = await product_of(world, "VASE-S")
    gone = {"archived": True, "at": now()}
    await world.db.write(lambda tx: products.archive_variant(tx, world.ada, vase, "VASE-S", **gone))

    assert [one.sku for one in (await world.db.read(catalog.product, "vase")).variants] == ["VASE-L"]
    with pytest.raises(Conflict, match="last one for sale"):
        await world.db.write(lambda tx: products.archive_variant(tx, world.ada, vase, "VASE-L", **gone))


async def test_an_archived_variant_can_not_be_put_into_a_cart(world):
    vase = await product_of(world, "VASE-S")
    gone = {"archived": True, "at": now()}
    await world.db.write(lambda tx: products.archive_variant(tx, world.ada, vase, "VASE-S", **gone))

    with pytest.raises(OutOfStock, match="not sold any more"):
        await world.db.write(cart.put, new_id("cart"), "VASE-S", 1, now())


async def test_a_variant_is_added_renamed_and_put_in_order(world):
    vase = await product_of(world, "VASE-S")
    fresh = NewVariant("", 4000, 1, {"Size": "Huge"})
    sku = await world.db.write(products.add_variant, world.ada, vase, fresh, now())
    await world.db.write(products.place_variant, world.ada, vase, sku, -2, now())
    huge = {"Size": "Giant"}
    row = await world.db.write(
        lambda tx: products.describe_variant(tx, world.ada, vase, sku, huge, seen=1, at=now())
    )

    assert (sku, row.label) == ("VASE-HUGE", "Giant")
    shown = (await world.db.read(catalog.product, "vase")).variants
    assert [one.label for one in shown] == ["Giant", "Small", "Large"]


async def test_two_variants_can_not_be_called_the_same(world):
    vase = await product_of(world, "VASE-S")
    with pytest.raises(Refused, match="could not tell them apart"):
        await world.db.write(
            products.add_variant, world.ada, vase, NewVariant("X", 1, 0, {"Size": "Small"}), now()
        )
