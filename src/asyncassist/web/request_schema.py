"""Bodies and parameters declared once: checked by the declaration, and documented by it."""

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
    """What values of a field are."""

    def check(self, name: str, value: Any) -> Any:
        """The value as the service uses it.

        Raises:
            InvalidInputError: It is none of this kind.
        """
        ...

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        ...


@functools.cache
def visible_pattern() -> str:
    """A pattern that finds a character which can be seen: none of control, format or space."""
    ranges: list[list[int]] = []
    for point in range(sys.maxunicode + 1):
        char = chr(point)
        if unicodedata.category(char) in {"Cc", "Cf", "Cs"} or char.isspace():
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
    # Surrogates cannot stand in a pattern, and JSON texts with lone ones are refused before.
    encodable = [pair for pair in ranges if not 0xD800 <= pair[0] <= 0xDFFF]
    return "[^" + "".join(_escaped(first) + ("-" + _escaped(last)) * (first != last) for first, last in encodable) + "]"


def _escaped(point: int) -> str:
    # \u escapes have four digits in every dialect; characters beyond stand for themselves.
    return f"\\u{point:04x}" if point <= 0xFFFF else chr(point)


@dataclass(frozen=True, slots=True)
class TextType:
    """What a person wrote: NFC, without what cannot be seen, something visible in it."""

    max_chars: int

    def check(self, name: str, value: Any) -> str:
        """The value, when it is one."""
        return sanitize_text(name, value, max_chars=self.max_chars)

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"type": "string", "minLength": 1, "maxLength": self.max_chars, "pattern": visible_pattern()}


@dataclass(frozen=True, slots=True)
class IdentifierType:
    """An id that a caller gives."""

    def check(self, name: str, value: Any) -> str:
        """The value, when it is one."""
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise InvalidInputError(
                name, "must be 1 to 128 letters, digits, '.', '_', ':' or '-', first a letter or digit"
            )
        return value

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"type": "string", "pattern": ID_PATTERN}


@dataclass(frozen=True, slots=True)
class BooleanType:
    """True or false."""

    def check(self, name: str, value: Any) -> bool:
        """The value, when it is one."""
        if not isinstance(value, bool):
            raise InvalidInputError(name, "must be true or false")
        return value

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class IntegerType:
    """A whole number; `2.0` is one."""

    minimum: int
    maximum: int

    def check(self, name: str, value: Any) -> int:
        """The value, when it is one."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidInputError(name, "must be a whole number")
        if not self.minimum <= value <= self.maximum:
            raise InvalidInputError(name, f"must be from {self.minimum} to {self.maximum}")
        return value

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class NumberType:
    """A number."""

    minimum: float
    maximum: float

    def check(self, name: str, value: Any) -> float:
        """The value, when it is one."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidInputError(name, "must be a number")
        if not self.minimum <= value <= self.maximum:
            raise InvalidInputError(name, f"must be from {self.minimum:g} to {self.maximum:g}")
        return float(value)

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"type": "number", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class ChoiceType:
    """One of a few words."""

    choices: tuple[str, ...]

    def check(self, name: str, value: Any) -> str:
        """The value, when it is one."""
        if not isinstance(value, str) or value not in self.choices:
            raise InvalidInputError(name, f"must be one of {', '.join(self.choices)}")
        return value

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"type": "string", "enum": list(self.choices)}


@functools.cache
def time_zone_names() -> frozenset[str]:
    """The names of time zones. The first call reads the disk."""
    return frozenset(zoneinfo.available_timezones())


@dataclass(frozen=True, slots=True)
class TimeZoneType:
    """The name of a time zone."""

    def check(self, name: str, value: Any) -> str:
        """The value, when it is one."""
        if not isinstance(value, str) or value not in time_zone_names():
            raise InvalidInputError(name, "must be the name of a time zone, such as Europe/Lisbon")
        return value

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"type": "string", "enum": sorted(time_zone_names())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a body, or one parameter.

    Attributes:
        kind: What its values are.
        summary: A line for the documentation.
        required: Whether it must be there.
        nullable: Whether null says the same as leaving it out.
    """

    kind: FieldType
    summary: str
    required: bool = False
    nullable: bool = False

    def schema(self) -> dict[str, Any]:
        """JSON Schema of it."""
        found = self.kind.schema()
        if self.nullable:
            found["type"] = [found["type"], "null"]
            if "enum" in found:
                found["enum"] = [*found["enum"], None]
        return {**found, "description": self.summary}


@dataclass(frozen=True, slots=True)
class BodySchema:
    """A JSON object with these fields and no others."""

    fields: Mapping[str, Field]

    @property
    def required(self) -> bool:
        """Whether a field must be there, so that an empty body will not do."""
        return any(field.required for field in self.fields.values())

    def check(self, value: Any) -> dict[str, Any]:
        """The fields that were given, as the service uses them.

        Raises:
            InvalidInputError: A field is missing or of the wrong kind.
            ProblemError: It is no object, or has a field too many.
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
        """JSON Schema of it."""
        found: dict[str, Any] = {
            "type": "object",
            "properties": {name: field.schema() for name, field in self.fields.items()},
            "additionalProperties": False,
        }
        required = [name for name, field in self.fields.items() if field.required]
        return {**found, "required": required} if required else found


def check_query(pairs: tuple[tuple[str, str], ...], fields: Mapping[str, Field]) -> dict[str, Any]:
    """The parameters that are known; others are ignored.

    Raises:
        InvalidInputError: One is of the wrong kind or given twice.
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
