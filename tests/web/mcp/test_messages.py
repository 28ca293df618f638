"""Messages of the Model Context Protocol."""

from __future__ import annotations

from typing import Any

import pytest

from asyncassist.web.mcp import messages
from asyncassist.web.mcp.messages import RPCError

META = {messages.VERSION_KEY: "2026-07-28", messages.CAPABILITIES_KEY: {}}


def request_of(method: str = "tools/list", **params: Any) -> dict[str, Any]:
    """Return a modern request."""
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": META}}


def test_request_and_notification_are_read():
    """An id makes a request; parameters may be absent."""
    request = messages.parse_message(request_of())
    notification = messages.parse_message({"jsonrpc": "2.0", "method": "notifications/initialized"})

    assert (request.id, request.method, request.is_modern) == (1, "tools/list", True)
    assert (notification.id, notification.params, notification.is_modern) == (None, {}, False)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "x",
        {},
        {**request_of(), "jsonrpc": "1.0"},
        {**request_of(), "method": 7},
        {**request_of(), "params": []},
        {**request_of(), "id": None},
        {**request_of(), "id": True},
        {**request_of(), "id": 1.5},
        {**request_of(), "id": "x" * 257},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
    ],
)
def test_what_is_no_message_is_refused(value: Any):
    """With the code of an invalid request."""
    with pytest.raises(RPCError) as caught:
        messages.parse_message(value)
    assert caught.value.code == messages.INVALID_REQUEST


def test_id_of_an_invalid_message_is_read_where_it_can_be():
    """So that the client finds its request."""
    assert messages.request_id_of({"id": "a"}) == "a"
    assert [messages.request_id_of(value) for value in (None, {"id": True}, {"id": 1.0}, {"id": 10**300})] == [None] * 4


@pytest.mark.parametrize("missing", list(META))
def test_modern_request_needs_its_metadata(missing: str):
    """The error names the field."""
    value = request_of()
    value["params"]["_meta"] = {key: item for key, item in META.items() if key != missing}

    with pytest.raises(RPCError) as caught:
        messages.check_meta(messages.parse_message(value))
    assert caught.value.code == messages.INVALID_PARAMS
    assert missing in caught.value.message


def test_unknown_version_names_the_known_ones():
    """So that the client can choose one."""
    with pytest.raises(RPCError) as caught:
        messages.check_version("1900-01-01", messages.MODERN)

    found = caught.value.to_dict(3)
    assert found["error"]["code"] == messages.UNSUPPORTED_VERSION
    assert found["error"]["data"] == {"supported": list(messages.SUPPORTED), "requested": "1900-01-01"}


HEADERS = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "find_places"}


@pytest.mark.parametrize("name", ["find_places", "=?base64?ZmluZF9wbGFjZXM=?="])
def test_header_fields_say_what_the_body_says(name: str):
    """The name may be encoded."""
    message = messages.parse_message(request_of("tools/call", name="find_places"))
    messages.check_headers(message, "2026-07-28", {**HEADERS, "mcp-name": name}.get)


@pytest.mark.parametrize(
    "changed",
    [
        {"mcp-protocol-version": "2025-11-25"},
        {"mcp-method": "tools/list"},
        {"mcp-method": "tools/call, tools/call"},
        {"mcp-name": "price_offer"},
        {"mcp-name": "=?base64?!?="},
        {"mcp-name": "=?base64?/w==?="},
        {"mcp-name": None},
    ],
)
def test_header_fields_that_say_something_else_are_refused(changed: dict[str, Any]):
    """Intermediaries decide by them."""
    message = messages.parse_message(request_of("tools/call", name="find_places"))
    with pytest.raises(RPCError) as caught:
        messages.check_headers(message, "2026-07-28", {**HEADERS, **changed}.get)
    assert caught.value.code == messages.HEADER_MISMATCH
