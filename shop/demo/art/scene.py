"""Where things stand: a table by a window, a wall, a table top seen from above, a room in the evening."""

from shop.demo.art.pen import BACKDROPS, Sheet, ellipse, fade, glow, mix, path, rect

GROUND = 330
"""How far down things stand that stand on the table."""


def frame(sheet: Sheet, picture: str) -> str:
    """Return a whole SVG file around a picture, with the two blurs that soften its light."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400">'
        f"<defs>{_blur(sheet, 'soft', 2.5)}{_blur(sheet, 'wide', 11)}</defs>{picture}</svg>"
    )


def soft(sheet: Sheet) -> str:
    """Return the attribute that softens an edge."""
    return f'filter="{sheet.use("soft")}"'


def wide(sheet: Sheet) -> str:
    """Return the attribute that dissolves an edge."""
    return f'filter="{sheet.use("wide")}"'


def table(sheet: Sheet) -> str:
    """Return a wall, sunlight on it, and a table in front."""
    wall = _backdrop(sheet)
    board = mix(wall, "#8a6a4c", 0.22)
    return (
        _wall(sheet, wall)
        + fade(sheet, "t", f"0 {mix(board, '#ffffff', 0.12)},1 {mix(board, '#3a2a20', 0.1)}", _DOWN)
        + rect(0, 276, 400, 124, sheet.use("t"))
        + rect(0, 276, 400, 2, "#fff", 'opacity=".35"')
    )


def wall(sheet: Sheet) -> str:
    """Return a wall with sunlight on it."""
    return _wall(sheet, _backdrop(sheet))


def tabletop(sheet: Sheet) -> str:
    """Return a table top seen from above, light falling across it."""
    board = _backdrop(sheet)
    return (
        fade(sheet, "w", f"0 {mix(board, '#ffffff', 0.5)},1 {mix(board, '#5b4636', 0.16)}", _ACROSS)
        + rect(0, 0, 400, 400, sheet.use("w"))
        + path("M0 250L250 0H340L0 340Z", "#fff", f'opacity=".3" {wide(sheet)}')
    )


def evening(sheet: Sheet, x: float, y: float, reach: float) -> str:
    """Return a room in the evening, lit by something at (x, y)."""
    dark = sheet.dice.choice(["#54504f", "#4c535b", "#5a4d46", "#4f5650"])
    board = mix(dark, "#2a1d14", 0.45)
    return (
        rect(0, 0, 400, 400, dark)
        + fade(sheet, "t", f"0 {mix(board, '#c08a50', 0.3)},1 {board}", _DOWN)
        + glow(sheet, "e", "0 #ffe7b0 .95,.35 #ffd68a .5,.7 #f0b566 .16,1 #f0b566 0")
        + rect(0, 276, 400, 124, sheet.use("t"))
        + ellipse(x, y, reach, reach, sheet.use("e"))
        + rect(0, 276, 400, 1.5, "#ffe7b0", 'opacity=".3"')
    )


def shadow(sheet: Sheet, foot: float, height: float, x: float = 200, y: float = GROUND) -> str:
    """Return what something round leaves on the table: a cast shadow to the right, a dark seam below."""
    reach = foot + height * 0.28
    return ellipse(
        x + reach * 0.55, y + 4, reach, 9 + foot * 0.1, "#3a2418", f'opacity=".3" {wide(sheet)}'
    ) + ellipse(x + 3, y + 2, foot + 5, foot * 0.17 + 3, "#2a1a12", f'opacity=".5" {soft(sheet)}')


_DOWN = 'x2="0" y2="1"'
_ACROSS = 'y2="1"'


def _backdrop(sheet: Sheet) -> str:
    return BACKDROPS[sheet.dice.choice(sheet.glaze.backdrops.split())]


def _wall(sheet: Sheet, wall: str) -> str:
    at = sheet.dice.randint(20, 110)
    return (
        fade(sheet, "w", f"0 {mix(wall, '#ffffff', 0.45)},1 {mix(wall, '#5b4636', 0.1)}", _ACROSS)
        + rect(0, 0, 400, 400, sheet.use("w"))
        + path(f"M{at} 0H{at + 95}L{at + 215} 276H{at + 95}Z", "#fff", f'opacity=".3" {wide(sheet)}')
    )


def _blur(sheet: Sheet, name: str, by: float) -> str:
    # In the picture's own units: a straight stroke has no box of its own that could be widened.
    return (
        f'<filter id="{sheet.id}-{name}" filterUnits="userSpaceOnUse" x="-40" y="-40" width="480" '
        f'height="480"><feGaussianBlur stdDeviation="{by}"/></filter>'
    )
