"""The application put together: the shop behind its shield, and for a demo the local Stripe beside it."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path
from types import FrameType
from typing import cast

from quart import Quart
from quart_auth import QuartAuth

from db import Database
from shop import instance, jobs
from shop.assets import folder
from shop.clock import epoch, now
from shop.config import SettingError, Settings
from shop.live import Lookout
from shop.sandbox import SandboxSettings, create_sandbox, local_keys
from shop.sandbox.spoiling import with_header
from shop.stripe_gateway import Gateway
from shop.web import furnish
from shop.web.context import EXTENSION, Shop
from shop.web.shield import App, Message, Receive, Scope, Send, Shield
from shop.web.stripe_webhook import Letterbox
from shop.web.uploads import RoomyRequest

LARGEST_FORM = 64 * 1024
YEAR_SECONDS = 31_536_000
SANDBOX_PREFIX = "/_sandbox"


def create_app(settings: Settings) -> Quart:
    """Return the shop as a Quart application; its start opens the books and begins the jobs."""
    app = Quart("shop", static_folder=str(folder("static")), static_url_path="/static")
    app.request_class = RoomyRequest
    app.secret_key = settings.secret_key
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(seconds=YEAR_SECONDS),
        SESSION_COOKIE_NAME="__Host-cart" if settings.is_https else "cart",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
    )
    QuartAuth(
        app,
        cookie_name="__Host-sign-in" if settings.is_https else "sign-in",
        cookie_secure=settings.is_https,
        cookie_samesite="Lax",
        duration=14 * 24 * 3600,
    )
    furnish(app)

    @app.while_serving
    async def serving() -> AsyncGenerator[None, None]:
        async with _running(app, settings):
            yield

    return app


def shop_asgi(settings: Settings) -> App:
    """Return the shop as it is served to the public."""
    app = create_app(settings)
    return Shield(Letterbox(cast("App", app), app), settings)


def demo_asgi(settings: Settings, backstage: str) -> App:
    """Return the shop with the local Stripe on the same port, which reaches the shop at `backstage`."""
    token = local_keys(keys_path(settings)).control_token
    sandbox = create_sandbox(sandbox_settings(settings, f"{backstage}/stripe-webhook", control_token=token))
    return Beside(shop_asgi(settings), sandbox)


def demo_settings(settings: Settings, backstage: str) -> Settings:
    """Return settings for a demo: keys of this installation, and the local Stripe on our own port."""
    if settings.livemode:
        raise SettingError("STRIPE_SECRET_KEY is a live key: a demo must not be near real money.")
    keys = local_keys(keys_path(settings))
    return replace(
        settings,
        # One file, one owner: what signs the demo's cookies is drawn with what signs its events.
        secret_key=settings.secret_key or keys.webhook_secret + keys.secret_key,
        stripe_key=keys.secret_key,
        webhook_secrets=(keys.webhook_secret,),
        stripe_api_base=f"{backstage}{SANDBOX_PREFIX}",
    )


def sandbox_settings(
    settings: Settings, webhook_url: str, base: str | None = None, *, control_token: str = ""
) -> SandboxSettings:
    """Return how to run the local Stripe for a shop with these settings."""
    return SandboxSettings(
        database=_beside_books(settings, "local-stripe.db"),
        public_base=base or f"{settings.base_url}{SANDBOX_PREFIX}",
        secret_key=settings.stripe_key,
        endpoints=((webhook_url, settings.webhook_secrets[0]),),
        templates=folder("templates") / "sandbox",
        static=folder("static") / "sandbox",
        control_token=control_token,
    )


def keys_path(settings: Settings) -> Path:
    """Return where this installation keeps the keys it shares with its local Stripe."""
    return _beside_books(settings, "local-stripe-keys.json")


class Beside:
    """Serves the local Stripe below its prefix and the shop everywhere else."""

    def __init__(self, app: App, sandbox: Quart) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or start and stop both."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["path"].startswith(f"{SANDBOX_PREFIX}/"):
            path = scope["path"].removeprefix(SANDBOX_PREFIX)
            await self._sandbox({**scope, "path": path, "raw_path": path.encode()}, receive, send)  # type: ignore[arg-type]  # the same types
        else:
            # Here the server dates nothing: the local Stripe tells its own time.
            await self._app(scope, receive, with_header(send, b"date", _date))

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_for_both() -> Message:
            message = await receive()
            # Before the shop answers: the server takes its answer for that of the whole.
            if message["type"] == "lifespan.startup":
                await self._sandbox.startup()
            else:
                await self._sandbox.shutdown()
            return message

        await self._app(scope, receive_for_both, send)


@contextlib.asynccontextmanager
async def _running(app: Quart, settings: Settings) -> AsyncIterator[None]:
    db = await Database.open(settings.database_url)
    gateway = Gateway(settings.stripe_key, settings.stripe_api_base)
    await db.write(instance.establish, settings.currency, now())
    returned = jobs.Returned()
    lookout = Lookout(db)
    app.extensions[EXTENSION] = Shop(settings, db, gateway, returned, lookout)
    worker = jobs.Worker(db, gateway, settings, returned)
    tasks = [asyncio.create_task(worker.run()), asyncio.create_task(lookout.run())]
    try:
        with _at_the_signal(lookout.close):
            yield
    finally:
        lookout.close()
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await gateway.close()
        await db.close()


@contextlib.contextmanager
def _at_the_signal(end: Callable[[], None]) -> Iterator[None]:
    """Have streams end when the process is told to: the server waits for them before it lets us know."""
    loop = asyncio.get_running_loop()
    in_main = threading.current_thread() is threading.main_thread()
    told = {sig: signal.getsignal(sig) for sig in (signal.SIGTERM, signal.SIGINT) if in_main}

    def heed(number: int, stack: FrameType | None) -> None:
        loop.call_soon_threadsafe(end)
        handler = told[signal.Signals(number)]
        if callable(handler):
            handler(number, stack)

    heeded = [sig for sig, handler in told.items() if callable(handler)]
    for sig in heeded:
        signal.signal(sig, heed)
    try:
        yield
    finally:
        for sig in heeded:
            if signal.getsignal(sig) is heed:
                signal.signal(sig, told[sig])


def _date() -> str:
    return formatdate(epoch(), usegmt=True)


def _beside_books(settings: Settings, name: str) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///")).parent / name
