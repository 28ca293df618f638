"""Turns with the assistant or the chatbot: started in the log of turns, followed there or read to their end."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from asyncassist._chat import ToolFinished, ToolStarted
from asyncassist._random_ids import random_id
from asyncassist.assistant import Done, OfferFound, TextDelta, Understood
from asyncassist.errors import StateError, UpstreamError
from asyncassist.languages.locale_tag import parse_locale
from asyncassist.languages.registry import LANGUAGES
from asyncassist.web import serializers, strict_json
from asyncassist.web.header_fields import preferred_locale
from asyncassist.web.problem import ProblemError, invalid_field, problem_of
from asyncassist.web.turn_log.log import IdempotencyKey, digest, owner_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from asyncassist._chat import CachedChatbot
    from asyncassist.assistant import TravelAssistant
    from asyncassist.web.capacity import ConversationQueue
    from asyncassist.web.http import Request
    from asyncassist.web.route import Route
    from asyncassist.web.service import Service
    from asyncassist.web.turn_log import TurnReader

    Emit = Callable[[str, Any], Awaitable[None]]

# Begins the id of every conversation of the chatbot's route, so that it cannot open a session of the assistant.
_CHATBOT_PREFIX = "chatbot:"
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}")


async def resolve_session(assistant: TravelAssistant, session_id: str | None, user: str | None) -> str:
    """Return the given session id if that session exists, else a new random id.

    An unknown id is not adopted: another client could choose or guess the same one. A conversation of the chatbot is no
    session of the assistant, although both may be in one store.
    """
    if session_id is not None and is_session_id(session_id) and await _exists(assistant, session_id, user):
        return session_id
    return random_id()


async def resolve_conversation(chatbot: CachedChatbot, conversation_id: str | None, user: str | None) -> str:
    """Return the given id if the chatbot has that conversation, else a new random id, as `resolve_session` does."""
    given = conversation_id
    if given is not None and not is_session_id(given) and await _exists(chatbot, given, user):
        return given
    return f"{_CHATBOT_PREFIX}{random_id()}"


def is_session_id(given: str) -> bool:
    """Return whether an id can be that of an assistant's session: it does not name a conversation of the chatbot."""
    return not given.startswith(_CHATBOT_PREFIX)


async def _exists(component: TravelAssistant | CachedChatbot, given: str, user: str | None) -> bool:
    try:
        return bool(await component.messages(given, user=user, limit=1))
    except (StateError, UpstreamError, OSError):
        return True  # the store is unavailable: the component uses this id and marks the reply as degraded


def requested_locale(request: Request) -> str | None:
    """Return the locale that the client prefers in a language that the assistant speaks, None if it names none."""
    return preferred_locale(request.header("accept-language") or "", LANGUAGES)


def requested_language(request: Request) -> str:
    """Return the language of `requested_locale`, the first of the assistant's if the client names none."""
    tag = parse_locale(requested_locale(request) or "")
    return LANGUAGES[0] if tag is None else tag.language


async def chat_turn(
    assistant: TravelAssistant,
    queue: ConversationQueue,
    body: Mapping[str, Any],
    user: str | None,
    emit: Emit,
    *,
    session_id: str,
    locale: str | None = None,
    request_id: str | None = None,
    streams: bool = True,
) -> None:
    """Send one message to the assistant and emit its events.

    Args:
        assistant: The assistant.
        queue: Bound of the turns of a session.
        body: Validated fields of the request.
        user: Id of the user, None for an anonymous one.
        emit: Takes the events.
        session_id: Id of the session, from `resolve_session`.
        locale: Locale that the client prefers.
        request_id: Idempotency key, if the client has sent one.
        streams: Whether to emit offers and text as they arrive, or the complete reply only.
    """
    facts: dict[str, Any] = {"session_id": session_id, "user": user, "timezone": body.get("timezone"), "locale": locale}
    if request_id is not None:
        facts["request_id"] = request_id
    with queue.enter(user, session_id):
        if not streams:
            await emit("done", serializers.chat_reply(await assistant.reply(body["message"], **facts)))
            return
        own_tools = _own_tools(assistant.chatbot)
        language = LANGUAGES[0]
        async with assistant.stream(body["message"], **facts) as stream:
            async for event in stream:
                match event:
                    case TextDelta():
                        await emit("delta", {"text": event.text})
                    case Understood():
                        language = event.language
                    case ToolStarted():
                        await emit("tool_started", serializers.tool_started(event, own_tools))
                    case ToolFinished():
                        await emit("tool_finished", serializers.tool_finished(event, own_tools))
                    case OfferFound():
                        await emit("offer", serializers.offer(event.offer.to_dict(), language))
                    case Done():
                        await emit("done", serializers.chat_reply(event.reply))
                        return
                    case _:
                        pass  # the data of other events is part of the "done" event


async def chatbot_turn(
    chatbot: CachedChatbot,
    queue: ConversationQueue,
    body: Mapping[str, Any],
    user: str | None,
    emit: Emit,
    *,
    conversation_id: str,
    request_id: str | None = None,
    streams: bool = True,
) -> None:
    """Send one message to the chatbot and emit its events; arguments as for `chat_turn`."""
    started = time.perf_counter()
    facts: dict[str, Any] = {"conversation_id": conversation_id, "user": user}
    if request_id is not None:
        facts["request_id"] = request_id
    with queue.enter(user, conversation_id):
        if not streams:
            reply = await chatbot.reply(body["message"], **facts)
            found = serializers.chatbot_reply(reply)
            await emit("done", {**found, "response_time": time.perf_counter() - started})
            return
        own_tools = _own_tools(chatbot)
        async with chatbot.stream(body["message"], **facts) as stream:
            async for event in stream.events():
                match event:
                    case TextDelta():
                        await emit("delta", {"text": event.text})
                    case ToolStarted():
                        await emit("tool_started", serializers.tool_started(event, own_tools))
                    case ToolFinished():
                        await emit("tool_finished", serializers.tool_finished(event, own_tools))
                    case _:
                        pass  # the reasoning of a model is not for its users
        await emit("done", serializers.chatbot_reply(stream.reply))


def _own_tools(chatbot: CachedChatbot | None) -> frozenset[str]:
    """Return the names of the application's tools; another object with a method `reply` has none."""
    return frozenset(tool.name for tool in getattr(chatbot, "tools", ()))


async def start_chat(
    service: Service,
    request: Request,
    body: Mapping[str, Any],
    *,
    route: Route,
    streams: bool,
    socket_route: Route | None = None,
    session_id: str | None = None,
    on_done: Callable[[str], Awaitable[None]] | None = None,
) -> TurnReader:
    """Start the turn of a message to the assistant, or find that of an earlier request with the same key.

    Args:
        service: The service.
        request: The request, or the handshake of the WebSocket.
        body: Validated fields of `POST /chat`.
        route: Route whose errors are reported.
        streams: Whether to log offers and text as they arrive, or the complete reply only.
        socket_route: Route of the WebSocket over which the message came, for the metrics; None for a request.
        session_id: Id of a session that this service has made, None for that of the body.
        on_done: Called with the text of the reply before its last event.
    """
    user = await service.resolve_user(request)
    if session_id is None:
        session_id = await resolve_session(service.assistant, body.get("session_id"), user)
    locale = requested_locale(request)
    # Every message over a WebSocket has the header fields of the one handshake.
    key, request_id = _idempotency_key(service, request, user, body, route) if socket_route is None else (None, None)

    async def run(emit: Emit) -> None:
        async def emit_done(name: str, data: Any) -> None:
            if name == "done" and on_done is not None:
                await on_done(data["reply"])
            await emit(name, data)

        await chat_turn(
            service.assistant, service.conversation_queue, body, user, emit if on_done is None else emit_done,
            session_id=session_id, locale=locale, request_id=request_id, streams=streams,
        )  # fmt: skip

    async def run_message(emit: Emit) -> None:
        with service.track(request) as record:
            record.route = socket_route
            try:
                await run(emit)
            except Exception as error:
                record.status = problem_of(error, route.fields).status
                raise

    work = run if socket_route is None else run_message
    return await _start(service, request, work, route, {"session_id": session_id}, user, key, streams)


async def start_chatbot(
    service: Service, request: Request, body: Mapping[str, Any], *, route: Route, streams: bool
) -> TurnReader:
    """Start the turn of a message to the chatbot; arguments as for `start_chat`."""
    user = await service.resolve_user(request)
    conversation_id = await resolve_conversation(service.chatbot, body.get("conversation_id"), user)
    key, request_id = _idempotency_key(service, request, user, body, route)

    async def work(emit: Emit) -> None:
        await chatbot_turn(
            service.chatbot, service.conversation_queue, body, user, emit,
            conversation_id=conversation_id, request_id=request_id, streams=streams,
        )  # fmt: skip

    return await _start(service, request, work, route, {"conversation_id": conversation_id}, user, key, streams)


async def _start(  # noqa: PLR0917 - one call of each of the two above
    service: Service,
    request: Request,
    work: Callable[[Emit], Awaitable[None]],
    route: Route,
    opening: dict[str, str],
    user: str | None,
    key: IdempotencyKey | None,
    streams: bool,
) -> TurnReader:
    [conversation_id] = opening.values()

    def report(error: BaseException) -> ProblemError:
        return service.to_problem(error, request, route)

    return await service.turn_log.start(
        owner_of(user, conversation_id), opening, work, report,
        request_id=request.request_id, key=key, is_stored=streams,
    )  # fmt: skip


def _idempotency_key(
    service: Service, request: Request, user: str | None, body: Mapping[str, Any], route: Route
) -> tuple[IdempotencyKey | None, str | None]:
    """Return the key of a request for the log of turns and for the component; None for both without one.

    It belongs to the user, to the conversation, or to the client's address if there is neither.

    Raises:
        ProblemError: 422 when `Idempotency-Key` is not usable.
    """
    given = request.header("idempotency-key")
    if given is not None:
        given = given.strip().removeprefix('"').removesuffix('"')
        if not _IDEMPOTENCY_KEY.fullmatch(given):
            raise invalid_field("idempotency-key", "must be 1 to 128 visible ASCII characters")
    else:
        given = request.header("x-request-id")
        if given != request.request_id:
            return None, None
    conversation_id = body.get("session_id") or body.get("conversation_id")
    client = service.client_key(request) if user is None and conversation_id is None else None
    scope = digest(route.path, user, conversation_id, client, given)
    fields = {name: value for name, value in body.items() if name != "stream"}
    fingerprint = digest(strict_json.encode(fields).decode())
    return IdempotencyKey(scope, fingerprint), digest("request", given)


async def reply_of(reader: TurnReader) -> bytes:
    """Wait for the end of a turn, leave it, and return the complete reply as JSON.

    Raises:
        ProblemError: The turn did not succeed. It has been reported.
    """
    try:
        name, data = await reader.last()
    finally:
        await reader.aclose()
    if name == "done":
        return data
    problem = reader.failure or ProblemError.from_dict(strict_json.decode(data))
    problem.is_reported = True
    raise problem
