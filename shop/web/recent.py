"""What was looked at last, remembered in the visitor's own signed session and nowhere else.

Only of somebody who has a cookie already, for a cart, a language or a sign-in: a stranger is given none for
looking, so that they keep the pages that all strangers share, and a crawler gathers nothing.
"""

from quart import request, session

from shop import storefinds
from shop.storefinds import Seen
from shop.web.context import shop

SHOWN = 8


def remember(product_id: str) -> None:
    """Note that a product is looked at now."""
    last = [product_id, *(one for one in _ids() if one != product_id)][: SHOWN + 1]
    # A cookie is signed and sent only when something has changed.
    if request.cookies and last != _ids():
        session["seen"] = last


async def recent(besides: str = "") -> tuple[Seen, ...]:
    """Return what was looked at last, besides the product that is on the page."""
    ids = [one for one in _ids() if one != besides][:SHOWN]
    return await shop().db.read(storefinds.seen, ids) if ids else ()


def _ids() -> list[str]:
    found = session.get("seen")
    return found if isinstance(found, list) else []
