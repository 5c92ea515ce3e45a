"""The report of a simulation, as lines for a terminal and as one HTML file that needs nothing beside it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shop.assets import folder
from shop.money import format_money
from shop.simulate import judge
from shop.simulate.judge import Outage
from shop.simulate.plan import CURRENCY
from shop.simulate.run import Outcome
from shop.simulate.witness import NO_ANSWER

CLASSES = ("2xx", "3xx", "4xx", "5xx", NO_ANSWER)
_CHART_WIDTH, _CHART_HEIGHT, _MOST_COLUMNS = 960, 120, 240


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list of names with values."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: who got which answers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of the chart, in its own units; `kind` is a class of answers or an outage."""

    x: int
    y: int
    width: int
    height: int
    kind: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, each of so many seconds; the tallest stands for `busiest` answers."""

    bars: tuple[Bar, ...]
    busiest: int
    seconds: int


def text(outcome: Outcome) -> str:
    """Return the report for a terminal."""
    lines = [_headline(outcome), ""]
    for section in sections(outcome):
        lines += [section.title, *(f"  {name:<52} {value}" for name, value in section.rows), ""]
    grid = answers(outcome)
    lines.append("Answers")
    for name, cells in (("", grid.head), *grid.rows):
        lines.append(f"  {name:<14}" + "".join(f"{cell:>10}" for cell in cells))
    lines += ["", *(outcome.verified.output.splitlines()), ""]
    lines += [f"FOUND: {finding}" for finding in outcome.findings]
    lines.append("passed" if outcome.passed else f"failed: {len(outcome.findings)} findings")
    return "\n".join(lines)


def html(outcome: Outcome) -> str:
    """Return the report as one HTML page."""
    loader = FileSystemLoader(folder("templates") / "simulation")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return environment.get_template("report.html").render(
        outcome=outcome,
        options=outcome.options,
        headline=_headline(outcome),
        sections=sections(outcome),
        grid=answers(outcome),
        chart=chart(outcome),
        width=_CHART_WIDTH,
        height=_CHART_HEIGHT,
        checks=[line.rsplit(": ", 1) for line in outcome.verified.output.splitlines() if line[:1] == "I"],
    )


def sections(outcome: Outcome) -> tuple[Section, ...]:
    """Return the figures."""
    witness = outcome.witness
    crashes = [
        (f"down from {gap.begun:.1f} s", f"{gap.ended - gap.begun:.1f} s") for gap in _outages(outcome)
    ]
    said = [(f"run {number}", words) for number, words in enumerate(outcome.reconciliations, 1)]
    return (
        Section("Orders by state", _counted(_states(outcome))),
        Section("Money", _money(outcome)),
        Section("Units of all variants", _units(outcome)),
        Section("Faults injected", _faults(outcome) + tuple(crashes)),
        Section("Done at Stripe beside the shop", _counted(witness.deeds)),
        Section("Events Stripe has made", _counted(outcome.events)),
        Section("Tries to deliver them, by the shop's answer", _counted(_tries(outcome))),
        Section("Requests", _requests(outcome)),
        Section("Reconciliation", tuple(said)),
        Section("Not there in this version, and asked for in vain", _counted(witness.not_there)),
    )


def answers(outcome: Outcome) -> Grid:
    """Return how many answers of each status everybody got."""
    counted = outcome.witness.answers
    statuses = sorted({status for _, status in counted})
    people = sorted({who for who, _ in counted})
    rows = tuple((who, tuple(str(counted[who, one] or "") for one in statuses)) for who in people)
    return Grid(tuple(statuses), rows)


def chart(outcome: Outcome) -> Chart:
    """Return the answers over time as bars, over the times the shop was down."""
    pulse, last = outcome.witness.pulse, max((second for second, _ in outcome.witness.pulse), default=0)
    step = last // _MOST_COLUMNS + 1
    columns: dict[int, Counter[str]] = {}
    for (second, kind), count in pulse.items():
        columns.setdefault(second // step, Counter())[kind] += count
    busiest = max((column.total() for column in columns.values()), default=1)
    wide = _CHART_WIDTH // (last // step + 1)
    bars = [
        Bar(
            int(gap.begun * wide / step),
            0,
            max(2, int((gap.ended - gap.begun) * wide / step)),
            _CHART_HEIGHT,
            "outage",
        )
        for gap in _outages(outcome)
    ]
    for number, column in sorted(columns.items()):
        bars += _column(column, number * wide, wide, busiest)
    return Chart(tuple(bars), busiest, step)


def _column(column: Counter[str], x: int, wide: int, busiest: int) -> list[Bar]:
    """Return one column, its classes of answers upon one another."""
    bars, below = [], 0
    for kind in CLASSES:
        if column[kind]:
            top = (below + column[kind]) * _CHART_HEIGHT // busiest
            bottom = below * _CHART_HEIGHT // busiest
            name = "lost" if kind == NO_ANSWER else f"s{kind}"
            bars.append(Bar(x, _CHART_HEIGHT - top, max(1, wide - 1), top - bottom, name))
            below += column[kind]
    return bars


def _headline(outcome: Outcome) -> str:
    options = outcome.options
    return (
        f"Simulation with seed {options.seed}: {options.shoppers} shoppers for {options.minutes:g} min, "
        f"{len(outcome.books.orders)} orders, {sum(outcome.witness.faults.values())} faults"
    )


def _counted(counted: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(count)) for name, count in counted.items())


def _faults(outcome: Outcome) -> tuple[tuple[str, str], ...]:
    """Return how often each fault was ordered, and how many calls or deliveries it spoiled."""
    ordered, struck = outcome.witness.faults, outcome.witness.struck
    return tuple(
        (name, f"{times}, spoiled {struck[name]}" if ": " in name else str(times))
        for name, times in sorted(ordered.items())
    )


def _states(outcome: Outcome) -> dict[str, int]:
    names = Counter(
        f"closed: {order['closed_reason']}".replace("_", " ")
        if order["state"] == "closed"
        else order["state"]
        for order in outcome.books.orders
    )
    return dict(sorted(names.items()))


def _tries(outcome: Outcome) -> dict[str, int]:
    tries = Counter(
        f"{one['status']}, {one['fault'].replace('_', ' ')}" if one["fault"] else str(one["status"])
        for one in outcome.stripe.attempts
    )
    return dict(sorted(tries.items()))


def _money(outcome: Outcome) -> tuple[tuple[str, str], ...]:
    books = outcome.books.orders
    charged = sum(
        int(one["amount_captured"]) for one in outcome.stripe.charges if one["status"] == "succeeded"
    )
    kept = judge.net_at_stripe(outcome.stripe).total()
    captured, refunded = (sum(int(order[name]) for order in books) for name in ("captured", "refunded"))
    amounts = (
        ("captured in the books", captured),
        ("refunded in the books", refunded),
        ("kept in the books", captured - refunded),
        ("charged at Stripe", charged),
        ("refunded at Stripe", charged - kept),
        ("kept at Stripe", kept),
    )
    return tuple((name, format_money(amount, CURRENCY)) for name, amount in amounts)


def _units(outcome: Outcome) -> tuple[tuple[str, str], ...]:
    told = outcome.witness.testimony
    return (
        ("before the doors opened", str(sum(told.stocked.values()))),
        ("added less taken by admins", str(sum(one.units for one in told.changes if one.answered))),
        ("the same, without an answer", str(sum(one.units for one in told.changes if not one.answered))),
        ("sold", str(judge.units_sold(outcome.books).total())),
        ("on hand", str(sum(int(row["on_hand"]) for row in outcome.books.stock))),
        ("held", str(sum(int(row["held"]) for row in outcome.books.stock))),
    )


def _requests(outcome: Outcome) -> tuple[tuple[str, str], ...]:
    told = outcome.witness.testimony
    return (
        ("in all", str(outcome.witness.answers.total())),
        ("slowest answer", f"{outcome.witness.slowest:.2f} s"),
        ("without an answer or answered 5xx", str(len(told.troubles))),
        ("of these not explained by a crash", str(len(judge.unexcused(told.troubles, told.outages)))),
        ("orders seen by shoppers", str(len(told.seen))),
        ("orders said to be paid", str(len(told.paid))),
        ("orders said to be cancelled", str(len(told.cancelled))),
        ("tracebacks in the shop's log", str(outcome.tracebacks)),
    )


def _outages(outcome: Outcome) -> list[Outage]:
    return outcome.witness.testimony.outages
