"""A local Stripe, so that the shop runs without an account, a key or a network.

It behaves as Stripe does where a shop can see it: the REST calls, the hosted payment page, the signed
deliveries with retries. It knows nothing of the shop and keeps its own books; no money moves here.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from quart import Quart

from shop.sandbox.api import api
from shop.sandbox.control import control
from shop.sandbox.dashboard import dashboard
from shop.sandbox.desk import EXTENSION, Desk
from shop.sandbox.pages import pages
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
    """Return this installation's keys, drawn at random into a file of its owner's at the first call."""
    drawn = {
        "secret_key": f"sk_test_{secrets.token_hex(24)}",
        "webhook_secret": f"whsec_{secrets.token_hex(24)}",
        "control_token": secrets.token_hex(24),
    }
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if kept.keys() != drawn.keys():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(drawn | kept, file)
    return Keys(**(drawn | kept))


def create_sandbox(settings: SandboxSettings) -> Quart:
    """Return the local Stripe as an application; its start-up opens the books and begins to deliver."""
    app = Quart("shop.sandbox", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.register_blueprint(api)
    app.register_blueprint(control)
    app.register_blueprint(pages)
    app.register_blueprint(dashboard)

    @app.before_serving
    async def open_books() -> None:
        app.extensions[EXTENSION] = await Desk.open(settings)

    @app.after_serving
    async def close_books() -> None:
        await app.extensions.pop(EXTENSION).close()

    return app
