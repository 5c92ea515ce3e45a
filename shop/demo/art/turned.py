"""Things turned on a wheel: an outline, its glaze, the light on it, and what is painted round it."""

import bisect
import math
from dataclasses import dataclass
from functools import cached_property

from shop.demo.art.pen import (
    Point,
    Sheet,
    beziers,
    clip,
    curve,
    ellipse,
    fade,
    group,
    line,
    mix,
    n,
    path,
    rect,
    through,
)
from shop.demo.art.scene import soft, wide

RAW = "#c79a72"
PATTERNS = ("plain", "dipped", "run", "bands", "fluted", "speckled", "leaves", "dots")
STEPS = 5


@dataclass(frozen=True)
class Pot:
    """Half an outline from lip to foot as (height, radius), round an axis; `tilt` flattens its circles."""

    profile: tuple[Point, ...]
    tilt: float = 0.17
    x: float = 200

    @property
    def top(self) -> float:
        """The height of its lip."""
        return self.profile[0][0]

    @property
    def lip(self) -> float:
        """The radius of its opening."""
        return self.profile[0][1]

    @property
    def base(self) -> float:
        """The height of its foot."""
        return self.profile[-1][0]

    @property
    def foot(self) -> float:
        """The radius of its foot."""
        return self.profile[-1][1]

    @property
    def widest(self) -> float:
        """Its largest radius."""
        return max(radius for _, radius in self.profile)

    @cached_property
    def outline(self) -> str:
        """The closed path round it, curved at lip and foot as seen from slightly above."""
        right = [(self.x + radius, y) for y, radius in self.profile]
        left = [(self.x - radius, y) for y, radius in reversed(self.profile)]
        return (
            f"{through(right)}{_arc(self.foot, self.tilt, 1)}{n(left[0][0])} {n(left[0][1])}"
            f"{curve(left)}{_arc(self.lip, self.tilt, 1)}{n(right[0][0])} {n(right[0][1])}Z"
        )

    @cached_property
    def _table(self) -> list[Point]:
        out = []
        for a, b, c, d in beziers([(radius, y) for y, radius in self.profile]):
            for step in range(10):
                t = step / 10
                w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                x, y = (sum(k * p[i] for k, p in zip(w, (a, b, c, d), strict=True)) for i in (0, 1))
                out.append((y, x))
        return sorted([*out, (self.base, self.foot)])

    def radius(self, y: float) -> float:
        """Return how wide it is at a height."""
        table = self._table
        at = min(max(bisect.bisect(table, (y, 0.0)), 1), len(table) - 1)
        (y0, r0), (y1, r1) = table[at - 1], table[at]
        share = min(max((y - y0) / ((y1 - y0) or 1), 0), 1)
        return r0 + (r1 - r0) * share

    def at(self, y: float, angle: float) -> Point:
        """Return a point on its surface; angle 0 faces us, in radians."""
        radius = self.radius(y)
        return self.x + radius * math.sin(angle), y + self.tilt * radius * math.cos(angle)

    def side(self, share: float, start: float = 0.0, end: float = 1.0) -> str:
        """Return a path that runs down its surface at a share of its radius, -1 being the left edge."""
        angle = math.asin(max(-1, min(1, share)))
        span = self.base - self.top
        ys = [self.top + span * (start + (end - start) * step / STEPS) for step in range(STEPS + 1)]
        return through([self.at(y, angle) for y in ys])

    def ring(self, y: float) -> str:
        """Return the front half of the circle round it at a height."""
        radius = self.radius(y)
        return f"M{n(self.x - radius)} {n(y)}{_arc(radius, self.tilt, 0)}{n(self.x + radius)} {n(y)}"


def glazed(sheet: Sheet, pot: Pot, pattern: str, name: str = "p") -> str:
    """Return a pot in its glaze, in the light, with its opening."""
    colour = sheet.glaze
    inside = (
        rect(0, 0, 400, 400, colour.body) + _PATTERNS[pattern](sheet, pot) + _foot(pot) + _light(sheet, pot)
    )
    return (
        clip(sheet, name, pot.outline)
        + group(inside, f'clip-path="{sheet.use(name)}"')
        + _shine(sheet, pot)
        + _opening(sheet, pot, name)
    )


def _arc(radius: float, tilt: float, sweep: int) -> str:
    return f"A{n(radius)} {n(radius * tilt)} 0 0 {sweep} "


def _foot(pot: Pot) -> str:
    """Leave the lowest edge unglazed, as what stands in a kiln must be."""
    return line(pot.ring(pot.base), RAW, 5)


def _light(sheet: Sheet, pot: Pot) -> str:
    """Let light from the left follow the shape: strokes down its sides, dissolved."""
    wide_ = pot.widest
    return group(
        line(pot.side(0.97), "#150d0a", wide_ * 0.6, 'opacity=".44"')
        + line(pot.side(-1), "#150d0a", wide_ * 0.28, 'opacity=".3"')
        + line(pot.side(-0.55, 0.03, 0.8), "#fffaf0", wide_ * 0.3, 'opacity=".38"')
        + line(pot.ring(pot.base + 2), "#150d0a", 16, 'opacity=".35"'),
        wide(sheet),
    ) + line(pot.side(0.96, 0.05, 0.97), "#fff", 3, f'opacity=".2" {soft(sheet)}')


def _shine(sheet: Sheet, pot: Pot) -> str:
    """Return the window's reflection in the glaze."""
    return line(
        pot.side(-0.66, 0.16, 0.42),
        "#fff",
        max(3.0, pot.widest * 0.07),
        f'opacity=".6" stroke-linecap="round" {soft(sheet)}',
    )


def _opening(sheet: Sheet, pot: Pot, name: str) -> str:
    lip, colour = pot.lip, sheet.glaze
    inner = max(lip - 3.5, lip * 0.9)
    rim = mix(colour.body, "#fff6e6", 0.28)
    return (
        fade(sheet, f"{name}o", f"0 {mix(colour.deep, '#120c09', 0.5)},1 {mix(colour.body, '#120c09', 0.3)}")
        + ellipse(pot.x, pot.top, lip, lip * pot.tilt, rim)
        + ellipse(pot.x, pot.top + 0.8, inner, inner * pot.tilt, sheet.use(f"{name}o"))
    )


def _plain(_sheet: Sheet, _pot: Pot) -> str:
    return ""


def _edge(sheet: Sheet, pot: Pot, y: float, swing: float, steps: int) -> list[Point]:
    """Return an uneven line round the pot, as a dip or a run leaves it."""
    angles = [-math.pi / 2 + math.pi * step / steps for step in range(steps + 1)]
    heights = [y + sheet.dice.uniform(-swing, swing) for _ in angles]
    return [pot.at(height, angle) for height, angle in zip(heights, angles, strict=True)]


def _below(edge: list[Point]) -> str:
    return f"{through(edge)}L400 {n(edge[-1][1])}V400H0V{n(edge[0][1])}Z"


def _above(edge: list[Point]) -> str:
    return f"{through(edge)}L400 {n(edge[-1][1])}V0H0V{n(edge[0][1])}Z"


def _dipped(sheet: Sheet, pot: Pot) -> str:
    """Leave the lower part bare clay."""
    y = pot.top + (pot.base - pot.top) * sheet.dice.uniform(0.58, 0.72)
    edge = _edge(sheet, pot, y, 2.5, 6)
    return path(_below(edge), RAW) + line(through(edge), sheet.glaze.deep, 2.5, 'opacity=".5"')


def _run(sheet: Sheet, pot: Pot) -> str:
    """Let a second glaze run down from the lip."""
    y = pot.top + (pot.base - pot.top) * sheet.dice.uniform(0.28, 0.4)
    edge = _edge(sheet, pot, y, (pot.base - pot.top) * 0.09, 13)
    return path(_above(edge), sheet.glaze.second, 'opacity=".92"') + line(
        through(edge), mix(sheet.glaze.second, sheet.glaze.body, 0.5), 4, 'opacity=".8"'
    )


def _bands(sheet: Sheet, pot: Pot) -> str:
    """Paint rings while the wheel turns."""
    span = pot.base - pot.top
    y = pot.top + span * sheet.dice.uniform(0.16, 0.4)
    out = ""
    for width in sheet.dice.sample([2, 3, 4, 7, 11], 4):
        out += line(pot.ring(y), sheet.glaze.second, width, 'opacity=".88"')
        y += width + span * 0.06
    return out


def _fluted(sheet: Sheet, pot: Pot) -> str:
    """Carve grooves from lip to foot."""
    grooves = "".join(pot.side(math.sin(step * math.pi / 13), 0.06, 0.96) for step in range(-6, 7))
    name = f"{sheet.id}-groove"
    return (
        line(grooves, sheet.glaze.deep, 3, f'opacity=".55" id="{name}"')
        + f'<use href="#{name}" transform="translate(2.5 0)" style="stroke:{sheet.glaze.light}"/>'
    )


def _speckled(sheet: Sheet, pot: Pot) -> str:
    """Scatter the iron that burns through a pale glaze."""
    dice, reach = sheet.dice, pot.widest
    specks = "".join(
        f"M{n(dice.uniform(pot.x - reach, pot.x + reach))} {n(dice.uniform(pot.top, pot.base + 9))}h.1"
        for _ in range(70)
    )
    ink = mix(sheet.glaze.deep, "#3a2413", 0.5)
    return line(specks, ink, 2.2, 'opacity=".55" stroke-linecap="round"') + line(
        specks, ink, 1.2, 'opacity=".5" stroke-linecap="round" transform="translate(5 11)"'
    )


def _leaves(sheet: Sheet, pot: Pot) -> str:
    """Paint a row of leaves round the widest part."""
    span = pot.base - pot.top
    y = max(pot.profile, key=lambda one: one[1])[0] + span * 0.04
    size = min(span * 0.3, 62)
    leaves = ""
    for step in range(-4, 5):
        angle = step * math.pi / 9
        (x0, y0), (x1, y1) = pot.at(y + size / 2, angle), pot.at(y - size / 2, angle + 0.12)
        bulge = size * 0.26 * math.cos(angle)
        leaves += (
            f"M{n(x0)} {n(y0)}Q{n(x0 - bulge)} {n((y0 + y1) / 2)} {n(x1)} {n(y1)}"
            f"Q{n(x0 + bulge + 4)} {n((y0 + y1) / 2 + 3)} {n(x0)} {n(y0)}"
        )
    ring = line(pot.ring(y + size / 2 + 7), sheet.glaze.second, 2.5, 'opacity=".85"')
    return path(leaves, sheet.glaze.second, 'opacity=".88"') + ring


def _dots(sheet: Sheet, pot: Pot) -> str:
    """Dab dots in rows with the end of a brush."""
    span, out = pot.base - pot.top, ""
    for row in range(4):
        y = pot.top + span * (0.3 + row * 0.13)
        for step in range(-5, 6):
            angle = (step + row % 2 / 2) * math.pi / 11
            x, y_ = pot.at(y, angle)
            out += ellipse(x, y_, max(4.4 * math.cos(angle), 0.6), 4.4, sheet.glaze.second)
    return group(out, 'opacity=".88"')


_PATTERNS = {
    "plain": _plain,
    "dipped": _dipped,
    "run": _run,
    "bands": _bands,
    "fluted": _fluted,
    "speckled": _speckled,
    "leaves": _leaves,
    "dots": _dots,
}
