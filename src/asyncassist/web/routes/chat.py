"""Routes of conversations: chatbot, assistant, transcript, WebSocket."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from asyncassist.web import chat_turns, serializers
from asyncassist.web.answers import ChatbotReply, ChatReply, Transcript
from asyncassist.web.handshake import check_handshake
from asyncassist.web.http import Response
from asyncassist.web.problem import ProblemError
from asyncassist.web.request_schema import BodySchema, BooleanType, Field, IdentifierType, TextType, TimeZoneType
from asyncassist.web.route import Declarations, json_response
from asyncassist.web.sse import STREAM_HEADERS, EventQueue, EventStream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asyncassist.web.routes.route_context import RouteContext
    from asyncassist.web.settings import WebSettings

    Emit = Callable[[str, Any], Awaitable[None]]

ROUTES = Declarations()

SOCKET_PATH = "/ws/chat"
_STREAM = Field(kind=BooleanType(), summary="Stream the response as server-sent events, as with `Accept`.")
_SESSION_ID = IdentifierType()


def _message(settings: WebSettings) -> Field:
    return Field(kind=TextType(settings.max_message), summary="Message of the user.", required=True)


def _chatbot_body(settings: WebSettings) -> BodySchema:
    conversation = Field(kind=IdentifierType(), summary="Conversation to continue; default a new one.", nullable=True)
    return BodySchema({"message": _message(settings), "conversation_id": conversation, "stream": _STREAM})


def _chat_body(settings: WebSettings) -> BodySchema:
    session = Field(kind=_SESSION_ID, summary="Session to continue; default a new one.", nullable=True)
    timezone = Field(kind=TimeZoneType(), summary="Time zone of the traveller, for words such as today.", nullable=True)
    return BodySchema({"message": _message(settings), "session_id": session, "timezone": timezone, "stream": _STREAM})


@ROUTES.add(
    "POST", "/api/async/chatbot", "Send a message to the chatbot.",
    responses={200: ChatbotReply}, errors=(409, 502, 503), body=_chatbot_body, streams=True,
)  # fmt: skip
async def chatbot(context: RouteContext) -> Response:
    """Answer with a reply of the chatbot, or stream it."""
    service, queue = context.service, context.service.conversation_queue
    user = await service.resolve_user(context.request)
    if context.wants_events:
        return _event_stream(
            context, lambda emit: chat_turns.chatbot_turn_events(service.chatbot, queue, context.body, user, emit)
        )
    started = time.perf_counter()
    found = await chat_turns.chatbot_turn(service.chatbot, queue, context.body, user)
    return json_response({**found, "response_time": time.perf_counter() - started})


@ROUTES.add(
    "POST", "/chat", "Send a message to the travel assistant.",
    responses={200: ChatReply}, errors=(409, 502, 503), body=_chat_body, streams=True,
)  # fmt: skip
async def chat(context: RouteContext) -> Response:
    """Answer with a reply of the assistant, or stream it."""
    service, queue = context.service, context.service.conversation_queue
    user = await service.resolve_user(context.request)
    language = chat_turns.requested_language(context.request)
    if context.wants_events:
        return _event_stream(
            context,
            lambda emit: chat_turns.chat_turn_events(
                service.assistant, queue, context.body, user, emit, language=language
            ),
        )
    return json_response(await chat_turns.chat_turn(service.assistant, queue, context.body, user, language=language))


def _event_stream(context: RouteContext, work: Callable[[Emit], Awaitable[Any]]) -> Response:
    """Return a response that streams the events of the work; an error becomes its last event."""
    service, request = context.service, context.request

    async def run(emit: Emit) -> None:
        try:
            await work(emit)
        except Exception as error:  # noqa: BLE001 - the status is sent already: the error becomes an event
            await emit("error", service.to_problem(error, request, context.route).to_dict(request.request_id))

    return Response(200, STREAM_HEADERS, EventStream(EventQueue(run), active=service.active_streams))


@ROUTES.add(
    "GET", "/chat/{session_id}", "Return the messages of a session.",
    responses={200: Transcript}, errors=(404, 422, 503), path_schema=_SESSION_ID.schema,
)  # fmt: skip
async def transcript(context: RouteContext) -> Response:
    """Answer with the messages of a session."""
    session_id = _SESSION_ID.check("session_id", context.path_param)
    user = await context.service.resolve_user(context.request)
    known = chat_turns.is_session_id(session_id)
    messages = await context.service.assistant.messages(session_id, user=user) if known else []
    if not messages:
        raise ProblemError(404, "not-found", "there is no such session")
    return json_response(serializers.transcript(session_id, messages))


@ROUTES.add(
    "DELETE", "/chat/{session_id}", "Delete a session; unknown ids are accepted.",
    responses={204: None}, errors=(422, 503), path_schema=_SESSION_ID.schema,
)  # fmt: skip
async def forget(context: RouteContext) -> Response:
    """Delete a session."""
    session_id = _SESSION_ID.check("session_id", context.path_param)
    user = await context.service.resolve_user(context.request)
    if chat_turns.is_session_id(session_id):
        await context.service.assistant.forget(session_id, user=user)
    return Response(204)


@ROUTES.add("GET", SOCKET_PATH, "Chat with the travel assistant over a WebSocket.", responses={101: None})
async def socket(context: RouteContext) -> Response:
    """Answer the handshake of a WebSocket."""
    if (context.request.header("upgrade") or "").lower() != "websocket":
        raise ProblemError(
            426,
            "websocket",
            "this path requires a WebSocket upgrade",
            headers={"upgrade": "websocket", "connection": "upgrade"},
        )
    if not context.request.is_handshake_checked:
        check_handshake(context.request)
        # On a WSGI server, an open socket holds a thread. `converse` takes the slot, so that none is lost before it.
        context.service.socket_slots.check(context.service.client_key(context.request))
    return Response(101)
