"""Long lists as files: streamed page by page, so that their length costs neither memory nor a long snapshot.

Each page is a short read of its own; a checkout that commits meanwhile never waits for a download.
"""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from quart import Response, stream_with_context

from shop.export import cell
from shop.listing import Listing

T = TypeVar("T")
Row = Sequence[object]


async def csv_response(filename: str, header: Sequence[str], pages: AsyncIterator[Iterable[Row]]) -> Response:
    """Answer with a CSV file in UTF-8: the header, then the rows of each page, with formulas defused.

    The first page is read before anything is sent, so that a refusal still has its own status.
    """
    first = await anext(pages, None)
    # All but the first page is read after the request has been answered, and asks for its shop all the same.
    lines = stream_with_context(_lines)(header, first or (), pages)
    response = Response(lines, content_type="text/csv; charset=utf-8")
    # A long file takes as long as its reader; the server's limit is meant for pages.
    response.timeout = None
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "no-store"
    return response


async def walked(read: Callable[[str | None], Awaitable[Listing[T]]]) -> AsyncIterator[tuple[T, ...]]:
    """Yield the items of a list page by page; `read` returns the page after a key, None being the start."""
    after: str | None = None
    while True:
        listing = await read(after)
        yield listing.items
        if listing.next_after is None:
            return
        after = listing.next_after


async def _lines(
    header: Sequence[str], first: Iterable[Row], rest: AsyncIterator[Iterable[Row]]
) -> AsyncIterator[str]:
    yield _text([header]) + _text(first)
    async for page in rest:
        yield _text(page)


def _text(rows: Iterable[Row]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()
