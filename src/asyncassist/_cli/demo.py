"""Command `demo`: scripted conversations in three languages, then slow HTTP calls in sequence and concurrently."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

from asyncassist._cli.formatting import format_timings, offer_columns, offer_rows, strip_offer_lines
from asyncassist._http import AsyncHandler
from asyncassist.assistant import TravelAssistant

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from asyncassist._cli.console import Console

CONVERSATIONS = (
    (
        "English",
        (
            "Hi! I need a flight from Lisbon to Berlin next Friday for two adults",
            "anything cheaper?",
            "the second one",
        ),
    ),
    (
        "Português",
        (
            "Quero um voo de São Paulo para Lisboa no dia 12 de março",
            "tem algo mais barato?",
            "e em classe executiva?",
        ),
    ),
    (
        "Deutsch",
        (
            "Ich möchte nach Rom fliegen",
            "aus München",
            "am 3. Dezember, zwei Erwachsene und ein Kind",
        ),
    ),
)
CALL_COUNT = 3
UPSTREAM_LATENCY = 2.1


def run(console: Console, *, latency: float = UPSTREAM_LATENCY) -> int:
    """Run the conversations and the comparison of slow calls.

    Args:
        console: Console for the output.
        latency: Seconds that each of the slow calls takes.

    Returns:
        The exit status: 0 if every message was answered, else 1.
    """
    # Created before the event loop runs: `from_env` imports the components, which would block the loop.
    return asyncio.run(_demo(console, TravelAssistant.from_env(), latency))


async def _demo(console: Console, new_assistant: TravelAssistant, latency: float) -> int:
    answered = True
    async with new_assistant as assistant:
        for language, messages in CONVERSATIONS:
            console.title(f"A conversation: {language}")
            session: str | None = None
            for message in messages:
                console.print_message("you", message)
                reply = await assistant.reply(message, session_id=session)
                session = reply.session_id
                if reply.offers:
                    console.print_message("assistant", strip_offer_lines(reply.text))
                    console.table(offer_columns(reply.language), offer_rows(reply.offers, reply.language))
                else:
                    console.print_message("assistant", reply.text)
                console.note(f"{reply.language}, {reply.source}   {format_timings(reply.timings)}")
                answered = answered and bool(reply.text)
    await _compare_slow_calls(console, latency)
    return 0 if answered else 1


async def _compare_slow_calls(console: Console, latency: float) -> None:
    """Time equal calls in sequence and concurrently, through one pooled session."""
    console.title(f"{CALL_COUNT} upstream calls of {latency} s each")
    async with _slow_server(latency) as url, AsyncHandler() as http:
        sequence = await _time_calls(console, "in sequence", http, url, concurrency=1)
        at_once = await _time_calls(console, "at once    ", http, url, concurrency=CALL_COUNT)
    console.table(
        ("", ">seconds", ">calls/s"),
        [
            ["in sequence", f"{sequence:.2f}", f"{CALL_COUNT / sequence:.2f}"],
            ["at once", f"{at_once:.2f}", f"{CALL_COUNT / at_once:.2f}"],
        ],
    )
    console.note(f"{sequence / at_once:.1f} times as fast")


async def _time_calls(console: Console, label: str, http: AsyncHandler, url: str, *, concurrency: int) -> float:
    semaphore = asyncio.Semaphore(concurrency)
    start = time.perf_counter()
    with console.progress(label, CALL_COUNT) as step:

        async def call() -> None:
            async with semaphore:
                (await http.get(url, cache="no-store")).raise_for_status()
                step()

        await asyncio.gather(*(call() for _ in range(CALL_COUNT)))
    return time.perf_counter() - start


@asynccontextmanager
async def _slow_server(latency: float) -> AsyncGenerator[str]:
    """Run a server on loopback that answers each request after `latency` seconds, and yield its URL."""

    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(latency)
        return web.json_response({"data": []})

    application = web.Application()
    application.router.add_get("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
