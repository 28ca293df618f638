"""Validation of chat completions and stream chunks: the SDK builds its models without validating them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


# Characters of an answer, its tool calls included; the longest answers of today's models have half as many.
MAX_ANSWER_CHARS = 1_000_000
# Characters that a tool call counts for beside its texts: endless empty calls are bounded too.
_TOOL_CALL_OVERHEAD = 100


class MalformedCompletionError(ValueError):
    """Violation of the protocol by a completion or a chunk; internal to `_chat`."""


class AnswerTooLongError(MalformedCompletionError):
    """Answer, or the response that carries it, that exceeds its bound; internal to `_chat`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Answer of a model, complete or cut off.

    Attributes:
        text: The text, or the part received before the stream broke.
        model: Model named in the response; the requested one if the server names none.
        finish_reason: The server's finish reason ("stop", "length", ...); None if it sent none.
        prompt_tokens: Number of prompt tokens; None if the server did not count.
        completion_tokens: Number of completion tokens; None if the server did not count.
        cached_tokens: Prompt tokens that the provider read from its own prompt cache.
        tool_calls: Tool calls in wire format.
        reasoning: Reasoning items to send back with the tool calls, opaque.
        refusal: Whether the text is a refusal of the model.
        incomplete_reason: Why the stream broke; None for a complete answer.
    """

    text: str
    model: str
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int = 0
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    reasoning: tuple[Mapping[str, Any], ...] = ()
    refusal: bool = False
    incomplete_reason: str | None = None

    @property
    def is_cacheable(self) -> bool:
        """True for a complete, non-blank answer that is neither a refusal nor a tool call."""
        return (
            self.finish_reason == "stop"
            and not self.tool_calls
            and not self.refusal
            and self.incomplete_reason is None
            and bool(self.text.strip())
        )

    @property
    def is_empty(self) -> bool:
        """True if there is neither text nor a tool call."""
        return not self.text.strip() and not self.tool_calls


def read_completion(completion: Any, requested_model: str) -> Answer:
    """Validate a completion that was not streamed.

    Args:
        completion: Response object of the SDK.
        requested_model: Model of the request, for servers whose response names none.

    Returns:
        The answer.

    Raises:
        MalformedCompletionError: The object is not a chat completion.
        AnswerTooLongError: The answer exceeds `MAX_ANSWER_CHARS`.
    """
    choice = _first_choice(getattr(completion, "choices", None))
    message = getattr(choice, "message", None)
    if message is None:
        raise MalformedCompletionError("no message")
    content = _as_text(getattr(message, "content", None))
    refusal = _as_text(getattr(message, "refusal", None))
    tool_calls = tuple(_to_dict(call) for call in _as_list(getattr(message, "tool_calls", None)))
    _check_length(len(content) + len(refusal) + sum(map(_tool_call_length, tool_calls)))
    return Answer(
        text=refusal or content,
        model=_as_text(getattr(completion, "model", None)) or requested_model,
        finish_reason=_as_text(getattr(choice, "finish_reason", None)) or None,
        tool_calls=tool_calls,
        refusal=bool(refusal),
        **_token_counts(getattr(completion, "usage", None)),
    )


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
        self._tool_calls = _ToolCallAccumulator()
        self._token_counts: dict[str, Any] = {}
        self.finish_reason: str | None = None

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
        if chunk is None or isinstance(chunk, str | int | float | list):
            raise MalformedCompletionError("no chunk")
        choices = _as_list(getattr(chunk, "choices", None))
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._token_counts = _token_counts(usage)
        self._model = _as_text(getattr(chunk, "model", None)) or self._model
        if not choices:
            return ""
        choice = choices[0]
        self.finish_reason = _as_text(getattr(choice, "finish_reason", None)) or self.finish_reason
        delta = getattr(choice, "delta", None)
        if delta is None:
            return ""
        pieces = [_to_dict(call) for call in _as_list(getattr(delta, "tool_calls", None))]
        refusal = _as_text(getattr(delta, "refusal", None))
        text = refusal or _as_text(getattr(delta, "content", None))
        self._length += len(text) + sum(map(_tool_call_length, pieces))
        _check_length(self._length)
        for piece in pieces:
            self._tool_calls.add(piece)
        self._is_refusal = self._is_refusal or bool(refusal)
        if text:
            self._deltas.append(text)
        return text

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
        call_id, name = _as_text(piece.get("id")), _as_text(function.get("name"))
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
        arguments = _as_text(function.get("arguments"))
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


def _check_length(length: int) -> None:
    if length > MAX_ANSWER_CHARS:
        raise AnswerTooLongError("the answer is too long")


def _tool_call_length(call: dict[str, Any]) -> int:
    """Return the characters that a tool call, or a piece of one, counts for."""
    function = call.get("function")
    texts = [call.get("id"), *(function.values() if isinstance(function, dict) else ())]
    return _TOOL_CALL_OVERHEAD + sum(len(text) for text in texts if isinstance(text, str))


def _first_choice(choices: Any) -> Any:
    if not isinstance(choices, list) or not choices:
        raise MalformedCompletionError("no choices")
    return choices[0]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedCompletionError("not a list")
    return value


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedCompletionError("not a text")
    return value


def _to_dict(model: Any) -> dict[str, Any]:
    """Convert an SDK model to its JSON object."""
    dump = getattr(model, "model_dump", None)
    value = dump(exclude_none=True) if dump is not None else model
    if not isinstance(value, dict):
        raise MalformedCompletionError("not an object")
    return value


def _token_counts(usage: Any) -> dict[str, Any]:
    """Return the token counts of a usage object; empty if the server sent none or they are not integers."""
    sent = getattr(usage, "prompt_tokens", None)
    answered = getattr(usage, "completion_tokens", None)
    if not isinstance(sent, int) or not isinstance(answered, int):
        return {}
    cached = getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None)
    return {
        "prompt_tokens": sent,
        "completion_tokens": answered,
        "cached_tokens": cached if isinstance(cached, int) else 0,
    }
