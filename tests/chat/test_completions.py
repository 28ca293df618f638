"""Validation of completions and stream chunks of the SDK."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from asyncassist._chat.completions import MalformedCompletionError, StreamAccumulator, read_completion


def completion(**message: Any) -> SimpleNamespace:
    choice = SimpleNamespace(message=SimpleNamespace(**message), finish_reason=message.pop("finish_reason", "stop"))
    return SimpleNamespace(choices=[choice], model=None, usage=None)


def chunk(finish_reason: Any = None, **delta: Any) -> SimpleNamespace:
    return SimpleNamespace(choices=[SimpleNamespace(delta=SimpleNamespace(**delta), finish_reason=finish_reason)])


def test_the_requested_model_is_the_default():
    """A response without a model name is attributed to the requested model."""
    answer = read_completion(completion(content="hi"), "m")

    assert (answer.text, answer.model, answer.is_cacheable, answer.prompt_tokens) == ("hi", "m", True, None)


@pytest.mark.parametrize(
    "invalid",
    [
        "text",
        None,
        SimpleNamespace(choices=None),
        SimpleNamespace(choices=[]),
        SimpleNamespace(choices=[None]),
        completion(content=["a"]),
        completion(content="a", tool_calls=["f"]),
    ],
)
def test_an_invalid_completion_is_malformed(invalid: Any):
    """Missing or mistyped choices, messages, texts and tool calls."""
    with pytest.raises(MalformedCompletionError):
        read_completion(invalid, "m")


def test_token_counts_that_are_no_integers_are_ignored():
    """The answer is accepted all the same."""
    response = completion(content="hi")
    response.usage = SimpleNamespace(prompt_tokens="7", completion_tokens=1)
    assert read_completion(response, "m").prompt_tokens is None
    response.usage = SimpleNamespace(
        prompt_tokens=7, completion_tokens=1, prompt_tokens_details=SimpleNamespace(cached_tokens="x")
    )
    assert read_completion(response, "m").cached_tokens == 0
    response.usage.prompt_tokens_details.cached_tokens = 5
    assert read_completion(response, "m").cached_tokens == 5


def test_deltas_accumulate_to_an_answer():
    """Text, refusals, the finish reason and token counts of all chunks are merged."""
    accumulator = StreamAccumulator("m")
    assert not accumulator.has_output
    assert accumulator.add(SimpleNamespace(choices=[SimpleNamespace(delta=None, finish_reason=None)])) == ""
    assert accumulator.add(chunk(content="a")) == "a"
    assert accumulator.add(chunk(refusal="b")) == "b"
    assert accumulator.add(chunk(finish_reason="stop")) == ""
    assert (
        accumulator.add(SimpleNamespace(choices=[], usage=SimpleNamespace(prompt_tokens=1, completion_tokens=2))) == ""
    )

    answer = accumulator.answer()

    assert (answer.text, answer.finish_reason, answer.refusal, answer.prompt_tokens) == ("ab", "stop", True, 1)
    assert not answer.is_cacheable
    assert accumulator.answer("stalled").incomplete_reason == "stalled"


@pytest.mark.parametrize("invalid", ["text", SimpleNamespace(choices="x"), chunk(content=7)])
def test_an_invalid_chunk_is_malformed(invalid: Any):
    """Missing or mistyped choices and texts."""
    with pytest.raises(MalformedCompletionError):
        StreamAccumulator("m").add(invalid)
