"""How the local Stripe's pages are made and guarded."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from quart import Response, request

from shop.sandbox.desk import desk
from shop.sandbox.money import written


def page(name: str, status: int, **context: Any) -> Response:
    """Answer with a page; `returns_to` is the address of the shop that its forms may lead back to."""
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


def refused() -> Response | None:
    """Answer a form that another site has sent; None where it is ours."""
    origin = request.headers.get("Origin")
    if origin is None or urlsplit(origin).netloc == request.host:
        return None
    return page("gone", 403, text="This form was sent from another site.", back=None)


def prefix() -> str:
    """Return the path that the local Stripe is served below."""
    return urlsplit(desk().settings.public_base).path.rstrip("/")


@cache
def _templates(folder: Path) -> Environment:
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    environment.filters["money"] = written
    environment.filters["card"] = lambda number: " ".join(
        number[start : start + 4] for start in range(0, len(number), 4)
    )
    environment.filters["words"] = lambda code: str(code).replace("_", " ")
    return environment
