"""Money given back by an admin, and what becomes of a refund that did not arrive."""

from typing import Any

from quart import Blueprint, request

from shop import fulfilment, refunds
from shop.clock import now
from shop.errors import NotFound
from shop.fulfilment import Give
from shop.money import LARGEST, format_money
from shop.stock import MOST
from shop.web import forms
from shop.web.admin import desk
from shop.web.context import shop, signed_in
from shop.web.reply import AnyResponse

admin_refunds = Blueprint("refunds", __name__)

LINE = "line-"


@admin_refunds.post("/orders/<number>/refunds")
async def give(number: str) -> AnyResponse:
    """Give money back, by an amount or by lines, and put goods back where the box is ticked."""

    async def run(told: dict[str, Any]) -> str:
        given = await shop().db.write(fulfilment.refund, number, await signed_in(), _give(told), now())
        if not given:
            return "This refund has been asked for already: it is made once."
        return f"{format_money(given, shop().settings.currency)} is on its way back."

    return await desk.act(number, "refunds", _fields(await request.form), run)


@admin_refunds.post("/refunds/<refund_id>/repetition")
async def repeat(refund_id: str) -> AnyResponse:
    """Ask once more for a refund that did not arrive."""

    async def run(_: dict[str, Any]) -> str:
        await shop().db.write(fulfilment.refund_again, refund_id, await signed_in(), now())
        return "It is refunded again."

    return await desk.act(await _order_of(refund_id), f"repetition-{refund_id}", {}, run)


@admin_refunds.post("/refunds/<refund_id>/settlement")
async def settle(refund_id: str) -> AnyResponse:
    """Note that the shopper got the money in another way."""

    async def run(told: dict[str, Any]) -> str:
        await shop().db.write(fulfilment.settle_refund, refund_id, await signed_in(), told["how"], now())
        return "Noted: the shopper has the money."

    how = forms.text(300, "Write how the shopper got the money.")
    return await desk.act(await _order_of(refund_id), f"settlement-{refund_id}", {"how": how}, run)


async def _order_of(refund_id: str) -> str:
    claim = await shop().db.read(refunds.claim, refund_id)
    if claim is None:
        raise NotFound("There is no such refund.")
    return claim.number


def _fields(typed: Any) -> dict[str, forms.Parser]:
    units = forms.optional_whole(0, MOST)
    return {
        "sum": forms.optional_money(shop().settings.currency),
        "amount": forms.optional_whole(1, LARGEST),
        "restock": forms.ticked,
        "intention": forms.optional_text(100),
    } | {name: units for name in typed if name.startswith(LINE)}


def _give(told: dict[str, Any]) -> Give:
    lines = {
        name.removeprefix(LINE): units for name, units in told.items() if name.startswith(LINE) and units
    }
    amount = told["amount"] if told["sum"] is None else told["sum"]
    return Give(amount, lines, told["restock"], told["intention"] or None)
