"""What the simulation sees: every answer, every crash and fault, and what was promised."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import httpx

from shop.simulate.judge import Outage, Testimony, Trouble

MOST_AT_ONCE = 50
"""Requests in flight: enough to crowd a shop of one process, not enough to drown the machine."""
NO_ANSWER = "no answer"
_SERVER_FAULTS = 500
_NOT_FOUND = 404


@dataclass(slots=True)
class Witness:
    """Asks on behalf of all actors and writes down what came of it; times are in seconds since the start."""

    testimony: Testimony = field(default_factory=Testimony)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    pulse: Counter[tuple[int, str]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    not_there: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    begun: float = 0.0
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    def begin(self) -> None:
        """Open the doors: times count from here."""
        self.begun = asyncio.get_running_loop().time()

    def now(self) -> float:
        """Return the seconds since the doors opened."""
        return asyncio.get_running_loop().time() - self.begun

    async def ask(
        self,
        who: str,
        http: httpx.AsyncClient,
        method: str,
        address: str,
        form: dict[str, str] | None = None,
    ) -> httpx.Response | None:
        """Send a request and return its answer, None where there was none. No redirect is followed."""
        async with self.gate:
            begun = self.now()
            try:
                answer = await http.request(method, address, data=form)
            except httpx.HTTPError as fault:
                self._note(who, method, address, begun, NO_ANSWER, type(fault).__name__)
                return None
        self._note(who, method, address, begun, str(answer.status_code))
        return answer

    def count_missing(self, what: str, answer: httpx.Response | None) -> bool:
        """Count an address that this version does not have; tell whether it is so."""
        missing = answer is not None and answer.status_code == _NOT_FOUND
        if missing:
            self.not_there[what] += 1
        return missing

    def down(self) -> Outage:
        """Write down that the shop is being killed; whoever restarts it sets the end."""
        outage = Outage(self.now())
        self.testimony.outages.append(outage)
        return outage

    def _note(self, who: str, method: str, address: str, begun: float, status: str, more: str = "") -> None:
        ended = self.now()
        self.answers[who, status] += 1
        self.pulse[int(ended), status if status == NO_ANSWER else f"{status[0]}xx"] += 1
        self.slowest = max(self.slowest, ended - begun)
        if status == NO_ANSWER or int(status) >= _SERVER_FAULTS:
            what = f"{method} {address.split('?', maxsplit=1)[0]}"
            self.testimony.troubles.append(Trouble(begun, ended, who, what, f"{status} {more}".strip()))
