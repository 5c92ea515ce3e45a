"""Product pictures drawn by code: names go in, a self-contained SVG comes out, always the same.

The shape follows from the product and the colours from the variant, so the variants of one product look
like one another. What is not asked for is chosen by lot, and the slug is the lot.
"""

import hashlib
import random
import re
from collections.abc import Callable

from shop.demo.art import vessels
from shop.demo.art.pen import GLAZES, Sheet
from shop.demo.art.scene import frame

KINDS: dict[str, Callable[[Sheet], str]] = {
    "vase": vessels.vase,
    "bowl": vessels.bowl,
    "mug": vessels.mug,
    "planter": vessels.planter,
}


def draw(kind: str, slug: str, finish: str = "", form: str = "", pattern: str = "", colour: str = "") -> str:
    """Return the picture of a product of this kind as an SVG file.

    `finish` is the variant's visible option: a glaze or colour, a frame, the ruling of pages; `colour` is
    the product's own where its variants do not differ in it. Raises KeyError for an unknown kind and
    ValueError for an unknown form or pattern.
    """
    dice = random.Random(hashlib.sha256(slug.encode()).digest())  # noqa: S311 - a drawing, not a secret
    lot = dice.choice(list(GLAZES.values()))
    glaze = GLAZES.get(finish) or GLAZES.get(colour) or lot
    name = re.sub(r"\W+", "-", f"{slug} {finish}".strip().lower())
    sheet = Sheet(name, dice, glaze, finish, form, pattern)
    return frame(sheet, KINDS[kind](sheet))
