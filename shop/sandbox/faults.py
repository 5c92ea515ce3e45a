"""Faults that a tester orders: what shall go wrong, where, how often, and by which dice.

Whether the n-th call that a fault fits is spoiled depends on the seed, the fault and n alone, so a run
repeats also when other calls come in another order.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from random import Random
from typing import Any, TypeVar

from db import Tx, queries
from shop.sandbox.state import QUERIES, Fault, Object

T = TypeVar("T")

sql = queries("faults", QUERIES)

API = ("status", "html", "redirect", "hang", "reset", "garbage", "notice")
POSTPONING = ("hold", "delay", "shuffle")
SPOILING = (
    "duplicate",
    "drop",
    "sign_wrong",
    "sign_stale",
    "forge_livemode",
    "change_amount",
    "change_currency",
)
WHERE = {"api": API, "delivery": POSTPONING + SPOILING}

_MATCH = {"api": {"method", "path"}, "delivery": {"type", "endpoint"}}
_STATUS = {"status": 500, "html": 502, "redirect": 302, "garbage": 200}
_STATUSES = {"status": range(400, 600), "redirect": range(300, 400)}
_SECONDS = {"hang": 30, "delay": 5, "shuffle": 5, "sign_stale": 600}
_MOST = 1000


@dataclass(slots=True)
class Mishap:
    """One ordered fault; `met` is how many it fitted, `struck` how many of them it spoiled."""

    number: int
    where: str
    what: str
    status: int = 0
    seconds: int = 0
    when: str = "before"
    count: int = 1
    text: str = ""
    kept: bool = False
    match: dict[str, str] = field(default_factory=dict)
    chance: float = 1.0
    times: int | None = None
    met: int = 0
    struck: int = 0

    def fits(self, facts: Mapping[str, str]) -> bool:
        """Tell whether it is meant for something with these facts, and not used up."""
        if self.times is not None and self.struck >= self.times:
            return False
        return all(fnmatchcase(facts[name], pattern) for name, pattern in self.match.items())


class Faults:
    """The faults that are ordered, and the dice; `changed` tells that the books are behind."""

    def __init__(self, seed: int = 0, mishaps: Iterable[Mishap] = ()) -> None:
        self.seed = seed
        self.mishaps = list(mishaps)
        self.changed = False
        self._shuffles = 0

    def reseed(self, seed: int) -> None:
        """Begin the same run again, or another one."""
        self.seed = seed
        self._shuffles = 0
        for mishap in self.mishaps:
            mishap.met = mishap.struck = 0

    def draw(self, where: str, facts: Mapping[str, str], whats: Collection[str] = ()) -> Mishap | None:
        """Return the first fault that strikes here, among these kinds if any are named."""
        for mishap in self.mishaps:
            if mishap.where != where or (whats and mishap.what not in whats) or not mishap.fits(facts):
                continue
            mishap.met += 1
            self.changed = True
            if _dice(self.seed, mishap.number, mishap.met).random() < mishap.chance:
                mishap.struck += 1
                return mishap
        return None

    def shuffled(self, things: Collection[T]) -> list[T]:
        """Return things in an order of the dice, and never in the one they came in."""
        self._shuffles += 1
        mixed = list(things)
        _dice(self.seed, "order", self._shuffles).shuffle(mixed)
        return mixed if mixed != list(things) else [*mixed[1:], *mixed[:1]]


def read(told: Any, first: int) -> list[Mishap]:
    """Return ordered faults, numbered from `first` on. Raises Fault 400 with what is wrong."""
    orders = told if isinstance(told, list) else [told]
    if len(orders) > _MOST:
        raise Fault(400, f"At most {_MOST} faults at once.")
    return [_mishap(one, number) for number, one in enumerate(orders, first)]


def shown(mishap: Mishap) -> Object:
    """Return a fault as it is answered."""
    return asdict(mishap)


def load(tx: Tx) -> Faults:
    """Return the faults and the seed that the books keep."""
    kept = [Mishap(**json.loads(body)) for body in tx.all(str, sql.kept)]
    return Faults(number(tx, "seed"), kept)


def keep(tx: Tx, mishaps: Iterable[Mishap]) -> None:
    """Write faults down as they are now."""
    for mishap in mishaps:
        tx.run(sql.keep, number=mishap.number, body=json.dumps(shown(mishap)))


def forget(tx: Tx) -> None:
    """Cross every fault out."""
    tx.run(sql.forget)


def number(tx: Tx, name: str) -> int:
    """Return one of the numbers that outlive a restart, 0 where none was written."""
    return int(tx.value(sql.number, name=name) or 0)


def keep_number(tx: Tx, name: str, value: int) -> None:
    """Write such a number down."""
    tx.run(sql.keep_number, name=name, value=value)


def whole(told: Mapping[str, Any], name: str, default: int, bounds: range) -> int:
    """Return a whole number of an order. Raises Fault 400."""
    value = default if told.get(name) is None else told[name]
    if type(value) is not int or value not in bounds:
        message = f"{name} must be a whole number from {bounds[0]} to {bounds[-1]}."
        raise Fault(400, message, param=name)
    return value


def _mishap(told: Any, position: int) -> Mishap:
    if not isinstance(told, dict):
        raise Fault(400, "A fault is an object.")
    where, what, when = told.get("where"), told.get("what"), told.get("when", "before")
    if where not in WHERE:
        raise Fault(400, "where must be api or delivery.", param="where")
    if what not in WHERE[where]:
        raise Fault(400, f"what must be one of {', '.join(WHERE[where])}.", param="what")
    if when not in ("before", "after"):
        raise Fault(400, "when must be before or after.", param="when")
    known = {
        "where",
        "what",
        "when",
        "status",
        "seconds",
        "count",
        "text",
        "kept",
        "match",
        "chance",
        "times",
    }
    if unknown := sorted(told.keys() - known):
        raise Fault(400, f"A fault has no {', '.join(unknown)}.", param=unknown[0])
    times = told.get("times")
    return Mishap(
        position,
        where,
        what,
        whole(told, "status", _STATUS.get(what, 200), _STATUSES.get(what, range(200, 600))),
        whole(told, "seconds", _SECONDS.get(what, 0), range(-(10**8), 10**8)),
        when,
        whole(told, "count", 1, range(1, _MOST + 1)),
        _text(told.get("text", "")),
        told.get("kept") is True,
        _match(told.get("match") or {}, where),
        _chance(told.get("chance", 1.0)),
        None if times is None else whole(told, "times", 1, range(10**9)),
    )


def _match(told: Any, where: str) -> dict[str, str]:
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise Fault(400, "match is an object of patterns.", param="match")
    if told.keys() - _MATCH[where]:
        raise Fault(400, f"match has {' and '.join(sorted(_MATCH[where]))}.", param="match")
    return dict(told)


def _chance(told: Any) -> float:
    if type(told) not in (int, float) or not 0 <= told <= 1:
        raise Fault(400, "chance must be a number from 0 to 1.", param="chance")
    return float(told)


def _text(told: Any) -> str:
    if not isinstance(told, str) or not told.isascii() or not told.isprintable():
        raise Fault(400, "text must be one line of plain letters.", param="text")
    return told


def _dice(*told: object) -> Random:
    return Random("/".join(map(str, told)))  # noqa: S311 - a run must repeat; no secret comes from it
