"""What one turn is given, checked, and the seconds that it takes."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import time
from typing import TYPE_CHECKING

from asyncassist._validation import check_id, check_user, sanitize_text
from asyncassist.assistant.models import STAGES

if TYPE_CHECKING:
    from collections.abc import Generator

MAX_CHARS = 4000


class TurnRequest:
    """One message with all that was given with it, checked."""

    __slots__ = ("message", "now", "request_id", "session_id", "user")

    def __init__(self, message: str, session_id: str | None, user: str | None, request_id: str | None) -> None:
        self.message = sanitize_text("message", message, max_chars=MAX_CHARS)
        # An id begins with a letter, and holds 192 bits that nobody can guess.
        self.session_id = f"s{secrets.token_urlsafe(24)}" if session_id is None else check_id("session_id", session_id)
        self.user = None if user is None else check_user("user", user)
        self.request_id = None if request_id is None else check_id("request_id", request_id)
        self.now = dt.datetime.min.replace(tzinfo=dt.UTC)


class StageTimer:
    """Seconds of each stage of one turn."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.elapsed: dict[str, float] = dict.fromkeys(STAGES, 0.0)

    @contextlib.contextmanager
    def measure(self, stage: str) -> Generator[None, None, None]:
        """Count what the block takes."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.elapsed[stage] += time.perf_counter() - started

    def timings(self) -> dict[str, float]:
        """All five, the total as of now."""
        return {**self.elapsed, "total": time.perf_counter() - self._started}
