"""JSON log lines without secrets."""

from __future__ import annotations

import json
import logging
import sys
import time

import pytest

from asyncassist.web import JSONFormatter, logging_config, setup_logging
from asyncassist.web.json_logging import redact, request_id
from tests.web.example_apps import ROOT, App


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
        "OPENAI_API_KEY=abcdefgh12345678",
        "DUFFEL_TOKEN=abcdefgh12345678",
        "ASYNCASSIST_ADMIN_TOKEN = abcdefgh12345678",
        "AMADEUS_CLIENT_SECRET=abcdefgh12345678; x",
        '{"access_token": "abcdefgh12345678"}',
        "{'accessToken': 'abcdefgh12345678'}",
        r"{\"refresh_token\": \"abcdefgh12345678\"}",
        'password: "two words 12345678"',
        "postgresql://user:abc/defgh12345678@host/db",
        "https://abcdefgh12345678@host/v1",
        "https://user:abcdefgh12345678@[::1]:80/v1",
        "eyJhbGciOiJIUzI1NiJ9.abcdefgh12345678.x",
        "Set-Cookie: id=abcdefgh12345678; Path=/",
    ],
)
def test_secrets_are_redacted(text):
    """Wherever they stand in a line."""
    assert "12345678" not in redact(text)
    assert "[redacted]" in redact(text)


@pytest.mark.parametrize("part", ["a.", "a://", "token ", "token=", "a:", "sk-", "eyJ.", "cookie", "basic "])
def test_redaction_takes_linear_time(part):
    """Whatever is repeated: a text ten times as long does not take a hundred times as long."""

    def least_time(text):
        times = []
        for _ in range(3):
            began = time.process_time()
            redact(text)
            times.append(time.process_time() - began)
        return min(times)

    assert least_time(part * 20_000) < 40 * least_time(part * 2000) + 0.05


def test_fields_of_a_record_are_redacted():
    """Also in mappings and lists, and where the name alone says that it is a secret."""
    record = logging.LogRecord("asyncassist.x", 40, "x", 1, "x", (), None)
    record.api_key = "abcdefgh"
    record.headers = {"Authorization": "abcdefgh", "urls": ["redis://:abcdefgh@host/0", 7]}

    line = JSONFormatter().format(record)

    assert "abcdefgh" not in line
    assert json.loads(line)["headers"]["urls"] == ["redis://[redacted]@host/0", 7]


def test_other_text_is_unchanged():
    """A URL without credentials and counts of tokens are not redacted."""
    assert redact("prompt_tokens=12, max_tokens: 5") == "prompt_tokens=12, max_tokens: 5"
    assert redact("the store is unavailable: http://host:80/path") == "the store is unavailable: http://host:80/path"


def test_record_is_one_line_of_json():
    """Time, level, message, request id and extra fields; an error by its type, without a stack trace."""
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


@pytest.mark.parametrize("kind", ["fastapi", "flask"])
def test_every_line_of_a_process_is_json(kind):
    """From the server's first line to its last, with the same keys; a request is told once, without its query."""
    options = ("--log-config", "deploy/logging.json", "--log-level", "info") if kind == "fastapi" else ()
    with App(kind, *options, ASYNCASSIST_JURNAL="x") as app:
        app.ask("GET", "/health?probe=live&user=somebody")
        app.ask("GET", "/api/async/health", x_forwarded_for="192.0.2.7")
        app.raw(b"no request\r\n\r\n")
        app.stop()
        lines = [json.loads(line) for line in app.log().splitlines()]

    servers = {"fastapi": "uvicorn.error", "flask": "gunicorn.error"}
    assert {servers[kind], "asyncassist.web"} <= {line["logger"] for line in lines}
    assert all(list(line)[:4] == ["time", "level", "logger", "message"] for line in lines)
    assert all("color_message" not in line and "somebody" not in str(line) for line in lines)
    assert sum("X-Forwarded-For" in line["message"] for line in lines) == 1


def test_the_file_for_the_command_line_is_the_configuration():
    """`uvicorn --log-config` takes a file, and so do other servers."""
    assert json.loads((ROOT / "deploy" / "logging.json").read_text()) == logging_config()
    assert logging_config("ERROR")["loggers"]["asyncassist"]["level"] == "ERROR"


def test_second_setup_only_sets_the_level(capsys):
    """A record is written once, by the level of the latest call."""
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
