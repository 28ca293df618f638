"""Validation of JSON values by a schema: what is refused, where, and that it ends."""

from __future__ import annotations

from typing import Any

import pytest

from asyncassist._chat.json_schema import SchemaMismatchError, check_shape, check_value

ITEM = {"type": "object", "properties": {"price": {"type": "number", "minimum": 0}}, "required": ["price"]}
CLOSED = {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False}
TREE: dict[str, Any] = {
    "$defs": {"tree": {"properties": {"kids": {"items": {"$ref": "#/$defs/tree"}}, "n": {"type": "integer"}}}},
    "$ref": "#/$defs/tree",
}


@pytest.mark.parametrize(
    ("value", "schema", "path"),
    [
        ({"items": [{"price": 1}, {"price": "x"}]}, {"properties": {"items": {"items": ITEM}}}, "$.items[1].price"),
        ({"items": [{}]}, {"properties": {"items": {"items": ITEM}}}, "$.items[0]"),
        ({"price": -1}, ITEM, "$.price"),
        ({"b": 1}, CLOSED, "$[...]"),
        ({"a": True}, CLOSED, "$.a"),
        ({"a": 1.5}, CLOSED, "$.a"),
        ({"kids": [{"kids": [{"n": "x"}]}]}, TREE, "$.kids[0].kids[0].n"),
        (1, {"type": ["string", "null"]}, "$"),
        ("c", {"enum": ["a", "b"]}, "$"),
        (1, {"enum": [True]}, "$"),
        ("c", {"const": "a"}, "$"),
        (3, {"maximum": 2}, "$"),
        (3, {"exclusiveMinimum": 3}, "$"),
        (3, {"exclusiveMaximum": 3}, "$"),
        ("", {"minLength": 1}, "$"),
        ([1, 2], {"maxItems": 1}, "$"),
        ({"price": "x"}, {"anyOf": [{"type": "string"}, ITEM, {"type": "null"}]}, "$.price"),
    ],
)
def test_the_place_that_does_not_fit_is_named(value: object, schema: dict[str, Any], path: str):
    """Each keyword is checked; names that the model made up stand in no path."""
    with pytest.raises(SchemaMismatchError) as caught:
        check_value(value, schema)

    assert caught.value.path == path


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ({"price": 1.5, "more": "x"}, ITEM),
        ({"a": 2.0}, CLOSED),
        ({"kids": [{"kids": [], "n": 1}]}, TREE),
        (None, {"type": ["string", "null"]}),
        ("b", {"enum": ["a", "b"]}),
        (True, {"minimum": 2}),
        ("x", {"anyOf": []}),
        ({"x": 1}, {"properties": {"x": True}, "format": "unknown"}),
    ],
)
def test_what_fits_passes(value: object, schema: dict[str, Any]):
    """Unknown keywords are passed over, and a whole number is an integer."""
    check_value(value, schema)


def test_a_recursive_choice_ends():
    """Alternatives that all fail deep inside are given up after a bounded number of comparisons."""
    branch = {"properties": {"x": {"$ref": "#/$defs/t"}}}
    value: Any = 1
    for _ in range(25):
        value = {"x": value}

    with pytest.raises(SchemaMismatchError):
        check_value(
            value,
            {"$defs": {"t": {"anyOf": [{"type": "null"}, branch, {**branch, "required": ["x"]}]}}, "$ref": "#/$defs/t"},
        )


def test_a_schema_that_refers_to_itself_at_once_ends():
    """The depth is bounded."""
    with pytest.raises(SchemaMismatchError):
        check_value(1, {"$defs": {"t": {"$ref": "#/$defs/t"}}, "$ref": "#/$defs/t"})


@pytest.mark.parametrize(
    "schema",
    [
        7,
        {"properties": []},
        {"properties": {"a": 1}},
        {"required": "a"},
        {"enum": "a"},
        {"anyOf": {}},
        {"type": "text"},
        {"items": [1]},
    ],
)
def test_a_malformed_schema_is_refused(schema: object):
    """A keyword of the wrong kind would fail only at some answer."""
    with pytest.raises(ValueError):
        check_shape(schema)


def test_properties_named_like_keywords_are_no_keywords():
    """The names of properties are free."""
    check_shape({"properties": {"enum": {"type": "string"}, "required": {"type": "string"}}, "items": False})
