"""Answers: whole pages, fragments for htmx, and refusals; decided here and nowhere else.

A page includes the very file that an htmx answer returns. Other places that change come as `<hx-partial>`
around the same files.
"""

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from babel.dates import format_datetime
from jinja2 import (
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    select_autoescape,
)
from jinja2.loaders import ChoiceLoader
from markupsafe import Markup, escape
from quart import Response, redirect, request, session
from werkzeug.wrappers import Response as PlainResponse

from shop import order_states
from shop.assets import asset, folder
from shop.catalog import Card, Category, stock_state
from shop.clock import Instant, moment
from shop.money import format_money, typed_money
from shop.web.context import frame, shop
from shop.web.forms import FormState
from shop.words import LANGUAGES, _, language, ngettext

SHEETS = ("tokens", "base", "components", "shop", "product", "finding", "order", "admin")
ADMIN_SHEETS = ("frame", "lists", "charts", "editor", "stock", "supply", "desk", "print", "people", "imports")

_DAY_AND_TIME = {"de": "d. MMM yyyy, HH:mm"}

AnyResponse = Response | PlainResponse
"""What a handler may answer: ours, or the redirect that the framework borrows."""


@dataclass(frozen=True, slots=True)
class Undo:
    """The way back from a change: the form that a button "Undo" sends."""

    to: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flash:
    """One sentence shown once, at the top of what comes next: good, bad or a note; with the way back."""

    kind: str
    text: str
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A fragment: the file in `partials/`, what it needs, and its key where the page has several."""

    file: str
    context: dict[str, Any] = field(default_factory=dict)
    key: str = ""

    @property
    def id(self) -> str:
        """The id of its root element, which follows from the file's name."""
        name = self.file.removesuffix("_edit").replace("/", "-").replace("_", "-")
        return f"{name}-{self.key}" if self.key else name


def wants_fragment() -> bool:
    """Tell whether htmx asks for a part of the page it is on."""
    return request.headers.get("HX-Request-Type") == "partial"


def flash(text: str, kind: str = "good", undo: Undo | None = None) -> None:
    """Have a sentence shown with the next answer, and a button that takes the change back."""
    way_back = [undo.to, undo.fields] if undo else None
    session["flash"] = [*session.get("flash", []), [kind, text, way_back]][-5:]


async def page(template: str, http_status: int = 200, /, **context: Any) -> Response:
    """Answer with a whole page."""
    around = await frame()
    shared = _globals() | {
        "viewer": around.viewer,
        "shop_name": around.looks.name,
        "shop_looks": around.looks,
        "nav": around.nav,
        "cart_count": around.cart_count,
        "waiting": around.waiting,
        "saved_views": around.saved_views,
        "flash": _take_flash(),
    }
    text = templates().get_template(template).render({**shared, **context})
    return html(text, http_status)


async def reply(to: str, main: Part, *also: Part, status: int = 200) -> AnyResponse:
    """Answer a change: 303 to the page that shows it, or for htmx the fragments that changed."""
    if not wants_fragment():
        return redirect(to, 303)
    return await fragments(main, *also, status=status)


async def fragments(main: Part | None, *also: Part, status: int = 200) -> Response:
    """Answer htmx with the fragment it asked for and with the other places that change."""
    if main is not None and request.headers.get("HX-Target") == "div#flash":
        # The button "Undo" aims at the flash, which comes anyway: what changes is one of the other places.
        return await fragments(None, main, *also, status=status)
    around = await frame()
    shared = _globals() | {
        "viewer": around.viewer,
        "shop_name": around.looks.name,
        "shop_looks": around.looks,
        "waiting": around.waiting,
        "saved_views": around.saved_views,
    }
    said = _take_flash()
    # A fragment that is only looked at must not wipe the sentence of the change before it.
    others = (*also, Part("flash", {"flash": said})) if said or request.method != "GET" else also
    pieces = [] if main is None else [markup(main, shared)]
    pieces += [_wrapped(part, markup(part, shared), "outerHTML") for part in others]
    return html("\n".join(pieces), status)


async def refuse(status: int, sentence: str, title: str = "") -> Response:
    """Answer with a sentence alone: a page of its own, or for htmx the flash, the rest untouched."""
    if wants_fragment():
        flash(sentence, "bad")
        return await fragments(None, status=status)
    return await page(
        "errors/error.html", status, status=status, title=title or _("That did not work"), text=sentence
    )


def markup(part: Part, shared: dict[str, Any]) -> str:
    """Return a part's markup; `shared` is what it needs besides its own context."""
    template = templates().get_template(f"partials/{part.file}.html")
    return template.render({**shared, **part.context})


def guest() -> FormState:
    """Return the form of who buys without an account, with what this browser has typed there before."""
    return FormState({"email": session.get("email", "")})


def morphed(part: Part, html: str) -> str:
    """Return a part's markup to be put in place so that what is typed, chosen or focused in it stays."""
    return _wrapped(part, html, "outerMorph")


@cache
def templates() -> Environment:
    """Return our own synchronous environment; an undefined name is an error in it."""
    pages, partials = str(folder("templates")), str(folder("partials"))
    environment = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(pages), PrefixLoader({"partials": FileSystemLoader(partials)})]
        ),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = format_money
    environment.filters["typed_money"] = typed_money
    environment.filters["when"] = when
    environment.filters["words"] = words
    environment.filters["order_word"] = order_word
    environment.globals["_"] = say
    environment.globals["ngettext"] = say_count
    environment.globals["strong"] = strong
    environment.globals["link"] = link
    environment.globals["language"] = language
    environment.globals["asset"] = asset
    environment.globals["card_html"] = card_html
    environment.globals["shelves_html"] = shelves_html
    environment.globals["styles"] = styles
    environment.globals["admin_styles"] = admin_styles
    environment.globals["stock_state"] = stock_state
    return environment


def when(at: Instant) -> Markup:
    """Return an instant as people read it, with the exact one for machines."""
    return Markup('<time datetime="{}">{} UTC</time>').format(at, _day_and_time(at, language()))


@lru_cache(maxsize=4096)
def _day_and_time(at: Instant, locale: str) -> str:
    return format_datetime(moment(at), _DAY_AND_TIME.get(locale, "d MMM yyyy, HH:mm"), locale=locale)


def say(text: str, /, **values: object) -> Markup:
    """Return a sentence in the language spoken here as markup; a value that is no markup is escaped."""
    return escape(_(text)).format(**values) if values else escape(_(text))


def say_count(one: str, many: str, count: int, /) -> Markup:
    """Return the sentence that fits a number as markup."""
    return escape(ngettext(one, many, count))


def strong(text: object) -> Markup:
    """Return a part of a sentence that stands out."""
    return Markup("<strong>{}</strong>").format(text)


def link(to: str, text: object) -> Markup:
    """Return a part of a sentence that leads elsewhere."""
    return Markup('<a href="{}">{}</a>').format(to, text)


def order_word(name: str) -> str:
    """Return the state of an order, or why it is closed, as its shopper reads it."""
    return _(order_states.WORDS[name])


def words(name: str) -> str:
    """Return a name of the books, such as `partly_refunded`, as people read it."""
    return name.replace("_", " ")


def card_html(card: Card, currency: str, eager: bool) -> Markup:
    """Return a product's card; the same card is rendered once a language: it is all that the markup shows."""
    return _card_html(language(), card, currency, eager)


@lru_cache(maxsize=4096)
def _card_html(_language: str, card: Card, currency: str, eager: bool) -> Markup:
    template = templates().get_template("partials/catalog/card.html")
    return Markup(template.render(card=card, currency=currency, eager=eager))  # noqa: S704 - our own template


def shelves_html(nav: tuple[Category, ...], current: str) -> Markup:
    """Return the navigation over the categories, rendered once for each that may be the current one."""
    known = current if any(one.slug == current for one in nav) else ""
    return _shelves_html(language(), nav, known)


@lru_cache(maxsize=256)
def _shelves_html(_language: str, nav: tuple[Category, ...], known: str) -> Markup:
    template = templates().get_template("partials/catalog/shelves.html")
    return Markup(template.render(nav=nav, current=known))  # noqa: S704 - our own template


@cache
def styles() -> Markup:
    """Return the links to the stylesheets that every page has, in the order of their layers."""
    return _links(SHEETS)


@cache
def admin_styles() -> Markup:
    """Return the links to the stylesheets that only the admin's pages have."""
    return _links(ADMIN_SHEETS)


def _links(sheets: tuple[str, ...]) -> Markup:
    link = Markup('<link rel="stylesheet" href="{}">')
    return Markup("\n  ").join(link.format(asset(f"css/{name}.css")) for name in sheets)


def _globals() -> dict[str, Any]:
    settings = shop().settings
    return {
        "currency": settings.currency,
        "local_stripe": settings.provider == "local",
        "path": request.path,
        "here": request.full_path.rstrip("?"),
        "guest": guest(),
        "languages": LANGUAGES,
    }


def _wrapped(part: Part, html: str, swap: str) -> str:
    # A SKU may hold characters that mean something after a "#", but no quote.
    target = f"[id='{part.id}']" if part.key else f"#{part.id}"
    return f'<hx-partial hx-target="{target}" hx-swap="{swap}">{html}</hx-partial>'


def _take_flash() -> list[Flash]:
    if "flash" not in session:
        return []
    return [
        Flash(kind, text, Undo(*way_back) if way_back else None)
        for kind, text, way_back in session.pop("flash")
    ]


def html(text: str | bytes, status: int = 200) -> Response:
    """Answer with markup that depends on who asks and how."""
    response = Response(text, status, content_type="text/html; charset=utf-8")
    response.headers["Vary"] = "Cookie, Accept-Language, HX-Request, HX-Request-Type"
    response.headers["Content-Language"] = language()
    return response
