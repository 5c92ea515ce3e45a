"""What a Checkout Session comes to, and what the calls around it answer."""

import pytest
import stripe

from tests.sandbox.conftest import MUG, PAYS

LAMP = {"currency": "eur", "unit_amount": 999, "product_data": {"name": "Lamp"}}


def item(price: dict, quantity: int = 1, **more) -> dict:
    return {"price_data": price, "quantity": quantity, **more}


def rate(name: str, amount: int) -> dict:
    fixed = {"amount": amount, "currency": "eur"}
    return {"shipping_rate_data": {"display_name": name, "type": "fixed_amount", "fixed_amount": fixed}}


async def test_a_percentage_off_and_a_tax_on_top_and_shipping_are_summed_as_stripe_does(local):
    vat = await local.v1.tax_rates.create_async({"display_name": "VAT", "inclusive": False, "percentage": 19})
    coupon = await local.v1.coupons.create_async({"percent_off": 10, "duration": "once"})
    session = await local.session(
        line_items=[item(MUG, 2, tax_rates=[vat.id]), item(LAMP)],
        discounts=[{"coupon": coupon.id}],
        shipping_options=[rate("Post", 490), rate("Express", 990)],
    )

    told = session.total_details
    # 25.00 and 9.99, less 2.50 and 1.00; 19 % of 22.50 is 4.275, rounded half up.
    assert (session.amount_subtotal, told.amount_discount, told.amount_tax) == (3499, 350, 428)
    assert (told.amount_shipping, session.amount_total) == (490, 3499 - 350 + 428 + 490)


async def test_a_tax_inside_the_price_does_not_change_the_total(local):
    vat = await local.v1.tax_rates.create_async({"display_name": "VAT", "inclusive": True, "percentage": 7.7})
    session = await local.session(line_items=[item(MUG, 1, tax_rates=[vat.id])])
    lines = await local.v1.checkout.sessions.line_items.list_async(session.id, {"expand": ["data.taxes"]})

    assert (session.amount_total, session.total_details.amount_tax) == (1250, 89)
    assert lines.data[0].taxes[0].rate.id == vat.id


async def test_an_amount_off_is_parted_to_the_last_cent(local):
    coupon = await local.v1.coupons.create_async({"amount_off": 100, "currency": "eur"})
    session = await local.session(
        line_items=[item(LAMP), item(LAMP), item(LAMP)],
        discounts=[{"coupon": coupon.id}],
        expand=["line_items"],
    )

    offs = [line.amount_discount for line in session.line_items.data]
    assert (sum(offs), sorted(offs)) == (100, [33, 33, 34])
    assert session.amount_total == 3 * 999 - 100


async def test_a_coupon_takes_off_the_products_it_applies_to(local):
    product = await local.v1.products.create_async({"name": "Mug"})
    price = await local.v1.prices.create_async(
        {"product": product.id, "currency": "eur", "unit_amount": 1000}
    )
    coupon = await local.v1.coupons.create_async(
        {"percent_off": 50, "applies_to": {"products": [product.id]}}
    )
    session = await local.session(
        line_items=[{"price": price.id, "quantity": 1}, item(LAMP)], discounts=[{"coupon": coupon.id}]
    )

    assert session.total_details.amount_discount == 500


async def test_amounts_of_three_decimals_end_in_nothing(local):
    with pytest.raises(stripe.InvalidRequestError, match="multiples of 10"):
        await local.session(line_items=[item(LAMP | {"currency": "kwd"})])
    session = await local.session(line_items=[item(LAMP | {"currency": "kwd", "unit_amount": 990})])

    assert session.amount_total == 990


async def test_nothing_to_pay_completes_without_a_payment(local):
    coupon = await local.v1.coupons.create_async({"percent_off": 100})
    session = await local.paid(discounts=[{"coupon": coupon.id}])

    assert (session["amount_total"], session["payment_status"]) == (0, "no_payment_required")
    assert session["payment_intent"] is None
    event = await local.letterbox.until("checkout.session.completed")
    assert event["data"]["object"]["payment_status"] == "no_payment_required"
    assert (await local.v1.coupons.retrieve_async(coupon.id)).times_redeemed == 1


async def test_line_items_carry_their_price_and_its_product_with_the_callers_metadata(local):
    session = await local.session()
    lines = await local.v1.checkout.sessions.line_items.list_async(session.id)
    expanded = await local.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["line_items.data.price.product"]}
    )

    assert lines.data[0].price.product.startswith("prod_")
    assert expanded.line_items.data[0].price.product.metadata.to_dict() == {"sku": "MUG"}


@pytest.mark.parametrize(
    "paths", [["payment_intent"], ["payment_intent.latest_charge"], ["line_items", "payment_intent"]]
)
async def test_what_is_asked_for_comes_with_the_session_and_with_lists_of_it(local, paths):
    session = await local.paid()
    one = await local.v1.checkout.sessions.retrieve_async(session["id"], {"expand": paths})
    many = await local.v1.checkout.sessions.list_async({"expand": [f"data.{path}" for path in paths]})

    assert one.payment_intent.object == "payment_intent"
    assert many.data[0].to_dict() == one.to_dict()
    if "latest_charge" in paths[0]:
        assert one.payment_intent.latest_charge.amount == 2500


async def test_what_can_not_be_expanded_is_refused(local):
    session = await local.session()
    for path in ("status", "nonsense", "payment_intent.latest_charge.payment_intent.customer.x"):
        with pytest.raises(stripe.InvalidRequestError, match="expand"):
            await local.v1.checkout.sessions.retrieve_async(session.id, {"expand": [path]})


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"line_items": [{"price_data": MUG, "quantity": 1, "colour": "red"}]}, "line_items[0][colour]"),
        ({"line_items": [{"price_data": MUG}]}, "line_items[0][quantity]"),
        ({"line_items": [{"price": "price_none", "quantity": 1}]}, "line_items[0][price]"),
        ({"line_items": [item(MUG), item(MUG | {"currency": "usd"})]}, "line_items"),
        ({"discounts": [{"coupon": "x"}], "allow_promotion_codes": True}, "allow_promotion_codes"),
        ({"customer": "cus_none"}, "customer"),
        ({"customer_email": "a@x.example", "customer": "cus_none"}, "customer"),
        ({"shipping_options": [{"shipping_rate": "shr_none"}]}, "shipping_options[0][shipping_rate]"),
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"metadata": {"k": "x" * 501}}, "metadata[k]"),
        ({"submit_type": "buy"}, "submit_type"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(local, changes, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await local.session(**changes)

    assert (refusal.value.http_status, refusal.value.param) == (400, param)


async def test_an_answer_to_a_refused_request_leaves_nothing_behind(local):
    with pytest.raises(stripe.InvalidRequestError):
        await local.session(shipping_options=[{"shipping_rate": "shr_none"}])

    assert (await local.v1.products.list_async()).data == []


async def test_lists_are_narrowed_by_their_filters(local):
    first, second = await local.paid(), await local.paid()
    await local.session()
    sessions, charges = local.v1.checkout.sessions, local.v1.charges

    by_payment = await sessions.list_async({"payment_intent": first["payment_intent"]})
    complete = await sessions.list_async({"status": "complete"})
    charged = await charges.list_async({"payment_intent": second["payment_intent"]})
    none = await charges.list_async({"created": {"gt": first["created"] + 1000}})
    once = await charges.list_async({"created": {"gte": first["created"], "lte": first["created"] + 60}})

    assert [one.id for one in by_payment.data] == [first["id"]]
    assert len(complete.data) == 2
    assert [one.payment_intent for one in charged.data] == [second["payment_intent"]]
    assert (none.data, len(once.data)) == ([], 2)


async def test_events_of_several_types_are_paged_in_both_directions(local):
    for _ in range(3):
        await local.paid()
    types = ["charge.succeeded", "checkout.session.completed"]
    newest = await local.v1.events.list_async({"types": types, "limit": 2})
    older = await local.v1.events.list_async(
        {"types": types, "limit": 100, "starting_after": newest.data[-1].id}
    )
    newer = await local.v1.events.list_async({"types": types, "limit": 2, "ending_before": older.data[0].id})

    assert (newest.has_more, older.has_more, len(older.data)) == (True, False, 4)
    assert [one.id for one in newer.data] == [one.id for one in newest.data]
    assert {one.type for one in older.data} == set(types)


async def test_line_items_are_paged_in_their_own_order(local):
    prices = [MUG | {"product_data": {"name": f"Thing {number}"}} for number in range(5)]
    session = await local.session(line_items=[item(price) for price in prices])
    lines = local.v1.checkout.sessions.line_items
    first = await lines.list_async(session.id, {"limit": 2})
    rest = await lines.list_async(session.id, {"starting_after": first.data[-1].id})
    back = await lines.list_async(session.id, {"ending_before": rest.data[0].id})

    assert [one.description for one in (*first.data, *rest.data)] == [f"Thing {n}" for n in range(5)]
    assert (first.has_more, rest.has_more) == (True, False)
    assert [one.id for one in back.data] == [one.id for one in first.data]


async def test_a_card_that_is_not_taken_by_the_session_is_refused(local):
    session = await local.session(allowed_payment_method_types=["sepa_debit"])
    answer = await local.http.post(session.url, data={"card": PAYS})

    assert answer.status_code == 409
    assert "not accepted" in answer.text
