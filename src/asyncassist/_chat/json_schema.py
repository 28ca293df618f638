"""Validation of JSON values by a JSON schema: the keywords that models are given, in bounded time."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_REF = "#/$defs/"
_MAX_DEPTH = 64
# Schemas compared with parts of the value; alternatives of a recursive schema could take exponential time.
_MAX_STEPS = 200_000
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
_BOUNDS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("minimum", operator.ge, "at least"),
    ("maximum", operator.le, "at most"),
    ("exclusiveMinimum", operator.gt, "more than"),
    ("exclusiveMaximum", operator.lt, "less than"),
)
_SIZES: dict[Any, tuple[str, str]] = {str: ("minLength", "maxLength"), list: ("minItems", "maxItems")}


class SchemaMismatchError(ValueError):
    """Value that does not follow a schema; internal to `_chat`.

    Attributes:
        path: Where the value does not follow it, such as "$.items[3].price".
        problem: What is wrong there, in words for the model.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{problem} at {path}")
        self.path = path
        self.problem = problem


def check_shape(schema: object, depth: int = _MAX_DEPTH) -> None:
    """Check that the keywords of a schema have values of the right kinds.

    Raises:
        ValueError: A keyword has not, or the schema is nested too deeply.
    """
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict) or depth == 0:
        raise ValueError("a schema must be an object, nested at most 64 deep")
    for name, kind in (("properties", dict), ("$defs", dict), ("required", list), ("enum", list), ("anyOf", list)):
        if not isinstance(schema.get(name, kind()), kind):
            raise ValueError(name)  # noqa: TRY004 - a value of the caller's schema, not an argument
    if not set(_names(schema.get("type", []))).issubset(_TYPES):
        raise ValueError("type must name types of JSON")
    nested = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", ())]
    for item in (*nested, *(schema[name] for name in ("items", "additionalProperties") if name in schema)):
        check_shape(item, depth - 1)


def _names(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def check_value(value: object, schema: Mapping[str, Any]) -> None:
    """Check a value against a schema; unknown keywords are passed over.

    Args:
        value: A value as JSON gives it.
        schema: A schema that `check_shape` accepts; `$ref` may name its `$defs`.

    Raises:
        SchemaMismatchError: The value does not follow the schema.
    """
    _Validator(schema.get("$defs", {})).check(value, schema, "$", _MAX_DEPTH)


class _Validator:
    """One validation.

    Args:
        definitions: Schemas that `$ref` may name.
    """

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._steps = 0

    def check(self, value: Any, schema: Any, path: str, depth: int) -> None:
        self._steps += 1
        if depth == 0 or self._steps > _MAX_STEPS:
            raise SchemaMismatchError(path, "nested too deeply")
        if isinstance(schema, bool):
            if not schema:
                raise SchemaMismatchError(path, "not allowed")
            return
        if "$ref" in schema:
            definition = self._definitions.get(str(schema["$ref"]).removeprefix(_REF), True)
            self.check(value, definition, path, depth - 1)
        self._check_type(value, schema, path)
        if "anyOf" in schema:
            self._check_any(value, schema["anyOf"], path, depth)
        if isinstance(value, dict):
            self._check_object(value, schema, path, depth)
        elif isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value):
                self.check(item, schema["items"], f"{path}[{index}]", depth - 1)

    def _check_type(self, value: Any, schema: Mapping[str, Any], path: str) -> None:
        if "type" in schema and not any(_is_of_type(value, name) for name in _names(schema["type"])):
            raise SchemaMismatchError(path, f"expected {' or '.join(_names(schema['type']))}")
        if "enum" in schema and not any(_equal(value, item) for item in schema["enum"]):
            raise SchemaMismatchError(path, "not one of the allowed values")
        if "const" in schema and not _equal(value, schema["const"]):
            raise SchemaMismatchError(path, "not the allowed value")
        if isinstance(value, int | float) and not isinstance(value, bool):
            for name, holds, words in _BOUNDS:
                if _is_number(schema.get(name)) and not holds(value, schema[name]):
                    raise SchemaMismatchError(path, f"must be {words} {schema[name]}")
        if isinstance(value, str | list):
            for name, holds in zip(_SIZES[type(value)], (operator.ge, operator.le), strict=True):
                if _is_number(schema.get(name)) and not holds(len(value), schema[name]):
                    raise SchemaMismatchError(path, "has the wrong length")

    def _check_any(self, value: Any, branches: list[Any], path: str, depth: int) -> None:
        mismatch: SchemaMismatchError | None = None
        for branch in branches:
            try:
                self.check(value, branch, path, depth - 1)
            except SchemaMismatchError as error:
                # The alternative that fits furthest is the one that was meant.
                if mismatch is None or len(error.path) > len(mismatch.path):
                    mismatch = error
            else:
                return
        if mismatch is not None:
            raise mismatch

    def _check_object(self, value: dict[str, Any], schema: Mapping[str, Any], path: str, depth: int) -> None:
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                raise SchemaMismatchError(path, f"missing the required property {name!r}")
        for name, item in value.items():
            if name in properties:
                self.check(item, properties[name], f"{path}.{name}", depth - 1)
            else:
                # The name comes from the model: it stands in no error.
                self.check(item, schema.get("additionalProperties", True), f"{path}[...]", depth - 1)


def _is_of_type(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name]) or (name == "integer" and isinstance(value, float) and value.is_integer())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)
