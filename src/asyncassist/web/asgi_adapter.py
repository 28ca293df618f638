"""The service as a plain ASGI application, for any ASGI framework or server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from asyncassist._lifecycle import cancel_and_wait
from asyncassist.errors import AsyncAssistError
from asyncassist.web.http import CLIENT_CLOSED_REQUEST, Request, Response
from asyncassist.web.shutdown import drain_on_sigterm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from asyncassist.web.service import Service

# Frameworks type their messages as dictionaries of different kinds: these types fit all of them.
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Any], Awaitable[None]]


async def asgi(service: Service, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one ASGI connection of type "http", "websocket" or "lifespan"; the latter opens and closes the service.

    With `WebSettings.drain_delay`, the lifespan calls `drain_on_sigterm`.

    Args:
        service: Service that handles the request.
        scope: ASGI scope of the connection; its `root_path` is the prefix at which the service is mounted.
        receive: ASGI receive channel.
        send: ASGI send channel.
    """
    if scope["type"] == "lifespan":
        await _serve_lifespan(service, receive, send)
        return
    request = Request.from_asgi(scope, receive)
    if scope["type"] == "websocket":
        await _serve_websocket(service, request, receive, send)
        return
    response = await service.handle(request)
    if response.status == CLIENT_CLOSED_REQUEST:
        return
    await send(_start_message("http.response.start", response))
    if isinstance(response.body, bytes):
        await send({"type": "http.response.body", "body": response.body})
    else:
        assert request.gone is not None
        await _send_stream(response.body, request.gone, send)


async def _serve_lifespan(service: Service, receive: Receive, send: Send) -> None:
    """Open the service at startup, close it at shutdown."""
    await receive()
    try:
        await service.__aenter__()
    except AsyncAssistError as error:
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        return
    if service.settings.drain_delay:
        drain_on_sigterm(service)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await service.aclose()
    await send({"type": "lifespan.shutdown.complete"})


def _start_message(kind: str, response: Response) -> dict[str, Any]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    return {"type": kind, "status": response.status, "headers": headers}


async def _send_stream(
    body: AsyncIterator[bytes], wait_for_disconnect: Callable[[], Awaitable[None]], send: Send
) -> None:
    """Send the chunks of a body until it ends or the client disconnects; then close it, which cancels its work."""

    async def pump() -> None:
        async for piece in body:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    tasks = [asyncio.ensure_future(pump()), asyncio.ensure_future(wait_for_disconnect())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        try:
            await cancel_and_wait(*tasks)
        finally:  # also when this task is cancelled once more while it waits
            await body.aclose()  # type: ignore[attr-defined]
    error = None if tasks[0].cancelled() else tasks[0].exception()
    if error is not None and not isinstance(error, OSError):  # an OSError means that the client has disconnected
        raise error


async def _serve_websocket(service: Service, request: Request, receive: Receive, send: Send) -> None:
    response = await service.handle(request)
    if response.status != 101:
        await _deny(response, send)
        return
    await send({"type": "websocket.accept", "headers": [(b"x-request-id", request.request_id.encode())]})

    async def receive_message() -> str | bytes | None:
        while True:
            message = await receive()
            if message["type"] == "websocket.receive":
                text = message.get("text")
                return text if text is not None else message.get("bytes")
            if message["type"] == "websocket.disconnect":
                return None

    async def send_text(text: str) -> None:
        await send({"type": "websocket.send", "text": text})

    await service.websocket(request, receive_message, send_text)
    with contextlib.suppress(OSError, RuntimeError):  # the client may have closed it already
        await send({"type": "websocket.close", "code": 1000})


async def _deny(response: Response, send: Send) -> None:
    """Reject the handshake with the problem document that an HTTP request would get."""
    await send(_start_message("websocket.http.response.start", response))
    body = response.body if isinstance(response.body, bytes) else b""
    await send({"type": "websocket.http.response.body", "body": body})
