"""Translation of every other error to FlightError with a code."""

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
    (CircuitOpenError, "circuit_open", "not called: it failed too often recently"),
    (BusyError, "busy", "not called: too many calls are waiting"),
    (ConnectError, "connection", "no connection"),
    (DecodeError, "malformed", "the response cannot be parsed"),
    (BodyTooLargeError, "too_large", "the response is too large"),
    (BlockedAddressError, "blocked", "the address is not allowed"),
    (StatusError, "status", "the response was an error"),
)
"""Code and message by error type, most specific first; a provider's own code later replaces ours."""


def translate_error(error: BaseException, provider: str) -> FlightError:
    """Translate an error to a FlightError with the original as its cause.

    Args:
        error: The error. A FlightError is returned unchanged, except that a missing provider name is filled in.
        provider: Name of the provider that failed.
    """
    if isinstance(error, FlightError):
        if error.provider is None:
            error.provider = provider
        return error
    for kind, code, message in _ERROR_MAP:
        if isinstance(error, kind):
            return _with_cause(FlightError(message, provider=provider, code=code), error)
    if isinstance(error, TimeoutError):
        return _with_cause(FlightError("no answer in time", provider=provider, code="timeout"), error)
    if isinstance(error, AsyncAssistError):
        return _with_cause(FlightError("the provider could not be called", provider=provider, code="error"), error)
    # An error of foreign code: its message may contain anything, so it goes to the log only and not into our message.
    logger.error("the flight provider %s raised %s", provider, type(error).__name__, exc_info=error)
    return _with_cause(FlightError("the provider failed", provider=provider, code="provider"), error)


def _with_cause(error: FlightError, cause: BaseException) -> FlightError:
    error.__cause__ = cause
    return error
