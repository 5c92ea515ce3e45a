"""Withdrawals that were declared, and whether the shop offers the function."""

from quart import Blueprint, Response, request

from db import Tx
from shop import withdrawals
from shop.clock import now
from shop.errors import Conflict
from shop.listing import Listing
from shop.web import forms
from shop.web.admin.follow import go
from shop.web.context import shop, signed_in
from shop.web.forms import EMPTY, FormState
from shop.web.reply import AnyResponse, Undo, flash, page
from shop.withdrawals import Withdrawal

admin_withdrawals = Blueprint("admin_withdrawals", __name__)

HERE = "/admin/withdrawals"
_DONE = {"note": forms.text(300, "Write what you have done about it.")}


@admin_withdrawals.get("/withdrawals")
async def index() -> Response:
    """List the declarations, newest first."""
    return await _index()


@admin_withdrawals.post("/withdrawals")
async def offer() -> AnyResponse:
    """Offer the function to shoppers, or not."""
    wanted = (await request.form).get("offered") == "1"
    was = await shop().db.write(withdrawals.offer, await signed_in(), wanted, now())
    flash("Saved.", undo=Undo(HERE, {"offered": "1"} if was else {}) if was != wanted else None)
    return go(HERE)


@admin_withdrawals.post("/withdrawals/<withdrawal_id>")
async def see_to(withdrawal_id: str) -> AnyResponse:
    """Note what was done about a declaration."""
    values, state = forms.read(await request.form, _DONE)
    if state.errors:
        return await _index(422, withdrawal_id, state)
    try:
        told = (await signed_in(), withdrawal_id, values["note"], now())
        await shop().db.write(withdrawals.see_to, *told)
    except Conflict as refusal:
        return await _index(409, withdrawal_id, FormState(state.values, {"note": str(refusal)}))
    flash("Noted.")
    return go(HERE)


def _whole(tx: Tx, after: str | None) -> tuple[bool, Listing[Withdrawal]]:
    return withdrawals.is_offered(tx), withdrawals.listing(tx, after)


async def _index(status: int = 200, which: str = "", form: FormState = EMPTY) -> Response:
    offered, listing = await shop().db.read(_whole, request.args.get("after"))
    context = {"offered": offered, "listing": listing, "which": which, "form": form}
    return await page("admin/withdrawals.html", status, empty_form=EMPTY, **context)
