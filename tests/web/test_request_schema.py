"""Field types and body schemas: validation and the JSON Schema that documents it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist.errors import InvalidInputError
from asyncassist.web.problem import ProblemError
from asyncassist.web.request_schema import (
    BodySchema,
    BooleanType,
    ChoiceType,
    Field,
    IdentifierType,
    IntegerType,
    NumberType,
    TextType,
    TimeZoneType,
    check_query,
    visible_pattern,
)

BODY = BodySchema(
    {
        "text": Field(kind=TextType(10), summary="a text", required=True),
        "id": Field(kind=IdentifierType(), summary="an id", nullable=True),
        "flag": Field(kind=BooleanType(), summary="a flag"),
        "whole": Field(kind=IntegerType(1, 5), summary="a whole number"),
        "number": Field(kind=NumberType(0.0, 2.1), summary="a number"),
        "word": Field(kind=ChoiceType(("a", "b")), summary="a word", nullable=True),
        "zone": Field(kind=TimeZoneType(), summary="a zone", nullable=True),
    }
)


def test_valid_fields_are_normalized():
    """An integer may be written as 2.0; null means the same as an absent field if it is nullable."""
    found = BODY.check(
        {"text": "e\u0301", "id": None, "flag": True, "whole": 2.0, "number": 1, "word": "b", "zone": "Europe/Lisbon"}
    )

    assert found == {"text": "é", "flag": True, "whole": 2, "number": 1.0, "word": "b", "zone": "Europe/Lisbon"}
    assert isinstance(found["whole"], int)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([], "body"),
        ("text", "body"),
        (None, "body"),
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": 1}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \t\u200b"}, "text"),
        ({"text": "x" * 11}, "text"),
        ({"text": "x", "more": 1}, "more"),
        ({"text": "x", "id": ""}, "id"),
        ({"text": "x", "id": "-a"}, "id"),
        ({"text": "x", "id": "a\n"}, "id"),
        ({"text": "x", "id": "a" * 129}, "id"),
        ({"text": "x", "flag": 1}, "flag"),
        ({"text": "x", "flag": None}, "flag"),
        ({"text": "x", "whole": True}, "whole"),
        ({"text": "x", "whole": 1.5}, "whole"),
        ({"text": "x", "whole": 0}, "whole"),
        ({"text": "x", "whole": 6}, "whole"),
        ({"text": "x", "whole": "2"}, "whole"),
        ({"text": "x", "number": False}, "number"),
        ({"text": "x", "number": 2.2}, "number"),
        ({"text": "x", "number": "1"}, "number"),
        ({"text": "x", "word": "c"}, "word"),
        ({"text": "x", "word": ["a"]}, "word"),
        ({"text": "x", "zone": "Mars/Base"}, "zone"),
        ({"text": "x", "zone": "../etc/passwd"}, "zone"),
        ({"text": "x", "zone": 1}, "zone"),
    ],
)
def test_error_names_the_invalid_field(value, field):
    """The error has the name of the field."""
    with pytest.raises((InvalidInputError, ProblemError)) as caught:
        BODY.check(value)

    assert caught.value.field == field


PATTERN = visible_pattern()  # computed once: it scans all of Unicode


@given(st.text(max_size=10))
def test_pattern_agrees_with_the_validation(text):
    """A text is accepted exactly if the documented schema accepts it."""
    allowed = re.search(PATTERN, text) is not None and len(text) >= 1
    try:
        TextType(10).check("text", text)
        accepted = True
    except InvalidInputError:
        accepted = False

    # Normalization may lengthen a text beyond its bound, which a schema cannot express.
    assert accepted == (allowed and len(unicodedata.normalize("NFC", text)) <= 10)


def test_schema_documents_the_validation():
    """Types, bounds, choices and required fields are in the JSON Schema."""
    schema = BODY.schema()

    assert schema["required"] == ["text"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["whole"]["maximum"] == 5
    assert schema["properties"]["number"]["minimum"] == 0.0
    assert schema["properties"]["id"]["type"] == ["string", "null"]
    assert schema["properties"]["word"]["enum"] == ["a", "b", None]
    assert "Europe/Lisbon" in schema["properties"]["zone"]["enum"]
    assert schema["properties"]["flag"] == {"type": "boolean", "description": "a flag"}


def test_query_parameters_are_validated_and_unknown_ones_ignored():
    """A known parameter that is given twice is an error; an unknown one has no effect."""
    fields = {"probe": Field(kind=ChoiceType(("live", "ready")), summary="which")}

    assert check_query((("probe", "live"), ("_", "1"), ("_", "2")), fields) == {"probe": "live"}
    with pytest.raises(InvalidInputError, match="twice"):
        check_query((("probe", "live"), ("probe", "live")), fields)
    with pytest.raises(InvalidInputError, match="one of"):
        check_query((("probe", "x"),), fields)
