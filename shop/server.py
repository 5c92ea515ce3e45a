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
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


def application() -> App:
    """Return the shop of this process's environment; each of several workers calls it."""
    return shop_asgi(read_settings(environment()))


def config(app: App | str, settings: Settings) -> uvicorn.Config:
    """Return how the application is served; forwarded headers count only from the named proxies."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=GRACE_SECONDS,
        factory=isinstance(app, str),
    )


def serve(app: App, settings: Settings, listener: socket.socket) -> None:
    """Serve until told to stop."""
    uvicorn.Server(config(app, settings)).run(sockets=[listener])
