"""Malformed and oversized bodies, sent to each further protocol: refused or answered, never a server error."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from asyncassist import AsyncFlightClient
from asyncassist.web import strict_json
from tests.web.components import FakeAssistant, post, service_of

_META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
_TRIP = {"origin": "LIS", "destination": "PAR", "departure_date": "2030-01-01", "airlines": ["TP"], "adults": 2}
_PARAMS = {"name": "search_flights", "arguments": _TRIP}
_MESSAGES = [{"id": "m", "role": "user", "content": "hi", "parts": [{"type": "text", "text": "hi"}]}]
VALID: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"model": "asyncassist", "messages": _MESSAGES, "stream": True, "n": 1},
    "/ui/chat": {"id": "a-chat-with-a-long-id", "messages": _MESSAGES, "trigger": "submit-message"},
    "/ag-ui": {"threadId": "a-thread-with-a-long-id", "runId": "r", "messages": _MESSAGES, "state": {}},
    "/mcp": {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": _PARAMS},
    "/mcp#modern": {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {**_PARAMS, "_meta": _META}},
}
HEADERS = {
    "/mcp#modern": {"mcp_protocol_version": "2026-07-28", "mcp_method": "tools/call", "mcp_name": "search_flights"}
}
_VALUES: list[Any] = [
    None, True, -1, 1e308, 10**400, "", "\x00", "x" * 70_000, "\u202e\u200b", [], {}, [[]] * 500, {"a": {"b": []}},
    "urn:asyncassist:problem:stopped", "</script>", "a\r\nx: y", [None], {"type": "text"}, "\U0001f600" * 4001,
]  # fmt: skip
_RAW = [
    b"",
    b"{",
    b"[" * 100_000,
    b'{"a":' * 40,
    b"\xff\xfe",
    b'"\\ud800"',
    b'{"id":1,"id":2}',
    b"NaN",
    b"1e999",
    b"0" * 60_000,
]


def hostile_bodies(path: str, count: int = 110) -> list[bytes]:
    """Return bodies with a value of another kind in one place or with a place missing, always the same ones."""
    choose = random.Random(path)
    found = list(_RAW)
    while len(found) < count:
        body = copy.deepcopy(VALID[path])
        target: Any = body
        while True:
            keys = list(target) if isinstance(target, dict) else list(range(len(target)))
            key = choose.choice(keys)
            if not isinstance(target[key], dict | list) or not target[key] or choose.random() < 0.3:
                break
            target = target[key]
        if isinstance(target, dict) and choose.random() < 0.2:
            del target[key]
        else:
            target[key] = choose.choice(_VALUES)
        try:
            found.append(strict_json.encode(body))
        except (OverflowError, ValueError):
            import json

            found.append(json.dumps(body).encode())
    return found


@pytest.mark.parametrize("case", VALID)
async def test_hostile_bodies_get_no_server_error(case: str):
    """Each gets a status below 500, and a stream that begins ends too."""
    bodies = hostile_bodies(case)
    path, headers = case.partition("#")[0], HEADERS.get(case, {})
    statuses = []
    async with (
        AsyncFlightClient() as flights,
        service_of(_assistant(flights), interfaces=("openai", "ai-sdk", "ag-ui", "mcp"), rate_limit=0) as service,
    ):
        for body in bodies:
            response = await service.handle(post(path, body, **headers))
            statuses.append(response.status)
            if not isinstance(response.body, bytes):
                async for _ in response.body:
                    pass
        valid = await service.handle(post(path, VALID[case], **headers))
        if not isinstance(valid.body, bytes):
            await valid.body.aclose()

    assert len(bodies) >= 100
    assert valid.status == 200
    assert [status for status in statuses if status >= 500] == []
    # A legacy client of the Model Context Protocol reads errors in successful responses.
    assert statuses.count(200) < len(bodies) / 2 or case == "/mcp"


def _assistant(flights: Any) -> Any:
    assistant: Any = FakeAssistant()
    assistant.flights = flights
    return assistant
