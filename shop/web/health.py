"""Operations: whether the process lives, whether it can work, and a few numbers."""

from quart import Blueprint, Response

from db import Tx
from shop import orders
from shop.web.context import shop

health = Blueprint("health", __name__)


@health.get("/healthz")
async def alive() -> Response:
    """Say that the process answers."""
    return _text("ok\n")


@health.get("/readyz")
async def ready() -> Response:
    """Say that the books can be read."""
    await shop().db.read(orders.overview)
    return _text("ready\n")


@health.get("/metrics")
async def metrics() -> Response:
    """Give numbers in Prometheus' text format; each stops at a hundred."""
    return _text(await shop().db.read(_numbers))


def _numbers(tx: Tx) -> str:
    seen = orders.overview(tx)
    numbers = {
        "tillroom_orders_open": seen.orders_open,
        "tillroom_orders_to_pack": seen.orders_to_pack,
        "tillroom_orders_in_review": seen.reviews,
        "tillroom_variants_sold_out": seen.out_of_stock,
    }
    return "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in numbers.items())


def _text(body: str) -> Response:
    return Response(body, content_type="text/plain; charset=utf-8")
