"""Route of AG-UI 1.0: text, tool and state events; offers are state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist.web import chat_turns, strict_json
from asyncassist.web.http import Response
from asyncassist.web.problem import invalid_field
from asyncassist.web.route import Declarations
from asyncassist.web.routes.client_session import checked_message, session_of, text_of
from asyncassist.web.sse import MEDIA_TYPE, STREAM_HEADERS, EventStream
from asyncassist.web.struct_schema import StructSchema
from asyncassist.web.turn_log.log import split_entry

if TYPE_CHECKING:
    from asyncassist.web.routes.route_context import RouteContext

ROUTES = Declarations()


class AgentContent(msgspec.Struct):
    """Part of a message; of all types, "text" is read."""

    type: str
    text: str | None = None


class AgentMessage(msgspec.Struct):
    """Message of the conversation."""

    role: str
    content: str | list[AgentContent] | dict[str, Any] | None = None


class RunAgentInput(msgspec.Struct, rename="camel"):
    """Input of a run; further fields are ignored."""

    thread_id: str
    run_id: str
    messages: list[AgentMessage]


class AgentEncoder:
    """Encoder of a turn as events of a run.

    Args:
        thread_id: The client's id of the conversation.
        run_id: The client's id of the run.
    """

    def __init__(self, thread_id: str, run_id: str) -> None:
        self._run = {"threadId": thread_id, "runId": run_id}
        self._turn_id = ""
        self._messages = 0
        self._message: dict[str, str] = {}
        self._is_open = False
        self._has_text = False
        self._calls: set[str] = set()

    def encode(self, event_id: str, entry: bytes) -> bytes:
        """Return the events of the run."""
        name, data = split_entry(entry)
        facts = strict_json.decode(data)
        if name == "start":
            self._turn_id = event_id.partition("-")[0]
            started = {"type": "RUN_STARTED", **self._run}
            return _lines(started, {"type": "STATE_SNAPSHOT", "snapshot": {"offers": []}})
        if name == "delta":
            return self._text(facts["text"])
        if name == "tool_started":
            return self._call(facts)
        if name == "tool_finished":
            return (b"" if facts["call_id"] in self._calls else self._call(facts)) + self._tool_result(facts)
        if name == "offer":
            return _lines({"type": "STATE_DELTA", "delta": [{"op": "add", "path": "/offers/-", "value": facts}]})
        if name == "done":
            text = b"" if self._has_text else self._text(facts["reply"])
            fields = ("offers", "slots", "missing", "language", "intent", "source", "degraded")
            state = {field: facts[field] for field in fields if field in facts}
            snapshot = {"type": "STATE_SNAPSHOT", "snapshot": state}
            return text + self._end_of_text() + _lines(snapshot, {"type": "RUN_FINISHED", **self._run})
        code = facts["type"].rpartition(":")[2]
        return self._end_of_text() + _lines({"type": "RUN_ERROR", "message": facts["detail"], "code": code})

    def finish(self) -> bytes:
        """Return nothing: the last event ends the run."""
        return b""

    def _text(self, text: str) -> bytes:
        if not text:
            return b""
        start = b""
        if not self._is_open:
            self._message = {"messageId": self._next_message()}
            start = _lines({"type": "TEXT_MESSAGE_START", **self._message, "role": "assistant"})
        self._is_open = self._has_text = True
        return start + _lines({"type": "TEXT_MESSAGE_CONTENT", **self._message, "delta": text})

    def _end_of_text(self) -> bytes:
        end = _lines({"type": "TEXT_MESSAGE_END", **self._message}) if self._is_open else b""
        self._is_open = False
        return end

    def _next_message(self) -> str:
        """Return the id of a message: that of the turn, and a number for each further one."""
        self._messages += 1
        return self._turn_id if self._messages == 1 else f"{self._turn_id}-{self._messages}"

    def _call(self, facts: dict[str, Any]) -> bytes:
        """Return the events of a call; the text after it is another message."""
        call = {"toolCallId": facts["call_id"]}
        self._calls.add(facts["call_id"])
        return self._end_of_text() + _lines(
            {"type": "TOOL_CALL_START", **call, "toolCallName": facts["name"]},
            {"type": "TOOL_CALL_ARGS", **call, "delta": strict_json.encode(facts["arguments"]).decode()},
            {"type": "TOOL_CALL_END", **call},
        )

    def _tool_result(self, facts: dict[str, Any]) -> bytes:
        content = facts["result"] if facts["outcome"] == "done" else {"error": facts["error"] or facts["outcome"]}
        result = {"toolCallId": facts["call_id"], "content": strict_json.encode(content).decode(), "role": "tool"}
        return _lines({"type": "TOOL_CALL_RESULT", "messageId": self._next_message(), **result})


def _lines(*values: Any) -> bytes:
    return b"".join([b"data: " + strict_json.encode(value) + b"\n\n" for value in values])


@ROUTES.add(
    "POST", "/ag-ui", "Answer the last message as a run of AG-UI.",
    responses={200: None}, errors=(401, 409, 502, 503), body=StructSchema(RunAgentInput), media_types=(MEDIA_TYPE,),
)  # fmt: skip
async def ag_ui(context: RouteContext) -> Response:
    """Stream the events of the run."""
    body = context.body
    messages = body["messages"]
    if not messages or messages[-1].role != "user" or isinstance(messages[-1].content, dict):
        raise invalid_field("messages", "must end with a message of the user")
    message = checked_message(context, text_of(messages[-1].content))
    session_id = await session_of(context, body["thread_id"])
    reader = await chat_turns.start_chat(
        context.service, context.request, {"message": message}, route=context.route, streams=True,
        session_id=session_id,
    )  # fmt: skip
    encoder = AgentEncoder(body["thread_id"], body["run_id"])
    return Response(200, STREAM_HEADERS, EventStream(reader, encoder, active=context.service.active_streams))
