"""Validation of chat completions and stream chunks: the SDK builds its models without validating them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class MalformedCompletionError(ValueError):
    """Violation of the protocol by a completion or a chunk; internal to `_chat`."""


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
    """
    choice = _first_choice(getattr(completion, "choices", None))
    message = getattr(choice, "message", None)
    if message is None:
        raise MalformedCompletionError("no message")
    content = _as_text(getattr(message, "content", None))
    refusal = _as_text(getattr(message, "refusal", None))
    return Answer(
        text=refusal or content,
        model=_as_text(getattr(completion, "model", None)) or requested_model,
        finish_reason=_as_text(getattr(choice, "finish_reason", None)) or None,
        tool_calls=tuple(_to_dict(call) for call in getattr(message, "tool_calls", None) or ()),
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
        self._tool_calls: dict[int, dict[str, Any]] = {}
        self._token_counts: dict[str, Any] = {}
        self.finish_reason: str | None = None

    @property
    def has_output(self) -> bool:
        """True once text or a tool call has arrived."""
        return bool(self._deltas) or bool(self._tool_calls)

    def add(self, chunk: Any) -> str:
        """Add a chunk and return its text; "" if it has none.

        Raises:
            MalformedCompletionError: The object is not a chunk of a chat completion.
        """
        choices = getattr(chunk, "choices", None)
        if not isinstance(choices, list):
            raise MalformedCompletionError("no choices")
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._token_counts = _token_counts(usage)
        self._model = _as_text(getattr(chunk, "model", None)) or self._model
        if not choices:
            return ""  # with `include_usage` the last chunk carries usage and no choices
        choice = choices[0]
        self.finish_reason = _as_text(getattr(choice, "finish_reason", None)) or self.finish_reason
        delta = getattr(choice, "delta", None)
        if delta is None:
            return ""
        for call in getattr(delta, "tool_calls", None) or ():
            self._add_tool_call(call)
        refusal = _as_text(getattr(delta, "refusal", None))
        self._is_refusal = self._is_refusal or bool(refusal)
        text = refusal or _as_text(getattr(delta, "content", None))
        if text:
            self._deltas.append(text)
        return text

    def _add_tool_call(self, delta: Any) -> None:
        """Merge the delta of a tool call; the deltas of one call share its index."""
        piece = _to_dict(delta)
        index = piece.pop("index", 0)
        call = self._tool_calls.setdefault(
            index, {"id": None, "type": "function", "function": {"name": "", "arguments": ""}}
        )
        function = piece.get("function") or {}
        call["id"] = piece.get("id") or call["id"]
        call["function"]["name"] += function.get("name") or ""
        call["function"]["arguments"] += function.get("arguments") or ""

    def answer(self, incomplete_reason: str | None = None) -> Answer:
        """Return the answer accumulated so far.

        Args:
            incomplete_reason: Why the stream broke; None if it ended properly.
        """
        return Answer(
            text="".join(self._deltas),
            model=self._model,
            finish_reason=self.finish_reason,
            tool_calls=tuple(self._tool_calls[index] for index in sorted(self._tool_calls)),
            refusal=self._is_refusal,
            incomplete_reason=incomplete_reason,
            **self._token_counts,
        )


def _first_choice(choices: Any) -> Any:
    if not isinstance(choices, list) or not choices:
        raise MalformedCompletionError("no choices")
    return choices[0]


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
