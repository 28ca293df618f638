"""Command `mcp`: messages on standard input and output."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from asyncassist._cli.mcp import StdioServer, report
from asyncassist.errors import AllProvidersFailedError, RateLimitedError
from asyncassist.web.mcp import Server, Toolbox, messages
from tests.web.mcp.test_messages import META, request_of
from tests.web.mcp.test_server import legacy

NOTIFIED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
CALL = {"name": "find_places", "arguments": {"text": "Lisboa"}}


class _Flights:
    """Flight client whose look-ups last until they are cancelled, or fail."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.running = 0

    async def places(self, text: str, *, limit: int) -> Any:
        if self.error is not None:
            raise self.error
        self.running += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.running -= 1


class _Source(io.BytesIO):
    """Stream of lines, of which some are held back until a condition holds."""

    def __init__(self, *lines: Any) -> None:
        super().__init__()
        self.lines = list(lines)

    def readline(self, size: int | None = -1, /) -> bytes:
        while self.lines:
            line = self.lines.pop(0)
            if callable(line):
                while not line():
                    pass
                continue
            raw = line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"
            assert size is not None
            if len(raw) > size:
                self.lines.insert(0, raw[size:])
            return raw[:size]
        return b""


async def serve(*lines: Any, flights: Any = None, grace: float = 5.0, output: io.BytesIO | None = None) -> list[Any]:
    """Return the messages that a server writes for the lines."""

    async def client() -> Any:
        return flights

    output = output or io.BytesIO()
    server = Server(Toolbox(flights=client, nlp=client, max_text=100), report)
    await StdioServer(server, output, max_line=1000, grace=grace).serve(_Source(*lines))
    return [json.loads(line) for line in output.getvalue().splitlines()]


def unordered(found: list[Any]) -> set[Any]:
    """Return id and code of each message: requests run at once."""
    return {(one["id"], one.get("error", {}).get("code")) for one in found}


def test_command_answers_until_the_end_of_its_input():
    """Both eras over a pipe; nothing but messages is written, and the process ends with its input."""
    lines = [
        legacy("initialize", protocolVersion="2025-11-25"),
        NOTIFIED,
        request_of("tools/call", **CALL) | {"id": 2},
        legacy("tools/call", name="read_message", arguments={"text": "Voos de Lisboa para Paris"}) | {"id": 3},
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASYNCASSIST_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "asyncassist", "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    written, errors = process.communicate("".join(json.dumps(line) + "\n" for line in lines).encode(), timeout=60)
    found = {one["id"]: one["result"] for one in map(json.loads, written.splitlines())}

    assert found["a"]["protocolVersion"] == "2025-11-25"
    assert found[2]["structuredContent"]["places"][0]["code"] == "LIS"
    assert found[3]["structuredContent"]["language"]["code"] == "pt"
    assert (len(found), errors, process.returncode) == (3, b"", 0)


async def test_request_is_cancelled_by_a_notification():
    """It has no response; a cancellation of an unknown or an ended request changes nothing."""
    flights = _Flights()
    cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled"}

    found = await serve(
        legacy("tools/call", **CALL),
        lambda: flights.running == 1,
        cancelled | {"params": {"requestId": "other"}},
        cancelled | {"params": {"requestId": []}},
        cancelled | {"params": {"requestId": "a"}},
        lambda: flights.running == 0,
        legacy("ping") | {"id": 2},
        flights=flights,
    )

    assert unordered(found) == {(2, None)}


async def test_id_of_a_running_request_is_in_use():
    """Two responses under one id could not be told apart; the end of the input cancels what runs."""
    flights = _Flights()

    found = await serve(
        legacy("tools/call", **CALL), lambda: flights.running == 1, legacy("ping"), flights=flights, grace=0.1
    )

    assert unordered(found) == {("a", messages.INVALID_REQUEST)}
    assert flights.running == 0


@pytest.mark.parametrize(
    ("line", "code", "request_id"),
    [
        (b"{\n", messages.PARSE_ERROR, None),
        (b"\xff\n", messages.PARSE_ERROR, None),
        (b"x" * 5000 + b"\n", messages.INVALID_REQUEST, None),
        (b'"x"\n', messages.INVALID_REQUEST, None),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]\n', messages.INVALID_REQUEST, None),
        ({"jsonrpc": "2.0", "id": 1, "method": 7}, messages.INVALID_REQUEST, 1),
        (legacy("none"), messages.METHOD_NOT_FOUND, "a"),
        (request_of("none"), messages.METHOD_NOT_FOUND, 1),
        (
            {**request_of(), "params": {"_meta": {**META, messages.VERSION_KEY: "2030-01-01"}}},
            messages.UNSUPPORTED_VERSION,
            1,
        ),
        ({**request_of(), "params": {"_meta": {messages.VERSION_KEY: 7}}}, messages.INVALID_PARAMS, 1),
        (legacy("tools/call", **CALL), messages.INTERNAL_ERROR, "a"),
    ],
)
async def test_wrong_line_is_an_error_of_the_protocol(line: Any, code: int, request_id: Any):
    """The next line is answered; empty lines are none."""
    flights = _Flights(ZeroDivisionError("hush"))

    found = await serve(line, b"\n", legacy("ping") | {"id": "next"}, flights=flights)

    assert unordered(found) == {(request_id, code), ("next", None)}
    assert "hush" not in str(found)


async def test_batch_is_answered_in_the_version_that_has_it():
    """After a handshake of that version; a batch of notifications has no response."""
    found = await serve(
        [legacy("initialize", protocolVersion="2025-03-26")],
        legacy("initialize", protocolVersion="2025-03-26"),
        [NOTIFIED],
        [legacy("ping") | {"id": 7}, NOTIFIED],
    )

    assert [one for one in found if isinstance(one, list)] == [[{"jsonrpc": "2.0", "id": 7, "result": {}}]]


class _Closed(io.BytesIO):
    def write(self, data: Any, /) -> int:
        raise BrokenPipeError


async def test_client_that_has_gone_is_no_error():
    """Its input ends too."""
    assert await serve(legacy("ping"), output=_Closed()) == []


def test_failure_of_a_tool_is_logged_by_its_type(caplog):
    """Of a server error only, and without its text."""
    assert report(AllProvidersFailedError("hush", errors={})).status == 502
    assert report(RateLimitedError("hush")).status == 429

    assert caplog.messages == ["a tool failed: AllProvidersFailedError"]
