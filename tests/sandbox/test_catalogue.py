"""Customers, products, prices, coupons, codes and rates: created, changed, listed, deleted as at Stripe."""

import pytest
import stripe

from tests.sandbox.conftest import MUG

PRODUCT = {"name": "Mug", "images": ["https://x.example/mug.png"], "metadata": {"sku": "MUG"}}


async def test_a_product_is_changed_field_by_field_and_an_empty_value_unsets(local):
    products = local.v1.products
    made = await products.create_async(PRODUCT | {"id": "mug", "description": "A mug."})
    changed = await products.update_async("mug", {"images": "", "description": "", "metadata": {"a": "1"}})

    assert (made.id, changed.images, changed.description) == ("mug", [], None)
    assert changed.metadata.to_dict() == {"sku": "MUG", "a": "1"}
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        await products.create_async({"id": "mug", "name": "Another"})


async def test_a_product_goes_unless_it_has_a_price(local):
    priced = await local.v1.products.create_async(PRODUCT)
    bare = await local.v1.products.create_async(PRODUCT)
    await local.v1.prices.create_async({"product": priced.id, "currency": "eur", "unit_amount": 5})

    assert (await local.v1.products.delete_async(bare.id)).deleted
    with pytest.raises(stripe.InvalidRequestError, match="prices"):
        await local.v1.products.delete_async(priced.id)
    with pytest.raises(stripe.InvalidRequestError, match="No such product"):
        await local.v1.products.retrieve_async(bare.id)
    assert [one.id for one in (await local.v1.products.list_async()).data] == [priced.id]


async def test_a_deleted_customer_leaves_its_id_and_can_not_buy(local):
    customers = local.v1.customers
    kept = await customers.create_async({"email": "mia@x.example", "address": {"city": "Berlin"}})
    gone = await customers.create_async({"email": "sam@x.example"})

    assert (await customers.delete_async(gone.id)).deleted

    assert (await customers.retrieve_async(gone.id)).deleted
    assert [one.id for one in (await customers.list_async()).data] == [kept.id]
    assert (await customers.list_async({"email": "sam@x.example"})).data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        await local.session(customer=gone.id)
    session = await local.session(customer=kept.id)
    assert (session.customer, session.customer_email) == (kept.id, "mia@x.example")


async def test_a_price_that_is_not_active_can_not_be_sold(local):
    product = await local.v1.products.create_async(PRODUCT)
    price = await local.v1.prices.create_async({"product": product.id, "currency": "eur", "unit_amount": 5})
    await local.v1.prices.update_async(price.id, {"active": False})

    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        await local.session(line_items=[{"price": price.id, "quantity": 1}])
    assert (await local.v1.prices.list_async({"active": True})).data == []


@pytest.mark.parametrize(
    "coupon",
    [{}, {"percent_off": 5, "amount_off": 5}, {"amount_off": 5}, {"percent_off": 101}, {"percent_off": "x"}],
)
async def test_a_coupon_that_says_nothing_or_too_much_is_refused(local, coupon):
    with pytest.raises(stripe.InvalidRequestError):
        await local.v1.coupons.create_async(coupon)


async def test_a_code_is_used_up_and_a_deleted_coupon_gives_nothing(local):
    coupon = await local.v1.coupons.create_async({"percent_off": 10})
    promotion = {"type": "coupon", "coupon": coupon.id}
    code = await local.v1.promotion_codes.create_async(
        {"code": "ONCE", "promotion": promotion, "max_redemptions": 1}
    )
    await local.paid(discounts=[{"promotion_code": code.id}])

    with pytest.raises(stripe.InvalidRequestError, match="not usable"):
        await local.session(discounts=[{"promotion_code": code.id}])
    assert (await local.v1.promotion_codes.list_async({"code": "ONCE"})).data[0].times_redeemed == 1
    await local.v1.coupons.delete_async(coupon.id)
    with pytest.raises(stripe.InvalidRequestError, match="not usable"):
        await local.session(discounts=[{"coupon": coupon.id}])


async def test_rates_are_kept_and_changed(local):
    fixed = {"amount": 490, "currency": "eur"}
    estimate = {"minimum": {"unit": "business_day", "value": 2}}
    shipping = await local.v1.shipping_rates.create_async(
        {"display_name": "Post", "type": "fixed_amount", "fixed_amount": fixed, "delivery_estimate": estimate}
    )
    tax = await local.v1.tax_rates.create_async({"display_name": "VAT", "inclusive": True, "percentage": 7})
    await local.v1.tax_rates.update_async(tax.id, {"active": False})

    assert shipping.delivery_estimate.minimum.value == 2
    assert not (await local.v1.shipping_rates.update_async(shipping.id, {"active": False})).active
    assert (await local.v1.tax_rates.list_async({"active": True})).data == []
    session = await local.session(
        line_items=[{"price_data": MUG, "quantity": 1}], shipping_options=[{"shipping_rate": shipping.id}]
    )
    assert session.amount_total == 1250 + 490
