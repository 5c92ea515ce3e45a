"""After a purchase: the receipt, which an invoice number can be drawn for, and ordering again."""

from quart import Blueprint, Response

from db import Tx
from shop import invoices, reorder, taxes
from shop.clock import now
from shop.errors import Conflict
from shop.invoices import Invoice, Seller
from shop.orders import Order
from shop.web.account import go_on
from shop.web.context import forget_frame, own_cart_id, shop
from shop.web.own_orders import actor, own, own_order, private
from shop.web.reply import AnyResponse, flash, page
from shop.words import _

after_pages = Blueprint("after", __name__)
after_pages.after_request(private)


@after_pages.get("/orders/<number>/receipt")
async def receipt(number: str) -> Response:
    """Show what was paid for, to be printed; with the invoice's number once it has one."""
    return await _receipt(number)


@after_pages.post("/orders/<number>/invoice")
async def issue(number: str) -> AnyResponse:
    """Draw a number for the invoice; asked for again, it is the same one."""
    order = await own(number)
    try:
        await shop().db.write(invoices.issue, order, await actor(), now())
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return await _receipt(number, 409)
    return go_on(f"/orders/{number}/receipt")


@after_pages.post("/orders/<number>/reorder")
async def again(number: str) -> AnyResponse:
    """Put what was ordered into the cart once more."""
    shown = await own_order(number)
    done = await shop().db.write(reorder.again, shown.lines, own_cart_id(), now())
    forget_frame()
    flash(_("It is in your cart again.") if done.units else _("Nothing of it can be had just now."))
    for note in done.notes:
        flash(note, "note")
    return go_on("/cart")


async def _receipt(number: str, status: int = 200) -> Response:
    shown = await own_order(number)
    issued, seller = await shop().db.read(_papers, shown.order)
    sums = invoices.taxes_of(shown.order, shown.lines)
    context = {"issued": issued, "seller": seller, "sums": sums, "percent": taxes.percent}
    return await page("orders/receipt.html", status, page=shown, **context)


def _papers(tx: Tx, order: Order) -> tuple[tuple[Invoice, ...], Seller]:
    """Return what was issued of an order, and who sold it: as it was then, else as it is now."""
    issued = invoices.of_order(tx, order.id)
    return issued, issued[0].by if issued else invoices.seller(tx)[0]
