"""Route of the AI SDK: the UI message stream, version 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from asyncassist.web import chat_turns, strict_json
from asyncassist.web.http import Response
from asyncassist.web.problem import invalid_field
from asyncassist.web.route import Declarations
from asyncassist.web.routes.client_session import checked_message, session_of, text_of
from asyncassist.web.sse import MEDIA_TYPE, STREAM_HEADERS, EventStream
from asyncassist.web.struct_schema import StructSchema
from asyncassist.web.turn_log.log import owner_of, split_entry

if TYPE_CHECKING:
    from asyncassist.web.routes.route_context import RouteContext
    from asyncassist.web.turn_log import TurnReader

ROUTES = Declarations()

_HEADERS = (*STREAM_HEADERS, ("x-vercel-ai-ui-message-stream", "v1"))


class UIPart(msgspec.Struct):
    """Part of a message; of all types, "text" is read."""

    type: str
    text: str | None = None


class UIMessage(msgspec.Struct):
    """Message of the conversation."""

    role: Literal["system", "user", "assistant"]
    parts: list[UIPart]


class UIChatRequest(msgspec.Struct):
    """Request of the AI SDK's chat transport; further fields are ignored."""

    id: str
    messages: list[UIMessage]


class UIMessageEncoder:
    """Encoder of a turn as chunks of a UI message: calls of tools are a step, and the text after them is another."""

    def __init__(self) -> None:
        self._text_id = "text"
        self._is_open = False
        self._has_text = False
        self._calls: set[str] = set()

    def encode(self, event_id: str, entry: bytes) -> bytes:
        """Return the chunks of an event."""
        name, data = split_entry(entry)
        facts = strict_json.decode(data)
        if name == "start":
            return _lines({"type": "start", "messageId": event_id.partition("-")[0]}, {"type": "start-step"})
        if name == "delta":
            return self._text(facts["text"])
        if name == "offer":
            return _lines({"type": "data-offer", "id": facts["id"], "data": facts})
        if name == "tool_started":
            return self._call(facts)
        if name == "tool_finished":
            return (b"" if facts["call_id"] in self._calls else self._call(facts)) + _tool_result(facts)
        if name == "done":
            text = b"" if self._has_text else self._text(facts["reply"])
            metadata = {field: facts[field] for field in ("language", "intent", "source", "degraded") if field in facts}
            end = {"type": "finish", "finishReason": "stop", "messageMetadata": metadata}
            return text + self._end_of_text() + _lines({"type": "finish-step"}, end)
        end_of_text = self._end_of_text()
        if facts["type"].endswith(":stopped"):
            return end_of_text + _lines({"type": "abort"})
        return end_of_text + _lines({"type": "error", "errorText": facts["detail"]})

    def finish(self) -> bytes:
        """Return the mark of the end."""
        return b"data: [DONE]\n\n"

    def _text(self, text: str) -> bytes:
        start = b""
        if not self._is_open:
            if self._calls:
                start = _lines({"type": "finish-step"}, {"type": "start-step"})
                self._calls.clear()
            start += _lines({"type": "text-start", "id": self._text_id})
        self._is_open = self._has_text = True
        return start + _lines({"type": "text-delta", "id": self._text_id, "delta": text})

    def _end_of_text(self) -> bytes:
        end = _lines({"type": "text-end", "id": self._text_id}) if self._is_open else b""
        self._is_open = False
        return end

    def _call(self, facts: dict[str, Any]) -> bytes:
        end_of_text = self._end_of_text()
        if self._has_text:
            self._text_id = f"text-{facts['call_id']}"  # the text after the calls is another part
        self._calls.add(facts["call_id"])
        call = {"toolCallId": facts["call_id"], "toolName": facts["name"], "input": facts["arguments"]}
        return end_of_text + _lines({"type": "tool-input-available", **call, "dynamic": True})


def _tool_result(facts: dict[str, Any]) -> bytes:
    call = {"toolCallId": facts["call_id"], "dynamic": True}
    if facts["outcome"] == "done":
        return _lines({"type": "tool-output-available", **call, "output": facts["result"]})
    return _lines({"type": "tool-output-error", **call, "errorText": facts["error"] or facts["outcome"]})


def _lines(*values: Any) -> bytes:
    return b"".join([b"data: " + strict_json.encode(value) + b"\n\n" for value in values])


def _stream(context: RouteContext, reader: TurnReader) -> Response:
    return Response(200, _HEADERS, EventStream(reader, UIMessageEncoder(), active=context.service.active_streams))


@ROUTES.add(
    "POST", "/ui/chat", "Answer the last message as a UI message stream of the AI SDK.",
    responses={200: None}, errors=(401, 409, 502, 503), body=StructSchema(UIChatRequest), media_types=(MEDIA_TYPE,),
)  # fmt: skip
async def ui_chat(context: RouteContext) -> Response:
    """Stream the answer to the last message."""
    messages = context.body["messages"]
    if not messages or messages[-1].role != "user":
        raise invalid_field("messages", "must end with a message of the user")
    message = checked_message(context, text_of(messages[-1].parts))
    session_id = await session_of(context, context.body["id"])
    reader = await chat_turns.start_chat(
        context.service, context.request, {"message": message}, route=context.route, streams=True,
        session_id=session_id,
    )  # fmt: skip
    return _stream(context, reader)


@ROUTES.add(
    "GET", "/ui/chat/{id}/stream", "Resume the running answer of a chat of the AI SDK from its beginning.",
    responses={200: None, 204: None}, errors=(401, 503), path_schema=lambda _settings: {"type": "string"},
    media_types=(MEDIA_TYPE,),
)  # fmt: skip
async def ui_chat_stream(context: RouteContext) -> Response:
    """Stream the running answer from its beginning; 204 when none runs."""
    user = await context.service.resolve_user(context.request)
    # The session is that of the route that starts the turns.
    session_id = await session_of(context, context.path_param, path="/ui/chat")
    owner = owner_of(user, session_id)
    log = context.service.turn_log
    turn_id = await log.find(owner)
    reader = None if turn_id is None else await log.read(turn_id, 0, owner)
    if reader is None:
        return Response(204)
    if await reader.has_ended():
        await reader.aclose()
        return Response(204)
    return _stream(context, reader)
