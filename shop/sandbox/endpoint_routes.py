"""The local Stripe's REST API for webhook endpoints."""

from quart import Blueprint, Response

from db import Tx
from shop.sandbox import endpoints, params, state
from shop.sandbox.calls import get, listing, post
from shop.sandbox.state import Call, Object

routes = Blueprint("endpoints", __name__, url_prefix="/v1/webhook_endpoints")


@routes.post("")
async def create_endpoint() -> Response:
    """Create a webhook endpoint."""
    return await post(endpoints.create)


@routes.get("")
async def list_endpoints() -> Response:
    """List webhook endpoints."""
    return await listing(endpoints.KIND, {})


@routes.get("/<thing>")
async def get_endpoint(thing: str) -> Response:
    """Retrieve a webhook endpoint, without its secret."""
    return await get(lambda tx: state.get(tx, endpoints.KIND, thing, "webhook_endpoint"))


@routes.post("/<thing>")
async def update_endpoint(thing: str) -> Response:
    """Update a webhook endpoint."""

    def update(tx: Tx, _call: Call, given: Object) -> Object:
        return endpoints.update(tx, thing, given)

    return await post(update)


@routes.delete("/<thing>")
async def delete_endpoint(thing: str) -> Response:
    """Delete a webhook endpoint."""

    def delete(tx: Tx, _call: Call, given: Object) -> Object:
        params.check(given, {})
        return endpoints.delete(tx, thing)

    return await post(delete)
