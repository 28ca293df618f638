"""What goes wrong, as RFC 9457 says it: for people in words, for programs by a code; never with a stack or a secret."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from asyncassist.errors import (
    AsyncAssistError,
    BusyError,
    ChatUnavailableError,
    CircuitOpenError,
    ClosedError,
    ConfigurationError,
    ConflictError,
    ConversationBusyError,
    FlightError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    SessionTooLargeError,
    StateError,
    UpstreamError,
    WrongLoopError,
)

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A request that is answered with a problem document.

    Attributes:
        status: HTTP status.
        code: Short word for programs, the end of the problem's type.
        detail: What is wrong, in words.
        field: The field it is about, None when it is about none.
        headers: Headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.headers: dict[str, str] = dict(headers or {})

    def to_dict(self, request_id: str) -> dict[str, Any]:
        """The document."""
        document: dict[str, Any] = {
            "type": f"urn:asyncassist:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": request_id,
        }
        if self.field is not None:
            document["field"] = self.field
            document["errors"] = [{"field": self.field, "detail": self.detail}]
        return document


def invalid_field(field: str, problem: str, *, status: int = 422, code: str = "invalid-input") -> ProblemError:
    """A field that cannot be used."""
    return ProblemError(status, code, f"{field}: {problem}", field=field)


# The first that fits decides: subclasses stand before their base.
_ERROR_MAP: tuple[tuple[type[AsyncAssistError], int, str, str], ...] = (
    (ConflictError, 409, "conflict", "another change came first; read again and repeat"),
    (ConversationBusyError, 409, "busy", "an earlier message of this conversation is still being answered"),
    (NotFoundError, 404, "not-found", "there is no such session"),
    (SessionTooLargeError, 422, "session-too-large", "the conversation is too large; begin a new one"),
    (RateLimitedError, 429, "upstream-rate-limited", "a service behind asked us to slow down"),
    (BusyError, 503, "overloaded", "too many requests wait already"),
    (CircuitOpenError, 503, "unavailable", "a service behind failed too often just now"),
    (StateError, 503, "unavailable", "the conversation cannot be reached now"),
    (ChatUnavailableError, 503, "unavailable", "no answer is available now"),
    (ClosedError, 503, "closing", "the service is being shut down"),
    (UpstreamError, 502, "upstream", "a service behind did not answer as it should"),
    (FlightError, 502, "upstream", "no flight provider answered"),
    (ConfigurationError, 500, "internal", "the service is not set up correctly"),
    (WrongLoopError, 500, "internal", "something went wrong here"),
)


def problem_of(error: BaseException, fields: Container[str]) -> ProblemError:
    """The problem that an error becomes. What is not known is a 500 that tells nothing.

    Args:
        error: What went wrong.
        fields: What the caller gave, by name. Only about these the caller is told what is wrong: another argument was
            given by the code in between, and then the mistake is there.
    """
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, InvalidInputError) and error.field in fields:
        return invalid_field(error.field, error.problem)
    for kind, status, code, detail in _ERROR_MAP:
        if isinstance(error, kind):
            wait = getattr(error, "retry_after", None)
            headers = {"retry-after": str(max(1, math.ceil(wait)))} if wait else {}
            if status == 503 and not headers:
                headers = {"retry-after": "1"}
            return ProblemError(status, code, detail, headers=headers)
    return ProblemError(500, "internal", "something went wrong here")
