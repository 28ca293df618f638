"""Answers of the SDK, read with suspicion; statuses, read by their meaning."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx2
import openai
import pytest

from asyncassist._chat import error_mapping
from asyncassist._chat.completions import MalformedCompletionError, StreamAccumulator, read_completion
from asyncassist.errors import AuthenticationError, RateLimitedError, StatusError


def completion(**message: Any) -> SimpleNamespace:
    choice = SimpleNamespace(message=SimpleNamespace(**message), finish_reason=message.pop("finish_reason", "stop"))
    return SimpleNamespace(choices=[choice], model=None, usage=None)


def chunk(finish_reason: Any = None, **delta: Any) -> SimpleNamespace:
    return SimpleNamespace(choices=[SimpleNamespace(delta=SimpleNamespace(**delta), finish_reason=finish_reason)])


def test_a_server_that_names_no_model_answered_as_the_one_that_was_asked():
    answer = read_completion(completion(content="hi"), "m")

    assert (answer.text, answer.model, answer.is_cacheable, answer.prompt_tokens) == ("hi", "m", True, None)


@pytest.mark.parametrize(
    "odd",
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
def test_what_is_no_completion_is_malformed(odd: Any):
    with pytest.raises(MalformedCompletionError):
        read_completion(odd, "m")


def test_odd_usage_is_no_usage():
    one = completion(content="hi")
    one.usage = SimpleNamespace(prompt_tokens="7", completion_tokens=1)
    assert read_completion(one, "m").prompt_tokens is None
    one.usage = SimpleNamespace(
        prompt_tokens=7, completion_tokens=1, prompt_tokens_details=SimpleNamespace(cached_tokens="x")
    )
    assert read_completion(one, "m").cached_tokens == 0
    one.usage.prompt_tokens_details.cached_tokens = 5
    assert read_completion(one, "m").cached_tokens == 5


def test_a_draft_grows_piece_by_piece():
    draft = StreamAccumulator("m")
    assert not draft.has_output
    assert draft.add(SimpleNamespace(choices=[SimpleNamespace(delta=None, finish_reason=None)])) == ""
    assert draft.add(chunk(content="a")) == "a"
    assert draft.add(chunk(refusal="b")) == "b"
    assert draft.add(chunk(finish_reason="stop")) == ""
    assert draft.add(SimpleNamespace(choices=[], usage=SimpleNamespace(prompt_tokens=1, completion_tokens=2))) == ""

    answer = draft.answer()

    assert (answer.text, answer.finish_reason, answer.refusal, answer.prompt_tokens) == ("ab", "stop", True, 1)
    assert not answer.is_cacheable
    assert draft.answer("stalled").incomplete_reason == "stalled"


@pytest.mark.parametrize("odd", ["text", SimpleNamespace(choices="x"), chunk(content=7)])
def test_what_is_no_piece_is_malformed(odd: Any):
    with pytest.raises(MalformedCompletionError):
        StreamAccumulator("m").add(odd)


def failure_of_status(status: int, *, code: Any = None, param: Any = None, **headers: str) -> error_mapping.CallFailure:
    request = httpx2.Request("POST", "http://h/v1/chat/completions?key=secret")
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    response = httpx2.Response(status, headers=names, request=request)
    error = openai.APIStatusError("the text", response=response, body={"code": code, "param": param})
    return error_mapping.from_status(error, url="http://h/v1", now=1_000_000_000.0)


@pytest.mark.parametrize(
    ("status", "kind", "repeatable", "final", "sick"),
    [
        (400, StatusError, False, True, False),
        (401, AuthenticationError, False, True, False),
        (402, StatusError, False, True, False),
        (403, AuthenticationError, False, True, False),
        (404, StatusError, False, True, False),
        (408, StatusError, True, False, True),
        (409, StatusError, True, False, False),
        (422, StatusError, False, True, False),
        (429, RateLimitedError, True, False, False),
        (500, StatusError, True, False, True),
        (503, StatusError, True, False, True),
        (529, StatusError, True, False, True),
    ],
)
def test_statuses(status: int, kind: type, repeatable: bool, final: bool, sick: bool):
    """Which are tried again, which raise, which speak against the server."""
    fault = failure_of_status(status)

    assert isinstance(fault.error, kind)
    assert fault.error.status == status
    assert (fault.repeatable, fault.is_fatal, fault.counts_as_outage) == (repeatable, final, sick)


def test_what_the_server_asks_for():
    """Seconds, milliseconds, a date; and not to be asked again."""
    assert failure_of_status(503, retry_after="3").retry_after == 3.0
    assert failure_of_status(429, retry_after_ms="250", retry_after="3").retry_after == 0.25
    assert failure_of_status(429, retry_after="Sun, 09 Sep 2001 01:46:50 GMT").retry_after == 10.0
    assert failure_of_status(503, retry_after="soon").retry_after is None
    assert failure_of_status(503, x_should_retry="false").repeatable is False
    assert failure_of_status(429, code="insufficient_quota").reason == "quota spent"


def test_an_error_names_the_code_and_the_parameter_only():
    assert "unsupported_value, temperature" in str(
        failure_of_status(400, code="unsupported_value", param="temperature").error
    )
    assert str(failure_of_status(400, code="your words: hello").error).endswith("an error (h, status 400)")
