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
_REPEATABLE = {408, 409, 425, 429}
_REFUSED = {401, 403}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """A failed call.

    Attributes:
        error: What leaves the house.
        reason: In a word or two, for `Reply.reason`.
        repeatable: Whether trying again may help.
        retry_after: Seconds the service asked for, None when it did not.
        final: Whether it is a mistake of ours (credentials, model, parameters) that no waiting mends: it raises.
        sick: Whether it speaks against the service, so that the breaker counts it.
    """

    error: UpstreamError
    reason: str
    repeatable: bool = True
    retry_after: float | None = None
    final: bool = False
    sick: bool = True

    @property
    def failure(self) -> Failure:
        """The same for the retry decision."""
        return Failure(repeatable=self.repeatable, retry_after=self.retry_after)


class CallFailedError(Exception):
    """Carries a fault from the call to the chain; it never leaves this room."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


def judge(result: object, error: BaseException | None) -> Failure | None:
    """The retry decision's view of an attempt."""
    del result
    return error.fault.failure if isinstance(error, CallFailedError) else None


def of_status(error: openai.APIStatusError, *, url: str, now: float) -> Fault:
    """An answer with a status from 400 up."""
    status = error.status_code
    headers = error.response.headers
    retry_after = _retry_after(headers.get("retry-after-ms"), headers.get("retry-after"), now)
    if status in _REFUSED:
        refused = AuthenticationError("the model's server refused the credentials", url=url, status=status)
        return Fault(refused, "credentials refused", repeatable=False, final=True, sick=False)
    if status == 429:
        # Out of quota is told with the same status as too fast; waiting does not mend it.
        spent = error.code == "insufficient_quota"
        slow = RateLimitedError("the model's server asked to slow down", retry_after=retry_after, url=url)
        return Fault(slow, "quota spent" if spent else "rate limited", not spent, retry_after, sick=False)
    failed = StatusError(f"the model's server answered with an error{_details(error)}", url=url, status=status)
    if status in _REPEATABLE or status >= 500:
        again = headers.get("x-should-retry") != "false"
        return Fault(failed, f"status {status}", again, retry_after, sick=status >= 500 or status == 408)
    return Fault(failed, f"status {status}", repeatable=False, final=True, sick=False)


def _details(error: openai.APIStatusError) -> str:
    """The server's own code and the parameter it is about, when they are names; never its sentences."""
    names = [name for name in (error.code, error.param) if isinstance(name, str) and _NAME.fullmatch(name)]
    return f": {', '.join(names)}" if names else ""


def _retry_after(milliseconds: str | None, seconds: str | None, now: float) -> float | None:
    exact = parse_retry_after(milliseconds, now)
    return parse_retry_after(seconds, now) if exact is None else exact / 1000


def no_connection(url: str) -> Fault:
    """Nobody is there."""
    return Fault(ConnectError("no connection to the model's server", url=url), "no connection")


def disconnected(url: str) -> Fault:
    """The connection broke before the answer was whole."""
    return Fault(ConnectError("the connection broke before the answer was whole", url=url), "disconnected")


def timed_out(url: str) -> Fault:
    """No answer in the time of one attempt."""
    return Fault(DeadlineExceededError("the model did not answer in time", url=url), "timeout")


def stalled(url: str) -> Fault:
    """The answer began, or should have, and nothing more came."""
    return Fault(DeadlineExceededError("the model's answer stalled", url=url), "stalled")


def malformed(url: str) -> Fault:
    """The answer is not what the protocol says."""
    return Fault(DecodeError("the model's answer cannot be read", url=url), "malformed")


def truncated(url: str) -> Fault:
    """The answer ended without saying that it ended."""
    return Fault(DecodeError("the model's answer ended early", url=url), "truncated")


def empty(url: str) -> Fault:
    """The answer is whole and there is nothing in it."""
    return Fault(DecodeError("the model's answer is empty", url=url), "empty answer", repeatable=False, sick=False)


def said(url: str) -> Fault:
    """The server sent an error in place of a piece of the stream."""
    return Fault(StatusError("the model's server broke off with an error", url=url), "error in the stream")


def circuit_open(error: CircuitOpenError, url: str) -> Fault:
    """Not asked: it failed too often just now."""
    closed = CircuitOpenError("the model's server failed too often just now", retry_after=error.retry_after, url=url)
    return Fault(closed, "circuit open", repeatable=False, sick=False)
