"""Route of the Model Context Protocol: Streamable HTTP without sessions, in the versions of both eras."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncassist._lifecycle import cancel_and_wait, open_component
from asyncassist.web import strict_json
from asyncassist.web.header_fields import quality
from asyncassist.web.http import Response
from asyncassist.web.mcp import Server, Toolbox, messages
from asyncassist.web.mcp.messages import LEGACY, MODERN, RPCError, RPCRequest
from asyncassist.web.route import Declarations, json_response
from asyncassist.web.sse import BEAT, FIRST_BEAT, HEARTBEAT, MEDIA_TYPE, STREAM_HEADERS
from asyncassist.web.struct_schema import StructSchema

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from asyncassist.web.mcp.messages import Message
    from asyncassist.web.problem import ProblemError
    from asyncassist.web.routes.route_context import RouteContext

    _Work = asyncio.Task[tuple[int, dict[str, Any]]]

ROUTES = Declarations()

_MAX_BATCH = 16
# Seconds after which a call becomes a stream: its heartbeats show a server of threads that the client has left.
_STREAM_DELAY = 1.0
_STATUS_BY_CODE = {messages.METHOD_NOT_FOUND: 404}


class _AnyMessage(StructSchema):
    """Schema of the body: any JSON, because the protocol has errors of its own for what is no message."""

    def check(self, value: Any) -> dict[str, Any]:
        """Return the value as the field `message`."""
        return {"message": value}


def encode_problem(problem: ProblemError) -> dict[str, Any]:
    """Return an error of the service as one of JSON-RPC: outside the reserved codes, its code is the HTTP status."""
    if problem.status >= 500:
        code = messages.INTERNAL_ERROR if problem.status == 500 else problem.status
    elif problem.code.startswith("bad-"):
        code = messages.PARSE_ERROR
    else:
        code = messages.INVALID_REQUEST if problem.status in {400, 408, 413, 415, 422} else problem.status
    return RPCError(code, problem.detail, {"type": problem.code}).to_dict(None)


class _Call:
    """Stream of the response to a request that takes longer: heartbeats, then the response.

    Args:
        work: Task that answers the request.
        result: Returns the response once the task has ended.
    """

    def __init__(self, work: _Work, result: Callable[[], dict[str, Any]]) -> None:
        self._work = work
        self._result = result
        self._beats = 0
        self._has_ended = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """Return the response as an event, or a heartbeat while there is none."""
        if self._has_ended:
            raise StopAsyncIteration
        await asyncio.wait([self._work], timeout=HEARTBEAT)
        if not self._work.done():
            self._beats += 1
            return FIRST_BEAT if self._beats == 1 else BEAT
        self._has_ended = True
        return b"event: message\ndata: " + strict_json.encode(self._result()) + b"\n\n"

    async def aclose(self) -> None:
        """Cancel the call."""
        self._has_ended = True
        await cancel_and_wait(self._work)


@ROUTES.add(
    "POST", "/mcp", "Answer a message of the Model Context Protocol.",
    responses={200: None, 202: None}, errors=(401, 404, 500), body=_AnyMessage(RPCRequest),
    media_types=("application/json", MEDIA_TYPE), encode_problem=encode_problem,
)  # fmt: skip
async def mcp(context: RouteContext) -> Response:
    """Answer a request, acknowledge a notification, or answer a batch of both."""
    await context.service.resolve_user(context.request)
    server = _server(context)
    value = context.body["message"]
    if isinstance(value, list) and context.request.header("mcp-protocol-version") in {None, messages.WITHOUT_HEADER}:
        return await _answer_batch(context, server, value)
    try:
        message = _parse(context, value)
    except RPCError as error:
        return _error_response(error, messages.request_id_of(value), 400)
    if message.id is None:
        return _accepted()
    work = asyncio.ensure_future(_answer(server, message))
    try:
        return await _response(context, message, work)
    except BaseException:
        await cancel_and_wait(work)
        raise


async def _answer(server: Server, message: Message) -> tuple[int, dict[str, Any]]:
    """Return status and body of the response to a request."""
    try:
        return 200, await server.answer(message)
    except RPCError as error:
        # Clients of the legacy versions read errors of methods in successful responses only.
        status = _STATUS_BY_CODE.get(error.code, 400) if message.is_modern else 200
        return status, error.to_dict(message.id)


async def _response(context: RouteContext, message: Message, work: _Work) -> Response:
    """Return the response when it is there, or a stream for it if that takes longer."""
    streams = quality(context.request.header("accept") or "", MEDIA_TYPE) > 0
    await asyncio.wait([work], timeout=_STREAM_DELAY if streams else None)
    if not work.done():
        return Response(200, STREAM_HEADERS, _Call(work, partial(_late_body, context, message, work)))
    status, body = work.result()
    return json_response(body, status)


def _late_body(context: RouteContext, message: Message, work: _Work) -> dict[str, Any]:
    """Return the body of the response, or the error that it becomes: the status has been sent."""
    try:
        return work.result()[1]
    except Exception as error:  # noqa: BLE001 - reported and told like any other error
        problem = context.service.to_problem(error, context.request, context.route)
        return {**encode_problem(problem), "id": message.id}


def _parse(context: RouteContext, value: Any) -> Message:
    """Return the message of the body, whose version has been checked.

    Raises:
        RPCError: It is not valid.
    """
    message = messages.parse_message(value)
    header = context.request.header("mcp-protocol-version")
    if message.id is not None and (message.is_modern or header in MODERN):
        version = messages.check_meta(message)
        messages.check_headers(message, version, context.request.header)
        messages.check_version(version, MODERN)
    elif header is not None:
        messages.check_version(header, messages.SUPPORTED if message.id is None else LEGACY)
    return message


async def _answer_batch(context: RouteContext, server: Server, values: list[Any]) -> Response:
    """Answer a batch: each message counts against the rate limit."""
    if not 0 < len(values) <= _MAX_BATCH:
        error = RPCError(messages.INVALID_REQUEST, f"a batch must have 1 to {_MAX_BATCH} messages")
        return _error_response(error, None, 400)
    found = []
    for number, value in enumerate(values):
        if number:
            await context.service.enforce_rate_limit(context.request)
        try:
            message = _parse(context, value)
            if message.id is not None:
                found.append(await server.answer(message))
        except RPCError as error:
            found.append(error.to_dict(messages.request_id_of(value)))
    return json_response(found) if found else _accepted()


def _accepted() -> Response:
    return Response(202, [("content-length", "0")])


def _error_response(error: RPCError, request_id: int | str | None, status: int) -> Response:
    return json_response(error.to_dict(request_id), status)


def _server(context: RouteContext) -> Server:
    """Return the server of a service's components."""
    service = context.service

    async def component(name: str) -> Any:
        # An assistant that makes its own components has them once it is open.
        if service.components.component(name) is None:
            await open_component(service.assistant)
        return service.components.component(name)

    tools = Toolbox(
        flights=partial(component, "flights"), nlp=partial(component, "nlp"), max_text=service.settings.max_message
    )
    return Server(tools, lambda error: service.to_problem(error, context.request, context.route))
