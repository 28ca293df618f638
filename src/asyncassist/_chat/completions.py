"""Answers as the SDK hands them over, read with suspicion: it builds its models without validating them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class MalformedError(ValueError):
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
        broken: Why the text is not whole, None when it is.
    """

    text: str
    model: str
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int = 0
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    refusal: bool = False
    broken: str | None = None

    @property
    def keepable(self) -> bool:
        """Whether it may be served again: whole, an answer, and one that says something."""
        return (
            self.finish_reason == "stop"
            and not self.tool_calls
            and not self.refusal
            and self.broken is None
            and bool(self.text.strip())
        )

    @property
    def speechless(self) -> bool:
        """Whether there is nothing in it that a user or a program could use."""
        return not self.text.strip() and not self.tool_calls


def read_completion(completion: Any, asked: str) -> Answer:
    """A whole answer.

    Args:
        completion: What the SDK made of the body.
        asked: The model that was asked, for servers that do not name it.

    Raises:
        MalformedError: It is no chat completion.
    """
    choice = _first(getattr(completion, "choices", None))
    message = getattr(choice, "message", None)
    if message is None:
        raise MalformedError("no message")
    content = _text(getattr(message, "content", None))
    refusal = _text(getattr(message, "refusal", None))
    return Answer(
        text=refusal or content,
        model=_text(getattr(completion, "model", None)) or asked,
        finish_reason=_text(getattr(choice, "finish_reason", None)) or None,
        tool_calls=tuple(_dump(call) for call in getattr(message, "tool_calls", None) or ()),
        refusal=bool(refusal),
        **_usage(getattr(completion, "usage", None)),
    )


class Draft:
    """An answer that is still coming.

    Args:
        asked: The model that was asked.
    """

    def __init__(self, asked: str) -> None:
        self._model = asked
        self._pieces: list[str] = []
        self._refused = False
        self._calls: dict[int, dict[str, Any]] = {}
        self._usage: dict[str, Any] = {}
        self.finish_reason: str | None = None

    @property
    def begun(self) -> bool:
        """Whether anything was said."""
        return bool(self._pieces) or bool(self._calls)

    def add(self, chunk: Any) -> str:
        """Take the next piece in; the text in it.

        Raises:
            MalformedError: It is no piece of a chat completion.
        """
        choices = getattr(chunk, "choices", None)
        if not isinstance(choices, list):
            raise MalformedError("no choices")
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._usage = _usage(usage)
        self._model = _text(getattr(chunk, "model", None)) or self._model
        if not choices:
            return ""  # the last piece of a stream with usage has none
        choice = choices[0]
        self.finish_reason = _text(getattr(choice, "finish_reason", None)) or self.finish_reason
        delta = getattr(choice, "delta", None)
        if delta is None:
            return ""
        for call in getattr(delta, "tool_calls", None) or ():
            self._add_call(call)
        refusal = _text(getattr(delta, "refusal", None))
        self._refused = self._refused or bool(refusal)
        text = refusal or _text(getattr(delta, "content", None))
        if text:
            self._pieces.append(text)
        return text

    def _add_call(self, delta: Any) -> None:
        """The arguments of a call come in pieces that belong together by their index."""
        piece = _dump(delta)
        index = piece.pop("index", 0)
        call = self._calls.setdefault(
            index, {"id": None, "type": "function", "function": {"name": "", "arguments": ""}}
        )
        function = piece.get("function") or {}
        call["id"] = piece.get("id") or call["id"]
        call["function"]["name"] += function.get("name") or ""
        call["function"]["arguments"] += function.get("arguments") or ""

    def answer(self, broken: str | None = None) -> Answer:
        """What has come so far."""
        return Answer(
            text="".join(self._pieces),
            model=self._model,
            finish_reason=self.finish_reason,
            tool_calls=tuple(self._calls[index] for index in sorted(self._calls)),
            refusal=self._refused,
            broken=broken,
            **self._usage,
        )


def _first(choices: Any) -> Any:
    if not isinstance(choices, list) or not choices:
        raise MalformedError("no choices")
    return choices[0]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedError("not a text")
    return value


def _dump(model: Any) -> dict[str, Any]:
    """A model of the SDK as the wire has it."""
    dump = getattr(model, "model_dump", None)
    value = dump(exclude_none=True) if dump is not None else model
    if not isinstance(value, dict):
        raise MalformedError("not an object")
    return value


def _usage(usage: Any) -> dict[str, Any]:
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
