"""Exception hierarchy of asyncassist.

    AsyncAssistError
    ├── ConfigurationError (ValueError)      invalid constructor argument or setting
    ├── ClosedError                          used after aclose()
    ├── WrongLoopError                       used from another event loop
    ├── InvalidInputError (ValueError)       invalid argument of a call; names the field
    ├── UpstreamError                        an external service failed
    │   ├── ConnectError                     no connection, or it broke
    │   ├── DeadlineExceededError            no complete response in time
    │   ├── CircuitOpenError                 not sent: the circuit breaker is open
    │   ├── BusyError                        not sent: the queue is full, or a lock is held
    │   ├── RateLimitedError                 rate limit of the service
    │   ├── BodyTooLargeError                response body over its limit
    │   ├── BlockedAddressError              address refused by the guard
    │   ├── StatusError                      HTTP error status
    │   ├── AuthenticationError              credentials refused
    │   ├── DecodeError                      response cannot be decoded
    │   └── NotRecordedError                 not sent: no response on record to replay
    ├── StateError                           sessions and conversations
    │   ├── ConflictError                    another write came first
    │   ├── NotFoundError                    no such session
    │   ├── SessionTooLargeError             session data over its limit
    │   └── StateUnavailableError            store unavailable, and no local copy
    ├── ChatUnavailableError                 no model, no cached reply, no fallback
    ├── ConversationBusyError                a turn of the conversation is in progress
    ├── BudgetExceededError                  not sent: the budget for models is spent
    └── FlightError                          flight search
        ├── InvalidQueryError (InvalidInputError)   invalid flight query; names the field
        ├── OfferExpiredError                the offer is no longer available
        └── AllProvidersFailedError          every provider failed

Errors carry details as attributes. None of them holds a secret or a user's text: URLs are stored without credentials,
query and fragment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


class AsyncAssistError(Exception):
    """Base class of all errors of asyncassist."""


class _FieldError(AsyncAssistError, ValueError):
    """Error about one named value: its arguments are the field and the problem, so that it can be pickled."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field, problem)
        self.field = field
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}"


class ConfigurationError(_FieldError):
    """A constructor argument or a setting has an invalid value.

    Attributes:
        field: Name of the argument or the environment variable.
        problem: What is wrong with the value, in words.
    """

    def __init__(self, field: str, problem: str = "has an invalid value") -> None:
        super().__init__(field, problem)


class ClosedError(AsyncAssistError):
    """The object was closed and cannot be opened again; create a new one."""


class WrongLoopError(AsyncAssistError):
    """The object belongs to another event loop.

    Use it on the loop that opened it, create one object per loop, or share one loop between threads with
    `asyncassist.LoopThread`.
    """


class InvalidInputError(_FieldError):
    """An argument of a call is invalid; nothing was sent or changed.

    Attributes:
        field: Name of the argument, as the caller knows it.
        problem: What is wrong with the value, in words; never holds the value.
    """

    def __init__(self, field: str, problem: str = "is not valid") -> None:
        super().__init__(field, problem)


def safe_url(url: str) -> str:
    """Return the URL without credentials, query and fragment; "" if it cannot be parsed."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return ""
    if ":" in host:
        host = f"[{host}]"
    authority = host if port is None else f"{host}:{port}"
    return f"{parts.scheme}://{authority}{parts.path}" if parts.scheme else f"{authority}{parts.path}"


class UpstreamError(AsyncAssistError):
    """An external service failed or could not be reached.

    Attributes:
        url: URL of the request, without credentials, query and fragment; None if there is none.
        host: Host of the service, with its port where the URL has one; None if unknown.
        status: HTTP status; None without a response.
        attempts: Attempts made; 0 if nothing was sent or they were not counted.
    """

    def __init__(
        self,
        message: str = "the external service failed",
        *,
        url: str | None = None,
        host: str | None = None,
        status: int | None = None,
        attempts: int = 0,
    ) -> None:
        super().__init__(message)
        self.url: str | None = None if url is None else safe_url(url)
        self.host: str | None = host if host is not None or url is None else (urlsplit(self.url or "").netloc or None)
        self.status = status
        self.attempts = attempts

    def __str__(self) -> str:
        facts: list[str] = []
        if self.host:
            facts.append(self.host)
        if self.status is not None:
            facts.append(f"status {self.status}")
        if self.attempts > 1:
            facts.append(f"{self.attempts} attempts")
        message = str(self.args[0]) if self.args else ""
        return f"{message} ({', '.join(facts)})" if facts else message


class ConnectError(UpstreamError):
    """No connection could be made, or it broke before the response was complete."""


class DeadlineExceededError(UpstreamError):
    """The deadline passed before the response was complete."""


class CircuitOpenError(UpstreamError):
    """The circuit breaker refused the call: the origin failed too often recently. Nothing was sent.

    Attributes:
        retry_after: Seconds until the breaker lets a probe through; 0.0 while probes are running.
    """

    def __init__(
        self,
        message: str = "the circuit is open",
        *,
        retry_after: float = 0.0,
        url: str | None = None,
        host: str | None = None,
    ) -> None:
        super().__init__(message, url=url, host=host)
        self.retry_after = retry_after


class BusyError(UpstreamError):
    """The queue of waiting callers is full, or a lock is held by another caller. Nothing was sent."""


class RateLimitedError(UpstreamError):
    """The service refused the call because of its rate limit.

    Attributes:
        retry_after: Seconds to wait before the next call; None if the service gave none.
    """

    def __init__(
        self,
        message: str = "too many requests",
        *,
        retry_after: float | None = None,
        url: str | None = None,
        host: str | None = None,
        status: int | None = 429,
        attempts: int = 0,
    ) -> None:
        super().__init__(message, url=url, host=host, status=status, attempts=attempts)
        self.retry_after = retry_after


class BodyTooLargeError(UpstreamError):
    """The response body exceeds its limit.

    Attributes:
        limit: Largest number of bytes after decompression.
    """

    def __init__(
        self,
        message: str = "the body is too large",
        *,
        limit: int = 0,
        url: str | None = None,
        host: str | None = None,
        status: int | None = None,
        attempts: int = 0,
    ) -> None:
        super().__init__(message, url=url, host=host, status=status, attempts=attempts)
        self.limit = limit


class BlockedAddressError(UpstreamError):
    """The guard against server-side request forgery refused the address, the port or the scheme. Nothing was sent.

    Attributes:
        reason: What the guard refused: "private", "loopback", "scheme", "port", ...
    """

    def __init__(
        self,
        message: str = "the address is not allowed",
        *,
        reason: str = "",
        url: str | None = None,
        host: str | None = None,
    ) -> None:
        super().__init__(f"{message}: {reason}" if reason else message, url=url, host=host)
        self.reason = reason


class StatusError(UpstreamError):
    """The service responded with an HTTP error status."""


class AuthenticationError(UpstreamError):
    """The service refused the credentials (401 or 403)."""


class DecodeError(UpstreamError):
    """The response cannot be decoded: it is not valid JSON, or not of the expected form.

    Attributes:
        path: Where a JSON body is not of the expected type, such as "$.items[3].price"; None if the error is not about
            one place.
    """

    def __init__(
        self,
        message: str = "the response cannot be decoded",
        *,
        path: str | None = None,
        url: str | None = None,
        host: str | None = None,
        status: int | None = None,
        attempts: int = 0,
    ) -> None:
        super().__init__(message, url=url, host=host, status=status, attempts=attempts)
        self.path = path


class NotRecordedError(UpstreamError):
    """A test replays recorded responses, and there is none for this request. Nothing was sent.

    Attributes:
        method: HTTP method of the request.
    """

    def __init__(
        self,
        message: str = "no response is on record",
        *,
        method: str = "",
        url: str | None = None,
        host: str | None = None,
    ) -> None:
        shown = "" if url is None else safe_url(url)
        super().__init__(f"{message}: {method} {shown}" if method else message, url=url, host=host)
        self.method = method


class StateError(AsyncAssistError):
    """Base class of the errors of sessions and conversations."""


class ConflictError(StateError):
    """Another write came first; read the current version and repeat the change.

    Attributes:
        key: Id of the session or conversation; None if unknown.
        expected: Version that the caller expected; None if it expected none.
        actual: Version found in the store; None if unknown.
    """

    def __init__(
        self,
        message: str = "another write came first",
        *,
        key: str | None = None,
        expected: int | None = None,
        actual: int | None = None,
    ) -> None:
        super().__init__(message)
        self.key = key
        self.expected = expected
        self.actual = actual


class NotFoundError(StateError):
    """The session or the conversation does not exist.

    Attributes:
        key: Its id; None if unknown.
    """

    def __init__(self, message: str = "no such session", *, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


class SessionTooLargeError(StateError):
    """The data of a session exceeds its limit; nothing was written.

    Attributes:
        size: Size of the data as JSON, in bytes.
        limit: Largest size in bytes.
    """

    def __init__(self, message: str = "the session is too large", *, size: int = 0, limit: int = 0) -> None:
        super().__init__(f"{message}: {size} bytes, {limit} allowed" if limit else message)
        self.size = size
        self.limit = limit


class StateUnavailableError(StateError):
    """The store is unavailable, and this process has no copy of the data or no place left to buffer the write.

    Attributes:
        depth: Number of writes waiting in the journal.
    """

    def __init__(self, message: str = "the store is not available", *, depth: int = 0) -> None:
        super().__init__(message)
        self.depth = depth


class ChatUnavailableError(AsyncAssistError):
    """No model is available, no reply is cached, and there is no fallback.

    Attributes:
        reason: Why the model is unavailable, in words; None if unknown.
    """

    def __init__(self, message: str = "no answer is available", *, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason


class ConversationBusyError(AsyncAssistError):
    """Another turn of the conversation is in progress, and the chatbot was created with `busy="reject"`."""


class BudgetExceededError(AsyncAssistError):
    """The user, or the conversation, has spent its budget for models. Nothing was sent.

    Attributes:
        retry_after: Seconds until the budget's window ends.
        limit: Which limit is reached: "tokens", "cost" or "requests"; None if unknown.
    """

    def __init__(
        self,
        message: str = "the budget for models is spent",
        *,
        retry_after: float | None = None,
        limit: str | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.limit = limit


class FlightError(AsyncAssistError):
    """A flight provider failed.

    Attributes:
        provider: Name of the provider; None if the error is not about one.
        code: The provider's error code, or a short code of this library such as "timeout"; None if there is none.
    """

    def __init__(
        self,
        message: str = "the flight search failed",
        *,
        provider: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.code = code


class InvalidQueryError(FlightError, InvalidInputError):
    """The flight query is invalid; nothing was sent.

    Attributes:
        field: Name of the field of the query.
        problem: What is wrong with the value, in words.
    """

    def __init__(
        self,
        field: str,
        problem: str = "is not valid",
        *,
        provider: str | None = None,
        code: str | None = None,
    ) -> None:
        InvalidInputError.__init__(self, field, problem)
        self.provider = provider
        self.code = code

    def __str__(self) -> str:
        return InvalidInputError.__str__(self)


class OfferExpiredError(FlightError):
    """The offer is no longer available; search again."""


class AllProvidersFailedError(FlightError):
    """Every flight provider failed.

    Attributes:
        errors: The error of each provider, by its name.
    """

    def __init__(
        self,
        message: str = "no flight provider answered",
        *,
        errors: Mapping[str, FlightError] | None = None,
    ) -> None:
        super().__init__(message)
        self.errors: dict[str, FlightError] = dict(errors or {})
