"""Command `doctor`."""

import re

import pytest

from asyncassist._cli import doctor, main


def test_the_report_shows_no_values_of_variables(monkeypatch, capsys):
    """Variables by name, extras, and the health of every component."""
    monkeypatch.setenv("ASYNCASSIST_ADMIN_TOKEN", "hush-hush-hush-hush")

    assert main(["--plain", "doctor"]) == 0

    text = capsys.readouterr().out
    assert re.search(r"ASYNCASSIST_ADMIN_TOKEN +yes", text)
    assert re.search(r"OPENAI_API_KEY +no", text)
    assert re.search(r"ASYNCASSIST_TRUSTED_HOPS +no", text)
    assert "hush-hush" not in text
    assert "Health: " in text


@pytest.mark.parametrize("command", ["doctor", "chat", "demo"])
def test_a_journal_that_cannot_be_made_is_reported(monkeypatch, capsys, tmp_path, command):
    """The variable is named; the doctor prints its report all the same."""
    monkeypatch.setenv("ASYNCASSIST_JOURNAL", str(tmp_path / ("x" * 300)))

    assert main(["--plain", command]) == (1 if command == "doctor" else 2)

    text = capsys.readouterr().out
    assert "ASYNCASSIST_JOURNAL: the folder cannot be made" in text
    assert ("Health: fail" in text) == (command == "doctor")


def test_an_unknown_variable_is_reported(monkeypatch, capsys):
    """With the nearest name that is read, and without its value."""
    monkeypatch.setenv("ASYNCASSIST_RATELIMIT", "hush-hush")

    assert main(["--plain", "doctor"]) == 0

    text = " ".join(capsys.readouterr().out.split())
    assert "ASYNCASSIST_RATELIMIT is set, but nothing reads it; ASYNCASSIST_RATE_LIMIT is meant?" in text
    assert "hush-hush" not in text


def test_text_of_a_foreign_error_is_not_shown(monkeypatch, capsys):
    """Its type is; its text may hold a secret."""

    class Assistant:
        @classmethod
        def from_env(cls):
            raise RuntimeError("hush-hush")

    monkeypatch.setitem(doctor.run.__globals__, "TravelAssistant", Assistant)

    assert main(["--plain", "doctor"]) == 1

    text = capsys.readouterr().out
    assert "RuntimeError" in text
    assert "hush-hush" not in text


def test_protocols_of_the_web_service_are_reported(monkeypatch, capsys):
    """Whether each is on, and its routes; a wrong setting is named."""
    monkeypatch.setenv("ASYNCASSIST_INTERFACES", "mcp")
    assert main(["--plain", "doctor"]) == 0
    text = capsys.readouterr().out
    monkeypatch.setenv("ASYNCASSIST_INTERFACES", "mcp,telex")
    assert main(["--plain", "doctor"]) == 2

    assert re.search(r"mcp +yes +POST /mcp", text)
    assert re.search(r"openai +no +POST /v1/chat/completions, GET /v1/models", text)
    assert "ASYNCASSIST_INTERFACES" in capsys.readouterr().out
