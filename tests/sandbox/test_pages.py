"""The pay page and a payment's page, as somebody without script meets them."""

import re
from html import unescape

from tests.sandbox.conftest import MUG, PAYS
from tests.sandbox.test_sessions import item, rate

ADDRESS = {
    "name": "Sam Shopper",
    "line1": "Lange Straße 1",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "DE",
}


def text(answer) -> str:
    """Return what a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def ids(answer, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)"', answer.text)


async def test_the_pay_page_shows_everything_that_makes_the_total(local):
    vat = await local.v1.tax_rates.create_async({"display_name": "VAT", "inclusive": False, "percentage": 10})
    coupon = await local.v1.coupons.create_async({"percent_off": 20})
    session = await local.session(
        line_items=[item(MUG, 2, tax_rates=[vat.id])],
        discounts=[{"coupon": coupon.id}],
        shipping_options=[rate("Post", 490)],
    )

    told = text(await local.http.get(session.url))

    for line in ("2 × Mug 25.00", "Discount −5.00", "Shipping: Post 4.90", "Tax 2.00", "Total 26.90"):
        assert line in told
    assert "more hours" in told
    assert session.cancel_url in (await local.http.get(session.url)).text


async def test_another_way_to_ship_is_shown_with_its_total_before_anything_is_paid(local):
    options = [rate("Post", 490), rate("Express", 990)]
    session = await local.session(shipping_options=options)
    express = ids(await local.http.get(session.url), "shipping_rate")[1]
    form = {"card": PAYS, "shipping_rate": express, "email": "sam@x.example"}

    shown = await local.http.post(session.url, data=form)

    assert shown.status_code == 200
    assert "The total has changed. It is now 34.90 EUR" in text(shown)
    assert 'value="sam@x.example"' in shown.text
    assert (await local.http.post(session.url, data=form)).status_code == 303
    told = await local.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent"]})
    assert (told.payment_intent.amount, told.shipping_cost.shipping_rate) == (3490, express)


async def test_a_promotion_code_is_taken_where_it_is_allowed(local):
    coupon = await local.v1.coupons.create_async({"percent_off": 50})
    await local.v1.promotion_codes.create_async(
        {"code": "HALF", "promotion": {"type": "coupon", "coupon": coupon.id}}
    )
    session = await local.session(allow_promotion_codes=True)

    wrong = await local.http.post(session.url, data={"card": PAYS, "promotion_code": "DOUBLE"})
    right = await local.http.post(session.url, data={"card": PAYS, "promotion_code": "half"})

    assert (wrong.status_code, "This code is invalid." in wrong.text) == (422, True)
    assert "It is now 12.50 EUR" in text(right)
    assert (await local.http.post(session.url, data={"card": PAYS})).status_code == 303


async def test_an_address_is_asked_for_and_told_with_the_session(local):
    asked = {"shipping_address_collection": {"allowed_countries": ["DE", "AT"]}}
    session = await local.session(**asked, phone_number_collection={"enabled": True})
    form = {"card": PAYS, "email": "sam@x.example", "phone": "123", **ADDRESS}

    empty = await local.http.post(session.url, data=form | {"city": ""})
    abroad = await local.http.post(session.url, data=form | {"country": "FR"})
    paid = await local.http.post(session.url, data=form)

    assert "Fill in: city." in empty.text
    assert "can't ship to this country" in unescape(abroad.text)
    assert (empty.status_code, abroad.status_code, paid.status_code) == (422, 422, 303)
    told = await local.v1.checkout.sessions.retrieve_async(session.id)
    assert told.collected_information.shipping_details.address.line1 == "Lange Straße 1"
    assert (told.customer_details.name, told.customer_details.phone) == ("Sam Shopper", "123")


async def test_a_program_that_sends_a_card_alone_ships_to_a_test_address(local):
    session = await local.session(shipping_address_collection={"allowed_countries": ["DE"]})

    assert (await local.http.post(session.url, data={"card": PAYS})).status_code == 303


async def test_one_button_plays_one_scenario(local):
    session = await local.session()
    page = await local.http.get(session.url)
    assert len(ids(page, "scenario")) == 17

    declined = await local.http.post(
        session.url, data={"card": PAYS, "email": "sam@x.example", "scenario": "4000000000000069"}
    )

    assert (declined.status_code, "Your card has expired." in declined.text) == (402, True)


ACTS = (
    {"do": "refund", "amount": "500"},
    {"do": "fail_refund"},
    {"do": "inquiry"},
    {"do": "dispute"},
    {"do": "close_dispute", "outcome": "won"},
    {"do": "fraud_warning"},
)


async def test_a_payments_page_refunds_and_fails_and_disputes(local):
    session = await local.paid()
    where = f"/payments/{session['payment_intent']}"
    assert where in (await local.http.get("/")).text

    answers = [await local.http.post(f"{where}/scenarios", data=form) for form in ACTS]

    assert {answer.status_code for answer in answers} == {303}
    told = text(await local.http.get(where))
    for line in (
        "Refund 5.00 EUR failed",
        "Dispute fraudulent 25.00 EUR won",
        "made with stolen card too late",
    ):
        assert line in told
    refund = (await local.v1.refunds.list_async()).data[0]
    assert refund.metadata.to_dict() == {}


async def test_a_payments_page_says_why_something_can_not_happen(local):
    session = await local.paid()
    where = f"/payments/{session['payment_intent']}"

    typo = await local.http.post(f"{where}/scenarios", data={"do": "refund", "amount": "5,00"})
    late = await local.http.post(f"{where}/scenarios", data={"do": "settle_debit"})
    elsewhere = await local.http.post(
        f"{where}/scenarios", data={"do": "refund"}, headers={"Origin": "http://evil.example"}
    )

    assert (typo.status_code, late.status_code, elsewhere.status_code) == (422, 409, 403)
    assert "not under way" in late.text
    assert (await local.http.get("/payments/pi_none")).status_code == 404


async def test_no_form_of_the_pay_page_is_taken_from_another_site(local):
    session = await local.session()
    for path in (session.url, f"{session.url}/challenge"):
        answer = await local.http.post(path, data={"card": PAYS}, headers={"Origin": "http://evil.example"})
        assert answer.status_code == 403
