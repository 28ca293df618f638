"""Logs as lines of JSON: with the request's id, without secrets, stacks or what people wrote."""

from __future__ import annotations

import contextvars
import datetime as dt
import logging
import re
from typing import Any

from asyncassist.web import strict_json

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("asyncassist_request_id", default="")
"""The id of the request that is being answered, "" outside of one."""

# What a secret looks like wherever it turns up: keys, bearer tokens, credentials in URLs, named values.
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
    """The text without what looks like a secret."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class JSONFormatter(logging.Formatter):
    """A record as one line of JSON.

    An error is named by its type: a stack shows paths, and its message may quote what somebody sent. Whole errors go
    to the `on_error` hook.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
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
    """Write the logs of asyncassist to standard error as lines of JSON. A second call only sets the level."""
    logger = logging.getLogger("asyncassist")
    logger.setLevel(level)
    if not any(isinstance(handler.formatter, JSONFormatter) for handler in logger.handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(JSONFormatter())
        logger.addHandler(handler)
        logger.propagate = False
