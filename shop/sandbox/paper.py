"""What every page of the local Stripe is written on: templates, policy, addresses, where a form came from."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from quart import Response, request
from werkzeug.wrappers import Response as PlainResponse

from shop.sandbox.desk import desk
from shop.sandbox.money import written

AnyResponse = Response | PlainResponse


def page(name: str, status: int, **context: Any) -> Response:
    """Return a page; a `returns_to` in its context may be led to by its forms."""
    template = _templates(desk().settings.templates).get_template(f"{name}.html")
    response = Response(template.render(prefix=prefix(), **context), status)
    # The browser checks the way back to the shop against form-action too.
    back = urlsplit(context.get("returns_to", ""))
    origin = f" {back.scheme}://{back.netloc}" if back.netloc else ""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'self'; form-action 'self'{origin}; frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def prefix() -> str:
    """Return the path below which the local Stripe is served, without a slash at its end."""
    return urlsplit(desk().settings.public_base).path.rstrip("/")


def is_same_origin() -> bool:
    """Tell whether a form came from a page of ours, as far as its browser tells."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def from_elsewhere() -> Response:
    """Refuse a form of another site."""
    return page("gone", 403, text="This form was sent from another site.", back=None)


@cache
def _templates(folder: Path) -> Environment:
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    environment.filters["money"] = written
    environment.filters["card"] = lambda number: " ".join(
        number[start : start + 4] for start in range(0, len(number), 4)
    )
    environment.filters["words"] = lambda code: str(code).replace("_", " ")
    return environment
