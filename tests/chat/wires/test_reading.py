"""Lenient access to JSON and to objects of the SDK."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from openai.types.chat import ChatCompletionMessageFunctionToolCall

from asyncassist._chat.completions import MalformedCompletionError
from asyncassist._chat.wires.reading import (
    TOOL_CALL_OVERHEAD,
    DeltaDecoder,
    as_list,
    as_text,
    call_length,
    get,
    to_dict,
    to_response,
    token_counts,
)


def test_members_and_attributes_are_read_alike():
    """What is not there is None."""
    assert [get(value, "a") for value in ({"a": 1}, SimpleNamespace(a=1), {}, None, 7)] == [1, 1, None, None, None]


def test_an_object_has_no_empty_members():
    """Of the SDK or of JSON."""
    function = {"name": "f", "arguments": "{}"}
    model = ChatCompletionMessageFunctionToolCall.model_validate({"id": "a", "type": "function", "function": function})
    assert to_dict(model) == {"id": "a", "type": "function", "function": function}
    assert to_dict({"a": 1, "b": None}) == {"a": 1}


@pytest.mark.parametrize(("read", "value"), [(as_list, "x"), (as_text, 7), (to_dict, "x"), (to_response, "{")])
def test_the_wrong_type_is_malformed(read: Any, value: Any):
    """No value is converted."""
    with pytest.raises(MalformedCompletionError):
        read(value)


def test_a_text_can_always_be_encoded():
    """Surrogates are the character that they encode, or U+FFFD without their other half."""
    assert [as_text(text) for text in ("\ud83d\ude00", "a\ud83db", "\ude00", "é😀")] == ["😀", "a�b", "�", "é😀"]


def test_a_character_may_be_cut_in_two_deltas():
    """Its first half waits for the second; one that never comes is left out."""
    decoder = DeltaDecoder()
    assert [decoder.decode(delta) for delta in ("a\ud83d", "", "\ude00b", "\ud83d", "c", "\ud83d")] == [
        "a", "", "😀b", "", "�c", "",
    ]  # fmt: skip


def test_counts_that_are_no_integers_are_left_out():
    """All of them, or only the cached ones."""
    names = ("input_tokens", "output_tokens")
    assert token_counts({"input_tokens": "1", "output_tokens": 2}, *names) == {}
    assert token_counts(None, *names) == {}
    odd = {"input_tokens": 1, "output_tokens": 2, "input_tokens_details": {"cached_tokens": "3"}}
    assert token_counts(odd, *names) == {"prompt_tokens": 1, "completion_tokens": 2, "cached_tokens": 0}


def test_every_text_of_a_call_counts():
    """Of a piece of one too, whatever it lacks; an empty call counts for something, so that endless ones are bounded."""
    assert call_length({"id": "ab", "function": {"name": "f", "arguments": "{}"}}) == TOOL_CALL_OVERHEAD + 5
    assert call_length({"function": {"name": None, "arguments": "{"}}) == TOOL_CALL_OVERHEAD + 1
    assert call_length({"id": None, "function": None}) == call_length({}) == TOOL_CALL_OVERHEAD
