"""Answers held against Stripe's own description where it lies beside the project, and against ours.

`shapes.json` records, for each kind of object, the fields our answers have; a field that goes missing is
found also where Stripe's description is not at hand.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

SPEC = Path(__file__).parents[3] / "shared" / "stripe" / "openapi-subset.json"
SHAPES = Path(__file__).parent / "shapes.json"
NOT_DESCRIBED = ("radar.early_fraud_warning",)


def check(thing: dict[str, Any]) -> None:
    """Raise unless an answer has the shape of Stripe's object of that kind."""
    if thing["object"] == "list":
        for one in thing["data"]:
            check(one)
        return
    check_fields(thing)
    if SPEC.exists() and thing["object"] not in NOT_DESCRIBED:
        _validator(thing["object"]).validate(thing)
    if thing["object"] == "event":
        check(thing["data"]["object"])


def check_fields(thing: dict[str, Any]) -> None:
    """Raise unless an answer has every field that was recorded of its kind."""
    if thing["object"] == "list":
        for one in thing["data"]:
            check_fields(one)
        return
    missing = set(_shapes()[thing["object"]]) - thing.keys()
    assert not missing, f"{thing['object']} has lost {sorted(missing)}"


def recorded_requests() -> dict[str, list[str]]:
    """Return the names of the parameters that the shop sends, by method and address."""
    return _shapes()["requests"]


@cache
def _shapes() -> dict[str, Any]:
    return json.loads(SHAPES.read_text())


@cache
def _validator(kind: str) -> jsonschema.Draft202012Validator:
    schemas = converted(json.loads(SPEC.read_text())["components"]["schemas"])
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{kind}", "components": {"schemas": schemas}}
    )


def converted(node: Any) -> Any:
    """Turn OpenAPI's `nullable` into what JSON Schema understands."""
    if isinstance(node, list):
        return [converted(one) for one in node]
    if not isinstance(node, dict):
        return node
    plain = {name: converted(value) for name, value in node.items() if name != "nullable"}
    if not node.get("nullable"):
        return plain
    if "enum" in plain:
        plain["enum"] = [*plain["enum"], None]
    return {"anyOf": [plain, {"type": "null"}]}
