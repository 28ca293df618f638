"""Bodies of other protocols: typed by msgspec, with fields that are not read."""

from __future__ import annotations

from typing import Any

import msgspec

from asyncassist.web.problem import invalid_field

_MAX_PROBLEM = 200


class StructSchema:
    """Schema of a body whose fields are those of a msgspec struct; other fields are ignored.

    Args:
        kind: The struct.
    """

    required: bool = True

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self.kind: type[msgspec.Struct] = kind
        self.fields: frozenset[str] = frozenset(field.encode_name for field in msgspec.structs.fields(kind))

    def check(self, value: Any) -> dict[str, Any]:
        """Validate a body and return its fields by their names in Python.

        Raises:
            ProblemError: 422 when the body does not fit; it names the place.
        """
        return msgspec.structs.asdict(self.read(value))

    def read(self, value: Any) -> msgspec.Struct:
        """Validate a body and return it as the struct.

        Raises:
            ProblemError: 422 when the body does not fit; it names the place.
        """
        try:
            return msgspec.convert(value, self.kind)
        except msgspec.ValidationError as error:
            problem, _, path = str(error).partition(" - at `$")
            name = path.rstrip("`").lstrip(".").partition(".")[0].partition("[")[0]
            problem = problem[:1].lower() + problem[1:_MAX_PROBLEM]  # it may repeat a name of the client
            raise invalid_field(name if name in self.fields else "body", problem) from None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the body."""
        return {"$ref": f"#/components/schemas/{self.kind.__name__}"}
