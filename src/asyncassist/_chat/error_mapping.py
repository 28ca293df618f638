"""What an error of the openai SDK means: an error of ours, a word for the user's reply, and whether to try again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncassist._retry import Failure, parse_retry_after
from asyncassist.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    RateLimitedError,
    StatusError,
    UpstreamError,
)

if TYPE_CHECKING:
    import openai

# Statuses that trying again may mend; 500 and above are all among them.
_RETRYABLE_STATUSES = {408, 409, 425, 429}
_AUTH_STATUSES = {401, 403}
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CallFailure:
    """A failed call.

    Attributes:
        error: What leaves the house.
        reason: In a word or two, for `Reply.reason`.
        repeatable: Whether trying again may help.
        retry_after: Seconds the service asked for, None when it did not.
        is_fatal: Whether it is a mistake of ours (credentials, model, parameters) that no waiting mends: it raises.
        counts_as_outage: Whether it speaks against the service, so that the breaker counts it.
    """

    error: UpstreamError
    reason: str
    repeatable: bool = True
    retry_after: float | None = None
    is_fatal: bool = False
    counts_as_outage: bool = True

    @property
    def retry_failure(self) -> Failure:
        """The same for the retry decision."""
        return Failure(repeatable=self.repeatable, retry_after=self.retry_after)


class CallFailedError(Exception):
    """Carries a fault from the call to the chain; it never leaves this room."""

    def __init__(self, failure: CallFailure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


def classify(result: object, error: BaseException | None) -> Failure | None:
    """The retry decision's view of an attempt."""
    del result
    return error.failure.retry_failure if isinstance(error, CallFailedError) else None


def from_status(error: openai.APIStatusError, *, url: str, now: float) -> CallFailure:
    """An answer with a status from 400 up."""
    status = error.status_code
    headers = error.response.headers
    retry_after = _retry_after(headers.get("retry-after-ms"), headers.get("retry-after"), now)
    if status in _AUTH_STATUSES:
        refused = AuthenticationError("the model's server refused the credentials", url=url, status=status)
        return CallFailure(refused, "credentials refused", repeatable=False, is_fatal=True, counts_as_outage=False)
    if status == 429:
        # Out of quota is told with the same status as too fast; waiting does not mend it.
        spent = error.code == "insufficient_quota"
        slow = RateLimitedError("the model's server asked to slow down", retry_after=retry_after, url=url)
        return CallFailure(
            slow, "quota spent" if spent else "rate limited", not spent, retry_after, counts_as_outage=False
        )
    failed = StatusError(f"the model's server answered with an error{_details(error)}", url=url, status=status)
    if status in _RETRYABLE_STATUSES or status >= 500:
        should_retry = headers.get("x-should-retry") != "false"
        return CallFailure(
            failed, f"status {status}", should_retry, retry_after, counts_as_outage=status >= 500 or status == 408
        )
    return CallFailure(failed, f"status {status}", repeatable=False, is_fatal=True, counts_as_outage=False)


def _details(error: openai.APIStatusError) -> str:
    """The server's own code and the parameter it is about, when they are names; never its sentences."""
    names = [name for name in (error.code, error.param) if isinstance(name, str) and _IDENTIFIER.fullmatch(name)]
    return f": {', '.join(names)}" if names else ""


def _retry_after(milliseconds: str | None, seconds: str | None, now: float) -> float | None:
    exact = parse_retry_after(milliseconds, now)
    return parse_retry_after(seconds, now) if exact is None else exact / 1000


def no_connection(url: str) -> CallFailure:
    """Nobody is there."""
    return CallFailure(ConnectError("no connection to the model's server", url=url), "no connection")


def disconnected(url: str) -> CallFailure:
    """The connection broke before the answer was whole."""
    return CallFailure(ConnectError("the connection broke before the answer was whole", url=url), "disconnected")


def timed_out(url: str) -> CallFailure:
    """No answer in the time of one attempt."""
    return CallFailure(DeadlineExceededError("the model did not answer in time", url=url), "timeout")


def stalled(url: str) -> CallFailure:
    """The answer began, or should have, and nothing more came."""
    return CallFailure(DeadlineExceededError("the model's answer stalled", url=url), "stalled")


def malformed(url: str) -> CallFailure:
    """The answer is not what the protocol says."""
    return CallFailure(DecodeError("the model's answer cannot be read", url=url), "malformed")


def truncated(url: str) -> CallFailure:
    """The answer ended without saying that it ended."""
    return CallFailure(DecodeError("the model's answer ended early", url=url), "truncated")


def empty_answer(url: str) -> CallFailure:
    """The answer is whole and there is nothing in it."""
    return CallFailure(
        DecodeError("the model's answer is empty", url=url), "empty answer", repeatable=False, counts_as_outage=False
    )


def stream_error(url: str) -> CallFailure:
    """The server sent an error in place of a piece of the stream."""
    return CallFailure(StatusError("the model's server broke off with an error", url=url), "error in the stream")


def circuit_open(error: CircuitOpenError, url: str) -> CallFailure:
    """Not asked: it failed too often just now."""
    closed = CircuitOpenError("the model's server failed too often just now", retry_after=error.retry_after, url=url)
    return CallFailure(closed, "circuit open", repeatable=False, counts_as_outage=False)
