"""A local Stripe, so that the shop runs without an account, a key or a network.

It behaves as Stripe does where a shop can see it: the REST calls, the hosted payment page, the signed
deliveries with retries. It knows nothing of the shop and keeps its own books; no money moves here.
"""

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from quart import Quart

from shop.sandbox.api import api
from shop.sandbox.control import control
from shop.sandbox.control_page import control_page
from shop.sandbox.dashboard import dashboard
from shop.sandbox.deliveries import deliveries
from shop.sandbox.desk import EXTENSION, Desk
from shop.sandbox.endpoint_routes import routes as endpoint_routes
from shop.sandbox.pages import pages
from shop.sandbox.spoiling import App, Spoiling
from shop.sandbox.state import SandboxSettings

__all__ = ["Keys", "SandboxSettings", "create_sandbox", "local_keys"]

LARGEST_BODY = 256 * 1024


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets that a shop and its local Stripe share, and the one that lets a tester make faults."""

    secret_key: str
    webhook_secret: str
    control_token: str


def local_keys(path: Path) -> Keys:
    """Return this installation's keys, drawn at random into a file of its owner's at the first call.

    Processes that ask at once get the same keys. Raises ValueError for a file that is not ours.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        drawn = Keys(
            f"sk_test_{secrets.token_hex(24)}", f"whsec_{secrets.token_hex(24)}", secrets.token_hex(24)
        )
        _place(path, drawn, os.link)
    try:
        kept: dict[str, str] = json.loads(path.read_text())
        # An earlier version drew no control token. It is made from the others, so that all who complete
        # the file at once complete it alike.
        made = hmac.new(kept["webhook_secret"].encode(), b"control token", hashlib.sha256).hexdigest()
        keys = Keys(kept["secret_key"], kept["webhook_secret"], kept.get("control_token") or made)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"{path} is no file of the local Stripe's keys: move it away.") from fault
    if kept != asdict(keys):
        _place(path, keys, os.replace)
    return keys


def _place(path: Path, keys: Keys, put: Callable[[Path, Path], None]) -> None:
    """Write a file whole under another name and `put` it in its place; whoever was there first stays."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(keys), file)
        with contextlib.suppress(FileExistsError):
            put(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def create_sandbox(settings: SandboxSettings) -> Quart:
    """Return the local Stripe as an application; its start-up opens the books and begins to deliver."""
    app = Quart("shop.sandbox", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    for part in (api, endpoint_routes, control, control_page, deliveries, pages, dashboard):
        app.register_blueprint(part)
    spoiling = Spoiling(cast("App", app.asgi_app), lambda: app.extensions.get(EXTENSION))
    app.asgi_app = spoiling  # type: ignore[assignment]  # as Quart documents it

    @app.before_serving
    async def open_books() -> None:
        app.extensions[EXTENSION] = await Desk.open(settings)

    @app.after_serving
    async def close_books() -> None:
        await app.extensions.pop(EXTENSION).close()

    return app
