"""Validated input of one turn, and the timer of its stages."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import time
from typing import TYPE_CHECKING

from asyncassist._cache import json_digest
from asyncassist._validation import check_id, check_user, sanitize_text
from asyncassist.assistant.models import STAGES
from asyncassist.errors import InvalidInputError
from asyncassist.languages.locale_tag import LocaleTag, parse_locale
from asyncassist.languages.registry import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Generator

MAX_CHARS = 4000
"""Maximum length of a message."""


class TurnRequest:
    """One message and its parameters, sanitized and validated.

    Args:
        message: The traveller's message.
        session_id: Id of the conversation; None generates one, for a request id always the same: the retry of a request
            whose response was lost finds the conversation that the first attempt began.
        user: Owner of the conversation, None for anonymous.
        request_id: Idempotency key, None for none.
        locale: Locale of the traveller, a BCP 47 tag; None if unknown.
        salt: Secret of the assistant: the session ids of anonymous requests cannot be computed without it.

    Raises:
        InvalidInputError: An argument is invalid; `field` names it.
    """

    __slots__ = ("locale", "message", "now", "request_id", "session_id", "user")

    def __init__(
        self,
        message: str,
        session_id: str | None,
        user: str | None,
        request_id: str | None,
        *,
        salt: str,
        locale: str | None = None,
    ) -> None:
        self.message = sanitize_text("message", message, max_chars=MAX_CHARS)
        self.user = None if user is None else check_user("user", user)
        self.request_id = None if request_id is None else check_id("request_id", request_id)
        self.locale = None if locale is None else _check_locale(locale)
        self.session_id = self._new_session_id(salt) if session_id is None else check_id("session_id", session_id)
        # A placeholder until the assistant, which has the clock, sets the reference time.
        self.now = dt.datetime.min.replace(tzinfo=dt.UTC)

    def _new_session_id(self, salt: str) -> str:
        """Return the id of a new session: random, or derived from user and request id."""
        # Generated ids start with a letter, as ids must not start with "-" or "_", and hold 192 random bits.
        if self.request_id is None:
            return f"s{secrets.token_urlsafe(24)}"
        return f"s{json_digest('session', salt if self.user is None else None, self.user, self.request_id)}"


def _check_locale(locale: str) -> LocaleTag:
    """Return the language and region of a tag; raise InvalidInputError if it is no tag of one of the languages."""
    tag = parse_locale(locale) if isinstance(locale, str) else None
    if tag is None or tag.language not in LANGUAGES:
        raise InvalidInputError("locale", f"must be a tag such as 'en-GB' of one of {', '.join(LANGUAGES)}")
    return tag


class StageTimer:
    """Timer of the stages of one turn."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.elapsed: dict[str, float] = dict.fromkeys(STAGES, 0.0)

    @contextlib.contextmanager
    def measure(self, stage: str) -> Generator[None, None, None]:
        """Add the duration of the block to a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.elapsed[stage] += time.perf_counter() - started

    def timings(self) -> dict[str, float]:
        """Return seconds by stage, with "total" measured now."""
        return {**self.elapsed, "total": time.perf_counter() - self._started}
