"""The plan of a simulation: who does what in which order, and what goes wrong when.

Everything here follows from the seed alone. Each actor draws from a generator of its own, so one more
shopper changes nobody else's plan. What is not planned is how the actors' requests fall between one
another: that is left to the processes, and differs from run to run.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

CURRENCY = "eur"
WARES, SCARCE = 10, 5
"""How many variants the crowd wants, and how many of these are scarce: the first ones, wanted most."""
_WANTED = (9, 9, 8, 6, 5, 4, 3, 3, 2, 2)

GOOD, DECLINED, POOR = "4242424242424242", "4000000000000002", "4000000000009995"
CHALLENGED, CHALLENGED_TOO = "4000002500003155", "4000000000003220"
DISPUTED, INQUIRED, SUSPECT = "4000000000000259", "4000000000001976", "4000000000005423"
REFUND_PENDING, REFUND_FAILS = "4000000000007726", "4000000000005126"
DEBIT_PAYS, DEBIT_FAILS = "AT321904300235473204", "AT481904300235473205"

CARDS = {
    GOOD: 52,
    DECLINED: 8,
    POOR: 4,
    CHALLENGED: 6,
    CHALLENGED_TOO: 3,
    DISPUTED: 4,
    INQUIRED: 2,
    SUSPECT: 2,
    REFUND_PENDING: 5,
    REFUND_FAILS: 2,
    DEBIT_PAYS: 8,
    DEBIT_FAILS: 4,
}
WAYS = {
    "buy": 34,
    "look": 10,
    "abandon": 10,
    "two tabs": 9,
    "two checkouts": 9,
    "cancel first": 8,
    "cancel meanwhile": 7,
    "cancel after": 8,
    "second thoughts": 5,
}
CHORES = {
    "raise": 9,
    "lower": 3,
    "price": 4,
    "pack": 7,
    "ship": 6,
    "refund": 2,
    "refund part": 4,
    "cancel": 2,
    "look": 2,
}
DEEDS = {
    "settle_debit": 6,
    "fail_debit": 3,
    "refund": 2,
    "fail_refund": 1,
    "dispute": 2,
    "inquiry": 1,
    "close_dispute": 3,
    "fraud_warning": 1,
}
# Clocks that differ by more than a signature may be old would only stop every delivery.
_MOST_AHEAD_SECONDS = 200
KILL_SECONDS, CLOCK_SECONDS, FAULT_SECONDS = 20, 40, 2.5
"""One kill, one clock jump and one fault in so many seconds."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One visit of a shopper: what is wanted, how it is paid, and what comes in between.

    `wishes` are numbers of wares with quantities; `pause` is in seconds, `reloads` a count; `challenge`
    is the answer to 3-D Secure.
    """

    pause: float
    wishes: tuple[tuple[int, int], ...]
    way: str
    cards: tuple[str, ...]
    reloads: int
    challenge: str
    signs_in_again: bool


@dataclass(frozen=True, slots=True)
class Chore:
    """One thing an admin does; `pick` chooses among the orders there are, `share` is in per cent."""

    pause: float
    do: str
    ware: int
    units: int
    share: int
    restock: bool
    pick: int


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that happens at Stripe beside the shop, such as a dispute or a debit that settles."""

    pause: float
    do: str
    pick: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Blow:
    """One thing that goes wrong, so many seconds after the doors open: a kill, a clock jump, a fault."""

    at: float
    kind: str
    body: Mapping[str, Any] = field(default_factory=dict)


def errands(seed: int, shopper: int) -> Iterator[Errand]:
    """Return the visits of one shopper, without end."""
    dice = _dice(seed, f"shopper {shopper}")
    while True:
        wares = _draw_wares(dice)
        yield Errand(
            pause=round(dice.uniform(0.1, 2.0), 3),
            wishes=tuple((ware, dice.choice((1, 1, 1, 2, 3))) for ware in wares),
            way=_one_of(dice, WAYS),
            cards=_cards(dice),
            reloads=dice.randint(1, 6),
            challenge=dice.choice(("approve", "approve", "approve", "fail", "abandon")),
            signs_in_again=dice.random() < 0.06,  # noqa: PLR2004 - now and then
        )


def chores(seed: int, admin: int) -> Iterator[Chore]:
    """Return what one admin does, without end."""
    dice = _dice(seed, f"admin {admin}")
    while True:
        yield Chore(
            pause=round(dice.uniform(0.2, 1.2), 3),
            do=_one_of(dice, CHORES),
            ware=dice.randrange(WARES),
            units=dice.randint(1, 9),
            share=dice.randint(10, 60),
            restock=dice.random() < 0.5,  # noqa: PLR2004 - a coin
            pick=dice.randrange(1000),
        )


def deeds(seed: int) -> Iterator[Deed]:
    """Return what happens at Stripe beside the shop, without end."""
    dice = _dice(seed, "bank")
    while True:
        yield Deed(
            pause=round(dice.uniform(0.5, 1.5), 3),
            do=_one_of(dice, DEEDS),
            pick=dice.randrange(1000),
            outcome=dice.choice(("won", "lost")),
        )


def blows(seed: int, seconds: float) -> tuple[Blow, ...]:
    """Return what goes wrong in a run of so many seconds, in the order it happens."""
    dice = _dice(seed, "saboteur")
    kills = max(1, round(seconds / KILL_SECONDS))
    clocks = max(1, round(seconds / CLOCK_SECONDS))
    planned = [
        Blow(_when(dice, seconds), "kill", {"down": round(dice.uniform(0, 1.5), 2)}) for _ in range(kills)
    ]
    planned += [
        Blow(_when(dice, seconds), "clock", {"advance": dice.randint(1, _MOST_AHEAD_SECONDS // clocks)})
        for _ in range(clocks)
    ]
    for _ in range(max(2, round(seconds / FAULT_SECONDS))):
        at = _when(dice, seconds)
        planned.append(Blow(at, "fault", _fault(dice)))
        if planned[-1].body["what"] == "hold":
            planned.append(Blow(at + round(dice.uniform(1, 5), 2), "release"))
    return tuple(sorted(planned, key=lambda blow: (blow.at, blow.kind)))


def _fault(dice: random.Random) -> dict[str, Any]:
    return _api_fault(dice) if dice.random() < 0.4 else _delivery_fault(dice)  # noqa: PLR2004 - two of five


def _api_fault(dice: random.Random) -> dict[str, Any]:
    what = dice.choice(("status", "status", "status", "html", "redirect", "hang", "reset", "garbage"))
    fault: dict[str, Any] = {
        "where": "api",
        "what": what,
        "when": dice.choice(("before", "after")),
        "match": {
            "method": dice.choice(("POST", "POST", "*")),
            "path": dice.choice(("/v1/refunds*", "/v1/checkout/sessions*", "/v1/events*")),
        },
        "chance": dice.choice((0.3, 0.6, 1.0)),
        "times": dice.randint(1, 6),
    }
    if what == "status":
        fault["status"] = dice.choice((409, 429, 500, 500, 502, 503))
    if what == "hang":
        fault["seconds"] = dice.randint(1, 12)
    return fault


def _delivery_fault(dice: random.Random) -> dict[str, Any]:
    kinds = ("duplicate", "shuffle", "delay", "drop", "hold", "sign_wrong", "sign_stale", "forge_livemode")
    what = dice.choice(kinds)
    fault: dict[str, Any] = {
        "where": "delivery",
        "what": what,
        "match": {"type": dice.choice(("checkout.session.*", "refund.*", "*"))},
        "chance": dice.choice((0.3, 0.6, 1.0)),
        "times": dice.randint(2, 12),
    }
    if what == "delay":
        fault["seconds"] = dice.randint(1, 8)
    return fault


def _dice(seed: int, who: str) -> random.Random:
    return random.Random(f"{seed}: {who}")


def _one_of(dice: random.Random, weighted: Mapping[str, int]) -> str:
    return dice.choices(list(weighted), list(weighted.values()))[0]


def _draw_wares(dice: random.Random) -> list[int]:
    wanted = dice.choices(range(WARES), _WANTED, k=dice.choice((1, 1, 2, 3)))
    return list(dict.fromkeys(wanted))


def _cards(dice: random.Random) -> tuple[str, ...]:
    """Return the cards a shopper tries in turn: one that is refused, then often another."""
    first = _one_of(dice, CARDS)
    return (first, GOOD) if dice.random() < 0.6 else (first,)  # noqa: PLR2004 - three of five have another


def _when(dice: random.Random, seconds: float) -> float:
    return round(dice.uniform(0.15, 0.9) * seconds, 2)
