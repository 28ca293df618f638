"""The wire of OpenAI's Chat Completions API, which every compatible server speaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist._chat.completions import MAX_REASONING_CHARS, Answer, MalformedCompletionError, check_length
from asyncassist._chat.wires.reading import (
    DeltaDecoder,
    as_delta,
    as_list,
    as_text,
    call_length,
    check_event,
    get,
    to_dict,
    to_response,
    token_counts,
)
from asyncassist.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Members of a delta with readable reasoning: not of OpenAI's own server, which shows none on this wire.
_REASONING_TEXTS = ("reasoning_content", "reasoning")
_USAGE_NAMES = ("prompt_tokens", "completion_tokens")


class ChatWire:
    """Requests and answers of Chat Completions; the canonical form of messages and tools is this wire's own."""

    name = "chat"
    path = "/chat/completions"
    resource = "chat.completions"
    params_type: tuple[str, str] = ("openai.types.chat.completion_create_params", "CompletionCreateParamsNonStreaming")

    def render_params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters as this wire sends them.

        Raises:
            InvalidInputError: A tool is one of those that only the Responses API has.
        """
        tools = params.get("tools")
        for tool in tools if isinstance(tools, list | tuple) else ():
            if not isinstance(tool, dict) or not ("function" in tool or "custom" in tool):
                raise InvalidInputError("tools", 'may hold functions only on Chat Completions, unlike wire="responses"')
        return {name: value for name, value in params.items() if name != "timeout"}

    def render(
        self,
        model: str,
        messages: Sequence[Mapping[str, Any]],
        params: Mapping[str, Any],
        *,
        stream: bool,
        conversation: tuple[str | None, str] | None = None,
        origin: str = "",
    ) -> dict[str, Any]:
        """Return the body of a request.

        Args:
            model: Name of the model.
            messages: Messages in canonical form, oldest first.
            params: Other parameters.
            stream: Whether the answer is streamed.
            conversation: User and id of the conversation; not used here, because compatible servers may refuse the
                parameter that would tell it.
            origin: Digest of the backend; not used here, because there is no reasoning to send.

        Raises:
            InvalidInputError: This wire cannot send a parameter.
        """
        del conversation, origin
        sent = [_render_message(message) for message in messages]
        body: dict[str, Any] = {"model": model, "messages": sent, **self.render_params(params)}
        if stream:
            body["stream"] = True
            body["stream_options"] = {"include_usage": True, **(body.get("stream_options") or {})}
        else:
            body.pop("stream_options", None)
        return body

    def read(self, response: Any, requested_model: str) -> Answer:
        """Return the answer of a response, see `read_completion`."""
        return read_completion(response, requested_model)

    def accumulator(self, requested_model: str) -> StreamAccumulator:
        """Return an accumulator for a stream."""
        return StreamAccumulator(requested_model)


def _render_message(message: Mapping[str, Any]) -> Mapping[str, Any]:
    if "reasoning" not in message:
        return message
    return {name: value for name, value in message.items() if name != "reasoning"}


def read_completion(completion: Any, requested_model: str) -> Answer:
    """Validate a completion that was not streamed.

    Args:
        completion: Response as JSON, or a response object of the SDK.
        requested_model: Model of the request, for servers whose response names none.

    Returns:
        The answer.

    Raises:
        MalformedCompletionError: The object is not a chat completion.
        AnswerTooLongError: The answer exceeds `MAX_ANSWER_CHARS`.
    """
    completion = to_response(completion)
    choice = _first_choice(completion)
    message = get(choice, "message")
    if message is None:
        raise MalformedCompletionError("no message")
    content = as_text(get(message, "content"))
    refusal = as_text(get(message, "refusal"))
    tool_calls = tuple(to_dict(call) for call in as_list(get(message, "tool_calls")))
    check_length(len(content) + len(refusal) + sum(map(call_length, tool_calls)))
    return Answer(
        text=refusal or content,
        model=as_text(get(completion, "model")) or requested_model,
        finish_reason=as_text(get(choice, "finish_reason")) or None,
        tool_calls=tool_calls,
        refusal=bool(refusal),
        **token_counts(get(completion, "usage"), *_USAGE_NAMES),
    )


def _first_choice(response: Any) -> Any:
    """Return the choice with the index 0 or without an index, None if there is none; others were not asked for.

    Raises:
        MalformedCompletionError: The choices are no list.
    """
    choices = as_list(get(response, "choices"))
    return next((choice for choice in choices if get(choice, "index") in (0, None)), None)


class StreamAccumulator:
    """Accumulator of the deltas of a streamed completion.

    Args:
        requested_model: Model of the request, for servers whose chunks name none.
    """

    def __init__(self, requested_model: str) -> None:
        self._model = requested_model
        self._deltas: list[str] = []
        self._is_refusal = False
        self._length = 0
        self._decoder = DeltaDecoder()
        self._tool_calls = _ToolCallAccumulator()
        self._token_counts: dict[str, Any] = {}
        self._reasoning_length = 0
        self.finish_reason: str | None = None
        self.reasoning_delta = ""

    @property
    def has_output(self) -> bool:
        """True once text or a tool call has arrived."""
        return bool(self._deltas) or bool(self._tool_calls.calls)

    def add(self, chunk: Any) -> str:
        """Add a chunk and return its text; "" if it has none.

        A chunk without choices says nothing about the text: it carries usage, or shows that the model is at work.

        Raises:
            MalformedCompletionError: The object is not a chunk of a chat completion.
            AnswerTooLongError: With this chunk the answer exceeds `MAX_ANSWER_CHARS`; the chunk is not added.
        """
        check_event(chunk)
        self.reasoning_delta = ""
        choice = _first_choice(chunk)
        usage = get(chunk, "usage")
        if usage is not None:
            self._token_counts = token_counts(usage, *_USAGE_NAMES)
        self._model = as_text(get(chunk, "model")) or self._model
        if choice is None:
            return ""
        self.finish_reason = as_text(get(choice, "finish_reason")) or self.finish_reason
        delta = get(choice, "delta")
        if delta is None:
            return ""
        pieces = [to_dict(call) for call in as_list(get(delta, "tool_calls"))]
        refusal = as_delta(get(delta, "refusal"))
        text = self._decoder.decode(refusal or as_delta(get(delta, "content")))
        self._length += len(text) + sum(map(call_length, pieces))
        check_length(self._length)
        self._add_reasoning(delta)
        for piece in pieces:
            self._tool_calls.add(piece)
        self._is_refusal = self._is_refusal or bool(refusal)
        if text:
            self._deltas.append(text)
        return text

    def _add_reasoning(self, delta: Any) -> None:
        """Read what servers of open models send beside the text; a form that is not known is no reason to refuse it."""
        for name in _REASONING_TEXTS:
            text = get(delta, name)
            if isinstance(text, str) and text:
                self._reasoning_length += len(text)
                check_length(self._reasoning_length, MAX_REASONING_CHARS)
                self.reasoning_delta = text
                return

    def answer(self, incomplete_reason: str | None = None) -> Answer:
        """Return the answer accumulated so far.

        Args:
            incomplete_reason: Why the stream broke; None if it ended properly.
        """
        return Answer(
            text="".join(self._deltas),
            model=self._model,
            finish_reason=self.finish_reason,
            tool_calls=tuple(call.to_wire() for call in sorted(self._tool_calls.calls, key=lambda call: call.index)),
            refusal=self._is_refusal,
            incomplete_reason=incomplete_reason,
            **self._token_counts,
        )


@dataclass(slots=True)
class _ToolCall:
    """Tool call under construction; the texts are lists of fragments."""

    index: int
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])

    def to_wire(self) -> dict[str, Any]:
        function = {"name": self.name, "arguments": "".join(self.arguments)}
        return {"id": self.id or None, "type": "function", "function": function}


class _ToolCallAccumulator:
    """Accumulator of the pieces of tool calls, under any numbering.

    Servers number the calls, number all of them 0, number the pieces, or leave the index out; they send id and name in
    the first piece of a call or in each. A new id begins a call, and so does another name once there are arguments.
    """

    def __init__(self) -> None:
        self.calls: list[_ToolCall] = []
        self._by_id: dict[str, _ToolCall] = {}
        self._by_index: dict[int, _ToolCall] = {}

    def add(self, piece: dict[str, Any]) -> None:
        """Add a piece to its call.

        Raises:
            MalformedCompletionError: A field has the wrong type.
        """
        index = piece.get("index")
        if not isinstance(index, int):
            index = self.calls[-1].index if self.calls else 0
        function = piece.get("function") or {}
        if not isinstance(function, dict):
            raise MalformedCompletionError("not a function")
        call_id, name = as_text(piece.get("id")), as_text(function.get("name"))
        call = self._find(index, call_id, name)
        if call is None or (call.arguments and name not in {"", call.name}):
            call = _ToolCall(index)
            self.calls.append(call)
        self._by_index[index] = call
        if call_id:
            call.id = call_id
            self._by_id[call_id] = call
        if name != call.name:
            call.name += name
        arguments = as_text(function.get("arguments"))
        if arguments:
            call.arguments.append(arguments)

    def _find(self, index: int, call_id: str, name: str) -> _ToolCall | None:
        """Return the call that a piece belongs to; None if it begins one."""
        found = self._by_index.get(index)
        if call_id:
            return self._by_id.get(call_id) or (found if found is not None and not found.id else None)
        if found is None and not name and self.calls:
            return self.calls[-1]  # the pieces are numbered, not the calls
        return found
