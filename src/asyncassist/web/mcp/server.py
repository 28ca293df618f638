"""Server of the Model Context Protocol without a transport: answers one request at a time and keeps nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncassist.web import strict_json
from asyncassist.web.mcp import messages
from asyncassist.web.mcp.messages import LEGACY, MODERN, RPCError
from asyncassist.web.mcp.tools import ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncassist.web.mcp.messages import Message
    from asyncassist.web.mcp.tools import Toolbox
    from asyncassist.web.problem import ProblemError

_SERVER = {"name": "asyncassist", "title": "Travel assistant", "version": "1"}
_CAPABILITIES: dict[str, Any] = {"tools": {}}
_INSTRUCTIONS = (
    "Flights, prices by date, places, and the reading of travellers' messages. "
    "Find the codes of places first; nothing is booked."
)
# Milliseconds for which a client may keep the list of the tools, which changes with the version of the server only
_CACHEABLE = {"ttlMs": 300_000, "cacheScope": "public"}


class Server:
    """Server of the tools.

    Args:
        tools: The tools.
        report: Translates and reports an error of a tool.
    """

    def __init__(self, tools: Toolbox, report: Callable[[Exception], ProblemError]) -> None:
        self._tools = tools
        self._report = report

    async def answer(self, message: Message) -> dict[str, Any]:
        """Return the response to a request whose version has been checked.

        Args:
            message: The request.

        Raises:
            RPCError: The method is unknown, or its parameters are wrong.
            ProblemError: An internal error occurred.
        """
        result = await (self._modern_result(message) if message.is_modern else self._legacy_result(message))
        return {"jsonrpc": "2.0", "id": message.id, "result": result}

    async def _modern_result(self, message: Message) -> dict[str, Any]:
        match message.method:
            case "server/discover":
                found: dict[str, Any] = {
                    "supportedVersions": list(MODERN),
                    "capabilities": _CAPABILITIES,
                    "instructions": _INSTRUCTIONS,
                    **_CACHEABLE,
                }
            case "tools/list":
                found = {**self._list(message.params), **_CACHEABLE}
            case "tools/call":
                found = await self._call(message.params)
            case _:
                raise _unknown_method()
        return {"resultType": "complete", **found, "_meta": {messages.SERVER_KEY: _SERVER}}

    async def _legacy_result(self, message: Message) -> dict[str, Any]:
        match message.method:
            case "initialize":
                wanted = message.params.get("protocolVersion")
                if not isinstance(wanted, str):
                    raise RPCError(messages.INVALID_PARAMS, "params.protocolVersion must be a text")
                return {
                    "protocolVersion": wanted if wanted in LEGACY else LEGACY[0],
                    "capabilities": _CAPABILITIES,
                    "serverInfo": _SERVER,
                    "instructions": _INSTRUCTIONS,
                }
            case "ping":
                return {}
            case "tools/list":
                return self._list(message.params)
            case "tools/call":
                return await self._call(message.params)
            case _:
                raise _unknown_method()

    def _list(self, params: Mapping[str, Any]) -> dict[str, Any]:
        if params.get("cursor") is not None:
            raise RPCError(messages.INVALID_PARAMS, "params.cursor is none of this server: the list has one page")
        return {"tools": self._tools.definitions()}

    async def _call(self, params: Mapping[str, Any]) -> dict[str, Any]:
        name = params.get("name")
        if not isinstance(name, str) or name not in self._tools:
            shown = strict_json.safe_field_name(name) if isinstance(name, str) else ""
            raise RPCError(messages.INVALID_PARAMS, f"Unknown tool: {shown}")
        arguments = params.get("arguments", {})
        if not isinstance(arguments, dict):
            raise RPCError(messages.INVALID_PARAMS, "params.arguments must be an object")
        try:
            found = await self._tools.call(name, arguments)
        except ToolError as error:
            return _failed(error.text)
        except Exception as error:
            problem = self._report(error)
            if problem.status == 500:
                problem.is_reported = True
                raise problem from error
            return _failed(problem.detail)
        return {
            "content": [{"type": "text", "text": strict_json.encode(found).decode()}],
            "structuredContent": found,
            "isError": False,
        }


def _failed(text: str) -> dict[str, Any]:
    """Return the result of a call that failed, for the model."""
    return {"content": [{"type": "text", "text": text}], "isError": True}


def _unknown_method() -> RPCError:
    return RPCError(messages.METHOD_NOT_FOUND, "Method not found")
