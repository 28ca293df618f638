"""CPU overhead of CachedChatbot.

    python -m benchmarks.chatbot [--quick]

CPU microseconds of the calling thread for one reply, medians of interleaved rounds; the server is a process of its
own. Cache hits for the first message of a conversation and after ten turns are compared with langchain-core and its
in-memory cache, misses with the bare AsyncOpenAI client and with langchain-core around the same client. CachedChatbot
also stores the conversation; the peers store none.
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

    Call = Callable[[int], Awaitable[Any]]

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
    """Return a langchain-core chat model with its cache around the client; None if it is not installed."""
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


async def contestants(stack: AsyncExitStack, base_url: str, rounds: int, calls: int) -> dict[str, dict[str, Call]]:
    """Return for each case a function per contestant that gets one reply; its number makes the messages differ."""
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

    cases: dict[str, dict[str, Call]] = {
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
    """Return the median CPU seconds by case and contestant."""
    rounds, hits, misses = (7, 200, 40) if quick else (21, 400, 80)
    times: dict[str, dict[str, list[float]]] = {}
    async with AsyncExitStack() as stack:
        cases = await contestants(stack, base_url, rounds, hits)
        for contestant in cases.values():
            for call in contestant.values():
                await call(0)  # warm-up: the reply is cached, the connection is open
        numbers = {case: {name: itertools.count(1) for name in by_name} for case, by_name in cases.items()}
        for _ in range(rounds):
            for case, by_name in cases.items():
                calls = misses if case == "miss" else hits
                for name, call in by_name.items():
                    number = numbers[case][name]
                    start = time.thread_time()
                    for _ in range(calls):
                        await call(next(number))
                    times.setdefault(case, {}).setdefault(name, []).append((time.thread_time() - start) / calls)
    return {
        case: {name: statistics.median(values) for name, values in by_name.items()} for case, by_name in times.items()
    }


def main() -> None:
    with server() as base_url:
        medians = asyncio.run(measure(base_url, quick="--quick" in sys.argv))
    report = Report("chatbot", "CPU of one answer", ("openai", "langchain-core"))
    for case, by_name in medians.items():
        ours = by_name["CachedChatbot"]
        for name, median in by_name.items():
            report.row(
                case=case, contestant=name, microseconds=round(median * 1e6, 1), ours_over_it=round(ours / median, 3)
            )
    if importlib.util.find_spec("langchain_core") is None:
        report.not_installed("langchain-core")
    report.write()


if __name__ == "__main__":
    main()
