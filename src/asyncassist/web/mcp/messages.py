"""Messages of the Model Context Protocol: JSON-RPC 2.0, in the protocol's two eras.

Since 2026-07-28 ("modern") each request has its version and the capabilities of the client in `_meta`. The versions
before it ("legacy") open with a handshake, of which this server keeps nothing.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MODERN = ("2026-07-28",)
LEGACY = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
SUPPORTED = (*MODERN, *LEGACY)
"""Versions of the protocol, newest first."""
WITHOUT_HEADER = "2025-03-26"
"""Version of an HTTP request without a header that says it, and the only one with batches."""

_PREFIX = "io.modelcontextprotocol/"
VERSION_KEY = f"{_PREFIX}protocolVersion"
CAPABILITIES_KEY = f"{_PREFIX}clientCapabilities"
SERVER_KEY = f"{_PREFIX}serverInfo"

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
INTERNAL_ERROR, HEADER_MISMATCH, UNSUPPORTED_VERSION = -32603, -32020, -32022

_MAX_ID = 256  # characters: the response repeats the id
_ENCODED = ("=?base64?", "?=")


class RPCRequest(msgspec.Struct, omit_defaults=True):
    """Message of a client: a request, or without an id a notification."""

    method: str
    jsonrpc: Literal["2.0"]
    id: int | str | None = None
    params: dict[str, Any] | None = None


class RPCError(Exception):
    """Error that becomes the response to a request.

    Attributes:
        code: Code of JSON-RPC or of the protocol.
        message: Explanation.
        data: Further facts, None for none.
    """

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.data = data

    def to_dict(self, request_id: int | str | None) -> dict[str, Any]:
        """Return the response to a request; None as its id if that could not be read."""
        error = {"code": self.code, "message": self.message}
        return {
            "jsonrpc": "2.0",
            "id": request_id,
            "error": error if self.data is None else {**error, "data": self.data},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Request or notification.

    Attributes:
        method: Method.
        id: Id of a request, None for a notification.
        params: Parameters.
    """

    method: str
    id: int | str | None
    params: Mapping[str, Any]

    @property
    def is_modern(self) -> bool:
        """Return whether the message says its version itself."""
        return VERSION_KEY in self.meta

    @property
    def meta(self) -> Mapping[str, Any]:
        """Return the metadata, empty if there is none."""
        return _as_object(self.params.get("_meta"))


def _as_object(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def request_id_of(value: Any) -> int | str | None:
    """Return the id of a message, None if it has none that is valid."""
    found = _as_object(value).get("id")
    if isinstance(found, bool) or not isinstance(found, int | str):
        return None
    return found if len(str(found)) <= _MAX_ID else None


def method_of(value: Any) -> Any:
    """Return the method of a message, None if it has none."""
    return _as_object(value).get("method")


def parse_message(value: Any) -> Message:
    """Read a message.

    Args:
        value: The decoded JSON.

    Raises:
        RPCError: It is neither a request nor a notification.
    """
    fields = _as_object(value)
    method, params = method_of(value), fields.get("params", {})
    request_id = request_id_of(fields)
    good = fields.get("jsonrpc") == "2.0" and isinstance(method, str) and isinstance(params, dict)
    if not good or (request_id is None and "id" in fields):
        raise RPCError(INVALID_REQUEST, "the message must be a request or a notification of JSON-RPC 2.0")
    return Message(method=cast("str", method), id=request_id, params=cast("dict[str, Any]", params))


def check_version(version: str, known: tuple[str, ...]) -> None:
    """Check that a version is known.

    Raises:
        RPCError: It is not; the error names those that are.
    """
    if version not in known:
        data = {"supported": list(SUPPORTED), "requested": version[:100]}
        raise RPCError(UNSUPPORTED_VERSION, "Unsupported protocol version", data)


def check_meta(message: Message) -> str:
    """Check the metadata of a modern request, and return its version, which may be unknown.

    Raises:
        RPCError: A field is missing or has a wrong type.
    """
    version = message.meta.get(VERSION_KEY)
    for key, good in (
        (VERSION_KEY, isinstance(version, str)),
        (CAPABILITIES_KEY, isinstance(message.meta.get(CAPABILITIES_KEY), dict)),
    ):
        if not good:
            raise RPCError(INVALID_PARAMS, f"params._meta needs {key}")
    return cast("str", version)


def check_headers(message: Message, version: str, header: Callable[[str], str | None]) -> None:
    """Check that the header fields of a modern HTTP request say what its body says.

    Args:
        message: The request.
        version: Its version.
        header: Returns the value of a header field; repeated values are joined, so that they fit no body.

    Raises:
        RPCError: A field is missing or says something else.
    """
    wanted: dict[str, Any] = {"mcp-protocol-version": version, "mcp-method": message.method}
    if message.method == "tools/call":
        wanted["mcp-name"] = message.params.get("name")
    for name, value in wanted.items():
        given = header(name)
        if (_decode_value(given) if name == "mcp-name" else given) != value:
            raise RPCError(HEADER_MISMATCH, f"the header field {name} does not say what the body says")


def _decode_value(value: str | None) -> str | None:
    """Return the value of a header field that may be encoded; None if it is missing or badly encoded."""
    start, end = _ENCODED
    if value is None or not (value.startswith(start) and value.endswith(end)):
        return value
    try:
        return base64.b64decode(value.removeprefix(start).removesuffix(end), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
