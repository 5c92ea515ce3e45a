"""Files that claim to be pictures: the good ones made small and plain, the others refused with a sentence."""

import contextlib
import io
import random
import struct
import zlib

import pytest
from PIL import Image

from shop.errors import Refused
from shop.imaging import encoded

GPS, ORIENTATION = 0x8825, 0x0112


def saved(kind: str, size=(800, 600), mode="RGB", **more) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, "teal" if mode != "RGBA" else (0, 90, 90, 0)).save(buffer, kind, **more)
    return buffer.getvalue()


def png_of(width: int, height: int) -> bytes:
    """Return a PNG whose header promises a size and whose content is a few bytes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 64)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("width", "widths"),
    [(2000, [320, 640, 1280]), (1280, [320, 640, 1280]), (800, [320, 640, 800]), (320, [320]), (50, [50])],
)
def test_a_picture_is_kept_in_its_widths_and_never_larger_than_it_came(kind, width, widths):
    made = encoded("photo", saved(kind, (width, width // 2)))

    assert [one.width for one in made] == widths
    for one in made:
        opened = Image.open(io.BytesIO(one.data))
        assert (opened.format, opened.size) == ("WEBP", (one.width, one.height))
        assert one.height == round(width // 2 * one.width / width)


def test_a_photograph_stands_upright_and_tells_nobody_where_it_was_taken():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[2] = (52.0, 31.0, 12.0)
    made = encoded("photo.jpg", saved("JPEG", (800, 400), exif=exif, comment=b"at home"))

    for one in made:
        opened = Image.open(io.BytesIO(one.data))
        assert opened.height == 2 * opened.width
        assert dict(opened.getexif()) == {}
        assert not {"exif", "xmp", "comment", "icc_profile"} & opened.info.keys()
        assert b"home" not in one.data


def test_what_can_be_seen_through_stays_so():
    smallest = Image.open(io.BytesIO(encoded("logo.png", saved("PNG", mode="RGBA"))[0].data))

    assert smallest.mode == "RGBA"


@pytest.mark.parametrize("mode", ["L", "LA", "P", "CMYK", "1", "I;16"])
def test_every_way_of_writing_colours_is_understood(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    buffer = io.BytesIO()
    Image.new(mode, (40, 30)).save(buffer, kind)

    assert [one.width for one in encoded("x", buffer.getvalue())] == [40]


def test_a_very_tall_picture_is_made_narrower():
    assert encoded("scroll.png", saved("PNG", (1000, 20_000)))[-1].height <= 4096


def test_a_phones_second_picture_is_left_out():
    buffer = io.BytesIO()
    first, second = Image.new("RGB", (400, 300), "red"), Image.new("RGB", (200, 100), "blue")
    first.save(buffer, "MPO", save_all=True, append_images=[second])

    made = Image.open(io.BytesIO(encoded("IMG_1.JPG", buffer.getvalue())[-1].data))
    assert made.size == (400, 300)
    assert made.getpixel((5, 5))[0] > 200


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=100)
    return buffer.getvalue()


HOSTILE = {
    "an SVG with a script": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "no picture"),
    "HTML named .png": (b"<!doctype html><script>alert(1)</script>", "no picture"),
    "a GIF": (saved("GIF"), "no picture"),
    "a moving GIF": (moving("GIF"), "no picture"),
    "a moving PNG": (moving("PNG"), "moves"),
    "a moving WebP": (moving("WEBP"), "moves"),
    "a BMP": (saved("BMP"), "no picture"),
    "a TIFF": (saved("TIFF"), "no picture"),
    "a PDF": (b"%PDF-1.7\n", "no picture"),
    "nothing": (b"", "is empty"),
    "half a JPEG": (saved("JPEG")[:1000], "damaged"),
    "half a PNG": (saved("PNG")[:200], "damaged"),
    "a PNG of 50,000 by 50,000": (png_of(50_000, 50_000), "40 million pixels"),
    "a PNG of 41 million pixels": (png_of(41_000, 1000), "40 million pixels"),
    "a PNG that promises more than it has": (png_of(1000, 1000), "damaged"),
    "20 MB": (b"\xff\xd8\xff" + b"\0" * 20_000_000, "more than 10 MB"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_picture_for_us_is_refused_with_a_sentence(what):
    data, words = HOSTILE[what]

    with pytest.raises(Refused, match=words) as refused:
        encoded("photo.png", data)

    assert str(refused.value).startswith("photo.png")
    assert refused.value.field == "pictures"


def test_bytes_behind_a_picture_do_not_come_along():
    made = encoded("both.jpg", saved("JPEG") + b"<script>alert(1)</script>")

    assert all(b"<script>" not in one.data for one in made)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow says so where metadata is damaged
@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_picture_is_a_picture_or_a_refusal(seed):
    dice = random.Random(seed)
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    kind = dice.choice(["JPEG", "PNG", "WEBP"])
    data = bytearray(saved(kind, (60, 40), exif=exif))
    for _ in range(dice.randint(1, 20)):
        data[dice.randrange(4, len(data))] = dice.randrange(256)
    with contextlib.suppress(Refused):
        assert encoded("x", bytes(data))
