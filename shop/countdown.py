"""The countdown: how long a checkout's items are still held, in words that a shopper reads at a glance."""

from shop.clock import Instant, moment

MINUTE = 60
HOUR = 60 * MINUTE
IN_HOURS = 2 * HOUR
"""From here on, hours are near enough."""


def held_for(until: Instant, at: Instant) -> str:
    """Say how long items held `until` an instant are held, seen from `at`; minutes are rounded up."""
    end, here = moment(until), moment(at)
    seconds = (end - here).total_seconds()
    if seconds <= 0:
        return "The time to pay has run out: the items are being given back."
    day = "" if end.date() == here.date() else f"{end:%A}, "
    return f"The items are held for you for {_span(seconds)}, until {day}{end:%H:%M} UTC."


def back_in(until: Instant, at: Instant) -> str:
    """Say how long others hold what they have until an instant, if they don't pay; minutes are rounded up."""
    seconds = (moment(until) - moment(at)).total_seconds()
    if seconds <= MINUTE:
        return "in a minute or two"
    if seconds < IN_HOURS:
        return f"in about {-(-seconds // MINUTE):.0f} min"
    return f"in about {seconds / HOUR:.0f} hours"


def _span(seconds: float) -> str:
    if seconds <= MINUTE:
        return "at most a minute more"
    if seconds < IN_HOURS:
        return f"about {-(-seconds // MINUTE):.0f} more minutes"
    return f"about {seconds / HOUR:.0f} more hours"
