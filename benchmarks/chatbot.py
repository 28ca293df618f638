"""What CachedChatbot costs beside the model.

    python -m benchmarks.chatbot [--quick]

CPU microseconds of the calling thread for one answer, medians of interleaved rounds; the server is a process of its
own. A hit of a conversation's first message and of one with ten turns, beside langchain-core with its in-memory cache;
a miss beside the bare AsyncOpenAI client and langchain-core around the same client. Ours keep the conversation and its
turn besides; the peers keep none.
"""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import statistics
import subprocess
import sys
import time
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import openai

from asyncassist import CachedChatbot
from asyncassist._stores.memory_history import MemoryHistory
from benchmarks.report import Report

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    Ask = Callable[[int], Awaitable[Any]]

SERVER = """
import asyncio
from asyncassist.testing import FakeOpenAI

async def main():
    async with FakeOpenAI(answer="an answer of eight words, more or less, yes") as server:
        server.requests = type("Nothing", (list,), {"append": lambda self, item: None})()
        print(server.base_url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""
QUESTION = "Which flights are there from Lisbon to Madrid on Friday morning, and what do they cost?"
TURNS = [
    {"role": role, "content": f"{role} number {n}: " + "some words of a usual length " * 4}
    for n in range(10)
    for role in ("user", "assistant")
]


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


def langchain(client: openai.AsyncOpenAI) -> Any:
    """A chat model of langchain-core around the same client, with its cache; None when it is not installed."""
    if importlib.util.find_spec("langchain_core") is None:
        return None
    from langchain_core.caches import InMemoryCache
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.outputs import ChatGeneration, ChatResult

    roles = {"human": "user", "ai": "assistant", "system": "system"}

    class Model(BaseChatModel):
        @property
        def _llm_type(self) -> str:
            return "benchmark"

        def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
            raise NotImplementedError

        async def _agenerate(self, messages: list[Any], *_: Any, **__: Any) -> ChatResult:
            wire = [{"role": roles[message.type], "content": message.content} for message in messages]
            completion = await client.chat.completions.create(model="m", messages=wire)
            answer = AIMessage(content=completion.choices[0].message.content)
            return ChatResult(generations=[ChatGeneration(message=answer)])

    return Model(cache=InMemoryCache())


async def contestants(stack: AsyncExitStack, base_url: str, rounds: int, calls: int) -> dict[str, dict[str, Ask]]:
    """For each case a function per contestant that makes one answer; the number makes questions differ."""
    client = await stack.enter_async_context(openai.AsyncOpenAI(api_key="k", base_url=base_url, max_retries=0))
    history = MemoryHistory(max_conversations=10**6)
    bot = await stack.enter_async_context(
        CachedChatbot(model="m", api_key="k", base_url=base_url, history=history, ttl=3600.0)
    )
    for n in range(-1, rounds * calls):
        await history.append(f"ten.{n + 1}", TURNS, user="ann")

    async def bare(n: int) -> Any:
        return await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": f"{QUESTION} {n}"}]
        )

    cases: dict[str, dict[str, Ask]] = {
        "hit, 1 turn": {"CachedChatbot": lambda _: bot.reply(QUESTION, user="ann")},
        "hit, 10 turns": {"CachedChatbot": lambda n: bot.reply(QUESTION, user="ann", conversation_id=f"ten.{n}")},
        "miss": {"AsyncOpenAI": bare, "CachedChatbot": lambda n: bot.reply(f"{QUESTION} {n}", user="ann")},
    }
    peer = langchain(client)
    if peer is not None:
        before = [(turn["role"], turn["content"]) for turn in TURNS]
        cases["hit, 1 turn"]["langchain-core"] = lambda _: peer.ainvoke([("user", QUESTION)])
        cases["hit, 10 turns"]["langchain-core"] = lambda _: peer.ainvoke([*before, ("user", QUESTION)])
        cases["miss"]["langchain-core"] = lambda n: peer.ainvoke([("user", f"{QUESTION} {n}")])
    return cases


async def measure(base_url: str, *, quick: bool) -> dict[str, dict[str, float]]:
    """Median CPU seconds by case and contestant."""
    rounds, hits, misses = (7, 200, 40) if quick else (21, 400, 80)
    times: dict[str, dict[str, list[float]]] = {}
    async with AsyncExitStack() as stack:
        cases = await contestants(stack, base_url, rounds, hits)
        for contestant in cases.values():
            for ask in contestant.values():
                await ask(0)  # warm: the answer is kept, the connection is open
        numbers = {case: {name: itertools.count(1) for name in asks} for case, asks in cases.items()}
        for _ in range(rounds):
            for case, asks in cases.items():
                calls = misses if case == "miss" else hits
                for name, ask in asks.items():
                    number = numbers[case][name]
                    start = time.thread_time()
                    for _ in range(calls):
                        await ask(next(number))
                    times.setdefault(case, {}).setdefault(name, []).append((time.thread_time() - start) / calls)
    return {case: {name: statistics.median(values) for name, values in asks.items()} for case, asks in times.items()}


def main() -> None:
    with server() as base_url:
        medians = asyncio.run(measure(base_url, quick="--quick" in sys.argv))
    report = Report("chatbot", "CPU of one answer", ("openai", "langchain-core"))
    for case, asks in medians.items():
        ours = asks["CachedChatbot"]
        for name, median in asks.items():
            report.row(
                case=case, contestant=name, microseconds=round(median * 1e6, 1), ours_over_it=round(ours / median, 3)
            )
    if importlib.util.find_spec("langchain_core") is None:
        report.not_installed("langchain-core")
    report.write()


if __name__ == "__main__":
    main()
