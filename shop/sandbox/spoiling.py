"""What stands before the local Stripe's API: spoils its answers as ordered, and tells the local time.

"before" spoils a call that never happened; "after" lets it happen whole, commit included, and spoils only
what the caller hears of it.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from typing import Any

from shop.sandbox import calls, state
from shop.sandbox.desk import HELD_KEYS, Desk
from shop.sandbox.faults import Mishap

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_API = "/v1/"
_HTML = b"<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1><p>Somebody else answered.</p>\n"
_GARBAGE = b'\x00\xff\xfe{"id": "cs_test_\xc3\x28", "object": nul'
_HALF = b'{"id": "'
_TYPES = {402: "card_error", 409: "idempotency_error"}
_CODES = {409: "idempotency_key_in_use", 429: "rate_limit"}


class Spoiling:
    """Wraps the application; `find_desk` returns the running local Stripe, or None before its start."""

    def __init__(self, app: App, find_desk: Callable[[], Desk | None]) -> None:
        self._app = app
        self._find_desk = find_desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, spoiled or whole."""
        here = self._find_desk()
        if scope["type"] != "http" or here is None:
            await self._app(scope, receive, send)
            return
        send = _dated(send, here)
        mishap = None
        if scope["path"].startswith(_API):
            mishap = here.faults.draw("api", {"method": scope["method"], "path": scope["path"]})
        if mishap is None:
            await self._app(scope, receive, send)
        elif mishap.what == "notice":
            await self._app(scope, receive, _noticed(send, mishap.text or "A notice from the local Stripe."))
        elif mishap.when == "before":
            await _spoil(mishap, receive, send, [])
        else:
            await self._after(here, mishap, scope, receive, send)

    async def _after(self, here: Desk, mishap: Mishap, scope: Scope, receive: Receive, send: Send) -> None:
        answer: list[Message] = []
        held: list[str] = []

        async def record(message: Message) -> None:
            answer.append(message)

        try:
            # The call's key stays in use until the caller has been answered.
            await self._app({**scope, HELD_KEYS: held}, receive, record)
            if mishap.kept and held:
                await here.write(calls.spoil, held[0], mishap.status, _error(mishap.status))
            await _spoil(mishap, receive, send, answer)
        finally:
            here.running.difference_update(held)


async def _spoil(mishap: Mishap, receive: Receive, send: Send, answer: list[Message]) -> None:
    if mishap.what == "hang":
        await _wait(receive, mishap.seconds)
    if mishap.what == "hang" and answer:
        for message in answer:
            await send(message)
    elif mishap.what in ("hang", "reset"):
        await _break_off(send)
    elif mishap.what == "redirect":
        await _send(send, mishap.status, "text/html", b"", [(b"location", b"/elsewhere")])
    elif mishap.what == "html":
        await _send(send, mishap.status, "text/html", _HTML)
    elif mishap.what == "garbage":
        await _send(send, mishap.status, "application/json", _GARBAGE)
    else:
        headers = [(b"request-id", state.new_id("req").encode())]
        await _send(send, mishap.status, "application/json", _error(mishap.status).encode(), headers)


def _error(status: int) -> str:
    """Return a Stripe-shaped refusal of this status (Stripe's reference of errors)."""
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "api_error")  # noqa: PLR2004 - where HTTP counts faults of the server
    code = {"code": _CODES[status]} if status in _CODES else {}
    message = f"The local Stripe was told to answer {status}."
    return json.dumps({"error": {"type": kind, "message": message} | code})


async def _wait(receive: Receive, seconds: int) -> None:
    """Wait, but not longer than the caller does."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(gone(), seconds)


async def _break_off(send: Send) -> None:
    """Begin an answer and end before it does: the server then closes the connection."""
    length = str(100 * len(_HALF)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _HALF, "more_body": True})


async def _send(
    send: Send, status: int, kind: str, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    told = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})


def _dated(send: Send, here: Desk) -> Send:
    return with_header(send, b"date", lambda: formatdate(here.clock.now(), usegmt=True))


def _noticed(send: Send, text: str) -> Send:
    return with_header(send, b"stripe-notice", lambda: text)


def with_header(send: Send, name: bytes, value: Callable[[], str]) -> Send:
    """Return a `send` whose answers carry this header, and no other of its name."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            others = [pair for pair in message.get("headers", []) if pair[0].lower() != name]
            message = {**message, "headers": [*others, (name, value().encode())]}
        await send(message)

    return dressed
