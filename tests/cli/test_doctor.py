"""Command `doctor`."""

import json
import re

import pytest

from asyncassist._cli import doctor, main


def report_of(capsys):
    return json.loads(capsys.readouterr().out)


def checks_of(capsys):
    """The printed checks by part."""
    return {check["part"]: check for check in report_of(capsys)["checks"]}


def test_the_report_shows_no_values_of_variables(monkeypatch, capsys):
    """Variables by name, extras, and the health of every component."""
    monkeypatch.setenv("ASYNCASSIST_ADMIN_TOKEN", "hush-hush-hush-hush")

    assert main(["--plain", "doctor"]) == 0

    text = capsys.readouterr().out
    assert re.search(r"ASYNCASSIST_ADMIN_TOKEN +yes", text)
    assert re.search(r"OPENAI_API_KEY +no", text)
    assert re.search(r"ASYNCASSIST_TRUSTED_HOPS +no", text)
    assert "hush-hush" not in text
    assert "Health: pass" in text


def test_the_report_is_json_on_request(capsys):
    """One object with the status, what is set, what is not installed, and one check for each part."""
    assert main(["doctor", "--json"]) == 0

    report = report_of(capsys)
    assert report["status"] == "pass"
    assert report["variables"]["OPENAI_API_KEY"] is False
    assert report["missing_modules"]["web"] == []
    assert [check["part"] for check in report["checks"]] == ["nlp", "state", "flights", "web"]
    assert {check["status"] for check in report["checks"]} == {"pass"}


@pytest.mark.parametrize(
    ("variable", "value", "parts"),
    [
        ("ASYNCASSIST_REDIS_URL", "http://secret", {"nlp", "state", "flights", "web"}),
        ("ASYNCASSIST_POSTGRES_URL", "secret", {"state"}),
        ("OPENAI_BASE_URL", "ftp:secret", {"chat"}),
        ("AMADEUS_CLIENT_ID", "secret", {"flights"}),
        ("ASYNCASSIST_RATE_LIMIT", "secret", {"web"}),
        ("ASYNCASSIST_ALLOW", "secret", {"web"}),
        ("ASYNCASSIST_ADMIN_TOKEN", "secret", {"web"}),
    ],
)
def test_every_invalid_variable_is_a_failed_check(monkeypatch, capsys, variable, value, parts):
    """The note names the variable and never its value; parts that do not read it are checked all the same."""
    monkeypatch.setenv(variable, value)

    assert main(["doctor", "--json"]) == 1

    checks = checks_of(capsys)
    failed = {part for part, check in checks.items() if check["status"] == "fail"}
    assert failed == parts
    assert all(variable.split("_")[0] in checks[part]["note"] for part in failed)
    assert "secret" not in str(checks)


def test_two_invalid_variables_are_both_reported(monkeypatch, capsys):
    """The report does not end with the first."""
    monkeypatch.setenv("ASYNCASSIST_POSTGRES_URL", "nonsense")
    monkeypatch.setenv("ASYNCASSIST_RATE_LIMIT", "lots")

    assert main(["--plain", "doctor"]) == 1

    text = " ".join(capsys.readouterr().out.split())
    assert "ASYNCASSIST_POSTGRES_URL: must begin with" in text
    assert "ASYNCASSIST_RATE_LIMIT: must be a whole number" in text


def test_external_services_are_checked(monkeypatch, capsys, unused_port):
    """The web service runs without one, so that its failure is a warning."""
    monkeypatch.setenv("ASYNCASSIST_SERVICES", f"shop=http://127.0.0.1:{unused_port}/")

    assert main(["doctor", "--json"]) == 0

    assert checks_of(capsys)["service shop"]["status"] == "warn"


def test_a_server_that_does_not_answer_is_reported(monkeypatch, capsys, unused_port):
    """Writes go to memory meanwhile."""
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", f"redis://127.0.0.1:{unused_port}/0")

    main(["doctor", "--json"])

    assert checks_of(capsys)["state"]["status"] in {"warn", "fail"}


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

    def fail():
        raise RuntimeError("hush-hush")

    monkeypatch.setitem(doctor.COMPONENTS, "flights", fail)

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
    assert main(["--plain", "doctor"]) == 1

    assert re.search(r"mcp +yes +POST /mcp", text)
    assert re.search(r"openai +no +POST /v1/chat/completions, GET /v1/models", text)
    assert "ASYNCASSIST_INTERFACES" in capsys.readouterr().out
