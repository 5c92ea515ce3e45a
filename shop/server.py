"""The server: uvicorn, told what a shop needs."""

import socket

import uvicorn

from shop.app import shop_asgi
from shop.config import Settings, environment, read_settings
from shop.web.shield import App

GRACE_SECONDS = 3


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket, so that the port is known before anything starts. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The event loop turns Nagle's algorithm off only where the protocol is named.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


def application() -> App:
    """Return the shop of this process's environment; each of several workers calls it."""
    return shop_asgi(read_settings(environment()))


def config(app: App | str, settings: Settings, *, dates: bool = True) -> uvicorn.Config:
    """Return how the application is served; forwarded headers count only from the named proxies.

    Without `dates` the application dates its answers itself, as the local Stripe does by its own clock.
    """
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="on",
        server_header=False,
        date_header=dates,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=GRACE_SECONDS,
        factory=isinstance(app, str),
    )


def serve(app: App, settings: Settings, listener: socket.socket, *, dates: bool = True) -> None:
    """Serve until told to stop."""
    uvicorn.Server(config(app, settings, dates=dates)).run(sockets=[listener])
