"""The withdrawal function: a declaration in two steps, open to everybody, with a receipt."""

from quart import Blueprint, Response, request

from shop import limits, people, withdrawals
from shop.clock import now
from shop.errors import NotFound
from shop.web import forms
from shop.web.context import shop, viewer
from shop.web.forms import FormState
from shop.web.guards import address, limit
from shop.web.own_orders import private
from shop.web.reply import page
from shop.withdrawals import Declaration
from shop.words import N_, _

withdrawal_pages = Blueprint("withdrawals", __name__)
withdrawal_pages.after_request(private)

_FIELDS: dict[str, forms.Parser] = {
    "name": forms.text(100, N_("Write your name.")),
    "order": forms.text(40, N_("Write the number of your order.")),
    "email": lambda typed: people.clean_email(forms.text(254, N_("Write your e-mail address."))(typed)),
    "note": forms.optional_lines(1000),
}


@withdrawal_pages.get("/withdrawal")
async def show() -> Response:
    """Show the declaration's form."""
    await _must_be_offered()
    person = (await viewer()).person
    known = {"name": person.name, "email": person.email} if person else {}
    return await _form(FormState({"order": request.args.get("order", "")[:40], **known}))


@withdrawal_pages.post("/withdrawal")
async def look() -> Response:
    """Show what was written once more, with the button that declares it."""
    await _must_be_offered()
    values, state = forms.read(await request.form, _FIELDS)
    if state.errors:
        return await _form(state, 422)
    return await page("withdrawal/confirm.html", values=values)


@withdrawal_pages.post("/withdrawal/confirmation")
async def declare() -> Response:
    """Take the declaration down, and show its receipt."""
    await _must_be_offered()
    await limit(limits.WITHDRAWAL_FROM, address())
    values, state = forms.read(await request.form, _FIELDS)
    if state.errors:
        return await _form(state, 422)
    told = Declaration(values["name"], values["email"], values["order"], values["note"])
    made = await shop().db.write(withdrawals.declare, told, now())
    return await page("withdrawal/receipt.html", made=made)


async def _form(state: FormState, status: int = 200) -> Response:
    return await page("withdrawal/show.html", status, form=state)


async def _must_be_offered() -> None:
    if not await shop().db.read(withdrawals.is_offered):
        raise NotFound(_("There is no such page."))
