"""The outermost layer: which hosts we answer to, and the headers that every answer carries.

It stands in front of the framework so that errors, static files and redirects are covered as well.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from shop.config import LOOPBACK, Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_REFUSAL = b"This shop is not at that address.\n"


class Shield:
    """Wraps an ASGI application; only requests for our own host reach it."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._host = settings.host.lower()
        self._headers = _headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on the application's start and stop."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._is_ours(scope):
            await self._app(scope, receive, self._dressed(send))
        else:
            await self._refuse(self._dressed(send))

    def _is_ours(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        host = hosts[0].decode("latin-1").lower()
        # A browser sends a foreign name even when that name leads to this machine.
        return host == self._host or urlsplit(f"//{host}").hostname in LOOPBACK

    def _dressed(self, send: Send) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                given = {name.lower() for name, _ in headers}
                headers += [pair for pair in self._headers if pair[0] not in given]
                message = {**message, "headers": headers}
            await send(message)

        return dressed

    async def _refuse(self, send: Send) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": _REFUSAL})


def _headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    pay = ["https://checkout.stripe.com"]
    if settings.stripe_api_base:
        parts = urlsplit(settings.stripe_api_base)
        pay.append(f"{parts.scheme}://{parts.netloc}")
    policy = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        # The redirect to the payment page is checked against form-action as well.
        f"frame-ancestors 'none'; form-action 'self' {' '.join(pay)}"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        # Never no-referrer: it would take the Origin from our own forms.
        (b"referrer-policy", b"strict-origin-when-cross-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
        (b"cache-control", b"private, no-store"),
    ]
