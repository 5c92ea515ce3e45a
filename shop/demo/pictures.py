"""Product pictures drawn by code: a slug goes in, a self-contained SVG comes out, always the same.

The shape follows from the slug and the palette from the colour, so the variants of one product look like
one another.
"""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

Profile = list[tuple[float, float]]

GROUND = 330


@dataclass(frozen=True, slots=True)
class Palette:
    """A backdrop, the thing's own colour and its shadow side."""

    paper: str
    body: str
    deep: str


PALETTES = {
    "Clay": Palette("#e9dfd2", "#c8654a", "#8f3d2b"),
    "Moss": Palette("#dfe6e3", "#4d7c74", "#2c4f4a"),
    "Ochre": Palette("#ece7db", "#d9a441", "#9a6d1c"),
    "Ink": Palette("#e4e2ea", "#5b5f97", "#363a66"),
    "Plum": Palette("#efe3df", "#b86b77", "#7d3c48"),
    "Tide": Palette("#e3e8ea", "#3f6f8f", "#244860"),
    "Chalk": Palette("#e2ded6", "#efe9dc", "#b9ad98"),
}


def draw(kind: str, slug: str, colour: str = "") -> str:
    """Return the picture of a thing of this kind. Raises KeyError for a kind nobody has drawn."""
    shape = _dice(slug)
    palette = PALETTES.get(colour) or _dice(slug + colour).choice(list(PALETTES.values()))
    body, definitions = _KINDS[kind](shape, palette)
    return _frame(palette, body, definitions)


def _dice(seed: str) -> random.Random:
    return random.Random(hashlib.sha256(seed.encode()).digest())  # noqa: S311 - a drawing, not a secret


def _frame(palette: Palette, body: str, definitions: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400"><defs>'
        '<radialGradient id="bg" cx=".5" cy=".35" r=".9"><stop offset="0" stop-color="#fff" '
        f'stop-opacity=".75"/><stop offset="1" stop-color="{palette.paper}"/></radialGradient>'
        '<radialGradient id="sh"><stop offset="0" stop-opacity=".35"/>'
        f'<stop offset="1" stop-opacity="0"/></radialGradient>{definitions}</defs>'
        f'<rect width="400" height="400" fill="{palette.paper}"/>'
        '<rect width="400" height="400" fill="url(#bg)"/>'
        f'<rect y="318" width="400" height="82" opacity=".05"/>{body}</svg>'
    )


def _light(left: float, right: float) -> str:
    """Return the gradient that makes a flat outline round."""
    return (
        f'<linearGradient id="lg" gradientUnits="userSpaceOnUse" x1="{left:.0f}" x2="{right:.0f}" y1="0" '
        'y2="0"><stop offset="0" stop-opacity=".42"/><stop offset=".28" stop-color="#fff" '
        'stop-opacity=".28"/><stop offset=".42" stop-color="#fff" stop-opacity=".05"/>'
        '<stop offset="1" stop-opacity=".5"/></linearGradient>'
    )


def _shadow(width: float) -> str:
    return f'<ellipse cx="200" cy="{GROUND + 3}" rx="{width:.0f}" ry="15" fill="url(#sh)"/>'


def _turned(profile: Profile) -> str:
    """Return the outline of something turned on a wheel: heights with their radii, mirrored."""

    def curve(points: Profile) -> str:
        return "".join(
            f" C{x0:.1f} {(y0 + y1) / 2:.1f} {x1:.1f} {(y0 + y1) / 2:.1f} {x1:.1f} {y1:.1f}"
            for (x0, y0), (x1, y1) in pairwise(points)
        )

    right = [(200 + radius, y) for y, radius in profile]
    left = [(200 - radius, y) for y, radius in reversed(profile)]
    start, turn = right[0], left[0]
    return f"M{start[0]:.1f} {start[1]:.1f}{curve(right)} L{turn[0]:.1f} {turn[1]:.1f}{curve(left)}Z"


def _vessel(dice: random.Random, palette: Palette, profile: Profile, extra: str = "") -> tuple[str, str]:
    outline = _turned(profile)
    top, lip = profile[0]
    widest = max(radius for _, radius in profile)
    glaze = top + dice.randint(40, 90)
    drips = "".join(
        f" Q{x - 15} {glaze + dice.randint(2, 24):.0f} {x - 30} {glaze:.0f}" for x in range(400, 0, -30)
    )
    specks = "".join(
        f'<circle cx="{dice.uniform(70, 330):.0f}" cy="{dice.uniform(top, GROUND):.0f}" '
        f'r="{dice.uniform(0.6, 1.8):.1f}"/>'
        for _ in range(40)
    )
    over = dice.choice(["#f6f1e8", "#2f3437", palette.deep])
    body = (
        f'{_shadow(widest + 34)}{extra}<clipPath id="cp"><path d="{outline}"/></clipPath>'
        f'<path d="{outline}" fill="{palette.body}"/><g clip-path="url(#cp)">'
        f'<path d="M0 0H400V{glaze:.0f}{drips} L0 0Z" fill="{over}" opacity=".88"/>'
        f'<g fill="#3a2a20" opacity=".35">{specks}</g><rect width="400" height="400" fill="url(#lg)"/></g>'
        f'<ellipse cx="200" cy="{top}" rx="{lip}" ry="{lip * 0.16:.1f}" fill="{palette.deep}"/>'
        f'<ellipse cx="200" cy="{top + 1.5}" rx="{lip - 5}" ry="{lip * 0.12:.1f}" fill="#1d1613" '
        'opacity=".65"/>'
    )
    return body, _light(200 - widest, 200 + widest)


def _vase(dice: random.Random, palette: Palette) -> tuple[str, str]:
    top, neck, belly = dice.randint(70, 120), dice.randint(22, 40), dice.randint(70, 105)
    foot, lip = dice.randint(36, 58), neck + dice.randint(4, 22)
    waist = dice.randint(210, 260)
    profile: Profile = [(top, lip), (top + 35, neck), (top + 70, neck + 4), (waist, belly)]
    return _vessel(dice, palette, [*profile, (GROUND - 8, foot), (GROUND, foot + 2)])


def _bowl(dice: random.Random, palette: Palette) -> tuple[str, str]:
    top, lip = dice.randint(205, 240), dice.randint(110, 140)
    profile: Profile = [(top, lip), (top + 50, lip - 14), (GROUND - 10, 52), (GROUND, 54)]
    return _vessel(dice, palette, profile)


def _mug(dice: random.Random, palette: Palette) -> tuple[str, str]:
    top, width = dice.randint(170, 200), dice.randint(64, 80)
    x, y = 200 + width - 6, top + 38
    handle = (
        f'<path d="M{x} {y} q70 -4 62 46 q-8 44 -68 42" fill="none" stroke="{palette.body}" '
        f'stroke-width="17" stroke-linecap="round"/><path d="M{x} {y - 2} q66 -4 60 44" fill="none" '
        'stroke="#fff" stroke-opacity=".25" stroke-width="5"/>'
    )
    profile: Profile = [(top, width), (GROUND - 24, width - 4), (GROUND, width - 14)]
    return _vessel(dice, palette, profile, handle)


def _planter(dice: random.Random, palette: Palette) -> tuple[str, str]:
    top, width = dice.randint(210, 230), dice.randint(78, 92)
    leaves = "".join(
        f'<path d="M200 {top} q{lean * 0.2:.0f} -{height * 0.7:.0f} {lean:.0f} -{height:.0f} '
        f'q{-lean * 0.1 + 16:.0f} {height * 0.6:.0f} {-lean:.0f} {height:.0f}Z" fill="{green}"/>'
        for lean, height, green in (
            (
                dice.uniform(-110, 110),
                dice.uniform(70, 150),
                dice.choice(["#4f7a4a", "#6b9560", "#3b6140"]),
            )
            for _ in range(11)
        )
    )
    profile: Profile = [(top, width), (GROUND - 20, width - 16), (GROUND, width - 20)]
    body, definitions = _vessel(dice, palette, profile)
    return body + leaves, definitions


def _plate(dice: random.Random, palette: Palette) -> tuple[str, str]:
    radius = dice.randint(118, 140)
    rings = "".join(
        f'<circle cx="200" cy="205" r="{radius * share:.0f}" fill="none" stroke="{palette.deep}" '
        f'stroke-opacity=".{dice.randint(2, 6)}" stroke-width="{dice.randint(1, 6)}"/>'
        for share in (0.94, 0.7, 0.66)
    )
    specks = "".join(
        f'<circle cx="{dice.gauss(200, 55):.0f}" cy="{dice.gauss(205, 55):.0f}" '
        f'r="{dice.uniform(0.7, 2.2):.1f}"/>'
        for _ in range(50)
    )
    body = (
        f'<ellipse cx="206" cy="222" rx="{radius + 8}" ry="{radius + 4}" fill="url(#sh)"/>'
        f'<circle cx="200" cy="205" r="{radius}" fill="{palette.body}"/>'
        f'<circle cx="200" cy="205" r="{radius}" fill="url(#lg)" opacity=".5"/>{rings}'
        f'<circle cx="200" cy="205" r="{radius * 0.66:.0f}" fill="#fff" opacity=".16"/>'
        f'<g fill="#3a2a20" opacity=".3">{specks}</g>'
    )
    return body, _light(200 - radius, 200 + radius)


def _tile(dice: random.Random, x: int, y: int, ink: str) -> str:
    return dice.choice(
        [
            f'<circle cx="{x + 22}" cy="{y + 22}" r="22" fill="{ink}"/>',
            f'<path d="M{x} {y}h44a44 44 0 0 1-44 44z" fill="{ink}"/>',
            f'<path d="M{x + 44} {y + 44}h-44a44 44 0 0 1 44-44z" fill="{ink}"/>',
            f'<path d="M{x} {y}l44 44h-44z" fill="{ink}"/>',
            f'<path d="M{x} {y + 22}a22 22 0 0 1 44 0z" fill="{ink}"/>',
        ]
    )


def _poster(dice: random.Random, palette: Palette) -> tuple[str, str]:
    other = dice.choice(list(PALETTES.values()))
    inks = [palette.body, palette.deep, "#f6f1e8", "#2f3437", other.body]
    print_ = "".join(
        f'<rect x="{x}" y="{y}" width="44" height="44" fill="{dice.choice(inks)}"/>'
        + _tile(dice, x, y, dice.choice(inks))
        for y in range(74, 294, 44)
        for x in range(112, 288, 44)
    )
    body = (
        '<rect x="105" y="69" width="204" height="264" rx="2" opacity=".16"/>'
        '<rect x="96" y="58" width="208" height="264" fill="#2b2622"/>'
        f'<rect x="102" y="64" width="196" height="252" fill="#fbf8f2"/>{print_}'
    )
    return body, ""


def _lamp(dice: random.Random, palette: Palette) -> tuple[str, str]:
    height, top, bottom = dice.randint(80, 115), dice.randint(36, 60), dice.randint(92, 118)
    shade = f"M{200 - top} 92H{200 + top}L{200 + bottom} {92 + height}H{200 - bottom}Z"
    body = (
        f'{_shadow(92)}<ellipse cx="200" cy="210" rx="170" ry="150" fill="#ffe9a8" opacity=".35"/>'
        f'<rect x="195" y="{92 + height}" width="10" height="{226 - height}" fill="#3b3632"/>'
        '<ellipse cx="200" cy="322" rx="62" ry="12" fill="#3b3632"/>'
        '<ellipse cx="200" cy="318" rx="62" ry="12" fill="#4a443f"/>'
        f'<path d="{shade}" fill="{palette.body}"/><path d="{shade}" fill="url(#lg)"/>'
    )
    glow = (
        '<linearGradient id="lg"><stop offset="0" stop-opacity=".35"/><stop offset=".45" '
        'stop-color="#fff3c4" stop-opacity=".55"/><stop offset="1" stop-opacity=".35"/></linearGradient>'
    )
    return body, glow


def _candle(dice: random.Random, palette: Palette) -> tuple[str, str]:
    candles = ""
    for x in (118, 200, 282):
        top, half = dice.randint(120, 220), dice.randint(15, 24)
        candles += (
            f'<ellipse cx="{x}" cy="{top - 40}" rx="46" ry="60" fill="#ffe9a8" opacity=".45"/>'
            f'<rect x="{x - half}" y="{top}" width="{2 * half}" height="{GROUND - top}" rx="4" '
            f'fill="{dice.choice([palette.body, palette.deep])}"/>'
            f'<rect x="{x - half}" y="{top}" width="{half}" height="{GROUND - top}" rx="4" fill="#fff" '
            'opacity=".16"/>'
            f'<path d="M{x} {top}v-12" stroke="#2f2a26" stroke-width="3"/>'
            f'<path d="M{x} {top - 48}q16 22 0 38q-16 -16 0 -38z" fill="#f3a73b"/>'
        )
    return f"{_shadow(150)}{candles}", ""


def _notebook(dice: random.Random, palette: Palette) -> tuple[str, str]:
    tilt = dice.randint(-9, 9)
    bands = "".join(
        f'<circle cx="{dice.randint(130, 270)}" cy="{dice.randint(110, 300)}" r="{dice.randint(18, 70)}" '
        f'fill="{dice.choice([palette.deep, "#f6f1e8", palette.body])}" opacity=".7"/>'
        for _ in range(7)
    )
    body = (
        f'<g transform="rotate({tilt} 200 200)"><rect x="118" y="84" width="180" height="250" rx="6" '
        'opacity=".18"/><rect x="112" y="78" width="180" height="246" rx="6" fill="#fbf8f2"/>'
        f'<clipPath id="cp"><rect x="108" y="74" width="180" height="246" rx="6"/></clipPath>'
        f'<g clip-path="url(#cp)"><rect x="108" y="74" width="180" height="246" fill="{palette.body}"/>'
        f'{bands}<rect x="108" y="74" width="22" height="246" fill="{palette.deep}"/></g>'
        '<rect x="262" y="74" width="7" height="246" fill="#2f3437" opacity=".75"/></g>'
    )
    return body, ""


def _throw(dice: random.Random, palette: Palette) -> tuple[str, str]:
    inks = [palette.body, palette.deep, "#f6f1e8", palette.paper]
    stripes, y = "", 96
    while y < 300:  # noqa: PLR2004 - the lower edge of the cloth
        height = dice.randint(6, 30)
        stripes += f'<rect x="90" y="{y}" width="220" height="{height}" fill="{dice.choice(inks)}"/>'
        y += height
    fringe = "".join(f'<path d="M{x} 300v{dice.randint(16, 24)}"/>' for x in range(94, 310, 8))
    body = (
        f'{_shadow(140)}<clipPath id="cp"><rect x="90" y="92" width="220" height="208" rx="10"/></clipPath>'
        f'<g clip-path="url(#cp)"><rect x="90" y="92" width="220" height="208" fill="{palette.body}"/>'
        f'{stripes}<rect width="400" height="400" fill="url(#lg)" opacity=".45"/></g>'
        f'<g stroke="{palette.deep}" stroke-width="2">{fringe}</g>'
    )
    return body, _light(90, 310)


_KINDS: dict[str, Callable[[random.Random, Palette], tuple[str, str]]] = {
    "vase": _vase,
    "bowl": _bowl,
    "mug": _mug,
    "planter": _planter,
    "plate": _plate,
    "poster": _poster,
    "lamp": _lamp,
    "candle": _candle,
    "notebook": _notebook,
    "throw": _throw,
}
