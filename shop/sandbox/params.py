"""Parameters as Stripe reads them: form-encoded with brackets, every name known, every value checked."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shop.sandbox.state import Fault

_PART = re.compile(r"\[([^\]]*)\]")
_MOST_DEEP = 6

Shape = Mapping[str, Any]
"""What may be sent: a name to `str`, `int`, `bool`, a Shape, a list of one of them, or METADATA."""

METADATA: dict[str, Any] = {"*": str}


def decode(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return nested parameters from bracketed names. Raises Fault 400."""
    decoded: dict[str, Any] = {}
    for name, value in pairs:
        head, _, _ = name.partition("[")
        path = [head, *_PART.findall(name[len(head) :])]
        if len(path) > _MOST_DEEP:
            raise Fault(400, "Invalid request: nested too deep", param=name)
        _put(decoded, path, value)
    return decoded


def check(given: Mapping[str, Any], shape: Shape, at: str = "") -> dict[str, Any]:
    """Return the parameters with their types. Raises Fault 400 for an unknown name or a wrong value."""
    checked = {}
    for name, value in given.items():
        path = f"{at}[{name}]" if at else name
        wanted = shape.get(name, shape.get("*"))
        if wanted is None:
            raise Fault(400, f"Received unknown parameter: {path}", "parameter_unknown", path)
        checked[name] = _typed(value, wanted, path)
    return checked


def required(given: Mapping[str, Any], name: str) -> Any:
    """Return a parameter that must be there. Raises Fault 400."""
    if name not in given:
        raise Fault(400, f"Missing required param: {name}.", "parameter_missing", name)
    return given[name]


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        into = into.setdefault(name, {})
        if not isinstance(into, dict):
            raise Fault(400, f"Invalid object: {name}", param=name)
    into[path[-1] or str(len(into))] = value


def _typed(value: Any, wanted: Any, path: str) -> Any:
    if isinstance(wanted, list):
        if not isinstance(value, dict):
            raise Fault(400, "Invalid array", "parameter_invalid_array", path)
        return [_typed(one, wanted[0], f"{path}[{index}]") for index, one in value.items()]
    if isinstance(wanted, Mapping):
        if not isinstance(value, dict):
            raise Fault(400, "Invalid object", "parameter_invalid_object", path)
        return check(value, wanted, path)
    if not isinstance(value, str):
        raise Fault(400, "Invalid string", "parameter_invalid_string", path)
    if wanted is int:
        if not re.fullmatch(r"-?[0-9]{1,15}", value, re.ASCII):
            raise Fault(400, f"Invalid integer: {value}", "parameter_invalid_integer", path)
        return int(value)
    if wanted is bool:
        if value not in ("true", "false"):
            raise Fault(400, f"Invalid boolean: {value}", "parameter_invalid_boolean", path)
        return value == "true"
    return value
