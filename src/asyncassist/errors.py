"""Every error of asyncassist, in one tree.

    AsyncAssistError
    ├── ConfigurationError (ValueError)      a constructor or a setting got a wrong value
    ├── ClosedError                          used after aclose()
    ├── WrongLoopError                       used from another event loop
    ├── InvalidInputError (ValueError)       a call got a wrong value; names the field
    ├── UpstreamError                        something outside did not do its part
    │   ├── ConnectError                     no connection
    │   ├── DeadlineExceededError            no answer in time
    │   ├── CircuitOpenError                 not tried: it failed too often just now
    │   ├── BusyError                        not tried: too many wait already
    │   ├── RateLimitedError                 asked to slow down
    │   ├── BodyTooLargeError                more bytes than allowed
    │   ├── BlockedAddressError              the guard refused the address
    │   ├── StatusError                      an HTTP status that is an error
    │   ├── AuthenticationError              the credentials were refused
    │   └── DecodeError                      the answer is not what it says it is
    ├── StateError                           sessions and conversations
    │   ├── ConflictError                    another write came first
    │   ├── NotFoundError                    no such session
    │   ├── SessionTooLargeError             more bytes than a session may hold
    │   └── StateUnavailableError            the store is away and the answer is not known here
    ├── ChatUnavailableError                 no model, no kept answer, no fallback
    ├── ConversationBusyError                a turn of this conversation is under way
    └── FlightError                          flight search
        ├── InvalidQueryError (InvalidInputError)   the query cannot be sent; names the field
        ├── OfferExpiredError                the offer is no longer sold
        └── AllProvidersFailedError          no provider answered

Errors carry facts as attributes. None of them holds a secret or a user's text: URLs lose credentials and
query before they are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


class AsyncAssistError(Exception):
    """The base of every error that leaves this library."""


class _FieldError(AsyncAssistError, ValueError):
    """An error about one named value: its arguments are the field and the problem, so that it can be pickled."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field, problem)
        self.field = field
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}"


class ConfigurationError(_FieldError):
    """A constructor argument or a setting has a value that cannot work.

    Attributes:
        field: The argument or the environment variable.
        problem: What is wrong with it, in words.
    """

    def __init__(self, field: str, problem: str = "has a value that cannot work") -> None:
        super().__init__(field, problem)


class ClosedError(AsyncAssistError):
    """The object was closed; make a new one."""


class WrongLoopError(AsyncAssistError):
    """The object belongs to another event loop.

    Use it from the loop that opened it, make one object per loop, or reach one loop from many threads with
    `asyncassist.LoopThread`.
    """


class InvalidInputError(_FieldError):
    """An argument of a call cannot be used. Nothing was sent or changed.

    Attributes:
        field: The argument, as the caller knows it.
        problem: What is wrong with it, in words, without the value.
    """

    def __init__(self, field: str, problem: str = "is not valid") -> None:
        super().__init__(field, problem)


def safe_url(url: str) -> str:
    """Drop the credentials, the query and the fragment of a URL; "" when it cannot be parsed."""
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
    """Something outside did not do its part.

    Attributes:
        url: Where it happened, without credentials and query; None when there is no URL.
        host: Host (and port) of it; None when unknown.
        status: HTTP status, None when there was none.
        attempts: How often it was tried.
    """

    def __init__(
        self,
        message: str = "the service did not answer as it should",
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
    """No connection could be made, or it broke before the answer was whole."""


class DeadlineExceededError(UpstreamError):
    """No whole answer came in time."""


class CircuitOpenError(UpstreamError):
    """Not tried: this origin failed too often just now.

    Attributes:
        retry_after: Seconds until it is tried again.
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
    """Not tried: too many callers wait already, or a lock is held."""


class RateLimitedError(UpstreamError):
    """The service asked us to slow down.

    Attributes:
        retry_after: Seconds to wait, or None if the service did not say.
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
    """The body has more bytes than allowed.

    Attributes:
        limit: Bytes allowed, after decompression.
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
    """The guard refused the address, the port or the scheme.

    Attributes:
        reason: What about it was refused: "private", "loopback", "scheme", "port", ...
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
    """The service answered with a status that is an error."""


class AuthenticationError(UpstreamError):
    """The service refused the credentials (401 or 403)."""


class DecodeError(UpstreamError):
    """The answer cannot be read as what it claims to be."""


class StateError(AsyncAssistError):
    """Something about a session or a conversation."""


class ConflictError(StateError):
    """Another write came first; read again and repeat.

    Attributes:
        key: Session or conversation id.
        expected: The version that the caller expected, None when any.
        actual: The version found, None when unknown.
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
    """There is no such session.

    Attributes:
        key: The id that was asked for.
    """

    def __init__(self, message: str = "no such session", *, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


class SessionTooLargeError(StateError):
    """The data of a session is larger than allowed; nothing was written.

    Attributes:
        size: Bytes of the data as JSON.
        limit: Bytes allowed.
    """

    def __init__(self, message: str = "the session is too large", *, size: int = 0, limit: int = 0) -> None:
        super().__init__(f"{message}: {size} bytes, {limit} allowed" if limit else message)
        self.size = size
        self.limit = limit


class StateUnavailableError(StateError):
    """The store is away, and what was asked is not known in this process.

    Attributes:
        depth: Writes that wait in the journal.
    """

    def __init__(self, message: str = "the store is not available", *, depth: int = 0) -> None:
        super().__init__(message)
        self.depth = depth


class ChatUnavailableError(AsyncAssistError):
    """No model answered, no answer was kept, and there is no fallback.

    Attributes:
        reason: Why the model did not answer, in words.
    """

    def __init__(self, message: str = "no answer is available", *, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason


class ConversationBusyError(AsyncAssistError):
    """A turn of this conversation is under way, and `busy="reject"`."""


class FlightError(AsyncAssistError):
    """A provider could not answer a flight search.

    Attributes:
        provider: Its name, None when it is not about one.
        code: The provider's own code for the error, or a short word of ours.
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
    """The query cannot be sent. Nothing was sent.

    Attributes:
        field: The field of the query.
        problem: What is wrong with it, in words.
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
    """The offer is no longer sold; search again."""


class AllProvidersFailedError(FlightError):
    """No provider answered.

    Attributes:
        errors: What each provider said, by name.
    """

    def __init__(
        self,
        message: str = "no flight provider answered",
        *,
        errors: Mapping[str, FlightError] | None = None,
    ) -> None:
        super().__init__(message)
        self.errors: dict[str, FlightError] = dict(errors or {})
