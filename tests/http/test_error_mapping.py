"""Errors of aiohttp as errors of the package."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp.http_exceptions import ContentEncodingError, HttpProcessingError

from asyncassist._http.error_mapping import translate_error
from asyncassist.errors import (
    BlockedAddressError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    InvalidInputError,
    UpstreamError,
)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), DeadlineExceededError),
        (aiohttp.SocketTimeoutError(), DeadlineExceededError),
        (aiohttp.ServerDisconnectedError(), ConnectError),
        (aiohttp.ClientPayloadError(), ConnectError),
        (ConnectionResetError(), ConnectError),
        (HttpProcessingError(message="x"), DecodeError),
        (ContentEncodingError("x"), DecodeError),
        (aiohttp.ClientError(), UpstreamError),
        (aiohttp.InvalidURL("x"), InvalidInputError),
        (ValueError(), InvalidInputError),
    ],
)
def test_errors_of_aiohttp_are_translated(error, expected):
    """Each to one error of the package; an UpstreamError holds URL, status and one attempt."""
    translated = translate_error(error, "http://a.example/", status=200)

    assert type(translated) is expected
    if isinstance(translated, UpstreamError):
        assert (translated.host, translated.status, translated.attempts) == ("a.example", 200, 1)


def test_refused_address_takes_precedence_over_the_error_of_the_socket():
    """A refused socket surfaces as an OSError of aiohttp: the reason of the guard is reported instead."""
    translated = translate_error(OSError(), "http://a.example/", blocked="loopback", status=None)

    assert isinstance(translated, BlockedAddressError)
    assert translated.reason == "loopback"
