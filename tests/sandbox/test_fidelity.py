"""The check of fidelity is able to fail: planted faults in requests and in answers are found."""

import json

import pytest

from tests.sandbox.fidelity import SPEC, Fidelity, Unfit, decoded, operation_of, request_schema

pytestmark = pytest.mark.skipif(not SPEC.exists(), reason="Stripe's description is not beside the project")

SESSIONS = "/v1/checkout/sessions"


def saw(*pairs, method="POST", path=SESSIONS, status=200, body=None) -> list[str]:
    fidelity = Fidelity()
    fidelity(method, path, pairs, status, json.dumps({} if body is None else body))
    return fidelity.faults


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("nonsense", "1", "unknown to Stripe"),
        ("line_items[0][price_data][product_data][colour]", "red", "unknown to Stripe"),
        ("line_items[0][quantity]", "two", "no integer"),
        ("line_items[0][price_data][unit_amount]", "10.5", "no integer"),
        ("line_items", "x", "no list"),
        ("adaptive_pricing[enabled]", "yes", "no boolean"),
        ("mode", "buying", "is not one of"),
        ("payment_method_types[0]", "card", "unknown to Stripe"),
        ("line_items[0][dynamic_tax_rates][0]", "txr_1", "unknown to Stripe"),
    ],
)
def test_a_request_that_stripe_would_not_take_is_found(name, value, what):
    assert what in saw((name, value))[0]


def test_a_request_that_only_the_newer_version_takes_is_fine():
    allowed = request_schema(SESSIONS, "post")["properties"]["allowed_payment_method_types"]

    assert allowed == {}
    assert "unknown" not in saw(("allowed_payment_method_types[0]", "card"))[0]


def test_an_address_that_stripe_does_not_have_and_an_answer_of_another_shape_are_found():
    assert "no such address" in saw(path="/v1/nothing")[0]
    assert "is a required property" in saw(("mode", "payment"), body={"object": "checkout.session"})[0]
    assert "is a required property" in saw(status=400, body={"message": "no"})[0]


def test_what_a_test_did_not_fit_with_fails_it():
    fidelity = Fidelity()
    fidelity("POST", SESSIONS, [("nonsense", "1")], 200, "{}")

    with pytest.raises(AssertionError, match="nonsense"):
        fidelity.assert_none()


async def test_the_local_stripe_shows_every_call(local):
    await local.session()
    await local.v1.refunds.list_async({"limit": 3})

    assert local.fidelity.calls == 2


def test_brackets_become_objects_and_lists():
    pairs = [("a[b][0]", "1"), ("a[b][1]", "2"), ("c[]", "3"), ("d", "4")]

    assert decoded(pairs) == {"a": {"b": {"0": "1", "1": "2"}}, "c": {"0": "3"}, "d": "4"}
    assert operation_of("GET", f"{SESSIONS}/cs_1/line_items") == (f"{SESSIONS}/{{session}}/line_items", "get")
    assert issubclass(Unfit, Exception)
