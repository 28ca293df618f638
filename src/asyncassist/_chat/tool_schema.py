"""JSON schema of a function's parameters from its signature and docstring, and conversion of arguments back."""

from __future__ import annotations

import functools
import inspect
import re
import types
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_REF = "#/$defs/"
_MAX_DEPTH = 32
_VARIADIC = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
# Keywords that providers accept in a strict schema; a schema with any other is sent as a plain one.
_STRICT_KEYWORDS = frozenset(
    {
        *("type", "title", "description", "enum", "const", "properties", "required", "additionalProperties"),
        *("items", "anyOf", "$ref", "$defs", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("multipleOf", "minItems", "maxItems", "pattern", "format", "default"),
    }
)
_STRICT_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "uuid"})
_NULL = {"type": "null"}


class UnsupportedFunctionError(ValueError):
    """Function that cannot be a tool; the text says why. Internal to `_chat`."""


class InvalidArgumentsError(ValueError):
    """Arguments of a model that do not fit the function; the text is for the model. Internal to `_chat`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSchema:
    """Schema of a function's parameters.

    Attributes:
        parameters: JSON schema of the arguments, an object.
        is_strict: Whether the schema follows the rules of strict function calling: every property is required, and no
            other is allowed. A parameter with a default is nullable there: null means the default.
        description: The docstring without its sections; "" for none.
        context_parameter: Name of the parameter that takes the context; None for none.
        convert: Converts the JSON text of the arguments to keyword arguments.
    """

    parameters: dict[str, Any]
    is_strict: bool
    description: str
    context_parameter: str | None
    convert: Callable[[str], dict[str, Any]]


def read_function(function: Callable[..., Any], context_type: type) -> FunctionSchema:
    """Return the schema of a function's parameters.

    Args:
        function: The function, bound method, partial or callable object.
        context_type: Annotation of the parameter that takes the context; the model does not see that parameter.

    Raises:
        UnsupportedFunctionError: The function cannot be called with keyword arguments from JSON.
    """
    description, parameter_descriptions = parse_docstring(inspect.getdoc(_documented(function)) or "")
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        raise UnsupportedFunctionError("has no signature") from None
    hints = _type_hints(function, set(parameters), context_type)
    context_parameter: str | None = None
    fields: list[Any] = []
    names: dict[str, str] = {}
    for name, parameter in parameters.items():
        if parameter.kind in _VARIADIC or parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            raise UnsupportedFunctionError(f"takes {parameter}: each parameter must be callable by its name")
        if name not in hints:
            raise UnsupportedFunctionError(f"has the parameter {name!r} without a type")
        if _is_context(hints[name], context_type):
            context_parameter = name
            continue
        # The fields have names of their own: a parameter may be named like an attribute of a Struct.
        field_name = f"field_{len(fields)}"
        names[field_name] = name
        fields.append((field_name, hints[name], *_default(parameter)))
    arguments_type = msgspec.defstruct("Arguments", fields, rename=names, kw_only=True, forbid_unknown_fields=True)
    plain = type_schema(arguments_type)
    plain.pop("title", None)
    plain.setdefault("required", [])
    for name, text in parameter_descriptions.items():
        if name in plain["properties"]:
            plain["properties"][name] = _described(plain["properties"][name], text)
    strict = strict_schema(plain)

    def convert(text: str) -> dict[str, Any]:
        return _convert(text, arguments_type, plain, names)

    return FunctionSchema(
        parameters=plain if strict is None else strict,
        is_strict=strict is not None,
        description=description,
        context_parameter=context_parameter,
        convert=convert,
    )


def parse_arguments(text: str) -> dict[str, Any]:
    """Parse the JSON text of arguments; blank text means none.

    Raises:
        InvalidArgumentsError: The text is not a JSON object.
    """
    try:
        value = msgspec.json.decode(text) if text.strip() else {}
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        raise InvalidArgumentsError("the arguments are not valid JSON") from None
    if not isinstance(value, dict):
        raise InvalidArgumentsError("the arguments are not a JSON object")
    return value


def _convert(
    text: str, arguments_type: type[msgspec.Struct], plain: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, Any]:
    """Convert the JSON text of arguments to keyword arguments.

    Raises:
        InvalidArgumentsError: An argument is missing, unknown or of the wrong type.
    """
    value = without_nulls(parse_arguments(text), plain, plain.get("$defs", {}), _MAX_DEPTH)
    try:
        arguments = msgspec.convert(value, arguments_type, dec_hook=validate_model)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidArgumentsError(f"the arguments are wrong: {str(error)[:500]}") from None
    except ValueError as error:
        # A range check of a type of the user, such as a pydantic model or a `__post_init__`.
        raise InvalidArgumentsError(f"the arguments are wrong: {type(error).__name__}") from None
    return {name: getattr(arguments, field_name) for field_name, name in names.items()}


def _default(parameter: inspect.Parameter) -> tuple[Any, ...]:
    """Return the default of a parameter as the last part of a field; empty for a required one."""
    if parameter.default is inspect.Parameter.empty:
        return ()
    # Through a factory, which accepts every value: a plain default must be immutable.
    return (msgspec.field(default_factory=lambda: parameter.default),)


def _documented(function: Any) -> Any:
    """Return the object whose docstring and annotations describe a callable."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    if not (inspect.isroutine(function) or inspect.isclass(function)):
        return type(function).__call__
    return function


def _type_hints(function: Any, parameters: set[str], context_type: type) -> dict[str, Any]:
    """Return the types of the parameters.

    A context type that the module imports for type checkers only is found as well.

    Raises:
        UnsupportedFunctionError: An annotation names something that cannot be found.
    """
    documented = _documented(function)
    documented = getattr(documented, "__func__", documented)
    annotations = {name: hint for name, hint in inspect.get_annotations(documented).items() if name in parameters}
    global_names = getattr(documented, "__globals__", {})
    cells = zip(documented.__code__.co_freevars, documented.__closure__ or (), strict=True) if global_names else ()
    local_names = {name: cell.cell_contents for name, cell in cells if _is_filled(cell)}
    if context_type.__name__ not in global_names:
        local_names.setdefault(context_type.__name__, context_type)
    try:
        return typing.get_type_hints(
            types.SimpleNamespace(__annotations__=annotations), global_names, local_names, include_extras=True
        )
    except (NameError, SyntaxError, TypeError, AttributeError) as error:
        raise UnsupportedFunctionError(f"has an annotation that cannot be read: {error}") from None


def _is_filled(cell: types.CellType) -> bool:
    try:
        return bool([cell.cell_contents])
    except ValueError:
        return False


def _is_context(hint: object, context_type: type) -> bool:
    return hint is context_type or (typing.get_origin(hint) in _UNIONS and context_type in typing.get_args(hint))


_UNIONS = {typing.Union, types.UnionType}


def type_schema(kind: Any) -> dict[str, Any]:
    """Return the schema that msgspec generates of a type, as one object with its definitions.

    Raises:
        UnsupportedFunctionError: JSON cannot hold the type, or a type of its fields.
    """
    hoisted: dict[str, Any] = {}

    def model_schema(kind: type) -> dict[str, Any]:
        if not hasattr(kind, "model_json_schema"):
            raise NotImplementedError
        schema = cast("dict[str, Any]", cast("Any", kind).model_json_schema())
        hoisted.update(schema.pop("$defs", {}))
        return schema

    try:
        (root,), components = msgspec.json.schema_components(
            [kind], schema_hook=model_schema, ref_template=_REF + "{name}"
        )
        # The types must be decodable too, which the schema alone does not show.
        msgspec.json.Decoder(kind, dec_hook=validate_model)
    except (TypeError, NotImplementedError, NameError, RecursionError) as error:
        raise UnsupportedFunctionError(f"has a parameter of an unsupported type: {error}") from None
    definitions = {**components, **hoisted}
    name = str(root.get("$ref", "")).removeprefix(_REF)
    schema = dict(definitions.get(name, root))
    if name and sum(_count_references(item, root["$ref"]) for item in definitions.values()) == 0:
        del definitions[name]
    if definitions:
        schema["$defs"] = definitions
    return schema


def _count_references(schema: Any, reference: str) -> int:
    """Return how often a schema refers to a definition."""
    if isinstance(schema, dict):
        return (schema.get("$ref") == reference) + sum(_count_references(item, reference) for item in schema.values())
    return sum(_count_references(item, reference) for item in schema) if isinstance(schema, list) else 0


def validate_model(kind: type, value: object) -> object:
    """Validate a value of a pydantic model, or another type with its protocol."""
    validate = getattr(kind, "model_validate", None)
    if validate is None:
        raise NotImplementedError
    return validate(value)


def _described(schema: dict[str, Any], text: str) -> dict[str, Any]:
    """Add a description to a schema; a reference with siblings is wrapped, as older validators ignore siblings."""
    if "$ref" in schema:
        return {"anyOf": [schema], "description": text}
    return {**schema, "description": text}


def strict_schema(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema by the rules of strict function calling; None if it cannot follow them."""
    try:
        return cast("dict[str, Any]", _to_strict(schema))
    except _NotStrictError:
        return None


class _NotStrictError(Exception):
    """Schema that cannot be strict."""


def _to_strict(schema: Any) -> Any:
    if not isinstance(schema, dict) or not schema:
        raise _NotStrictError  # anything is allowed
    if not _STRICT_KEYWORDS.issuperset(schema) or schema.get("format", "date") not in _STRICT_FORMATS:
        raise _NotStrictError
    strict = {name: value for name, value in schema.items() if name != "default"}
    if "enum" in schema and "type" not in schema:
        strict["type"] = _type_of_values(schema["enum"])
    if schema.get("type") == "object" or "properties" in schema:
        if schema.get("additionalProperties", False) is not False or "properties" not in schema:
            raise _NotStrictError  # a mapping with any keys
        required = schema.get("required", ())
        strict["properties"] = {
            name: _to_strict(item) if name in required else _nullable(_to_strict(item))
            for name, item in schema["properties"].items()
        }
        strict["required"] = list(schema["properties"])
        strict["additionalProperties"] = False
    if "items" in schema:
        strict["items"] = _to_strict(schema["items"])
    if "anyOf" in schema:
        strict["anyOf"] = [_to_strict(item) for item in schema["anyOf"]]
    if "$defs" in schema:
        strict["$defs"] = {name: _to_strict(item) for name, item in schema["$defs"].items()}
    return strict


def _type_of_values(values: list[Any]) -> str | list[str]:
    """Return the JSON types of the values of an enumeration."""
    if any(isinstance(value, bool) or not isinstance(value, str | int | None) for value in values):
        raise _NotStrictError
    names = sorted({"null" if value is None else "string" if isinstance(value, str) else "integer" for value in values})
    return names[0] if len(names) == 1 else names


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that allows null as well, with its description outside."""
    if _allows_null(schema):
        return schema
    outer = {"description": schema["description"]} if "description" in schema else {}
    inner = {name: item for name, item in schema.items() if name != "description"}
    return {"anyOf": [*(inner["anyOf"] if set(inner) == {"anyOf"} else [inner]), _NULL], **outer}


def _allows_null(schema: Mapping[str, Any]) -> bool:
    if "anyOf" in schema:
        return any(_allows_null(item) for item in schema["anyOf"])
    return schema.get("type") == "null" or None in schema.get("enum", ())


def without_nulls(value: Any, schema: Mapping[str, Any], definitions: Mapping[str, Any], depth: int) -> Any:
    """Return a value without the nulls that stand for defaults: the strict schema requires every property."""
    if depth == 0:
        return value
    if "$ref" in schema:
        found = definitions.get(str(schema["$ref"]).removeprefix(_REF), {})
        return without_nulls(value, found, definitions, depth - 1)
    for branch in schema.get("anyOf", ()):
        value = without_nulls(value, branch, definitions, depth - 1)
    if isinstance(value, dict) and isinstance(schema.get("properties"), dict):
        properties, required = schema["properties"], schema.get("required", ())
        return {
            name: without_nulls(item, properties.get(name, {}), definitions, depth - 1)
            for name, item in value.items()
            if item is not None or name in required or name not in properties or _allows_null(properties[name])
        }
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [without_nulls(item, schema["items"], definitions, depth - 1) for item in value]
    return value


_SECTION = re.compile(
    r"(Args|Arguments|Parameters|Params|Returns?|Yields?|Raises|Examples?|Notes?|Attributes|Warnings?|See Also):?[ \t]*"
)
_PARAMETER_SECTIONS = {"Args", "Arguments", "Parameters", "Params"}
_PARAMETER = re.compile(r"\*{0,2}(\w+)[ \t]*(?:\([^()\n]*\))?[ \t]*:[ \t]*(.*)")
_FIELD = re.compile(r":param(?:eter)?[ \t]+(?:[^:\n]*[ \t])?(\w+):[ \t]*(.*)")
_NUMPY_NAME = re.compile(r"(\w+)[ \t]*(?::[^\n]*)?")


def parse_docstring(text: str) -> tuple[str, dict[str, str]]:
    """Split a docstring into its description and the descriptions of the parameters.

    Args:
        text: The docstring without indentation: Google, NumPy or Sphinx style.

    Returns:
        The text before the first section, and the descriptions by name.
    """
    lines = text.splitlines()
    description: list[str] = []
    descriptions: dict[str, list[str]] = {}
    section: str | None = None
    is_numpy = False
    current: list[str] | None = None
    for index, line in enumerate(lines):
        stripped = line.strip()
        following = lines[index + 1].strip() if index + 1 < len(lines) else ""
        is_underlined = len(following) > 2 and not following.strip("-")
        heading = None if line[:1].isspace() else _SECTION.fullmatch(stripped)
        if heading is not None and (stripped.endswith(":") or is_underlined):
            section, is_numpy, current = heading[1], is_underlined, None
            continue
        field = None if line[:1].isspace() else _FIELD.fullmatch(stripped)
        if field is not None:
            section = "Params"
            current = descriptions.setdefault(field[1], [field[2]])
        elif not line[:1].isspace() and stripped.startswith(":"):
            section, current = "Returns", None
        elif section is None:
            description.append(line)
        elif section in _PARAMETER_SECTIONS and stripped.strip("-"):
            current = _add_parameter_line(line, current, descriptions, is_numpy=is_numpy)
    joined = {name: " ".join(filter(None, parts)).strip() for name, parts in descriptions.items()}
    return "\n".join(description).strip(), {name: item for name, item in joined.items() if item}


def _add_parameter_line(
    line: str, current: list[str] | None, descriptions: dict[str, list[str]], *, is_numpy: bool
) -> list[str] | None:
    """Add a line of a section of parameters, and return the description that the next line may continue."""
    stripped = line.strip()
    if is_numpy:
        name = None if line[:1].isspace() else _NUMPY_NAME.fullmatch(stripped)
        if name is not None:
            return descriptions.setdefault(name[1], [])
    else:
        indent = len(line) - len(line.lstrip())
        parameter = _PARAMETER.fullmatch(stripped) if current is None or indent <= _GOOGLE_INDENT else None
        if parameter is not None:
            return descriptions.setdefault(parameter[1], [parameter[2]])
    if current is not None:
        current.append(stripped)
    return current


# Columns that the names of a Google-style section are indented by, at most; further lines of an entry have more.
_GOOGLE_INDENT = 4
