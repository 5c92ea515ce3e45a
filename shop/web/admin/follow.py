"""Where an answer goes that was asked for from a page, or from the Undo of the sentence above it."""

from quart import Response, redirect, request

from shop.web.reply import AnyResponse, wants_fragment


def from_flash() -> bool:
    """Tell whether htmx asks from the sentence at the top, and so would swap the answer into it."""
    return wants_fragment() and request.headers.get("HX-Target", "").endswith("#flash")


def go(to: str) -> AnyResponse:
    """Have the browser show a whole page."""
    return Response("", 200, {"HX-Redirect": to}) if wants_fragment() else redirect(to, 303)
