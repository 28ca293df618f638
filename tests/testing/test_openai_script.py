"""Scripted answers and faults of FakeOpenAI."""

from __future__ import annotations

from typing import Any

import pytest

from asyncassist.errors import ConfigurationError
from asyncassist.testing._openai_script import FakeAnswer, FakeFault, FakeRequest, echo


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"messages": [{"role": "user", "content": "hello"}]}, "You said: hello"),
        ({"input": [{"role": "user", "content": "hello"}]}, "You said: hello"),
        ({"input": [{"type": "function_call_output", "call_id": "a", "output": "noon"}]}, "You said: noon"),
        ({"input": "hello"}, "You said: hello"),
        ({}, "You said: "),
    ],
)
def test_the_default_answer_repeats_the_last_message(body: dict[str, Any], text: str):
    """Of either API."""
    assert echo(body) == text


def test_steps_have_defaults():
    """An answer ends properly, a fault is an outage, a request has a body."""
    assert (FakeAnswer().finish_reason, FakeAnswer().reasoning, FakeAnswer().cached_tokens) == ("stop", (), 0)
    assert FakeFault("status").status == 503
    assert FakeRequest(path="/v1/responses").body == {}


@pytest.mark.parametrize(
    ("arguments", "field"), [(("bogus",), "kind"), (("status", 200), "status"), (("status", "503"), "status")]
)
def test_a_fault_that_is_none_is_refused(arguments: tuple[Any, ...], field: str):
    """The error names the argument."""
    with pytest.raises(ConfigurationError, match=field):
        FakeFault(*arguments)
