"""The order's desk: how every act on an order is read, done and answered, decided here for all of them."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from quart import redirect, request

from shop import desk, timeline
from shop.clock import new_token
from shop.errors import Conflict, Refused
from shop.web import forms
from shop.web.context import forget_frame, shop
from shop.web.forms import FormState
from shop.web.reply import AnyResponse, Part, flash, fragments, page, wants_fragment

HAPPENED = timeline.WORDS | {
    "order.noted": "Note",
    "refund.resolved": "Refund seen to",
    "payment.warning_cleared": "Fraud warning cleared",
    "payment.mismatch": "Payment does not fit",
}

Run = Callable[[dict[str, Any]], Awaitable[str]]
"""Does an act with the form's values and returns what to say of it."""


async def act(number: str, which: str, fields: Mapping[str, forms.Parser], run: Run) -> AnyResponse:
    """Do one act on an order: 422 brings its form back, 409 the order as it is by now."""
    values, state = forms.read(await request.form, fields)
    if state.errors:
        return await show(number, 422, which, state)
    try:
        flash(await run(values))
    except Refused as refusal:
        return await show(number, 422, which, FormState(state.values, {refusal.field or "": str(refusal)}))
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return await show(number, 409)
    return await show(number) if wants_fragment() else redirect(f"/admin/orders/{number}", 303)


async def show(number: str, status: int = 200, which: str = "", form: FormState = forms.EMPTY) -> AnyResponse:
    """Show an order with all its acts; `form` is what was typed into the one that is brought back."""
    forget_frame()
    context = await read(number, which, form)
    if wants_fragment():
        return await fragments(Part("orders/desk", context), Part("admin/waiting"), status=status)
    return await page("admin/order.html", status, **context)


async def news(number: str) -> AnyResponse:
    """Show how an order's refunds stand; once they do, also what may be done with it by now."""
    context = await read(number)
    later = () if context["desk"].moving else (Part("orders/acts", context), Part("orders/history", context))
    return await fragments(Part("orders/refunds", context), Part("orders/facts", context), *later)


async def read(number: str, which: str = "", form: FormState = forms.EMPTY) -> dict[str, Any]:
    """Return what the order's desk and its parts show; each rendering is an intention of its own."""
    shown = await shop().db.read(desk.show, number)
    typed = defaultdict(FormState, {which: form})
    return {
        "desk": shown,
        "page": shown.page,
        "forms": typed,
        "intention": new_token(),
        "happened": HAPPENED,
    }
