"""Routes of OpenAI's Chat Completions: the assistant as a model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from asyncassist._random_ids import random_id
from asyncassist.web import chat_turns, strict_json
from asyncassist.web.http import Response
from asyncassist.web.problem import ProblemError, invalid_field
from asyncassist.web.route import Declarations, json_response
from asyncassist.web.routes.client_session import checked_message, text_of
from asyncassist.web.sse import STREAM_HEADERS, EventStream
from asyncassist.web.struct_schema import StructSchema
from asyncassist.web.turn_log.log import digest, split_entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.web.routes.route_context import RouteContext

ROUTES = Declarations()
MODEL = "asyncassist"

_ERROR_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


class ContentPart(msgspec.Struct):
    """Part of a message."""

    type: str
    text: str | None = None


class CompletionMessage(msgspec.Struct):
    """Message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None


class StreamOptions(msgspec.Struct):
    """Options of a stream."""

    include_usage: bool = False


class CompletionRequest(msgspec.Struct):
    """Request of a completion; further fields are ignored."""

    model: str
    messages: list[CompletionMessage]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None


class CompletionUsage(msgspec.Struct):
    """Tokens of a completion. The assistant counts none."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class CompletionReply(msgspec.Struct):
    """Message of the assistant."""

    content: str
    role: Literal["assistant"] = "assistant"
    refusal: str | None = None


class CompletionChoice(msgspec.Struct):
    """The only choice of a completion."""

    message: CompletionReply
    index: int = 0
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Completion(msgspec.Struct):
    """Completion."""

    id: str
    created: int
    choices: list[CompletionChoice]
    object: Literal["chat.completion"] = "chat.completion"
    model: str = MODEL
    usage: CompletionUsage = msgspec.field(default_factory=CompletionUsage)


class Model(msgspec.Struct):
    """Model."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "asyncassist"


class Models(msgspec.Struct):
    """Models."""

    data: list[Model]
    object: Literal["list"] = "list"


def encode_problem(problem: ProblemError) -> dict[str, Any]:
    """Return an error in OpenAI's form."""
    kind = _ERROR_TYPES.get(problem.status, "invalid_request_error" if problem.status < 500 else "server_error")
    return {"error": {"message": problem.detail, "type": kind, "param": problem.field, "code": problem.code}}


class CompletionEncoder:
    """Encoder of a turn as chunks of a completion.

    Args:
        include_usage: Whether a last chunk has the usage.
    """

    def __init__(self, *, include_usage: bool) -> None:
        self._include_usage = include_usage
        self._created = int(time.time())
        self._facts: dict[str, Any] = {}
        self._has_text = False

    def encode(self, event_id: str, entry: bytes) -> bytes:
        """Return the chunks of an event."""
        name, data = split_entry(entry)
        if name == "start":
            self._facts = {
                "id": f"chatcmpl-{event_id.partition('-')[0]}",
                "object": "chat.completion.chunk",
                "created": self._created,
                "model": MODEL,
            }
            return self._chunk({"role": "assistant", "content": ""}, None)
        if name == "delta":
            self._has_text = True
            return self._chunk({"content": strict_json.decode(data)["text"]}, None)
        if name == "done":
            text = b"" if self._has_text else self._chunk({"content": strict_json.decode(data)["reply"]}, None)
            usage = self._line({**self._facts, "choices": [], "usage": CompletionUsage()})
            return text + self._chunk({}, "stop") + (usage if self._include_usage else b"")
        if name == "error":
            return self._line(encode_problem(ProblemError.from_dict(strict_json.decode(data))))
        return b""

    def finish(self) -> bytes:
        """Return the mark of the end."""
        return b"data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, str], finish_reason: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return self._line({**self._facts, "choices": [choice]})

    def _line(self, value: Any) -> bytes:
        return b"data: " + strict_json.encode(value) + b"\n\n"


@ROUTES.add(
    "POST", "/v1/chat/completions", "Answer the last message of a conversation as OpenAI's Chat Completions do.",
    responses={200: Completion}, errors=(401, 404, 409, 502, 503), body=StructSchema(CompletionRequest), streams=True,
    encode_problem=encode_problem,
)  # fmt: skip
async def completions(context: RouteContext) -> Response:
    """Answer with a completion, or stream it."""
    body = context.body
    if body["model"] != MODEL:
        raise ProblemError(404, "model_not_found", f"the model is {MODEL}", field="model")
    if body["n"] not in {None, 1}:
        raise invalid_field("n", "must be 1")
    dialogue: Sequence[tuple[str, str]] = [
        (message.role, text_of(message.content).strip())
        for message in body["messages"]
        if message.role in {"user", "assistant"}
    ]
    if not dialogue or dialogue[-1][0] != "user":
        raise invalid_field("messages", "must end with a message of the user")
    message = checked_message(context, dialogue[-1][1])
    user = await context.service.resolve_user(context.request)
    client = context.service.client_key(context.request) if user is None else None
    session_id = random_id()
    if any(role == "assistant" for role, _ in dialogue):
        session_id = await context.service.turn_log.remember(_scope(user, client, dialogue[:-1]), session_id)

    async def remember(reply: str) -> None:
        """Remember the session for the request that continues the conversation."""
        scope = _scope(user, client, [*dialogue, ("assistant", reply.strip())])
        await context.service.turn_log.remember(scope, session_id)

    streams = bool(body["stream"])
    reader = await chat_turns.start_chat(
        context.service, context.request, {"message": message}, route=context.route, streams=streams,
        session_id=session_id, on_done=remember,
    )  # fmt: skip
    if streams:
        options = body["stream_options"]
        encoder = CompletionEncoder(include_usage=options is not None and options.include_usage)
        return Response(200, STREAM_HEADERS, EventStream(reader, encoder, active=context.service.active_streams))
    reply = strict_json.decode(await chat_turns.reply_of(reader))["reply"]
    choice = CompletionChoice(CompletionReply(reply))
    return json_response(Completion(f"chatcmpl-{reader.turn_id}", int(time.time()), [choice]))


def _scope(user: str | None, client: str | None, dialogue: Sequence[tuple[str, str]]) -> str:
    return digest("completions", user, client, *(text for pair in dialogue for text in pair))


@ROUTES.add(
    "GET", "/v1/models", "List the models: the assistant is the only one.",
    responses={200: Models}, errors=(401,), encode_problem=encode_problem,
)  # fmt: skip
async def models(context: RouteContext) -> Response:
    """Answer with the list of models."""
    await context.service.resolve_user(context.request)
    return json_response(Models([Model()]))
