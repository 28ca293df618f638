"""Random ids, made many at a time."""

from __future__ import annotations

import os
import secrets
from collections import deque

_DIGITS = 32
_MADE = 256

# Each call of the system's generator releases the GIL, which a writing thread then takes for up to 5 ms, and costs
# 15 µs on some virtual machines. A forked process must not have the ids of its parent.
_ids: deque[str] = deque()
getattr(os, "register_at_fork", lambda **_: None)(after_in_child=_ids.clear)


def random_id(digits: int = _DIGITS) -> str:
    """Return random hex digits from the system's generator, at most 32 (128 bits)."""
    while True:
        try:
            return _ids.popleft()[:digits]
        except IndexError:
            made = secrets.token_hex(_DIGITS // 2 * _MADE)
            _ids.extend(made[start : start + _DIGITS] for start in range(0, len(made), _DIGITS))
