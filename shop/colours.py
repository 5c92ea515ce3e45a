"""Colours: what a merchant picks, how well it can be read, and its counterpart in the dark.

Conversions follow CSS Color 4 (OKLCH), contrast follows WCAG 2.2 (relative luminance).
"""

import math
import re
from dataclasses import dataclass

_HEX = re.compile(r"#[0-9a-f]{6}", re.ASCII)
TEXT = 4.5
"""The least contrast of text of usual size (WCAG 2.2, 1.4.3)."""
LIGHT_PAPERS = ("#fdf9f3", "#ffffff", "#f4efe8")
DARK_PAPERS = ("#17110d", "#221c18", "#2c2521")
"""The grounds of the tokens --paper, --card and --sunk, as they are drawn."""
ON_LIGHT, ON_DARK = "#fffdfb", "#1e1410"
"""What stands on the accent: the token --on-accent."""
_DARK_LIGHTNESS, _DARK_CHROMA = 0.79, 0.1


@dataclass(frozen=True, slots=True)
class Lch:
    """A colour as OKLCH: lightness 0 to 1, chroma from 0, hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    @property
    def css(self) -> str:
        """The colour as CSS writes it."""
        return f"oklch({self.lightness:.4f} {self.chroma:.4f} {self.hue:.2f})"


def is_hex(text: str) -> bool:
    """Tell whether a text is a colour such as #8b2e1a."""
    return bool(_HEX.fullmatch(text))


def contrast(one: str, other: str) -> float:
    """Return how much two colours differ in brightness, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def weakest(accent: str) -> float:
    """Return the accent's least contrast: as text on each light ground, and under the text on it."""
    return min(contrast(accent, ground) for ground in (*LIGHT_PAPERS, ON_LIGHT))


def in_the_dark(accent: str) -> str:
    """Return the accent's counterpart for dark pages: its hue, as light as text there has to be."""
    own = of(accent)
    return hexed(Lch(_DARK_LIGHTNESS, min(own.chroma, _DARK_CHROMA), own.hue))


def readable(accent: str) -> str:
    """Return the accent itself where it can be read, else the nearest darker one that can."""
    own = of(accent)
    found = accent
    while weakest(found) < TEXT and own.lightness > 0:
        own = Lch(own.lightness - 0.005, own.chroma, own.hue)
        found = hexed(own)
    return found


def of(accent: str) -> Lch:
    """Return a colour as OKLCH."""
    red, green, blue = _linear(accent)
    # The matrices are those of CSS Color 4, from linear sRGB to LMS to OKLab.
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return Lch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def hexed(colour: Lch) -> str:
    """Return a colour as #rrggbb, each part cut to what screens can show."""
    a = colour.chroma * math.cos(math.radians(colour.hue))
    b = colour.chroma * math.sin(math.radians(colour.hue))
    long = (colour.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (colour.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (colour.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    parts = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(min(max(part, 0.0), 1.0))):02x}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return _unfold(red), _unfold(green), _unfold(blue)


def _unfold(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's own


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055  # noqa: PLR2004 - sRGB's own
