"""Execution of one call: results as JSON, threads, contexts."""

from __future__ import annotations

import contextvars
import datetime as dt
import threading
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pydantic
import pytest

from asyncassist import Tool, ToolContext, ToolStep
from asyncassist._chat.tool_runner import StepCall, ToolRunner, clean_text, read_calls, result_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asyncassist.testing import FakeClock

CONTEXT = ToolContext(user="ann", conversation_id="c", request_id="r", call_id="a", deadline=0.0)


async def run(tool: Tool | Callable[..., object], clock: FakeClock, arguments: str = "{}") -> ToolStep:
    """Run a tool once."""
    tool = tool if isinstance(tool, Tool) else Tool(tool, name="f")
    return await ToolRunner(clock, clock).run(tool, StepCall(call_id="a", name="f", arguments=arguments), CONTEXT)


@dataclass
class Offer:
    price: Decimal
    day: dt.date


class Model(pydantic.BaseModel):
    count: int


class Named:
    def __str__(self) -> str:
        return "named"


@pytest.mark.parametrize(
    ("value", "result", "text"),
    [
        ("plain", "plain", "plain"),
        ("bad \ud800\0", "bad ?", "bad ?"),
        (None, None, "null"),
        (Offer(Decimal("1.50"), dt.date(2026, 1, 2)), {"price": "1.50", "day": "2026-01-02"}, None),
        ([Model(count=1)], [{"count": 1}], '[{"count":1}]'),
        (Named(), "named", None),
    ],
)
async def test_results_are_json(clock: FakeClock, value: object, result: Any, text: str | None):
    """A text is sent as it is, anything else as JSON."""

    async def give() -> object:
        return value

    step = await run(give, clock)

    assert (step.outcome, step.result) == ("done", result)
    assert text is None or result_text(step) == text


@pytest.mark.parametrize("value", [object(), {"x": {1: object()}}, lambda: None])
async def test_what_json_cannot_hold_is_a_failure(clock: FakeClock, value: object):
    """The model learns that the call ran."""

    async def give() -> object:
        return value

    step = await run(give, clock)

    assert (step.outcome, step.error) == ("failed", "it ran, but returned what cannot be shown")


async def test_a_sync_function_runs_in_a_thread_with_the_context(clock: FakeClock):
    """Context variables are those of the caller; an awaitable result is awaited."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    variable.set("here")
    threads: list[int] = []

    def work(context: ToolContext) -> str:
        threads.append(threading.get_ident())
        return f"{variable.get()} {context.user} {context.call_id} {context.deadline - clock():g}"

    async def later() -> str:
        return "later"

    def indirect() -> Awaitable[str]:
        return later()

    assert (await run(work, clock)).result == "here ann a 20"
    assert threads != [threading.get_ident()]
    assert (await run(indirect, clock)).result == "later"


@pytest.mark.parametrize("error", [StopIteration, SystemExit, KeyError])
async def test_every_error_of_a_thread_is_a_failure(clock: FakeClock, error: type[BaseException]):
    """Also those that a future cannot carry."""

    def work() -> None:
        raise error

    assert (await run(work, clock)).error == "the tool raised an error"


async def test_a_sync_function_that_hangs_is_given_up(clock: FakeClock):
    """Its late result is ignored."""
    release = threading.Event()

    def work() -> str:
        release.wait(10)
        return "late"

    step = await run(Tool(work, name="f", timeout=0.05, repeatable=True), clock)
    release.set()

    assert step.error == "no result within 0.05 seconds"


async def test_a_timeout_of_the_function_itself_is_an_error(clock: FakeClock):
    """It is not taken for that of the tool."""

    async def work() -> None:
        raise TimeoutError

    assert (await run(work, clock)).error == "the tool raised an error"


def test_calls_of_an_answer_are_read_as_they_come():
    """Whatever is missing or malformed becomes a call that fails later, never an error here."""
    wire: list[Any] = [{"id": "x" * 200}, {"id": "a", "function": {"name": 3, "arguments": None}}, {"function": 1}]

    calls = read_calls(wire, set(), iter(["n1", "n2"]).__next__)

    assert [(call.call_id, call.name, call.arguments) for call in calls] == [
        ("n1", "unnamed", ""),
        ("a", "unnamed", ""),
        ("n2", "unnamed", ""),
    ]
    assert clean_text(None) == ""
