"""Translation of errors to FlightError with a code."""

from __future__ import annotations

import pytest

from asyncassist.errors import (
    AuthenticationError,
    BlockedAddressError,
    BodyTooLargeError,
    BusyError,
    CircuitOpenError,
    ConfigurationError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    FlightError,
    OfferExpiredError,
    RateLimitedError,
    StatusError,
)
from asyncassist.flights.error_mapping import translate_error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AuthenticationError("x"), "authentication"),
        (RateLimitedError("x"), "rate_limited"),
        (DeadlineExceededError("x"), "timeout"),
        (CircuitOpenError("x"), "circuit_open"),
        (BusyError("x"), "busy"),
        (ConnectError("x"), "connection"),
        (DecodeError("x"), "malformed"),
        (BodyTooLargeError("x"), "too_large"),
        (BlockedAddressError("x"), "blocked"),
        (StatusError("x"), "status"),
        (TimeoutError(), "timeout"),
        (ConfigurationError("field"), "error"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_every_error_has_a_code(error, code):
    """The original error is the cause, and the provider is named."""
    translated = translate_error(error, "stub")

    assert type(translated) is FlightError
    assert (translated.code, translated.provider) == (code, "stub")
    assert translated.__cause__ is error


def test_flight_errors_stay_themselves():
    """Only a missing provider name is filled in."""
    anonymous, named = OfferExpiredError(code="410"), FlightError("no", provider="other")

    assert translate_error(anonymous, "stub") is anonymous
    assert translate_error(named, "stub") is named
    assert (anonymous.provider, anonymous.code, named.provider) == ("stub", "410", "other")


def test_messages_of_foreign_errors_reach_only_the_log(caplog):
    """The message of foreign code may contain secrets: the error names neither it nor its type."""
    translated = translate_error(ValueError("s3cret"), "stub")

    assert (translated.code, str(translated)) == ("provider", "the provider failed")
    assert isinstance(translated.__cause__, ValueError)
    assert "the flight provider stub raised ValueError" in caplog.text
