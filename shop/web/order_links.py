"""The links by which a letter leads to its order, and the form that has such a letter sent once more.

A token stands in these addresses alone. They are never kept, indexed, or named to the next page.
"""

import asyncio

from quart import Blueprint, Response, redirect, request, session

from shop import limits, order_letters, order_links, orders
from shop.buyers import PROVED
from shop.clock import now
from shop.errors import NotFound, Refused
from shop.web import forms
from shop.web.context import shop
from shop.web.forms import FormState
from shop.web.guards import address, limit, no_such_order
from shop.web.links import ADDRESS, EVEN_SECONDS
from shop.web.own_orders import remember
from shop.web.reply import AnyResponse, Part, fragments, page, wants_fragment
from shop.words import _

order_link_pages = Blueprint("order_links", __name__)

LONGEST_NUMBER = 20


def _number(typed: str) -> str:
    number = "".join(typed.split()).upper()
    if not number.isalnum() or not number.isascii() or len(number) > LONGEST_NUMBER:
        raise Refused(_("Write the order's number, such as 7KD2M4QX: it stands in every letter about it."))
    return number


_FIELDS: dict[str, forms.Parser] = ADDRESS | {"number": _number}


@order_link_pages.after_request
async def discreet(response: Response) -> Response:
    """Keep the token out of caches, search engines and the Referer of what comes next."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer" if request.view_args else "same-origin"
    return response


@order_link_pages.get("/o")
async def ask_form() -> Response:
    """Show the form that has the link of an order sent again."""
    form = FormState({"email": session.get("email", "")})
    return await page("orders/lost.html", form=form, asked="", told="", back="/orders")


@order_link_pages.post("/o")
async def ask() -> Response:
    """Send the link to the order's own address; the answer is the same when there is no such order."""
    await limit(limits.ORDER_LINK_FROM, address())
    values, form = forms.read(await request.form, _FIELDS)
    if not form.errors:
        await _ask(values["number"], values["email"])
    context = {"form": form, "asked": "" if form.errors else values["email"]}
    status = 422 if form.errors else 200
    if wants_fragment():
        return await fragments(Part("orders/ask_form", context), status=status)
    return await page("orders/lost.html", status, **context, told="", back="/orders")


@order_link_pages.get("/o/<token>")
async def follow(token: str) -> AnyResponse:
    """Give this browser the key of the order, and show it."""
    try:
        number = await shop().db.read(order_links.number_of, token)
    except NotFound as refusal:
        return await no_such_order(str(refusal))
    remember(number, PROVED)
    if "email" not in session:
        session["email"] = (await shop().db.read(orders.by_number, number)).email
    return redirect(f"/orders/{number}", 303)


async def _ask(number: str, email: str) -> None:
    """Ask for a letter, and take equally long whether there is such an order or not."""
    clock = asyncio.get_running_loop().time
    until = clock() + EVEN_SECONDS
    await shop().db.write(order_letters.send_link, number, email, shop().settings.base_url, now())
    await asyncio.sleep(until - clock())
