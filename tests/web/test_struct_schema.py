"""Bodies that are typed by msgspec."""

from __future__ import annotations

import msgspec
import pytest

from asyncassist.web.problem import ProblemError
from asyncassist.web.struct_schema import StructSchema


class Item(msgspec.Struct):
    text: str


class Sent(msgspec.Struct, rename="camel"):
    first_items: list[Item]
    count: int = 1


SCHEMA = StructSchema(Sent)


def test_fields_are_returned_by_their_names_in_python():
    """Further fields are ignored, and defaults filled in."""
    found = SCHEMA.check({"firstItems": [{"text": "a"}], "more": 1})

    assert (found["first_items"][0].text, found["count"]) == ("a", 1)
    assert SCHEMA.fields == {"firstItems", "count"}
    assert SCHEMA.schema() == {"$ref": "#/components/schemas/Sent"}


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"firstItems": [{"text": 1}]}, "firstItems"),
        ({"firstItems": [], "count": "x"}, "count"),
        ({}, "body"),
        (1, "body"),
    ],
)
def test_what_does_not_fit_is_named(value, field):
    """A problem document names the field in the request."""
    with pytest.raises(ProblemError) as caught:
        SCHEMA.check(value)

    assert (caught.value.status, caught.value.field) == (422, field)
