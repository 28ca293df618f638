"""Answers as the SDK hands them over, read with suspicion: it builds its models without validating them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class MalformedCompletionError(ValueError):
    """The answer is not what the protocol says; it never leaves this room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said.

    Attributes:
        text: All of it, or what came before it broke.
        model: Which model says it answered.
        finish_reason: Why it ended, None when it did not say.
        prompt_tokens: Sent, None when it did not say.
        completion_tokens: Answered, None when it did not say.
        cached_tokens: Of those sent, found in the provider's own cache.
        tool_calls: Functions it wants called.
        refusal: Whether the text is a refusal.
        incomplete_reason: Why the text is not whole, None when it is.
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
        """Whether it may be served again: whole, an answer, and one that says something."""
        return (
            self.finish_reason == "stop"
            and not self.tool_calls
            and not self.refusal
            and self.incomplete_reason is None
            and bool(self.text.strip())
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that a user or a program could use."""
        return not self.text.strip() and not self.tool_calls


def read_completion(completion: Any, requested_model: str) -> Answer:
    """A whole answer.

    Args:
        completion: What the SDK made of the body.
        requested_model: The model that was asked, for servers that do not name it.

    Raises:
        MalformedError: It is no chat completion.
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
    """An answer that is still coming.

    Args:
        requested_model: The model that was asked.
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
        """Whether anything was said."""
        return bool(self._deltas) or bool(self._tool_calls)

    def add(self, chunk: Any) -> str:
        """Take the next piece in; the text in it.

        Raises:
            MalformedError: It is no piece of a chat completion.
        """
        choices = getattr(chunk, "choices", None)
        if not isinstance(choices, list):
            raise MalformedCompletionError("no choices")
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._token_counts = _token_counts(usage)
        self._model = _as_text(getattr(chunk, "model", None)) or self._model
        if not choices:
            return ""  # the last piece of a stream with usage has none
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
        """The arguments of a call come in pieces that belong together by their index."""
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
        """What has come so far."""
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
    """A model of the SDK as the wire has it."""
    dump = getattr(model, "model_dump", None)
    value = dump(exclude_none=True) if dump is not None else model
    if not isinstance(value, dict):
        raise MalformedCompletionError("not an object")
    return value


def _token_counts(usage: Any) -> dict[str, Any]:
    """Token counts that are counts; a server that does not count is no reason to refuse its answer."""
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
