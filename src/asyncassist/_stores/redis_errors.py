"""Translates the errors of redis-py."""

from __future__ import annotations

from asyncassist._stores.session_records import RefusedWriteError
from asyncassist.errors import AsyncAssistError, AuthenticationError, StateError, StateUnavailableError

# Error codes of a server that cannot serve at present although the command is valid.
_UNAVAILABLE_CODES = (
    "OOM",
    "READONLY",
    "LOADING",
    "MASTERDOWN",
    "CLUSTERDOWN",
    "MISCONF",
    "NOREPLICAS",
    "TRYAGAIN",
    "BUSY",
)


def translate_error(error: Exception) -> tuple[AsyncAssistError, bool]:
    """Translate an error of redis-py.

    Returns:
        The translated error, and whether it is the server's reply to one command, which leaves the connection usable.
    """
    import redis.exceptions as theirs  # noqa: PLC0415  # loaded already: the error comes from it

    if isinstance(error, AsyncAssistError):
        return error, False
    unavailable = StateUnavailableError("the store is not available")
    unavailable.__cause__ = error
    if isinstance(error, theirs.AuthenticationError | theirs.AuthorizationError | theirs.NoPermissionError):
        refused = AuthenticationError("Redis refused the credentials, or the user lacks a permission")
        refused.__cause__ = error
        return refused, isinstance(error, theirs.NoPermissionError)
    if isinstance(error, theirs.ConnectionError | theirs.TimeoutError | OSError | theirs.RedisClusterException):
        return unavailable, False
    if isinstance(error, theirs.NoScriptError):
        return NoScriptError(), True
    if isinstance(error, theirs.ResponseError):
        code = getattr(error, "status_code", None) or str(error).partition(" ")[0]
        if code in _UNAVAILABLE_CODES:
            return unavailable, True
        # Any other code is about the server, for example one that is protected or lacks the command.
        is_about_data = code == "WRONGTYPE" or (code == "ERR" and not str(error).startswith("unknown command"))
        kind = RefusedWriteError if is_about_data else StateError
        # Without its cause: the server may quote the command's arguments.
        return kind(f"the store refused the command ({str(code)[:20]})"), True
    return unavailable, False


class NoScriptError(StateError):
    """The server does not have the script cached: it must be sent as text."""
