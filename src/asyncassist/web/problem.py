"""Problem documents (RFC 9457): errors as a text for people and a code for programs, without stacks or secrets."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from asyncassist.errors import (
    AsyncAssistError,
    BudgetExceededError,
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
    """Error that is sent to the client as a problem document.

    Attributes:
        status: HTTP status.
        code: Stable code for programs, the last part of the document's `type`.
        detail: Explanation for people.
        field: Name of the field in error, None if there is none.
        headers: Further headers of the response.
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
        self.is_reported: bool = False
        """Whether the error has been logged already."""

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ProblemError:
        """Return the problem of a document that `to_dict` made."""
        code = document["type"].rpartition(":")[2]
        return cls(document["status"], code, document["detail"], field=document.get("field"))

    def to_dict(self, request_id: str) -> dict[str, Any]:
        """Return the problem document; `request_id` becomes its `instance`."""
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
    """Return the problem of an invalid field; `problem` completes the sentence that begins with its name."""
    return ProblemError(status, code, f"{field}: {problem}", field=field)


# The first match decides, so subclasses stand before their base class.
_ERROR_MAP: tuple[tuple[type[AsyncAssistError], int, str, str], ...] = (
    (ConflictError, 409, "conflict", "another change came first; read again and retry"),
    (ConversationBusyError, 409, "busy", "an earlier message of this conversation is still being answered"),
    (NotFoundError, 404, "not-found", "there is no such session"),
    (SessionTooLargeError, 422, "session-too-large", "the conversation is too large; begin a new one"),
    (RateLimitedError, 429, "upstream-rate-limited", "an upstream service limits the rate of requests"),
    (BudgetExceededError, 429, "budget-exceeded", "the budget for answers by a model is spent"),
    (BusyError, 503, "overloaded", "too many requests are waiting already"),
    (CircuitOpenError, 503, "unavailable", "an upstream service failed too often just now"),
    (StateError, 503, "unavailable", "the conversation store is unavailable"),
    (ChatUnavailableError, 503, "unavailable", "no answer is available now"),
    (ClosedError, 503, "closing", "the service is being shut down"),
    (UpstreamError, 502, "upstream", "an upstream service did not respond as it should"),
    (FlightError, 502, "upstream", "no flight provider answered"),
    (ConfigurationError, 500, "internal", "the service is not set up correctly"),
    (WrongLoopError, 500, "internal", "an internal error occurred"),
)


def problem_of(error: BaseException, fields: Container[str]) -> ProblemError:
    """Translate an error to a problem. An unknown error becomes a 500 without details.

    Args:
        error: The error.
        fields: Names of the values that the client sent. An `InvalidInputError` about another argument is a 500,
            because the service's own code passed that argument.
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
    return ProblemError(500, "internal", "an internal error occurred")
