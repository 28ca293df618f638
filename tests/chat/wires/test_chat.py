"""Validation of completions and stream chunks of the SDK."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from asyncassist._chat.completions import MAX_ANSWER_CHARS, AnswerTooLongError, MalformedCompletionError
from asyncassist._chat.wires.chat import StreamAccumulator, read_completion


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


def test_other_choices_are_not_mixed_into_the_answer():
    """Of a server that gives several; each chunk may hold any of them, in any order, its end and its calls too."""
    texts = [("other", 1), ("hi", 0), ("third", 2)]
    whole = {"choices": [{"index": index, "message": {"content": text}} for text, index in texts]}
    assert read_completion(whole, "m").text == "hi"
    accumulator = StreamAccumulator("m")
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
    for index, delta, finish_reason in (
        (1, {"content": "other"}, None),
        (0, {"content": "h"}, None),
        (1, {"tool_calls": [call]}, "tool_calls"),
        (0, {"content": "i"}, "stop"),
        (1, {}, "length"),
    ):
        accumulator.add({"choices": [{"index": index, "delta": delta, "finish_reason": finish_reason}]})
    accumulator.add({"choices": [{"index": 1, "delta": {"content": "x"}}, {"index": 0, "delta": {"content": "!"}}]})

    answer = accumulator.answer()
    assert (answer.text, answer.finish_reason, answer.tool_calls) == ("hi!", "stop", ())


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


@pytest.mark.parametrize("choices", [{}, {"choices": None}, {"choices": []}])
def test_a_chunk_without_choices_says_nothing_about_the_text(choices: dict[str, Any]):
    """It may carry usage, at any place of the stream."""
    accumulator = StreamAccumulator("m")
    usage = SimpleNamespace(prompt_tokens=1, completion_tokens=2)

    texts = [accumulator.add(chunk(content="a")), accumulator.add(SimpleNamespace(usage=usage, **choices))]

    assert (texts, accumulator.answer().text, accumulator.answer().completion_tokens) == (["a", ""], "a", 2)


def piece(name: str | None = None, arguments: str | None = None, **fields: Any) -> dict[str, Any]:
    return {**fields, "function": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize(
    "pieces",
    [
        [piece("f", "{1", index=0, id="a"), piece(None, "}", index=0), piece("g", "{2}", index=1, id="b")],
        [piece("f", "{1}", index=0, id="a"), piece("g", "{2", index=0, id="b"), piece(None, "}", index=0)],
        [piece("f", "{1", index=0, id="a"), piece("g", "{2}", index=0, id="b"), piece("f", "}", index=0, id="a")],
        [piece("f", "{1", index=0, id="a"), piece("f", "}", index=0, id="a"), piece("g", "{2}", index=1, id="b")],
        [piece("f", "", index=0, id="a"), piece("f", "{1}", index=0), piece("g", "{2}", index=1, id="b")],
        [piece("f", "{1", id="a"), piece(None, "}"), piece("g", "{2", id="b"), piece(None, "}")],
        [piece("f", "{1", index=0, id="a"), piece(None, "}", index=1), piece("g", "{2}", index=2, id="b")],
        [piece("f", "{1}", index=0, id="a"), piece("g", "{2}", index=1, id="a")],
        [piece("g", "{2}", index=1, id="b"), piece("f", "{1}", index=0, id="a")],
        [piece("f", "{1}", index=0), piece(index=0, id="a"), piece("g", "{2}", index=0, id="b")],
        [piece("f", "{1}", index=None, id="a"), {"id": "b", "function": None}, piece("g", "{2}", id="b")],
    ],
)
def test_tool_calls_are_separated_under_any_numbering(pieces: list[dict[str, Any]]):
    """By id where there is one: with one index for all, an index for each piece or none; a repeated name counts once."""
    accumulator = StreamAccumulator("m")
    for one in pieces:
        accumulator.add(chunk(tool_calls=[one]))

    assert [(call["function"]["name"], call["function"]["arguments"]) for call in accumulator.answer().tool_calls] == [
        ("f", "{1}"),
        ("g", "{2}"),
    ]


def test_calls_without_ids_are_separated_by_their_names():
    """A name in fragments is joined; another name after arguments begins another call."""
    accumulator = StreamAccumulator("m")
    for one in (piece("get_"), piece("time", "{}"), piece("get_day", "{}")):
        accumulator.add(chunk(tool_calls=[one]))

    assert [call["function"]["name"] for call in accumulator.answer().tool_calls] == ["get_time", "get_day"]


@pytest.mark.parametrize(
    "endless", [{"content": "a" * 1000}, {"refusal": "a" * 1000}, {"tool_calls": [piece("f", "a" * 1000)]}]
)
def test_an_endless_answer_is_too_long(endless: dict[str, Any]):
    """Text, refusals and tool calls count; what arrived before stays."""
    accumulator = StreamAccumulator("m")

    with pytest.raises(AnswerTooLongError):
        for _ in range(MAX_ANSWER_CHARS):
            accumulator.add(chunk(**endless))

    assert accumulator.has_output
    with pytest.raises(AnswerTooLongError):
        read_completion(completion(content="a" * (MAX_ANSWER_CHARS + 1)), "m")


@pytest.mark.parametrize(
    "invalid",
    [
        "text",
        None,
        7,
        SimpleNamespace(choices="x"),
        chunk(content=7),
        chunk(tool_calls=7),
        chunk(tool_calls=[{"function": "f"}]),
        chunk(tool_calls=[piece("f", "{}", id=7)]),
    ],
)
def test_an_invalid_chunk_is_malformed(invalid: Any):
    """Mistyped choices, texts and tool calls."""
    with pytest.raises(MalformedCompletionError):
        StreamAccumulator("m").add(invalid)


def test_readable_reasoning_is_that_of_the_last_chunk():
    """Under either name; what is no text is passed over."""
    accumulator = StreamAccumulator("m")
    deltas = [{"reasoning_content": "a"}, {"reasoning": "b"}, {"reasoning": {"x": 1}}, {"content": "c"}]
    found = []
    for delta in deltas:
        text = accumulator.add({"choices": [{"delta": delta}]})
        found.append((accumulator.reasoning_delta, text))

    assert found == [("a", ""), ("b", ""), ("", ""), ("", "c")]
