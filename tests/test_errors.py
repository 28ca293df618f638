"""Exception hierarchy: details as attributes, no secrets, pickle and copy."""

import copy
import inspect
import pickle

import pytest

from asyncassist import errors
from asyncassist.errors import (
    AsyncAssistError,
    BlockedAddressError,
    CircuitOpenError,
    ConfigurationError,
    InvalidInputError,
    InvalidQueryError,
    RateLimitedError,
    SessionTooLargeError,
    UpstreamError,
    safe_url,
)

LEAVES = [
    cls
    for name, cls in inspect.getmembers(errors, inspect.isclass)
    if issubclass(cls, AsyncAssistError) and not name.startswith("_")
]


@pytest.mark.parametrize("cls", LEAVES, ids=lambda cls: cls.__name__)
def test_every_error_is_in_the_documented_tree(cls):
    """The module docstring draws the whole hierarchy."""
    assert cls.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize(
    "error",
    [
        UpstreamError("no", url="https://u:p@host:8/path?key=1", status=500, attempts=3),
        RateLimitedError(retry_after=2.5, host="host"),
        CircuitOpenError(retry_after=1.0, host="host"),
        BlockedAddressError(reason="private", host="host"),
        errors.BodyTooLargeError(limit=9, host="host"),
        SessionTooLargeError(size=3, limit=2),
        InvalidQueryError("origin", "is unknown", provider="duffel", code="x"),
        InvalidInputError("message", "is empty"),
        ConfigurationError("ttl", "is negative"),
        errors.ConflictError(key="a", expected=1, actual=2),
        errors.NotFoundError(key="a"),
        errors.NotRecordedError(method="GET", url="http://host/a?key=1"),
        errors.StateUnavailableError(depth=4),
        errors.ChatUnavailableError(reason="down"),
        errors.AllProvidersFailedError(errors={"a": errors.FlightError(provider="a", code="b")}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_error_survives_pickle_and_copy(error):
    """Type, text and attributes stay the same, so that an error can cross a process boundary."""
    for restored in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(restored) is type(error)
        assert str(restored) == str(error)
        assert vars(restored).keys() == vars(error).keys()


def test_errors_of_wrong_values_are_value_errors():
    """Code that catches ValueError catches invalid input and invalid configuration."""
    assert issubclass(ConfigurationError, ValueError)
    assert issubclass(InvalidInputError, ValueError)
    assert issubclass(InvalidQueryError, InvalidInputError)


def test_upstream_error_has_host_status_and_attempts_but_no_secret():
    """The text names them; credentials and query are in neither the text nor the attributes."""
    error = UpstreamError("it failed", url="https://me:hunter2@api.test:8443/v1/x?token=abc#y", status=502, attempts=3)

    assert str(error) == "it failed (api.test:8443, status 502, 3 attempts)"
    assert error.url == "https://api.test:8443/v1/x"
    assert error.host == "api.test:8443"
    assert "hunter2" not in repr(error)


def test_text_of_an_upstream_error_without_details_is_its_message():
    """No empty parentheses; a given host takes precedence over that of the URL."""
    assert str(UpstreamError("it failed", attempts=1)) == "it failed"
    assert UpstreamError(host="given", url="https://other.test/").host == "given"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://u:p@h/p?q=1#f", "https://h/p"),
        ("http://[::1]:80/x?y", "http://[::1]:80/x"),
        ("/only/path?secret=1", "/only/path"),
        ("http://h:notaport/", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_safe_url_has_no_credentials_query_or_fragment(url, safe):
    """A URL that cannot be parsed becomes "" rather than leak."""
    assert safe_url(url) == safe
