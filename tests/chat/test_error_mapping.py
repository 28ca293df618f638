"""Mapping of failed calls: retryable, fatal, counted by the circuit breaker."""

from __future__ import annotations

from typing import Any

import pytest

from asyncassist._chat import error_mapping
from asyncassist._chat.transports.errors import StatusReceivedError
from asyncassist.errors import AuthenticationError, RateLimitedError, StatusError


def failure_of_status(
    status: int, *, code: Any = None, param: Any = None, url: str = "http://h/v1", **headers: str
) -> error_mapping.CallFailure:
    """Map an error response."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    error = StatusReceivedError(status, names, {"error": {"message": "the text", "code": code, "param": param}})
    return error_mapping.from_status(error, url=url, model="gpt-x", now=1_000_000_000.0)


@pytest.mark.parametrize(
    ("status", "kind", "repeatable", "fatal", "outage"),
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
def test_statuses(status: int, kind: type, repeatable: bool, fatal: bool, outage: bool):
    """Each status has its error type, and is retryable, fatal or an outage."""
    failure = failure_of_status(status)

    assert isinstance(failure.error, kind)
    assert failure.error.status == status
    assert (failure.repeatable, failure.is_fatal, failure.counts_as_outage) == (repeatable, fatal, outage)


def test_retry_headers_are_read():
    """Retry-After in seconds and as a date, milliseconds, `x-should-retry`, and an exhausted quota."""
    assert failure_of_status(503, retry_after="3").retry_after == 3.0
    assert failure_of_status(429, retry_after_ms="250", retry_after="3").retry_after == 0.25
    assert failure_of_status(429, retry_after="Sun, 09 Sep 2001 01:46:50 GMT").retry_after == 10.0
    assert failure_of_status(503, retry_after="soon").retry_after is None
    assert failure_of_status(503, x_should_retry="false").repeatable is False
    assert failure_of_status(429, code="insufficient_quota").reason == "quota spent"


def test_an_error_names_the_code_and_the_parameter_only():
    """The server's message never gets into the error text."""
    assert "unsupported_value, temperature" in str(
        failure_of_status(400, code="unsupported_value", param="temperature").error
    )
    assert str(failure_of_status(400, code="your words: hello").error).endswith("an error (h, status 400)")


def test_a_404_names_what_the_server_may_not_have():
    """A 404 names the model; where the base URL has no path, also what it may lack."""
    assert "'gpt-x'" in str(failure_of_status(404).error)
    assert "/v1" not in str(failure_of_status(404).error)
    assert "/v1" in str(failure_of_status(404, url="http://h").error)
    assert "gpt-x" not in str(failure_of_status(400, url="http://h").error)
