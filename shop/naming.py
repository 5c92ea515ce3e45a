"""Names that stand in addresses and on labels: slugs and SKUs, checked, or made from what things are called.

Both are for ever: a SKU names its variant in every ledger, and a slug stands in other people's links.
"""

import re
import unicodedata

from shop.errors import Refused

LONGEST_SLUG = 80
LONGEST_SKU = 64

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
# What means something in addresses, markup or stylesheets can't be a part of a name that stands in them.
_SKU = re.compile(r"(?!/)[^\s\"'<>&%?#\\`]{1,64}(?<!/)")
_OTHER = re.compile(r"[^a-z0-9]+")


def slug_from(text: str, otherwise: str = "product") -> str:
    """Return a slug made from a name, such as `blue-mug` from "Blue Mug"."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain).strip("-")[:LONGEST_SLUG].rstrip("-") or otherwise


def sku_from(*texts: str) -> str:
    """Return a SKU made from a name and the values of options, such as `BLUE-MUG-L`."""
    parts = [slug_from(text, "X").upper() for text in texts if text.strip()]
    return "-".join(parts)[:LONGEST_SKU].rstrip("-") or "X"


def checked_slug(typed: str) -> str:
    """Return a slug as it was typed. Raises Refused."""
    slug = typed.strip()
    if not _SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise Refused(
            f"Write small letters, digits and single dashes, such as blue-mug, at most {LONGEST_SLUG}.",
            "slug",
        )
    return slug


def checked_sku(typed: str) -> str:
    """Return a SKU as it was typed. Raises Refused."""
    sku = typed.strip()
    if not _SKU.fullmatch(sku) or not sku.isprintable() or "//" in sku:
        raise Refused(
            f"Write a SKU without spaces, quotes, %, ?, #, & or \\, at most {LONGEST_SKU} characters.", "sku"
        )
    return sku
