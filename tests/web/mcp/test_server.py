"""Server of the Model Context Protocol without a transport."""

from __future__ import annotations

from typing import Any

import pytest

from asyncassist.errors import ConnectError, InvalidInputError
from asyncassist.web import strict_json
from asyncassist.web.mcp import Server, Toolbox, messages
from asyncassist.web.mcp.messages import LEGACY, RPCError
from asyncassist.web.problem import ProblemError, problem_of
from tests.web.mcp.test_messages import request_of


class _Client:
    """Flight client that finds one place, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def places(self, text: str, *, limit: int) -> Any:
        if self.error is not None:
            raise self.error
        return [{"code": "LIS", "kind": "city", "name": text, "city": "Lisbon", "country": "PT"}]


def server_of(error: Exception | None = None) -> Server:
    """Return a server whose look-up of places fails with the error."""

    async def client() -> Any:
        return _Client(error)

    return Server(Toolbox(flights=client, nlp=client, max_text=100), lambda failure: problem_of(failure, ()))


async def answer(value: dict[str, Any], error: Exception | None = None) -> dict[str, Any]:
    """Return the result of a request."""
    return (await server_of(error).answer(messages.parse_message(value)))["result"]


def legacy(method: str, **params: Any) -> dict[str, Any]:
    """Return a request of a version with a handshake."""
    return {"jsonrpc": "2.0", "id": "a", "method": method, "params": params}


@pytest.mark.parametrize("version", LEGACY)
async def test_handshake_agrees_on_the_client_s_version(version: str):
    """If the server knows it."""
    found = await answer(legacy("initialize", protocolVersion=version, capabilities={}, clientInfo={}))

    assert found["protocolVersion"] == version
    assert found["capabilities"] == {"tools": {}}
    assert found["serverInfo"]["name"] == "asyncassist"


@pytest.mark.parametrize("version", ["2026-07-28", "1900-01-01", ""])
async def test_handshake_offers_the_newest_version_that_has_one(version: str):
    """The client decides whether it goes on."""
    assert (await answer(legacy("initialize", protocolVersion=version)))["protocolVersion"] == LEGACY[0]


async def test_modern_results_say_who_answers():
    """Each has its type and the server; what may be kept says for how long."""
    discovered, listed = await answer(request_of("server/discover")), await answer(request_of("tools/list"))

    assert discovered["supportedVersions"] == ["2026-07-28"]
    for found in (discovered, listed):
        assert found["resultType"] == "complete"
        assert found["_meta"][messages.SERVER_KEY]["name"] == "asyncassist"
        assert (found["ttlMs"] > 0, found["cacheScope"]) == (True, "public")
    assert listed["tools"] == (await answer(legacy("tools/list")))["tools"]


@pytest.mark.parametrize("make", [request_of, legacy])
async def test_call_has_structured_content_and_its_text(make: Any):
    """The text is the JSON of the content."""
    found = await answer(make("tools/call", name="find_places", arguments={"text": "Lisboa"}))

    assert found["structuredContent"]["places"][0]["name"] == "Lisboa"
    [part] = found["content"]
    assert strict_json.decode(part["text"].encode()) == found["structuredContent"]
    assert found["isError"] is False


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({}, None, "body: object missing required field `text`"),
        ({"text": "x"}, InvalidInputError("text", "is wrong"), "text: is wrong"),
        ({"text": "x"}, ConnectError("hush"), "an upstream service did not respond as it should"),
        ({"text": "x"}, ProblemError(503, "unavailable", "not now"), "not now"),
    ],
)
async def test_failed_call_is_a_result_for_the_model(arguments: Any, error: Exception | None, text: str):
    """Its text says what went wrong, and tells nothing of what is inside."""
    found = await answer(legacy("tools/call", name="find_places", arguments=arguments), error)

    assert found == {"content": [{"type": "text", "text": text}], "isError": True}


async def test_unknown_error_is_none_of_the_model():
    """It is a problem that has been reported."""
    with pytest.raises(ProblemError) as caught:
        await answer(legacy("tools/call", name="find_places", arguments={"text": "x"}), ZeroDivisionError())
    assert (caught.value.status, caught.value.is_reported) == (500, True)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (legacy("initialize"), messages.INVALID_PARAMS),
        (legacy("tools/list", cursor="x"), messages.INVALID_PARAMS),
        (legacy("tools/call"), messages.INVALID_PARAMS),
        (legacy("tools/call", name="no such tool"), messages.INVALID_PARAMS),
        (legacy("tools/call", name="find_places", arguments=[]), messages.INVALID_PARAMS),
        (legacy("resources/list"), messages.METHOD_NOT_FOUND),
        (legacy("server/discover"), messages.METHOD_NOT_FOUND),
        (request_of("initialize", protocolVersion="2025-11-25"), messages.METHOD_NOT_FOUND),
        (request_of("ping"), messages.METHOD_NOT_FOUND),
        (request_of("subscriptions/listen", notifications={}), messages.METHOD_NOT_FOUND),
    ],
)
async def test_wrong_request_is_an_error_of_the_protocol(value: dict[str, Any], code: int):
    """Each era has its methods."""
    with pytest.raises(RPCError) as caught:
        await answer(value)
    assert caught.value.code == code


async def test_ping_has_an_empty_result():
    """In the versions that have it."""
    assert await answer(legacy("ping")) == {}
