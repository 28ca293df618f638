"""Mapping of failed calls to the package's errors, reasons for `Reply.reason`, and retry decisions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from asyncassist._chat.completions import MAX_BODY_BYTES
from asyncassist._retry import Failure, parse_retry_after
from asyncassist.errors import (
    AuthenticationError,
    BodyTooLargeError,
    CircuitOpenError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    RateLimitedError,
    StatusError,
    UpstreamError,
)

if TYPE_CHECKING:
    from asyncassist._chat.transports.errors import StatusReceivedError

# Retryable statuses below 500; from 500 up all are retryable.
_RETRYABLE_STATUSES = {408, 409, 425, 429}
_AUTH_STATUSES = {401, 403}
# Codes of a 404 that is about the model: OpenAI's, and Azure's.
_MODEL_NOT_FOUND = {"model_not_found", "DeploymentNotFound"}
_NO_RESPONSES_API = '; it seems to have no Responses API: use wire="chat"'
# Codes of a failed response after which another attempt may succeed; "" for none.
_REPEATABLE_CODES = {"", "server_error", "rate_limit_exceeded", "vector_store_timeout"}
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CallFailure:
    """Classified failure of a call.

    Attributes:
        error: The public error.
        reason: One or two words for `Reply.reason`.
        repeatable: Whether a retry may succeed.
        retry_after: Seconds to wait according to the server; None if it named none.
        is_fatal: Whether the request itself is refused (credentials, model, parameters); raised instead of degraded.
        counts_as_outage: Whether the circuit breaker counts the call as failed.
    """

    error: UpstreamError
    reason: str
    repeatable: bool = True
    retry_after: float | None = None
    is_fatal: bool = False
    counts_as_outage: bool = True

    @property
    def retry_failure(self) -> Failure:
        """The part of the failure that decides about retries."""
        return Failure(repeatable=self.repeatable, retry_after=self.retry_after)


class CallFailedError(Exception):
    """Carrier of a failure from the call to the failover chain; internal to `_chat`.

    Args:
        failure: The classified failure.
    """

    def __init__(self, failure: CallFailure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


def classify(result: object, error: BaseException | None) -> Failure | None:
    """Return the failure of an attempt for the retry decision; None for a success and for errors of other kinds."""
    del result
    return error.failure.retry_failure if isinstance(error, CallFailedError) else None


def from_status(
    error: StatusReceivedError, *, url: str, model: str, now: float, has_other_wire: bool = False
) -> CallFailure:
    """Map a response with an error status.

    Args:
        error: The status, and what the server says about it.
        url: Base URL of the server, without credentials.
        model: Name of the model that was asked for.
        now: Seconds since the epoch, for dates in Retry-After.
        has_other_wire: Whether the call was one to the Responses API, which many compatible servers lack.

    Returns:
        The failure.
    """
    status, headers = error.status, error.headers
    retry_after = _retry_after(headers.get("retry-after-ms"), headers.get("retry-after"), now)
    if status == 407:
        return proxy_refused(url)
    if status in _AUTH_STATUSES:
        refused = AuthenticationError("the model's server refused the credentials", url=url, status=status)
        return CallFailure(refused, "credentials refused", repeatable=False, is_fatal=True, counts_as_outage=False)
    if status == 429:
        # OpenAI sends 429 for an exhausted quota too, which no retry can fix.
        spent = error.code == "insufficient_quota"
        rate_limited = RateLimitedError(
            "the rate limit or quota at the model's server is exceeded", retry_after=retry_after, url=url
        )
        return CallFailure(
            rate_limited, "quota spent" if spent else "rate limited", not spent, retry_after, counts_as_outage=False
        )
    is_missing_api = has_other_wire and status == 404 and error.code not in _MODEL_NOT_FOUND
    hint = _NO_RESPONSES_API if is_missing_api else _hint(status, url, model)
    failed = StatusError(f"the model's server answered with an error{_details(error)}{hint}", url=url, status=status)
    if status in _RETRYABLE_STATUSES or status >= 500:
        should_retry = headers.get("x-should-retry") != "false"
        return CallFailure(
            failed, f"status {status}", should_retry, retry_after, counts_as_outage=status >= 500 or status == 408
        )
    return CallFailure(failed, f"status {status}", repeatable=False, is_fatal=True, counts_as_outage=False)


def not_sent(error: RateLimitedError, url: str) -> CallFailure:
    """Return the failure of a call that a quota of the server holds back until after its deadline.

    Args:
        error: What the pacing says.
        url: Base URL of the server, without credentials.
    """
    held_back = RateLimitedError(str(error), retry_after=error.retry_after, url=url, status=None)
    return CallFailure(held_back, "rate limited", repeatable=False, counts_as_outage=False)


def proxy_refused(url: str) -> CallFailure:
    """Return the failure of a call that a proxy demanded other credentials for.

    Args:
        url: Base URL of the server, without credentials.
    """
    refused = AuthenticationError("the proxy demands credentials, or refuses those given", url=url, status=407)
    return CallFailure(refused, "proxy refused", repeatable=False, is_fatal=True, counts_as_outage=False)


def _details(error: StatusReceivedError) -> str:
    """Return the server's error code and parameter if they are identifiers.

    Never the server's message: it may repeat the prompt or the key.
    """
    names = [name for name in (error.code, error.param) if isinstance(name, str) and _IDENTIFIER.fullmatch(name)]
    return f": {', '.join(names)}" if names else ""


def _hint(status: int, url: str, model: str) -> str:
    """Return what is usually wrong where the server finds nothing: the path of its base URL, or the model's name."""
    if status != 404:
        return ""
    unknown = f"; it may not have the model {model!r}"
    return unknown if urlsplit(url).path.strip("/") else f"{unknown}, and its base_url may lack /v1"


def _retry_after(milliseconds: str | None, seconds: str | None, now: float) -> float | None:
    exact = parse_retry_after(milliseconds, now)
    return parse_retry_after(seconds, now) if exact is None else exact / 1000


def no_connection(url: str) -> CallFailure:
    """Return the failure of a connection that could not be established."""
    return CallFailure(ConnectError("no connection to the model's server", url=url), "no connection")


def disconnected(url: str) -> CallFailure:
    """Return the failure of a connection that broke before the answer was complete."""
    return CallFailure(ConnectError("the connection broke before the answer was complete", url=url), "disconnected")


def timed_out(url: str) -> CallFailure:
    """Return the failure of an attempt without a response in time."""
    return CallFailure(DeadlineExceededError("the model did not answer in time", url=url), "timeout")


def stalled(url: str) -> CallFailure:
    """Return the failure of a started response that exceeded the idle or first-token timeout."""
    return CallFailure(DeadlineExceededError("the model's answer stalled", url=url), "stalled")


def malformed(url: str) -> CallFailure:
    """Return the failure of a response that does not follow the protocol."""
    return CallFailure(DecodeError("the model's answer is malformed", url=url), "malformed")


def too_long(url: str) -> CallFailure:
    """Return the failure of an answer that exceeds its bound."""
    error = BodyTooLargeError("the model's answer is too long", limit=MAX_BODY_BYTES, url=url)
    return CallFailure(error, "too long", repeatable=False, counts_as_outage=False)


def truncated(url: str) -> CallFailure:
    """Return the failure of a stream that ended without a finish reason."""
    return CallFailure(DecodeError("the model's answer ended early", url=url), "truncated")


def empty_answer(url: str) -> CallFailure:
    """Return the failure of a complete answer with neither text nor tool calls."""
    return CallFailure(
        DecodeError("the model's answer is empty", url=url), "empty answer", repeatable=False, counts_as_outage=False
    )


def client_unusable(url: str) -> CallFailure:
    """Return the failure of a call through a client that is misconfigured or closed."""
    refused = UpstreamError("the client for the model is misconfigured or closed", url=url)
    return CallFailure(refused, "client error", repeatable=False, is_fatal=True, counts_as_outage=False)


def stream_error(url: str) -> CallFailure:
    """Return the failure of a stream in which the server sent an error event."""
    return CallFailure(StatusError("the model's server ended the stream with an error", url=url), "error in the stream")


def generation_failed(code: str, url: str, *, is_stream: bool) -> CallFailure:
    """Return the failure of a request that the server accepted and then reported as failed.

    Args:
        code: The server's error code; "" if it sent none.
        url: Base URL of the server, without credentials.
        is_stream: Whether the answer was streamed.
    """
    if code == "rate_limit_exceeded":
        rate_limited = RateLimitedError("the rate limit at the model's server is exceeded", retry_after=None, url=url)
        return CallFailure(rate_limited, "rate limited", counts_as_outage=False)
    shown = f": {code}" if _IDENTIFIER.fullmatch(code) else ""
    failed = StatusError(f"the model's server reports that the answer failed{shown}", url=url)
    reason = "error in the stream" if is_stream else "answer failed"
    is_outage = code in _REPEATABLE_CODES
    return CallFailure(failed, reason, repeatable=is_outage, counts_as_outage=is_outage)


def circuit_open(error: CircuitOpenError, url: str) -> CallFailure:
    """Return the failure of a call that the open circuit breaker did not let through."""
    open_error = CircuitOpenError(
        "the circuit breaker of the model's server refused the call", retry_after=error.retry_after, url=url
    )
    return CallFailure(open_error, "circuit open", repeatable=False, counts_as_outage=False)
