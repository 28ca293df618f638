"""Typed answers: the schema of a type for the model, and the model's text decoded and validated as a value of it."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._chat.json_schema import SchemaMismatchError, check_shape, check_value
from asyncassist._chat.tool_schema import (
    UnsupportedFunctionError,
    strict_schema,
    type_schema,
    validate_model,
    without_nulls,
)
from asyncassist._types import UNSET
from asyncassist.errors import DecodeError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._chat.prompt import WireMessage

_MAX_DEPTH = 32
_MAX_PROBLEM_CHARS = 500
_INVALID_PATH = re.compile(r"`(\$[^`]*)`\Z")
_NO_NAME_CHARS = re.compile(r"[^A-Za-z0-9_-]+")
_REPAIR = (
    "This answer cannot be used: {problem}. "
    "Answer again, with nothing but one JSON object that follows this JSON schema:\n{schema}"
)


class InvalidOutputError(ValueError):
    """Answer of a model that is no value of the output type; internal to `_chat`.

    Attributes:
        path: Where it does not fit, such as "$.items[3].price"; "$" for all of it.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(problem)
        self.path = path

    def to_error(self, url: str | None) -> DecodeError:
        """Return the error for the caller, which quotes nothing of the answer."""
        return DecodeError(f"the answer is not of the output type, at {self.path}", path=self.path, url=url)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSchema:
    """Schema of a typed answer.

    Attributes:
        params: The parameter that requests the answer, in the form of Chat Completions.
        schema: JSON schema of the answer, without the additions for strict output.
        convert: Converts an object as JSON gives it to a value of the type.
        can_repair: Whether the model is asked once to mend an answer that does not fit.
    """

    params: Mapping[str, Any]
    schema: Mapping[str, Any]
    convert: Callable[[dict[str, Any]], Any]
    can_repair: bool = True

    def decode(self, text: str) -> Any:
        """Return the value that an answer holds.

        Raises:
            InvalidOutputError: The answer is no JSON object, or does not fit the type.
        """
        try:
            found = msgspec.json.decode(_without_fence(text))
        except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
            raise InvalidOutputError("$", "it is not valid JSON") from None
        if not isinstance(found, dict):
            raise InvalidOutputError("$", "it is not a JSON object")
        return self.convert(found)

    def accepts(self, text: str) -> bool:
        """Return whether an answer holds a value of the type."""
        try:
            self.decode(text)
        except InvalidOutputError:
            return False
        return True

    def repair(self, text: str, error: InvalidOutputError) -> list[WireMessage]:
        """Return the messages that tell the model what is wrong with its answer."""
        schema = msgspec.json.encode(self.schema).decode()
        problem = str(error)[:_MAX_PROBLEM_CHARS]
        return [
            {"role": "assistant", "content": text},
            {"role": "user", "content": _REPAIR.format(problem=problem, schema=schema)},
        ]


def read_output(field: str, output: Any) -> OutputSchema:
    """Return the schema of an output type.

    Args:
        field: Name of the argument, for the error.
        output: A Struct, dataclass, TypedDict or pydantic model, or a JSON schema as a mapping.

    Raises:
        InvalidInputError: It is none of these, or JSON cannot hold its values.
    """
    if isinstance(output, Mapping):
        return _read_schema(field, output)
    try:
        return _read_type(output)
    except UnsupportedFunctionError:
        raise InvalidInputError(field, "must be a type that JSON can hold as an object, or a JSON schema") from None
    except TypeError:
        raise InvalidInputError(field, "must be a type or a JSON schema") from None


def read_required(schema: Any) -> OutputSchema:
    """Return the schema of an object of which the required properties alone are checked.

    Raises:
        InvalidInputError: The schema is not a mapping.
    """
    try:
        plain = dict(schema)
        required = frozenset(plain.get("required", ()))
    except (TypeError, ValueError):
        raise InvalidInputError("schema", "must be a JSON schema") from None

    def convert(found: dict[str, Any]) -> Any:
        if not required.issubset(found):
            raise InvalidOutputError("$", "a required property is missing")
        return found

    params = {"response_format": {"type": "json_schema", "json_schema": {"name": "extraction", "schema": plain}}}
    return OutputSchema(params=params, schema=plain, convert=convert, can_repair=False)


def _read_schema(field: str, output: Mapping[str, Any]) -> OutputSchema:
    try:
        schema = msgspec.json.decode(msgspec.json.encode(dict(output)))
        check_shape(schema)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        raise InvalidInputError(field, "must be a JSON schema") from None

    def convert(found: dict[str, Any]) -> Any:
        value = without_nulls(found, schema, schema.get("$defs", {}), _MAX_DEPTH)
        try:
            check_value(value, schema)
        except SchemaMismatchError as error:
            raise InvalidOutputError(error.path, str(error)) from None
        return value

    return OutputSchema(params=_to_params(str(schema.get("title", "")), schema), schema=schema, convert=convert)


@functools.lru_cache(maxsize=256)
def _read_type(kind: Any) -> OutputSchema:
    if not isinstance(kind, type):
        raise TypeError
    schema = type_schema(kind)
    if "properties" not in schema:
        raise UnsupportedFunctionError("is no object")
    names = _property_names(schema)

    def convert(found: dict[str, Any]) -> Any:
        value = without_nulls(found, schema, schema.get("$defs", {}), _MAX_DEPTH)
        try:
            return msgspec.convert(value, kind, dec_hook=validate_model)
        except (ValueError, RecursionError) as error:
            raise _to_invalid(error, names) from None

    return OutputSchema(params=_to_params(kind.__name__, schema), schema=schema, convert=convert)


def _to_params(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    strict = strict_schema(schema)
    definition = {
        "name": _NO_NAME_CHARS.sub("_", name)[:64] or "output",
        "schema": schema if strict is None else strict,
        "strict": strict is not None,
    }
    return {"response_format": {"type": "json_schema", "json_schema": definition}}


def _property_names(schema: Any) -> frozenset[str]:
    """Return the names of all properties of a schema."""
    if isinstance(schema, list):
        return frozenset().union(*map(_property_names, schema))
    if not isinstance(schema, dict):
        return frozenset()
    own = schema.get("properties")
    return frozenset(own if isinstance(own, dict) else ()).union(*map(_property_names, schema.values()))


def _to_invalid(error: BaseException, names: frozenset[str]) -> InvalidOutputError:
    """Return the error of a value that msgspec or pydantic refused."""
    found = _INVALID_PATH.search(str(error))
    path = "$" if found is None else found[1]
    cause = error.__cause__
    # Of a pydantic model: it says where the value is wrong below the place at which the model stands.
    details = getattr(cause, "errors", None)
    if not callable(details):
        return InvalidOutputError(path, str(error))
    problems: Any = details()
    for part in problems[0]["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if part in names else "[...]"
    return InvalidOutputError(path, f"{problems[0]['msg']} at {path}")


def _without_fence(text: str) -> str:
    """Return a text without the Markdown fence that some models put around JSON."""
    text = text.strip()
    if not text.startswith("```"):
        return text
    return text.partition("\n")[2].rpartition("```")[0]


# Characters up to which each delta of an answer is parsed; a longer one when it has grown by a sixteenth, so that all
# parsing together takes linear time.
_MAX_EAGER_CHARS = 4096
_TOKEN = re.compile(r'[ \t\r\n]+|[{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+', re.DOTALL)
_CUT_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(\\(?:u[0-9A-Fa-f]{0,3})?)\Z")


class PartialParser:
    """Parser of the deltas of a JSON object: the object as far as it has arrived."""

    def __init__(self) -> None:
        self._text = ""
        self._parsed_length = 0
        self._last: Any = UNSET

    def add(self, delta: str) -> Any:
        """Add a delta and return the object so far; UNSET if it is the same as before."""
        self._text += delta
        length = len(self._text)
        if length > _MAX_EAGER_CHARS and length - self._parsed_length < length // 16:
            return UNSET
        self._parsed_length = length
        value = parse_partial(self._text)
        if value == self._last or not isinstance(value, dict):
            return UNSET
        self._last = value
        return value


def parse_partial(text: str) -> Any:
    """Return the value that the beginning of a JSON text holds, UNSET for none; what is not complete is left out.

    A string is complete as far as it goes; a number or a name only when something follows it.
    """
    start = text.find("{")
    closers: list[str] = []
    whole, position, previous = "", max(start, 0), ""
    while start >= 0 and position < len(text):
        token = _TOKEN.match(text, position)
        is_key = bool(closers) and closers[-1] == "}" and previous in {"{", ","}
        if token is None:
            # A string that has not ended yet.
            if not is_key:
                whole = text[start:position] + _close_string(text[position:])
            break
        position, word = token.end(), token[0]
        if word.isspace():
            continue
        if word in {"{", "["}:
            closers.append("}" if word == "{" else "]")
        elif word in {"}", "]"}:
            if closers:
                closers.pop()
        elif word in {",", ":"} or is_key or (word[0] != '"' and position == len(text)):
            previous = word
            continue
        whole, previous = text[start:position], word
        if not closers:
            break
    try:
        return msgspec.json.decode(whole + "".join(reversed(closers)))
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return UNSET


def _close_string(text: str) -> str:
    cut = _CUT_ESCAPE.search(text)
    return (text if cut is None else text[: cut.start(1)]) + '"'


def to_builtins(value: Any) -> Any:
    """Return an output as JSON can hold it."""
    try:
        return msgspec.to_builtins(value, enc_hook=_dump_model, str_keys=True)
    except (TypeError, ValueError, NotImplementedError, RecursionError):
        return str(value)


def _dump_model(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise NotImplementedError
    return dump(mode="json")
