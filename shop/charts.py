"""Charts: numbers as bars, drawn by the server in whole units of a grid that the page stretches.

Each has its scale, its first, middle and last day in words, and a sentence that says it without eyes; the
numbers themselves stand in a table beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from shop.today import Day, Sales

HEIGHT = 1000
WIDTH = 10
"""Of one day, the gap included, in units of the drawing."""

Told = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: where its bar begins and how high it is, and what it says."""

    x: int
    y: int
    height: int
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of a series, `width` units wide."""

    key: str
    title: str
    total: str
    change: str
    summary: str
    width: int
    bars: tuple[Bar, ...]
    scale: tuple[str, ...]
    days: tuple[str, ...]


def draw(key: str, title: str, sold: Sales, number: Callable[[Day], int], told: Told) -> Chart:
    """Draw a number of each day; `told` writes it for people."""
    days, values = sold.days, [number(day) for day in sold.days]
    top = ceiling(max(values))
    total = told(number(sold.total))
    names = (day_name(days[0]), day_name(days[len(days) // 2]), day_name(days[-1]))
    summary = f"{title} by day, {names[0]} to {names[2]}: {total} in all"
    best = max(range(len(days)), key=lambda place: values[place])
    if values[best]:
        summary += f", most on {day_name(days[best])} with {told(values[best])}"
    return Chart(
        key=key,
        title=title,
        total=total,
        change=_change(number(sold.total), number(sold.before), told),
        summary=f"{summary}.",
        width=len(days) * WIDTH,
        bars=tuple(
            _bar(place, value * HEIGHT // top, f"{day_name(day)}: {told(value)}")
            for place, (day, value) in enumerate(zip(days, values, strict=True))
        ),
        # A scale is read at a glance: whole amounts need no decimals.
        scale=tuple(told(mark).removesuffix(".00") for mark in (top, top // 2, 0)),
        days=names,
    )


def ceiling(most: int) -> int:
    """Return the next round number whose half is a whole one: 2, 4, 6, 8, 10, 20, 30, 40 and so on."""
    step = 1
    while most > 10 * step:
        step *= 10
    return next(one * step for one in (2, 3, 4, 5, 6, 8, 10) if one * step >= most and one * step % 2 == 0)


def day_name(day: Day) -> str:
    """Return the name of a day, such as 25 Nov."""
    return format_date(date.fromisoformat(day.day), "d MMM", locale="en")


def _bar(place: int, height: int, text: str) -> Bar:
    return Bar(place * WIDTH, HEIGHT - height, height, text)


def _change(total: int, before: int, told: Told) -> str:
    if not before:
        return "before: nothing"
    percent = round((total - before) * 100 / before)
    return f"{percent:+d} %, before: {told(before)}".replace("-", "−")  # noqa: RUF001 - a minus for people
