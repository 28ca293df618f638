"""What may go wrong with a request to a model server, the same over every transport; internal to `_chat`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class StatusReceivedError(Exception):
    """The server answered with an error status.

    Args:
        status: HTTP status code.
        headers: Header fields of the response, names in any case.
        body: Body as JSON; None if it was none.

    Attributes:
        code: The server's error code; None if it sent none.
        param: The parameter that the server names; None if it names none.
    """

    def __init__(self, status: int, headers: Mapping[str, str], body: object) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers
        error: Any = body.get("error", body) if isinstance(body, dict) else None
        self.code: object = error.get("code") if isinstance(error, dict) else None
        self.param: object = error.get("param") if isinstance(error, dict) else None


class ConnectionFailedError(Exception):
    """There was no connection, or it broke.

    Args:
        was_established: Whether it broke, so that the server may have received the request.
    """

    def __init__(self, *, was_established: bool) -> None:
        super().__init__()
        self.was_established = was_established


class ProxyRefusedError(Exception):
    """The proxy demands other credentials."""


class ErrorEventError(Exception):
    """The server ended a stream with an error."""


class ClientUnusableError(Exception):
    """A client that was passed in is misconfigured or closed."""
