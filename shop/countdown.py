"""The countdown: how long a checkout's items are still held, in words that a shopper reads at a glance."""

from babel.dates import format_datetime

from shop.clock import Instant, moment
from shop.words import _, language

MINUTE = 60
HOUR = 60 * MINUTE
IN_HOURS = 2 * HOUR
"""From here on, hours are near enough."""


def held_for(until: Instant, at: Instant) -> str:
    """Say how long items held `until` an instant are held, seen from `at`; minutes are rounded up."""
    end, here = moment(until), moment(at)
    seconds = (end - here).total_seconds()
    if seconds <= 0:
        return _("The time to pay has run out: the items are being given back.")
    ends = format_datetime(end, "HH:mm" if end.date() == here.date() else "EEEE, HH:mm", locale=language())
    return _("The items are held for you for {span}, until {until} UTC.", span=_span(seconds), until=ends)


def back_in(until: Instant, at: Instant) -> str:
    """Say how long others hold what they have until an instant, if they don't pay; minutes are rounded up."""
    seconds = (moment(until) - moment(at)).total_seconds()
    if seconds <= MINUTE:
        return _("in a minute or two")
    if seconds < IN_HOURS:
        return _("in about {count} min", count=_minutes(seconds))
    return _("in about {count} hours", count=round(seconds / HOUR))


def _span(seconds: float) -> str:
    if seconds <= MINUTE:
        return _("at most a minute more")
    if seconds < IN_HOURS:
        return _("about {count} more minutes", count=_minutes(seconds))
    return _("about {count} more hours", count=round(seconds / HOUR))


def _minutes(seconds: float) -> int:
    return int(-(-seconds // MINUTE))
