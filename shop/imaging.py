"""Pictures made safe and small: what was uploaded is decoded, turned upright and written anew as WebP.

Nothing of the file itself is kept: no metadata, no name, no trailing bytes. What a file is, is told by
decoding it, never by its name; what it would unfold to is read from its header before anything is unfolded.
"""

import asyncio
import io
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from shop.errors import Refused

WIDTHS = (320, 640, 1280)
TALLEST = 4096
"""WebP ends at 16,383 pixels; a picture taller than this is made narrower instead."""
LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_PIXELS = 40_000_000
QUALITY = 80
MEDIA_TYPE = "image/webp"
_KINDS = ("JPEG", "PNG", "WEBP")
# Pillow's decoders raise whatever the broken part of a file leads them to.
_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, ArithmeticError, LookupError, TypeError, AttributeError,
    RuntimeError, MemoryError, ImageCms.PyCMSError,
)  # fmt: skip

# Twice this is Pillow's own limit for an error; below that it warns, and the warning shall be one.
Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

# Pillow works outside the interpreter's lock; a picture takes up to 160 MB meanwhile, so two at once.
_TWO_AT_ONCE = ThreadPoolExecutor(2, thread_name_prefix="pictures")


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture in one width, as WebP."""

    width: int
    height: int
    data: bytes


async def encode(name: str, data: bytes) -> tuple[Rendition, ...]:
    """Return an uploaded picture in its widths, narrowest first, computed outside the event loop.

    Never larger than it came. Raises Refused, with the file's name in its sentence, for what can't be taken.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_TWO_AT_ONCE, encoded, name, data)


def encoded(name: str, data: bytes) -> tuple[Rendition, ...]:
    """Return an uploaded picture in its widths, narrowest first. Raises Refused."""
    if not data:
        raise Refused(f"{name} is empty.", "pictures")
    if len(data) > LARGEST_BYTES:
        raise Refused(
            f"{name} has more than {LARGEST_BYTES // 1024 // 1024} MB: send a smaller one.", "pictures"
        )
    try:
        with Image.open(io.BytesIO(data), formats=_KINDS) as opened:
            _check(name, opened)
            return _written(_upright(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(_too_many(name), "pictures") from None
    except UnidentifiedImageError:
        raise Refused(f"{name} is no picture we can show: send JPEG, PNG or WebP.", "pictures") from None
    except _BROKEN:
        raise Refused(f"{name} is damaged: it can't be decoded. Send it again.", "pictures") from None


def _check(name: str, opened: Image.Image) -> None:
    width, height = opened.size
    if width * height > LARGEST_PIXELS:
        raise Refused(_too_many(name), "pictures")
    # Many phones put a second picture into their JPEGs; the first one is what was photographed.
    if opened.format in ("PNG", "WEBP") and getattr(opened, "is_animated", False):
        raise Refused(f"{name} moves: send a picture that stands still.", "pictures")


def _too_many(name: str) -> str:
    return f"{name} has more than {LARGEST_PIXELS // 1_000_000} million pixels: send a smaller one."


def _upright(opened: Image.Image) -> Image.Image:
    # JPEG can be decoded at a fraction of its size; the longer side counts, for it may lie on its side.
    opened.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
    profile = opened.info.get("icc_profile")
    turned = ImageOps.exif_transpose(opened)
    plain = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    return _in_plain_colours(plain, profile)


def _in_plain_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB, since its colour profile goes with the rest of its metadata."""
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except (OSError, ValueError, ImageCms.PyCMSError):
        return image
    return changed or image


def _written(image: Image.Image) -> tuple[Rendition, ...]:
    most = max(1, min(image.width, WIDTHS[-1], TALLEST * image.width // image.height))
    widths = [width for width in WIDTHS if width < most] + [most]
    made = []
    for width in reversed(widths):
        height = max(1, round(image.height * width / image.width))
        image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=QUALITY, method=4)
        made.append(Rendition(width, height, buffer.getvalue()))
    return tuple(reversed(made))
