"""Structured logging as JSON lines, with the request id and without secrets, stack traces or messages of users."""

from __future__ import annotations

import contextvars
import datetime as dt
import logging
import re
from collections.abc import Mapping
from typing import Any

from asyncassist.web import strict_json

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("asyncassist_request_id", default="")
"""Id of the request in progress, "" outside of a request."""

# Words that the name of a secret ends with, whatever stands before: OPENAI_API_KEY, access_token, clientSecret.
_SENSITIVE_NAME = (
    r"(?:(?:api|secret|access|private|signing|encryption)[_-]?key|secret|passw(?:or)?d|passphrase|token|authorization|"
    r"credentials?)"
)
_ENDS_WITH_SENSITIVE_NAME = re.compile(rf"(?i){_SENSITIVE_NAME}\Z")
# Patterns of secrets and their replacements: API keys, bearer tokens, credentials in URLs, named values, cookies. What
# stands before a separator is bounded, so that no text takes more than time in proportion to its length.
_SECRETS = (
    (re.compile(r"\b(?:sk|pk|rk|duffel_(?:test|live))[-_][A-Za-z0-9_\-]{8,}"), "[redacted]"),
    (re.compile(r"\beyJ[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*)*"), "[redacted]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=\-]{6,}"), r"\1 [redacted]"),
    # A password may hold a slash that should have been encoded.
    (re.compile(r"(?i)([a-z]://)(?:[^\s/@:?#]{0,256}:[^\s@]{0,512}|[^\s/@?#]{1,512})@"), r"\1[redacted]@"),
    (
        re.compile(rf"(?i)({_SENSITIVE_NAME}[\"'\\]*\s*[=:]\s*)(?:\\*\"[^\"\\]*|\\*'[^'\\]*|[^\s\"',;&}}]+)"),
        r"\1[redacted]",
    ),
    (re.compile(r"(?i)\b((?:set-)?cookie[\"']?\s*[=:]\s*)[^\r\n]+"), r"\1[redacted]"),
)
# "color_message" is the same message once more, with Uvicorn's marks of colours.
_STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


def redact(text: str) -> str:
    """Return the text with everything that looks like a secret replaced by "[redacted]"."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _redact_value(name: object, value: object) -> Any:
    """Return the value of a field without secrets; a text whose name says that it is one is replaced as a whole."""
    if isinstance(value, str):
        return "[redacted]" if _ENDS_WITH_SENSITIVE_NAME.search(str(name)) else redact(value)
    if isinstance(value, Mapping):
        return {key: _redact_value(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redact_value(name, item) for item in value]
    return value


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
                line[name] = _redact_value(name, value)
        return strict_json.encode(line).decode()


def logging_config(level: int | str = "INFO") -> dict[str, Any]:
    """Return a configuration with which every line that a server's process logs is one of JSON, its own lines too.

    `uvicorn.run(app, log_config=logging_config())`; `logconfig_dict = logging_config()` in the configuration of
    Gunicorn; `logging.config.dictConfig(logging_config())` for another server. The access logs of both servers are off,
    because they write the query of a URL: the line "request" of `asyncassist.web` has route, method, status and time.

    Args:
        level: Lowest level that is logged of asyncassist, by name or number; servers log from "INFO" on, and other
            libraries from "WARNING" on.
    """
    own = {"handlers": ["json"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "asyncassist.web.JSONFormatter"}},
        "handlers": {"json": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["json"], "level": "WARNING"},
        "loggers": {
            "asyncassist": {**own, "level": level},
            "uvicorn": {**own, "level": "INFO"},
            "uvicorn.access": {"handlers": [], "propagate": False},
            "gunicorn.error": {**own, "level": "INFO"},
            "gunicorn.access": {"handlers": [], "propagate": False},
        },
    }


def setup_logging(level: int | str = "INFO") -> None:
    """Write the logs of asyncassist to standard error as JSON lines. A second call only sets the level.

    It leaves the lines of the server that runs the service as they are: `logging_config` covers them too.

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
