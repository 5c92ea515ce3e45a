"""Pictures of products: kept in the books in several widths, in an order, with words for who can't see them.

A picture that is taken away is only hidden, so that it can come back; nobody can fetch it meanwhile.
"""

from dataclasses import dataclass

from db import Tx, queries
from shop import events
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound, Refused
from shop.imaging import MEDIA_TYPE, Rendition
from shop.listing import moved
from shop.people import Person

sql = queries("pictures")

MOST = 30
LONGEST_ALT = 250


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as its product's page in the admin shows it; `sku` names the variant it is of, if of one."""

    id: str
    alt: str
    sku: str | None
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PictureData:
    """The bytes of a picture and their media type."""

    media_type: str
    data: bytes


def of_product(tx: Tx, product_id: str) -> tuple[Picture, ...]:
    """Return a product's pictures in their order."""
    return tuple(tx.all(Picture, sql.of_product, product_id=product_id, most=MOST + 20))


def data(tx: Tx, picture_id: str, width: int | None = None) -> PictureData:
    """Return the bytes of a picture: the narrowest kept ones of at least a width, else the largest.

    Raises NotFound.
    """
    found = tx.one(PictureData, sql.width, id=picture_id, width=width) if width is not None else None
    found = found or tx.one(PictureData, sql.picture, id=picture_id)
    if found is None:
        raise NotFound("There is no such picture.")
    return found


def add(tx: Tx, by: Person, product_id: str, renditions: tuple[Rendition, ...], alt: str, at: Instant) -> str:
    """Add a picture in its widths, narrowest first, behind the product's others; return its id."""
    if len(of_product(tx, product_id)) >= MOST:
        raise Refused(f"A product has at most {MOST} pictures.", "pictures")
    picture_id, largest = new_id("pic"), renditions[-1]
    tx.run(
        sql.add,
        id=picture_id,
        product_id=product_id,
        position=int(tx.value(sql.last_position, product_id=product_id)) + 1,
        alt=alt,
        media_type=MEDIA_TYPE,
        width=largest.width,
        height=largest.height,
        data=largest.data,
    )
    for one in renditions[:-1]:
        tx.run(sql.add_width, id=picture_id, width=one.width, data=one.data)
    _tell(tx, by, "picture.added", product_id, at, after=alt)
    return picture_id


def describe(
    tx: Tx, by: Person, product_id: str, picture_id: str, alt: str, sku: str | None, at: Instant
) -> None:
    """Change a picture's words and the variant it is of. Raises NotFound and Refused."""
    was = _one(tx, product_id, picture_id)
    if sku is not None and tx.value(sql.variant_of, sku=sku, product_id=product_id) is None:
        raise Refused("Choose one of the product's variants.", "sku")
    if (alt, sku) != (was.alt, was.sku):
        tx.run(sql.describe, id=picture_id, alt=alt, sku=sku)
        before, after = (f"{words} {of or ''}".strip() for words, of in ((was.alt, was.sku), (alt, sku)))
        _tell(tx, by, "picture.described", product_id, at, before=before, after=after)


def place(tx: Tx, by: Person, product_id: str, picture_id: str, step: int, at: Instant) -> None:
    """Move a picture by so many places; the first one is the product's face in lists."""
    ids = [one.id for one in of_product(tx, product_id)]
    if picture_id not in ids:
        raise NotFound("There is no such picture.")
    ids, before, after = moved(ids, picture_id, step)
    for position, one in enumerate(ids):
        tx.run(sql.place, id=one, position=position)
    if before != after:
        _tell(tx, by, "picture.moved", product_id, at, before=before, after=after)


def remove(tx: Tx, by: Person, product_id: str, picture_id: str, at: Instant) -> None:
    """Take a picture away. Raises Conflict where it is gone already."""
    if not tx.run(sql.remove, id=picture_id, product_id=product_id, at=at):
        raise Conflict("This picture is gone already.")
    _tell(tx, by, "picture.removed", product_id, at)


def bring_back(tx: Tx, by: Person, product_id: str, picture_id: str, at: Instant) -> None:
    """Show a picture again that was taken away. Raises Conflict where it is there."""
    if not tx.run(sql.bring_back, id=picture_id, product_id=product_id):
        raise Conflict("This picture is there already.")
    _tell(tx, by, "picture.returned", product_id, at)


def _one(tx: Tx, product_id: str, picture_id: str) -> Picture:
    found = tx.one(Picture, sql.one, id=picture_id, product_id=product_id)
    if found is None:
        raise NotFound("There is no such picture.")
    return found


def _tell(
    tx: Tx, by: Person, kind: str, product_id: str, at: Instant, before: object = "", after: object = ""
) -> None:
    events.record(tx, kind, f"product:{product_id}", by=by.actor, at=at, before=before, after=after)
