"""Mapping of aiohttp's errors to the errors of the package."""

from __future__ import annotations

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError, HttpProcessingError

from asyncassist._http.content_decoding import MissingDecoderError
from asyncassist.errors import (
    AsyncAssistError,
    BlockedAddressError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    InvalidInputError,
    UpstreamError,
)

# Our error and its message for each error of aiohttp; the first row that matches applies.
_ERROR_MAP: tuple[tuple[type[Exception], type[UpstreamError], str], ...] = (
    (TimeoutError, DeadlineExceededError, "no answer in time"),  # base class of aiohttp's timeouts too
    (aiohttp.ClientConnectorCertificateError, ConnectError, "the server's certificate is not trusted"),
    (aiohttp.ClientSSLError, ConnectError, "the TLS handshake failed"),
    (aiohttp.ClientConnectorDNSError, ConnectError, "the host name cannot be resolved"),
    (aiohttp.ClientConnectorError, ConnectError, "the connection failed"),
    (aiohttp.ClientResponseError, DecodeError, "the response is not valid HTTP"),
    (HttpProcessingError, DecodeError, "the response is not valid HTTP"),
    (aiohttp.ClientPayloadError, ConnectError, "the response ended before it was complete"),
    (aiohttp.ClientConnectionError, ConnectError, "the connection broke"),
    (OSError, ConnectError, "the connection broke"),
)


# Errors that aiohttp raises: its own, those of sockets, and those of invalid arguments.
TRANSLATED_ERRORS = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError, TypeError)


def translate_error(error: Exception, url: str, *, blocked: str | None = None, status: int | None) -> AsyncAssistError:
    """Translate an error of aiohttp into one of the package.

    Args:
        error: Error that aiohttp raised.
        url: URL of the request.
        blocked: Reason for which the guard refused the address, None if it did not.
        status: HTTP status code, None if no head was received.
    """
    if blocked is not None:
        return BlockedAddressError(reason=blocked, url=url)
    if isinstance(error, MissingDecoderError):
        # aiohttp sends br and zstd in Accept-Encoding only if a library for them is installed.
        return DecodeError("no decoder for the Content-Encoding is installed", url=url, status=status, attempts=1)
    if any(isinstance(each, ContentEncodingError) for each in (error, error.__cause__)):
        return DecodeError("the body does not match its Content-Encoding", url=url, status=status, attempts=1)
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return InvalidInputError("url", "is not a URL that can be fetched")
    for source, target, message in _ERROR_MAP:
        if isinstance(error, source):
            return target(message, url=url, status=status, attempts=1)
    if isinstance(error, aiohttp.ClientError):
        return UpstreamError(url=url, status=status, attempts=1)
    return InvalidInputError("request", "cannot be sent as it is")
