"""How much may be sent at once: little, but to the addresses that take files."""

import re
from typing import Any

from quart import Request

MEGABYTE = 1024 * 1024

ROOM = (
    (re.compile(r"/admin/products/[^/]+/pictures"), 40 * MEGABYTE),
    # A file of the largest size with what a form puts around it.
    (re.compile(r"/admin/looks/logo"), 11 * MEGABYTE),
    (re.compile(r"/admin/imports"), 31 * MEGABYTE),
)
"""Addresses that take files, and how many bytes all of a form's may have together."""


class RoomyRequest(Request):
    """A request whose address decides how much it may bring.

    The framework refuses a larger body while it makes the request, long before a route could ask for room.
    """

    def __init__(self, method: str, scheme: str, path: str, *more: Any, **named: Any) -> None:
        room = next((room for pattern, room in ROOM if pattern.fullmatch(path)), None)
        if room is not None:
            named["max_content_length"] = room
        super().__init__(method, scheme, path, *more, **named)
        # The body asks for the first one, the reader of the form for this one.
        self.max_content_length = room
