"""The answer of a model and its bounds."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from asyncassist._chat.completions import MAX_ANSWER_CHARS, Answer, AnswerTooLongError, check_length

WHOLE = Answer(text="hi", model="m", finish_reason="stop")


@pytest.mark.parametrize(
    ("change", "is_cacheable", "is_empty"),
    [
        ({}, True, False),
        ({"text": " "}, False, True),
        ({"text": " ", "tool_calls": ({"id": "a"},)}, False, False),
        ({"tool_calls": ({"id": "a"},)}, False, False),
        ({"finish_reason": "length"}, False, False),
        ({"refusal": True}, False, False),
        ({"incomplete_reason": "stalled"}, False, False),
        ({"reasoning": ({"type": "reasoning"},)}, True, False),
    ],
)
def test_only_whole_texts_are_cacheable(change: dict[str, Any], is_cacheable: bool, is_empty: bool):
    """No tool calls, no refusal, nothing cut off; an answer of calls alone is not empty."""
    answer = dataclasses.replace(WHOLE, **change)

    assert (answer.is_cacheable, answer.is_empty) == (is_cacheable, is_empty)


def test_an_answer_has_a_bound():
    """The bound itself is allowed."""
    check_length(MAX_ANSWER_CHARS)
    with pytest.raises(AnswerTooLongError):
        check_length(MAX_ANSWER_CHARS + 1)
    with pytest.raises(AnswerTooLongError):
        check_length(2, 1)
