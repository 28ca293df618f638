"""Translation of errors to problem documents (RFC 9457)."""

from __future__ import annotations

import pytest

from asyncassist.errors import (
    AllProvidersFailedError,
    BudgetExceededError,
    BusyError,
    ChatUnavailableError,
    CircuitOpenError,
    ClosedError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    ConversationBusyError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    SessionTooLargeError,
    StateUnavailableError,
)
from asyncassist.web.problem import ProblemError, invalid_field, problem_of
from tests.web.components import FakeAssistant, post, service_of


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (InvalidInputError("timezone", "is odd"), 422, None),
        (InvalidInputError("now", "secret: must be aware"), 500, None),
        (ConflictError(), 409, None),
        (ConversationBusyError(), 409, None),
        (NotFoundError(), 404, None),
        (SessionTooLargeError(), 422, None),
        (RateLimitedError(retry_after=2.5), 429, "3"),
        (BudgetExceededError(retry_after=9.5), 429, "10"),
        (BusyError(), 503, "1"),
        (CircuitOpenError(retry_after=4.0), 503, "4"),
        (StateUnavailableError(), 503, "1"),
        (ChatUnavailableError(), 503, "1"),
        (ClosedError(), 503, "1"),
        (ConnectError("no", url="http://secret:pass@host/path"), 502, None),
        (AllProvidersFailedError(), 502, None),
        (ConfigurationError("api_key", "sk-secret-0123456789"), 500, None),
        (ZeroDivisionError("/usr/lib/secret.py"), 500, None),
    ],
)
async def test_errors_become_problem_documents(error, status, retry, caplog):
    """The status, code and Retry-After of each error; only `on_error` gets a server error whole, the log gets its type."""
    reported = []
    assistant = FakeAssistant()
    assistant.error = error
    async with service_of(assistant, on_error=lambda found, request: reported.append((found, request.path))) as service:
        response = await service.handle(post("/chat", {"message": "hello"}))

    assert response.status == status
    assert response.header("content-type") == "application/problem+json"
    assert response.header("retry-after") == retry
    text = response.body.decode() + caplog.text
    assert "secret" not in text
    assert "Traceback" not in text
    assert reported == ([(error, "/chat")] if status >= 500 else [])


def test_document_has_the_members_of_rfc_9457():
    """Type, title, status, detail and instance; without a field in error there is no `field`."""
    document = ProblemError(404, "no-route", "nothing is served at this path").to_dict("request-1")

    assert document == {
        "type": "urn:asyncassist:problem:no-route",
        "title": "Not Found",
        "status": 404,
        "detail": "nothing is served at this path",
        "instance": "request-1",
    }


def test_invalid_field_is_named_in_the_document():
    """The field stands in `field`, in `errors` and at the beginning of the detail."""
    document = invalid_field("timezone", "is unknown").to_dict("request-1")

    assert (document["status"], document["field"]) == (422, "timezone")
    assert document["errors"] == [{"field": "timezone", "detail": "timezone: is unknown"}]


def test_problem_is_not_translated_again():
    """A `ProblemError` is already what the client gets."""
    problem = ProblemError(418, "teapot", "short and stout")

    assert problem_of(problem, ()) is problem


def test_only_fields_of_the_request_are_client_errors():
    """An invalid argument that the client did not send is a mistake of the service: a 500 without details."""
    error = InvalidInputError("timezone", "is unknown")

    assert problem_of(error, {"timezone"}).status == 422
    assert problem_of(error, {"message"}).to_dict("x") == ProblemError(
        500, "internal", "an internal error occurred"
    ).to_dict("x")
