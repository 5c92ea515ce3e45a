"""Looks: the name, logo, colour, shape and texts that make a shop its merchant's own.

Whatever is empty is as the shop looks by itself. A colour that could not be read is refused, with the nearest
one that can.
"""

import json
from dataclasses import asdict, dataclass, replace

from db import Tx, queries
from shop import colours, events
from shop.clock import Instant, new_id
from shop.errors import Conflict, NotFound, Refused
from shop.imaging import MEDIA_TYPE, Rendition
from shop.people import Person
from shop.words import ENGLISH, LANGUAGES

sql = queries("looks")

NAME = "Tillroom"
SHAPES = ("square", "soft", "round")
TYPEFACES = ("serif", "sans")
PAGES = ("about", "contact", "terms", "privacy", "returns")
_RADIUS = {"square": "0", "soft": "0.6rem", "round": "1.25rem"}


@dataclass(frozen=True, slots=True)
class Style:
    """How the shop looks beside its words; `accent` is a colour such as #8b2e1a, or empty."""

    name: str
    accent: str
    shape: str
    typeface: str


@dataclass(frozen=True, slots=True)
class Texts:
    """What the shop says of itself in one language."""

    announcement: str = ""
    heading: str = ""
    sentence: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A page that the footer names."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Looks:
    """All that stands around a page: the style, the texts, and the pages there are.

    `sheet` is where the style's own sheet is, empty for a shop that looks as it does by itself.
    """

    name: str
    logo_id: str
    version: int
    sheet: str
    texts: Texts
    pages: tuple[Link, ...]
    offers_withdrawal: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the merchant's own; the text is Markdown."""

    slug: str
    language: str
    title: str
    text: str
    version: int


@dataclass(frozen=True, slots=True)
class Logo:
    """The shop's logo."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    accent: str
    shape: str
    typeface: str
    logo_id: str
    version: int


@dataclass(frozen=True, slots=True)
class _Whole:
    """All that one change may change."""

    style: Style
    logo_id: str
    texts: dict[str, Texts]


def show(tx: Tx, language: str) -> Looks:
    """Return how the shop looks to somebody who reads a language; what it lacks there stands in English."""
    row = _row(tx)
    links = {
        one.slug: one for spoken in (ENGLISH, language) for one in tx.all(Link, sql.links, language=spoken)
    }
    pages = tuple(links[slug] for slug in PAGES if slug in links)
    return Looks(
        row.name or NAME,
        row.logo_id,
        row.version,
        f"/looks-{row.version}.css" if row.version > 1 else "",
        _spoken(texts(tx, language), texts(tx, ENGLISH)),
        pages,
        offers_withdrawal(tx),
    )


def preview(tx: Tx, wanted: Style, said: dict[str, Texts], language: str) -> Looks:
    """Return how the shop would look, without a sheet. Raises Refused for a colour that can't be read."""
    must_be_readable(wanted.accent)
    words = _spoken(said[language], said[ENGLISH])
    return replace(show(tx, language), name=wanted.name or NAME, texts=words, sheet="")


def offers_withdrawal(tx: Tx) -> bool:
    """Tell whether the footer offers to withdraw from a contract."""
    return bool(tx.value(sql.offers_withdrawal))


def style(tx: Tx) -> tuple[Style, int]:
    """Return the style as it was chosen, with its version."""
    row = _row(tx)
    return _style_of(row), row.version


def texts(tx: Tx, language: str) -> Texts:
    """Return what is written down in one language alone."""
    return tx.one(Texts, sql.texts, language=language) or Texts()


def sheet(tx: Tx) -> str:
    """Return the stylesheet that the chosen style comes to."""
    return sheet_of(style(tx)[0])


def sheet_of(chosen: Style) -> str:
    """Return the stylesheet that a style comes to."""
    rules = [f"--round: {_RADIUS[chosen.shape]};"]
    if chosen.typeface == "sans":
        rules.append("--serif: var(--sans);")
    if chosen.accent:
        light, dark = colours.of(chosen.accent), colours.of(colours.in_the_dark(chosen.accent))
        strong = colours.Lch(max(light.lightness - 0.07, 0), light.chroma, light.hue)
        bright = colours.Lch(min(dark.lightness + 0.07, 1), dark.chroma, dark.hue)
        rules.append(f"--accent: light-dark({light.css}, {dark.css});")
        rules.append(f"--accent-strong: light-dark({strong.css}, {bright.css});")
    return "@layer tokens { :root { " + " ".join(rules) + " } }\n"


def change(tx: Tx, by: Person, wanted: Style, said: dict[str, Texts], seen: int, at: Instant) -> Style:
    """Change the style and the texts, and return the style that was.

    Raises Refused for a colour that can't be read, and Conflict where somebody has changed it since it was
    `seen`.
    """
    must_be_readable(wanted.accent)
    was = _whole(tx)
    _put(tx, was, replace(was, style=wanted, texts={one: said.get(one, Texts()) for one in LANGUAGES}), seen)
    if was.style != wanted:
        _note(tx, by, at, "settings:looks", _told(was.style), _told(wanted))
    return was.style


def take_back(tx: Tx, by: Person, seen: int, at: Instant) -> None:
    """Give the shop the looks it had before their last change; done twice, it takes itself back.

    Raises Conflict where somebody has changed them since they were `seen`.
    """
    was, kept = _whole(tx), tx.value(sql.former, of="looks")
    if kept is None:
        raise Conflict("There is nothing to take back: the looks were not changed.")
    told = json.loads(kept)
    texts_of = {language: Texts(**one) for language, one in told["texts"].items()}
    former = _Whole(Style(**told["style"]), told["logo_id"], texts_of)
    _put(tx, was, former, seen)
    _note(tx, by, at, "settings:looks", _told(was.style), _told(former.style))


def set_logo(tx: Tx, by: Person, logo: Rendition | None, at: Instant) -> None:
    """Put a logo in the place of the name, or take it away."""
    logo_id = ""
    if logo is not None:
        logo_id = new_id("logo")
        told = {"width": logo.width, "height": logo.height, "data": logo.data}
        tx.run(sql.add_logo, id=logo_id, media_type=MEDIA_TYPE, **told)
    was = _whole(tx)
    _put(tx, was, replace(was, logo_id=logo_id), style(tx)[1])
    _note(tx, by, at, "settings:looks", "", "a logo" if logo_id else "no logo")


def logo(tx: Tx, logo_id: str) -> Logo:
    """Return a logo. Raises NotFound."""
    found = tx.one(Logo, sql.logo, id=logo_id)
    if found is None:
        raise NotFound("There is no such picture.")
    return found


def page(tx: Tx, slug: str, language: str) -> Page | None:
    """Return a page as it is written in a language, else in English; none where there is neither."""
    return page_in(tx, slug, language) or page_in(tx, slug, ENGLISH)


def page_in(tx: Tx, slug: str, language: str) -> Page | None:
    """Return a page as it is written in one language."""
    return tx.one(Page, sql.page, slug=slug, language=language)


def write_page(tx: Tx, by: Person, wanted: Page, at: Instant) -> None:
    """Write a page in one language; one without a text is there no more. Its `version` is the one seen.

    Raises Conflict where somebody has written it since it was seen.
    """
    was = page_in(tx, wanted.slug, wanted.language)
    if (was.version if was else 0) != wanted.version:
        raise Conflict("Somebody has written this page meanwhile: look again, then save.")
    told = {"title": was.title, "text": was.text} if was else {"title": "", "text": ""}
    tx.run(sql.remember, of=f"page {wanted.slug} {wanted.language}", told=json.dumps(told))
    if not wanted.text:
        tx.run(sql.drop_page, slug=wanted.slug, language=wanted.language)
    else:
        told = {"title": wanted.title, "text": wanted.text}
        tx.run(sql.write_page, slug=wanted.slug, language=wanted.language, **told)
    of = f"settings:page_{wanted.slug}_{wanted.language}"
    _note(tx, by, at, of, was.title if was else "", wanted.title if wanted.text else "")


def take_page_back(tx: Tx, by: Person, slug: str, language: str, seen: int, at: Instant) -> None:
    """Write a page as it was before it was last written; done twice, it takes itself back.

    Raises Conflict where somebody has written it since it was `seen`, and for one that was never written.
    """
    kept = tx.value(sql.former, of=f"page {slug} {language}")
    if kept is None:
        raise Conflict("There is nothing to take back: this page was not written.")
    told = json.loads(kept)
    write_page(tx, by, Page(slug, language, told["title"], told["text"], seen), at)


def must_be_readable(accent: str) -> None:
    """Raise Refused for what is no colour, or one that could not be read; empty is the shop's own."""
    if accent and not colours.is_hex(accent):
        raise Refused("Write a colour such as #8b2e1a.", "accent")
    if accent and colours.weakest(accent) < colours.TEXT:
        nearest = colours.readable(accent)
        raise Refused(
            f"Text in this colour could not be read. The nearest one that can: {nearest}.", "accent"
        )


def _put(tx: Tx, was: _Whole, wanted: _Whole, seen: int) -> None:
    """Give the shop these looks, and keep those that it had."""
    tx.run(sql.remember, of="looks", told=json.dumps(asdict(was)))
    if not tx.run(sql.change, seen=seen, logo_id=wanted.logo_id, **asdict(wanted.style)):
        raise Conflict("Somebody has changed the looks meanwhile: look again, then save.")
    for language, said in wanted.texts.items():
        tx.run(sql.say, language=language, **asdict(said))


def _whole(tx: Tx) -> _Whole:
    row = _row(tx)
    return _Whole(_style_of(row), row.logo_id, {language: texts(tx, language) for language in LANGUAGES})


def _row(tx: Tx) -> _Row:
    return tx.one(_Row, sql.show) or _Row("", "", "soft", "serif", "", 1)


def _style_of(row: _Row) -> Style:
    return Style(row.name, row.accent, row.shape, row.typeface)


def _spoken(own: Texts, english: Texts) -> Texts:
    pairs = ((getattr(own, name), getattr(english, name)) for name in Texts.__slots__)
    return Texts(*(mine or theirs for mine, theirs in pairs))


def _told(one: Style) -> str:
    return f"{one.name or NAME}, {one.accent or 'its own colour'}, {one.shape}, {one.typeface}"


def _note(tx: Tx, by: Person, at: Instant, of: str, before: str, after: str) -> None:
    events.record(tx, "settings.changed", of, by=by.actor, at=at, before=before, after=after)
