"""Model Context Protocol over HTTP."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import TravelAssistant
from asyncassist.web import strict_json
from asyncassist.web.mcp import messages
from tests.web.components import FakeAssistant, get, post, read, service_of
from tests.web.mcp.test_messages import META, request_of
from tests.web.mcp.test_server import legacy

if TYPE_CHECKING:
    from asyncassist.web import Request, Response, Service

PATH = "/mcp"
CALL = {"name": "find_places", "arguments": {"text": "Lisboa"}}


class _Flights:
    """Flight client that finds nothing; `release` holds its answer back, `error` makes it fail."""

    def __init__(self) -> None:
        self.release: asyncio.Event | None = None
        self.error: Exception | None = None
        self.running = 0

    async def places(self, text: str, *, limit: int) -> Any:
        self.running += 1
        try:
            if self.release is not None:
                await self.release.wait()
        finally:
            self.running -= 1
        if self.error is not None:
            raise self.error
        return []


def mcp_service(flights: Any = None, **settings: Any) -> Service:
    """Return a service that speaks the protocol."""
    assistant: Any = FakeAssistant()
    assistant.flights = flights or _Flights()
    return service_of(assistant, interfaces=("mcp",), **settings)


def modern(method: str = "tools/call", *, name: str = "find_places", **params: Any) -> Request:
    """Return a request of the current version, with its header fields."""
    headers = {"mcp_protocol_version": "2026-07-28", "mcp_method": method}
    if method == "tools/call":
        headers["mcp_name"] = name
        params = params or {**CALL, "name": name}
    return post(PATH, request_of(method, **params), accept="application/json, text/event-stream", **headers)


async def ask(request: Request, **settings: Any) -> Response:
    """Return the response of a service of its own."""
    async with mcp_service(**settings) as service:
        return await service.handle(request)


async def test_modern_client_lists_and_calls():
    """Each request is complete in itself."""
    discovered, listed, called = [
        read(await ask(modern(method))) for method in ("server/discover", "tools/list", "tools/call")
    ]

    assert discovered["result"]["supportedVersions"] == ["2026-07-28"]
    assert len(listed["result"]["tools"]) == 5
    assert (called["id"], called["result"]["structuredContent"]) == (1, {"places": []})


@pytest.mark.parametrize("version", messages.LEGACY)
async def test_legacy_client_has_no_session(version: str):
    """The handshake and each request may be answered by another worker."""
    begun = await ask(post(PATH, legacy("initialize", protocolVersion=version)))
    confirmed = await ask(
        post(PATH, {"jsonrpc": "2.0", "method": "notifications/initialized"}, mcp_protocol_version=version)
    )
    called = await ask(post(PATH, legacy("tools/call", **CALL), mcp_protocol_version=version))

    assert read(begun)["result"]["protocolVersion"] == version
    assert begun.header("mcp-session-id") is None
    assert (confirmed.status, confirmed.body) == (202, b"")
    assert read(called)["result"]["structuredContent"] == {"places": []}


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (modern("ping"), 404, messages.METHOD_NOT_FOUND),
        (modern(name="none"), 400, messages.INVALID_PARAMS),
        (post(PATH, legacy("none")), 200, messages.METHOD_NOT_FOUND),
        (post(PATH, legacy("tools/call", name="none")), 200, messages.INVALID_PARAMS),
        (post(PATH, request_of()), 400, messages.HEADER_MISMATCH),
        (post(PATH, legacy("tools/list"), mcp_protocol_version="2026-07-28"), 400, messages.INVALID_PARAMS),
        (post(PATH, legacy("tools/list"), mcp_protocol_version="1900-01-01"), 400, messages.UNSUPPORTED_VERSION),
        (post(PATH, legacy("x") | {"id": 1.5}), 400, messages.INVALID_REQUEST),
        (post(PATH, {"jsonrpc": "2.0", "id": 1, "result": {}}), 400, messages.INVALID_REQUEST),
        (post(PATH, "x"), 400, messages.INVALID_REQUEST),
        (post(PATH, b"{"), 400, messages.PARSE_ERROR),
        (post(PATH, b"[" * 100), 400, messages.PARSE_ERROR),
        (post(PATH, b""), 400, messages.INVALID_REQUEST),
        (post(PATH, b"x" * 70_000), 413, messages.INVALID_REQUEST),
    ],
)
async def test_errors_have_the_form_of_the_protocol(request_: Request, status: int, code: int):
    """Whatever is wrong, the body is an error of JSON-RPC."""
    response = await ask(request_)

    found = read(response)
    assert (response.status, found["error"]["code"]) == (status, code)
    assert found["jsonrpc"] == "2.0"


async def test_unknown_modern_version_names_the_known_ones():
    """The client chooses another one."""
    meta = {**META, messages.VERSION_KEY: "2030-01-01"}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}

    response = await ask(post(PATH, body, mcp_protocol_version="2030-01-01", mcp_method="tools/list"))

    assert response.status == 400
    assert read(response)["error"]["data"]["supported"] == list(messages.SUPPORTED)


async def test_access_is_that_of_the_other_routes():
    """Users, origins, hosts and the rate limit; the code of the error is the status."""

    def nobody(request: Request) -> str:
        raise PermissionError

    refused = await ask(modern(), user=nobody)
    foreign = await ask(post(PATH, legacy("ping"), origin="https://evil.example", host="app.example"))
    evil = {"host": "evil.example:8000", "origin": "http://evil.example:8000", "peer": "127.0.0.1"}
    rebound = await ask(post(PATH, legacy("ping"), **evil))
    async with mcp_service(rate_limit=1) as service:
        responses = [await service.handle(modern()) for _ in range(2)]

    assert (refused.status, read(refused)["error"]["code"]) == (401, 401)
    assert (foreign.status, read(foreign)["error"]["code"]) == (403, 403)
    assert (rebound.status, read(rebound)["error"]["data"]["type"]) == (421, "host")
    assert [response.status for response in responses] == [200, 429]
    assert (read(responses[1])["error"]["code"], responses[1].header("retry-after")) == (429, "60")


async def test_there_is_no_stream_to_open_and_no_session_to_end():
    """GET and DELETE are not supported."""
    assert [(await ask(get(PATH, method=method))).status for method in ("GET", "DELETE")] == [405, 405]


async def test_batch_is_answered_in_the_version_that_has_it():
    """Notifications have no response; each message counts against the rate limit."""
    batch = [legacy("ping"), {"jsonrpc": "2.0", "method": "notifications/x"}, {"id": 2}, legacy("none")]
    async with mcp_service() as service:
        found = read(await service.handle(post(PATH, batch, mcp_protocol_version="2025-03-26")))
        none = await service.handle(post(PATH, batch[1:2]))
        refused = [
            await service.handle(post(PATH, value, **headers))
            for value, headers in (
                (batch, {"mcp_protocol_version": "2025-06-18"}),
                ([], {}),
                ([legacy("ping")] * 17, {}),
            )
        ]
    async with mcp_service(rate_limit=3) as service:
        limited = await service.handle(post(PATH, batch))

    assert found[0] == {"jsonrpc": "2.0", "id": "a", "result": {}}
    assert [one["error"]["code"] for one in found[1:]] == [messages.INVALID_REQUEST, messages.METHOD_NOT_FOUND]
    assert none.status == 202
    assert [(one.status, read(one)["error"]["code"]) for one in refused] == [(400, messages.INVALID_REQUEST)] * 3
    assert limited.status == 429


async def test_internal_error_is_reported_once():
    """The client gets no detail."""
    flights, reported = _Flights(), []
    flights.error = ZeroDivisionError("hush")
    async with mcp_service(flights, on_error=lambda error, _: reported.append(type(error))) as service:
        response = await service.handle(modern())

    assert (response.status, read(response)["error"]["code"]) == (500, messages.INTERNAL_ERROR)
    assert b"hush" not in response.body
    assert reported == [ZeroDivisionError]


async def events_of(response: Response) -> tuple[list[Any], int]:
    """Return the messages of a stream, and the number of its heartbeats."""
    lines = b"".join([piece async for piece in response.body]).decode().split("\n\n")
    data = [line.partition("data: ")[2] for line in lines if line.startswith("event: message\n")]
    return [strict_json.decode(text.encode()) for text in data], sum(line.startswith(": beat") for line in lines)


async def slow_response(service: Service, flights: _Flights) -> Response:
    """Return the response to a call that takes longer than it is waited for."""
    flights.release = asyncio.Event()
    response = await service.handle(modern())
    assert response.header("content-type") == "text/event-stream; charset=utf-8"
    return response


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (None, {"structuredContent": {"places": []}}),
        (ZeroDivisionError("hush"), {"code": messages.INTERNAL_ERROR, "message": "an internal error occurred"}),
    ],
)
async def test_slow_call_is_a_stream(error: Exception | None, found: dict[str, Any]):
    """With heartbeats, then the response."""
    flights = _Flights()
    flights.error = error
    async with mcp_service(flights) as service:
        response = await slow_response(service, flights)
        beat = await anext(response.body)
        assert await anext(response.body) == b": beat\n\n"
        assert flights.release is not None
        flights.release.set()
        [message], _ = await events_of(response)

    assert beat.startswith(b": beat")
    assert message["id"] == 1
    answered = message.get("result") or message["error"]
    assert found.items() <= answered.items()


async def test_closing_the_stream_cancels_the_call():
    """The search ends with it."""
    flights = _Flights()
    async with mcp_service(flights) as service:
        response = await slow_response(service, flights)
        assert flights.running == 1
        await response.body.aclose()
        assert flights.running == 0
        assert [piece async for piece in response.body] == []


async def test_disconnect_cancels_the_call():
    """Where the server reports it, and the client reads no streams."""
    flights = _Flights()
    flights.release = asyncio.Event()
    request = post(PATH, legacy("tools/call", **CALL))
    left = asyncio.Event()
    request.gone = left.wait  # type: ignore[assignment]
    async with mcp_service(flights) as service:
        handling = asyncio.create_task(service.handle(request))
        while not flights.running:
            await asyncio.sleep(0)
        left.set()
        assert (await handling).status == 499
        assert flights.running == 0


async def test_components_of_the_assistant_are_opened():
    """One that makes its own has them after that."""
    async with aclosing(TravelAssistant()) as assistant, service_of(assistant, interfaces=("mcp",)) as service:
        found = read(await service.handle(post(PATH, legacy("tools/call", **CALL))))  # without streams: opening is slow

    assert found["result"]["structuredContent"]["places"][0]["code"] == "LIS"


async def test_interface_is_off_unless_named():
    """As every further protocol."""
    async with service_of() as service:
        assert (await service.handle(modern())).status == 404
