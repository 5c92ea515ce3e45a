"""Pages that strangers share: rendered once, kept until anything at all is committed.

Somebody without a cookie has no cart, no name and nothing to be told, so the page is the same for all of
them. Whoever carries a cookie gets a page of their own.
"""

from collections.abc import Awaitable, Callable

from quart import Response, request

from shop.web.context import shop
from shop.web.reply import html
from shop.words import language

OK = 200
_PASSING = "private, no-store"


async def kept(make: Callable[[], Awaitable[Response]]) -> Response:
    """Answer with the kept page, or make it and keep it."""
    if request.cookies:
        return await make()
    db, address = shop().db, f"{language()} {request.full_path}"
    # Read before the page is made: the page may be newer than the state it is kept under, never older.
    state = db.state()
    shelf = shop().shelf
    found = shelf.find(state, address)
    if found is not None:
        return html(found)
    response = await make()
    if response.status_code == OK and response.headers.get("Cache-Control") != _PASSING:
        shelf.keep(state, address, await response.get_data(as_text=False))
    return response


def passing(response: Response) -> Response:
    """Mark a page that tells how long something takes: the next one tells another time."""
    response.headers["Cache-Control"] = _PASSING
    return response
