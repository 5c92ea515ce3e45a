"""What of a list is looked at: search, filters and sort, all of it in the address and nowhere else.

So a view can be linked, saved under a name and gone back to, and every chip is a plain link.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from quart import request

LONGEST = 100
SEARCH = "q"


@dataclass(frozen=True, slots=True)
class View:
    """A list's path and what is chosen of it; `chosen` has only names the list knows and values it allows.

    `pairs` are choices of which one name may have several.
    """

    path: str
    chosen: Mapping[str, str]
    position: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        """Return what is chosen under this name, or an empty text."""
        return self.chosen.get(name, "")

    @property
    def here(self) -> str:
        """The address of this view's beginning."""
        return self.at()

    @property
    def query(self) -> str:
        """What is chosen, as an address says it after the question mark."""
        return urlencode([(name, value) for name, value in self.chosen.items() if value])

    def at(self, **changes: str) -> str:
        """Return the address of this view with some choices changed, from its start; "" takes one away."""
        return self._address({**self.chosen, **changes})

    def after(self, position: str) -> str:
        """Return the address of what follows in this view."""
        return self._address({**self.chosen, "after": position})

    def toggled(self, name: str, value: str) -> str:
        """Return the address of this view, from its start, with a pair more, or without one it has."""
        others = tuple(pair for pair in self.pairs if pair != (name, value))
        pairs = others if len(others) < len(self.pairs) else (*others, (name, value))
        return replace(self, pairs=pairs).here

    def cleared(self, *kept: str) -> str:
        """Return the address of this view with nothing chosen but these names."""
        return replace(self, chosen={name: self[name] for name in kept}, pairs=()).here

    def hidden(self) -> Iterator[tuple[str, str]]:
        """Yield what a search form must carry along: everything but the search itself."""
        return ((name, value) for name, value in self.chosen.items() if name != SEARCH)

    def chips(self) -> Iterator[tuple[str, str]]:
        """Yield each choice in words, with the name that takes it away."""
        for name, value in self.chosen.items():
            yield name, f"“{value}”" if name == SEARCH else f"{name}: {value.replace('_', ' ')}"

    def _address(self, chosen: Mapping[str, str]) -> str:
        told = urlencode([*((name, value) for name, value in chosen.items() if value), *self.pairs])
        return f"{self.path}?{told}" if told else self.path


def view(path: str, choices: Mapping[str, tuple[str, ...] | None]) -> View:
    """Return what the request's address chooses of the list at `path`.

    `choices` names what may be chosen, each with its values, or None where any short text may stand; what is
    not allowed is left out, so that an old or mistyped link still shows the list.
    """
    chosen = {}
    for name, allowed in choices.items():
        value = request.args.get(name, "").strip()[:LONGEST]
        if value and value.isprintable() and (allowed is None or value in allowed):
            chosen[name] = value
    return View(path, chosen, request.args.get("after") or None)
