"""Routes of conversations: chatbot, assistant, transcript, WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncassist._places import load_places
from asyncassist.web import chat_turns, serializers
from asyncassist.web.answers import ChatbotReply, ChatReply, Conversations, Renamed, Stopped, StreamEvent, Transcript
from asyncassist.web.handshake import check_handshake
from asyncassist.web.http import Response
from asyncassist.web.problem import ProblemError
from asyncassist.web.request_schema import BodySchema, BooleanType, Field, IdentifierType, TextType, TimeZoneType
from asyncassist.web.route import Declarations, json_response
from asyncassist.web.sse import MEDIA_TYPE, STREAM_HEADERS, EventStream
from asyncassist.web.turn_log import parse_event_id
from asyncassist.web.turn_log.log import owner_of

if TYPE_CHECKING:
    from asyncassist.web.routes.route_context import RouteContext
    from asyncassist.web.settings import WebSettings
    from asyncassist.web.turn_log import TurnReader

ROUTES = Declarations()

SOCKET_PATH = "/ws/chat"
_MAX_CONVERSATIONS = 50
_RENAME = BodySchema({"title": Field(kind=TextType(200), summary="New title of the session.", required=True)})
_STREAM = Field(kind=BooleanType(), summary="Stream the response as server-sent events, as with `Accept`.")
_SESSION_ID = IdentifierType()


def _session_id_schema(_settings: WebSettings) -> dict[str, Any]:
    return _SESSION_ID.schema()


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
    reader = await chat_turns.start_chatbot(
        context.service, context.request, context.body, route=context.route, streams=context.wants_events
    )
    return await _turn_response(context, reader)


@ROUTES.add(
    "POST", "/chat", "Send a message to the travel assistant.",
    responses={200: ChatReply}, errors=(409, 502, 503), body=_chat_body, streams=True,
)  # fmt: skip
async def chat(context: RouteContext) -> Response:
    """Answer with a reply of the assistant, or stream it."""
    reader = await chat_turns.start_chat(
        context.service, context.request, context.body, route=context.route, streams=context.wants_events
    )
    return await _turn_response(context, reader)


async def _turn_response(context: RouteContext, reader: TurnReader) -> Response:
    """Return a response that streams the events of a turn, or the complete reply."""
    if context.wants_events:
        return _event_stream(context, reader)
    body = await chat_turns.reply_of(reader)
    return Response(200, [("content-type", "application/json"), ("content-length", str(len(body)))], body)


def _event_stream(context: RouteContext, reader: TurnReader) -> Response:
    return Response(200, STREAM_HEADERS, EventStream(reader, active=context.service.active_streams))


@ROUTES.add(
    "GET", "/chat/{session_id}/events",
    "Follow the running or the last turn of a session, from the event after `Last-Event-ID` on.",
    responses={200: StreamEvent, 204: None}, errors=(404, 422, 503), path_schema=_session_id_schema,
    media_types=(MEDIA_TYPE,),
)  # fmt: skip
async def events(context: RouteContext) -> Response:
    """Answer with the events of a turn; with 204 when all of them have been received, so that browsers stop asking."""
    session_id = _SESSION_ID.check("session_id", context.path_param)
    log = context.service.turn_log
    owner = owner_of(await context.service.resolve_user(context.request), session_id)
    last_event_id = context.request.header("last-event-id")
    turn_id, number = (await log.find(owner), 0) if last_event_id is None else parse_event_id(last_event_id)
    reader = None if turn_id is None else await log.read(turn_id, number, owner)
    if reader is None:
        raise ProblemError(404, "not-found", "there is no such turn")
    if await reader.is_at_end():
        await reader.aclose()
        return Response(204)
    return _event_stream(context, reader)


@ROUTES.add(
    "POST", "/chat/{session_id}/stop", "Stop the running turn of a session.",
    responses={200: Stopped}, errors=(422, 503), path_schema=_session_id_schema,
)  # fmt: skip
async def stop(context: RouteContext) -> Response:
    """Stop the running turn of a session."""
    session_id = _SESSION_ID.check("session_id", context.path_param)
    owner = owner_of(await context.service.resolve_user(context.request), session_id)
    return json_response({"stopped": await context.service.turn_log.stop(owner)})


@ROUTES.add(
    "GET", "/chat/{session_id}", "Return the messages of a session.",
    responses={200: Transcript}, errors=(404, 422, 503), path_schema=_session_id_schema,
)  # fmt: skip
async def transcript(context: RouteContext) -> Response:
    """Answer with the messages of a session."""
    session_id = _SESSION_ID.check("session_id", context.path_param)
    user = await context.service.resolve_user(context.request)
    known = chat_turns.is_session_id(session_id)
    messages = await context.service.assistant.messages(session_id, user=user) if known else []
    if not messages:
        raise ProblemError(404, "not-found", "there is no such session")
    await load_places()
    return json_response(serializers.transcript(session_id, messages))


@ROUTES.add(
    "GET", "/conversations", "List the sessions of the user, the last updated first; none of an anonymous client.",
    responses={200: Conversations}, errors=(401, 503),
)  # fmt: skip
async def conversations(context: RouteContext) -> Response:
    """Answer with the sessions of the user; those of anonymous clients are never listed."""
    user = await context.service.resolve_user(context.request)
    if user is None:
        return json_response({"conversations": []})
    found = await context.service.assistant.conversations(user=user, limit=_MAX_CONVERSATIONS)
    await load_places()
    language = chat_turns.requested_language(context.request)
    mine = [info for info in found if chat_turns.is_session_id(info.session_id)]
    return json_response(serializers.conversations(mine, language))


@ROUTES.add(
    "PATCH", "/chat/{session_id}", "Rename a session.",
    responses={200: Renamed}, errors=(404, 422, 503), body=_RENAME, path_schema=_session_id_schema,
)  # fmt: skip
async def rename(context: RouteContext) -> Response:
    """Set the title of a session."""
    session_id = _SESSION_ID.check("session_id", context.path_param)
    user = await context.service.resolve_user(context.request)
    # One line, of which every character can be seen.
    line = " ".join(context.body["title"].split())
    title = "".join(char if char.isprintable() else "\ufffd" for char in line)
    if not chat_turns.is_session_id(session_id):
        raise ProblemError(404, "not-found", "there is no such session")
    await context.service.assistant.rename(session_id, title, user=user)
    return json_response({"session_id": session_id, "title": title})


@ROUTES.add(
    "DELETE", "/chat/{session_id}", "Delete a session; unknown ids are accepted.",
    responses={204: None}, errors=(422, 503), path_schema=_session_id_schema,
)  # fmt: skip
async def forget(context: RouteContext) -> Response:
    """Delete a session."""
    session_id = _SESSION_ID.check("session_id", context.path_param)
    user = await context.service.resolve_user(context.request)
    if chat_turns.is_session_id(session_id):
        await context.service.assistant.forget(session_id, user=user)
        await context.service.turn_log.forget(owner_of(user, session_id))
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
