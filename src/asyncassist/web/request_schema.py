"""Schemas of request bodies and query parameters: one declaration validates values and documents them."""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from asyncassist._validation import sanitize_text
from asyncassist.errors import InvalidInputError
from asyncassist.web.problem import invalid_field
from asyncassist.web.strict_json import safe_field_name

if TYPE_CHECKING:
    from collections.abc import Mapping

ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$"
_ID = re.compile(ID_PATTERN[1:-1], re.ASCII)


class FieldType(Protocol):
    """Type of a field: validates values and describes them as JSON Schema."""

    def check(self, name: str, value: Any) -> Any:
        """Validate a value and return it in normalized form.

        Args:
            name: Name of the field, for the error.
            value: Value as decoded from JSON or from the query.

        Raises:
            InvalidInputError: The value is not of this type.
        """
        ...

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the type."""
        ...


@functools.cache
def visible_pattern() -> str:
    """Return a regular expression that matches a visible character: no control, no format character, no whitespace."""
    ranges: list[list[int]] = []
    for point in range(sys.maxunicode + 1):
        char = chr(point)
        if unicodedata.category(char) in {"Cc", "Cf", "Cs"} or char.isspace():
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
    # Surrogates cannot stand in a pattern, and texts with lone ones are rejected by the JSON decoder.
    encodable = [pair for pair in ranges if not 0xD800 <= pair[0] <= 0xDFFF]
    return "[^" + "".join(_escaped(first) + ("-" + _escaped(last)) * (first != last) for first, last in encodable) + "]"


def _escaped(point: int) -> str:
    # \u escapes have four digits in every dialect of regular expressions; characters beyond stand for themselves.
    return f"\\u{point:04x}" if point <= 0xFFFF else chr(point)


@dataclass(frozen=True, slots=True)
class TextType:
    """Text of a user: NFC-normalized, without invisible characters, and not empty after that."""

    max_chars: int

    def check(self, name: str, value: Any) -> str:
        """Return the sanitized text."""
        return sanitize_text(name, value, max_chars=self.max_chars)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the type."""
        return {"type": "string", "minLength": 1, "maxLength": self.max_chars, "pattern": visible_pattern()}


@dataclass(frozen=True, slots=True)
class IdentifierType:
    """Id that a client sends, such as that of a session."""

    def check(self, name: str, value: Any) -> str:
        """Return the id if it is valid."""
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise InvalidInputError(
                name, "must be 1 to 128 letters, digits, '.', '_', ':' or '-', first a letter or digit"
            )
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the type."""
        return {"type": "string", "pattern": ID_PATTERN}


@dataclass(frozen=True, slots=True)
class BooleanType:
    """Boolean."""

    def check(self, name: str, value: Any) -> bool:
        """Return the value if it is a boolean."""
        if not isinstance(value, bool):
            raise InvalidInputError(name, "must be true or false")
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the type."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class IntegerType:
    """Integer within bounds; `2.0` is accepted as 2."""

    minimum: int
    maximum: int

    def check(self, name: str, value: Any) -> int:
        """Return the value as an integer if it is within the bounds."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidInputError(name, "must be a whole number")
        if not self.minimum <= value <= self.maximum:
            raise InvalidInputError(name, f"must be from {self.minimum} to {self.maximum}")
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the type."""
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class NumberType:
    """Number within bounds."""

    minimum: float
    maximum: float

    def check(self, name: str, value: Any) -> float:
        """Return the value as a float if it is within the bounds."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidInputError(name, "must be a number")
        if not self.minimum <= value <= self.maximum:
            raise InvalidInputError(name, f"must be from {self.minimum:g} to {self.maximum:g}")
        return float(value)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the type."""
        return {"type": "number", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class ChoiceType:
    """One of a fixed set of words."""

    choices: tuple[str, ...]

    def check(self, name: str, value: Any) -> str:
        """Return the value if it is one of the choices."""
        if not isinstance(value, str) or value not in self.choices:
            raise InvalidInputError(name, f"must be one of {', '.join(self.choices)}")
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the type."""
        return {"type": "string", "enum": list(self.choices)}


@functools.cache
def time_zone_names() -> frozenset[str]:
    """Return the names of the IANA time zones. The first call reads the disk."""
    return frozenset(zoneinfo.available_timezones())


@dataclass(frozen=True, slots=True)
class TimeZoneType:
    """Name of an IANA time zone."""

    def check(self, name: str, value: Any) -> str:
        """Return the name if there is such a time zone."""
        if not isinstance(value, str) or value not in time_zone_names():
            raise InvalidInputError(name, "must be the name of a time zone, such as Europe/Lisbon")
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the type."""
        return {"type": "string", "enum": sorted(time_zone_names())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Field of a body, or a query parameter.

    Attributes:
        kind: Type of the values.
        summary: Description in the documentation.
        required: Whether the field must be present.
        nullable: Whether null is accepted and means the same as an absent field.
    """

    kind: FieldType
    summary: str
    required: bool = False
    nullable: bool = False

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the field."""
        found = self.kind.schema()
        if self.nullable:
            found["type"] = [found["type"], "null"]
            if "enum" in found:
                found["enum"] = [*found["enum"], None]
        return {**found, "description": self.summary}


@dataclass(frozen=True, slots=True)
class BodySchema:
    """Schema of a body: a JSON object with these fields and no others."""

    fields: Mapping[str, Field]

    @property
    def required(self) -> bool:
        """Return whether any field is required, so that a body must be sent."""
        return any(field.required for field in self.fields.values())

    def check(self, value: Any) -> dict[str, Any]:
        """Validate a body and return the fields that are present, in normalized form.

        Raises:
            InvalidInputError: A field is missing or invalid.
            ProblemError: 422 when the body is not an object or has an unknown field.
        """
        if not isinstance(value, dict):
            raise invalid_field("body", "must be a JSON object")
        for name in value:
            if name not in self.fields:
                raise invalid_field(safe_field_name(name), "is not a field of this request", code="unknown-field")
        found: dict[str, Any] = {}
        for name, field in self.fields.items():
            given = value.get(name)
            if given is None and (name not in value or field.nullable):
                if field.required:
                    raise InvalidInputError(name, "is missing")
            else:
                found[name] = field.kind.check(name, given)
        return found

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the body."""
        found: dict[str, Any] = {
            "type": "object",
            "properties": {name: field.schema() for name, field in self.fields.items()},
            "additionalProperties": False,
        }
        required = [name for name, field in self.fields.items() if field.required]
        return {**found, "required": required} if required else found


def check_query(pairs: tuple[tuple[str, str], ...], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Validate the query and return the known parameters; unknown ones are ignored.

    Raises:
        InvalidInputError: A parameter is invalid or given twice.
    """
    found: dict[str, Any] = {}
    for name, value in pairs:
        field = fields.get(name)
        if field is None:
            continue
        if name in found:
            raise InvalidInputError(name, "is given twice")
        found[name] = field.kind.check(name, value)
    return found
