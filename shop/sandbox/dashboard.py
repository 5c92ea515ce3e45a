"""The page of one payment, as a merchant's dashboard: what became of it, and what can be made to happen."""

from quart import Blueprint, Response, redirect, request

from db import Tx
from shop.sandbox import disputes, scenarios, schedule, state
from shop.sandbox.desk import desk
from shop.sandbox.paper import AnyResponse, from_elsewhere, is_same_origin, page, prefix
from shop.sandbox.state import Fault, Object

dashboard = Blueprint("dashboard", __name__)

# What a form of the page may carry; everything else is for programs.
_FIELDS = ("do", "refund", "dispute", "outcome")


@dashboard.get("/payments/<intent_id>")
async def payment(intent_id: str) -> Response:
    """Show a payment with its refunds and disputes, and the buttons that make things happen."""
    return await _shown(intent_id, 200)


@dashboard.post("/payments/<intent_id>/scenarios")
async def play(intent_id: str) -> AnyResponse:
    """Have something happen to a payment, by hand."""
    if not is_same_origin():
        return from_elsewhere()
    form = await request.form
    asked: Object = {name: form[name] for name in _FIELDS if form.get(name)} | {"payment_intent": intent_id}
    typed = form.get("amount", "").strip()
    if typed:
        if not typed.isascii() or not typed.isdigit() or len(typed) > 12:  # noqa: PLR2004 - twelve digits hold any amount
            return await _shown(intent_id, 422, "An amount is a whole number of minor units.")
        asked["amount"] = int(typed)
    here = desk()
    try:
        await here.write(scenarios.happen, here.call(), asked)
    except Fault as fault:
        return await _shown(intent_id, 409, fault.message)
    return redirect(f"{prefix()}/payments/{intent_id}", 303)


async def _shown(intent_id: str, status: int, error: str = "") -> Response:
    here = desk()
    try:
        found = await here.db.read(_found, intent_id)
    except Fault:
        return page("gone", 404, text="There is no such payment.", back=None)
    now, later = here.clock.now(), here.settings.later_seconds
    awaited = [(plan.kind, max(0, plan.planned_at + later - now)) for plan in found.pop("planned")]
    return page("payment", status, error=error, awaited=awaited, **found)


def _found(tx: Tx, intent_id: str) -> Object:
    intent = state.get(tx, "payment_intent", intent_id)
    charges = state.of_parent(tx, "charge", intent_id)
    refunds = state.of_parent(tx, "refund", intent_id)
    disputed = state.of_parent(tx, "dispute", intent_id)
    return {
        "intent": intent,
        "charges": charges,
        "refunds": refunds,
        "disputes": [one | {"outcomes": disputes.outcomes(one)} for one in disputed],
        "warnings": state.of_parent(tx, "radar.early_fraud_warning", intent_id),
        "planned": [
            plan for one in (*charges, *refunds, *disputed) for plan in schedule.planned(tx, one["id"])
        ],
    }
