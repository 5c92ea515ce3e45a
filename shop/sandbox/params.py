"""Parameters as Stripe reads them: form-encoded with brackets, every name known, every value checked."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shop.sandbox.state import Fault

_PART = re.compile(r"\[([^\]]*)\]")
_MOST_DEEP = 6

Shape = Mapping[str, Any]
"""What may be sent: a name to `str`, `int`, `bool`, `float`, a tuple of the words that are allowed, an
Either, a Shape, a list of one of them, or METADATA. A Shape's `*` stands for every other name."""

METADATA: dict[str, Any] = {"*": str}
_MOST_METADATA, _LONGEST_KEY, _LONGEST_VALUE = 50, 40, 500


@dataclass(frozen=True, slots=True)
class Either:
    """A parameter that comes as one value or as an object; an empty value unsets what Stripe lets unset."""

    plain: Any
    nested: Any


def unsettable(nested: Any) -> Either:
    """Return the shape of an object or a list that an empty value takes away."""
    return Either(("",), nested)


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


def merged(held: Mapping[str, str], given: Mapping[str, str] | None) -> dict[str, str]:
    """Return metadata after an update: what is not named stays, an empty value goes, nothing clears all."""
    if given is None:
        return dict(held)
    return {key: text for key, text in ({**held, **given} if given else {}).items() if text}


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        into = into.setdefault(name, {})
        if not isinstance(into, dict):
            raise Fault(400, f"Invalid object: {name}", param=name)
    into[path[-1] or str(len(into))] = value


def _typed(value: Any, wanted: Any, path: str) -> Any:
    if wanted is METADATA:
        return _metadata(value, path)
    if isinstance(wanted, Either):
        return _typed(value, wanted.nested if isinstance(value, dict) else wanted.plain, path)
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
    return _plain(value, wanted, path)


def _plain(value: str, wanted: Any, path: str) -> Any:
    if isinstance(wanted, tuple):
        if value not in wanted:
            words = ", ".join(word or "an empty value" for word in wanted)
            raise Fault(400, f"Invalid {path}: must be one of {words}", "parameter_invalid_choice", path)
        return value
    if wanted is int:
        if not re.fullmatch(r"-?[0-9]{1,15}", value, re.ASCII):
            raise Fault(400, f"Invalid integer: {value}", "parameter_invalid_integer", path)
        return int(value)
    if wanted is float:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value, re.ASCII):
            raise Fault(400, f"Invalid decimal: {value}", "parameter_invalid_number", path)
        return float(value)
    if wanted is bool:
        if value not in ("true", "false"):
            raise Fault(400, f"Invalid boolean: {value}", "parameter_invalid_boolean", path)
        return value == "true"
    return value


def _metadata(value: Any, path: str) -> dict[str, str]:
    """Return metadata within Stripe's bounds; an empty value stands for none at all."""
    if value == "":
        return {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise Fault(400, "Invalid object", "parameter_invalid_object", path)
    if len(value) > _MOST_METADATA:
        raise Fault(400, f"You can have up to {_MOST_METADATA} metadata keys.", param=path)
    for key, text in value.items():
        if len(key) > _LONGEST_KEY or len(text) > _LONGEST_VALUE:
            message = f"Metadata keys have up to {_LONGEST_KEY}, values up to {_LONGEST_VALUE} characters."
            raise Fault(400, message, "parameter_invalid_string_long", f"{path}[{key}]"[:80])
    return dict(value)
