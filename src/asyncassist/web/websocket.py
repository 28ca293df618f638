"""Conversations over a WebSocket: the same turns, limits and events as over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Protocol

from asyncassist._lifecycle import cancel_and_wait
from asyncassist.web import chat_turns, strict_json
from asyncassist.web.http import assign_request_id
from asyncassist.web.problem import ProblemError
from asyncassist.web.request_schema import BodySchema, Field, TextType
from asyncassist.web.sse import HEARTBEAT
from asyncassist.web.turn_log import parse_event_id
from asyncassist.web.turn_log.log import owner_of_user, split_entry

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from asyncassist.bridge import LoopThread
    from asyncassist.web.http import Request
    from asyncassist.web.service import Service
    from asyncassist.web.turn_log import TurnReader

# Messages that wait while a turn runs; after that, nothing more is read from the socket.
_INBOX_SIZE = 4
# Seconds after which an idle thread checks whether the process is about to end
_POLL_INTERVAL = 1.0
_RESUME = BodySchema({"resume": Field(kind=TextType(64), summary="Id of the last event received.", required=True)})


class Conversation:
    """Conversation over one WebSocket, made by `Service.conversation`.

    Args:
        service: Service that answers.
        request: Request of the handshake.
    """

    def __init__(self, service: Service, request: Request) -> None:
        assign_request_id(request)
        self._service = service
        self._request = request
        self._socket_route = service.route("socket")
        self._chat_route = service.route("chat")
        self._session_id: str | None = None

    async def take(self, message: str | bytes) -> AsyncGenerator[str | None]:
        """Answer one message: yield its events as JSON, and None after a while without one.

        A message that is rejected is answered with an error event. Closing the iterator leaves the turn.

        Args:
            message: JSON object with the fields of `POST /chat`, or with the id of an event as `resume`, as text or as
                bytes in UTF-8.
        """
        try:
            reader = await self._start(message)
        except Exception as error:  # noqa: BLE001 - it becomes an event, and the connection stays open
            yield self._reject(error)
            return
        try:
            while True:
                number = reader.position
                try:
                    entries = await reader.next(HEARTBEAT)
                except StopAsyncIteration:
                    return
                if not entries:
                    yield None
                for number, entry in enumerate(entries, number + 1):  # noqa: B020
                    name, data = split_entry(entry)
                    facts = strict_json.decode(data)
                    if name == "done":
                        self._session_id = facts.get("session_id", self._session_id)
                    yield encode_message(name, facts, f"{reader.turn_id}-{number}")
        finally:
            await reader.aclose()

    def _reject(self, error: Exception) -> str:
        """Return the error event of a message that starts no turn, and record it."""
        service, request = self._service, self._request
        with service.track(request) as record:
            record.route = self._socket_route
            problem = service.to_problem(error, request, self._chat_route)
            record.status = problem.status
        return encode_message("error", problem.to_dict(request.request_id))

    async def _start(self, message: str | bytes) -> TurnReader:
        """Start the turn of a message, or resume one."""
        service, request = self._service, self._request
        await service.enforce_rate_limit(request)
        body = self._parse_message(message)
        if "resume" in body:
            turn_id, number = parse_event_id(body["resume"])
            user = await service.resolve_user(request)
            reader = await service.turn_log.read(turn_id, number, owner_of_user(user))
            if reader is None:
                raise ProblemError(404, "not-found", "there is no such turn")
            return reader
        body.setdefault("session_id", self._session_id)
        return await chat_turns.start_chat(
            service, request, body, route=self._chat_route, streams=True, socket_route=self._socket_route
        )

    def _parse_message(self, message: str | bytes) -> dict[str, Any]:
        assert self._chat_route.body is not None
        most = self._service.settings.max_body
        try:
            raw = message.encode() if isinstance(message, str) else bytes(message)
        except UnicodeEncodeError:
            raise ProblemError(400, "bad-encoding", "the message is not UTF-8") from None
        if len(raw) > most:
            raise ProblemError(413, "body-too-large", f"a message may have at most {most} bytes")
        value = strict_json.decode(raw)
        return (_RESUME if isinstance(value, dict) and "resume" in value else self._chat_route.body).check(value)


def encode_message(name: str, data: Any, event_id: str | None = None) -> str:
    """Encode an event as a message; an offer is nested under `offer`, a problem under `problem`."""
    facts = {"offer": data} if name == "offer" else {"problem": data} if name == "error" else data
    numbered = {} if event_id is None else {"event_id": event_id}
    return strict_json.encode({"event": name, **numbered, **facts}).decode()


async def serve(
    conversation: Conversation,
    receive: Callable[[], Awaitable[str | bytes | None]],
    send: Callable[[str], Awaitable[None]],
) -> None:
    """Serve a conversation until the client disconnects, which cancels the work at once.

    Args:
        conversation: The conversation.
        receive: Returns the next message, None when the socket is closed.
        send: Sends one message.
    """
    inbox: asyncio.Queue[str | bytes | None] = asyncio.Queue(_INBOX_SIZE)

    async def listen() -> None:
        while True:
            message = await receive()
            if message is None:
                return
            await inbox.put(message)

    async def answer() -> None:
        while True:
            message = await inbox.get()
            if message is None:
                return
            events = conversation.take(message)
            try:
                async for event in events:
                    if event is not None:
                        await send(event)
            finally:
                await events.aclose()

    tasks = [asyncio.ensure_future(listen()), asyncio.ensure_future(answer())]
    try:
        # The first task that ends cancels the other: the client has disconnected, or sending failed.
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancel_and_wait(*tasks)
    for task in ended:
        error = task.exception() if not task.cancelled() else None
        if error is not None and not isinstance(error, OSError | ConnectionError):
            raise error


class BlockingWebSocket(Protocol):
    """Blocking WebSocket, as that of simple-websocket (flask-sock)."""

    connected: bool

    def receive(self, timeout: float | None = None) -> Any:
        """Return the next message, None if none arrives within `timeout` seconds; raise when the socket is closed."""
        ...

    def send(self, data: str) -> None:
        """Send one message; raise when the socket is closed."""
        ...


def converse(service: Service, loop: LoopThread, request: Request, socket: BlockingWebSocket) -> None:
    """Serve a conversation over a blocking WebSocket, in the calling thread, until the client disconnects.

    The disconnect is noticed, and the work cancelled, at the next event or heartbeat. A socket beyond the bounds of
    `WebSettings.threads` gets an error event, and the function returns.

    Args:
        service: Service that answers.
        loop: Thread whose event loop runs the service.
        request: Request of the handshake.
        socket: Open socket. What it raises when it is closed is raised here, except an `OSError`.
    """
    try:
        slot = service.socket_slots.hold(service.client_key(request))
        with slot, contextlib.suppress(OSError):
            _converse(service, loop, Conversation(service, request), socket)
    except ProblemError as problem:  # another socket has been opened between the handshake and here
        socket.send(encode_message("error", problem.to_dict(request.request_id)))


def _converse(service: Service, loop: LoopThread, conversation: Conversation, socket: BlockingWebSocket) -> None:
    while True:
        message = socket.receive(timeout=_POLL_INTERVAL)
        if message is None:
            if service.draining:
                return
            continue
        with contextlib.closing(_stream_events(loop, conversation, message)) as events:
            for event in events:
                if event is not None:
                    socket.send(event)
                elif not socket.connected:
                    return


def _stream_events(loop: LoopThread, conversation: Conversation, message: str | bytes) -> Generator[str | None]:
    yield from loop.stream(conversation.take(message))
