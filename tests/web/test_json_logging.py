"""Lines of JSON without secrets."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from asyncassist.web import JSONFormatter, setup_logging
from asyncassist.web.json_logging import redact, request_id


@pytest.mark.parametrize(
    "text",
    [
        "key sk-abcdefgh12345678 refused",
        "duffel_test_abcdefgh12345678",
        "Authorization: Bearer abcdefgh12345678",
        "redis://user:abcdefgh12345678@host/0",
        "redis://:abcdefgh12345678@host/0",
        'api_key="abcdefgh12345678"',
        "password=abcdefgh12345678&x=1",
        "client_secret: abcdefgh12345678",
    ],
)
def test_what_looks_like_a_secret_is_cut_out(text):
    """Wherever it stands in a line."""
    assert "12345678" not in redact(text)
    assert "[redacted]" in redact(text)


def test_plain_words_stay():
    """Nothing else is touched."""
    assert redact("the store is away: http://host:80/path") == "the store is away: http://host:80/path"


def test_a_record_is_a_line():
    """Time, level, words, the request's id, the caller's facts; an error by its kind, without a stack."""
    token = request_id.set("abc")
    try:
        raise ValueError("user text")
    except ValueError:
        record = logging.LogRecord("asyncassist.x", 40, "/secret/path.py", 1, "it %s", ("broke",), sys.exc_info())
    record.route = "/chat?token=abcdefgh"
    line = JSONFormatter().format(record)
    request_id.reset(token)

    found = json.loads(line)
    assert found.pop("time").endswith("+00:00")
    assert found == {
        "level": "error",
        "logger": "asyncassist.x",
        "message": "it broke",
        "request_id": "abc",
        "error": "ValueError",
        "route": "/chat?token=[redacted]",
    }


def test_setting_up_twice_writes_once(capsys):
    """A second call only sets the level."""
    logger = logging.getLogger("asyncassist")
    before, level, propagate = list(logger.handlers), logger.level, logger.propagate
    try:
        setup_logging()
        setup_logging("WARNING")
        logging.getLogger("asyncassist.test").info("quiet")
        logging.getLogger("asyncassist.test").warning("loud")
        written = capsys.readouterr().err.splitlines()
    finally:
        logger.handlers[:] = before
        logger.setLevel(level)
        logger.propagate = propagate

    assert [json.loads(line)["message"] for line in written] == ["loud"]
