"""Execution of tool calls: arguments, time limits, threads, and results as bounded JSON."""

from __future__ import annotations

import asyncio
import contextvars
import dataclasses
import inspect
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._chat.tool_schema import InvalidArgumentsError, parse_arguments
from asyncassist._chat.tools import Tool, ToolCall, ToolContext, ToolStep
from asyncassist._events import logger
from asyncassist._types import to_jsonable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncassist._chat.tools import ToolOutcome

MAX_PARALLEL_CALLS = 8
"""Calls of one step that run at the same time."""
MAX_CALLS_PER_STEP = 32
"""Calls of one step that are run; the model is asked to repeat the others."""
# Characters of the arguments of one call, and of all calls of a step: a record of the step fits into every store.
MAX_ARGUMENT_CHARS = 40_000
_MAX_STEP_CHARS = 120_000
_CUT_OFF = " … (cut off)"

UNKNOWN_TOOL = "there is no tool of this name"
TOO_MANY_CALLS = "not run: too many calls at once; repeat the call"
ARGUMENTS_TOO_LONG = "not run: the arguments are too long"
NOT_RECORDED = "not run: the call could not be recorded"
INTERRUPTED = "interrupted: it may or may not have taken effect; it was not repeated"
REFUSED = "refused"
SUPERSEDED = "not run: the user went on without a decision"

_json = msgspec.json.Encoder(enc_hook=lambda value: _to_json(value), decimal_format="string")  # noqa: PLW0108


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCall:
    """Call of a model's answer, with an id of its own and bounded.

    Attributes:
        call_id: Id, unique in the turn.
        name: Name of the tool as the model gave it.
        arguments: JSON text of the arguments as the model gave it.
        problem: Why the call is not run; None if it may be.
    """

    call_id: str
    name: str
    arguments: str
    problem: str | None = None

    @classmethod
    def of_wire(cls, call: Mapping[str, Any]) -> StepCall:
        """Read a call from a message in the form of the wire."""
        function = call["function"]
        return cls(call_id=call["id"], name=function["name"], arguments=function["arguments"])

    def to_wire(self) -> dict[str, Any]:
        """Return the call as a part of the assistant's message."""
        return {
            "id": self.call_id,
            "type": "function",
            "function": {"name": self.name, "arguments": self.arguments},
        }

    def to_pending(self) -> ToolCall:
        """Return the call as a part of `Reply.pending`."""
        return ToolCall(call_id=self.call_id, name=self.name, arguments=self.parsed_arguments())

    def parsed_arguments(self) -> dict[str, Any]:
        """Return the arguments; empty if they are not a JSON object."""
        try:
            return parse_arguments(self.arguments)
        except InvalidArgumentsError:
            return {}

    def step(
        self, outcome: ToolOutcome, error: str | None = None, *, result: Any = None, elapsed: float = 0.0
    ) -> ToolStep:
        """Return the call with its outcome."""
        return ToolStep(
            call_id=self.call_id,
            name=self.name,
            arguments=self.parsed_arguments(),
            result=result,
            error=error,
            elapsed=elapsed,
            outcome=outcome,
        )


def read_calls(
    tool_calls: Sequence[Mapping[str, Any]], used_ids: set[str], new_id: Callable[[], str]
) -> list[StepCall]:
    """Read the calls of a model's answer.

    Args:
        tool_calls: Calls in the form of the wire.
        used_ids: Ids of earlier calls of the turn; the ids of these calls are added.
        new_id: Returns a new id, for a call whose id is missing, too long or already used.

    Returns:
        The calls, at most four times as many as are run.
    """
    calls: list[StepCall] = []
    chars = 0
    for index, wire in enumerate(tool_calls[: 4 * MAX_CALLS_PER_STEP]):
        function = wire.get("function")
        facts: Mapping[str, Any] = function if isinstance(function, dict) else {}
        call_id, arguments = clean_text(wire.get("id")), clean_text(facts.get("arguments"))
        if not 0 < len(call_id) <= 128 or call_id in used_ids:
            call_id = new_id()
        used_ids.add(call_id)
        problem = TOO_MANY_CALLS if index >= MAX_CALLS_PER_STEP else None
        chars += len(arguments)
        if len(arguments) > MAX_ARGUMENT_CHARS or chars > _MAX_STEP_CHARS:
            chars -= len(arguments)
            arguments, problem = "{}", ARGUMENTS_TOO_LONG
        name = clean_text(facts.get("name"))[:64] or "unnamed"
        calls.append(StepCall(call_id=call_id, name=name, arguments=arguments, problem=problem))
    return calls


def clean_text(value: object) -> str:
    """Return a text that every store and every server accepts: without NUL and lone surrogates; "" for no text."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", "")


class ToolRunner:
    """Runner of tool calls.

    Args:
        now: Clock in seconds since the epoch, for deadlines.
        monotonic: Monotonic clock in seconds, for durations.
    """

    def __init__(self, now: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._now = now
        self._monotonic = monotonic

    def check(self, tool: Tool | None, call: StepCall, context: ToolContext) -> ToolStep | None:
        """Return the failed step of a call that cannot be run; None for one that can.

        Args:
            tool: The tool that the call names; None if there is none.
            call: The call.
            context: Circumstances of the call.
        """
        if call.problem is not None:
            return call.step("failed", call.problem)
        if tool is None:
            return call.step("failed", UNKNOWN_TOOL)
        try:
            tool.read_arguments(call.arguments, context)
        except InvalidArgumentsError as error:
            return call.step("failed", clean_text(str(error)))
        return None

    async def run(self, tool: Tool, call: StepCall, context: ToolContext) -> ToolStep:
        """Run a call that `check` lets pass, within the time limit of its tool.

        The step is "failed" when the function raises, takes too long, or returns what JSON cannot hold.

        Args:
            tool: The tool.
            call: The call.
            context: Circumstances of the call; its deadline is set here.
        """
        context = dataclasses.replace(context, deadline=self._now() + tool.timeout)
        arguments = tool.read_arguments(call.arguments, context)
        started = self._monotonic()
        scope = asyncio.timeout(tool.timeout)
        try:
            async with scope:
                value = await _call_function(tool.function, arguments)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # The function was cancelled from within: by its own doing, not by the caller's.
            return call.step("failed", "the tool gave up", elapsed=self._monotonic() - started)
        except Exception as error:  # noqa: BLE001 - user code; its bug is told to the model and must not cost the reply
            elapsed = self._monotonic() - started
            if isinstance(error, TimeoutError) and scope.expired():
                return call.step("failed", _timeout_message(tool), elapsed=elapsed)
            logger.error("the tool %s failed (%s)", tool.name, type(error).__name__)
            return call.step("failed", _error_message(tool, error), elapsed=elapsed)
        elapsed = self._monotonic() - started
        try:
            text = _to_text(value)
            result = _bounded_result(value, text, tool.max_result_chars)
        except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError, NotImplementedError):
            logger.error("the tool %s returned what JSON cannot hold (%s)", tool.name, type(value).__name__)
            return call.step("failed", "it ran, but returned what cannot be shown", elapsed=elapsed)
        return call.step("done", result=result, elapsed=elapsed)


def result_text(step: ToolStep) -> str:
    """Return what the model gets as the result of a step."""
    if step.outcome != "done":
        return f"Error ({step.outcome}): {step.error}"
    return step.result if isinstance(step.result, str) else msgspec.json.encode(step.result).decode()


async def _call_function(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None)):  # noqa: B004
        return await function(**arguments)
    value = await _run_in_thread(lambda: function(**arguments))
    return await value if inspect.isawaitable(value) else value


async def _run_in_thread(work: Callable[[], Any]) -> Any:
    """Run a function in a thread of its own.

    A function that hangs holds neither a thread of the event loop's executor nor the end of the process.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def finish(value: Any, error: BaseException | None) -> None:
        if future.done():
            return  # the caller gave up
        if error is None:
            future.set_result(value)
        elif isinstance(error, Exception) and not isinstance(error, StopIteration):
            future.set_exception(error)
        else:
            # A future cannot carry StopIteration, and SystemExit in a thread is no end of the program.
            future.set_exception(RuntimeError(f"the function raised {type(error).__name__}"))

    def target() -> None:
        value, failure = None, None
        try:
            value = context.run(work)
        except BaseException as error:  # noqa: BLE001 - carried to the caller
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(finish, value, failure)

    context = contextvars.copy_context()
    threading.Thread(target=target, name="asyncassist-tool", daemon=True).start()
    return await future


def _timeout_message(tool: Tool) -> str:
    doubt = "" if tool.repeatable else "; it may have taken effect"
    return f"no result within {tool.timeout:g} seconds{doubt}"


def _error_message(tool: Tool, error: Exception) -> str:
    if not tool.expose_errors:
        return "the tool raised an error"
    return clean_text(f"{type(error).__name__}: {error}")[: tool.max_result_chars]


def _to_text(value: object) -> str:
    """Return a result as the text for the model: a text as it is, anything else as JSON."""
    return clean_text(value) if isinstance(value, str) else clean_text(_json.encode(value).decode())


def _bounded_result(value: object, text: str, max_chars: int) -> Any:
    """Return a result as a JSON value that every store can hold; one beyond the bound as the beginning of its text."""
    if len(text) > max_chars:
        return text[:max_chars] + _CUT_OFF
    if isinstance(value, str):
        return text
    return msgspec.json.decode(text)


def _to_json(value: Any) -> Any:
    """Convert what JSON cannot hold by itself.

    Raises:
        NotImplementedError: The value has no JSON form.
    """
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return dump(mode="json")
    converted = to_jsonable(value)
    if isinstance(converted, str) and type(value).__str__ is object.__str__:  # type: ignore[comparison-overlap]
        raise NotImplementedError  # only its address
    return converted
