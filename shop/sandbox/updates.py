"""Changes and deletions that are the same for many kinds of object of the local Stripe."""

from db import Tx
from shop.sandbox import params, state, webhooks
from shop.sandbox.params import Shape
from shop.sandbox.state import Call, Fault, Object

# Kinds that Stripe tells nobody about when they change.
_SILENT = ("shipping_rate", "payment_intent")


def change(tx: Tx, call: Call, given: Object, thing_id: str, *, kind: str, shape: Shape) -> Object:
    """Change the fields that are given, an empty one to nothing, and tell so by an event."""
    asked = params.check(given, shape)
    thing = shown(tx, kind, thing_id, "id")
    if thing.get("deleted"):
        raise Fault(404, f"No such {kind}: '{thing_id}'", "resource_missing", "id")
    asked.pop("expand", None)
    metadata = params.merged(thing["metadata"], asked.pop("metadata", None))
    for name, value in asked.items():
        nothing: list[str] | None = [] if isinstance(thing.get(name), list) else None
        thing[name] = nothing if value == "" else value
    thing["metadata"] = metadata
    if "updated" in thing:
        thing["updated"] = call.at
    previous = state.change(tx, thing)
    if kind not in _SILENT:
        webhooks.emit(tx, call, f"{kind}.updated", thing, previous)
    return thing


def shown(tx: Tx, kind: str, thing_id: str, param: str) -> Object:
    """Return an object as its address shows it: of what was deleted, only customers leave a trace."""
    thing = state.get(tx, kind, thing_id, param)
    if not thing.get("deleted"):
        return thing
    if kind != "customer":
        raise Fault(404, f"No such {kind}: '{thing_id}'", "resource_missing", param)
    return _deleted(thing)


def delete_customer(tx: Tx, call: Call, given: Object, thing_id: str) -> Object:
    """Delete a customer; its id goes on to name a deleted one."""
    thing = _gone(tx, call, given, "customer", thing_id)
    state.change(tx, _deleted(thing))
    return _deleted(thing)


def delete_product(tx: Tx, call: Call, given: Object, thing_id: str) -> Object:
    """Delete a product. Raises Fault 400 where it has prices."""
    if state.of_parent(tx, "price", thing_id):
        message = "This product cannot be deleted because it has one or more user-created prices."
        raise Fault(400, message)
    thing = _gone(tx, call, given, "product", thing_id)
    state.remove(tx, thing)
    return _deleted(thing)


def delete_coupon(tx: Tx, call: Call, given: Object, thing_id: str) -> Object:
    """Delete a coupon; it can't be redeemed any more, but those who have it keep it."""
    thing = _gone(tx, call, given, "coupon", thing_id)
    state.change(tx, thing | {"deleted": True, "valid": False})
    return _deleted(thing)


def _gone(tx: Tx, call: Call, given: Object, kind: str, thing_id: str) -> Object:
    params.check(given, {})
    thing = state.get(tx, kind, thing_id, kind)
    if thing.get("deleted"):
        raise Fault(404, f"No such {kind}: '{thing_id}'", "resource_missing", kind)
    webhooks.emit(tx, call, f"{kind}.deleted", thing)
    return thing


def _deleted(thing: Object) -> Object:
    return {"id": thing["id"], "object": thing["object"], "deleted": True}
