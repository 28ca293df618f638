"""What went wrong, in the words of flights: every other error becomes a FlightError with a code."""

from __future__ import annotations

import logging

from asyncassist.errors import (
    AsyncAssistError,
    AuthenticationError,
    BlockedAddressError,
    BodyTooLargeError,
    BusyError,
    CircuitOpenError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    FlightError,
    RateLimitedError,
    StatusError,
)

logger = logging.getLogger("asyncassist.flights")

_ERROR_MAP: tuple[tuple[type[AsyncAssistError], str, str], ...] = (
    (AuthenticationError, "authentication", "the credentials were refused"),
    (RateLimitedError, "rate_limited", "too many requests"),
    (DeadlineExceededError, "timeout", "no answer in time"),
    (CircuitOpenError, "circuit_open", "not asked: it failed too often just now"),
    (BusyError, "busy", "not asked: too many calls wait already"),
    (ConnectError, "connection", "no connection"),
    (DecodeError, "malformed", "the answer cannot be read"),
    (BodyTooLargeError, "too_large", "the answer is too large"),
    (BlockedAddressError, "blocked", "the address is not allowed"),
    (StatusError, "status", "the answer was an error"),
)
"""The code and the words of each kind of failure; provider codes stand instead where there are."""


def translate_error(error: BaseException, provider: str) -> FlightError:
    """The error as one of flights, the original as its cause.

    Args:
        error: What was raised. A FlightError stays what it is and gets the provider's name.
        provider: Who failed.
    """
    if isinstance(error, FlightError):
        if error.provider is None:
            error.provider = provider
        return error
    for kind, code, words in _ERROR_MAP:
        if isinstance(error, kind):
            return _with_cause(FlightError(words, provider=provider, code=code), error)
    if isinstance(error, TimeoutError):
        return _with_cause(FlightError("no answer in time", provider=provider, code="timeout"), error)
    if isinstance(error, AsyncAssistError):
        return _with_cause(FlightError("the provider could not be asked", provider=provider, code="error"), error)
    # foreign code: its text may hold anything, so it goes to the log of its own kind and not into the error
    logger.error("the flight provider %s raised %s", provider, type(error).__name__, exc_info=error)
    return _with_cause(FlightError("the provider failed", provider=provider, code="provider"), error)


def _with_cause(error: FlightError, cause: BaseException) -> FlightError:
    error.__cause__ = cause
    return error
