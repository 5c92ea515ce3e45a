"""The pen and the colours: strokes of SVG as short strings, mixing of colours, smooth curves.

All drawing is on a square of 400 by 400. The light comes from the upper left.
"""

import math
import random
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Glaze:
    """A colour with what goes beside it: a second colour, and backdrops it stands out from."""

    body: str
    second: str
    backdrops: str

    @property
    def deep(self) -> str:
        """Its shadow side."""
        return mix(self.body, "#1d1714", 0.45)

    @property
    def light(self) -> str:
        """Its side towards the light."""
        return mix(self.body, "#fff6e6", 0.4)


GLAZES = {
    "Tide": Glaze("#3d7391", "#e9e2d2", "oat blush sand"),
    "Moss": Glaze("#6c7f4e", "#efe5cd", "blush oat stone"),
    "Clay": Glaze("#bf6547", "#f0e2cf", "mist sage oat"),
    "Ochre": Glaze("#d39c3c", "#f4ead6", "mist dusk stone"),
    "Ink": Glaze("#3a4668", "#d8dde0", "blush sand oat"),
    "Plum": Glaze("#8b4a61", "#eed9cf", "sage mist sand"),
    "Chalk": Glaze("#efe8d9", "#b98a63", "clay sage dusk"),
    "Ash": Glaze("#a9a79c", "#efe9dc", "blush dusk sand"),
    "Rose": Glaze("#d8a092", "#fbeee4", "sage mist stone"),
    "Fog": Glaze("#b7c7c6", "#f3efe4", "blush clay sand"),
    "Soot": Glaze("#403c39", "#b9a78c", "oat blush sage"),
    "Beeswax": Glaze("#e0b45c", "#f6e3b4", "oat stone dusk"),
}

BACKDROPS = {
    "oat": "#e9dfcf",
    "blush": "#efd9cd",
    "sand": "#efe1c0",
    "mist": "#d9e2e5",
    "sage": "#d6decd",
    "stone": "#dedad3",
    "dusk": "#c3cbd3",
    "clay": "#d9b8a3",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one picture is drawn with; ids begin with `id`, so that several fit into one page."""

    id: str
    dice: random.Random
    glaze: Glaze
    finish: str
    form: str
    pattern: str

    def use(self, name: str) -> str:
        """Return a reference to a definition of this picture."""
        return f"url(#{self.id}-{name})"

    def form_of(self, forms: tuple[str, ...]) -> str:
        """Return the form that was asked for, else one by lot. Raises ValueError for an unknown one."""
        return self._one_of(self.form, forms)

    def pattern_of(self, patterns: tuple[str, ...]) -> str:
        """Return the pattern that was asked for, else one by lot. Raises ValueError for an unknown one."""
        return self._one_of(self.pattern, patterns)

    def _one_of(self, asked: str, known: tuple[str, ...]) -> str:
        lot = self.dice.choice(known)
        if asked and asked not in known:
            raise ValueError(f"{self.id}: {asked!r} is none of {', '.join(known)}.")
        return asked or lot


def mix(one: str, other: str, share: float) -> str:
    """Return `one` with a `share` of `other` stirred in."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def n(number: float) -> str:
    """Return a coordinate in as few characters as the eye needs."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def path(d: str, fill: str, more: str = "") -> str:
    """Return a filled path."""
    return f'<path d="{d}" fill="{fill}"{_more(more)}/>'


def line(d: str, ink: str, width: float, more: str = "") -> str:
    """Return a stroked path."""
    return f'<path d="{d}" fill="none" stroke="{ink}" stroke-width="{n(width)}"{_more(more)}/>'


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, more: str = "") -> str:
    """Return a filled ellipse."""
    return f'<ellipse cx="{n(x)}" cy="{n(y)}" rx="{n(rx)}" ry="{n(ry)}" fill="{fill}"{_more(more)}/>'


def dot(x: float, y: float, radius: float, fill: str, more: str = "") -> str:
    """Return a filled circle."""
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" fill="{fill}"{_more(more)}/>'


def rect(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    """Return a filled rectangle."""
    return f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}" fill="{fill}"{_more(more)}/>'


def group(inside: str, more: str) -> str:
    """Return a group with its attributes."""
    return f"<g {more}>{inside}</g>"


def fade(sheet: Sheet, name: str, stops: str, direction: str = "") -> str:
    """Return a linear gradient; stops read "offset colour opacity, ..." and it runs from left to right."""
    return f'<linearGradient id="{sheet.id}-{name}"{_more(direction)}>{_stops(stops)}</linearGradient>'


def glow(sheet: Sheet, name: str, stops: str) -> str:
    """Return a radial gradient from the middle outwards."""
    return f'<radialGradient id="{sheet.id}-{name}">{_stops(stops)}</radialGradient>'


def clip(sheet: Sheet, name: str, d: str) -> str:
    """Return a clipping path."""
    return f'<clipPath id="{sheet.id}-{name}"><path d="{d}"/></clipPath>'


def curve(points: list[Point]) -> str:
    """Return smooth Bezier curves through points, as a path that goes on from the first of them."""
    return "".join(
        f"C{n(b[0])} {n(b[1])} {n(c[0])} {n(c[1])} {n(d[0])} {n(d[1])}" for _, b, c, d in beziers(points)
    )


def through(points: list[Point]) -> str:
    """Return a whole smooth path through points."""
    return f"M{n(points[0][0])} {n(points[0][1])}{curve(points)}"


def beziers(points: list[Point]) -> list[tuple[Point, Point, Point, Point]]:
    """Return the Bezier segments of a smooth curve that minds how far apart its points are."""
    spans = [math.dist(a, b) or 1e-6 for a, b in pairwise(points)]
    slopes = [
        ((b[0] - a[0]) / span, (b[1] - a[1]) / span)
        for (a, b), span in zip(pairwise(points), spans, strict=True)
    ]
    tangents = [slopes[0]]
    for (before, after), (left, right) in zip(pairwise(slopes), pairwise(spans), strict=True):
        whole = left + right
        tangents.append(
            (
                (before[0] * right + after[0] * left) / whole,
                (before[1] * right + after[1] * left) / whole,
            )
        )
    tangents.append(slopes[-1])
    return [
        (
            a,
            (a[0] + s[0] * span / 3, a[1] + s[1] * span / 3),
            (b[0] - t[0] * span / 3, b[1] - t[1] * span / 3),
            b,
        )
        for a, b, s, t, span in zip(points, points[1:], tangents, tangents[1:], spans, strict=False)
    ]


def _more(attributes: str) -> str:
    return f" {attributes}" if attributes else ""


def _stops(stops: str) -> str:
    out = ""
    for one in stops.split(","):
        offset, colour, *opacity = one.split()
        seen = f' stop-opacity="{opacity[0]}"' if opacity else ""
        out += f'<stop offset="{offset}" stop-color="{colour}"{seen}/>'
    return out
