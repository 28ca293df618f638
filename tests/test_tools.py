"""Ready tools: flights, prices by date and places of a client, and pages through a guarded handler."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist import AsyncFlightClient, AsyncHandler, CachedChatbot, Guard, Tool
from asyncassist.errors import ConfigurationError
from asyncassist.flights import SandboxProvider
from asyncassist.testing import FakeAnswer, FakeClock, FakeOpenAI
from asyncassist.tools import fetch_tool, flight_tools

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
LOOPBACK = Guard(ports=None, allow=("127.0.0.0/8",))
PAGE = """<!doctype html><html><head><title>T</title><style>p {}</style></head>
<body><p>Fish &amp; chips,  <b>cheap</b></p><script>alert("<p>no</p>")</script><svg/>end &lt;3 <"""


def call(number: int, name: str, arguments: Any) -> dict[str, Any]:
    return {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


async def steps_of(tools: Sequence[Tool], *calls: tuple[str, Any], wire: Any = "chat") -> list[Any]:
    """Let a model make these calls at once, and return the steps."""
    async with (
        FakeOpenAI() as server,
        CachedChatbot(model="m", base_url=server.base_url, tools=tools, wire=wire) as bot,
    ):
        wanted = [call(number, *one) for number, one in enumerate(calls)]
        server.script(FakeAnswer(tool_calls=wanted, finish_reason="tool_calls"), "Done.")
        reply = await bot.reply("hello")
    assert reply.text == "Done."
    return list(reply.steps)


@pytest.mark.parametrize("wire", ["chat", "responses"])
async def test_a_model_searches_flights_prices_and_places(wire: Any):
    """Summaries without ids, cheapest first and bounded in number; a wrong query is explained to the model."""
    clock = FakeClock(NOW.timestamp())
    async with AsyncFlightClient(providers=[SandboxProvider(now=clock)], now=clock) as flights:
        tools = flight_tools(flights, currency="EUR", max_offers=3)
        trip = {"origin": "LIS", "destination": "BER", "departure_date": "2026-10-05"}
        found = await steps_of(
            tools,
            ("search_flights", {**trip, "return_date": "2026-10-12", "adults": 2}),
            ("search_dates", {**trip, "window": 1}),
            ("find_places", {"text": "London"}),
            ("search_flights", {**trip, "departure_date": "2020-01-01"}),
            ("search_dates", {**trip, "window": 16}),
            wire=wire,
        )

    flown, dates, places, past, wide = found
    offers = flown.result["offers"]
    assert [step.outcome for step in found] == ["done", "done", "done", "failed", "failed"]
    assert len(offers) == 3
    assert [float(offer["price"]) for offer in offers] == sorted(float(offer["price"]) for offer in offers)
    assert set(offers[0]) == {"price", "currency", "itineraries"}
    assert [len(offer["itineraries"]) for offer in offers] == [2, 2, 2]
    first = offers[0]["itineraries"][0]["segments"][0]
    assert (first["origin"], first["departs"][:10]) == ("LIS", "2026-10-05")
    assert [price["date"] for price in dates.result] == ["2026-10-04", "2026-10-05", "2026-10-06"]
    assert "LHR" in [place["code"] for place in places.result]
    assert "past" in past.error
    assert "window" in wide.error
    assert all(tool.repeatable and not tool.needs_approval for tool in tools)


async def test_a_provider_that_fails_is_noted():
    """The offers of the others are there."""
    clock = FakeClock(NOW.timestamp())
    providers = [SandboxProvider(now=clock), SandboxProvider(name="down", failure_rate=1.0, now=clock)]
    async with AsyncFlightClient(providers=providers, now=clock) as flights:
        trip = {"origin": "LIS", "destination": "BER", "departure_date": "2026-10-05"}
        (step,) = await steps_of(flight_tools(flights), ("search_flights", trip))

    assert step.result["offers"]
    assert step.result["note"] == "not all providers answered"


async def test_arguments_are_checked():
    """At once, by name."""
    async with AsyncFlightClient() as flights, AsyncHandler() as unguarded:
        with pytest.raises(ConfigurationError, match="max_offers"):
            flight_tools(flights, max_offers=21)
        with pytest.raises(ConfigurationError, match="http"):
            fetch_tool(unguarded)


async def test_a_page_is_read_as_text_through_the_guard():
    """HTML without its markup, other text as it is; what is no text, an error or a private address is a failed call."""
    pages = {
        "/page": (200, "text/html; charset=utf-8", PAGE),
        "/data": (200, "application/json", '{"a": 1}'),
        "/image": (200, "image/png", "x"),
        "/missing": (404, "text/html", "no"),
        "/large": (200, "text/plain", "x" * (1 << 21)),
    }

    async def answer(request: web.Request) -> web.Response:
        status, kind, body = pages[request.path]
        return web.Response(status=status, body=body.encode(), headers={"Content-Type": kind})

    app = web.Application()
    app.router.add_get("/{path}", answer)
    async with (
        TestServer(app) as server,
        AsyncHandler(guard=LOOPBACK) as http,
        AsyncHandler(guard=Guard(ports=None)) as strict,
    ):
        urls = [str(server.make_url(path)) for path in pages]
        page, data, image, missing, large = await steps_of(
            [fetch_tool(http, max_chars=1_000)], *[("fetch", {"url": url}) for url in urls]
        )
        blocked, invalid = await steps_of([fetch_tool(strict)], ("fetch", {"url": urls[0]}), ("fetch", {"url": "no"}))

    assert page.result == {"url": urls[0], "text": "Fish & chips,\ncheap\nend <3\n"}
    assert data.result["text"] == '{"a": 1}'
    assert [step.outcome for step in (image, missing, large, blocked, invalid)] == ["failed"] * 5
    assert "text" in image.error
    assert "404" in missing.error
    assert blocked.error is not None


async def test_a_page_of_open_elements_costs_linear_time():
    """Whatever it holds."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text="<script<!--<a>" * 70_000, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server, AsyncHandler(guard=LOOPBACK) as http:
        started = time.process_time()
        (step,) = await steps_of([fetch_tool(http)], ("fetch", {"url": str(server.make_url("/"))}))

    assert step.outcome == "done"
    assert time.process_time() - started < 3.0
