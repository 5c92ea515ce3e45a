"""Every cent has an owner: what waits for a person, each with the act that does the right thing."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from quart import Blueprint, redirect, request

from shop import attention
from shop.clock import now
from shop.errors import Conflict
from shop.web import forms
from shop.web.context import forget_frame, shop, signed_in
from shop.web.forms import FormState
from shop.web.reply import AnyResponse, Part, flash, fragments, page, wants_fragment

admin_attention = Blueprint("attention", __name__)

_JUDGED = {
    "processed": ("It is booked.", "good"),
    "ignored": ("Looked at again: it is not about this shop, and waits no more.", "note"),
    "parked": ("It still can't be placed: its reason stands beside it.", "bad"),
}


@admin_attention.get("/attention")
async def show() -> AnyResponse:
    """Show what waits for a person, by kind."""
    return await _board()


@admin_attention.post("/attention/events/<event_id>/booking")
async def book(event_id: str) -> AnyResponse:
    """Book a parked event by the rules once more."""

    async def run(_: dict[str, Any]) -> None:
        livemode = shop().settings.livemode
        booked = shop().db.write(attention.book_event, event_id, await signed_in(), now(), livemode=livemode)
        flash(*_JUDGED[await booked])

    return await _act(f"booking-{event_id}", {}, run)


@admin_attention.post("/attention/events/<event_id>/refund")
async def give_back(event_id: str) -> AnyResponse:
    """Have a parked event's money refunded."""

    async def run(_: dict[str, Any]) -> None:
        await shop().db.write(attention.give_back, event_id, await signed_in(), now())
        flash("Its money is on its way back: the entry goes when Stripe has answered.")

    return await _act(f"refund-{event_id}", {}, run)


@admin_attention.post("/attention/events/<event_id>/dismissal")
async def dismiss(event_id: str) -> AnyResponse:
    """Note that a person has seen to a parked event."""

    async def run(told: dict[str, Any]) -> None:
        await shop().db.write(attention.set_event_aside, event_id, await signed_in(), told["why"], now())
        flash("It is set aside, with your reason.")

    return await _act(f"dismissal-{event_id}", {"why": forms.text(300, "Write why it needs nothing.")}, run)


@admin_attention.post("/attention/tasks/<task_id>/repetition")
async def repeat(task_id: str) -> AnyResponse:
    """Take up work again that had been given up."""

    async def run(_: dict[str, Any]) -> None:
        await shop().db.write(attention.try_task_again, task_id, await signed_in(), now())
        flash("It is being tried again.")

    return await _act(f"repetition-{task_id}", {}, run)


@admin_attention.post("/attention/comparison")
async def compare() -> AnyResponse:
    """Have both ledgers compared again now."""

    async def run(_: dict[str, Any]) -> None:
        await shop().db.write(attention.compare_again, await signed_in(), now())
        flash("Both ledgers are being compared: look again in a moment.")

    return await _act("comparison", {}, run)


@admin_attention.post("/attention/differences/<key>/refund")
async def send_back(key: str) -> AnyResponse:
    """Have a payment refunded that no order owns."""

    async def run(_: dict[str, Any]) -> None:
        await shop().db.write(attention.send_back, key, await signed_in(), now())
        flash("Its money is on its way back: the entry goes with the next comparison.")

    return await _act(f"refund-{key}", {}, run)


async def _act(
    which: str, fields: Mapping[str, forms.Parser], run: Callable[[dict[str, Any]], Awaitable[None]]
) -> AnyResponse:
    values, state = forms.read(await request.form, fields)
    if state.errors:
        return await _board(422, which, state)
    try:
        await run(values)
    except Conflict as refusal:
        flash(str(refusal), "bad")
        return await _board(409)
    return await _board() if wants_fragment() else redirect("/admin/attention", 303)


async def _board(status: int = 200, which: str = "", form: FormState = forms.EMPTY) -> AnyResponse:
    forget_frame()
    context = {
        "board": await shop().db.read(attention.board),
        "titles": attention.TITLES,
        "forms": defaultdict(FormState, {which: form}),
    }
    if wants_fragment():
        return await fragments(Part("attention/board", context), Part("admin/waiting"), status=status)
    return await page("admin/attention.html", status, **context)
