"""JSON schemas of functions, their descriptions, and arguments converted back to types."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

import msgspec
import pydantic
import pytest

from asyncassist import ToolContext
from asyncassist._chat.tool_schema import (
    InvalidArgumentsError,
    UnsupportedFunctionError,
    parse_docstring,
    read_function,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from nowhere import Unknown  # type: ignore[import-not-found]


class Cabin(enum.Enum):
    ECONOMY = "economy"
    BUSINESS = "business"


@dataclass
class Guest:
    name: str
    age: int = 30


class Stay(TypedDict, total=False):
    nights: int


class Trip(msgspec.Struct):
    guests: list[Guest]
    cabin: Cabin = Cabin.ECONOMY


class Inner(pydantic.BaseModel):
    count: int


class Model(pydantic.BaseModel):
    inner: Inner
    note: str = "none"


def book(
    city: str,
    *,
    trip: Trip,
    context: ToolContext | None,
    unit: Literal["km", "mi"] = "km",
    day: dt.date | None = None,
    stars: Annotated[int, msgspec.Meta(ge=1, le=5)] = 3,
) -> None:
    """Book a trip.

    In a second paragraph.

    Args:
        city: The city
            to go to.
        unit (str): Unit of distances.
        trip: Who and how.

    Returns:
        Nothing: at all.
    """


def test_a_schema_is_strict():
    """Every property is required and no other allowed; what has a default may be null; descriptions are kept."""
    schema = read_function(book, ToolContext)
    parameters = schema.parameters

    assert schema.is_strict
    assert (schema.description, schema.context_parameter) == ("Book a trip.\n\nIn a second paragraph.", "context")
    assert parameters["required"] == ["city", "trip", "unit", "day", "stars"]
    assert parameters["additionalProperties"] is False
    assert parameters["properties"]["city"] == {"type": "string", "description": "The city to go to."}
    assert parameters["properties"]["unit"] == {
        "anyOf": [{"enum": ["km", "mi"], "type": "string"}, {"type": "null"}],
        "description": "Unit of distances.",
    }
    assert parameters["properties"]["trip"] == {"anyOf": [{"$ref": "#/$defs/Trip"}], "description": "Who and how."}
    assert parameters["$defs"]["Guest"]["required"] == ["name", "age"]
    assert parameters["$defs"]["Cabin"]["type"] == "string"


def test_arguments_become_typed_values_and_null_means_the_default():
    """Nested ones too."""
    arguments = read_function(book, ToolContext).convert(
        '{"city": "Rome", "trip": {"guests": [{"name": "Ann", "age": null}], "cabin": "business"}, "unit": null,'
        ' "day": "2026-12-01", "stars": null}'
    )

    assert arguments == {
        "city": "Rome",
        "trip": Trip([Guest("Ann", 30)], Cabin.BUSINESS),
        "unit": "km",
        "day": dt.date(2026, 12, 1),
        "stars": 3,
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not valid JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "not valid JSON"),
        ('"\ud800"', "not valid JSON"),
        ("", "missing required field `city`"),
        ('{"city": 3}', "`$.city`"),
        ('{"city": "a", "trip": {"guests": []}, "stars": 9}', "`$.stars`"),
        ('{"city": "a", "trip": {"guests": []}, "x": 1}', "unknown field `x`"),
    ],
)
def test_wrong_arguments_say_what_is_wrong(text: str, problem: str):
    """The error is a text for the model."""
    with pytest.raises(InvalidArgumentsError) as caught:
        read_function(book, ToolContext).convert(text)

    assert problem in str(caught.value)


def test_pydantic_models_are_supported():
    """Schema, validation and the definitions inside."""

    def take(model: Model, model_or_none: Model | None = None) -> None: ...

    schema = read_function(take, ToolContext)

    assert schema.is_strict
    assert schema.parameters["$defs"]["Inner"]["additionalProperties"] is False
    assert schema.convert('{"model": {"inner": {"count": 2}, "note": null}, "model_or_none": null}') == {
        "model": Model(inner=Inner(count=2)),
        "model_or_none": None,
    }
    with pytest.raises(InvalidArgumentsError):
        schema.convert('{"model": {"inner": {"count": "x"}}}')


def test_pydantic_is_not_imported():
    """Unless the application does it."""
    code = "import sys, asyncassist; asyncassist.Tool(print.__class__.__call__ if 0 else (lambda: 1), name='x')"
    subprocess.run([sys.executable, "-c", f"{code}; assert 'pydantic' not in sys.modules"], check=True, timeout=60)


def test_what_cannot_be_strict_is_sent_as_a_plain_schema():
    """Mappings with any keys, sets, anything."""

    def mapping(values: dict[str, int], anything: Any = None) -> None: ...

    def unique(values: set[str]) -> None: ...

    assert not read_function(mapping, ToolContext).is_strict
    assert not read_function(unique, ToolContext).is_strict
    assert read_function(mapping, ToolContext).parameters["required"] == ["values"]
    assert read_function(mapping, ToolContext).convert('{"values": {"a": 1}}') == {"values": {"a": 1}, "anything": None}


def test_a_range_check_of_the_type_is_an_error_for_the_model():
    """Its text stays here: it may hold anything."""

    class Checked(msgspec.Struct):
        value: int

        def __post_init__(self) -> None:
            raise ValueError("secret")

    class Fussy:
        @classmethod
        def model_json_schema(cls) -> dict[str, Any]:
            return {"type": "integer"}

        @classmethod
        def model_validate(cls, value: object) -> None:
            raise LookupError

    def checked(item: Checked) -> None: ...

    checked.__annotations__["item"] = Checked
    with pytest.raises(InvalidArgumentsError):
        read_function(checked, ToolContext).convert('{"item": {"value": 1}}')
    assert Fussy.model_json_schema() == {"type": "integer"}


class Service:
    def method(self, city: str) -> str:
        """Find."""
        return city

    async def __call__(self, city: str) -> str:
        """Call."""
        return city


def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return inner


def test_all_kinds_of_functions():
    """Methods, callable objects, partials, decorated functions, and types of an enclosing function."""

    @wrapped
    def decorated(city: str, self: int = 1) -> None:
        """Decorated."""

    partial = functools.partial(Service().method)
    functions = {Service().method: "Find.", Service(): "Call.", partial: "Find.", decorated: "Decorated."}
    for function, description in functions.items():
        schema = read_function(function, ToolContext)
        assert (schema.description, schema.parameters["properties"]["city"]) == (description, {"type": "string"})
    assert read_function(decorated, ToolContext).convert('{"city": "a"}') == {"city": "a", "self": 1}


def no_context_import(city: str, context: ToolContext) -> None: ...


def test_a_context_imported_for_type_checkers_only_is_found():
    """Its name is enough."""
    without = {name: value for name, value in globals().items() if name != "ToolContext"}
    function = type(no_context_import)(no_context_import.__code__, without, "f")
    function.__annotations__ = no_context_import.__annotations__

    assert read_function(function, ToolContext).context_parameter == "context"


def variadic(*cities: str) -> None: ...


def keywords(**cities: str) -> None: ...


def positional(city: str, /) -> None: ...


def untyped(city) -> None: ...  # type: ignore[no-untyped-def]


def unknown(city: Unknown) -> None: ...


def unsupported(city: Service) -> None: ...


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (variadic, "callable by its name"),
        (keywords, "callable by its name"),
        (positional, "callable by its name"),
        (untyped, "without a type"),
        (unknown, "cannot be read"),
        (unsupported, "unsupported type"),
        (type, "no signature"),
    ],
)
def test_functions_that_cannot_be_tools(function: Callable[..., Any], problem: str):
    """The error says why."""
    with pytest.raises(UnsupportedFunctionError, match=problem):
        read_function(function, ToolContext)


@pytest.mark.parametrize(
    "text",
    [
        "Do it.\n\nArgs:\n    city (str): A city\n        by name.\n    other: Else.\n\nReturns:\n    x: y",
        "Do it.\n\nParameters\n----------\ncity : str\n    A city\n    by name.\nother\n    Else.\n\nReturns\n-------\nx\n    y",
        "Do it.\n\n:param str city: A city\n    by name.\n:param other: Else.\n:returns: x",
    ],
)
def test_docstrings_of_three_styles(text: str):
    """Google, NumPy and Sphinx."""
    assert parse_docstring(text) == ("Do it.", {"city": "A city by name.", "other": "Else."})
