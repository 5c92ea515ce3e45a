"""Vases, bowls, mugs and planters: profiles from lip to foot, and what makes each kind itself."""

from shop.demo.art.pen import Point, Sheet, ellipse, fade, line, mix, n
from shop.demo.art.plants import PLANTS, POSIES, plant, posy
from shop.demo.art.scene import GROUND, shadow, soft, table, wide
from shop.demo.art.turned import PATTERNS, Pot, glazed

# Heights above the foot, as shares of the whole height, with radii as shares of the widest.
VASES: dict[str, tuple[float, float, tuple[Point, ...]]] = {
    "bottle": (
        232,
        74,
        ((1, 0.34), (0.93, 0.27), (0.72, 0.27), (0.55, 0.58), (0.32, 1), (0.1, 0.78), (0, 0.6)),
    ),
    "jar": (190, 96, ((1, 0.62), (0.93, 0.56), (0.82, 0.7), (0.55, 1), (0.25, 0.86), (0, 0.52))),
    "bud": (128, 52, ((1, 0.4), (0.9, 0.26), (0.74, 0.32), (0.45, 0.94), (0.3, 1), (0.08, 0.78), (0, 0.66))),
    "shoulder": (
        205,
        88,
        ((1, 0.42), (0.94, 0.36), (0.86, 0.44), (0.74, 0.9), (0.66, 1), (0.4, 0.84), (0, 0.5)),
    ),
    "lantern": (
        200,
        84,
        ((1, 0.5), (0.92, 0.46), (0.82, 0.9), (0.76, 1), (0.2, 0.92), (0.1, 0.7), (0, 0.64)),
    ),
    "flare": (176, 92, ((1, 1), (0.82, 0.66), (0.6, 0.56), (0.3, 0.76), (0.12, 0.72), (0, 0.56))),
    "chimney": (276, 50, ((1, 0.86), (0.95, 0.74), (0.6, 0.8), (0.25, 0.98), (0.08, 0.96), (0, 0.86))),
    "pebble": (118, 92, ((1, 0.3), (0.95, 0.27), (0.85, 0.56), (0.52, 1), (0.2, 0.8), (0, 0.46))),
    "gourd": (214, 82, ((1, 0.3), (0.9, 0.3), (0.74, 0.56), (0.58, 0.44), (0.32, 1), (0.1, 0.84), (0, 0.62))),
    "cylinder": (190, 66, ((1, 1), (0.9, 0.95), (0.5, 0.97), (0.12, 1), (0.03, 0.96), (0, 0.88))),
    "moon": (
        218,
        112,
        ((1, 0.36), (0.96, 0.35), (0.9, 0.52), (0.74, 0.88), (0.5, 1), (0.26, 0.88), (0.07, 0.5), (0, 0.4)),
    ),
}
BOWLS: dict[str, tuple[float, float, tuple[Point, ...]]] = {
    "breakfast": (116, 128, ((1, 1), (0.8, 0.98), (0.45, 0.85), (0.16, 0.5), (0.08, 0.4), (0, 0.42))),
    "salad": (104, 166, ((1, 1), (0.7, 0.93), (0.35, 0.72), (0.12, 0.42), (0, 0.38))),
    "noodle": (130, 136, ((1, 1), (0.75, 0.88), (0.4, 0.7), (0.18, 0.44), (0.1, 0.36), (0, 0.42))),
    "nut": (84, 104, ((1, 1), (0.7, 1), (0.3, 0.84), (0.08, 0.56), (0, 0.52))),
    "soup": (96, 152, ((1, 1), (0.92, 0.86), (0.85, 0.74), (0.5, 0.68), (0.15, 0.44), (0, 0.42))),
}
MUGS: dict[str, tuple[float, float, tuple[Point, ...]]] = {
    "tall": (166, 80, ((1, 0.98), (0.8, 0.96), (0.3, 1), (0.08, 0.95), (0, 0.84))),
    "short": (122, 84, ((1, 1), (0.75, 0.97), (0.4, 0.94), (0.12, 0.78), (0, 0.66))),
    "belly": (146, 90, ((1, 0.84), (0.88, 0.82), (0.5, 0.98), (0.3, 1), (0.08, 0.82), (0, 0.7))),
}
POTS: dict[str, tuple[float, float, tuple[Point, ...]]] = {
    "saucer": (112, 90, ((1, 1), (0.86, 0.99), (0.83, 0.9), (0.3, 0.74), (0, 0.66))),
    "floor": (142, 88, ((1, 0.9), (0.94, 0.9), (0.6, 1), (0.25, 0.86), (0, 0.62))),
    "straight": (106, 76, ((1, 1), (0.9, 0.98), (0.15, 0.98), (0.05, 0.96), (0, 0.9))),
    "wide": (98, 136, ((1, 1), (0.9, 0.99), (0.4, 0.92), (0.12, 0.8), (0, 0.74))),
}
PLANTS_OF = {"saucer": "basil", "floor": "broad", "straight": "cactus", "wide": "trailing"}


def vase(sheet: Sheet) -> str:
    """Return a vase; its pattern may name what stands in it after a plus: "run+branch"."""
    form = sheet.form_of(tuple(VASES))
    pattern, held = _two(sheet, POSIES, "none")
    pot = _pot(VASES[form], 0.15)
    room = pot.top - 26
    stems = posy(held, sheet.dice, pot.x, pot.top + 2, min(140, max(room, 60)))
    return (
        table(sheet)
        + shadow(sheet, pot.widest * 0.85, pot.base - pot.top)
        + glazed(sheet, pot, pattern)
        + stems
        + _lip(sheet, pot, held)
    )


def bowl(sheet: Sheet) -> str:
    """Return a bowl, looked into a little."""
    form = sheet.form_of(tuple(BOWLS))
    pot = _pot(BOWLS[form], 0.3)
    extra = _chopsticks(pot) if form == "noodle" else ""
    return (
        table(sheet)
        + shadow(sheet, pot.widest * 0.72, 90)
        + glazed(sheet, pot, sheet.pattern_of(PATTERNS))
        + _well(sheet, pot)
        + extra
    )


def mug(sheet: Sheet) -> str:
    """Return a mug with its handle to the right, and something hot in it."""
    form = sheet.form_of(tuple(MUGS))
    pot = _pot(MUGS[form], 0.24, x=178)
    return (
        table(sheet)
        + shadow(sheet, pot.widest * 0.95, 120, x=pot.x)
        + _handle(sheet, pot)
        + glazed(sheet, pot, sheet.pattern_of(PATTERNS))
        + _drink(sheet, pot)
    )


def planter(sheet: Sheet) -> str:
    """Return a pot with a plant in it; its pattern may name the plant after a plus."""
    form = sheet.form_of(tuple(POTS))
    pattern, grown = _two(sheet, PLANTS, PLANTS_OF[form])
    pot = _pot(POTS[form], 0.2)
    dish = _saucer(sheet, pot) if form == "saucer" else ""
    room = min(158, pot.top - 40)
    return (
        table(sheet)
        + shadow(sheet, pot.foot + 18, 110)
        + dish
        + glazed(sheet, pot, pattern)
        + ellipse(pot.x, pot.top + 3, pot.lip * 0.88, pot.lip * 0.15, "#3b2c22")
        + plant(grown, sheet.dice, pot.x, pot.top + 6, pot.lip * 0.88, room)
    )


def _two(sheet: Sheet, others: tuple[str, ...], usual: str) -> tuple[str, str]:
    """Return the pattern and what stands in the thing."""
    pattern, _, held = sheet.pattern.partition("+")
    if held and held not in others:
        raise ValueError(f"{sheet.id}: {held!r} is none of {', '.join(others)}.")
    lot = sheet.dice.choice(PATTERNS)
    if pattern and pattern not in PATTERNS:
        raise ValueError(f"{sheet.id}: {pattern!r} is none of {', '.join(PATTERNS)}.")
    return pattern or lot, held or usual


def _pot(spec: tuple[float, float, tuple[Point, ...]], tilt: float, x: float = 200) -> Pot:
    height, width, shares = spec
    return Pot(tuple((GROUND - up * height, out * width) for up, out in shares), tilt, x)


def _lip(sheet: Sheet, pot: Pot, held: str) -> str:
    """Bring the near side of the lip before the stems."""
    if held == "none":
        return ""
    rim = mix(sheet.glaze.body, "#fff6e6", 0.28)
    lip = pot.lip - 1.5
    d = f"M{n(pot.x - lip)} {n(pot.top + 0.5)}A{n(lip)} {n(lip * pot.tilt)} 0 0 0 {n(pot.x + lip)} {n(pot.top + 0.5)}"
    return line(d, rim, 3.2)


def _well(sheet: Sheet, pot: Pot) -> str:
    """Return the inside of a bowl: dark towards the light, bright where the light falls."""
    inner, tilt = pot.lip - 5, pot.tilt
    return (
        fade(
            sheet,
            "i",
            f"0 {mix(sheet.glaze.body, '#1d1410', 0.5)},.55 {mix(sheet.glaze.body, '#1d1410', 0.16)},"
            f"1 {mix(sheet.glaze.body, '#fff6e6', 0.25)}",
            'y2=".6"',
        )
        + ellipse(pot.x, pot.top + 1, inner, inner * tilt, sheet.use("i"))
        + ellipse(
            pot.x + inner * 0.06,
            pot.top + inner * tilt * 0.42,
            inner * 0.5,
            inner * tilt * 0.42,
            "#000",
            f'opacity=".2" {soft(sheet)}',
        )
        + line(
            f"M{n(pot.x + inner * 0.35)} {n(pot.top + inner * tilt * 0.72)}A{n(inner)} {n(inner * tilt)} 0 0 0 "
            f"{n(pot.x + inner * 0.86)} {n(pot.top + inner * tilt * 0.3)}",
            "#fff",
            3,
            f'opacity=".55" stroke-linecap="round" {soft(sheet)}',
        )
    )


def _chopsticks(pot: Pot) -> str:
    y = pot.top
    return "".join(
        line(
            f"M{100 + off} {n(y - 14 + off)}L{338 + off} {n(y - 34 + off)}", ink, 5, 'stroke-linecap="round"'
        )
        for off, ink in ((0, "#6d4a32"), (9, "#8a6142"))
    )


def _handle(sheet: Sheet, pot: Pot) -> str:
    span = pot.base - pot.top
    y0, y1 = pot.top + span * 0.2, pot.top + span * 0.74
    x0, x1 = pot.x + pot.radius(y0) - 5, pot.x + pot.radius(y1) - 5
    out = pot.widest * 0.82
    d = f"M{n(x0)} {n(y0)}C{n(x0 + out)} {n(y0 - 14)} {n(x0 + out)} {n(y1 + 8)} {n(x1)} {n(y1 + 4)}"
    return (
        line(d, sheet.glaze.deep, 18)
        + line(d, sheet.glaze.body, 15, 'transform="translate(-.5 -1.5)"')
        + line(d, "#fff", 4, f'opacity=".4" transform="translate(-2 -5)" {soft(sheet)}')
        + line(d, "#150d0a", 6, f'opacity=".3" transform="translate(3 6)" {soft(sheet)}')
    )


def _drink(sheet: Sheet, pot: Pot) -> str:
    drink = sheet.dice.choice(("#8a4a1e", "#3f2618", "#a8672c"))
    inner = pot.lip - 6
    steam = "".join(
        line(
            f"M{n(pot.x + off)} {n(pot.top - 8)}q-16 -24 0 -46t4 -44",
            "#fff",
            9,
            f'opacity=".32" stroke-linecap="round" {wide(sheet)}',
        )
        for off in (-16, 16)
    )
    return (
        ellipse(pot.x, pot.top + 4.5, inner - 2, inner * pot.tilt - 4, drink)
        + ellipse(pot.x - inner * 0.3, pot.top + 4, inner * 0.34, inner * 0.06, "#fff", 'opacity=".28"')
        + steam
    )


def _saucer(sheet: Sheet, pot: Pot) -> str:
    reach = pot.foot + 26
    return (
        ellipse(pot.x, pot.base + 5, reach, reach * 0.2, sheet.glaze.deep)
        + ellipse(pot.x, pot.base, reach, reach * 0.2, sheet.glaze.light)
        + ellipse(pot.x, pot.base + 1, reach - 5, reach * 0.17, mix(sheet.glaze.body, "#1d1410", 0.3))
    )
