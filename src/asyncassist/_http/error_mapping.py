"""Mapping of aiohttp's errors to the errors of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError, HttpProcessingError

from asyncassist._http.content_decoding import MissingDecoderError
from asyncassist.errors import (
    AsyncAssistError,
    AuthenticationError,
    BlockedAddressError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    InvalidInputError,
    UpstreamError,
)

if TYPE_CHECKING:
    from asyncassist._proxy import Proxy


class ProxyRefusedError(aiohttp.ClientConnectionError):
    """The proxy answered, but did not connect to the target: nothing was sent there.

    It replaces the error of aiohttp, which holds the header fields with the credentials for the proxy.

    Attributes:
        status: HTTP status code of the proxy.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


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


def translate_error(
    error: Exception, url: str, *, blocked: str | None = None, status: int | None, proxy: Proxy | None = None
) -> AsyncAssistError:
    """Translate an error of aiohttp into one of the package.

    Args:
        error: Error that aiohttp raised.
        url: URL of the request.
        blocked: Reason for which the guard refused the address, None if it did not.
        status: HTTP status code, None if no head was received.
        proxy: Proxy that the request was sent through, None for none.
    """
    if isinstance(error, ProxyRefusedError):
        assert proxy is not None
        if error.status == 407:
            message = "the proxy demands credentials, or refuses those given"
            return AuthenticationError(message, url=url, host=proxy.authority, status=407, attempts=1)
        message = "the proxy did not connect to the service"
        return ConnectError(message, url=url, host=proxy.authority, status=error.status, attempts=1)
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
            if proxy is not None and _is_about_proxy(error, proxy):
                return target(
                    f"no connection to the proxy: {message}", url=url, host=proxy.authority, status=status, attempts=1
                )
            return target(message, url=url, status=status, attempts=1)
    if isinstance(error, aiohttp.ClientError):
        return UpstreamError(url=url, status=status, attempts=1)
    return InvalidInputError("request", "cannot be sent as it is")


def _is_about_proxy(error: Exception, proxy: Proxy) -> bool:
    """Return whether the connection to the proxy failed, not the one through it."""
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientConnectorCertificateError):
        return (error.host, error.port) == (proxy.host, proxy.port)
    return False
