"""Tools that a chatbot's model may call, and what their calls bring: Tool, ToolContext, ToolCall, ToolStep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from asyncassist._chat.tool_schema import UnsupportedFunctionError, read_function
from asyncassist._types import JSONSerializable
from asyncassist._validation import check_int, check_seconds
from asyncassist.errors import ConfigurationError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ToolOutcome = Literal["done", "failed", "refused", "uncertain"]

# Names of functions that every provider accepts.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext(JSONSerializable):
    """Circumstances of one call of a tool; a parameter annotated with this type gets it, and the model does not see it.

    Attributes:
        user: Id of the user; None for an anonymous user.
        conversation_id: Id of the conversation.
        request_id: Id of the request: the caller's, or a generated one.
        call_id: Id of the call. A repeated call of a repeatable tool has the same id: it may serve as idempotency key.
        deadline: Time of the chatbot's clock, in seconds since the epoch, at which the call ends.
    """

    user: str | None
    conversation_id: str
    request_id: str
    call_id: str
    deadline: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall(JSONSerializable):
    """Call of a tool that waits for a decision.

    Attributes:
        call_id: Id of the call, for `CachedChatbot.resolve`.
        name: Name of the tool.
        arguments: Arguments as the model gave them.
    """

    call_id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolStep(JSONSerializable):
    """Call of a tool with its outcome.

    Attributes:
        call_id: Id of the call.
        name: Name of the tool.
        arguments: Arguments as the model gave them; empty if they were not a JSON object.
        result: Result as a JSON value; of one beyond its bound the beginning of its JSON text. None unless the outcome
            is "done".
        error: Error as the model was informed of it; None if the outcome is "done".
        elapsed: Seconds that the call took.
        outcome: "done"; "failed" (wrong arguments, unknown tool, an exception, a timeout); "refused" (by a decision);
            "uncertain" (under way when the process ended: it may or may not have taken effect, and is not repeated).
    """

    call_id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    result: Any = None
    error: str | None = None
    elapsed: float = 0.0
    outcome: ToolOutcome = "done"


class Tool:
    """Function that the model may call.

    The schema of the arguments comes from the signature: JSON types, dataclasses, Structs, TypedDicts, enums,
    `Literal`, dates, optional types, and pydantic models. The description of the tool and of its parameters comes from
    the docstring. The function gets its arguments by name, converted to their types; of wrong ones the
    model is informed, and they never reach the function. A synchronous function runs in a thread of its own.

    Args:
        function: The function. What it returns is sent to the model as JSON, a text as it is.
        name: Name for the model, 1 to 64 letters, digits, "_" or "-"; None for the function's.
        description: Description for the model; None for the docstring's.
        needs_approval: Whether each call waits for a decision, see `Reply.pending` and `CachedChatbot.resolve`.
        repeatable: Whether a call may be run again after a crash. Without it a call takes effect at most once, and its
            intent is stored before it runs.
        timeout: Seconds for one call. A synchronous function cannot be interrupted: its result is then ignored.
        max_result_chars: Characters of a result that the model gets; what is beyond is cut off.
        expose_errors: Whether the model gets the text of an exception, and not only its occurrence.

    Raises:
        ConfigurationError: The function cannot be a tool, or another argument has an invalid value; the error names the
            tool.
    """

    def __init__(
        self,
        function: Callable[..., object],
        *,
        name: str | None = None,
        description: str | None = None,
        needs_approval: bool = False,
        repeatable: bool = False,
        timeout: float = 20.0,
        max_result_chars: int = 20_000,
        expose_errors: bool = False,
    ) -> None:
        given = name if name is not None else getattr(function, "__name__", None)
        place = f"tools.{given}" if isinstance(given, str) and given else "tools"
        if not callable(function):
            raise ConfigurationError(place, "must be a function")
        if not isinstance(given, str) or not _NAME.fullmatch(given):
            raise ConfigurationError(place, "needs a name of 1 to 64 letters, digits, '_' or '-'")
        if description is not None and not isinstance(description, str):
            raise ConfigurationError(place, "needs a description of text, or None")
        for flag, value in (
            ("needs_approval", needs_approval),
            ("repeatable", repeatable),
            ("expose_errors", expose_errors),
        ):
            if not isinstance(value, bool):
                raise ConfigurationError(f"{place}.{flag}", "must be True or False")
        try:
            self._schema = read_function(function, ToolContext)
        except UnsupportedFunctionError as error:
            raise ConfigurationError(place, str(error)) from None
        self.function = function
        self.name: str = given
        self.description: str = self._schema.description if description is None else description
        self.needs_approval = needs_approval
        self.repeatable = repeatable
        self.timeout: float = check_seconds(f"{place}.timeout", timeout)
        self.max_result_chars: int = check_int(f"{place}.max_result_chars", max_result_chars)
        self.expose_errors = expose_errors

    def __repr__(self) -> str:
        return f"Tool(name={self.name!r}, needs_approval={self.needs_approval}, repeatable={self.repeatable})"

    @property
    def parameters(self) -> dict[str, Any]:
        """The JSON schema of the arguments."""
        return self._schema.parameters

    def read_arguments(self, text: str, context: ToolContext) -> dict[str, Any]:
        """Convert the JSON text of the model's arguments to keyword arguments of the function.

        Args:
            text: JSON text.
            context: Circumstances of the call.

        Raises:
            InvalidArgumentsError: The arguments do not fit the function.
        """
        arguments = self._schema.convert(text)
        if self._schema.context_parameter is not None:
            arguments[self._schema.context_parameter] = context
        return arguments

    def to_wire(self) -> dict[str, Any]:
        """Return the definition of the tool in the form of Chat Completions."""
        function: dict[str, Any] = {"name": self.name, "description": self.description, "parameters": self.parameters}
        if self._schema.is_strict:
            function["strict"] = True
        return {"type": "function", "function": function}


def check_tools(tools: Sequence[Tool | Callable[..., object]]) -> dict[str, Tool]:
    """Return the tools of a constructor by name.

    Args:
        tools: Tools and functions.

    Raises:
        ConfigurationError: The argument is no sequence, an element cannot be a tool, or two have one name.
    """
    if isinstance(tools, str | bytes | Mapping) or not isinstance(tools, Iterable):
        raise ConfigurationError("tools", "must be a sequence of Tool or functions")
    found: dict[str, Tool] = {}
    for item in tools:
        tool = item if isinstance(item, Tool) else Tool(item)
        if tool.name in found:
            raise ConfigurationError(f"tools.{tool.name}", "is the name of two tools")
        found[tool.name] = tool
    return found


def split_tools(tools: Any) -> tuple[dict[str, Tool], list[Any] | None]:
    """Return the tools of a call by name, or the definitions that are sent as they are.

    Args:
        tools: Tools and functions, or definitions in the form of the wire; None for no tools.

    Returns:
        The tools, and the definitions; None instead of definitions if there are none.

    Raises:
        InvalidInputError: An element is neither, two tools have one name, or both kinds are mixed.
    """
    if tools is None:
        return {}, None
    if isinstance(tools, str | bytes | Mapping) or not isinstance(tools, Iterable):
        raise InvalidInputError("tools", "must be a sequence of Tool, functions or definitions")
    items = list(tools)
    definitions = [item for item in items if isinstance(item, Mapping)]
    if definitions and len(definitions) < len(items):
        raise InvalidInputError("tools", "must be either tools or definitions of tools")
    if definitions:
        return {}, definitions
    try:
        return check_tools(items), None
    except ConfigurationError as error:
        raise InvalidInputError(error.field, error.problem) from None
