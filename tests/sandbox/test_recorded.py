"""What is held against our own records, also where Stripe's description is not beside the project."""

import pytest

from tests.sandbox.fidelity import Unfit, check_names
from tests.sandbox.openapi import check_fields

SESSIONS = "/v1/checkout/sessions"


def test_a_parameter_that_the_shop_has_never_sent_is_found():
    check_names("POST", SESSIONS, [("payment_intent_data[metadata][shop]", "x"), ("metadata[a]", "b")])
    check_names("POST", f"{SESSIONS}/cs_test_1/expire", [])

    with pytest.raises(Unfit, match="submit_type"):
        check_names("POST", SESSIONS, [("submit_type", "pay")])
    with pytest.raises(Unfit, match="reason"):
        check_names("POST", "/v1/refunds", [("reason", "duplicate")])


def test_an_answer_that_has_lost_a_field_is_found():
    with pytest.raises(AssertionError, match="has lost"):
        check_fields({"object": "list", "data": [{"object": "refund", "id": "re_1"}]})


async def test_what_the_local_stripe_answers_has_every_recorded_field(local):
    check_fields((await local.session()).to_dict())
