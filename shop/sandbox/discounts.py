"""Coupons and promotion codes of the local Stripe, and what they take off.

An amount off is parted over the items by their worth, to the last minor unit (largest remainders).
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from db import Tx
from shop.sandbox import params, state, webhooks
from shop.sandbox.params import METADATA
from shop.sandbox.state import Call, Fault, Object, Window

COUPON: dict[str, Any] = {
    "id": str,
    "name": str,
    "amount_off": int,
    "currency": str,
    "percent_off": float,
    "duration": ("forever", "once"),
    "max_redemptions": int,
    "redeem_by": int,
    "applies_to": {"products": [str]},
    "metadata": METADATA,
    "expand": [str],
}
COUPON_UPDATE: dict[str, Any] = {"name": str, "metadata": METADATA, "expand": [str]}
PROMOTION_CODE: dict[str, Any] = {
    "promotion": {"type": ("coupon",), "coupon": str},
    "active": bool,
    "code": str,
    "customer": str,
    "expires_at": int,
    "max_redemptions": int,
    "metadata": METADATA,
    "restrictions": {
        "first_time_transaction": bool,
        "minimum_amount": int,
        "minimum_amount_currency": str,
    },
    "expand": [str],
}
PROMOTION_CODE_UPDATE: dict[str, Any] = {"active": bool, "metadata": METADATA, "expand": [str]}


def create_coupon(tx: Tx, call: Call, given: Object) -> Object:
    """Create a coupon: a percentage or an amount off."""
    asked = params.check(given, COUPON)
    if ("amount_off" in asked) == ("percent_off" in asked):
        raise Fault(400, "You must pass exactly one of `amount_off` or `percent_off`.", param="percent_off")
    if "amount_off" in asked and (asked["amount_off"] < 1 or "currency" not in asked):
        raise Fault(400, "An `amount_off` is positive and has a `currency`.", param="amount_off")
    if not 0 < asked.get("percent_off", 1) <= 100:  # noqa: PLR2004 - percent
        raise Fault(400, "`percent_off` must be greater than 0 and at most 100.", param="percent_off")
    wanted = asked.get("id")
    if wanted and state.whatever(tx, wanted) is not None:
        raise Fault(400, f"Coupon already exists: '{wanted}'", "resource_already_exists", "id")
    coupon = {
        "id": wanted or state.new_id("coup")[5:13],
        "object": "coupon",
        "amount_off": asked.get("amount_off"),
        "created": call.at,
        "currency": asked["currency"].lower() if "amount_off" in asked else None,
        "duration": asked.get("duration", "once"),
        "duration_in_months": None,
        "livemode": False,
        "max_redemptions": asked.get("max_redemptions"),
        "metadata": asked.get("metadata", {}),
        "name": asked.get("name"),
        "percent_off": asked.get("percent_off"),
        "redeem_by": asked.get("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
    }
    if "applies_to" in asked:
        coupon["applies_to"] = {"products": asked["applies_to"].get("products", [])}
    state.add(tx, coupon)
    webhooks.emit(tx, call, "coupon.created", coupon)
    return coupon


def create_promotion_code(tx: Tx, call: Call, given: Object) -> Object:
    """Create a code that shoppers type for a coupon."""
    asked = params.check(given, PROMOTION_CODE)
    promotion = params.required(asked, "promotion")
    coupon = state.get(tx, "coupon", promotion.get("coupon", ""), "promotion[coupon]", 400)
    code = asked.get("code") or state.new_id("code")[5:13].upper()
    if _code(tx, code) is not None:
        raise Fault(400, "An active promotion code with this code already exists.", param="code")
    restrictions = asked.get("restrictions", {})
    made = {
        "id": state.new_id("promo"),
        "object": "promotion_code",
        "active": asked.get("active", True),
        "code": code,
        "created": call.at,
        "customer": asked.get("customer"),
        "customer_account": None,
        "expires_at": asked.get("expires_at"),
        "livemode": False,
        "max_redemptions": asked.get("max_redemptions"),
        "metadata": asked.get("metadata", {}),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": {
            "first_time_transaction": restrictions.get("first_time_transaction", False),
            "minimum_amount": restrictions.get("minimum_amount"),
            "minimum_amount_currency": restrictions.get("minimum_amount_currency"),
        },
        "times_redeemed": 0,
    }
    state.add(tx, made)
    webhooks.emit(tx, call, "promotion_code.created", made)
    return made


def of_request(tx: Tx, call: Call, asked: Sequence[Object]) -> list[Object]:
    """Return the discounts that a session asks for, checked. Raises Fault 400."""
    if len(asked) > 1:
        raise Fault(400, "You can apply at most 1 discount to a Checkout Session.", param="discounts")
    found = []
    for one in asked:
        if ("coupon" in one) == ("promotion_code" in one):
            message = "You must pass exactly one of `coupon` or `promotion_code`."
            raise Fault(400, message, param="discounts[0]")
        code_id = one.get("promotion_code")
        code = (
            state.get(tx, "promotion_code", code_id, "discounts[0][promotion_code]", 400) if code_id else None
        )
        coupon_id = code["promotion"]["coupon"] if code else one["coupon"]
        coupon = state.get(tx, "coupon", coupon_id, "discounts[0][coupon]", 400)
        if not is_usable(call, coupon, code):
            raise Fault(400, "This promotion code or coupon is not usable.", "coupon_expired", "discounts[0]")
        found.append({"coupon": coupon["id"], "promotion_code": code_id})
    return found


def typed(tx: Tx, call: Call, session: Object, text: str) -> Object | None:
    """Return the discount of a code that a shopper typed, or None where it gives none."""
    code = _code(tx, text.strip())
    if code is None:
        return None
    coupon = state.get(tx, "coupon", code["promotion"]["coupon"])
    least = code["restrictions"]["minimum_amount"] or 0
    fits = coupon["currency"] in (None, session["currency"]) and session["amount_subtotal"] >= least
    mine = code["customer"] in (None, session["customer"])
    if not (fits and mine and is_usable(call, coupon, code)):
        return None
    return {"coupon": coupon["id"], "promotion_code": code["id"]}


def is_usable(call: Call, coupon: Object, code: Object | None) -> bool:
    """Tell whether a coupon, and a code for it, may still be redeemed."""
    ends = [coupon["redeem_by"], code["expires_at"] if code else None]
    in_time = all(end is None or call.at <= end for end in ends)
    counted = (one for one in (coupon, code) if one is not None)
    left = all(
        one["max_redemptions"] is None or one["times_redeemed"] < one["max_redemptions"] for one in counted
    )
    return in_time and left and coupon["valid"] and (code is None or code["active"])


def redeem(tx: Tx, session: Object) -> None:
    """Count what a completed session has redeemed."""
    for discount in session["discounts"]:
        for kind in ("coupon", "promotion_code"):
            if discount[kind]:
                counted = state.get(tx, kind, discount[kind])
                counted["times_redeemed"] += 1
                most = counted["max_redemptions"]
                if kind == "coupon" and most is not None:
                    counted["valid"] = counted["times_redeemed"] < most
                state.change(tx, counted)


def parted(coupon: Object, worths: Sequence[int]) -> list[int]:
    """Return what a coupon takes off each of these worths, in minor units; never more than each is."""
    whole = sum(worths)
    if coupon["percent_off"] is not None:
        share = Decimal(str(coupon["percent_off"])) / 100
        return [int((worth * share).quantize(Decimal(1), ROUND_HALF_UP)) for worth in worths]
    off = min(coupon["amount_off"], whole)
    parts = [off * worth // whole if whole else 0 for worth in worths]
    by_remainder = sorted(range(len(worths)), key=lambda i: -(off * worths[i] % whole if whole else 0))
    for index in by_remainder[: off - sum(parts)]:
        parts[index] += 1
    return parts


def _code(tx: Tx, text: str) -> Object | None:
    # Codes are typed by people: Stripe does not mind their case.
    window = Window(limit=100, where={"$.active": True})
    while True:
        page = state.listing(tx, "promotion_code", window, "")
        for one in page["data"]:
            if one["code"].casefold() == text.casefold():
                found: Object = one
                return found
        if not page["has_more"]:
            return None
        window = Window(100, page["data"][-1]["id"], where=window.where)
