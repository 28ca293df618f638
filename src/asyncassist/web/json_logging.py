"""Structured logging as JSON lines, with the request id and without secrets, stack traces or messages of users."""

from __future__ import annotations

import contextvars
import datetime as dt
import logging
import re
from typing import Any

from asyncassist.web import strict_json

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("asyncassist_request_id", default="")
"""Id of the request in progress, "" outside of a request."""

# Patterns of secrets and their replacements: API keys, bearer tokens, credentials in URLs, named values.
_SECRETS = (
    (re.compile(r"\b(?:sk|pk|rk|duffel_(?:test|live))[-_][A-Za-z0-9_\-]{8,}"), "[redacted]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=\-]{6,}"), r"\1 [redacted]"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.\-]*://)[^\s/@:]*:[^\s/@]*@"), r"\1[redacted]@"),
    (
        re.compile(
            r"(?i)\b((?:api[_-]?key|client[_-]?secret|password|token|authorization)[\"']?\s*[=:]\s*[\"']?)[^\s\"',&]+"
        ),
        r"\1[redacted]",
    ),
)
_STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def redact(text: str) -> str:
    """Return the text with everything that looks like a secret replaced by "[redacted]"."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class JSONFormatter(logging.Formatter):
    """Log formatter that writes a record as one line of JSON.

    An error is logged by its type only: a stack trace shows paths, and an error's message may quote what a user sent.
    The `on_error` hook of `Service` gets the whole error.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        line: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        for name, value in vars(record).items():
            if name not in _STANDARD_ATTRIBUTES and not name.startswith("_"):
                line[name] = redact(value) if isinstance(value, str) else value
        return strict_json.encode(line).decode()


def setup_logging(level: int | str = "INFO") -> None:
    """Write the logs of asyncassist to standard error as JSON lines. A second call only sets the level.

    Args:
        level: Lowest level that is logged, by name or number.
    """
    logger = logging.getLogger("asyncassist")
    logger.setLevel(level)
    if not any(isinstance(handler.formatter, JSONFormatter) for handler in logger.handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(JSONFormatter())
        logger.addHandler(handler)
        logger.propagate = False
