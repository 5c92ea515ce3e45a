"""How long items are still held, in words."""

import pytest

from shop.clock import later
from shop.countdown import back_in, held_for

AT = "2026-11-25T13:35:00.000Z"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (24 * 60, "about 24 more minutes, until 13:59 UTC"),
        (23 * 60 + 1, "about 24 more minutes"),
        (61, "about 2 more minutes"),
        (60, "at most a minute more, until 13:36 UTC"),
        (0.001, "at most a minute more"),
        (2 * 3600 - 1, "about 120 more minutes"),
        (2 * 3600, "about 2 more hours, until 15:35 UTC"),
        (23 * 3600, "about 23 more hours, until Thursday, 12:35 UTC"),
    ],
)
def test_the_time_left_is_told_in_minutes_and_far_from_the_end_in_hours(seconds, words):
    assert words in held_for(later(AT, seconds=seconds), AT)


@pytest.mark.parametrize("seconds", [0, -0.001, -3600])
def test_a_deadline_that_has_passed_says_that_the_items_are_being_given_back(seconds):
    assert held_for(later(AT, seconds=seconds), AT).endswith("the items are being given back.")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "in a minute or two"),
        (60, "in a minute or two"),
        (61, "in about 2 min"),
        (11 * 60 + 1, "in about 12 min"),
        (2 * 3600, "in about 2 hours"),
    ],
)
def test_when_what_others_hold_may_be_back_is_told_in_minutes(seconds, words):
    assert back_in(later(AT, seconds=seconds), AT) == words
