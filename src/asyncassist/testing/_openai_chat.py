"""Chat Completions as OpenAI sends them: a completion, and the chunks of a stream."""

from __future__ import annotations

import itertools
import json
import time
from typing import TYPE_CHECKING, Any

from asyncassist.testing._openai_refusals import refuse_messages, refuse_tools

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from asyncassist.testing._openai_refusals import Refusal
    from asyncassist.testing._openai_script import FakeAnswer, FakeFault

# Beginning of a completion, for bodies that break off.
BROKEN_BODY = b'{"id": "fake", "choices": [{"mess'
END_OF_STREAM = b"data: [DONE]\n\n"


class ChatCompletions:
    """Renders answers as chat completions.

    Args:
        reasoning_models: Models that get no functions here.
    """

    name = "chat"
    broken_body = BROKEN_BODY
    end_of_stream = END_OF_STREAM

    def __init__(self, reasoning_models: Collection[str]) -> None:
        self._reasoning_models = reasoning_models
        self._ids = itertools.count(1)

    def refuse(self, body: Mapping[str, Any]) -> Refusal | None:
        """Return the provider's refusal of a request; None for none."""
        refused = refuse_tools(body) if body.get("model") in self._reasoning_models else None
        return refused or refuse_messages(body)

    def render(self, body: Mapping[str, Any], answer: FakeAnswer) -> dict[str, Any]:
        """Return the response to a request without streaming."""
        message: dict[str, Any] = {"role": "assistant", "content": answer.text, "refusal": answer.refusal}
        if answer.tool_calls:
            message["tool_calls"] = list(answer.tool_calls)
        choice = {"index": 0, "message": message, "finish_reason": answer.finish_reason, "logprobs": None}
        completion = self._envelope("chat.completion", body, answer.model)
        completion["choices"] = [choice]
        if answer.usage:
            completion["usage"] = _usage(body, answer)
        return completion

    def stream(self, body: Mapping[str, Any], answer: FakeAnswer) -> Iterator[tuple[bool, bytes]]:
        """Yield the chunks of a stream; True stands before those that are deltas of the answer."""
        head = self._envelope("chat.completion.chunk", body, answer.model)

        def chunk(delta: Mapping[str, Any], finish_reason: str | None = None) -> bytes:
            return sse_data({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})

        yield False, chunk({"role": "assistant", "content": ""})
        for delta in _deltas(answer):
            yield True, chunk(delta)
        yield False, chunk({}, answer.finish_reason)
        if answer.usage and (body.get("stream_options") or {}).get("include_usage"):
            yield False, sse_data({**head, "choices": [], "usage": _usage(body, answer)})

    def error_event(self, fault: FakeFault) -> bytes:
        """Return the event of an error in the stream."""
        return sse_data({"error": {"message": "an injected fault", "code": fault.code}})

    def _envelope(self, kind: str, body: Mapping[str, Any], model: str | None) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-fake-{next(self._ids)}",
            "object": kind,
            "created": int(time.time()),
            "model": model or body.get("model"),
        }


def sse_data(data: Mapping[str, Any]) -> bytes:
    """Return a server-sent event without a name."""
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def split_text(text: str) -> list[str]:
    """Split a text into the words that a stream sends one by one."""
    return [word if index == 0 else f" {word}" for index, word in enumerate(text.split(" "))] if text else []


def count_words(*texts: object) -> int:
    """Count one token per word: not what a model counts, but deterministic."""
    return sum(len(str(text or "").split()) for text in texts)


def _deltas(answer: FakeAnswer) -> list[dict[str, Any]]:
    """Split an answer into the deltas of its stream."""
    if answer.refusal is not None:
        return [{"refusal": answer.refusal}]
    deltas: list[dict[str, Any]] = [{"content": word} for word in split_text(answer.text)]
    deltas += [{"tool_calls": [{"index": index, **call}]} for index, call in enumerate(answer.tool_calls)]
    return deltas


def _usage(body: Mapping[str, Any], answer: FakeAnswer) -> dict[str, Any]:
    sent = count_words(*(message.get("content") for message in body.get("messages") or ()))
    answered = count_words(answer.text)
    usage: dict[str, Any] = {
        "prompt_tokens": sent,
        "completion_tokens": answered,
        "total_tokens": sent + answered,
    }
    if answer.cached_tokens:
        usage["prompt_tokens_details"] = {"cached_tokens": answer.cached_tokens}
    return usage
