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
from shop.web.reply import AnyResponse, refuse, wants_fragment
from shop.words import _

ANYONE, PERSON, ADMIN = "anyone", "person", "admin"

ACCESS = {
    "storefront": ANYONE,
    "finding": ANYONE,
    "product": ANYONE,
    "found": ANYONE,
    "cart": ANYONE,
    "people": ANYONE,
    "links": ANYONE,
    "languages": ANYONE,
    "notices": ANYONE,
    "health": ANYONE,
    "live": ANYONE,
    "account": PERSON,
    "checkout": PERSON,
    "orders": PERSON,
    "admin": ADMIN,
}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def protect(app: Quart) -> None:
    """Put the guards before every route. Raises KeyError for a blueprint nobody has opened."""
    for name in app.blueprints:
        _needed(name)
    app.before_request(_refuse_other_sites)
    app.before_request(_ask_who_it_is)


def safe_next(wanted: str | None, otherwise: str = "/") -> str:
    """Return a path of this shop to go on to; anything else becomes `otherwise`."""
    if not wanted or not wanted.startswith("/") or not wanted.isprintable() or len(wanted) > 500:  # noqa: PLR2004
        return otherwise
    parts = urlsplit(wanted)
    outside = parts.scheme or parts.netloc or wanted.startswith("//") or "\\" in wanted
    return otherwise if outside or not wanted.isascii() else wanted


async def limit(rule: Limit, who: str) -> None:
    """Count one try by an account or an address. Raises TooMany beyond the limit."""
    if shop().settings.limits:
        await shop().db.write(count, rule, who, epoch())


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
    if needed == ANYONE:
        return None
    person = (await viewer()).person
    if person is None:
        return _to_sign_in()
    if needed == ADMIN and not person.is_admin:
        raise NotFound(_("There is no such page."))
    return None


def _needed(blueprint: str) -> str:
    return ACCESS[blueprint.split(".", maxsplit=1)[0]]


def _to_sign_in() -> AnyResponse:
    back = request.full_path.rstrip("?") if request.method == "GET" else "/cart"
    if request.method != "GET" and request.blueprint != "checkout":
        back = "/"
    to = f"/login?next={quote(back, safe='/')}"
    if wants_fragment():
        return Response("", 200, {"HX-Redirect": to})
    return redirect(to, 303)
