"""Who sells, and all invoices and credit notes."""

from quart import Blueprint, Response, request

from db import Tx
from shop import invoices
from shop.clock import now
from shop.errors import Conflict
from shop.invoices import Invoice, Seller
from shop.listing import Listing
from shop.web import forms
from shop.web.admin.follow import go
from shop.web.context import shop, signed_in
from shop.web.forms import EMPTY, FormState
from shop.web.reply import AnyResponse, flash, page

admin_invoices = Blueprint("invoices", __name__)

_SELLER: dict[str, forms.Parser] = {
    "name": forms.text(120, "Write who sells."),
    "address": forms.lines(500, "Write the address."),
    "tax_id": forms.optional_text(60),
    "seen": forms.whole(0, 10**9),
}


@admin_invoices.get("/invoices")
async def index() -> Response:
    """Show who sells, and what was issued, newest first."""
    return await _index()


@admin_invoices.post("/invoices/seller")
async def change() -> AnyResponse:
    """Write down who sells."""
    values, state = forms.read(await request.form, _SELLER)
    if state.errors:
        return await _index(422, state)
    seen = values.pop("seen")
    try:
        await shop().db.write(invoices.set_seller, await signed_in(), Seller(**values), seen, now())
    except Conflict as stale:
        return await _index(409, FormState(state.values, {"seen": str(stale)}))
    flash("Saved. Invoices that were issued before stay as they are.")
    return go("/admin/invoices")


def _whole(tx: Tx, after: str | None) -> tuple[Seller, int, Listing[Invoice]]:
    return *invoices.seller(tx), invoices.listing(tx, after)


async def _index(status: int = 200, form: FormState = EMPTY) -> Response:
    seller, version, listing = await shop().db.read(_whole, request.args.get("after"))
    context = {"seller": seller, "version": version, "listing": listing, "form": form}
    return await page("admin/invoices.html", status, **context)
