"""Expansion: an id becomes the object it names, where the caller asks for it.

The rules are those of Stripe's page on expanding responses: paths of at most four steps, `data.` in lists,
a refusal for what can't be expanded. Some fields are only there when they are asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from db import Tx
from shop.sandbox import basket, state
from shop.sandbox.state import Fault, Object

_MOST_STEPS = 4
Tree = dict[str, Any]

_ONLY_WHEN_ASKED: Mapping[str, Mapping[str, Callable[[Tx, Object], Any]]] = {
    "checkout.session": {"line_items": lambda tx, session: basket.line_items(tx, session["id"])},
    "charge": {
        "refunds": lambda tx, charge: state.listed(
            [
                refund
                for refund in state.of_parent(tx, "refund", charge["payment_intent"])
                if refund["charge"] == charge["id"]
            ],
            f"/v1/charges/{charge['id']}/refunds",
        )
    },
    "item": {"taxes": lambda _, item: item["taxes"], "discounts": lambda _, item: item["discounts"]},
}


def applied(tx: Tx, thing: Object, paths: Iterable[str]) -> Object:
    """Return an answer with what was asked for in it. Raises Fault 400 for what can't be expanded."""
    tree: Tree = {}
    for path in paths:
        steps = path.split(".")
        if len([step for step in steps if step != "data"]) > _MOST_STEPS:
            raise Fault(
                400, f"You cannot expand more than {_MOST_STEPS} levels of a property.", param="expand"
            )
        branch = tree
        for step in steps:
            branch = branch.setdefault(step, {})
    expanded: Object = _node(tx, thing, tree, "")
    return expanded


def _node(tx: Tx, node: Any, tree: Tree, at: str) -> Any:
    if isinstance(node, list):
        return [_node(tx, one, tree, at) for one in node]
    if not isinstance(node, dict):
        return node
    only_when_asked = _ONLY_WHEN_ASKED.get(str(node.get("object")), {})
    told = {name: value for name, value in node.items() if name in tree or name not in only_when_asked}
    for name, branch in tree.items():
        path = f"{at}.{name}" if at else name
        if name in only_when_asked:
            told[name] = only_when_asked[name](tx, node)
        elif name not in node:
            raise Fault(400, f"This property cannot be expanded ({path}).", param="expand")
        told[name] = _value(tx, told[name], branch, path)
    # What is nested may have fields that are only there when asked for.
    return {name: value if name in tree else _node(tx, value, {}, "") for name, value in told.items()}


def _value(tx: Tx, value: Any, branch: Tree, path: str) -> Any:
    if isinstance(value, str):
        found = state.whatever(tx, value)
        if found is None:
            raise Fault(400, f"This property cannot be expanded ({path}).", param="expand")
        return _node(tx, found, branch, path)
    return _node(tx, value, branch, path)
