"""Every call that a test makes to the local Stripe, held against Stripe's own description.

A request must be one that Stripe would take: known parameters at every depth, of the right type. An answer
must be one that Stripe would give. The description is of an earlier API version than the library's; what has
changed since is applied to it (`sdk-delta.json`). Where the description is not beside the project, answers
are held against our own list of fields, and the shop's requests against the names it has sent before, both in
`shapes.json`.
"""

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import jsonschema

from tests.sandbox.openapi import SPEC, check, check_fields, converted, recorded_requests

DELTA = SPEC.with_name("sdk-delta.json")
FORM = "application/x-www-form-urlencoded"
# Stripe has these, but the description is cut without them.
NOT_DESCRIBED = re.compile(r"/v1/radar/early_fraud_warnings(/\w+)?|/control.*")


class Unfit(Exception):
    """A request that Stripe would not take."""


class Fidelity:
    """Takes note of what does not fit; `assert_none` tells. `of_the_shop` says who makes the calls."""

    def __init__(self, *, of_the_shop: bool = False) -> None:
        self.of_the_shop = of_the_shop
        self.faults: list[str] = []
        self.calls = 0

    def __call__(self, method: str, path: str, pairs: Iterable[tuple[str, str]], status: int, body: str):
        """See one call and its answer; never raises, because it runs inside the local Stripe."""
        if NOT_DESCRIBED.fullmatch(path):
            return
        self.calls += 1
        try:
            answer = json.loads(body)
            if SPEC.exists():
                check_call(method, path, pairs, status, answer)
            if self.of_the_shop:
                check_names(method, path, pairs)
            if status < 400 and not answer.get("deleted"):
                check_fields(answer)
        except (Unfit, AssertionError, LookupError, ValueError, jsonschema.ValidationError) as fault:
            self.faults.append(f"{method} {path} → {status}: {str(fault)[:600]}")

    def assert_none(self) -> None:
        """Raise when something did not fit."""
        assert not self.faults, "\n".join(self.faults)


def check_names(method: str, path: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Raise unless the shop has sent all these names before, as far as its calls were recorded."""
    place = f"{method} {re.sub(r'/[a-z]{2,4}_[A-Za-z0-9_]+', '/<id>', path)}"
    known = recorded_requests().get(place)
    names = {re.sub(r"(metadata\]?)\[[^]]*\]", r"\1[]", re.sub(r"\[\d+\]", "[]", name)) for name, _ in pairs}
    if known is not None and not names <= set(known):
        raise Unfit(f"{place} has never had {sorted(names - set(known))}: right? then record it")


def check_call(
    method: str, path: str, pairs: Iterable[tuple[str, str]], status: int, answer: dict[str, Any]
) -> None:
    """Raise unless a call and its answer fit Stripe's description."""
    if status >= 400:
        validator("error").validate(answer)
        return
    operation = operation_of(method, path)
    if operation is None:
        raise Unfit("Stripe has no such address")
    given = decoded(pairs)
    typed = coerced(request_schema(*operation), given, "")
    request_validator(*operation).validate(typed)
    answer_validator(*operation).validate(answer)
    if not answer.get("deleted"):
        check(answer)


@cache
def spec() -> dict[str, Any]:
    return json.loads(SPEC.read_text())


@cache
def components() -> dict[str, Any]:
    return {"components": {"schemas": converted(spec()["components"]["schemas"])}}


@cache
def patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return the paths as patterns, those without a variable at the end first."""
    paths = sorted(spec()["paths"], key=lambda path: (path.count("{"), path))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in paths]


def operation_of(method: str, path: str) -> tuple[str, str] | None:
    """Return the described path and method of a call."""
    for pattern, described in patterns():
        if pattern.fullmatch(path) and method.lower() in spec()["paths"][described]:
            return described, method.lower()
    return None


@cache
def request_schema(path: str, method: str) -> dict[str, Any]:
    """Return what an operation takes, changed as the library's version is, closed at every depth."""
    operation = spec()["paths"][path][method]
    if method == "get":
        asked = [one for one in operation.get("parameters", []) if one["in"] == "query"]
        schema = {"type": "object", "properties": {one["name"]: one["schema"] for one in asked}}
    else:
        content = operation.get("requestBody", {}).get("content", {})
        schema = json.loads(json.dumps(content.get(FORM, {}).get("schema", {"type": "object"})))
        schema.setdefault("properties", {})
    delta = json.loads(DELTA.read_text())["request_params"].get(f"{method.upper()} {path}", {})
    for name, changes in delta.items():
        place = inner(schema, re.sub(r"^\w+?Params", "", name))
        for removed in changes["removed"]:
            del place["properties"][removed]
        place["properties"] |= {added: {} for added in changes["added"] if added not in place["properties"]}
    return closed(schema)


def inner(schema: dict[str, Any], rest: str) -> dict[str, Any]:
    """Return the object that a class of the library describes, from the rest of its name."""
    if "items" in schema:
        return inner(schema["items"], rest)
    if "anyOf" in schema:
        return inner(next(one for one in schema["anyOf"] if one.get("type") in ("object", "array")), rest)
    if not rest:
        return schema
    for name, child in sorted(schema.get("properties", {}).items(), key=lambda one: -len(one[0])):
        camel = "".join(word.capitalize() for word in name.split("_"))
        for word in (camel, camel.removesuffix("s")):
            if rest.startswith(word) and (rest == word or rest[len(word)].isupper()):
                if child == {}:
                    child |= {"type": "object", "properties": {}}
                return inner(child, rest[len(word) :])
    raise LookupError(rest)


def closed(node: Any) -> Any:
    """Return a schema whose objects take nothing that they do not list."""
    if isinstance(node, list):
        return [closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    plain = {name: closed(value) for name, value in node.items()}
    if node.get("type") == "object" and node.get("properties") is not None:
        plain.setdefault("additionalProperties", False)
    return plain


def decoded(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return bracketed names as nested dictionaries."""
    whole: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        place, last = whole, head
        for step in rest:
            place = place.setdefault(last, {})
            last = step or str(len(place))
        place[last] = value
    return whole


def coerced(schema: dict[str, Any], value: Any, at: str) -> Any:
    """Return what was sent with the types that the description gives it. Raises Unfit."""
    if "anyOf" in schema:
        return _one_of(schema["anyOf"], value, at)
    kind = schema.get("type")
    if kind == "array":
        if not isinstance(value, dict):
            raise Unfit(f"{at} is no list")
        return [coerced(schema["items"], one, f"{at}[{key}]") for key, one in value.items()]
    if kind == "object":
        if not isinstance(value, dict):
            raise Unfit(f"{at} is no object")
        return {name: _member(schema, name, one, f"{at}[{name}]") for name, one in value.items()}
    if kind is not None and not isinstance(value, str):
        raise Unfit(f"{at} is no {kind}")
    patterns = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "boolean": "true|false"}
    if kind in patterns and not re.fullmatch(patterns[kind], value):
        raise Unfit(f"{at} is no {kind}: {value!r}")
    return {"integer": int, "number": float, "boolean": lambda told: told == "true"}.get(
        kind, lambda told: told
    )(value)


def _one_of(schemas: list[dict[str, Any]], value: Any, at: str) -> Any:
    faults = []
    for one in schemas:
        try:
            typed = coerced(one, value, at)
            jsonschema.Draft202012Validator(converted(one) | components()).validate(typed)
        except (Unfit, jsonschema.ValidationError) as fault:
            faults.append(str(fault)[:200])
        else:
            return typed
    raise Unfit(f"{at} fits nothing: {faults}")


def _member(schema: dict[str, Any], name: str, value: Any, at: str) -> Any:
    known = schema.get("properties", {})
    more = schema.get("additionalProperties", False)
    if name in known:
        return coerced(known[name], value, at)
    if more is False:
        raise Unfit(f"{at} is unknown to Stripe")
    return coerced(more if isinstance(more, dict) else {}, value, at)


@cache
def request_validator(path: str, method: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(converted(request_schema(path, method)) | components())


@cache
def answer_validator(path: str, method: str) -> jsonschema.Draft202012Validator:
    answers = spec()["paths"][path][method]["responses"]
    schema = answers["200"]["content"]["application/json"]["schema"]
    return jsonschema.Draft202012Validator(converted(schema) | components())


@cache
def validator(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{kind}"} | components())
