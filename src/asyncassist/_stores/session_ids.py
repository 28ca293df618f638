"""Session ids that tell whose session they name and when it ends; both stay the same for as long as a session lives.

Such an id is "u", the digest of the owner or "-", ".", the end in milliseconds since the epoch as hex digits or "0",
"." and a name. Any other id has no owner and no end.
"""

from __future__ import annotations

import re
import secrets

from asyncassist._stores.serialization import NO_OWNER, owner_digest

_FACTS = re.compile(r"u(-|[0-9a-f]{32})\.(0|[1-9a-f][0-9a-f]{0,11})\.(?s:.)+", re.ASCII)


def new_session_id(*, user: str | None = None, ends_at: float | None = None) -> str:
    """Return an id that cannot be guessed.

    Args:
        user: Owner of the session; None for no owner.
        ends_at: Time at which the session ends however much it is used, in seconds since the epoch; None for no end.
    """
    token = secrets.token_urlsafe(24)
    if user is None and ends_at is None:
        # A valid id begins with a letter or a digit; a random token may not.
        return f"s{token}"
    return f"u{owner_digest(user)}.{0 if ends_at is None else round(ends_at * 1000):x}.{token}"


def rotated_id(session_id: str) -> str:
    """Return a new id with the owner and the end of another one."""
    facts = _FACTS.fullmatch(session_id)
    token = secrets.token_urlsafe(24)
    return f"s{token}" if facts is None else f"u{facts[1]}.{facts[2]}.{token}"


def owned_session_id(user: str | None, name: str) -> str:
    """Return the id of a session with a known name; that of a user begins with `session_prefix` of the user."""
    return name if user is None else f"{session_prefix(user)}0.{name}"


def session_prefix(user: str) -> str:
    """Return what the ids of all sessions of a user begin with."""
    return f"u{owner_digest(user)}."


def session_owner(session_id: str) -> str:
    """Return the digest of the owner that an id tells."""
    facts = _FACTS.fullmatch(session_id)
    return NO_OWNER if facts is None else facts[1]


def session_end(session_id: str) -> float | None:
    """Return the time at which the session of an id ends, in seconds since the epoch; None for no end."""
    facts = _FACTS.fullmatch(session_id) if session_id[0] == "u" else None
    return None if facts is None or facts[2] == "0" else int(facts[2], 16) / 1000
