"""Who may come in: everything is closed unless this table opens it, and no other site may act for a person.

Cross-site requests are told by `Sec-Fetch-Site`, with `Origin` for browsers and addresses that do not
send it; forms need no token for that.
"""

from urllib.parse import quote, urlsplit

from quart import Quart, Response, redirect, request

from shop.clock import epoch
from shop.errors import NotFound
from shop.limits import Limit, count
from shop.web.context import shop, viewer
from shop.web.forms import EMPTY
from shop.web.own_orders import own
from shop.web.reply import AnyResponse, page, refuse, wants_fragment
from shop.words import _

ANYONE, OWNER, PERSON, ADMIN = "anyone", "owner", "person", "admin"
"""An owner's address names an order: its buyer may come in. Where it names none, it is a person's."""

ACCESS = {
    "storefront": ANYONE,
    "finding": ANYONE,
    "product": ANYONE,
    "found": ANYONE,
    "cart": ANYONE,
    "people": ANYONE,
    "links": ANYONE,
    "languages": ANYONE,
    "withdrawals": ANYONE,
    "after": ANYONE,
    "looks": ANYONE,
    "notices": ANYONE,
    "health": ANYONE,
    "live": ANYONE,
    "account": PERSON,
    "checkout": OWNER,
    "orders": OWNER,
    "order_links": ANYONE,
    "admin": ADMIN,
}
OPEN_TO_GUESTS = frozenset({"checkout.start"})
"""What a guest may do besides, though it names no order: the one that makes theirs."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def protect(app: Quart) -> None:
    """Put the guards before every route. Raises KeyError for a blueprint nobody has opened."""
    for name in app.blueprints:
        _needed(name)
    app.before_request(_refuse_other_sites)
    app.before_request(_ask_who_it_is)


def safe_next(wanted: str | None, otherwise: str = "/") -> str:
    """Return a path of this shop to go on to; anything else becomes `otherwise`."""
    if not wanted or not wanted.startswith("/") or not wanted.isprintable() or len(wanted) > 500:  # noqa: PLR2004 - no address of ours is longer
        return otherwise
    parts = urlsplit(wanted)
    outside = parts.scheme or parts.netloc or wanted.startswith("//") or "\\" in wanted
    return otherwise if outside or not wanted.isascii() else wanted


async def limit(rule: Limit, who: str) -> None:
    """Count one try by an account or an address. Raises TooMany beyond the limit."""
    if shop().settings.limits:
        await shop().db.write(count, rule, who, epoch())


async def no_such_order(sentence: str, back: str = "/orders") -> Response:
    """Answer with 404 and the ways to an order, alike whether it is not there or not theirs.

    Whoever signs in from there goes on to `back`.
    """
    if wants_fragment():
        return await refuse(404, sentence)
    return await page("orders/lost.html", 404, form=EMPTY, asked="", told=sentence, back=back)


def address() -> str:
    """Return where the request came from, as the server was told to believe it."""
    return request.remote_addr or "unknown"


async def _refuse_other_sites() -> Response | None:
    if request.method in SAFE:
        return None
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        ours = site == "same-origin"
    elif origin is not None:
        ours = urlsplit(origin).netloc == request.host
    else:
        ours = not request.cookies
    return (
        None if ours else await refuse(403, _("This form was sent from another site. Nothing was changed."))
    )


async def _ask_who_it_is() -> AnyResponse | None:
    needed = ANYONE if request.blueprint is None else _needed(request.blueprint)
    if needed == ANYONE or request.endpoint in OPEN_TO_GUESTS:
        return None
    if needed == OWNER and request.view_args and "number" in request.view_args:
        return await _refuse_others(request.view_args["number"])
    person = (await viewer()).person
    if person is None:
        return to_sign_in(request.full_path.rstrip("?") if request.method == "GET" else "/")
    if needed == ADMIN and not person.is_admin:
        raise NotFound(_("There is no such page."))
    return None


async def _refuse_others(number: str) -> Response | None:
    try:
        await own(number)
    except NotFound as refusal:
        return await no_such_order(str(refusal), f"/orders/{quote(number, safe='')}")
    return None


def _needed(blueprint: str) -> str:
    return ACCESS[blueprint.split(".", maxsplit=1)[0]]


def to_sign_in(back: str) -> AnyResponse:
    """Send somebody to sign in, and from there back to a path of ours."""
    to = f"/login?next={quote(back, safe='/')}"
    if wants_fragment():
        return Response("", 200, {"HX-Redirect": to})
    return redirect(to, 303)
