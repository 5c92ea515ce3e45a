"""What grows out of vases and pots: stems, leaves and flowers, few strokes for each."""

import math
from collections.abc import Iterable
from itertools import pairwise
from random import Random

from shop.demo.art.pen import Point, ellipse, line, n, path

GREENS = ("#4f6a47", "#647f50", "#7d9464", "#95a87c")


def posy(kind: str, dice: Random, x: float, y: float, height: float) -> str:
    """Return what stands in a vase whose opening is at (x, y)."""
    return _POSIES[kind](dice, x, y, height)


def plant(kind: str, dice: Random, x: float, y: float, width: float, height: float) -> str:
    """Return what grows in a pot whose soil is at (x, y); the width is half of all there is."""
    return _PLANTS[kind](dice, x, y, width, height)


def leaf(x: float, y: float, angle: float, length: float, width: float) -> str:
    """Return the outline of a pointed leaf that grows from (x, y); angle 0 is right, -1.57 is up."""
    cos, sin = math.cos(angle), math.sin(angle)
    mid_x, mid_y = x + cos * length * 0.45, y + sin * length * 0.45
    return (
        f"M{x:.0f} {y:.0f}Q{mid_x - sin * width:.0f} {mid_y + cos * width:.0f} "
        f"{x + cos * length:.0f} {y + sin * length:.0f}"
        f"Q{mid_x + sin * width:.0f} {mid_y - cos * width:.0f} {x:.0f} {y:.0f}"
    )


def round_leaf(x: float, y: float, rx: float, ry: float) -> str:
    """Return the outline of a round leaf."""
    return f"M{x - rx:.0f} {y:.0f}a{rx:.0f} {ry:.0f} 0 1 0 {2 * rx:.0f} 0a{rx:.0f} {ry:.0f} 0 1 0 -{2 * rx:.0f} 0"


def foliage(outlines: Iterable[str], greens: tuple[str, ...] = GREENS) -> str:
    """Return leaves, dealt out to the greens in turn; the dark ones lie behind."""
    piles = [""] * len(greens)
    for at, outline in enumerate(outlines):
        piles[at % len(greens)] += outline
    return "".join(path(pile, green) for pile, green in zip(piles, greens, strict=True) if pile)


def dabs(points: Iterable[Point], ink: str, size: float) -> str:
    """Return round dabs of one colour."""
    return line("".join(f"M{x:.0f} {y:.0f}h.1" for x, y in points), ink, size, 'stroke-linecap="round"')


def stem(x: float, y: float, lean: float, height: float) -> list[Point]:
    """Return points along a stem that bends as it rises."""
    return [(x + lean * share**1.6, y - height * share) for share in (0, 0.25, 0.5, 0.75, 1)]


def stalks(stems: Iterable[list[Point]], ink: str, width: float) -> str:
    """Return the strokes of stems."""
    out = ""
    for (x0, y0), _, (xm, ym), _, (x1, y1) in stems:
        bend_x, bend_y = 2 * xm - (x0 + x1) / 2, 2 * ym - (y0 + y1) / 2
        out += f"M{x0:.0f} {y0:.0f}Q{bend_x:.0f} {bend_y:.0f} {x1:.0f} {y1:.0f}"
    return line(out, ink, width, 'stroke-linecap="round"')


def _none(_dice: Random, _x: float, _y: float, _height: float) -> str:
    return ""


def _eucalyptus(dice: Random, x: float, y: float, height: float) -> str:
    """Three stems with round leaves in pairs."""
    stems = [stem(x + lean * 5, y, lean * 56, height * dice.uniform(0.8, 1)) for lean in (-0.9, 0.15, 0.8)]
    leaves = [
        round_leaf(px + side * (13 - at * 2), py - 3, 12 - at * 1.6, 8 - at)
        for points in stems
        for at, (px, py) in enumerate(points[1:])
        for side in (-1, 1)
    ]
    return stalks(stems, "#7d7a5c", 2) + foliage(leaves, ("#7d9484", "#8fa394", "#a9b8a8"))


def _blossom(dice: Random, x: float, y: float, height: float) -> str:
    """Bare twigs with blossom."""
    stems = [stem(x + lean * 4, y, lean * 62, height * dice.uniform(0.78, 1)) for lean in (-1, 0.3, 1.1)]
    near = [
        (px + dice.uniform(-15, 15), py + dice.uniform(-13, 13))
        for points in stems
        for px, py in points[1:] * 3
    ]
    return (
        stalks(stems, "#5b4437", 3)
        + dabs(near[0::3], "#eebfb4", 15)
        + dabs(near[1::3], "#f8e0d8", 13)
        + dabs(near[2::3], "#fff5ef", 11)
        + dabs(near, "#c9685e", 3)
    )


def _single(dice: Random, x: float, y: float, height: float) -> str:
    """One flower, which is plenty."""
    points = stem(x, y, dice.choice((-26, 32)), height)
    (px, py), (qx, qy) = points[-1], points[2]
    petals = [leaf(px, py, turn * math.pi / 9, 37, 13) for turn in range(18)]
    return (
        stalks([points], "#5f7a4c", 3)
        + foliage([leaf(qx, qy, -0.5, 44, 13), leaf(qx, qy + 12, -2.6, 36, 11)], GREENS[1:3])
        + foliage(petals, ("#cf7a38", "#e8a053"))
        + dabs([(px, py)], "#5b3a24", 20)
        + dabs([(px - 2, py - 2)], "#7d5535", 10)
    )


def _meadow(dice: Random, x: float, y: float, height: float) -> str:
    """What one finds on the way home."""
    leans = [(step - 5) / 5 for step in range(11)]
    stems = [stem(x + at * 24, y, at * 62, height * dice.uniform(0.55, 1)) for at in leans]
    dice.shuffle(stems)
    heads = [points[-1] for points in stems]
    sprigs = [
        leaf(*points[at], -1.57 + dice.uniform(-0.9, 0.9), 30, 6) for points in stems for at in (1, 2, 3)
    ]
    flowers = "".join(
        foliage([leaf(hx, hy, turn * math.pi / 4, 14, 6) for hx, hy in some for turn in range(8)], (ink,))
        + dabs(some, heart, 8)
        for some, ink, heart in (
            (heads[0::3], "#fbf3e2", "#e0a93b"),
            (heads[1::3], "#c8576a", "#6d2b3b"),
            (heads[2::3], "#7f86bd", "#f2d67c"),
        )
    )
    return stalks(stems, "#647f50", 2) + foliage(sprigs) + flowers


def _grass(dice: Random, x: float, y: float, height: float) -> str:
    """Dry grasses with soft heads."""
    stems = [
        stem(x + (step - 3) * 2, y, (step - 3) * 19, height * dice.uniform(0.75, 1)) for step in range(7)
    ]
    heads = ""
    for points in stems:
        (px, py), (qx, qy) = points[-1], points[-2]
        along = math.atan2(py - qy, px - qx)
        heads += leaf(px, py, along, 36, 11)
    return stalks(stems, "#b59a68", 1.8) + path(heads, "#e6d4ae", 'stroke="#d0b987" stroke-width="1"')


def _branch(dice: Random, x: float, y: float, height: float) -> str:
    """A branch of olive, leaning."""
    long = stem(x, y, 48, height)
    short = stem(*long[1], -42, height * 0.6)
    leaves = [
        leaf(*b, math.atan2(b[1] - a[1], b[0] - a[0]) + turn + dice.uniform(-0.2, 0.2), size, 7)
        for points, size in ((long, 36), (short, 29))
        for a, b in pairwise(points)
        for turn in (-0.8, 0, 0.8)
    ]
    return stalks([long, short], "#6b5a43", 2.8) + foliage(leaves)


def _basil(dice: Random, x: float, y: float, width: float, height: float) -> str:
    """A dome of broad leaves."""
    leaves = []
    for ring, reach in ((11, 0.95), (9, 0.7), (7, 0.42), (3, 0.15)):
        for step in range(ring):
            angle = -math.pi * (step + 0.5) / ring
            px = x + math.cos(angle) * width * reach * 0.8
            py = y - height * 0.2 + math.sin(angle) * height * reach * 0.72
            leaves.append(leaf(px, py, angle + dice.uniform(-0.6, 0.6), dice.uniform(27, 36), 14))
    return ellipse(x, y - height * 0.34, width * 0.84, height * 0.42, "#3f5639") + foliage(leaves)


def _blades(dice: Random, x: float, y: float, width: float, height: float) -> str:
    """Upright blades with pale edges."""
    out = []
    for step in (-3, 3, -2, 2, -1, 1, 0):
        lean = step / 3 * width * 1.05
        tall = height * dice.uniform(0.75, 1) * (1 - abs(step) * 0.08)
        foot = x + lean * 0.35
        out.append(
            f"M{foot - 8:.0f} {y:.0f}Q{x + lean * 0.4 - 14:.0f} {y - tall * 0.6:.0f} {x + lean:.0f} "
            f"{y - tall:.0f}Q{x + lean * 0.6 + 16:.0f} {y - tall * 0.5:.0f} {foot + 8:.0f} {y:.0f}Z"
        )
    edges = 'stroke="#c9cf8f" stroke-width="2.2"'
    return "".join(path(one, GREENS[at % 2], edges) for at, one in enumerate(out))


def _cactus(dice: Random, x: float, y: float, width: float, height: float) -> str:
    """A round cactus in flower."""
    wide, tall = width * 0.95, height * 0.42
    middle = y - tall * 0.82
    ribs = "".join(
        f"M{n(x)} {n(middle - tall)}Q{n(x + share * wide * 1.9)} {n(middle)} {n(x)} {n(middle + tall)}"
        for share in (-0.8, -0.45, -0.15, 0.15, 0.45, 0.8)
    )
    spines = [
        (x + math.cos(angle) * wide * reach, middle + math.sin(angle) * tall * reach)
        for angle, reach in ((dice.uniform(0, 6.28), dice.uniform(0.1, 0.95)) for _ in range(50))
    ]
    flowers = [
        leaf(x + off, middle - tall + 4, -1.57 + turn, 21, 7)
        for off in (-11, 10)
        for turn in (-0.8, -0.3, 0.3, 0.8)
    ]
    return (
        ellipse(x, middle, wide, tall, "#64855a")
        + ellipse(x + wide * 0.12, middle + tall * 0.08, wide * 0.86, tall * 0.88, "#3f5c42", 'opacity=".4"')
        + ellipse(x - wide * 0.28, middle - tall * 0.22, wide * 0.5, tall * 0.6, "#9db98a", 'opacity=".5"')
        + line(ribs, "#3f5c42", 2, 'opacity=".65"')
        + dabs(spines, "#f6efd2", 2)
        + foliage(flowers, ("#cf6173", "#ec9aa0"))
    )


def _broad(_dice: Random, x: float, y: float, width: float, height: float) -> str:
    """A rubber plant: a stem with large dark leaves."""
    leaves, veins = [], ""
    for step in range(10):
        share = 0.14 + step * 0.09
        py, length = y - height * share, width * (1.16 - share * 0.5)
        angle = -1.57 + (-1 if step % 2 else 1) * (1.3 - share * 0.95)
        leaves.append(leaf(x, py, angle, length, length * 0.4))
        veins += f"M{x:.0f} {py:.0f}l{math.cos(angle) * length * 0.9:.0f} {math.sin(angle) * length * 0.9:.0f}"
    return (
        stalks([stem(x, y, 0, height * 0.95)], "#6b5644", 5)
        + foliage(leaves, ("#3b5a44", "#486a4f", "#5a7d5d"))
        + line(veins, "#b4c8a0", 1.4, 'opacity=".75"')
    )


def _trailing(dice: Random, x: float, y: float, width: float, height: float) -> str:
    """A cushion of small leaves that hangs over the edge, in flower."""
    dome = [
        (x + math.cos(angle) * width * reach, y - 6 + math.sin(angle) * height * 0.6 * reach)
        for reach in (0.96, 0.75, 0.5, 0.25)
        for angle in (-math.pi * (step + dice.random()) / 11 for step in range(11))
    ]
    hanging = [
        (px + dice.uniform(-5, 5), y + drop)
        for px in (x + width * share for share in (-0.92, -0.7, -0.34, 0.1, 0.52, 0.8, 0.95))
        for drop in range(0, dice.randint(26, 74), 10)
    ]
    spots = dome[0::4] + dome[2::5]
    return (
        ellipse(x, y - 2, width * 0.96, height * 0.42, "#3f5639")
        + foliage(round_leaf(px, py, 11, 8) for px, py in dome)
        + foliage((round_leaf(px, py, 6, 5) for px, py in hanging), GREENS[1:])
        + dabs(spots, "#f0d3d4", 11)
        + dabs(spots[::2], "#d8657c", 9)
    )


def _herbs(dice: Random, x: float, y: float, width: float, height: float) -> str:
    """Three herbs side by side: chives, basil, thyme."""
    chives = [
        stem(x - width * 0.6 + (step - 5) * 4, y, dice.uniform(-26, 14), height * dice.uniform(0.7, 1))
        for step in range(11)
    ]
    thyme = [
        stem(x + width * 0.64, y, (step - 2) * 13, height * dice.uniform(0.4, 0.65)) for step in range(6)
    ]
    sprigs = (round_leaf(px + off, py, 5, 3) for points in thyme for px, py in points[1:] for off in (-5, 5))
    return (
        stalks(chives[::2], GREENS[1], 3)
        + stalks(chives[1::2], GREENS[2], 3)
        + dabs([points[-1] for points in chives[::4]], "#ab86b4", 15)
        + stalks(thyme, "#7c8b5e", 1.8)
        + foliage(sprigs, GREENS[2:])
        + _basil(dice, x + 2, y, width * 0.33, height * 0.7)
    )


_POSIES = {
    "none": _none,
    "eucalyptus": _eucalyptus,
    "blossom": _blossom,
    "single": _single,
    "meadow": _meadow,
    "grass": _grass,
    "branch": _branch,
}
_PLANTS = {
    "basil": _basil,
    "blades": _blades,
    "cactus": _cactus,
    "broad": _broad,
    "trailing": _trailing,
    "herbs": _herbs,
}
POSIES = tuple(_POSIES)
PLANTS = tuple(_PLANTS)
