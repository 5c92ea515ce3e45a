"""After a purchase: a receipt, an invoice, and the same again."""

from shop import catalog, invoices, orders, taxes
from shop.clock import now
from shop.invoices import Seller
from tests.web.conftest import text_of


async def sells(world):
    await world.db.write(invoices.set_seller, world.ada, Seller("The Kiln", "1 Clay Lane", "DE123"), 0, now())


async def test_a_receipt_becomes_an_invoice_when_it_is_asked_for(sam, world):
    await sells(world)
    await world.db.write(taxes.save, world.ada, "DE", "", 19_000, 0, now())
    placed = await world.confirmed(world.sam, MUG=2)
    here = f"/orders/{placed.number}"
    assert "<h1>Receipt</h1>" in await text_of(await sam.get(f"{here}/receipt"))

    answer = await sam.post(f"{here}/invoice")
    again = await sam.post(f"{here}/invoice")

    page = await text_of(await sam.get(answer.headers["Location"]))
    assert (answer.status_code, again.status_code) == (303, 303)
    for told in (f"<h1>Invoice {now()[:4]}-00001</h1>", "1 Clay Lane", "DE123", "19 %", "€3.99", "€25.00"):
        assert told in page, told


async def test_an_invoice_that_can_not_be_is_refused_with_the_reason(sam, world):
    placed = await world.confirmed(world.sam, MUG=1)

    answer = await sam.post(f"/orders/{placed.number}/invoice")

    assert answer.status_code == 409
    assert "has not written down yet who sells" in await text_of(answer)


async def test_nobody_sees_the_papers_of_another(mallory, stranger, world):
    await sells(world)
    placed = await world.confirmed(world.sam, MUG=1)

    for visitor in (mallory, stranger):
        assert (await visitor.get(f"/orders/{placed.number}/receipt")).status_code == 404
        assert (await visitor.post(f"/orders/{placed.number}/invoice")).status_code == 404
        assert (await visitor.post(f"/orders/{placed.number}/reorder")).status_code == 404


async def test_what_was_ordered_goes_into_the_cart_again_with_what_has_changed(sam, world):
    placed = await world.confirmed(world.sam, MUG=3, LAMP=1)
    await world.db.write(_dearer, world)

    answer = await sam.post(f"/orders/{placed.number}/reorder")

    page = await text_of(await sam.get(answer.headers["Location"]))
    for told in (
        "It is in your cart again.",
        "Lamp can&#39;t be had any more.",
        "Of Mug your cart has the 2 we have.",
        "Mug has another price now.",
    ):
        assert told in page, told


def _dearer(tx, world) -> None:
    mug = catalog.product(tx, "mug").id
    catalog.set_price(tx, world.ada, mug, "MUG", 1400, currency="eur", at=now())


async def test_admins_write_down_who_sells_and_see_what_was_issued(ada, world):
    told = {"name": "The Kiln", "address": "1 Clay Lane", "tax_id": "", "seen": "0"}
    assert (await ada.post("/admin/invoices/seller", told)).status_code == 303
    placed = await world.confirmed(world.sam, MUG=1)
    order = await world.db.read(orders.by_id, placed.id)
    made = await world.db.write(invoices.issue, order, "person:x", now())

    page = await text_of(await ada.get("/admin/invoices"))
    assert made.name in page
    assert f"/admin/orders/{placed.number}" in page
    stale = await ada.post("/admin/invoices/seller", told)
    assert stale.status_code == 409
    assert "Somebody has changed it meanwhile: it is The Kiln." in await text_of(stale)
