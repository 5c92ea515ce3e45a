"""Pages that change by themselves: `/live` streams the fragments of what a page shows, as they change.

A stream holds no connection to the books: it reads when there is news, and sends what differs from what it
sent last. Its events are numbered by what the page shows after them, so that a page that comes back is sent
what it missed, by whichever process it now meets, or nothing.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from quart import Blueprint, Response, request
from quart_auth import current_user

from db import Tx
from shop import live, orders, people, quotes
from shop.catalog import Card, Product
from shop.clock import now
from shop.errors import NotFound, Refused
from shop.live import Lookout, News
from shop.people import Person
from shop.web.cart import parts_of, quoting
from shop.web.context import cart_id, shop, viewer
from shop.web.forms import EMPTY
from shop.web.guards import address
from shop.web.orders import about
from shop.web.own_orders import keys, visitor_id
from shop.web.reply import AnyResponse, Part, card_html, guest, markup, morphed, refuse
from shop.words import N_, _, language

live_pages = Blueprint("live", __name__)

MOST_STREAMS = 2000
MOST_FROM = 100
MOST_TOPICS = 10
MOST_CARDS = 60
HEARTBEAT_SECONDS = 15.0
AGAIN_MILLISECONDS = 20_000
STREAM = "text/event-stream; charset=utf-8"
TOO_MANY = N_("Too many pages are kept up to date just now. Reload the page to see what has changed.")


@dataclass(frozen=True, slots=True)
class Piece:
    """A fragment ready to be sent, and a mark that differs when it does."""

    id: str
    html: str
    mark: bytes


@dataclass(slots=True)
class Topic:
    """Something a page shows: how its pieces are made, and whether news may have changed them.

    `key` names what everybody sees alike. `stale` is set while it waits to be made anew.
    """

    make: Callable[[], Awaitable[list[Piece]]]
    touched: Callable[[News], bool]
    key: tuple[str, ...] | None = None
    stale: bool = True


@dataclass(eq=False, slots=True)
class Stream:
    """One open page: what it shows, and what it was sent last."""

    address: str
    topics: list[Topic]
    _sent: dict[str, bytes] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _over: bool = False

    def hear(self, news: News) -> None:
        """Wake up if the news may have changed what the page shows."""
        for topic in self.topics:
            if topic.touched(news):
                topic.stale = True
                self._wake.set()

    def end(self) -> None:
        """Say no more."""
        self._over = True
        self._wake.set()

    async def messages(self, lookout: Lookout, seen: str | None) -> AsyncGenerator[str, None]:
        """Yield what the page shows, unless it has `seen` just that, and from then on what changes."""
        # Before the first look: what is committed after it is then heard of.
        lookout.join(self)
        try:
            changed = await self._look(None)
            yield ": nothing was missed\n\n" if self._id() == seen else self._message(changed)
            while not self._over:
                yield await self._next(lookout)
        except NotFound:
            # It is not there any more, or not theirs: when the page asks again, it is told.
            return
        finally:
            lookout.leave(self)

    async def _next(self, lookout: Lookout) -> str:
        until = asyncio.get_running_loop().time() + HEARTBEAT_SECONDS
        while await self._is_woken(until):
            changed = await self._look(lookout)
            if changed:
                return self._message(changed)
        return ": still here\n\n"

    async def _is_woken(self, until: float) -> bool:
        # Around the waiting alone: what was made must be sent.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._wake.wait()
            self._wake.clear()
            return not self._over
        return False

    async def _look(self, lookout: Lookout | None) -> list[str]:
        changed = []
        for topic in self.topics:
            if not topic.stale:
                continue
            topic.stale = False
            alike = lookout and topic.key
            pieces = await (lookout.shared(topic.key, topic.make) if lookout and alike else topic.make())
            for piece in pieces:
                if self._sent.get(piece.id) != piece.mark:
                    self._sent[piece.id] = piece.mark
                    changed.append(piece.html)
        return changed

    def _id(self) -> str:
        whole = b"".join(self._sent[name] for name in sorted(self._sent))
        return blake2b(whole, digest_size=9).hexdigest()

    def _message(self, changed: list[str]) -> str:
        lines = "\n".join(changed).splitlines()
        return "\n".join([f"id: {self._id()}", *(f"data: {line}" for line in lines), "", ""])


@live_pages.get("/live")
async def stream() -> AnyResponse:
    """Stream the fragments of the topics that are named, as they change."""
    lookout = shop().live
    whole = lookout.count() >= MOST_STREAMS
    from_here = shop().settings.limits and lookout.count(address()) >= MOST_FROM
    if whole or from_here or lookout.closing:
        return await _put_off()
    opened = Stream(address(), await _topics())
    if request.method == "HEAD":
        return _answer(())
    return _answer(opened.messages(lookout, request.headers.get("Last-Event-ID")))


async def _put_off() -> Response:
    # htmx asks again only after an answer that was a stream: so its stream is a short one.
    if request.headers.get("HX-Request"):
        return _answer((f"retry: {AGAIN_MILLISECONDS}\ndata:\n\n",))
    response = await refuse(503, _(TOO_MANY))
    response.headers["Retry-After"] = str(AGAIN_MILLISECONDS // 1000)
    return response


def _answer(lines: AsyncGenerator[str, None] | tuple[str, ...]) -> Response:
    response = Response(lines, content_type=STREAM)
    # It ends with the page; the server's limit is meant for pages.
    response.timeout = None
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _topics() -> list[Topic]:
    asked = dict.fromkeys(request.args.getlist("topic"))
    if not asked or len(asked) > MOST_TOPICS:
        raise Refused(f"Name 1 to {MOST_TOPICS} topics, such as product:<id>.", "topic")
    return [await _topic(*text.partition(":")) for text in asked]


async def _topic(kind: str, _colon: str, name: str) -> Topic:
    if kind not in _KINDS:
        raise Refused(
            "A topic is product:<id>, category:<id>, cards:<slugs>, cart or order:<number>.", "topic"
        )
    return await _KINDS[kind](name)


async def _product(product_id: str) -> Topic:
    db, currency = shop().db, shop().settings.currency
    known = await db.read(live.product, product_id)

    async def make() -> list[Piece]:
        try:
            return _pieces(_of_product(await db.read(live.product, product_id)), currency=currency)
        except NotFound:
            return _pieces(_of_product(_withdrawn(known), gone=True), currency=currency)

    ids = frozenset((product_id,))
    return Topic(make, lambda news: news.touch(ids), ("product", language(), product_id))


async def _category(category_id: str) -> Topic:
    named = request.args.get("cards")
    if not named:
        return await _cards(",".join(await shop().db.read(live.shelf, category_id)))
    await shop().db.read(live.category, category_id)
    return await _cards(named)


async def _cards(named: str) -> Topic:
    db, currency = shop().db, shop().settings.currency
    slugs = [slug for slug in named.split(",") if slug]
    if len(slugs) > MOST_CARDS:
        raise Refused(f"Name at most {MOST_CARDS} cards.", "cards")
    # What is taken off sale meanwhile was seen; what was not on sale before is nobody's business.
    known = await db.read(live.cards, slugs)
    ids = frozenset(card.product_id for card in known)

    async def make() -> list[Piece]:
        cards = await db.read(live.cards, slugs, known)
        return [_card(card, currency, eager=place < 4) for place, card in enumerate(cards)]  # noqa: PLR2004 - as cards.html

    return Topic(make, lambda news: news.touch(ids), ("cards", language(), *slugs, *sorted(ids)))


async def _cart(_name: str) -> Topic:
    db, currency, looking, its_cart = shop().db, shop().settings.currency, await viewer(), cart_id()
    token, typed = current_user.auth_id, guest()
    _, email = await quoting()

    async def make() -> list[Piece]:
        quote = await db.read(_theirs, token, looking.person, quotes.of, its_cart, currency, now(), email)
        return _pieces(parts_of(quote), currency=currency, viewer=looking, guest=typed)

    return Topic(make, lambda _: True)


async def _order(number: str) -> Topic:
    db, person = shop().db, (await viewer()).person
    token, its_id, its_keys = current_user.auth_id, await visitor_id(), keys()

    async def make() -> list[Piece]:
        shown = await db.read(_theirs, token, person, orders.show_for, its_id, number, its_keys)
        return _pieces([Part("orders/status", about(shown))])

    await make()
    return Topic(make, lambda _: True)


_KINDS: dict[str, Callable[[str], Awaitable[Topic]]] = {
    "product": _product,
    "category": _category,
    "cards": _cards,
    "cart": _cart,
    "order": _order,
}


def _theirs(tx: Tx, token: str | None, person: Person | None, look: Callable[..., Any], *args: object) -> Any:
    """Look at something of a person's, while they are signed in as they were. Raises NotFound."""
    if person is not None and (token is None or people.person_of(tx, token, now()) is None):
        raise NotFound("You are signed out.")
    return look(tx, *args)


def _withdrawn(product: Product) -> Product:
    """Return a product of which nothing can be bought."""
    none = (replace(one, available=0, held=0) for one in product.variants)
    return replace(product, variants=tuple(none))


def _of_product(product: Product, *, gone: bool = False) -> list[Part]:
    """Return what a product's page may show of each variant; parts that are not on it find no place."""
    wish = {"held": "", "own": False, "form": EMPTY}
    of_variants = [
        part
        for one in product.variants
        for part in (
            Part("catalog/offer", {"one": one}, one.sku),
            Part("catalog/note", {"one": one}, one.sku),
            Part("catalog/wish", {"one": one, **wish}, one.sku),
        )
    ]
    return [Part("catalog/withdrawn", {"gone": gone}), *of_variants]


def _card(card: Card, currency: str, *, eager: bool) -> Piece:
    return _piece(Part("catalog/card", key=card.slug), card_html(card, currency, eager))


def _pieces(parts: Iterable[Part], **shared: Any) -> list[Piece]:
    return [_piece(part, markup(part, shared)) for part in parts]


def _piece(part: Part, text: str) -> Piece:
    return Piece(part.id, morphed(part, text), blake2b(text.encode(), digest_size=8).digest())
