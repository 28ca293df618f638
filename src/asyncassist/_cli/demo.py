"""A scripted conversation on embedded defaults, then three slow calls in sequence against at once."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

from asyncassist import AsyncHandler, TravelAssistant
from asyncassist._cli.formatting import OFFER_COLUMNS, offer_rows, stages, without_offers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from asyncassist._cli.console import Console

TALKS = (
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
CALLS = 3
UPSTREAM_SECONDS = 2.1


def run(console: Console, *, upstream: float = UPSTREAM_SECONDS) -> int:
    """Show both.

    Args:
        console: Where.
        upstream: Seconds that each of the slow calls takes.

    Returns:
        0 when every message was answered, else 1.
    """
    # made before the loop runs: reading the environment loads the rooms
    return asyncio.run(_demo(console, TravelAssistant.from_env(), upstream))


async def _demo(console: Console, made: TravelAssistant, upstream: float) -> int:
    answered = True
    async with made as assistant:
        for language, messages in TALKS:
            console.title(f"A conversation: {language}")
            session: str | None = None
            for message in messages:
                console.say("you", message)
                reply = await assistant.reply(message, session_id=session)
                session = reply.session_id
                if reply.offers:
                    console.say("assistant", without_offers(reply.text))
                    console.table(OFFER_COLUMNS, offer_rows(reply.offers))
                else:
                    console.say("assistant", reply.text)
                console.note(f"{reply.language}, {reply.source}   {stages(reply.timings)}")
                answered = answered and bool(reply.text)
    await _slow_calls(console, upstream)
    return 0 if answered else 1


async def _slow_calls(console: Console, upstream: float) -> None:
    """The same calls one after another and at once, through one pooled session."""
    console.title(f"{CALLS} upstream calls of {upstream} s each")
    async with _slow_server(upstream) as url, AsyncHandler() as http:
        sequence = await _timed(console, "in sequence", http, url, at_once=1)
        at_once = await _timed(console, "at once    ", http, url, at_once=CALLS)
    console.table(
        ("", ">seconds", ">calls/s"),
        [
            ["in sequence", f"{sequence:.2f}", f"{CALLS / sequence:.2f}"],
            ["at once", f"{at_once:.2f}", f"{CALLS / at_once:.2f}"],
        ],
    )
    console.note(f"{sequence / at_once:.1f} times as fast")


async def _timed(console: Console, label: str, http: AsyncHandler, url: str, *, at_once: int) -> float:
    places = asyncio.Semaphore(at_once)
    start = time.perf_counter()
    with console.progress(label, CALLS) as step:

        async def call() -> None:
            async with places:
                (await http.get(url, cache="no-store")).raise_for_status()
                step()

        await asyncio.gather(*(call() for _ in range(CALLS)))
    return time.perf_counter() - start


@asynccontextmanager
async def _slow_server(seconds: float) -> AsyncGenerator[str]:
    """A server on loopback that takes its time, as the flight APIs do."""

    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(seconds)
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
