"""What the errors of redis-py mean."""

from __future__ import annotations

from asyncassist.errors import AsyncAssistError, AuthenticationError, StateError, StateUnavailableError

# What a server says when it cannot do its work now, though nothing is wrong with the command.
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
    """What an error of redis-py means, and whether it was the server's answer to one command."""
    import redis.exceptions as theirs  # noqa: PLC0415  # loaded long before the first error

    if isinstance(error, AsyncAssistError):
        return error, False
    unavailable = StateUnavailableError("the store is not available")
    unavailable.__cause__ = error
    if isinstance(error, theirs.AuthenticationError | theirs.AuthorizationError | theirs.NoPermissionError):
        refused = AuthenticationError("Redis refused the credentials")
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
        other = StateError(f"the store refused the command ({str(code)[:20]})")
        other.__cause__ = error
        return other, True
    return unavailable, False


class NoScriptError(StateError):
    """The server does not know the script yet: send its text."""
