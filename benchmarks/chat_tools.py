"""CPU of a turn with tools.

    python -m benchmarks.chat_tools [--quick]

CPU microseconds of the calling thread for one turn in which the model calls a tool two or three times and then answers,
medians of interleaved rounds; the server is a process of its own. It is compared with as many bare calls of the
AsyncOpenAI client with the same messages and tools, which run no tool and keep nothing, and with openai-agents and
pydantic-ai around the same client. CachedChatbot also stores the turn, each call of the tool before it runs.
"""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import openai

from asyncassist import CachedChatbot, Tool
from benchmarks.report import Report

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    Turn = Callable[[], Awaitable[Any]]

# The name of the model is the number of its calls.
SERVER = """
import asyncio
from asyncassist.testing import FakeAnswer, FakeOpenAI

def answer(body):
    items = body.get("messages") or body["input"]
    done = sum(item.get("role") == "tool" or item.get("type") == "function_call_output" for item in items)
    if done >= int(body["model"]):
        return FakeAnswer(text="The seat is 12A, the gate is B4, and boarding begins at noon.")
    function = {"name": "look_up", "arguments": '{"reference": "AB12CD", "field": "seat"}'}
    return FakeAnswer(
        tool_calls=[{"id": f"call_{done}", "type": "function", "function": function}], finish_reason="tool_calls"
    )

async def main():
    async with FakeOpenAI(answer=answer) as server:
        server.requests = type("Nothing", (list,), {"append": lambda self, item: None})()
        print(server.base_url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""
QUESTION = "What are my seat, my gate and my boarding time? My booking is AB12CD."
SYSTEM = "You are the assistant of an airline. Look things up; do not guess."
WIRES = ("chat", "responses")
STEPS = (2, 3)


async def look_up(reference: str, field: str) -> dict[str, str]:
    """Look up a field of a booking.

    Args:
        reference: Code of the booking.
        field: Name of the field.
    """
    return {"reference": reference, "field": field, "value": "12A"}


@contextmanager
def server() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


async def bare_bodies(base_url: str, wire: str, steps: int) -> list[dict[str, Any]]:
    """Return the requests of a turn, as a chatbot sends them, for the bare client."""
    sent: list[dict[str, Any]] = []

    class Recorder(openai.AsyncOpenAI):
        async def post(self, path: str, *, body: Any, **options: Any) -> Any:
            sent.append(json.loads(json.dumps(body)))
            return await super().post(path, body=body, **options)

    async with (
        Recorder(api_key="k", base_url=base_url) as client,
        CachedChatbot(model=str(steps), client=client, system=SYSTEM, tools=[look_up], wire=wire) as bot,  # type: ignore[arg-type]
    ):
        await bot.reply(QUESTION)
    assert len(sent) == steps + 1
    return sent


def openai_agents(client: openai.AsyncOpenAI, wire: str, steps: int) -> Turn | None:
    """Return a turn of openai-agents; None if it is not installed."""
    if importlib.util.find_spec("agents") is None:
        return None
    import agents

    agents.set_tracing_disabled(True)
    kind = agents.OpenAIChatCompletionsModel if wire == "chat" else agents.OpenAIResponsesModel
    agent = agents.Agent(
        name="airline",
        instructions=SYSTEM,
        model=kind(model=str(steps), openai_client=client),
        tools=[agents.function_tool(look_up)],
    )
    return lambda: agents.Runner.run(agent, QUESTION)


def pydantic_ai(client: openai.AsyncOpenAI, wire: str, steps: int) -> Turn | None:
    """Return a turn of pydantic-ai; None if it is not installed."""
    if importlib.util.find_spec("pydantic_ai") is None:
        return None
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.openai import OpenAIProvider

    kind = OpenAIChatModel if wire == "chat" else OpenAIResponsesModel
    model = kind(str(steps), provider=OpenAIProvider(openai_client=client))
    agent = Agent(model, instructions=SYSTEM, tools=[look_up])
    return lambda: agent.run(QUESTION)


PEERS = {"openai-agents": openai_agents, "pydantic-ai": pydantic_ai}


async def contestants(stack: AsyncExitStack, base_url: str) -> dict[tuple[str, int], dict[str, Turn]]:
    """Return by wire and number of calls a function per contestant that runs one turn."""
    client = await stack.enter_async_context(openai.AsyncOpenAI(api_key="k", base_url=base_url, max_retries=0))
    cases: dict[tuple[str, int], dict[str, Turn]] = {}
    for wire in WIRES:
        for steps in STEPS:
            bodies = await bare_bodies(base_url, wire, steps)
            create: Any = client.chat.completions.create if wire == "chat" else client.responses.create
            tools = [Tool(look_up)]
            settings: dict[str, Any] = {"model": str(steps), "api_key": "k", "base_url": base_url, "wire": wire}
            bot = await stack.enter_async_context(CachedChatbot(**settings, system=SYSTEM, tools=tools))
            turns: dict[str, Turn] = {
                "AsyncOpenAI": functools.partial(bare, create, bodies),
                "CachedChatbot": functools.partial(bot.reply, QUESTION, user="ann"),
            }
            for name, peer in PEERS.items():
                turn = peer(client, wire, steps)
                if turn is not None:
                    turns[name] = turn
            cases[wire, steps] = turns
    return cases


async def bare(create: Any, bodies: list[dict[str, Any]]) -> None:
    for body in bodies:
        await create(**body)


async def measure(base_url: str, *, quick: bool) -> dict[tuple[str, int], dict[str, float]]:
    """Return the median CPU seconds of a turn by case and contestant."""
    rounds, turns = (5, 10) if quick else (15, 20)
    times: dict[tuple[str, int], dict[str, list[float]]] = {}
    async with AsyncExitStack() as stack:
        cases = await contestants(stack, base_url)
        for by_name in cases.values():
            for turn in by_name.values():
                await turn()  # warm-up
        for _ in range(rounds):
            for case, by_name in cases.items():
                for name, turn in by_name.items():
                    start = time.thread_time()
                    for _ in range(turns):
                        await turn()
                    times.setdefault(case, {}).setdefault(name, []).append((time.thread_time() - start) / turns)
    return {
        case: {name: statistics.median(values) for name, values in by_name.items()} for case, by_name in times.items()
    }


def main() -> None:
    with server() as base_url:
        medians = asyncio.run(measure(base_url, quick="--quick" in sys.argv))
    report = Report("chat_tools", "CPU of one turn with tools", ("openai", "openai-agents", "pydantic-ai-slim"))
    for (wire, steps), by_name in medians.items():
        for name, median in by_name.items():
            report.row(
                wire=wire,
                tool_calls=steps,
                requests=steps + 1,
                contestant=name,
                microseconds=round(median * 1e6),
                over_bare_calls=round(median / by_name["AsyncOpenAI"], 3),
            )
    for name in PEERS:
        if all(name not in by_name for by_name in medians.values()):
            report.not_installed(name)
    report.write()


if __name__ == "__main__":
    main()
